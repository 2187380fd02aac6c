#pragma once
#include <cstdint>
#include <vector>

#include "vtpu/base/random.h"
#include "vtpu/net/sparse/sharding.h"
#include "vtpu/net/sparse/zipf.h"

namespace vtpu::net::sparse {

/// What a chip looks up in one step: for each of its examples a bag of rows from every table.
struct LookupPattern {
  int examples = 128;   ///< of one chip
  int bag = 1;          ///< rows looked up together and added up
  double exponent = 0;  ///< of Zipf's law; 0: all rows alike. Rows stand in the order of how often they are asked for
};

/// Draws the lookups of one chip after the other. All chips favour the same rows.
class LookupSource {
 public:
  LookupSource(const ShardedTables& tables, const LookupPattern& pattern);

  /// Row numbers, example by example, table by table, one bag's rows together; repetitions stay.
  std::vector<std::uint64_t> draw(Random& random) const;
  /// Of every chip, each from a stream of its own.
  std::vector<std::vector<std::uint64_t>> draw_all(const Random& random) const;

  const LookupPattern& pattern() const { return pattern_; }

 private:
  const ShardedTables& tables_;
  LookupPattern pattern_;
  std::vector<Zipf> ranks_;  // by table
};

}  // namespace vtpu::net::sparse
