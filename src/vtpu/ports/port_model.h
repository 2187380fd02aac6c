#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/isa/program.h"

namespace vtpu::ports {

inline constexpr std::size_t kCosts = isa::kCosts;

/// Number of ops of each class in a piece of code.
using Mix = std::array<double, kCosts>;

/// Throughput and latency of a host core, as an experiment has measured them; the model itself is independent of the
/// processor. All values are in core cycles. A value of 0 was not measured.
struct PortMap {
  std::string processor;
  std::array<double, kCosts> alone{};    ///< cycles per op in a long run of independent ops of the class
  std::array<double, kCosts> least{};    ///< the same for the fastest ops and places; if 0, `alone` applies
  std::array<double, kCosts> latency{};  ///< cycles from operands to result; if 0, isa::latency_of applies
  /// Time of a mix of two classes divided by the sum of the times alone, if both parts take equally long alone: 0.5 if
  /// they share no resource, 1 if they exclude each other. Indexed by the lesser class first.
  std::map<std::pair<isa::Cost, isa::Cost>, double> pairs;
  double dispatch = 0;  ///< single-instruction ops that can start per cycle

  double latency_of(isa::Cost cost) const;
  double least_of(isa::Cost cost) const;
  std::string to_json() const;
  /// Error: `name` and the key, the value found, and the values allowed.
  static Result<PortMap> from_json(std::string_view text, const std::string& name = "port map");
  /// Error: as `read_text`; as `from_json`.
  static Result<PortMap> read(const std::filesystem::path& file);
  friend bool operator==(const PortMap&, const PortMap&) = default;
};

/// One constraint on the throughput of a mix of ops.
struct Constraint {
  enum class Kind : std::uint8_t { dispatch, one_class, two_classes };
  Kind kind = Kind::dispatch;
  isa::Cost first = isa::Cost::none, second = isa::Cost::none;
  double cycles = 0;

  /// `dispatch`, `store`, `load and store`
  std::string name() const;
};

/// All constraints of the map on a mix, in descending order of cycles. A single class: n × t. Two classes that share a
/// resource: w (n_a t_a + n_b t_b), where w is the map's value for the pair; pairs of about 0.5 share nothing and are
/// left out. Dispatch: all ops divided by its width. Ops of unmeasured classes count for dispatch only.
std::vector<Constraint> constraints(const PortMap& map, const Mix& mix);

/// The largest constraint, in cycles; 0 for an empty mix.
double bound(const PortMap& map, const Mix& mix);

/// The largest constraint that no order of the ops undercuts: a class alone, at its least cycles, or dispatch. Pairs
/// are left out, because another order of their ops may be faster. 0 cycles for an empty mix.
Constraint hard_limit(const PortMap& map, const Mix& mix);

/// A loop of a program: the words first to last; the last branches back to the first.
struct Loop {
  std::uint32_t first = 0;
  std::uint32_t last = 0;

  std::uint32_t words() const { return last - first + 1; }
  friend bool operator==(const Loop&, const Loop&) = default;
};

/// The innermost loops: ranges of words closed by a backward branch, without any other branch or target inside.
std::vector<Loop> innermost_loops(const isa::Program& program);

Mix mix_of(const isa::Program& program, Loop loop);

/// Lower bound in cycles per iteration from the loop's recurrences through registers (RecMII, not rounded): the maximum
/// over all dependence cycles of latency / iterations. Lanes of a message buffer count separately.
/// Source: Rau, "Iterative modulo scheduling", MICRO-27, 1994. The cycle is found by Karp's algorithm (Discrete
/// Mathematics 23(3), 1978) on the longest delays from registers at the loop's start to registers at its end.
double recurrence_bound(const PortMap& map, const isa::Program& program, Loop loop);

struct Prediction {
  double cycles = 0;  ///< per iteration: the greater of the two below
  double ports = 0;
  double recurrence = 0;
  std::string limit;                  ///< the binding limit: a constraint's name, or `recurrence`
  double least = 0;                   ///< cycles that no order of the ops undercuts: hard_limit, or the recurrence
  std::string least_limit;            ///< which of the two, as `limit`
  double ops = 0;                     ///< ops that count, per iteration
  std::vector<isa::Cost> unmeasured;  ///< classes of the loop without a rate in the map
};
Prediction predict(const PortMap& map, const isa::Program& program, Loop loop);

/// A resource that a loop needs for more cycles than its other limits.
struct PortConflict {
  Constraint constraint;
  double cycles_lost = 0;  ///< per iteration, beyond dispatch and recurrences
  struct Place {
    std::uint32_t word = 0;
    isa::Slot slot = isa::Slot::D;
    friend bool operator==(const Place&, const Place&) = default;
  };
  std::vector<Place> places;                 ///< the competing ops, in order
  std::vector<std::uint32_t> crowded_words;  ///< words in which two or three slots compete
};

/// The classes and pairs of classes that limit a loop, in descending order of demand: those that need more cycles than
/// dispatch and recurrences. A class's ops also belong to its pairs, so losses must not be added.
std::vector<PortConflict> port_conflicts(const PortMap& map, const isa::Program& program, Loop loop);

}  // namespace vtpu::ports
