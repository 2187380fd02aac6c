#pragma once
#include <cstdint>
#include <map>
#include <vector>

#include "vtpu/analysis/cache_model.h"
#include "vtpu/analysis/reuse_distance.h"
#include "vtpu/exec/interpreter.h"

namespace vtpu::analysis {

/// Misses by cause. Source: Hill and Smith, "Evaluating associativity in CPU caches", IEEE Transactions on Computers
/// 38(12), 1989.
struct MissReasons {
  std::uint64_t compulsory = 0;  ///< the first access to a line
  std::uint64_t capacity = 0;    ///< a fully associative cache of the same size misses as well
  std::uint64_t conflict = 0;    ///< a fully associative cache would hit: too many lines map to one set

  std::uint64_t total() const { return compulsory + capacity + conflict; }
};

/// Finds the sets of a cache that thrash, and the words that cause it.
class ThrashDetector {
 public:
  /// `geometry` satisfies `check_geometry`.
  explicit ThrashDetector(const CacheGeometry& geometry) : cache_(geometry) {}

  void access(std::uint32_t word, std::uint64_t address, std::uint32_t bytes, bool write);
  void operator()(const exec::MemoryAccess& a) {
    access(a.word, reinterpret_cast<std::uintptr_t>(a.address), a.bytes, a.write);
  }

  const MissReasons& misses() const { return misses_; }
  const CacheCounters& counters() const { return cache_.counters(); }

  /// A set with conflict misses.
  struct Set {
    std::uint64_t set = 0;
    std::uint64_t conflicts = 0;
    std::map<std::uint32_t, std::uint64_t> words;  ///< conflict misses by word
  };
  /// Sorted by conflicts, most first.
  std::vector<Set> sets() const;

 private:
  Cache cache_;
  ReuseDistance reuse_;  // a fully associative cache of n lines hits where the distance is below n
  MissReasons misses_;
  std::map<std::uint64_t, std::map<std::uint32_t, std::uint64_t>> conflicts_;
};

}  // namespace vtpu::analysis
