#include "vtpu/runtime/worker.h"

#include <immintrin.h>

#include <algorithm>
#include <utility>

#include "vtpu/runtime/node.h"
#include "vtpu/runtime/who_waits.h"

namespace vtpu::runtime {

using exec::Seat;

Worker::Worker(Node& node, unsigned number, exec::Exchange& exchange)
    : node_(node),
      number_(number),
      exchange_(exchange),
      station_(node.exchanges().station(number)),
      crew_(exchange, node.exchanges().sentrons()) {}

void Worker::offer(Seat& seat) {
  const std::scoped_lock hold(lock_);
  offered_.push_back(&seat);
  node_.offered_.fetch_add(1);
}

Seat* Worker::steal() {
  const std::scoped_lock hold(lock_);
  if (offered_.empty()) return nullptr;
  Seat* const seat = offered_.front();
  offered_.pop_front();
  // The thief counts as busy before the sentron no longer counts as offered (Node::look_for_the_end).
  node_.offered_.fetch_sub(1);
  return seat;
}

void Worker::run() {
  Seat* stolen = nullptr;
  while (node_.going_on()) {
    if (asked_.load(std::memory_order_relaxed) != report_.request) answer();
    exchange_.attend();
    if (stolen != nullptr) {
      take(*stolen);
      take_turn(*std::exchange(stolen, nullptr));
      continue;
    }
    crew_.pause_after(kTurnsBetweenLooks);
    share();
    if (Seat* const seat = crew_.next()) {
      take_turn(*seat);
    } else if (Seat* const first = steal()) {
      take(*first);
      take_turn(*first);
    } else {
      stolen = rest();
    }
  }
  counts_.turns += crew_.turns();
  node_.machine_.memory().away(number_);
  answer();
}

void Worker::ask_for_report(std::uint64_t request) {
  asked_.store(request, std::memory_order_relaxed);
  crew_.pause_soon();
  station_.parking.wake();
}

Worker::Report Worker::report() const {
  const std::scoped_lock hold(report_lock_);
  return report_;
}

void Worker::answer() {
  Report report;
  report.request = asked_.load(std::memory_order_relaxed);
  report.idle_ticks = idle_ticks_;
  std::uint64_t ended = 0;
  const auto add = [&](const Seat& seat) {
    const exec::Context& its = *seat.context;
    ended += its.status == exec::Status::halted || its.status == exec::Status::trapped;
    report.sentrons.push_back(
        {.number = its.id,
         .worker = number_,
         .status = its.status,
         .word = its.pc,
         .waits_for = its.status == exec::Status::waiting ? what_it_waits_for(*seat.program, its, {}) : std::string(),
         .retired = its.retired,
         .translations = its.cache->counters});
  };
  for (const Seat* const seat : crew_.seats())
    if (seat != nullptr) add(*seat);
  {
    const std::scoped_lock hold(lock_);
    for (const Seat* const seat : offered_) add(*seat);
    report.worker.ready = offered_.size();
  }
  report.worker.turns = counts_.turns + crew_.turns();
  report.worker.waits = report.worker.turns - std::min(report.worker.turns, ended);
  report.worker.steals = counts_.stolen;
  report.worker.parks = counts_.sleeps;
  report.worker.sent = exchange_.letters_sent();
  report.worker.taken = exchange_.letters_taken();
  report.worker.pending = exchange_.pending_count();
  const std::scoped_lock hold(report_lock_);
  report_ = std::move(report);
}

void Worker::take(Seat& seat) {
  crew_.take(seat);
  exchange_.move_in(seat.context->id);
  seat.context->worker = number_;
  ++counts_.turns;
}

void Worker::take_turn(Seat& seat) {
  node_.machine_.memory().quiescent(number_);
  node_.machine_.see_frees(*seat.context);
  seat.engine->take_turn(seat);
  node_.look_for_traps(*this);
}

void Worker::share() {
  if (!node_.steals() || node_.hungry_.load(std::memory_order_relaxed) == 0 ||
      node_.offered_.load(std::memory_order_relaxed) > 0)
    return;
  Seat* const mine = crew_.next();
  if (mine == nullptr) return;
  if (Seat* const other = crew_.give_away()) {
    offer(*other);
    node_.wake_one(number_);
  }
  crew_.give_back(*mine);
}

bool Worker::has_something() {
  return asked_.load() != report_.request || exchange_.has_news() || (node_.steals() && node_.offered_.load() > 0) ||
         !node_.going_on();
}

/// What Node::look_for_the_end reads. A worker with letters that have no room, or sentrons that wait for it, does not
/// rest: the room may be there and not yet seen.
bool Worker::begin_rest() {
  if (!exchange_.sends_nothing()) return false;
  station_.sent.store(exchange_.letters_sent(), std::memory_order_relaxed);
  station_.taken.store(exchange_.letters_taken(), std::memory_order_relaxed);
  station_.meetings.store(exchange_.meetings_known(), std::memory_order_relaxed);
  station_.rests.fetch_add(1);
  node_.look_for_the_end();
  return true;
}

Seat* Worker::rest() {
  const std::uint64_t began = __rdtsc();
  Seat* const stolen = rest_until_news();
  idle_ticks_ += __rdtsc() - began;
  return stolen;
}

Seat* Worker::rest_until_news() {
  node_.machine_.memory().quiescent(number_);
  for (unsigned turn = 0; turn < node_.spins(); ++turn) {
    if (exchange_.has_news() || !node_.going_on()) return nullptr;
    _mm_pause();
  }
  node_.hungry_.fetch_add(1);
  // A thief is busy: the sentron must not be overlooked between the queue and its crew.
  Seat* const stolen = node_.steal_for(number_);
  if (stolen == nullptr) {
    // Only now, since others read what these write: while answers come quickly, that would be most of their time.
    node_.machine_.memory().away(number_);
    const bool rests = begin_rest();
    station_.parking.announce();
    if (has_something()) {
      station_.parking.cancel();
    } else {
      ++counts_.sleeps;
      station_.parking.sleep();
    }
    if (rests) station_.rests.fetch_add(1);
  } else {
    ++counts_.stolen;
  }
  node_.hungry_.fetch_sub(1);
  return stolen;
}

}  // namespace vtpu::runtime
