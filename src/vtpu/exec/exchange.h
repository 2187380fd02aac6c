#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <utility>
#include <vector>

#include "vtpu/exec/context.h"
#include "vtpu/exec/letter.h"
#include "vtpu/isa/operand.h"
#include "vtpu/memory/arena.h"
#include "vtpu/memory/coordinate_map.h"
#include "vtpu/phext/packed.h"

namespace vtpu::exec {

class NodeExchange;

/// Pending messages, beacons and rendezvous of the sentrons of one thread. In a node each worker has one, which has
/// joined the others (node_exchange.h): it then holds the messages of the coordinates whose home is this worker, and
/// sends letters for the others.
///
/// A message is pending at a coordinate until a receive takes it. A receive at c with temperature T takes the message
/// at the d of greatest exp(−dist(c, d) / T), dist being the Manhattan distance; since that falls with the distance at
/// every finite T > 0, it is the nearest message, the oldest of several. T = 0: only dist = 0. T infinite: all are
/// equal, the oldest.
class Exchange {
  static constexpr std::uint32_t kNobody = ~std::uint32_t{0};
  static constexpr std::size_t kPlacesKept = 64;  // although they are empty
  /// The flags of a coordinate, all set.
  static constexpr phext::PackedCoordinate kNowhere = phext::PackedCoordinate::from_bits(
      ~phext::PackedCoordinate::Bits{0} << (phext::PackedCoordinate::kAxes * phext::PackedCoordinate::kAxisBits));

 public:
  static constexpr phext::PackedCoordinate without_flags(phext::PackedCoordinate at) {
    return phext::PackedCoordinate::from_bits(at.bits() & ~kNowhere.bits());
  }
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

  /// Sentrons that wait for the same, the first to be called first.
  struct Line {
    std::uint32_t first = kNobody, last = kNobody;
  };
  /// Neighbours in a circular list.
  struct Link {
    Link *before = this, *after = this;

    void put_after(Link& other) {
      before = &other, after = other.after;
      after->before = other.after = this;
    }
    void unlink() { before->after = after, after->before = before; }
  };
  struct Held;
  /// A coordinate with messages or waiting sentrons, or one that had some not long ago. Compiled code keeps pointers to
  /// places: their memory is never used for anything else, and a place that was given up is nowhere.
  struct Place : Link {                     // with all other places
    phext::PackedCoordinate at = kNowhere;  ///< without flags
    Held* first = nullptr;                  ///< the oldest message
    Held* last = nullptr;
    Line waiting;  ///< for a message at this coordinate
    /// The worker that has the messages, in a node. A place elsewhere has none, and nobody waits there.
    static constexpr std::uint32_t kHere = ~std::uint32_t{0};
    std::uint32_t home = kHere;

    bool is_at(phext::PackedCoordinate other) const { return at.bits() == without_flags(other).bits(); }
  };
  struct Held : Pending {
    Place* place = nullptr;
    Held* next = nullptr;  ///< the next younger one at the place
  };

  /// A place without coordinate.
  static Place& nowhere();
  const Limits& limits() const { return limits_; }
  std::size_t pending_count() const { return pending_count_; }
  bool full() const { return pending_count_ >= limits_.pending; }
  /// Takes from the quota and the system what the next `send` to this coordinate needs; false if they refuse.
  bool make_room(phext::PackedCoordinate at);
  /// Whether a sentron may send there now. `later`: it waits for room on the way, and is called.
  enum class Sendable : std::uint8_t { now, later, full, no_memory };
  Sendable may_send(std::uint32_t sentron, phext::PackedCoordinate at);
  /// After `may_send`; or, if the exchange has not joined a node, when not full and after `make_room`.
  void send(phext::PackedCoordinate at, const Message& payload);
  /// The place of a coordinate, or null.
  Place* place_at(phext::PackedCoordinate at) const {
    const std::uint64_t* const found = places_->find(at);
    return found == nullptr ? nullptr : reinterpret_cast<Place*>(*found);
  }
  /// Whether a message may be sent to a place without further memory.
  bool ready_to_send() const { return !full() && messages_->has_given_back() && remote_waiting_ == 0; }
  void send_to(Place& place, phext::PackedCoordinate at, const Message& payload) {
    Held* const held = new (messages_->take()) Held{{++sent_, at, payload}, &place, nullptr};
    occupied_ += place.first == nullptr;
    (place.first == nullptr ? place.first : place.last->next) = held;
    place.last = held;
    ++pending_count_;
    call_for_message(place.waiting, at);
  }
  /// Sends to a place whose home is another worker if the letter can be on its way at once; else does nothing and
  /// returns false. Defined in node_exchange.h.
  bool send_elsewhere(const Place& place, phext::PackedCoordinate at, const Message& payload);
  /// The message that a receive would take; `take` removes it. Adds the number of coordinates with messages that it had
  /// to compare to `looked_at`: none when T = 0, and none when a message at `at` is the nearest.
  const Pending* match(phext::PackedCoordinate at, double temperature, std::uint64_t& looked_at);
  const Pending* match(phext::PackedCoordinate at, double temperature) {
    std::uint64_t looked_at = 0;
    return match(at, temperature, looked_at);
  }
  void take(const Pending* pending) { take_oldest(*static_cast<const Held*>(pending)->place); }
  /// As `match`, for a sentron of a node too: asks the home of the coordinate and says that the sentron waits. `tries`:
  /// it wants an answer, be it that there is none.
  struct Found {
    const Pending* message = nullptr;
    bool waits = false;
  };
  Found find(std::uint32_t sentron, phext::PackedCoordinate at, double temperature, bool tries,
             std::uint64_t& looked_at);
  /// Removes what `find` found; `message` may be null.
  void take_found(std::uint32_t sentron, const Pending* message);
  /// Removes the oldest message of a place that has one.
  void take_oldest(Place& place) {
    Held* const taken = place.first;
    place.first = taken->next;
    occupied_ -= place.first == nullptr;
    --pending_count_;
    messages_->give_back(taken);
  }
  /// All pending messages, the oldest first.
  std::vector<Pending> pending() const;
  std::uint64_t sent() const { return sent_; }

