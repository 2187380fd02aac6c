#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "vtpu/base/result.h"
#include "vtpu/exec/context.h"
#include "vtpu/exec/machine.h"
#include "vtpu/isa/program.h"
#include "vtpu/kernels/workload.h"
#include "vtpu/measure/sampler.h"

namespace vtpu::study::engines {

/// A compiled program that can run several times, each time with new sentrons in a new machine.
class Runnable {
 public:
  enum class By : std::uint8_t { interpreter, native, avx2 };
  /// `sentrons`: how many run the program, on one thread. Error: an invalid program; an engine that this host does not
  /// support.
  static Result<Runnable> make(isa::Program program, By by, unsigned sentrons = 1);

  Runnable(Runnable&&) noexcept;
  ~Runnable();
  /// Runs the program, which halts (an invariant), and returns what the sentrons retired together.
  exec::Retired run() const;

  /// A new machine whose sentrons have executed nothing.
  std::unique_ptr<exec::Machine> machine() const;
  /// Executes words of one sentron of such a machine until it has retired `words` in all, or has to wait.
  exec::Status advance(exec::Machine& machine, std::size_t sentron, std::uint64_t words) const;
  /// Runs all sentrons to their ends, which they reach (an invariant).
  void finish(exec::Machine& machine) const;

 private:
  struct State;
  explicit Runnable(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// A program that repeats its iterations as often as it is told.
using MakeProgram = std::function<isa::Program(std::uint64_t iterations)>;

/// An alternative that runs the loops of a program, with as many iterations as take about `kTimedNs`, and at least one.
/// Untimed, once in each process: making the machine, the program's set-up, and a first run of its loops and its end.
/// Its work is the number of ops that the timed part retires. Several sentrons start at the same iteration, with no
/// message pending. Error: as Runnable::make.
Result<measure::Alternative> iterations_alternative(std::string name, const MakeProgram& make, Runnable::By by,
                                                    unsigned sentrons = 1);
/// The same for one counted loop, which goes on with the registers that the timing before has left, except its counter:
/// accesses that depend on registers do not repeat. `warm`: words that each process executes untimed, which should
/// touch all memory.
Result<measure::Alternative> going_on_alternative(std::string name, const MakeProgram& make, Runnable::By by,
                                                  std::uint64_t warm);

/// The seed of the data of every workload.
inline constexpr std::uint64_t kSeed = 1;
/// Short enough that a disturbance is unlikely, long enough that reading the clock costs nothing.
inline constexpr double kTimedNs = 80e3;
/// How many units of work take about `kTimedNs`, at least 1. `run` does that many; it is called a few times.
std::uint64_t units_in_a_timing(const std::function<void(std::uint64_t units)>& run);

/// An alternative that runs a workload's C++ reference, with as many iterations as take about `kTimedNs`. Its work is
/// the number of ops of the program that does the same work. Each process makes its data again.
measure::Alternative reference_alternative(std::string name, const kernels::Workload& workload);

/// An alternative that runs the program once. Its work is the number of ops that the program retires.
/// Error: as Runnable::make.
Result<measure::Alternative> alternative(std::string name, isa::Program program, Runnable::By by);

}  // namespace vtpu::study::engines
