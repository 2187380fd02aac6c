#include "vtpu/exec/exchange.h"

#include <cmath>

#include "vtpu/base/check.h"
#include "vtpu/exec/float_rules.h"

namespace vtpu::exec {

void Exchange::send(phext::PackedCoordinate at, const Message& payload) {
  VTPU_CHECK(!full(), "a message was sent to a full exchange");
  pending_[at].push_back({++sent_, at, payload});
  ++pending_count_;
}

const Exchange::Pending* Exchange::match(phext::PackedCoordinate at, double temperature) const {
  if (temperature == 0) {
    const auto place = pending_.find(at);
    return place == pending_.end() ? nullptr : &place->second.front();
  }
  const Pending* best = nullptr;
  std::uint32_t best_distance = 0;
  for (const auto& [coordinate, messages] : pending_) {
    const Pending& oldest = messages.front();
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
  VTPU_CHECK(place != pending_.end() && &place->second.front() == pending, "a message was taken that is not pending");
  place->second.pop_front();
  if (place->second.empty()) pending_.erase(place);
  --pending_count_;
}

std::vector<Exchange::Pending> Exchange::pending() const {
  std::map<std::uint64_t, Pending> by_age;
  for (const auto& [coordinate, messages] : pending_)
    for (const Pending& message : messages) by_age.emplace(message.number, message);
  std::vector<Pending> all;
  for (const auto& [number, message] : by_age) all.push_back(message);
  return all;
}

std::optional<std::uint32_t> Exchange::nearest_beacon(phext::PackedCoordinate to) const {
  std::optional<std::uint32_t> best;
  std::uint32_t best_distance = 0;
  for (const auto& [sentron, at] : beacons_) {  // in order of sentrons
    const std::uint32_t distance = phext::manhattan_distance(at, to);
    if (!best || distance < best_distance) best = sentron, best_distance = distance;
  }
  return best;
}

void Exchange::enter(std::uint32_t sentron) { members_.insert(sentron); }

void Exchange::leave(std::uint32_t sentron) {
  members_.erase(sentron);
  arrived_.erase(sentron);
  to_depart_.erase(sentron);
}

namespace {

std::uint64_t reduced(std::uint64_t a, std::uint64_t b, Exchange::Meeting kind, isa::ReductionKind reduction) {
  if (kind == Exchange::Meeting::reduce_i64) {
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
  if (to_depart_.contains(sentron)) return &outcome_;
  if (!to_depart_.empty()) return nullptr;  // the last meeting is still breaking up
  if (!arrived_.empty() && !alike(arrived_.begin()->second, contribution) && !arrived_.contains(sentron)) return nullptr;
  arrived_[sentron] = contribution;
  if (arrived_.size() < members_.size()) return nullptr;

  const Contribution& first = arrived_.begin()->second;
  outcome_ = {};
  if (first.kind == Meeting::reduce_i64 || first.kind == Meeting::reduce_f64) {
    outcome_.value = first.value;
    for (auto at = std::next(arrived_.begin()); at != arrived_.end(); ++at)
      outcome_.value = reduced(outcome_.value, at->second.value, first.kind, first.reduction);
  } else if (first.kind == Meeting::cast) {
    // The root is a place in the group: the roots that the sentrons name are equal in a sound program; the first counts.
    auto root = arrived_.begin();
    std::advance(root, static_cast<std::ptrdiff_t>(first.value % arrived_.size()));
    outcome_.payload = root->second.payload;
  }
  for (const auto& [member, unused] : arrived_) to_depart_.insert(member);
  arrived_.clear();
  return &outcome_;
}

void Exchange::depart(std::uint32_t sentron) { to_depart_.erase(sentron); }

std::vector<std::uint32_t> Exchange::missing() const {
  std::vector<std::uint32_t> all;
  for (const std::uint32_t member : members_)
    if (!arrived_.contains(member)) all.push_back(member);
  return all;
}

}  // namespace vtpu::exec
