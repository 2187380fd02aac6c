#pragma once
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/isa/builder.h"
#include "vtpu/isa/program.h"
#include "vtpu/kernels/workloads.h"
#include "vtpu/measure/sampler.h"
#include "vtpu/ports/port_model.h"
#include "vtpu/study/baselines/ordinary.h"
#include "vtpu/study/engines/runnable.h"

namespace vtpu::study::engines {

/// The bound of one iteration of a program's busiest loop on this host.
struct LoopBound {
  ports::Loop loop;
  double ops = 0;                  ///< of one iteration
  std::vector<isa::Cost> pattern;  ///< their classes, in order
  double recurrence = 0;           ///< in cycles
  ports::Prediction prediction;    ///< by the port model
};
/// The innermost loop with the most ops.
LoopBound bound_of(const isa::Program& program, const ports::PortMap& map);

/// One workload by every engine. The engines are `native` (the best form of the host), `avx2`, `interpreter`, and the
/// levels of ordinary code by name. Ordinary code is credited with the ops of the program whose work it does.
struct WorkloadResult {
  kernels::Workload workload;
  std::map<std::string, measure::Estimate> ops_per_cycle;
  std::map<std::string, double> ns_per_iteration;
  double live_share = 0;  ///< of the ops of one iteration in the steady state, those whose result is used (analysis/)
  measure::Estimate live_ops_per_cycle;  ///< native, live ops only
  measure::Estimate live_avx2;           ///< the same in the AVX2 form; with all engines only
  double bound = 0;                      ///< ops per cycle that no order of the loop's ops exceeds, from measured rates
  std::string bound_limit;               ///< what sets it: `dispatch`, a class of host instructions, or `recurrence`
  measure::Estimate share_of_bound;      ///< native over `bound`
  measure::Estimate independent;       ///< ops per cycle of independent host instructions, one for each op of the loop
  measure::Estimate over_independent;  ///< native over `independent`; above 1 where the engine's order is better
  std::string limit;                   ///< the binding resource by the port model
  measure::Estimate conflicts;         ///< share of the mix's cycles that neither one slot alone nor dispatch explains
  double predicted = 0;                ///< ops per cycle by the port model, from measured rates
  measure::Estimate flop_per_cycle, bytes_per_cycle;  ///< native
  measure::Estimate peak_share;                       ///< share of cycles in which the busiest unit is busy
  std::string peak_unit;
  measure::Estimate over_interpreter,
      over_ordinary;                       ///< native over the interpreter and the fastest level; with all engines only
  std::string fastest_ordinary;            ///< of the levels whose answer has the bytes of the reference
  std::vector<std::string> other_answers;  ///< the levels whose answer has other bytes: they may reorder
};

struct EngineStudy {
  std::vector<WorkloadResult> workloads;
  std::map<std::string, measure::Estimate> geometric_mean;  ///< ops per cycle, by engine; `live`, `independent` too
  double geometric_bound = 0;
  measure::Estimate geometric_share;             ///< native over the bound
  measure::Estimate geometric_over_independent;  ///< native over `independent`
  measure::Tally tally;
  measure::CycleSource source = measure::CycleSource::calibrated_time;
};

/// Checks that the engine leaves the same bytes as the reference. Error: it does not; as Runnable::make.
Result<void> check_answer(const kernels::Workload& workload, Runnable::By by);

enum class Engines { native_only, all };

/// Whether ordinary code of a level leaves the same bytes as the reference that this library is compiled with.
bool has_the_answer(const kernels::Workload& workload, const baselines::OrdinaryTable& level);

/// The share of live ops (analysis/liveness.h) among those of an iteration in the steady state. The checked answer is
/// all of memory, and counts as used after every iteration; registers count as used by what reads them later.
/// `counter`: what the loop over iterations counts down. Error: a run that cannot be traced.
Result<double> live_share(const std::string& name, const MakeProgram& make, isa::R counter, unsigned sentrons);

/// Runs the ten workloads, or those given. Every engine's answer is compared with the reference before it is timed.
/// Error: a host without AVX2; a module that cannot be loaded; see measure::sample_in_processes.
Result<EngineStudy> study_engines(const ports::PortMap& map, const measure::SamplingRule& rule,
                                  Engines which = Engines::all,
                                  std::span<const kernels::Workload> workloads = kernels::workloads());

/// The table that `vtpu bench` prints.
std::string to_text(const EngineStudy& study);
/// The same as JSON text, with intervals and an indent of 2.
std::string to_json(const EngineStudy& study);

}  // namespace vtpu::study::engines
