#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "vtpu/exec/context.h"
#include "vtpu/isa/operand.h"
#include "vtpu/phext/packed.h"

namespace vtpu::exec {

/// Pending messages, beacons and meetings of the sentrons of one thread.
///
/// A message is pending at a coordinate until a receive takes it. A receive at c with temperature T takes the message
/// at the d of greatest exp(−dist(c, d) / T), dist being the Manhattan distance; since that falls with the distance at
/// every finite T > 0, it is the nearest message, the oldest of several. T = 0: only dist = 0. T infinite: all are
/// equal, the oldest.
class Exchange {
 public:
  struct Limits {
    std::size_t pending = std::size_t{1} << 16;
  };
  struct Pending {
    std::uint64_t number = 0;  ///< 1 for the first message sent
    phext::PackedCoordinate at;
    Message payload;
  };

  Exchange() = default;
  explicit Exchange(Limits limits) : limits_(limits) {}

  bool full() const { return pending_count_ == limits_.pending; }
  /// Not when full.
  void send(phext::PackedCoordinate at, const Message& payload);
  /// The message a receive would take, which `take` then removes.
  const Pending* match(phext::PackedCoordinate at, double temperature) const;
  void take(const Pending* pending);
  /// All pending messages, the oldest first.
  std::vector<Pending> pending() const;
  std::uint64_t sent() const { return sent_; }

  void set_beacon(std::uint32_t sentron, phext::PackedCoordinate at) { beacons_[sentron] = at; }
  /// The sentron of the nearest beacon, the lowest number of several.
  std::optional<std::uint32_t> nearest_beacon(phext::PackedCoordinate to) const;

  // A meeting: every sentron that has not retired arrives with a word of the same kind, then all go on. Members are
  // told by `enter` and `leave`.
  enum class Meeting : std::uint8_t { barrier, reduce_i64, reduce_f64, cast };
  struct Contribution {
    Meeting kind = Meeting::barrier;
    isa::ReductionKind reduction = isa::ReductionKind::add;
    std::uint64_t value = 0;  ///< the number reduced; the root of a cast
    Message payload;          ///< of a cast
  };
  void enter(std::uint32_t sentron);
  void leave(std::uint32_t sentron);
  /// Notes the sentron as arrived (again, when it already was). Null: not all are here. A sentron that has its outcome
  /// calls `depart`; the next meeting begins when all have departed. A sentron that arrives with another kind than the
  /// first to arrive waits until that meeting is over.
  struct Outcome {
    std::uint64_t value = 0;
    Message payload;
  };
  const Outcome* arrive(std::uint32_t sentron, const Contribution& contribution);
  void depart(std::uint32_t sentron);
  /// Members that the present meeting waits for, in order.
  std::vector<std::uint32_t> missing() const;

 private:
  /// Messages at one coordinate, the oldest first; those before `taken` are gone.
  struct Queue {
    std::vector<Pending> messages;
    std::size_t taken = 0;

    const Pending& oldest() const { return messages[taken]; }
  };
  using Places = std::map<phext::PackedCoordinate, Queue>;
  struct Member {
    bool present = false;  ///< has entered and not left
    bool arrived = false;  ///< at the meeting that is gathering
    bool departs = false;  ///< from the meeting that is breaking up
    Contribution contribution;
  };
  Member& member(std::uint32_t sentron);

  Limits limits_;
  Places pending_;
  std::vector<Places::node_type> spare_;  // of places that became empty: sending to and fro takes no memory
  std::size_t pending_count_ = 0;
  std::uint64_t sent_ = 0;
  std::map<std::uint32_t, phext::PackedCoordinate> beacons_;
  std::vector<Member> members_;  // by number of sentron
  std::size_t present_ = 0, arrived_ = 0, departing_ = 0;
  Contribution meeting_;  // kind and reduction of the meeting that is gathering
  Outcome outcome_;
};

}  // namespace vtpu::exec
