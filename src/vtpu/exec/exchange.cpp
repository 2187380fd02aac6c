#include "vtpu/exec/exchange.h"

#include <algorithm>
#include <cmath>
#include <new>
#include <utility>

#include "vtpu/base/check.h"
#include "vtpu/exec/float_rules.h"

namespace vtpu::exec {

namespace {
constexpr std::size_t kHeldBytes = 128, kNodeBytes = 64;  // of the arenas' blocks
}  // namespace

Exchange::Exchange(Limits limits, memory::Quota* quota)
    : limits_(limits),
      quota_(quota),
      messages_(std::make_unique<memory::Arena>(quota, kHeldBytes)),
      nodes_(std::make_unique<memory::Arena>(quota, kNodeBytes)),
      places_(quota == nullptr ? std::make_unique<memory::CoordinateMap>()
                               : std::make_unique<memory::CoordinateMap>(*quota)) {
  static_assert(sizeof(Held) <= kHeldBytes && sizeof(Queue) <= kNodeBytes);
}

bool Exchange::make_room() {
  const std::size_t places = places_->size() + 1;
  if (quota_ != nullptr && !quota_->fits(messages_->growth() + nodes_->growth() + places_->growth(places)))
    return false;
  return messages_->reserve() && nodes_->reserve() && places_->reserve(places);
}

void Exchange::send(phext::PackedCoordinate at, const Message& payload) {
  VTPU_CHECK(!full(), "a message was sent to a full exchange");
  VTPU_CHECK(make_room(), "room for a message was made before it was sent");
  Queue* queue = queue_at(at);
  if (queue == nullptr) {
    queue = new (nodes_->take()) Queue{.after = queues_};
    if (queues_ != nullptr) queues_->before = queue;
    queues_ = queue;
    places_->insert(at, reinterpret_cast<std::uint64_t>(queue));
  }
  Held* const held = new (messages_->take()) Held{{++sent_, at, payload}, queue};
  (queue->last == nullptr ? queue->first : queue->last->next) = held;
  queue->last = held;
  ++pending_count_;
  call_for_message(at);
}

Exchange::Queue* Exchange::queue_at(phext::PackedCoordinate at) const {
  const std::uint64_t* const found = places_->find(at);
  return found == nullptr ? nullptr : reinterpret_cast<Queue*>(*found);
}

const Exchange::Pending* Exchange::match(phext::PackedCoordinate at, double temperature,
                                         std::uint64_t& looked_at) const {
  if (!std::isinf(temperature)) {  // no other message is as near as one at the coordinate
    if (const Queue* const queue = queue_at(at); queue != nullptr) return &queue->oldest();
    if (temperature == 0) return nullptr;
  }
  looked_at += places_->size();
  const Pending* best = nullptr;
  std::uint32_t best_distance = 0;
  for (const Queue* queue = queues_; queue != nullptr; queue = queue->after) {
    const Pending& oldest = queue->oldest();
    const std::uint32_t distance = std::isinf(temperature) ? 0 : phext::manhattan_distance(at, oldest.at);
    if (best == nullptr || distance < best_distance || (distance == best_distance && oldest.number < best->number)) {
      best = &oldest;
      best_distance = distance;
    }
  }
  return best;
}

void Exchange::take(const Pending* pending) {
  Queue* const queue = queue_at(pending->at);
  VTPU_CHECK(queue != nullptr && &queue->oldest() == pending, "a message was taken that is not pending");
  --pending_count_;
  Held* const taken = std::exchange(queue->first, queue->first->next);
  if (queue->first == nullptr) {
    places_->erase(pending->at);
    (queue->before == nullptr ? queues_ : queue->before->after) = queue->after;
    if (queue->after != nullptr) queue->after->before = queue->before;
    nodes_->give_back(queue);
  }
  messages_->give_back(taken);
}

std::vector<Exchange::Pending> Exchange::pending() const {
  std::vector<Pending> all;
  for (const Queue* queue = queues_; queue != nullptr; queue = queue->after)
    for (const Held* held = queue->first; held != nullptr; held = held->next) all.push_back(held->message);
  std::sort(all.begin(), all.end(), [](const Pending& a, const Pending& b) { return a.number < b.number; });
  return all;
}

// ---- who waits

void Exchange::append(Line& line, std::uint32_t sentron) {
  waiting_[sentron].next = kNobody;
  (line.first == kNobody ? line.first : waiting_[line.last].next) = sentron;
  line.last = sentron;
}

std::uint32_t Exchange::take_first(Line& line) { return std::exchange(line.first, waiting_[line.first].next); }

Exchange::Line Exchange::line_at(phext::PackedCoordinate at) const {
  const std::uint64_t* const found = here_->find(at);
  if (found == nullptr) return {};
  return {static_cast<std::uint32_t>(*found >> 32), static_cast<std::uint32_t>(*found)};
}

void Exchange::wait_for_message(std::uint32_t sentron, phext::PackedCoordinate at, double temperature) {
  Waiting& one = waiting_[sentron];
  VTPU_CHECK(one.what == Waiting::For::nothing, "a sentron waits for one thing");
  one = {temperature == 0 ? Waiting::For::message_here : Waiting::For::message_near, false, at, kNobody};
  if (one.what == Waiting::For::message_near) return append(near_, sentron);
  Line line = line_at(at);
  append(line, sentron);
  here_->insert(at, std::uint64_t{line.first} << 32 | line.last);
}

void Exchange::wait_for_rendezvous(std::uint32_t sentron) {
  Waiting& one = waiting_[sentron];
  VTPU_CHECK(one.what == Waiting::For::nothing, "a sentron waits for one thing");
  one.what = Waiting::For::rendezvous;
  ++at_rendezvous_;
}

void Exchange::call(std::uint32_t sentron) {
  waiting_[sentron].what = Waiting::For::nothing;
  append(called_, sentron);
}

void Exchange::call_for_message(phext::PackedCoordinate at) {
  std::uint32_t sentron = kNobody;
  if (Line line = line_at(at); line.first != kNobody) {
    sentron = take_first(line);
    here_->erase(at);
    if (line.first != kNobody) here_->insert(at, std::uint64_t{line.first} << 32 | line.last);
  } else if (near_.first != kNobody) {
    sentron = take_first(near_);
  }
  if (sentron == kNobody) return;
  waiting_[sentron].called = true;
  waiting_[sentron].at = at;
  call(sentron);
}

void Exchange::call_for_rendezvous() {
  for (std::uint32_t sentron = 0; at_rendezvous_ > 0; ++sentron)
    if (waiting_[sentron].what == Waiting::For::rendezvous) call(sentron), --at_rendezvous_;
}

std::optional<std::uint32_t> Exchange::next_called() {
  if (called_.first == kNobody) return {};
  return take_first(called_);
}

void Exchange::stop_waiting() {
  std::fill(waiting_.begin(), waiting_.end(), Waiting{});
  here_ = std::make_unique<memory::CoordinateMap>();
  near_ = called_ = {};
  at_rendezvous_ = 0;
}

// ---- beacons and rendezvous

std::optional<std::uint32_t> Exchange::nearest_beacon(phext::PackedCoordinate to) const {
  std::optional<std::uint32_t> best;
  std::uint32_t best_distance = 0;
  for (const auto& [sentron, at] : beacons_) {  // in the order of sentrons
    if (!at) continue;
    const std::uint32_t distance = phext::manhattan_distance(*at, to);
    if (!best || distance < best_distance) best = sentron, best_distance = distance;
  }
  return best;
}

Exchange::Member& Exchange::member(std::uint32_t sentron) {
  if (sentron >= members_.size()) members_.resize(sentron + 1);
  return members_[sentron];
}

void Exchange::enter(std::uint32_t sentron) {
  Member& one = member(sentron);
  present_ += !one.present;
  one.present = true;
  // So that nothing later can fail.
  beacons_.try_emplace(sentron);
  if (sentron >= waiting_.size()) waiting_.resize(sentron + 1);
}

void Exchange::leave(std::uint32_t sentron) {
  Member& one = member(sentron);
  present_ -= one.present;
  arrived_ -= one.arrived;
  one = {};
  if (arrived_ > 0 && arrived_ == present_) call_for_rendezvous();
  // A message for which it was called may be for another.
  if (Waiting& last = waiting_[sentron]; std::exchange(last.called, false) && queue_at(last.at) != nullptr)
    call_for_message(last.at);
}

namespace {

std::uint64_t reduced(std::uint64_t a, std::uint64_t b, Exchange::Rendezvous kind, isa::ReductionKind reduction) {
  if (kind == Exchange::Rendezvous::reduce_i64) {
    const auto x = static_cast<std::int64_t>(a), y = static_cast<std::int64_t>(b);
    if (reduction == isa::ReductionKind::add) return a + b;
    return static_cast<std::uint64_t>(reduction == isa::ReductionKind::min ? (x < y ? x : y) : (x > y ? x : y));
  }
  const double x = std::bit_cast<double>(a), y = std::bit_cast<double>(b);
  if (reduction == isa::ReductionKind::add) return std::bit_cast<std::uint64_t>(add(x, y));
  return std::bit_cast<std::uint64_t>(reduction == isa::ReductionKind::min ? lesser(x, y) : greater(x, y));
}

bool alike(const Exchange::Contribution& a, const Exchange::Contribution& b) {
  return a.kind == b.kind && a.reduction == b.reduction;
}

}  // namespace

const Exchange::Outcome* Exchange::arrive(std::uint32_t sentron, const Contribution& contribution) {
  Member& one = member(sentron);
  if (one.departs) return &one.outcome;
  if (arrived_ == 0) current_ = contribution;
  if (!one.arrived && !alike(current_, contribution)) return nullptr;
  arrived_ += !one.arrived;
  one.arrived = true;
  one.contribution = contribution;
  if (arrived_ < present_) return nullptr;

  // In order of sentrons. The root of a cast is a position in the group. Correct programs name the same root in every
  // sentron; the first one is used.
  Outcome outcome;
  std::size_t place = 0, root = 0;
  for (const Member& each : members_) {
    if (!each.arrived) continue;
    if (place == 0) {
      outcome.value = each.contribution.value;
      root = each.contribution.value % arrived_;
    } else if (current_.kind == Rendezvous::reduce_i64 || current_.kind == Rendezvous::reduce_f64) {
      outcome.value = reduced(outcome.value, each.contribution.value, current_.kind, current_.reduction);
    }
    if (place == root && current_.kind == Rendezvous::cast) outcome.payload = each.contribution.payload;
    ++place;
  }
  if (current_.kind != Rendezvous::reduce_i64 && current_.kind != Rendezvous::reduce_f64) outcome.value = 0;
  for (Member& each : members_)
    if (std::exchange(each.arrived, false)) each.departs = true, each.outcome = outcome;
  arrived_ = 0;
  call_for_rendezvous();
  return &one.outcome;
}

void Exchange::depart(std::uint32_t sentron) { member(sentron).departs = false; }

std::vector<std::uint32_t> Exchange::missing() const {
  std::vector<std::uint32_t> all;
  for (std::uint32_t sentron = 0; sentron < members_.size(); ++sentron)
    if (members_[sentron].present && !members_[sentron].arrived) all.push_back(sentron);
  return all;
}

}  // namespace vtpu::exec
