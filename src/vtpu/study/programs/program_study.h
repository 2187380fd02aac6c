#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "vtpu/measure/sampler.h"
#include "vtpu/ports/port_model.h"
#include "vtpu/study/programs/program_variants.h"

namespace vtpu::study::programs {

/// The bound of the words of tier 3.
struct BoundResult {
  double ops_per_cycle = 0;       ///< that no order of the run's ops exceeds, from measured rates (run_bound.h)
  std::string limit;              ///< what sets it: `dispatch`, a class of host instructions, or `recurrence`
  measure::Estimate share;        ///< the reached rate over the bound
  measure::Estimate independent;  ///< ops per cycle if each innermost loop had the rate of independent host
                                  ///< instructions of its mix, or of its recurrence, and other code the map's rates
  measure::Estimate over_independent;  ///< the reached rate over it, in the same process
  measure::Estimate busy;              ///< share of cycles in which the busiest unit is busy
  std::string unit;
};

/// One program at one size, with every variant that applies. Estimates are of one repetition.
struct ProgramResult {
  const kernels::CompiledProgram* program = nullptr;
  std::string level;  ///< "L1", "L2", "memory"
  kernels::Parameters parameters;
  std::map<std::string, measure::Estimate> ns, cycles;          ///< by variant
  std::map<std::string, measure::Estimate> ops_per_cycle;       ///< of variants that are words
  std::map<std::string, double> live_share;                     ///< as ProgramVariants::Prepared; at size L1
  std::map<std::string, measure::Estimate> live_ops_per_cycle;  ///< live ops only; at size L1
  std::map<std::string, measure::Estimate> over;  ///< time of a variant over that of tier 3, within each process
  std::vector<std::string> other_bytes;  ///< functions whose answer is within the program's bound, with other bytes
  std::vector<std::string> too_long;     ///< variants whose repetition takes too long
  std::optional<BoundResult> bound;      ///< if a map was given and the runtime does not limit the speed
  measure::Tally tally;                  ///< timings of all programs together
};

/// The fastest of the references by other compilers, by its median. With -ffast-math a reference counts only where its
/// answer has the bytes of the reference. Empty if none was timed.
std::string strongest_reference(const ProgramResult& result);

/// Samples prepared programs, all in the same processes. With a map, the loops of host instructions of their bounds are
/// sampled, too.
/// Error: a host that runs no form; as measure::sample_in_processes and bound_of_run.
Result<std::vector<ProgramResult>> study_programs(const std::vector<ProgramVariants>& programs,
                                                  const ports::PortMap* map, const measure::SamplingRule& rule);

}  // namespace vtpu::study::programs
