#include <algorithm>

#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"
#include "vtpu/base/text.h"

namespace vtpu::artifact::tables {
namespace {

const std::string kFile = "data/published/workload_mix.csv";
constexpr std::string_view kShare = "share of TPUs by model type: ";

template <class T>
std::size_t place_of(std::vector<T>& items, const T& item) {
  const auto found = std::find(items.begin(), items.end(), item);
  if (found != items.end()) return static_cast<std::size_t>(found - items.begin());
  items.push_back(item);
  return items.size() - 1;
}

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<std::map<std::string, PublishedFact>> facts = published_facts(inputs, {kFile});
  if (!facts) return facts.error();
  PrintedTable table{{{"model type"}}, {}, ""};
  std::vector<std::string> systems;
  std::vector<std::string> models;
  std::vector<double> sums;
  for (const auto& [id, fact] : *facts) {
    if (!fact.quantity.starts_with(kShare)) continue;
    const std::string model = fact.quantity.substr(kShare.size());
    const std::size_t column = place_of(systems, fact.system);
    if (column + 2 > table.columns.size()) {
      std::string use = condition_of(fact, "use");
      table.columns.push_back({fact.system + ", " + condition_of(fact, "month") + ", " + use + " (%)", true, 0.13});
      sums.push_back(0);
    }
    const std::size_t row = place_of(models, model);
    if (row == table.rows.size()) {
      const std::size_t subtype = model.find(':');
      table.rows.push_back({subtype == std::string::npos ? model : "of which " + model.substr(subtype + 1)});
    }
    table.rows[row].resize(column + 2, "–");
    table.rows[row][column + 1] = fact.value;
    if (model.find(':') != std::string::npos) continue;
    Result<double> value = parse_number(fact.value, id);
    if (!value) return value.error();
    sums[column] += *value;
  }
  table.rows.push_back({"sum of the listed types"});
  for (const double sum : sums) table.rows.back().push_back(number_text(sum));
  for (std::vector<std::string>& row : table.rows) row.resize(table.columns.size(), "–");
  table.note =
      "Published: TPU v4 paper, Table 1. The sums are computed here; what is missing to 100 the source does "
      "not list.";
  return table;
}

}  // namespace

TableDeclaration workload_evolution() {
  return {.name = "workload_evolution",
          .caption = "Share of TPUs by model type, from TPU v1 to TPU v4",
          .wide = true,
          .data = {kFile},
          .build = build};
}

}  // namespace vtpu::artifact::tables
