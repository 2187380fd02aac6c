#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  struct Property {
    std::string name, base100, mixed;
  };
  const std::vector<Property> properties = {
      {"coordinates", "sparse.coordinate_capacity", "sparse.mixed.capacity"},
      {"ids of 10⁹ without a valid coordinate", "sparse.base100.invalid_share", ""},
      {"chips of 4096 that own ids", "sparse.base100.chips_reached", "sparse.mixed.chips_reached"},
      {"fullest chip over the mean", "sparse.base100.chip_skew", "sparse.mixed.chip_skew"},
      {"p, uniform ids, own cells", "sparse.hash.chi2_p.uniform_cells", "sparse.mixed.chi2_p.uniform_cells"},
      {"p, uniform ids, chips", "sparse.hash.chi2_p.uniform_chips", "sparse.mixed.chi2_p.uniform_chips"},
      {"p, consecutive ids, chips", "sparse.hash.chi2_p.sequential_chips", "sparse.mixed.chi2_p.sequential_chips"},
      {"p, distinct Zipf ids, chips", "sparse.hash.chi2_p.zipf_chips", "sparse.mixed.chi2_p.zipf_chips"},
      {"hops saved by grouping 1000 ids (x)", "sparse.batching.hop_ratio", "sparse.batching.hop_ratio.mixed"}};
  PrintedTable table{{{"property", false, 0.42}, {"base 100", true, 0.25}, {"mixing", true, 0.25}}, {}, ""};
  for (const Property& property : properties) {
    std::vector<std::string> row = {property.name};
    for (const std::string& key : {property.base100, property.mixed}) {
      if (key.empty()) {
        row.push_back("0");  // a bijection onto valid coordinates
        continue;
      }
      Result<measure::Metric> metric = inputs.metric("sparse-ids", key);
      if (!metric) return metric.error();
      row.push_back(with_interval(*metric));
    }
    table.rows.push_back(row);
  }
  table.note =
      "p: chi-square test of equal cells, median over samples; an even map gives one half, values near 0 reject "
      "evenness. Base 100: the split of the source documents; mixing: our bijection with parts 1 to 96.";
  return table;
}

}  // namespace

TableDeclaration sparse_maps() {
  return {.name = "sparse_maps",
          .caption = "Two maps from vocabulary ids to coordinates",
          .results = {"sparse-ids"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
