#pragma once
#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <vector>

#include "vtpu/exec/crew.h"
#include "vtpu/exec/node_exchange.h"
#include "vtpu/runtime/telemetry.h"

namespace vtpu::runtime {

class Node;

/// A thread of a node with the sentrons that take turns on it. Those that wait, and those that were called since, are
/// known to this thread only. Those that have not had their first turn, and those that it offers, lie in a queue from
/// which idle workers steal.
class Worker {
 public:
  /// `exchange`: has joined the node's.
  Worker(Node& node, unsigned number, exec::Exchange& exchange);

  /// Runs sentrons until the node ends.
  void run();

  /// Puts a sentron that is ready into the queue.
  void offer(exec::Seat& seat);
  /// The oldest of the queue, or null. Any thread.
  exec::Seat* steal();

  exec::Exchange& exchange() { return exchange_; }
  const exec::Crew& crew() const { return crew_; }

  struct Counts {
    std::uint64_t turns = 0, stolen = 0, sleeps = 0;
  };
  const Counts& counts() const { return counts_; }

  /// What the worker has done up to a moment between two turns.
  struct Report {
    std::uint64_t request = 0;  ///< the latest that it answers
    std::uint64_t idle_ticks = 0;
    Telemetry::Worker worker;
    std::vector<Telemetry::Sentron> sentrons;
  };
  /// Asks it to answer a request as soon as its sentron's turn is over. Any thread.
  void ask_for_report(std::uint64_t request);
  /// The latest answer. Any thread.
  Report report() const;

 private:
  /// Turns of sentrons before the worker looks at what others sent.
  static constexpr std::uint64_t kTurnsBetweenLooks = 64;

  void answer();
  void take(exec::Seat& seat);
  void take_turn(exec::Seat& seat);
  /// Gives a sentron to those that have nothing to do, if this worker has several.
  void share();
  /// Returns when there may be something to do, or with a sentron that it stole.
  exec::Seat* rest();
  exec::Seat* rest_until_news();
  bool begin_rest();
  bool has_something();

  Node& node_;
  const unsigned number_;
  exec::Exchange& exchange_;
  exec::NodeExchange::Station& station_;
  exec::Crew crew_;
  Counts counts_;
  std::mutex lock_;
  std::deque<exec::Seat*> offered_;
  std::uint64_t idle_ticks_ = 0;  // of the processor's time stamp counter
  std::atomic<std::uint64_t> asked_{0};
  mutable std::mutex report_lock_;
  Report report_;
};

}  // namespace vtpu::runtime
