#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <utility>
#include <vector>

#include "vtpu/exec/engine.h"

namespace vtpu::exec {

class Crew;

/// A sentron with what its engine needs to run it. Compiled code uses the offsets.
struct Seat {
  Seat() { places.fill(&Exchange::nowhere()); }

  Machine* machine = nullptr;
  Context* context = nullptr;
  const Engine* engine = nullptr;
  Crew* crew = nullptr;  ///< null: the sentron is alone
  Exchange* exchange = nullptr;
  // Of compiled code; null where another engine runs the sentron.
  const isa::Program* program = nullptr;
  const void* const* entries = nullptr;  ///< word → host address where code may be entered, or null
  const void* resume = nullptr;          ///< host address that loads the registers and continues at `entry`
  const void* entry = nullptr;
  const std::atomic<std::uint64_t>* frees = nullptr;
  std::array<Exchange::Place*, 8> places;  ///< at which the pointers last sent or received
  std::uint64_t result = 0;                ///< of a function that was called for an S op
  std::uint64_t value = 0;                 ///< the outcome of a reduction
  Vector lanes;                            ///< with checked accesses: the indices of a sixteen-lane access
};

/// Sentrons that take turns on one thread: all of a machine, or those of a worker in a node. A sentron that waits for a
/// message or a rendezvous is called when it comes, and those that were called run in the order of the calls.
class Crew {
 public:
  /// One engine for each sentron of the machine, in order. Machine and engines must outlive the crew.
  Crew(Machine& machine, const std::vector<const Engine*>& engines);
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  /// A worker's crew, with room for that many sentrons of a node, none of which it has yet.
  Crew(Exchange& exchange, std::size_t sentrons) : exchange_(exchange), seats_(sentrons) {}

  /// By sentron number; null for those of other workers.
  const std::vector<Seat*>& seats() const { return seats_; }
  /// A sentron of a node joins the crew. It is not called.
  void take(Seat& seat);
  /// One that was called, and has not had its turn, leaves for another worker. Null if nobody was called.
  Seat* give_away();
  /// Nobody waits any longer; all are called, in the order of their numbers.
  void call_all();
  /// The sentron whose turn it is; null when nobody was called or a pause is due. It has not stopped.
  Seat* next() {
    if (turn_ != nullptr) return std::exchange(turn_, nullptr);
    if (turns_ >= pause_at_.load(std::memory_order_relaxed)) return nullptr;
    while (const auto called = exchange_.next_called()) {
      Seat& seat = *seats_[*called];
      const Status status = seat.context->status;
      if (status == Status::halted || status == Status::trapped) continue;
      ++turns_;
      seat.machine->see_frees(*seat.context);
      return &seat;
    }
    return nullptr;
  }
  /// The sentron that `next` returned has not run; it is returned again.
  void give_back(Seat& seat) { turn_ = &seat; }
  /// `next` returns null after that many turns, so that a worker whose sentrons always have something to do sees what
  /// others send it.
  void pause_after(std::uint64_t turns) { pause_at_.store(turns_ + turns, std::memory_order_relaxed); }
  /// The same before the next turn; any thread may call it.
  void pause_soon() { pause_at_.store(0, std::memory_order_relaxed); }
  /// Notes what a sentron waits for whose present word has to wait.
  void wait(Seat& seat);

  /// How often `next` returned a sentron that ran.
  std::uint64_t turns() const { return turns_ - (turn_ != nullptr); }

 private:
  Exchange& exchange_;
  std::vector<Seat> own_;  // unless it is a worker's
  std::vector<Seat*> seats_;
  Seat* turn_ = nullptr;
  std::uint64_t turns_ = 0;
  std::atomic<std::uint64_t> pause_at_{~std::uint64_t{0}};
};

}  // namespace vtpu::exec
