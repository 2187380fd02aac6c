#include "vtpu/model/train/optimizer.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace vtpu::model::train {

double Optimizer::rate_at(std::int64_t step, std::int64_t steps) const {
  if (step <= warm_up) return rate * static_cast<double>(step) / static_cast<double>(warm_up);
  const double done =
      static_cast<double>(step - warm_up) / static_cast<double>(std::max<std::int64_t>(1, steps - warm_up));
  const double cosine = 0.5 * (1 + std::cos(std::numbers::pi * std::min(1.0, done)));
  return rate * (last_rate + (1 - last_rate) * cosine);
}

}  // namespace vtpu::model::train