  void set_beacon(std::uint32_t sentron, phext::PackedCoordinate at);
  std::size_t beacons() const { return beacons_.size(); }
  /// The sentron with the nearest beacon; of several, the one with the lowest number.
  std::optional<std::uint32_t> nearest_beacon(phext::PackedCoordinate to) const;

  // Who waits for what. A sentron that waits is called when a message comes that it may take, or when a rendezvous
  // changes; each message calls one sentron. A sentron that was called need not be able to continue, and waits again.

  /// `sentron`: one that has entered, here and below.
  void wait_for_message(std::uint32_t sentron, phext::PackedCoordinate at, double temperature);
  /// With temperature 0.
  void wait_at(Place& place, std::uint32_t sentron) {
    waiting_[sentron] = {Waiting::For::message_here, false, kNobody, place.at};
    append(place.waiting, sentron);
  }
  void wait_for_rendezvous(std::uint32_t sentron) {
    waiting_[sentron].what = Waiting::For::rendezvous;
    ++at_rendezvous_;
  }
  /// Calls a sentron that waits for nothing.
  void call(std::uint32_t sentron) {
    waiting_[sentron].what = Waiting::For::nothing;
    append(called_, sentron);
  }
  /// The next sentron that was called, in the order of the calls.
  std::optional<std::uint32_t> next_called() {
    if (called_.first == kNobody) return {};
    return take_first(called_);
  }
  /// Nobody waits any longer, and nobody is called.
  void stop_waiting();
  /// Whether the sentron waits for something; it was not called.
  bool waits(std::uint32_t sentron) const { return waiting_[sentron].what != Waiting::For::nothing; }
  /// A sentron that was called goes to another worker. A message for which it was called may be for another.
  void give_away(std::uint32_t sentron) { call_another(sentron); }

  // ---- in a node; only the worker's thread calls these, except `join` and `part`, which nobody else may run beside

  /// Joins the exchanges of a node. Pending messages stay here.
  void join(NodeExchange& node, unsigned worker);
  bool joined() const { return node_ != nullptr; }
  /// A sentron that another worker had goes on here. If this exchange has answered its request, the answer is taken
  /// back: the sentron receives here itself now, and compiled code does not look for an answer.
  void move_in(std::uint32_t sentron);
  /// Takes what other workers sent and what has ended, and calls those that waited for it. Whether anything happened.
  bool attend();
  /// Whether `attend` would do something.
  bool has_news();
  /// Nobody waits for room on the way to another worker, and all letters are in the rings.
  bool sends_nothing() const { return waiting_for_room_ == 0 && letters_held_back_ == 0; }
  std::uint64_t letters_sent() const { return letters_sent_; }
  std::uint64_t letters_taken() const { return letters_taken_; }
  std::uint64_t meetings_known() const { return meetings_known_; }
  /// Leaves the node. Returns the messages for which it had no room; the other pending ones stay.
  std::vector<Pending> part();
  /// Adds a message, although the exchange may be full. False if the quota or the system refuses memory.
  bool keep(const Pending& message);

