#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "vtpu/exec/context.h"
#include "vtpu/isa/operand.h"
#include "vtpu/memory/arena.h"
#include "vtpu/phext/packed.h"

namespace vtpu::exec {

/// Pending messages, beacons and rendezvous of the sentrons of one thread.
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
    std::uint64_t number = 0;  ///< counts from 1 in the order of sending
    phext::PackedCoordinate at;
    Message payload;
  };

  Exchange() : Exchange(Limits()) {}
  /// `quota`: what the memory of pending messages counts against, or null.
  explicit Exchange(Limits limits, memory::Quota* quota = nullptr);
  Exchange(Exchange&&) = default;
  Exchange& operator=(Exchange&&) = delete;  // the messages would outlive their memory

  bool full() const { return pending_count_ == limits_.pending; }
  /// Takes from the quota and the system what the next `send` needs; false if they refuse.
  bool make_room();
  /// Not when full, and after `make_room`.
  void send(phext::PackedCoordinate at, const Message& payload);
  /// The message that a receive would take; `take` removes it. Adds the number of coordinates with messages that it had
  /// to compare to `looked_at`: none when T = 0, and none when a message at `at` is the nearest.
  const Pending* match(phext::PackedCoordinate at, double temperature, std::uint64_t& looked_at) const;
  const Pending* match(phext::PackedCoordinate at, double temperature) const {
    std::uint64_t looked_at = 0;
    return match(at, temperature, looked_at);
  }
  void take(const Pending* pending);
  /// All pending messages, the oldest first.
  std::vector<Pending> pending() const;
  std::uint64_t sent() const { return sent_; }

  void set_beacon(std::uint32_t sentron, phext::PackedCoordinate at) { beacons_[sentron] = at; }
  std::size_t beacons() const { return beacons_.size(); }
  /// The sentron with the nearest beacon; of several, the one with the lowest number.
  std::optional<std::uint32_t> nearest_beacon(phext::PackedCoordinate to) const;

  // A rendezvous: every member arrives with an operation of the same kind, then all continue. `enter` and `leave`
  // change the membership.
  enum class Rendezvous : std::uint8_t { barrier, reduce_i64, reduce_f64, cast };
  struct Contribution {
    Rendezvous kind = Rendezvous::barrier;
    isa::ReductionKind reduction = isa::ReductionKind::add;
    std::uint64_t value = 0;  ///< the number reduced; the root of a cast
    Message payload;          ///< of a cast
  };
  void enter(std::uint32_t sentron);
  void leave(std::uint32_t sentron);
  /// Marks the sentron as arrived; repeated calls are allowed. Returns null until all members have arrived. A sentron
  /// that has received the outcome calls `depart`; the next rendezvous begins when all have departed. A sentron that
  /// arrives with another kind than the first one waits until that rendezvous is over.
  struct Outcome {
    std::uint64_t value = 0;
    Message payload;
  };
  const Outcome* arrive(std::uint32_t sentron, const Contribution& contribution);
  void depart(std::uint32_t sentron);
  /// The members that have not arrived, in order.
  std::vector<std::uint32_t> missing() const;

 private:
  /// A message and the next younger one at the same coordinate.
  struct Held {
    Pending message;
    Held* next = nullptr;
  };
  /// Messages at one coordinate, at least one.
  struct Queue {
    Held* first = nullptr;
    Held* last = nullptr;

    const Pending& oldest() const { return first->message; }
  };
  using Places = std::map<phext::PackedCoordinate, Queue, std::less<>,
                          memory::ArenaAllocator<std::pair<const phext::PackedCoordinate, Queue>>>;
  struct Member {
    bool present = false;  ///< entered and has not left
    bool arrived = false;  ///< at the current rendezvous
    bool departs = false;  ///< has not yet departed from the completed rendezvous
    Contribution contribution;
  };
  Member& member(std::uint32_t sentron);

  Limits limits_;
  memory::Quota* quota_;
  std::unique_ptr<memory::Arena> messages_, nodes_;  // they keep what they took, so ping-pong traffic does not allocate
  Places pending_;
  std::size_t pending_count_ = 0;
  std::uint64_t sent_ = 0;
  std::map<std::uint32_t, std::optional<phext::PackedCoordinate>> beacons_;  // an entry for each that ever entered
  std::vector<Member> members_;                                              // by sentron number
  std::size_t present_ = 0, arrived_ = 0, departing_ = 0;
  Contribution current_;  // kind and reduction of the current rendezvous
  Outcome outcome_;
};

}  // namespace vtpu::exec
