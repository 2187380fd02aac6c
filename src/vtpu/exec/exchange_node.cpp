// What an exchange does with the exchanges of a node's other workers (node_exchange.h).
#include <algorithm>
#include <cstring>
#include <utility>

#include "vtpu/base/check.h"
#include "vtpu/exec/exchange.h"
#include "vtpu/exec/node_exchange.h"

namespace vtpu::exec {

using Accepts = NodeExchange::Station::Accepts;

namespace {
constexpr std::size_t kLettersBetweenRooms = 64;  // so that a sender goes on while its letters are taken
}  // namespace

void Exchange::join(NodeExchange& node, unsigned worker) {
  VTPU_CHECK(node_ == nullptr, "an exchange joins one node");
  if (waiting_.size() < node.sentrons()) waiting_.resize(node.sentrons());
  stop_waiting();
  node_ = &node, worker_ = worker;
#ifndef __SANITIZE_THREAD__  // which does not see what the functions that compiled code calls do with rings
  posts_quickly_ = true;
#endif
  held_back_.resize(node.workers());
  room_.resize(node.workers());
  meetings_known_ = node.rendezvous().ended();
  for (const auto& [sentron, at] : beacons_)
    if (at) node.set_beacon(sentron, *at);
  std::vector<Letter> none;
  for (Link *link = all_->after, *next = nullptr; link != all_.get(); link = next) {
    next = link->after;
    auto& place = static_cast<Place&>(*link);
    if (!give_up_if_empty(place)) node.claim(place.at, worker, none);
  }
}

std::vector<Exchange::Pending> Exchange::part() {
  stop_waiting();
  for (const auto& [sentron, at] : node_->beacons())
    if (const auto found = beacons_.find(sentron); found != beacons_.end()) found->second = at;
  std::vector<Pending> late;
  for (const Letter& letter : late_) late.push_back({0, letter.at, letter.payload});
  late_.clear();
  node_ = nullptr;
  for (Link *link = all_->after, *next = nullptr; link != all_.get(); link = next) {
    next = link->after;
    give_up_if_empty(static_cast<Place&>(*link));  // places elsewhere are no longer
  }
  return late;
}

bool Exchange::keep(const Pending& message) {
  if (!make_room(message.at)) return false;
  send_to(find_or_make(message.at), message.at, message.payload);
  return true;
}

// ---- homes

unsigned Exchange::home_of(phext::PackedCoordinate at) {
  if (const Place* const place = place_at(at)) return place->home == Place::kHere ? worker_ : place->home;
  const unsigned home = node_->home_of(at);
  if (home != NodeExchange::kNoHome) remember_home(at, home);
  return home;
}

/// So that the directory need not be asked again. Without memory, it is.
void Exchange::remember_home(phext::PackedCoordinate at, unsigned home) {
  if (home == worker_ || node_->collects()) return;
  const std::size_t places = places_->size() + 1;
  if (quota_ != nullptr && !quota_->fits(nodes_->growth() + places_->growth(places))) return;
  if (nodes_->reserve() && places_->reserve(places)) find_or_make(at).home = home;
}

// ---- sending

bool Exchange::way_is_free(unsigned to) { return held_back_[to].empty() && node_->ring(worker_, to).has_room(); }

Exchange::Sendable Exchange::may_send(std::uint32_t sentron, phext::PackedCoordinate at) {
  if (node_ != nullptr) {
    const unsigned home = home_of(at);
    if (home == NodeExchange::kNoHome) return node_->takes_early() ? Sendable::now : Sendable::full;
    if (home != worker_) {
      const Accepts accepts = node_->station(home).accepts.load(std::memory_order_relaxed);
      if (accepts != Accepts::all) return accepts == Accepts::full ? Sendable::full : Sendable::no_memory;
      if (way_is_free(home)) return Sendable::now;
      node_->ring(worker_, home).ask_for_room();
      waiting_[sentron].what = Waiting::For::room;
      append(room_[home], sentron);
      ++waiting_for_room_;
      return Sendable::later;
    }
    if (!late_.empty()) return full() ? Sendable::full : Sendable::no_memory;
  }
  if (full()) return Sendable::full;
  return make_room(at) ? Sendable::now : Sendable::no_memory;
}

void Exchange::send_in_node(phext::PackedCoordinate at, const Message& payload) {
  Letter letter;
  letter.payload = payload, letter.at = at;
  unsigned home = home_of(at);
  if (home == NodeExchange::kNoHome) home = node_->send_early(letter);
  if (home == NodeExchange::kNoHome) return;
  if (home != worker_) return post(home, letter);
  admit(letter);
}

/// Goes on the way to a worker, if need be when there is room.
void Exchange::post(unsigned to, Letter letter) {
  letter.stamp = ++clock_;
  ++letters_sent_;
  if (way_is_free(to)) {
    node_->ring(worker_, to).push(letter);
  } else {
    held_back_[to].push_back(letter);
    ++letters_held_back_;
    node_->ring(worker_, to).ask_for_room();
  }
  node_->station(to).parking.wake();
}

// ---- receiving

Exchange::Found Exchange::find(std::uint32_t sentron, phext::PackedCoordinate at, double temperature, bool tries,
                               std::uint64_t& looked_at) {
  if (node_ == nullptr) {
    const Pending* const message = match(at, temperature, looked_at);
    return {message, message == nullptr && !tries};
  }
  NodeExchange::Visit& visit = node_->visit(sentron);
  using State = NodeExchange::Visit::State;
  if (visit.state == State::granted) return {&visit.message, false};
  if (visit.state == State::denied) return {nullptr, false};
  if (visit.state == State::nothing) {
    std::vector<Letter> early;
    const Place* const place = place_at(at);
    unsigned home = place == nullptr              ? node_->claim(at, worker_, early)
                    : place->home == Place::kHere ? worker_
                                                  : place->home;
    for (const Letter& letter : early) admit(letter);
    if (home == worker_) {
      const Pending* message = match(at, temperature, looked_at);
      if (message == nullptr && tries && attend()) message = match(at, temperature, looked_at);
      return {message, message == nullptr && !tries};
    }
    if (place == nullptr) remember_home(at, home);
    Letter letter;
    letter.kind = tries ? Letter::Kind::attempt : Letter::Kind::request;
    letter.at = at, letter.sentron = sentron;
    std::memcpy(letter.payload.bytes.data(), &temperature, sizeof temperature);
    visit.state = State::asked, visit.home = home;
    post(home, letter);
  }
  waiting_[sentron].what = Waiting::For::answer;
  return {nullptr, true};
}

void Exchange::take_found(std::uint32_t sentron, const Pending* message) {
  if (node_ != nullptr) {
    NodeExchange::Visit& visit = node_->visit(sentron);
    if (std::exchange(visit.state, NodeExchange::Visit::State::nothing) != NodeExchange::Visit::State::nothing) return;
  }
  if (message != nullptr) take(message);
}

// ---- letters

std::size_t Exchange::take_letters() {
  std::size_t count = 0;
  const std::size_t most = 4 * NodeExchange::kRingLetters;
  const unsigned workers = node_->workers();
  while (count < most) {
    unsigned from = 0;
    const Letter* first = nullptr;
    // What caused a letter was sent before it and has a smaller stamp. If it is for this worker, it could be seen once
    // the letter was, so a pass over all rings after the letter was found finds it.
    for (bool again = true; again;) {
      again = false;
      for (unsigned other = 0; other < workers; ++other) {
        if (other == worker_) continue;
        const Letter* const its = node_->ring(other, worker_).front();
        if (its == nullptr || its == first || (first != nullptr && its->stamp >= first->stamp)) continue;
        first = its, from = other;
        again = workers > 2;
      }
    }
    if (first == nullptr) break;
    clock_ = std::max(clock_, first->stamp);
    ++letters_taken_;
    take_letter(from, *first);
    node_->ring(from, worker_).pop();
    if (++count % kLettersBetweenRooms == 0) give_room(from);
  }
  if (count == 0) return 0;
  admit_late();
  for (unsigned other = 0; other < workers; ++other)
    if (other != worker_) give_room(other);
  return count;
}

void Exchange::give_room(unsigned from) {
  SpscRing<Letter>& ring = node_->ring(from, worker_);
  if (ring.give_room() && ring.asked_for_room()) node_->station(from).parking.wake();
}

void Exchange::take_letter(unsigned from, const Letter& letter) {
  switch (letter.kind) {
    case Letter::Kind::message: return admit(letter);
    case Letter::Kind::request:
    case Letter::Kind::attempt: return serve(from, letter);
    case Letter::Kind::grant:
    case Letter::Kind::denial: return answer(letter);
    case Letter::Kind::returned: return put_back(letter);
  }
}

/// Where a message of another worker can be pending without further memory, often where the last one is; or null.
Exchange::Place* Exchange::ready_place(phext::PackedCoordinate at) {
  if (!late_.empty() || full() || !messages_->has_given_back()) return nullptr;
  if (!admitted_->is_at(at)) {
    Place* const place = place_at(at);
    if (place == nullptr) return nullptr;
    admitted_ = place;
  }
  return admitted_;
}

/// A message whose home this is. Its sender has gone on, so what has no room waits outside the quota, and senders are
/// told.
void Exchange::admit(const Letter& letter) {
  if (Place* const place = ready_place(letter.at))
    send_to(*place, letter.at, letter.payload);
  else if (late_.empty() && !full() && make_room(letter.at))
    send_to(find_or_make(letter.at), letter.at, letter.payload);
  else
    late_.push_back(letter);
  const Accepts accepts = full() ? Accepts::full : late_.empty() ? Accepts::all : Accepts::no_memory;
  auto& said = node_->station(worker_).accepts;
  if (said.load(std::memory_order_relaxed) != accepts) said.store(accepts, std::memory_order_relaxed);
}

void Exchange::admit_late() {
  auto& said = node_->station(worker_).accepts;
  if (said.load(std::memory_order_relaxed) == Accepts::all) return;
  while (!late_.empty() && !full() && make_room(late_.front().at)) {
    const Letter letter = late_.front();
    late_.pop_front();
    send_to(find_or_make(letter.at), letter.at, letter.payload);
  }
  if (late_.empty() && !full()) said.store(Accepts::all, std::memory_order_relaxed);
}

void Exchange::serve(unsigned from, const Letter& letter) {
  double temperature = 0;
  std::memcpy(&temperature, letter.payload.bytes.data(), sizeof temperature);
  Waiting& waiting = waiting_[letter.sentron];
  if (const Pending* const message = match(letter.at, temperature)) {
    waiting.granted = message->number;
    grant(from, letter.sentron, *message);
    take(message);
  } else if (letter.kind == Letter::Kind::attempt) {
    Letter answer = letter;
    answer.kind = Letter::Kind::denial;
    post(from, answer);
  } else {
    waiting.what = Waiting::For::nothing;
    wait_for_message(letter.sentron, letter.at, temperature);
    waiting.worker = from, waiting.temperature = temperature;
    ++remote_waiting_;
  }
}

void Exchange::grant(unsigned to, std::uint32_t sentron, const Pending& message) {
  Letter letter;
  letter.kind = Letter::Kind::grant;
  letter.payload = message.payload, letter.at = message.at, letter.sentron = sentron;
  post(to, letter);
}

/// A message has come for a sentron of another worker, which has just been taken from its line.
void Exchange::grant_to_waiting(std::uint32_t sentron) {
  const Waiting waited = waiting_[sentron];
  waiting_[sentron] = {};
  --remote_waiting_;
  if (const Pending* const message = match(waited.at, waited.temperature)) {
    waiting_[sentron].granted = message->number;
    grant(waited.worker, sentron, *message);
    take(message);
  } else {  // there was no memory for a place at which to wait
    wait_for_message(sentron, waited.at, waited.temperature);
    waiting_[sentron].worker = waited.worker, waiting_[sentron].temperature = waited.temperature;
    ++remote_waiting_;
  }
}

void Exchange::answer(const Letter& letter) {
  NodeExchange::Visit& visit = node_->visit(letter.sentron);
  const bool granted = letter.kind == Letter::Kind::grant;
  if (waiting_[letter.sentron].what != Waiting::For::answer) {  // it has ended
    visit.state = NodeExchange::Visit::State::nothing;
    Letter back = letter;
    back.kind = Letter::Kind::returned;
    if (granted) post(visit.home, back);
    return;
  }
  visit.state = granted ? NodeExchange::Visit::State::granted : NodeExchange::Visit::State::denied;
  visit.message = {0, letter.at, letter.payload};
  call(letter.sentron);
}

/// A message that was granted in vain takes its former place among those of its coordinate.
void Exchange::put_back(const Letter& letter) {
  if (!late_.empty() || !make_room(letter.at)) return admit(letter);
  Place& place = find_or_make(letter.at);
  const std::uint64_t number = waiting_[letter.sentron].granted;
  Held* before = nullptr;
  for (Held* each = place.first; each != nullptr && each->number < number; each = each->next) before = each;
  Held*& here = before == nullptr ? place.first : before->next;
  occupied_ += place.first == nullptr;
  Held* const held = new (messages_->take()) Held{{number, letter.at, letter.payload}, &place, here};
  if (here == nullptr) place.last = held;
  here = held;
  ++pending_count_;
  call_for_message(place.waiting, letter.at);
}

// ---- rendezvous and ends

const Exchange::Outcome* Exchange::arrive_in_node(std::uint32_t sentron, const Contribution& contribution) {
  const Outcome* const outcome = node_->rendezvous().arrive(sentron, contribution, clock_);
  // What the others sent before they arrived comes before what this sentron does next.
  if (outcome != nullptr) know_meetings();
  return outcome;
}

void Exchange::depart_in_node(std::uint32_t sentron) { node_->rendezvous().depart(sentron); }

void Exchange::leave_node(std::uint32_t sentron) {
  NodeExchange::Visit& visit = node_->visit(sentron);
  if (visit.state == NodeExchange::Visit::State::granted) {
    Letter letter;
    letter.kind = Letter::Kind::returned;
    letter.payload = visit.message.payload, letter.at = visit.message.at, letter.sentron = sentron;
    post(visit.home, letter);
  }
  visit.state = NodeExchange::Visit::State::nothing;
  waiting_[sentron].what = Waiting::For::nothing;
  node_->rendezvous().leave(sentron);
}

void Exchange::move_in(std::uint32_t sentron) {
  NodeExchange::Visit& visit = node_->visit(sentron);
  using State = NodeExchange::Visit::State;
  if (visit.state == State::nothing || visit.home != worker_) return;
  if (std::exchange(visit.state, State::nothing) != State::granted) return;
  Letter letter;
  letter.payload = visit.message.payload, letter.at = visit.message.at, letter.sentron = sentron;
  put_back(letter);
}

bool Exchange::know_meetings() {
  const std::uint64_t ended = node_->rendezvous().ended();
  if (ended == meetings_known_) return false;
  meetings_known_ = ended;
  clock_ = std::max(clock_, node_->rendezvous().clock());
  while (take_letters() > 0) {
  }
  call_for_rendezvous();
  return true;
}

bool Exchange::attend() {
  bool any = know_meetings();
  any |= take_letters() > 0;
  for (unsigned to = 0; to < node_->workers() && !sends_nothing(); ++to) {
    if (to == worker_) continue;
    SpscRing<Letter>& ring = node_->ring(worker_, to);
    std::deque<Letter>& held = held_back_[to];
    for (; !held.empty() && ring.has_room(); held.pop_front(), --letters_held_back_, any = true)
      ring.push(held.front());
    if (any) node_->station(to).parking.wake();
    if (!held.empty()) ring.ask_for_room();
    if (!way_is_free(to)) continue;
    for (; room_[to].first != kNobody; --waiting_for_room_, any = true) call(take_first(room_[to]));
  }
  return any;
}

bool Exchange::has_news() {
  if (node_->rendezvous().ended() != meetings_known_) return true;
  for (unsigned other = 0; other < node_->workers(); ++other) {
    if (other == worker_) continue;
    if (node_->ring(other, worker_).front() != nullptr) return true;
    if (sends_nothing()) continue;
    if ((!held_back_[other].empty() || room_[other].first != kNobody) && node_->ring(worker_, other).has_room())
      return true;
  }
  return false;
}

}  // namespace vtpu::exec
