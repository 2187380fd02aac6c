#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/isa/program.h"

namespace vtpu::ports {

inline constexpr std::size_t kCosts = isa::kCosts;

/// How many ops of each class a piece of code has.
using Mix = std::array<double, kCosts>;

/// What a host core does per cycle, as an experiment has measured it; the model itself knows no processor. All in core
/// cycles. A value of 0 is one not measured.
struct PortMap {
  std::string processor;
  std::array<double, kCosts> alone{};    ///< cycles an op of the class takes in a long run of independent ones
  std::array<double, kCosts> latency{};  ///< cycles from operands to result; where 0, isa::latency_of
  /// Cycles that amounts of two classes which take equally long alone take together, over the sum of what they take
  /// alone: 0.5 when nothing is shared, 1 when one waits for the other. Lesser class first.
  std::map<std::pair<isa::Cost, isa::Cost>, double> pairs;
  double dispatch = 0;  ///< ops of one instruction each that can start in a cycle

  double latency_of(isa::Cost cost) const;
  std::string to_json() const;
  /// Error: the key, what stands there, what may.
  static Result<PortMap> from_json(std::string_view text);
  friend bool operator==(const PortMap&, const PortMap&) = default;
};

/// One constraint on the throughput of a mix.
struct Constraint {
  enum class Kind : std::uint8_t { dispatch, one_class, two_classes };
  Kind kind = Kind::dispatch;
  isa::Cost first = isa::Cost::none, second = isa::Cost::none;
  double cycles = 0;

  /// `dispatch`, `store`, `load and store`
  std::string name() const;
};

/// All constraints that the map has on a mix, the greatest number of cycles first. A class alone: n × t. Two that share
/// a resource, n_a and n_b of them: w (n_a t_a + n_b t_b), w being the map's value for the pair; a pair of about 0.5
/// shares nothing. Dispatch: all ops over its width. Ops of classes that were not measured count for dispatch only.
std::vector<Constraint> constraints(const PortMap& map, const Mix& mix);

/// The greatest of the constraints, in cycles; 0 for an empty mix.
double bound(const PortMap& map, const Mix& mix);

/// A loop of a program: words first to last, of which the last goes back to the first.
struct Loop {
  std::uint32_t first = 0;
  std::uint32_t last = 0;

  std::uint32_t words() const { return last - first + 1; }
  friend bool operator==(const Loop&, const Loop&) = default;
};

/// The innermost loops: words that a branch at their end closes, with no other branch or target among them.
std::vector<Loop> innermost_loops(const isa::Program& program);

Mix mix_of(const isa::Program& program, Loop loop);

/// Lower bound in cycles an iteration from the loop's recurrences through registers (RecMII), not rounded up: the
/// greatest, over all cycles of dependences, of latencies over iterations. The lanes of a message buffer are separate.
/// Source: Rau, "Iterative modulo scheduling", MICRO-27, 1994; the cycle by Karp's algorithm (Discrete Mathematics
/// 23(3), 1978) on the longest delays from registers at the loop's start to registers at its end.
double recurrence_bound(const PortMap& map, const isa::Program& program, Loop loop);

struct Prediction {
  double cycles = 0;  ///< of one iteration: the greater of the two below
  double ports = 0;
  double recurrence = 0;
  std::string limit;                  ///< what binds: a constraint's name, or `recurrence`
  double ops = 0;                     ///< that count, of one iteration
  std::vector<isa::Cost> unmeasured;  ///< classes of the loop that the map has no rate for
};
Prediction predict(const PortMap& map, const isa::Program& program, Loop loop);

/// A resource that a loop asks for more often than it can have it.
struct PortConflict {
  Constraint constraint;
  double cycles_lost = 0;  ///< an iteration, beyond what dispatch and the recurrences need
  struct Place {
    std::uint32_t word = 0;
    isa::Slot slot = isa::Slot::D;
    friend bool operator==(const Place&, const Place&) = default;
  };
  std::vector<Place> places;                 ///< the ops that compete, in order
  std::vector<std::uint32_t> crowded_words;  ///< words in which two or three of their slots do
};

/// The classes and pairs of classes that hold a loop back, the greatest demand first: those that need more cycles than
/// dispatch and the recurrences do. Those of a class are among those of its pairs, so that losses do not add up.
std::vector<PortConflict> port_conflicts(const PortMap& map, const isa::Program& program, Loop loop);

}  // namespace vtpu::ports
