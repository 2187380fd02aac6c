#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "vtpu/exec/context.h"
#include "vtpu/isa/operand.h"
#include "vtpu/memory/arena.h"
#include "vtpu/memory/coordinate_map.h"
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

  // Who waits for what. A sentron that waits is called when a message comes that it may take, or when a rendezvous
  // changes; each message calls one sentron. A sentron that was called need not be able to continue, and waits again.

  /// `sentron`: one that has entered, here and below.
  void wait_for_message(std::uint32_t sentron, phext::PackedCoordinate at, double temperature);
  void wait_for_rendezvous(std::uint32_t sentron);
  /// The next sentron that was called, in the order of the calls.
  std::optional<std::uint32_t> next_called();
  /// Nobody waits any longer, and nobody is called.
  void stop_waiting();

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
  /// that has received the outcome calls `depart`, and may then arrive at the next rendezvous. A sentron that arrives
  /// with another kind than the first one waits until that rendezvous is over.
  struct Outcome {
    std::uint64_t value = 0;
    Message payload;
  };
  const Outcome* arrive(std::uint32_t sentron, const Contribution& contribution);
  void depart(std::uint32_t sentron);
  /// The members that have not arrived, in order.
  std::vector<std::uint32_t> missing() const;

 private:
  struct Queue;
  /// A message and the next younger one at the same coordinate.
  struct Held {
    Pending message;
    Queue* queue = nullptr;
    Held* next = nullptr;
  };
  /// The messages at one coordinate, at least one. All queues are in a list.
  struct Queue {
    Held* first = nullptr;
    Held* last = nullptr;
    Queue *before = nullptr, *after = nullptr;

    const Pending& oldest() const { return first->message; }
  };
  struct Member {
    bool present = false;  ///< entered and has not left
    bool arrived = false;  ///< at the current rendezvous
    bool departs = false;  ///< has an outcome from which it has not departed
    Contribution contribution;
    Outcome outcome;
  };
  Queue* queue_at(phext::PackedCoordinate at) const;
  Member& member(std::uint32_t sentron);

  /// What a sentron waits for, and who waits for the same after it.
  struct Waiting {
    enum class For : std::uint8_t { nothing, message_here, message_near, rendezvous } what = For::nothing;
    bool called = false;  ///< for a message that it has not taken
    phext::PackedCoordinate at;
    std::uint32_t next = 0;
  };
  /// Sentrons that wait for the same, the first to be called first.
  struct Line {
    std::uint32_t first = kNobody, last = kNobody;
  };
  static constexpr std::uint32_t kNobody = ~std::uint32_t{0};
  void append(Line& line, std::uint32_t sentron);
  std::uint32_t take_first(Line& line);
  void call(std::uint32_t sentron);
  void call_for_message(phext::PackedCoordinate at);
  void call_for_rendezvous();
  Line line_at(phext::PackedCoordinate at) const;

  Limits limits_;
  memory::Quota* quota_;
  std::unique_ptr<memory::Arena> messages_, nodes_;  // they keep what they took, so ping-pong traffic does not allocate
  std::unique_ptr<memory::CoordinateMap> places_;    // coordinate → Queue
  Queue* queues_ = nullptr;
  std::size_t pending_count_ = 0;
  std::uint64_t sent_ = 0;
  std::map<std::uint32_t, std::optional<phext::PackedCoordinate>> beacons_;  // an entry for each that ever entered
  std::vector<Member> members_;                                              // by sentron number
  std::size_t present_ = 0, arrived_ = 0;
  Contribution current_;          // kind and reduction of the current rendezvous
  std::vector<Waiting> waiting_;  // by sentron number
  std::unique_ptr<memory::CoordinateMap> here_ = std::make_unique<memory::CoordinateMap>();  // coordinate → Line
  Line near_, called_;
  std::size_t at_rendezvous_ = 0;  // sentrons that wait for one
};

}  // namespace vtpu::exec
