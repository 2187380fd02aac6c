#pragma once
#include <cstdint>
#include <vector>

#include "vtpu/base/random.h"
#include "vtpu/net/sparse/sharding.h"
#include "vtpu/net/sparse/zipf.h"

namespace vtpu::net::sparse {

/// What a chip looks up in one step: for each of its examples, one bag of rows from every table.
struct LookupPattern {
  int examples = 128;   ///< per chip
  int bag = 1;          ///< rows looked up together and added up
  double exponent = 0;  ///< of Zipf's law; 0: all rows equally likely. Rows are sorted by popularity.
};

/// Draws the lookups of each chip. All chips favour the same rows.
class LookupSource {
 public:
  LookupSource(const ShardedTables& tables, const LookupPattern& pattern);

  /// Row numbers, example by example, table by table, the rows of one bag together; repetitions are kept.
  std::vector<std::uint64_t> draw(Random& random) const;
  /// The lookups of all chips, each drawn from a separate random stream.
  std::vector<std::vector<std::uint64_t>> draw_all(const Random& random) const;

  const LookupPattern& pattern() const { return pattern_; }

 private:
  const ShardedTables& tables_;
  LookupPattern pattern_;
  std::vector<Zipf> ranks_;  // by table
};

}  // namespace vtpu::net::sparse
