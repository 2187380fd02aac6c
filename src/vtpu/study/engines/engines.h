#pragma once
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/ports/port_model.h"
#include "vtpu/base/result.h"
#include "vtpu/exec/engine.h"
#include "vtpu/isa/program.h"
#include "vtpu/kernels/workload.h"
#include "vtpu/measure/sampler.h"

namespace vtpu::study::engines {

/// A program compiled once, that can be run again and again, each time by a new sentron in a new machine.
class Runnable {
 public:
  enum class By { interpreter, native, avx2 };
  /// Error: a program that does not validate, an engine that this host does not run.
  static Result<Runnable> make(isa::Program program, By by);

  Runnable(Runnable&&) noexcept;
  ~Runnable();
  /// The machine is gone when this returns; what the sentron retired is given.
  /// An invariant: the program halts.
  exec::Retired run() const;

 private:
  struct State;
  explicit Runnable(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// An alternative that runs the program once. Its work is the ops that the program retires.
Result<measure::Alternative> alternative(std::string name, isa::Program program, Runnable::By by);

/// What an iteration of a program's busiest loop would take of this host at best.
struct LoopBound {
  ports::Loop loop;
  double ops = 0;                   ///< that count, of one iteration
  std::vector<isa::Cost> pattern;   ///< their classes in order
  double recurrence = 0;            ///< cycles
  ports::Prediction prediction;  ///< by the port model
};
/// The innermost loop with the most ops.
LoopBound bound_of(const isa::Program& program, const ports::PortMap& map);

/// One workload by every engine. Engines are `native` (the best form of the host), `avx2`, `interpreter`, and the
/// ordinary levels by their names. An op of ordinary code is an op of the program whose work it does.
struct WorkloadResult {
  kernels::Workload workload;
  std::map<std::string, measure::Estimate> ops_per_cycle;
  std::map<std::string, double> ns_per_iteration;
  measure::Estimate bound;           ///< ops in a cycle of independent host instructions of the loop's own mix, or of
                                     ///< its recurrence, whichever is less
  measure::Estimate share_of_bound;  ///< native over it
  std::string limit;                 ///< what binds by the port model
  measure::Estimate conflicts;       ///< share of the mix's cycles that no slot alone and no dispatch asks for
  double predicted = 0;              ///< ops in a cycle, by the port model: modelled from measured rates
  measure::Estimate flop_per_cycle, bytes_per_cycle;  ///< native
  measure::Estimate peak_share;  ///< of the unit that the work keeps busiest: the share of cycles it is busy
  std::string peak_unit;
  measure::Estimate over_interpreter, over_ordinary;  ///< native, against the fastest level; with all engines only
  std::string fastest_ordinary;
};

struct EngineStudy {
  std::vector<WorkloadResult> workloads;
  std::map<std::string, measure::Estimate> geometric_mean;  ///< ops per cycle, by engine; `bound` among them
  measure::Estimate geometric_share;                        ///< of the bounds
  std::size_t discarded = 0;
  measure::CycleSource source = measure::CycleSource::calibrated_time;
};

/// Whether the engine's program and the reference leave the same bytes. Error: they do not; as Runnable::make.
Result<void> check_answer(const kernels::Workload& workload, Runnable::By by);

enum class Engines { native_only, all };

/// Runs the ten workloads. Every engine's answer is held against the reference before it is timed.
/// Error: a host without AVX2; a module that cannot be loaded; see measure::sample_in_processes.
Result<EngineStudy> study_engines(const ports::PortMap& map, const measure::SamplingRule& rule,
                                  Engines which = Engines::all);

/// The table of the study as text, as `vtpu bench` prints it.
std::string to_text(const EngineStudy& study);
/// The same with intervals.
nlohmann::ordered_json to_json(const EngineStudy& study);

}  // namespace vtpu::study::engines
