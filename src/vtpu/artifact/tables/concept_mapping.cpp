#include "vtpu/artifact/tables/all.h"

namespace vtpu::artifact::tables {
namespace {

const std::string kFile = "data/concept_mapping.csv";

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<Csv> csv = inputs.data(kFile);
  if (!csv) return csv.error();
  struct Shown {
    std::string column;
    PrintedTable::Column as;
  };
  const std::vector<Shown> shown = {{"tpu_v4_concept", {"TPU v4", false, 0.20}},
                                    {"phext_equivalent", {"phext network", false, 0.23}},
                                    {"mapping", {"mapping"}},
                                    {"notes", {"notes", false, 0.38}},
                                    {"explained_in", {"explained in", false, 0.12}}};
  PrintedTable table;
  table.rows.resize(csv->rows.size());
  for (const Shown& column : shown) {
    Result<std::size_t> place = csv->column(column.column);
    if (!place) return place.error();
    table.columns.push_back(column.as);
    for (std::size_t row = 0; row < table.rows.size(); ++row) table.rows[row].push_back(csv->rows[row].cells[*place]);
  }
  table.note =
      "direct: the same thing under another name; analogy: like it in some respect only; extension: goes beyond "
      "what the TPU has; none: no counterpart.";
  return table;
}

}  // namespace

TableDeclaration concept_mapping() {
  return {.name = "concept_mapping",
          .caption = "Concepts of TPU v4 and their counterparts in the phext network",
          .wide = true,
          .appendix = true,
          .data = {kFile},
          .build = build};
}

}  // namespace vtpu::artifact::tables
