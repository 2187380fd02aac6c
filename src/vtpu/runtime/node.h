#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "vtpu/exec/node_exchange.h"
#include "vtpu/runtime/places.h"
#include "vtpu/runtime/scheduler.h"
#include "vtpu/runtime/telemetry.h"
#include "vtpu/runtime/worker.h"

namespace vtpu::runtime {

/// Runs the sentrons of a machine on several threads, each until it halts, traps or has to wait.
///
/// What a program says fixes: messages to one coordinate from one sentron arrive in order, and after those that caused
/// them; a rendezvous has the outcome that it has on one thread. What it leaves open may differ from run to run: which
/// of two sentrons that nothing orders sends first, and with it what a receive finds and which of several sentrons
/// gets a message.
///
/// Waiting. A worker without a ready sentron looks for news a bounded number of times, then steals, then sleeps
/// (ParkingPlace). With more workers than processors it sleeps at once.
class Node {
 public:
  struct Options {
    unsigned workers = 2;
    bool pins = true;    ///< binds workers to processors, if there are enough
    bool steals = true;  ///< idle workers take sentrons from others
    /// A trap in one sentron ends the run of all.
    bool trap_ends_all = false;
    std::optional<unsigned> spins = {};  ///< looks for news before a worker sleeps; else by the number of processors
    std::size_t ring_letters = exec::NodeExchange::kRingLetters;
  };

  /// One engine for each sentron of the machine, in order. Machine and engines must outlive the node.
  Node(exec::Machine& machine, std::vector<const exec::Engine*> engines, const Options& options);
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  struct Result {
    Summary summary;
    bool stopped = false;       ///< by `stop` or, with `trap_ends_all`, a trap; sentrons stand where they were
    std::uint64_t letters = 0;  ///< between workers
    std::uint64_t stolen = 0;   ///< sentrons
    std::uint64_t sleeps = 0;
    double seconds = 0;      ///< from when all workers were there to when the last one ended
    std::uint64_t lost = 0;  ///< messages that nobody received and for which the system refused memory after the run
    std::string note;        ///< if workers are not bound to processors, why
  };
  /// Runs all sentrons that have not ended. Once.
  Result run();
  /// Ends the run when each worker has finished its present turn. Any thread, also before or after the run; safe in a
  /// signal handler.
  void stop();

  /// What the workers and sentrons have done so far; `process` and `program` are left to the caller. Any thread,
  /// before, in and after the run. Workers answer between turns. One that does not within `patience`, because the turn
  /// of its sentron takes longer, is shown as it was at its last answer.
  Telemetry telemetry(std::chrono::milliseconds patience = std::chrono::milliseconds(50));

 private:
  friend class Worker;
  enum class End : std::uint8_t { none, deadlock, stopped };

  // For workers.
  exec::NodeExchange& exchanges() { return *exchanges_; }
  bool going_on() const {
    return end_.load(std::memory_order_relaxed) == End::none && exchanges_->rendezvous().members() > 0;
  }
  bool steals() const { return options_.steals; }
  unsigned spins() const { return spins_; }
  /// Ends the run if all workers rest and nothing is on its way.
  void look_for_the_end();
  void look_for_traps(const Worker& worker);
  /// From its own queue, else from another's if workers steal.
  exec::Seat* steal_for(unsigned worker);
  void wake_one(unsigned except);

  bool collects() const;
  void end_with(End end);

  exec::Machine& machine_;
  std::vector<const exec::Engine*> engines_;
  Options options_;
  unsigned spins_ = 0;
  std::unique_ptr<exec::NodeExchange> exchanges_;
  std::deque<exec::Exchange> others_;  // of workers 1, 2, …; worker 0 has the machine's
  std::deque<exec::Seat> seats_;
  std::vector<std::unique_ptr<Worker>> workers_;
  Places places_;
  // For telemetry.
  std::mutex telemetry_lock_;
  std::uint64_t requests_ = 0;
  std::vector<Telemetry::Sentron> latest_;  // by number
  std::atomic<bool> began_{false};          // the workers are there
  std::chrono::steady_clock::time_point began_at_;
  std::uint64_t began_ticks_ = 0;
  std::atomic<End> end_{End::none};
  alignas(128) std::atomic<std::uint64_t> offered_{0};  // sentrons in the queues
  std::atomic<unsigned> hungry_{0};                     // workers that have found nothing for some time
};

}  // namespace vtpu::runtime
