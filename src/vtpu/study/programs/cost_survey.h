#pragma once
#include "vtpu/base/result.h"
#include "vtpu/compiler/machine_model.h"
#include "vtpu/measure/disturbance.h"
#include "vtpu/measure/sampler.h"

namespace vtpu::study::programs {

/// The cost table of this host, and how it was sampled.
struct CostSurvey {
  compiler::MachineModel model;
  measure::Tally tally;
};

/// Measures what the compiler's cost table holds: the port map, each level of memory, and counted loops in the native
/// engine. Takes about a minute. Error: as host::survey_ports and measure::sample_in_processes.
Result<CostSurvey> survey_costs(const measure::SamplingRule& rule);

/// The class of this host as cost tables name it: `amd-25-1`.
std::string host_of_costs();

}  // namespace vtpu::study::programs
