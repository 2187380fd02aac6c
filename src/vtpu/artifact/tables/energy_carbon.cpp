#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

const std::string kFile = "data/published/energy_carbon.csv";

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<std::map<std::string, PublishedFact>> facts = published_facts(inputs, {kFile});
  if (!facts) return facts.error();
  const auto fact = [&](const std::string& id) { return fact_text(*facts, id); };
  PrintedTable table{{{"factor", false, 0.60}, {"on premise", true}, {"cloud", true}, {"ratio", true}}, {}, ""};

  struct Factor {
    std::string name, premise, cloud, ratio_key;
  };
  const std::vector<Factor> factors = {{"model: the same on both sides", "EC-001", "EC-001", ""},
                                       {"machine: energy per unit of work, assumed", "EC-002", "EC-001", ""},
                                       {"mechanisation: PUE", "EC-004", "EC-006", "energy.pue_share"},
                                       {"map: kg CO₂e per kWh", "EC-015", "EC-016", "energy.carbon_share"}};
  for (const Factor& factor : factors) {
    Result<std::string> premise = fact(factor.premise);
    if (!premise) return premise.error();
    Result<std::string> cloud = fact(factor.cloud);
    if (!cloud) return cloud.error();
    std::string ratio = *premise;
    if (!factor.ratio_key.empty()) {
      Result<measure::Metric> metric = inputs.metric("energy", factor.ratio_key);
      if (!metric) return metric.error();
      ratio = number_text(metric->value);
    }
    table.rows.push_back({factor.name, *premise, *cloud, ratio});
  }
  struct Outcome {
    std::string name, key, published;
  };
  const std::vector<Outcome> outcomes = {{"energy: product of the first three", "energy.kwh_ratio", "EC-010"},
                                         {"CO₂e: product of all four", "energy.co2_ratio", "EC-017"}};
  for (const Outcome& outcome : outcomes) {
    Result<measure::Metric> metric = inputs.metric("energy", outcome.key);
    if (!metric) return metric.error();
    Result<std::string> published = fact(outcome.published);
    if (!published) return published.error();
    table.rows.push_back({outcome.name + " (published: " + *published + ")", "–", "–", number_text(metric->value)});
  }
  Result<measure::Table> sensitivity = inputs.table("energy", "factors");
  if (!sensitivity) return sensitivity.error();
  for (const std::vector<measure::Cell>& row : sensitivity->rows) {
    const double factor = std::get<double>(row[0]);
    if (factor != 2 && factor != 4 && factor != 6) continue;
    table.rows.push_back({"energy and CO₂e with machine factor " + number_text(factor), "–", "–",
                          number_text(std::get<double>(row[1]), 3) + "; " + number_text(std::get<double>(row[2]), 3)});
  }
  table.note =
      "Factors: TPU v4 paper, Section 7.6. Products computed here from those factors; they can contradict the "
      "source, not confirm it.";
  return table;
}

}  // namespace

TableDeclaration energy_carbon() {
  return {.name = "energy_carbon",
          .caption = "Energy and carbon: the published factors, their products, and the assumed machine factor",
          .results = {"energy"},
          .data = {kFile},
          .build = build};
}

}  // namespace vtpu::artifact::tables
