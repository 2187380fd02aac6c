#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "vtpu/base/result.h"

namespace vtpu::analysis {

/// One cache level.
struct CacheGeometry {
  std::string name = "L1";
  std::uint64_t bytes = 32768;
  unsigned ways = 8;
  unsigned line = 64;  ///< bytes

  std::uint64_t sets() const { return bytes / line / ways; }
  std::uint64_t set_of(std::uint64_t line_number) const { return line_number % sets(); }
};

/// Error: a line that is not a power of two, a size that is not a whole number of sets, no ways.
Result<void> check_geometry(const CacheGeometry& geometry);

/// `NAME:BYTES:WAYS` with lines of 64 bytes, as `L1:32768:8` or `L2:1MiB:16`; bytes up to 1 GiB. The result satisfies
/// `check_geometry`. Error: the text, what was found, what was expected.
Result<CacheGeometry> parse_geometry(const std::string& text);

struct CacheCounters {
  std::uint64_t hits = 0;
  std::uint64_t misses = 0;
  std::uint64_t evictions = 0;    ///< of valid lines
  std::uint64_t write_backs = 0;  ///< evictions of modified lines

  std::uint64_t accesses() const { return hits + misses; }
  /// 0 without accesses.
  double hit_rate() const;
  friend bool operator==(const CacheCounters&, const CacheCounters&) = default;
};

/// A set-associative cache with LRU replacement and write allocation. It is exact for the given addresses, but does not
/// model a host's replacement, prefetching or page colouring, so that all its results are simulated ones.
class Cache {
 public:
  /// `geometry` satisfies `check_geometry`.
  explicit Cache(CacheGeometry geometry);

  struct Outcome {
    bool hit = false;
    bool wrote_back = false;
    std::uint64_t victim = 0;  ///< number of the line written back
  };
  /// Accesses one line by its number (address divided by line size).
  Outcome access(std::uint64_t line_number, bool write);

  const CacheGeometry& geometry() const { return geometry_; }
  const CacheCounters& counters() const { return counters_; }

 private:
  struct Line {
    std::uint64_t number = 0;
    bool dirty = false;
  };
  CacheGeometry geometry_;
  std::vector<std::vector<Line>> sets_;  // the most recently used first
  CacheCounters counters_;
};

/// A cache hierarchy: misses and written-back lines of a level go to the next.
class CacheModel {
 public:
  /// Error: as `check_geometry`, of the first bad level; levels with different lines; no level.
  static Result<CacheModel> make(const std::vector<CacheGeometry>& levels);

  /// Accesses every line that the bytes touch, in ascending order. Returns the level that hit for the last of them, or
  /// the number of levels when none did. `bytes` ≥ 1.
  std::size_t access(std::uint64_t address, std::uint32_t bytes, bool write);

  const std::vector<Cache>& levels() const { return levels_; }

 private:
  explicit CacheModel(std::vector<Cache> levels) : levels_(std::move(levels)) {}
  std::size_t access_line(std::size_t level, std::uint64_t line_number, bool write);

  std::vector<Cache> levels_;
};

}  // namespace vtpu::analysis
