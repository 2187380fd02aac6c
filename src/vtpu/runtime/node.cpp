#include "vtpu/runtime/node.h"

#include <fmt/format.h>
#include <immintrin.h>

#include <algorithm>
#include <barrier>
#include <thread>

#include "vtpu/base/check.h"
#include "vtpu/runtime/places.h"
#include "vtpu/runtime/who_waits.h"

namespace vtpu::runtime {

using exec::Context;
using exec::Exchange;
using exec::Seat;
using exec::Status;

namespace {

/// Looks for news before a worker sleeps, about 50 µs: longer than most answers of another worker take, and short
/// beside what the system gives a busy neighbour.
constexpr unsigned kSpins = 2000;

bool has_ended(const Context& sentron) { return sentron.status == Status::halted || sentron.status == Status::trapped; }

}  // namespace

/// Whether a receive may have a temperature above 0, for which one worker has to see all messages.
bool Node::collects() const {
  for (const auto& sentron : machine_.sentrons())
    if (sentron->temperature != 0) return true;
  for (const exec::Engine* engine : engines_)
    for (const isa::Word& word : engine->program().words)
      if (word.coord.opcode == isa::Opcode::ctemp) return true;
  return false;
}

Node::Node(exec::Machine& machine, std::vector<const exec::Engine*> engines, const Options& options)
    : machine_(machine), engines_(std::move(engines)), options_(options) {
  VTPU_CHECK(engines_.size() == machine.sentrons().size(), "every sentron has an engine");
  VTPU_CHECK(options_.workers > 0, "a node has workers");
  exchanges_ = std::make_unique<exec::NodeExchange>(exec::NodeExchange::Options{
      options_.workers, engines_.size(), options_.ring_letters, collects(), machine.exchange().limits().pending});
}

Node::Result Node::run() {
  const auto& sentrons = machine_.sentrons();
  VTPU_CHECK(seats_.empty(), "a node runs once");
  const unsigned count = options_.workers;
  places_ = Places::choose(count);
  spins_ = options_.spins ? *options_.spins : count > places_.processors() ? 0 : kSpins;

  Exchange& main = machine_.exchange();
  for (unsigned w = 1; w < count; ++w) {
    Exchange& other = others_.emplace_back(main.limits(), &machine_.memory().quota());
    for (const auto& sentron : sentrons) other.enter(sentron->id);
  }
  for (unsigned w = 0; w < count; ++w) {
    Exchange& its = w == 0 ? main : others_[w - 1];
    its.join(*exchanges_, w);
    workers_.push_back(std::make_unique<Worker>(*this, w, its));
  }
  for (std::size_t i = 0; i < sentrons.size(); ++i) {
    Seat& seat = seats_.emplace_back();
    seat.machine = &machine_;
    seat.context = sentrons[i].get();
    seat.engine = engines_[i];
    seat.program = &engines_[i]->program();
    engines_[i]->prepare(seat);
    if (has_ended(*seat.context)) continue;
    const auto worker = static_cast<unsigned>(i * count / sentrons.size());  // neighbours together
    exchanges_->rendezvous().enter(seat.context->id, worker);
    workers_[worker]->offer(seat);
  }

  machine_.share(count);
  began_at_ = std::chrono::steady_clock::now();
  began_ticks_ = __rdtsc();
  began_.store(true, std::memory_order_release);

  std::atomic<bool> bound{true};
  std::chrono::steady_clock::time_point all_there_at;
  std::barrier all_there(count, [&all_there_at]() noexcept { all_there_at = std::chrono::steady_clock::now(); });
  std::vector<std::thread> threads;
  for (unsigned w = 0; w < count; ++w)
    threads.emplace_back([&, w] {
      if (options_.pins && places_.enough() && !places_.bind(w)) bound.store(false, std::memory_order_relaxed);
      all_there.arrive_and_wait();  // so that none steals what the others are about to begin
      workers_[w]->run();
    });
  for (std::thread& thread : threads) thread.join();
  const std::chrono::duration<double> ran = std::chrono::steady_clock::now() - all_there_at;
  machine_.share(1);
  for (const auto& sentron : sentrons) sentron->worker = 0;

  // What was on its way arrives.
  for (bool any = true; any;) {
    any = main.attend();
    for (Exchange& other : others_) any |= other.attend();
  }
  Result result;
  result.seconds = ran.count();
  result.stopped = end_.load() == End::stopped;
  std::vector<const Seat*> seats;
  for (const Seat& seat : seats_) seats.push_back(&seat);
  if (end_.load() == End::deadlock) {
    result.summary.deadlock = who_waits(seats, exchanges_->rendezvous().missing());
    trap_those_that_wait(machine_);
  }
  for (const auto& worker : workers_) {
    result.summary.switches += worker->counts().turns;
    result.stolen += worker->counts().stolen;
    result.sleeps += worker->counts().sleeps;
    result.letters += worker->exchange().letters_sent();
  }
  std::vector<exec::Letter> early = exchanges_->all_early();
  for (const auto& sentron : sentrons) sentron->exchange = nullptr;
  std::vector<Exchange::Pending> left = main.part();
  for (Exchange& other : others_)
    for (const auto& messages : {other.pending(), other.part()})
      left.insert(left.end(), messages.begin(), messages.end());
  for (const exec::Letter& letter : early) left.push_back({0, letter.at, letter.payload});
  for (const Exchange::Pending& each : left) result.lost += !main.keep(each);
  for (const auto& sentron : sentrons)
    if (has_ended(*sentron) && sentron->trap.kind != exec::TrapKind::deadlock) main.leave(sentron->id);
  if (options_.pins && !places_.enough())
    result.note =
        fmt::format("workers are not bound to processors: there are {} and may use {}", count, places_.processors());
  else if (options_.pins && !bound.load())
    result.note = "workers are not bound to processors: the host refuses";
  return result;
}

void Node::end_with(End end) {
  End none = End::none;
  end_.compare_exchange_strong(none, end);
  exchanges_->wake_all();
}

Telemetry Node::telemetry(std::chrono::milliseconds patience) {
  const std::scoped_lock hold(telemetry_lock_);
  Telemetry all;
  if (!began_.load(std::memory_order_acquire)) return all;
  const std::uint64_t request = ++requests_;
  for (const auto& worker : workers_) worker->ask_for_report(request);
  const auto answered = [&] {
    return std::all_of(workers_.begin(), workers_.end(),
                       [&](const auto& worker) { return worker->report().request == request; });
  };
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!answered() && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(std::chrono::microseconds(100));

  all.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began_at_).count();
  const std::uint64_t ticks = std::max<std::uint64_t>(1, __rdtsc() - began_ticks_);
  latest_.resize(seats_.size());
  for (unsigned w = 0; w < workers_.size(); ++w) {
    Worker::Report report = workers_[w]->report();
    const std::uint64_t busy = ticks - std::min(ticks, report.idle_ticks);
    report.worker.busy_nanoseconds =
        static_cast<std::uint64_t>(all.seconds * 1e9 * static_cast<double>(busy) / static_cast<double>(ticks));
    if (options_.pins) report.worker.cpu = places_.processor(w);
    all.workers.push_back(report.worker);
    // A sentron that was stolen between two answers is in both or in none; the answer after more words is the later
    // one.
    for (Telemetry::Sentron& sentron : report.sentrons)
      if (sentron.retired.words >= latest_[sentron.number].retired.words) latest_[sentron.number] = std::move(sentron);
  }
  for (std::uint32_t number = 0; number < latest_.size(); ++number) latest_[number].number = number;
  all.sentrons = latest_;
  return all;
}

