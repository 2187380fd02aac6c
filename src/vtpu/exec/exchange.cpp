#include "vtpu/exec/exchange.h"

#include <algorithm>
#include <cmath>
#include <new>
#include <utility>

#include "vtpu/base/check.h"
#include "vtpu/exec/float_rules.h"
#include "vtpu/exec/node_exchange.h"

namespace vtpu::exec {

namespace {
constexpr std::size_t kHeldBytes = 128, kPlaceBytes = 64;  // of the arenas' blocks
constexpr std::size_t kPlacesKept = 256;                   // without messages
}  // namespace

Exchange::Exchange(Limits limits, memory::Quota* quota)
    : limits_(limits),
      quota_(quota),
      messages_(std::make_unique<memory::Arena>(quota, kHeldBytes)),
      nodes_(std::make_unique<memory::Arena>(quota, kPlaceBytes)),
      places_(quota == nullptr ? std::make_unique<memory::CoordinateMap>()
                               : std::make_unique<memory::CoordinateMap>(*quota)) {
  static_assert(sizeof(Held) <= kHeldBytes && sizeof(Place) <= kPlaceBytes);
}

Exchange::Place& Exchange::nowhere() {
  static Place place;
  return place;
}

bool Exchange::make_room(phext::PackedCoordinate at) {
  const bool known = place_at(at) != nullptr;
  const std::size_t places = places_->size() + 1;
  const std::uint64_t growth = messages_->growth() + (known ? 0 : nodes_->growth() + places_->growth(places));
  if (quota_ != nullptr && !quota_->fits(growth)) return false;
  return messages_->reserve() && (known || (nodes_->reserve() && places_->reserve(places)));
}

void Exchange::send(phext::PackedCoordinate at, const Message& payload) {
  if (node_ != nullptr) return send_in_node(at, payload);
  VTPU_CHECK(!full(), "a message was sent to a full exchange");
  VTPU_CHECK(make_room(at), "room for a message was made before it was sent");
  send_to(find_or_make(at), at, payload);
}

Exchange::Place& Exchange::find_or_make(phext::PackedCoordinate at) {
  if (Place* const known = place_at(at); known != nullptr) return *known;
  // Two for each new place keep their number below twice that of the places with messages and some more.
  for (int i = 0; i < 2 && too_many_places(); ++i) {
    auto& oldest = static_cast<Place&>(*all_->before);
    if (give_up_if_empty(oldest)) continue;
    oldest.unlink();
    oldest.put_after(*all_);
  }
  Place* const place = new (nodes_->take()) Place;
  place->at = without_flags(at);
  place->put_after(*all_);
  places_->insert(place->at, reinterpret_cast<std::uint64_t>(place));
  return *place;
}

/// Whether nothing happens at the place, which is then given up.
bool Exchange::give_up_if_empty(Place& place) {
  if (place.first != nullptr || place.waiting.first != kNobody) return false;
  places_->erase(place.at);
  place.unlink();
  place.at = kNowhere;
  nodes_->give_back(&place);
  return true;
}

const Exchange::Pending* Exchange::match(phext::PackedCoordinate at, double temperature, std::uint64_t& looked_at) {
  if (!std::isinf(temperature)) {  // no other message is as near as one at the coordinate
    if (const Place* const place = place_at(at); place != nullptr && place->first != nullptr) return place->first;
    if (temperature == 0) return nullptr;
  }
  looked_at += occupied_;
  const Pending* best = nullptr;
  std::uint32_t best_distance = 0;
  for (Link *link = all_->after, *next = nullptr; link != all_.get(); link = next) {
    next = link->after;
    auto& place = static_cast<Place&>(*link);
    if (place.first == nullptr) {
      if (too_many_places()) give_up_if_empty(place);
      continue;
    }
    const Pending& oldest = *place.first;
    const std::uint32_t distance = std::isinf(temperature) ? 0 : phext::manhattan_distance(at, oldest.at);
    if (best == nullptr || distance < best_distance || (distance == best_distance && oldest.number < best->number)) {
      best = &oldest;
      best_distance = distance;
    }
  }
  return best;
}

std::vector<Exchange::Pending> Exchange::pending() const {
  std::vector<Pending> all;
  for (const Link* link = all_->after; link != all_.get(); link = link->after)
    for (const Held* held = static_cast<const Place*>(link)->first; held != nullptr; held = held->next)
      all.push_back(*held);
  std::sort(all.begin(), all.end(), [](const Pending& a, const Pending& b) { return a.number < b.number; });
  return all;
}

// ---- who waits

void Exchange::wait_for_message(std::uint32_t sentron, phext::PackedCoordinate at, double temperature) {
  VTPU_CHECK(waiting_[sentron].what == Waiting::For::nothing, "a sentron waits for one thing");
  if (temperature == 0) {
    Place* place = place_at(at);
    const std::size_t places = places_->size() + 1;
    if (place == nullptr && (quota_ == nullptr || quota_->fits(nodes_->growth() + places_->growth(places))) &&
        nodes_->reserve() && places_->reserve(places))
      place = &find_or_make(at);
    if (place != nullptr) return wait_at(*place, sentron);
    // Without memory for a place, it is called for every message that no other waits for, and waits again.
  }
  waiting_[sentron] = {Waiting::For::message_near, false, kNobody, at};
  append(near_, sentron);
}

void Exchange::stop_waiting() {
  std::fill(waiting_.begin(), waiting_.end(), Waiting{});
  for (Link* link = all_->after; link != all_.get(); link = link->after) static_cast<Place*>(link)->waiting = {};
  near_ = called_ = {};
  at_rendezvous_ = 0;
}

// ---- beacons and rendezvous

void Exchange::set_beacon(std::uint32_t sentron, phext::PackedCoordinate at) {
  if (node_ != nullptr) return node_->set_beacon(sentron, at);
  beacons_[sentron] = at;
}

std::optional<std::uint32_t> Exchange::nearest_beacon(phext::PackedCoordinate to) const {
  if (node_ != nullptr) return node_->nearest_beacon(to);
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
  call_another(sentron);
  if (node_ != nullptr) leave_node(sentron);
}

/// A message for which the sentron was called, and which it does not take, may be for another.
void Exchange::call_another(std::uint32_t sentron) {
  if (Waiting& last = waiting_[sentron]; std::exchange(last.called, false))
    if (Place* const place = place_at(last.at); place != nullptr && place->first != nullptr)
      call_for_message(place->waiting, last.at);
}

std::uint64_t Exchange::combined(Rendezvous kind, isa::ReductionKind reduction, std::uint64_t a, std::uint64_t b) {
  if (kind != Rendezvous::reduce_f64) return combined_integers(reduction, a, b);
  const double x = std::bit_cast<double>(a), y = std::bit_cast<double>(b);
  if (reduction == isa::ReductionKind::add) return std::bit_cast<std::uint64_t>(add(x, y));
  return std::bit_cast<std::uint64_t>(reduction == isa::ReductionKind::min ? lesser(x, y) : greater(x, y));
}

const Exchange::Outcome* Exchange::arrive(std::uint32_t sentron, const Contribution& contribution) {
  if (node_ != nullptr) return arrive_in_node(sentron, contribution);
  return arrive_with(sentron, contribution, [](std::uint64_t a, std::uint64_t b, isa::ReductionKind reduction) {
    return combined(Rendezvous::reduce_f64, reduction, a, b);
  });
}

std::vector<std::uint32_t> Exchange::missing() const {
  if (node_ != nullptr) return node_->rendezvous().missing();
  std::vector<std::uint32_t> all;
  for (std::uint32_t sentron = 0; sentron < members_.size(); ++sentron)
    if (members_[sentron].present && !members_[sentron].arrived) all.push_back(sentron);
  return all;
}

}  // namespace vtpu::exec
