#include "vtpu/net/sparse/lookups.h"

#include "vtpu/base/check.h"

namespace vtpu::net::sparse {

LookupSource::LookupSource(const ShardedTables& tables, const LookupPattern& pattern)
    : tables_(tables), pattern_(pattern) {
  VTPU_CHECK(pattern.examples >= 1 && pattern.bag >= 1, "a chip has at least one example and one row per bag");
  for (const std::uint64_t rows : tables.tables().rows) ranks_.emplace_back(pattern.exponent, rows);
}

std::vector<std::uint64_t> LookupSource::draw(Random& random) const {
  std::vector<std::uint64_t> rows;
  rows.reserve(static_cast<std::size_t>(pattern_.examples) * ranks_.size() * static_cast<std::size_t>(pattern_.bag));
  for (int example = 0; example < pattern_.examples; ++example)
    for (std::size_t table = 0; table < ranks_.size(); ++table)
      for (int i = 0; i < pattern_.bag; ++i)
        rows.push_back(tables_.first_row(static_cast<int>(table)) + ranks_[table].draw(random) - 1);
  return rows;
}

std::vector<std::vector<std::uint64_t>> LookupSource::draw_all(const Random& random) const {
  std::vector<std::vector<std::uint64_t>> lookups;
  for (int chip = 0; chip < tables_.chips(); ++chip) {
    Random own = random.fork(static_cast<std::uint64_t>(chip));
    lookups.push_back(draw(own));
  }
  return lookups;
}

}  // namespace vtpu::net::sparse
