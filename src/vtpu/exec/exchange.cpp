#include "vtpu/exec/exchange.h"

#include <cmath>
#include <new>

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
      pending_(memory::ArenaAllocator<Places::value_type>(*nodes_)) {
  static_assert(sizeof(Held) <= kHeldBytes);
}

bool Exchange::make_room() {
  if (quota_ != nullptr && !quota_->fits(messages_->growth() + nodes_->growth())) return false;
  return messages_->reserve() && nodes_->reserve();
}

void Exchange::send(phext::PackedCoordinate at, const Message& payload) {
  VTPU_CHECK(!full(), "a message was sent to a full exchange");
  VTPU_CHECK(make_room(), "room for a message was made before it was sent");
  Held* const held = new (messages_->take()) Held{{++sent_, at, payload}};
  Queue& queue = pending_[at];
  (queue.last == nullptr ? queue.first : queue.last->next) = held;
  queue.last = held;
  ++pending_count_;
}

const Exchange::Pending* Exchange::match(phext::PackedCoordinate at, double temperature,
                                         std::uint64_t& looked_at) const {
  if (!std::isinf(temperature)) {  // no other message is as near as one at the coordinate
    const auto place = pending_.find(at);
    if (place != pending_.end()) return &place->second.oldest();
    if (temperature == 0) return nullptr;
  }
  looked_at += pending_.size();
  const Pending* best = nullptr;
  std::uint32_t best_distance = 0;
  for (const auto& [coordinate, queue] : pending_) {
    const Pending& oldest = queue.oldest();
    const std::uint32_t distance = std::isinf(temperature) ? 0 : phext::manhattan_distance(at, coordinate);
    if (best == nullptr || distance < best_distance || (distance == best_distance && oldest.number < best->number)) {
      best = &oldest;
      best_distance = distance;
    }
  }
  return best;
}

void Exchange::take(const Pending* pending) {
  const auto place = pending_.find(pending->at);
  VTPU_CHECK(place != pending_.end() && &place->second.oldest() == pending, "a message was taken that is not pending");
  Queue& queue = place->second;
  --pending_count_;
  Held* const taken = std::exchange(queue.first, queue.first->next);
  messages_->give_back(taken);
  if (queue.first == nullptr) pending_.erase(place);
}

std::vector<Exchange::Pending> Exchange::pending() const {
  std::map<std::uint64_t, Pending> by_age;
  for (const auto& [coordinate, queue] : pending_)
    for (const Held* held = queue.first; held != nullptr; held = held->next)
      by_age.emplace(held->message.number, held->message);
  std::vector<Pending> all;
  for (const auto& [number, message] : by_age) all.push_back(message);
  return all;
}

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
  beacons_.try_emplace(sentron);  // so that setting it cannot fail
}

void Exchange::leave(std::uint32_t sentron) {
  Member& one = member(sentron);
  present_ -= one.present;
  arrived_ -= one.arrived;
  departing_ -= one.departs;
  one = {};
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
  if (one.departs) return &outcome_;
  if (departing_ > 0) return nullptr;  // the previous rendezvous is not yet left by all
  if (arrived_ == 0) current_ = contribution;
  if (!one.arrived && !alike(current_, contribution)) return nullptr;
  arrived_ += !one.arrived;
  one.arrived = true;
  one.contribution = contribution;
  if (arrived_ < present_) return nullptr;

  // In order of sentrons. The root of a cast is a position in the group. Correct programs name the same root in every
  // sentron; the first one is used.
  outcome_ = {};
  std::size_t place = 0, root = 0;
  for (Member& each : members_) {
    if (!each.arrived) continue;
    if (place == 0) {
      outcome_.value = each.contribution.value;
      root = each.contribution.value % arrived_;
    } else if (current_.kind == Rendezvous::reduce_i64 || current_.kind == Rendezvous::reduce_f64) {
      outcome_.value = reduced(outcome_.value, each.contribution.value, current_.kind, current_.reduction);
    }
    if (place == root && current_.kind == Rendezvous::cast) outcome_.payload = each.contribution.payload;
    ++place;
    each.arrived = false;
    each.departs = true;
  }
  if (current_.kind != Rendezvous::reduce_i64 && current_.kind != Rendezvous::reduce_f64) outcome_.value = 0;
  departing_ = arrived_;
  arrived_ = 0;
  return &outcome_;
}

void Exchange::depart(std::uint32_t sentron) {
  Member& one = member(sentron);
  departing_ -= one.departs;
  one.departs = false;
}

std::vector<std::uint32_t> Exchange::missing() const {
  std::vector<std::uint32_t> all;
  for (std::uint32_t sentron = 0; sentron < members_.size(); ++sentron)
    if (members_[sentron].present && !members_[sentron].arrived) all.push_back(sentron);
  return all;
}

}  // namespace vtpu::exec
