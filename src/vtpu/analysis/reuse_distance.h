#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "vtpu/base/keyed_hash.h"

namespace vtpu::analysis {

/// Exact reuse distances of a stream of accesses: the number of other lines accessed since the last access to a line.
/// An access takes time logarithmic in the number of lines. Source: Bennett and Kruskal, "LRU stack processing", IBM
/// Journal of Research and Development 19(4), 1975, with a tree of partial sums over the times of last accesses
/// (Fenwick, "A new data structure for cumulative frequency tables", Software: Practice and Experience 24(3), 1994).
class ReuseDistance {
 public:
  /// Records an access and returns its distance; none for the first access to a line.
  std::optional<std::uint64_t> access(std::uint64_t line);
  /// Lines accessed so far.
  std::size_t lines() const { return last_.size(); }

 private:
  void add(std::size_t time, std::int64_t value);
  std::int64_t sum_to(std::size_t time) const;
  void renumber();

  std::unordered_map<std::uint64_t, std::size_t, ProcessKeyedHash>
      last_;                        // time of the last access to each line, from 1
  std::vector<std::int64_t> tree_;  // 1 at each of these times; index 0 is not used
  std::size_t now_ = 0;
};

}  // namespace vtpu::analysis
