#pragma once
#include <vector>

#include "vtpu/model/train/kernel_machine.h"
#include "vtpu/model/train/parameters.h"

namespace vtpu::model::train {

/// The elements of the matrices that products read. The optimizer updates f32 in both cases.
enum class WeightType : std::uint8_t { f32, bf16 };

/// Places in the tensor `numbers`.
namespace number {
inline constexpr std::size_t kPerHidden = 0;   ///< 1 / hidden size
inline constexpr std::size_t kEpsilon = 1;     ///< of norms
inline constexpr std::size_t kPerHead = 2;     ///< 1 / width of a head
inline constexpr std::size_t kScoreScale = 3;  ///< 1 / root of the width of a head
inline constexpr std::size_t kRate = 4;        ///< learning rate
inline constexpr std::size_t kDecay = 5;       ///< learning rate times weight decay
inline constexpr std::size_t kBeta1 = 6;       ///< momentum
inline constexpr std::size_t kBeta2 = 7;
inline constexpr std::size_t kCorrection1 = 8;  ///< 1 / (1 - beta1^step)
inline constexpr std::size_t kCorrection2 = 9;  ///< 1 / (1 - beta2^step)
inline constexpr std::size_t kStability = 10;   ///< epsilon of AdamW
inline constexpr std::size_t kMostNorm = 11;    ///< to which the gradient is clipped
inline constexpr std::size_t kClip = 12;        ///< factor of the gradient, which the kernel `measure` sets
inline constexpr std::size_t kCount = 16;
}  // namespace number

/// The kernels of a training step. `args[0]` is the layer.
///
/// Forward, in this order: embed; for each layer attention_norm, project, rotate, attend, attention_out, mlp_norm,
/// gate, activate, mlp_out; final_norm, output, loss, which leaves the derivative of the logits in their place. The
/// product `NAME` of a matrix has the kernels `NAME.inputs` and `NAME.weights` for the derivatives of both of its
/// factors; every other kernel `NAME` has `NAME.back`. Gradients are added to what `gradient` holds.
///
/// Optimizer: `add` adds the gradient of a batch to `sum`; `measure` gives the norm of `sum` and the factor that clips
/// it; `descend` (gradient descent with momentum) or `adamw` updates `master`; `round` gives the weights in bf16.
std::vector<KernelText> training_kernels(const Sizes& sizes, const Parameters& parameters, WeightType type);

}  // namespace vtpu::model::train
