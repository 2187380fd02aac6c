#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "vtpu/measure/sampler.h"
#include "vtpu/ports/port_model.h"
#include "vtpu/study/programs/program_variants.h"

namespace vtpu::study::programs {

/// What the words of tier 3 could do at best.
struct BoundResult {
  measure::Estimate ops_per_cycle;  ///< every innermost loop at the rate of independent host instructions of its own
                                    ///< mix, or of its recurrence, whichever is slower; all else at the map's rates
  measure::Estimate share;          ///< what is reached over it, in the same process
  std::string limit;                ///< of the loop that takes longest at best: `recurrence`, or by the port model
  measure::Estimate busy;           ///< share of cycles that the unit which the work keeps busiest is busy
  std::string unit;
};

/// One program at one size, by every variant that applies. Estimates are of one repetition.
struct ProgramResult {
  const kernels::CompiledProgram* program = nullptr;
  std::string level;  ///< "L1", "L2", "memory"
  kernels::Parameters parameters;
  std::map<std::string, measure::Estimate> ns, cycles;     ///< by variant
  std::map<std::string, measure::Estimate> ops_per_cycle;  ///< of variants by words
  std::map<std::string, measure::Estimate> over;           ///< time of a variant over that of tier 3, in each process
  std::vector<std::string> too_long;                       ///< variants of which one repetition takes too long
  std::optional<BoundResult> bound;                        ///< where a map was given, unless the runtime sets the pace
  std::size_t discarded = 0;
};

/// Samples prepared programs, all in the same processes. With a map, loops of host instructions run beside them.
/// Error: a host that runs no form; as measure::sample_in_processes and bound_of_run.
Result<std::vector<ProgramResult>> study_programs(const std::vector<ProgramVariants>& programs, const ports::PortMap* map,
                                                  const measure::SamplingRule& rule);

}  // namespace vtpu::study::programs
