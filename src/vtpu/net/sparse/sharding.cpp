#include "vtpu/net/sparse/sharding.h"

#include <fmt/core.h>

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>

#include "vtpu/net/sparse/id_map.h"

namespace vtpu::net::sparse {
namespace {

__extension__ typedef unsigned __int128 Wide;  // products of row numbers and chips

std::uint64_t share_before(std::uint64_t whole, int index, int count) {
  return static_cast<std::uint64_t>(Wide{whole} * static_cast<unsigned>(index) / static_cast<unsigned>(count));
}

/// Which of `count` even shares of `whole` contains `place`: the inverse of share_before.
int share_of(std::uint64_t place, std::uint64_t whole, int count) {
  return static_cast<int>((Wide{place + 1} * static_cast<unsigned>(count) - 1) / whole);
}

}  // namespace

std::uint64_t EmbeddingTables::total_rows() const { return std::accumulate(rows.begin(), rows.end(), 0ULL); }

std::string_view name_of(Sharding sharding) {
  switch (sharding) {
    case Sharding::hashed_rows: return "hashed rows";
    case Sharding::blocked_rows: return "blocked rows";
    case Sharding::columns: return "columns";
    case Sharding::tables: break;
  }
  return "tables";
}

Result<ShardedTables> ShardedTables::make(EmbeddingTables tables, Sharding sharding, const Shape& machine) {
  if (tables.rows.empty()) return Error{"embedding tables", "none", "at least one"};
  std::uint64_t room = kMixedIds;
  for (std::size_t t = 0; t < tables.rows.size(); ++t) {
    if (tables.rows[t] == 0) return Error{fmt::format("embedding table {}", t + 1), "no row", "at least one"};
    if (tables.rows[t] > room)
      return Error{"embedding tables", fmt::format("more than {} rows", kMixedIds), "at most one row per coordinate"};
    room -= tables.rows[t];
  }
  if (tables.width < 1 || tables.bytes_per_element < 1)
    return Error{"embedding tables", fmt::format("{} elements of {} bytes", tables.width, tables.bytes_per_element),
                 "rows of at least one byte"};
  if (machine.dimensions() != 3) return Error{"machine", to_string(machine), "volumes x books x chapters"};
  return ShardedTables(std::move(tables), sharding, machine);
}

ShardedTables::ShardedTables(EmbeddingTables tables, Sharding sharding, const Shape& machine)
    : tables_(std::move(tables)), sharding_(sharding), machine_(machine), first_{0} {
  for (const std::uint64_t rows : tables_.rows) first_.push_back(first_.back() + rows);
}

int ShardedTables::table_of(std::uint64_t row) const {
  return static_cast<int>(std::upper_bound(first_.begin(), first_.end(), row) - first_.begin()) - 1;
}

int ShardedTables::owner(std::uint64_t row, int part) const {
  switch (sharding_) {
    case Sharding::hashed_rows: return owner_chip(mixed_coordinate(row), machine_);
    case Sharding::columns: return part;
    case Sharding::tables: return table_of(row) % chips();
    case Sharding::blocked_rows: break;
  }
  const auto table = static_cast<std::size_t>(table_of(row));
  return share_of(row - first_[table], tables_.rows[table], chips());
}

std::uint64_t ShardedTables::part_bytes(int part) const {
  if (sharding_ != Sharding::columns) return tables_.row_bytes();
  const auto width = static_cast<std::uint64_t>(tables_.width);
  return (share_before(width, part + 1, chips()) - share_before(width, part, chips())) *
         static_cast<std::uint64_t>(tables_.bytes_per_element);
}

std::vector<double> ShardedTables::stored_bytes() const {
  std::vector<double> bytes(static_cast<std::size_t>(chips()), 0);
  const double row_bytes = static_cast<double>(tables_.row_bytes());
  for (int chip = 0; chip < chips(); ++chip) {
    double& own = bytes[static_cast<std::size_t>(chip)];
    for (int table = 0; table < tables_.count(); ++table) {
      const std::uint64_t rows = tables_.rows[static_cast<std::size_t>(table)];
      switch (sharding_) {
        case Sharding::hashed_rows: own += static_cast<double>(rows) * row_bytes / chips(); break;
        case Sharding::blocked_rows:
          own += static_cast<double>(share_before(rows, chip + 1, chips()) - share_before(rows, chip, chips())) *
                 row_bytes;
          break;
        case Sharding::columns: own += static_cast<double>(rows * part_bytes(chip)); break;
        case Sharding::tables:
          if (table % chips() == chip) own += static_cast<double>(rows) * row_bytes;
          break;
      }
    }
  }
  return bytes;
}

}  // namespace vtpu::net::sparse
