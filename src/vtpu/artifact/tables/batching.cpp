#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> all = inputs.table("sparse-ids", "hops");
  if (!all) return all.error();
  measure::Table shown{all->name, all->columns, {}};
  for (const std::vector<measure::Cell>& row : all->rows) {
    const double size = std::get<double>(row[3]);
    if (std::get<std::string>(row[0]) != "torus 16x16x16") continue;
    if (size == 100 || size == 1000 || size == 10'000) shown.rows.push_back(row);
  }
  Result<PrintedTable> table = print(shown, {{"ids"},
                                             {"map"},
                                             {"batch_size", "batch"},
                                             {"random"},
                                             {"flat"},
                                             {"hierarchical"},
                                             {"multicast"},
                                             {"ratio", "random over hierarchical"},
                                             {"ratio_low", "low"},
                                             {"ratio_high", "high"},
                                             {"multicast_ratio", "random over multicast"},
                                             {"row_hop_ratio", "row-hops saved"}});
  if (!table) return table;
  for (PrintedTable::Column& column : table->columns) {
    if (column.title.size() > 12) column.width = 0.09;
  }
  table->note =
      "Mean link traversals of requests and replies per batch, one requester on a 16x16x16 torus; low and high "
      "bound the 95 % interval. Row-hops: hops of the rows themselves, which only dropped repetitions save.";
  return table;
}

}  // namespace

TableDeclaration batching() {
  return {.name = "batching",
          .caption = "Hops of embedding lookups by batching scheme, map and population of ids",
          .wide = true,
          .appendix = true,
          .results = {"sparse-ids"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
