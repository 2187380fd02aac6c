#pragma once
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <limits>
#include <vector>

namespace vtpu::memory {

/// Tells when the memory of a freed region may be returned: once every worker has passed a quiescent point after the
/// free, that is a point at which it runs no sentron, and each of its sentrons drops its translations to freed regions
/// before it runs again. (Quiescent-state-based reclamation: McKenney and Slingwine, "Read-copy update", PDCS 1998.
/// liburcu's version registers the threads of the whole process with one domain, so that the workers of one machine
/// would wait for those of another.)
///
/// All accesses are sequentially consistent: a worker says what it has passed and then asks for new frees; who frees
/// counts the free and then asks what was passed. One of them sees the other.
class Quiescence {
 public:
  /// Nobody runs, and none of that many workers holds anything back until it calls `pass`.
  void share(unsigned workers) { workers_ = std::vector<Worker>(workers); }

  /// How many regions were freed while the table was shared. They are numbered from 1.
  const std::atomic<std::uint64_t>& frees() const { return frees_; }
  void count_free() { frees_.fetch_add(1); }
  /// The worker has none of the regions freed so far in use. Returns whether that is news.
  bool pass(unsigned worker) {
    const std::uint64_t number = frees_.load();
    std::atomic<std::uint64_t>& passed = workers_[worker].passed;
    if (passed.load(std::memory_order_relaxed) == number) return false;
    passed.store(number);
    return true;
  }
  /// The worker uses no region until it passes again.
  void leave(unsigned worker) { workers_[worker].passed.store(kAway); }
  /// The number of the last free that all workers have passed; the greatest number if all are away.
  std::uint64_t passed() const {
    std::uint64_t least = kAway;
    for (const Worker& worker : workers_) least = std::min(least, worker.passed.load());
    return least;
  }

 private:
  static constexpr std::uint64_t kAway = std::numeric_limits<std::uint64_t>::max();
  struct alignas(128) Worker {
    std::atomic<std::uint64_t> passed{kAway};
  };
  alignas(128) std::atomic<std::uint64_t> frees_{0};
  std::vector<Worker> workers_;
};

}  // namespace vtpu::memory
