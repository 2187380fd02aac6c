#pragma once
#include <atomic>
#include <cstdint>

namespace vtpu::exec {

/// Where a thread sleeps until another has something for it.
///
/// A wake-up is never lost. The sleeper announces itself, then looks once more for something to do, and only then
/// sleeps; the waker first makes its gift visible and then looks whether somebody sleeps. Each side writes one location
/// and reads the other's, so both need a full barrier in between, or each could miss the other's write. Wakers send
/// often and sleepers sleep seldom: the sleeper has the system run a barrier on all threads of the process
/// (membarrier), and the waker's is free. Where the system has no such call, both use a fence.
class ParkingPlace {
 public:
  /// The calling thread is about to sleep. It must look for something to do before `sleep`, and call `cancel` if it
  /// finds something.
  void announce();
  void cancel() { word_.store(kAwake, std::memory_order_relaxed); }
  /// Sleeps until `wake`; returns at once if that was called since `announce`. May return early.
  void sleep();
  /// After the gift was written: wakes the sleeper if there is one. Returns whether there was.
  bool wake() {
    if (cheap_)
      std::atomic_signal_fence(std::memory_order_seq_cst);
    else
      std::atomic_thread_fence(std::memory_order_seq_cst);
    return word_.load(std::memory_order_relaxed) == kAsleep && wake_sleeper();
  }

 private:
  static constexpr std::uint32_t kAwake = 0, kAsleep = 1;
  bool wake_sleeper();

  std::atomic<std::uint32_t> word_{kAwake};
  bool cheap_ = has_membarrier();
  static bool has_membarrier();
};

}  // namespace vtpu::exec
