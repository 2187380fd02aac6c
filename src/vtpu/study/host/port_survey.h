#pragma once
#include <cstddef>
#include <optional>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/measure/sampler.h"
#include "vtpu/ports/port_model.h"

namespace vtpu::study::host {

/// The rate of one class of host instructions alone.
struct ClassRate {
  isa::Cost cost = isa::Cost::none;
  measure::Estimate cycles;                  ///< per instruction, for independent instructions
  std::optional<measure::Estimate> latency;  ///< in cycles, if instructions of the class can depend on each other
};

/// The rate of two classes together; see ports::PortMap::pairs.
struct PairRate {
  isa::Cost first = isa::Cost::none, second = isa::Cost::none;
  measure::Estimate together;
};

/// The port map of this host and the samples from which it was made.
struct PortSurvey {
  ports::PortMap map;
  std::vector<ClassRate> rates;
  std::vector<PairRate> pairs;
  measure::Estimate dispatch;  ///< ops per cycle of the fastest of several mixes
  measure::Tally tally;
  measure::CycleSource source = measure::CycleSource::calibrated_time;
};

/// Measures every class of host instructions, every pair of classes, and the width of dispatch. The map's `least`,
/// latencies and dispatch are the best that any process reached, so that they are limits. Takes some seconds.
/// Error: a host without AVX2; see measure::sample_in_processes.
Result<PortSurvey> survey_ports(const measure::SamplingRule& rule);

}  // namespace vtpu::study::host
