#pragma once
#include <cstdint>

#include "vtpu/base/choice.h"

namespace vtpu::model::train {

enum class Method : std::uint8_t { sgd, momentum, adamw };

/// How parameters follow from gradients, and the schedule of the learning rate.
struct Optimizer {
  Method method = Method::adamw;
  double rate = 3e-3;        ///< the highest learning rate
  double last_rate = 0.1;    ///< the learning rate of the last step, as a share of the highest
  std::int64_t warm_up = 0;  ///< steps in which the learning rate grows linearly
  double beta1 = 0.9;        ///< of AdamW; the momentum of `momentum`
  double beta2 = 0.95;
  double stability = 1e-8;  ///< what AdamW adds to the root
  double decay = 0.1;       ///< of weights, decoupled, times the learning rate; gains do not decay
  double most_norm = 1;     ///< to which the gradient is clipped; 0: it is not

  /// The learning rate of a step from 1 to `steps`: a linear warm-up, then half a cosine.
  double rate_at(std::int64_t step, std::int64_t steps) const;
};

}  // namespace vtpu::model::train

template <>
inline constexpr vtpu::Choices<vtpu::model::train::Method, 3> vtpu::kChoices<vtpu::model::train::Method>{
    {{vtpu::model::train::Method::sgd, "sgd"},
     {vtpu::model::train::Method::momentum, "momentum"},
     {vtpu::model::train::Method::adamw, "adamw"}}};
