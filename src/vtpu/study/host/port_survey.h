#pragma once
#include <cstddef>
#include <optional>
#include <vector>

#include "vtpu/ports/port_model.h"
#include "vtpu/base/result.h"
#include "vtpu/measure/sampler.h"

namespace vtpu::study::host {

/// What one class of host instructions does alone.
struct ClassRate {
  isa::Cost cost = isa::Cost::none;
  measure::Estimate cycles;                  ///< an instruction, of many that do not wait for each other
  std::optional<measure::Estimate> latency;  ///< cycles, where they can be chained
};

/// What two classes do together: see ports::PortMap::pairs.
struct PairRate {
  isa::Cost first = isa::Cost::none, second = isa::Cost::none;
  measure::Estimate together;
};

/// The port map of this host with the samples behind it.
struct PortSurvey {
  ports::PortMap map;
  std::vector<ClassRate> rates;
  std::vector<PairRate> pairs;
  measure::Estimate dispatch;  ///< ops in a cycle, of the fastest of a few mixes of all kinds
  std::size_t discarded = 0;
  measure::CycleSource source = measure::CycleSource::calibrated_time;
};

/// Measures every class of host instructions, every pair of classes, and the width of dispatch. Takes some seconds.
/// Error: a host without AVX2; see measure::sample_in_processes.
Result<PortSurvey> survey_ports(const measure::SamplingRule& rule);

}  // namespace vtpu::study::host
