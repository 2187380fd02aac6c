#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/isa/program.h"
#include "vtpu/measure/sampler.h"
#include "vtpu/ports/port_model.h"

namespace vtpu::study::host {

/// The classes of a loop's ops, in order; if `only` is given, those of that slot. NOPs, hints and loop control are not
/// ops.
std::vector<isa::Cost> pattern_of(const isa::Program& program, ports::Loop loop, std::optional<isa::Slot> only = {});

/// An alternative that runs a loop of independent host instructions, one for each op of the pattern, for about 3 × 10⁵
/// ops. Its work is the number of ops. Error: as HostLoop::independent.
Result<measure::Alternative> mix_alternative(std::string name, std::span<const isa::Cost> pattern);

/// The median of derived samples: `make(n)` computes the sample of process n from the samples of other estimates. The
/// number of samples and the start of the method text are those of `like`; `method` is appended.
template <class Make>
measure::Estimate of_each(const measure::Estimate& like, const std::string& method, Make make) {
  std::vector<double> samples(like.samples.size());
  for (std::size_t n = 0; n < samples.size(); ++n) samples[n] = make(n);
  measure::Estimate estimate = measure::estimate_over_time(std::move(samples));
  estimate.method = like.method + method;
  return estimate;
}

/// The geometric mean of several estimates, taken within each process. At least one; all have the same number of
/// samples.
measure::Estimate geometric_mean(const std::vector<measure::Estimate>& all, const std::string& method);

}  // namespace vtpu::study::host
