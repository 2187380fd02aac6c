#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/net/shape.h"

namespace vtpu::net::sparse {

/// Embedding tables of one width. Only their sizes are kept and no element is stored, so that a table of 10^9 rows
/// costs as little as one of ten. Rows are numbered across all tables, table after table.
struct EmbeddingTables {
  std::vector<std::uint64_t> rows;  ///< by table, each ≥ 1
  int width = 128;                  ///< elements per row
  int bytes_per_element = 4;

  int count() const { return static_cast<int>(rows.size()); }
  std::uint64_t total_rows() const;
  std::uint64_t row_bytes() const { return static_cast<std::uint64_t>(width) * bytes_per_element; }
};

/// Which chip holds which data.
enum class Sharding {
  hashed_rows,   ///< a row is on the owner chip of its coordinate in the mixing map (id_map.h)
  blocked_rows,  ///< each chip has the same number of consecutive rows of every table
  columns,       ///< each chip has the same number of consecutive elements of every row
  tables         ///< whole tables, assigned to the chips in turn
};
std::string_view name_of(Sharding sharding);

/// Tables spread over chips. Each row is cut into `parts` pieces, each on one chip: as many pieces as chips under
/// column sharding, otherwise one.
class ShardedTables {
 public:
  /// `machine`: the volumes, books and chapters onto which coordinates are folded. Error: no table, an empty table, a
  /// row without bytes; more rows than the mixing map has coordinates; a machine that is not 3D.
  static Result<ShardedTables> make(EmbeddingTables tables, Sharding sharding, const Shape& machine);

  const EmbeddingTables& tables() const { return tables_; }
  Sharding sharding() const { return sharding_; }
  int chips() const { return machine_.count(); }
  /// The number of a table's first row.
  std::uint64_t first_row(int table) const { return first_[static_cast<std::size_t>(table)]; }
  int parts() const { return sharding_ == Sharding::columns ? chips() : 1; }
  int owner(std::uint64_t row, int part) const;
  /// The bytes of a part of a row; 0 for a chip without columns.
  std::uint64_t part_bytes(int part) const;
  /// The bytes that each chip stores; for hashed rows, the average over all rows of the map.
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
