#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> all = inputs.table("energy", "recomputed");
  if (!all) return all.error();
  measure::Table ratios{all->name, all->columns, {}};
  for (const std::vector<measure::Cell>& row : all->rows) {
    if (std::get<std::string>(row[0]).starts_with("mlperf.")) ratios.rows.push_back(row);
  }
  Result<PrintedTable> table = print(ratios, {{"quantity", "ratio", 0.65},
                                              {"published", "published"},
                                              {"recomputed", "from logs"},
                                              {"over_published", "of published"}});
  if (!table) return table;
  table->note =
      "The paper interpolates TPU v4 to 256 chips and does not say how. IPU Bow times are of round v2.0, TPU v4 "
      "times of v1.0 unless said otherwise.";
  return table;
}

}  // namespace

TableDeclaration mlperf_ratios() {
  return {.name = "mlperf_ratios",
          .caption = "Published MLPerf ratios and what the public logs give",
          .results = {"energy"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
