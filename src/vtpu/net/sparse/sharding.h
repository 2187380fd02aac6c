#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/net/shape.h"

namespace vtpu::net::sparse {

/// Embedding tables of one width. Only their sizes are kept: no element is ever stored, so a table of 10^9 rows costs
/// what one of ten does. Rows of all tables are numbered through, table after table.
struct EmbeddingTables {
  std::vector<std::uint64_t> rows;  ///< by table, each ≥ 1
  int width = 128;                  ///< elements of a row
  int bytes_per_element = 4;

  int count() const { return static_cast<int>(rows.size()); }
  std::uint64_t total_rows() const;
  std::uint64_t row_bytes() const { return static_cast<std::uint64_t>(width) * bytes_per_element; }
};

/// Which chip holds what.
enum class Sharding {
  hashed_rows,   ///< a row on the chip that its coordinate of the mixing map folds onto (id_map.h)
  blocked_rows,  ///< as many consecutive rows of every table on each chip
  columns,       ///< as many consecutive elements of every row on each chip
  tables         ///< whole tables, dealt out to the chips in turn
};
std::string_view name_of(Sharding sharding);

/// Tables spread over chips. Each row is cut into `parts` pieces, of which each lies on one chip: chips under column
/// sharding, one otherwise.
class ShardedTables {
 public:
  /// `machine`: volumes, books and chapters, onto which coordinates fold. Error: no table, an empty one, a row without
  /// bytes; more rows than the mixing map has coordinates; a machine that is not 3D.
  static Result<ShardedTables> make(EmbeddingTables tables, Sharding sharding, const Shape& machine);

  const EmbeddingTables& tables() const { return tables_; }
  Sharding sharding() const { return sharding_; }
  int chips() const { return machine_.count(); }
  /// The number of a table's first row.
  std::uint64_t first_row(int table) const { return first_[static_cast<std::size_t>(table)]; }
  int parts() const { return sharding_ == Sharding::columns ? chips() : 1; }
  int owner(std::uint64_t row, int part) const;
  /// 0 for a chip to which no column falls.
  std::uint64_t part_bytes(int part) const;
  /// What each chip stores, in bytes; of hashed rows, what it stores on average over all rows of the map.
  std::vector<double> stored_bytes() const;

 private:
  ShardedTables(EmbeddingTables tables, Sharding sharding, const Shape& machine);
  int table_of(std::uint64_t row) const;

  EmbeddingTables tables_;
  Sharding sharding_;
  Shape machine_;
  std::vector<std::uint64_t> first_;  // by table, and the end
};

}  // namespace vtpu::net::sparse