void Node::stop() { end_with(End::stopped); }

/// All workers rest if each was found resting, with the same count of rests in a second pass: then they rested at the
/// time between the passes. Nothing was on its way if as many letters were taken as were sent, every worker knew of
/// every rendezvous that had ended, and no sentron lay in a queue. What could change that comes from a worker that does
/// not rest.
void Node::look_for_the_end() {
  const std::uint64_t meetings = exchanges_->rendezvous().ended();
  const unsigned count = options_.workers;
  std::uint64_t sent = 0, taken = 0, rests = 0;
  for (unsigned w = 0; w < count; ++w) {
    exec::NodeExchange::Station& station = exchanges_->station(w);
    const std::uint64_t its = station.rests.load();
    if (its % 2 == 0 || station.meetings.load() != meetings) return;
    rests += its;
    sent += station.sent.load();
    taken += station.taken.load();
  }
  if (sent != taken || offered_.load() != 0 || exchanges_->rendezvous().ended() != meetings) return;
  for (unsigned w = 0; w < count; ++w) rests -= exchanges_->station(w).rests.load();
  if (rests == 0 && exchanges_->rendezvous().members() > 0) end_with(End::deadlock);
}

void Node::look_for_traps(const Worker& worker) {
  if (!options_.trap_ends_all) return;
  for (const Seat* seat : worker.crew().seats())
    if (seat != nullptr && seat->context->status == Status::trapped) return end_with(End::stopped);
}

Seat* Node::steal_for(unsigned worker) {
  if (Seat* const own = workers_[worker]->steal(); own != nullptr || !steals()) return own;
  for (unsigned step = 1; step < options_.workers; ++step)
    if (Seat* const seat = workers_[(worker + step) % options_.workers]->steal()) return seat;
  return nullptr;
}

void Node::wake_one(unsigned except) {
  for (unsigned step = 1; step < options_.workers; ++step)
    if (exchanges_->station((except + step) % options_.workers).parking.wake()) return;
}

}  // namespace vtpu::runtime
