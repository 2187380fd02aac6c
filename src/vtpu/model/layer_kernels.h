#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "vtpu/model/model_config.h"
#include "vtpu/model/weight_type.h"

namespace vtpu::model {

/// The sizes of a model as its kernels see them. Rows of vectors are padded with zeros to whole vectors, so that a
/// kernel has no remainders: the first half of a head's elements begins at 0, the second half at `half`.
struct KernelSizes {
  KernelSizes(const ModelConfig& config, std::int64_t most_positions, std::int64_t tokens_at_once,
              WeightType weight_type);

  std::int64_t layers, hidden, half, width, heads, kv_heads, group, projected, attended, gated, inner, vocabulary,
      logits;
  std::int64_t positions, block;
  bool tied;
  WeightType weights;

  /// Weights in an element of a matrix of the kernels: a number of 32 bits.
  std::int64_t in_element() const;
  /// Of quantised weights: what is added to the whole numbers, so that none is negative.
  std::int64_t bias() const;
};

/// The places of what changes between runs, in the tensor `args`.
struct KernelArguments {
  std::int64_t layer = 0;   ///< whose weights are used
  std::int64_t first = 0;   ///< position of the first token of the block
  std::int64_t from = 0;    ///< first token of the block that is worked on
  std::int64_t tokens = 0;  ///< in the block
};

/// The kernels of the forward pass, in the order in which a layer runs them between `embed` and `final_norm`.
enum class KernelName : std::uint8_t {
  embed,
  attention_norm,
  project,
  rotate,
  attend,
  attention_out,
  mlp_norm,
  gate,
  activate,
  mlp_out,
  final_norm,
  output,
  choose
};
inline constexpr std::size_t kKernels = 13;
std::string name_of(KernelName kernel);

/// The text of a kernel in the kernel language. All texts declare the same tensors in the same order, which therefore
/// have the same coordinates in all of them.
std::string kernel_text(KernelName kernel, const KernelSizes& sizes);

}  // namespace vtpu::model