  // A rendezvous: every member arrives with an operation of the same kind, then all continue. `enter` and `leave`
  // change the membership.
  enum class Rendezvous : std::uint8_t { barrier, reduce_i64, reduce_f64, cast };
  struct Contribution {
    Rendezvous kind = Rendezvous::barrier;
    isa::ReductionKind reduction = isa::ReductionKind::add;
    std::uint64_t value = 0;           ///< the number reduced; the root of a cast
    const Message* payload = nullptr;  ///< of a cast; copied
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
  /// As `arrive`, for all kinds but reduce_f64, or if the sentron is not the last to arrive: uses no vector registers.
  const Outcome* arrive_quickly(std::uint32_t sentron, const Contribution& contribution) {
    return arrive_with(sentron, contribution, [](std::uint64_t, std::uint64_t, isa::ReductionKind) { return 0; });
  }
  /// Two contributions to a reduction.
  static std::uint64_t combined(Rendezvous kind, isa::ReductionKind reduction, std::uint64_t a, std::uint64_t b);
  /// Whether `arrive` has an outcome for the sentron already, or would only mark it as arrived.
  bool arrives_early(std::uint32_t sentron) const {
    const Member& one = members_[sentron];
    return one.departs || arrived_ + !one.arrived < present_;
  }
  void depart(std::uint32_t sentron) {
    if (node_ != nullptr) return depart_in_node(sentron);
    members_[sentron].departs = false;
  }
  /// The members that have not arrived, in order.
  std::vector<std::uint32_t> missing() const;

 private:
  struct Member {
    bool present = false;     ///< entered and has not left
    bool arrived = false;     ///< at the current rendezvous
    bool departs = false;     ///< has an outcome from which it has not departed
    std::uint64_t value = 0;  ///< what it contributes, with `payload`
    Message payload;
    Outcome outcome;
  };
  struct Meeting {
    Rendezvous kind = Rendezvous::barrier;
    isa::ReductionKind reduction = isa::ReductionKind::add;
    friend bool operator==(const Meeting&, const Meeting&) = default;
  };
  static std::uint64_t combined_integers(isa::ReductionKind reduction, std::uint64_t a, std::uint64_t b) {
    if (reduction == isa::ReductionKind::add) return a + b;
    const auto x = static_cast<std::int64_t>(a), y = static_cast<std::int64_t>(b);
    return static_cast<std::uint64_t>(reduction == isa::ReductionKind::min ? std::min(x, y) : std::max(x, y));
  }
  Member& member(std::uint32_t sentron);
  template <class ReduceFloats>
  const Outcome* arrive_with(std::uint32_t sentron, const Contribution& contribution,
                             const ReduceFloats& reduce_floats);

  /// What a sentron waits for, and who waits for the same after it. `answer`: of the home of a coordinate; `room`: for
  /// letters to another worker.
  struct Waiting {
    enum class For : std::uint8_t { nothing, message_here, message_near, rendezvous, answer, room } what = For::nothing;
    bool called = false;  ///< for a message that it has not taken
    std::uint32_t next = kNobody;
    phext::PackedCoordinate at;
    std::uint32_t worker = Place::kHere;  ///< that asked for the sentron
    double temperature = 0;               ///< with which it asked
    std::uint64_t granted = 0;            ///< the number of the message that its worker got for it
  };
  void append(Line& line, std::uint32_t sentron) {
    waiting_[sentron].next = kNobody;
    (line.first == kNobody ? line.first : waiting_[line.last].next) = sentron;
    line.last = sentron;
  }
  std::uint32_t take_first(Line& line) { return std::exchange(line.first, waiting_[line.first].next); }
  void call_for_message(Line& here, phext::PackedCoordinate at) {
    Line& line = here.first != kNobody ? here : near_;
    if (line.first == kNobody) return;
    const std::uint32_t sentron = take_first(line);
    if (waiting_[sentron].worker != Place::kHere) return grant_to_waiting(sentron);
    waiting_[sentron].called = true;
    waiting_[sentron].at = at;
    call(sentron);
  }
  void call_for_rendezvous() {
    for (std::uint32_t sentron = 0; at_rendezvous_ > 0; ++sentron)
      if (waiting_[sentron].what == Waiting::For::rendezvous) call(sentron), --at_rendezvous_;
  }

  void call_another(std::uint32_t sentron);

  void send_in_node(phext::PackedCoordinate at, const Message& payload);
  void leave_node(std::uint32_t sentron);
  /// The worker where the messages of a coordinate are; NodeExchange::kNoHome if nobody has received there.
  unsigned home_of(phext::PackedCoordinate at);
  void remember_home(phext::PackedCoordinate at, unsigned home);
  void post(unsigned to, Letter letter);
  /// Takes the letters that have arrived, in an order in which each comes after those that caused it.
  std::size_t take_letters();
  void take_letter(unsigned from, const Letter& letter);
  Place* ready_place(phext::PackedCoordinate at);
  void admit(const Letter& letter);
  void give_room(unsigned from);
  void admit_late();
  void serve(unsigned from, const Letter& letter);
  void grant(unsigned to, std::uint32_t sentron, const Pending& message);
  void grant_to_waiting(std::uint32_t sentron);
  void put_back(const Letter& letter);
  void answer(const Letter& letter);
  const Outcome* arrive_in_node(std::uint32_t sentron, const Contribution& contribution);
  void depart_in_node(std::uint32_t sentron);
  bool know_meetings();
  bool way_is_free(unsigned to);

  Place& find_or_make(phext::PackedCoordinate at);
  bool too_many_places() const { return places_->size() > 2 * occupied_ + kPlacesKept; }
  bool give_up_if_empty(Place& place);

  Limits limits_;
  memory::Quota* quota_;
  std::unique_ptr<memory::Arena> messages_, nodes_;  // they keep what they took, so ping-pong traffic does not allocate
  std::unique_ptr<memory::CoordinateMap> places_;    // coordinate → Place
  std::unique_ptr<Link> all_ = std::make_unique<Link>();
  std::size_t occupied_ = 0;  // places with messages
  std::size_t pending_count_ = 0;
  std::uint64_t sent_ = 0;
  std::map<std::uint32_t, std::optional<phext::PackedCoordinate>> beacons_;  // an entry for each that ever entered
  std::vector<Member> members_;                                              // by sentron number
  std::size_t present_ = 0, arrived_ = 0;
  Meeting current_;               // once somebody has arrived
  std::vector<Waiting> waiting_;  // by sentron number
  Line near_, called_;
  std::size_t at_rendezvous_ = 0;  // sentrons that wait for one

  NodeExchange* node_ = nullptr;
  unsigned worker_ = 0;
  bool posts_quickly_ = false;
  Place* admitted_ = &nowhere();               // where the last message of another worker came
  std::size_t remote_waiting_ = 0;             // sentrons of other workers that wait for a message here
  std::uint64_t clock_ = 0;                    // Lamport's
  std::vector<std::deque<Letter>> held_back_;  // by worker: letters without room in the ring
  std::size_t letters_held_back_ = 0;
  std::vector<Line> room_;  // by worker: sentrons that wait for room
  std::size_t waiting_for_room_ = 0;
  std::deque<Letter> late_;  // messages without room here; see NodeExchange
  std::uint64_t letters_sent_ = 0, letters_taken_ = 0, meetings_known_ = 0;
};

template <class ReduceFloats>
const Exchange::Outcome* Exchange::arrive_with(std::uint32_t sentron, const Contribution& contribution,
                                               const ReduceFloats& reduce_floats) {
  Member& one = members_[sentron];
  if (one.departs) return &one.outcome;
  const Meeting meeting{contribution.kind, contribution.reduction};
  if (arrived_ == 0) current_ = meeting;
  if (!one.arrived && current_ == meeting) {
    one.arrived = true;
    one.value = contribution.value;
    if (contribution.payload != nullptr) one.payload = *contribution.payload;
    ++arrived_;
  }
  if (arrived_ < present_) return nullptr;

  // In order of sentrons. The root of a cast is a position in the group. Correct programs name the same root in every
  // sentron; the first one is used.
  const bool whole = current_.kind == Rendezvous::reduce_i64, floats = current_.kind == Rendezvous::reduce_f64;
  std::uint64_t number = 0;
  const Message* given = nullptr;
  std::size_t place = 0, root = 0;
  for (const Member& each : members_) {
    if (!each.arrived) continue;
    const std::uint64_t value = each.value;
    if (place == 0) {
      if (whole || floats) number = value;
      if (current_.kind == Rendezvous::cast) root = value % arrived_;
    } else if (whole) {
      number = combined_integers(current_.reduction, number, value);
    } else if (floats) {
      number = reduce_floats(number, value, current_.reduction);
    }
    if (place == root) given = &each.payload;
    ++place;
  }
  for (Member& each : members_) {
    if (!each.arrived) continue;
    each.arrived = false;
    each.departs = true;
    each.outcome.value = number;
    if (current_.kind == Rendezvous::cast) each.outcome.payload = *given;
  }
  arrived_ = 0;
  call_for_rendezvous();
  return &one.outcome;
}

}  // namespace vtpu::exec
