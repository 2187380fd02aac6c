// Published numbers of TPU v4 and of other machines.
#include <algorithm>
#include <array>
#include <optional>
#include <tuple>

#include "vtpu/artifact/published.h"
#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"
#include "vtpu/base/text.h"

namespace vtpu::artifact::tables {

namespace {

const std::string kWorkloadFile = "data/published/workload_mix.csv";
constexpr std::string_view kShare = "share of TPUs by model type: ";

template <class T>
std::size_t place_of(std::vector<T>& items, const T& item) {
  const auto found = std::find(items.begin(), items.end(), item);
  if (found != items.end()) return static_cast<std::size_t>(found - items.begin());
  items.push_back(item);
  return items.size() - 1;
}

Result<PrintedTable> make_workload_evolution(const TableInputs& inputs) {
  Result<std::map<std::string, PublishedFact>> facts = published_facts(inputs, {kWorkloadFile});
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
  return table;
}

}  // namespace

TableDeclaration workload_evolution() {
  return {.name = "workload_evolution",
          .caption = "Share of TPUs by model type, from TPU v1 to TPU v4",
          .wide = true,
          .appendix = true,
          .data = {kWorkloadFile},
          .make = make_workload_evolution,
          .note =
              "Published: TPU v4 paper, Table 1. The sums are computed here; the source does not list the remainder to "
              "100."};
}

namespace {

const std::vector<std::string> kComparisonFiles = {"data/published/chip_features.csv", "data/published/power.csv",
                                                   "data/published/production_perf.csv",
                                                   "data/published/mlperf_results.csv"};

/// Ids of the facts, one per system; empty where the source has none.
struct Feature {
  std::string name, v4, v3, a100, ipu;
};
const std::vector<Feature> kFeatures = {{"year of deployment", "CF-001", "CF-002", "CF-003", "CF-004"},
                                        {"peak, bf16 (TFLOPS)", "CF-005", "CF-006", "CF-007", "CF-008"},
                                        {"clock (MHz)", "CF-011", "CF-012", "CF-014", "CF-015"},
                                        {"technology (nm)", "CF-016", "CF-017", "CF-018", "CF-019"},
                                        {"die (mm²)", "CF-020", "CF-021", "CF-022", "CF-023"},
                                        {"transistors (10⁹)", "CF-024", "CF-025", "CF-026", "CF-027"},
                                        {"links per chip", "CF-034", "CF-035", "CF-036", "CF-037"},
                                        {"link bandwidth (GB/s)", "CF-038", "CF-039", "CF-040", "CF-041"},
                                        {"largest system (chips)", "CF-042", "CF-043", "CF-044", "CF-045"},
                                        {"processors per chip", "CF-050", "CF-051", "CF-052", "CF-053"},
                                        {"threads per processor", "CF-054", "CF-055", "CF-056", "CF-057"},
                                        {"SparseCores per chip", "CF-058", "CF-059", "", ""},
                                        {"on-chip memory, largest kind (MiB)", "CF-060", "CF-063", "CF-066", "CF-067"},
                                        {"HBM (GiB)", "CF-072", "CF-073", "CF-074", "CF-075"},
                                        {"HBM bandwidth (GB/s)", "CF-076", "CF-077", "CF-078", ""},
                                        {"mean power (W)", "PW-003", "PW-007", "", ""},
                                        {"thermal design power (W)", "", "", "PW-024", "PW-025"},
                                        {"power running BERT (W)", "PW-011", "", "PW-010", ""},
                                        {"TPU v4 / column, production, per chip (x)", "", "PP-013", "", ""},
                                        {"TPU v4 / column, production, per watt (x)", "", "PP-014", "", ""},
                                        {"TPU v4 / column, BERT, published (x)", "", "", "ML-001", "ML-003"},
                                        {"TPU v4 / column, ResNet, published (x)", "", "", "ML-002", "ML-004"}};

Result<std::string> recomputed(const TableInputs& inputs, const std::string& key) {
  Result<measure::Metric> metric = inputs.metric("energy", key);
  if (!metric) return metric.error();
  return number_text(metric->value, 3);
}

Result<PrintedTable> make_performance_comparison(const TableInputs& inputs) {
  Result<std::map<std::string, PublishedFact>> facts = published_facts(inputs, kComparisonFiles);
  if (!facts) return facts.error();
  PrintedTable table{{{"feature"}, {"TPU v4", true}, {"TPU v3", true}, {"A100", true}, {"IPU Bow", true}}, {}, ""};
  for (const Feature& feature : kFeatures) {
    std::vector<std::string> row = {feature.name};
    for (const std::string& id : {feature.v4, feature.v3, feature.a100, feature.ipu}) {
      Result<std::string> text = fact_text(*facts, id);
      if (!text) return text.error();
      row.push_back(*text);
    }
    table.rows.push_back(row);
  }
  for (const std::string benchmark : {"bert", "resnet"}) {
    Result<std::string> a100 = recomputed(inputs, "mlperf.tpu_over_a100." + benchmark);
    if (!a100) return a100.error();
    Result<std::string> ipu = recomputed(inputs, "mlperf.tpu_over_ipu." + benchmark + ".loglog");
    if (!ipu) return ipu.error();
    const std::string name = benchmark == "bert" ? "BERT" : "ResNet";
    table.rows.push_back({"TPU v4 / column, " + name + ", from the logs (x)", "–", "–", *a100, *ipu});
  }
  return table;
}

}  // namespace

TableDeclaration performance_comparison() {
  return {.name = "performance_comparison",
          .caption = "TPU v4 beside TPU v3, A100 and IPU Bow",
          .wide = true,
          .appendix = true,
          .results = {"energy"},
          .data = kComparisonFiles,
          .make = make_performance_comparison,
          .note =
              "Published: TPU v4 paper, Tables 4 to 6, Sections 5 to 7. The peak of the IPU is that of its older "
              "model; the vendor states 350 for the Bow. From the logs: public MLPerf times, at about 4096 chips "
              "against the A100, and at 256 chips on the log-log line between 64 and 2048 against the IPU."};
}

namespace {

const std::string kMlperfFile = "data/published/mlperf_results.csv";
constexpr std::string_view kTimeToTrain = "time to train: ";
const std::vector<std::string> kBenchmarks = {"BERT", "ResNet-50", "DLRM", "Mask R-CNN"};

/// One system at one size in one round, and its fastest time at each benchmark.
using SystemAtSize = std::tuple<std::string, std::string, std::int64_t>;  // round, system, chips
using Times = std::array<std::optional<double>, 4>;

Result<PrintedTable> make_mlperf_results(const TableInputs& inputs) {
  Result<std::map<std::string, PublishedFact>> facts = published_facts(inputs, {kMlperfFile});
  if (!facts) return facts.error();
  std::map<SystemAtSize, Times> systems;
  std::map<SystemAtSize, std::string> flags;
  for (const auto& [id, fact] : *facts) {
    const std::string round = condition_of(fact, "round");
    if (!fact.quantity.starts_with(kTimeToTrain) || condition_of(fact, "division") != "closed" || round == "v0.7")
      continue;
    const auto benchmark = std::find(kBenchmarks.begin(), kBenchmarks.end(), fact.quantity.substr(kTimeToTrain.size()));
    if (benchmark == kBenchmarks.end()) continue;
    Result<std::int64_t> chips = parse_integer(condition_of(fact, "chips"), id);
    if (!chips) return chips.error();
    Result<double> minutes = parse_number(fact.value, id);
    if (!minutes) return minutes.error();
    const SystemAtSize system{round, fact.system, *chips};
    std::optional<double>& best = systems[system][static_cast<std::size_t>(benchmark - kBenchmarks.begin())];
    best = best ? std::min(*best, *minutes) : *minutes;
    const std::string status = condition_of(fact, "status");
    if (status == "research" || status == "preview") flags[system] = status;
  }
  PrintedTable table{{{"round"}, {"system"}, {"chips", true}}, {}, ""};
  for (const std::string& benchmark : kBenchmarks) table.columns.push_back({benchmark + " (min)", true});
  table.columns.push_back({"flag"});
  for (const auto& [system, times] : systems) {
    const auto& [round, name, chips] = system;
    std::vector<std::string> row = {round, name, std::to_string(chips)};
    for (const std::optional<double>& minutes : times) row.push_back(minutes ? significant(*minutes, 4) : "–");
    row.push_back(flags[system]);
    table.rows.push_back(row);
  }
  return table;
}

}  // namespace

TableDeclaration mlperf_results() {
  return {.name = "mlperf_results",
          .caption = "MLPerf Training times by system and number of chips",
          .wide = true,
          .appendix = true,
          .data = {kMlperfFile},
          .make = make_mlperf_results,
          .note =
              "Derived from the public submission logs, closed division: mean of the runs without the fastest and the "
              "slowest, fastest submission of each size. Rounds differ in rules and code: compare within one."};
}

TableDeclaration mlperf_ratios() {
  return {.name = "mlperf_ratios",
          .caption = "Published MLPerf ratios and the ratios from the public logs",
          .appendix = true,
          .results = {"energy"},
          .table = "recomputed",
          .columns = {{"quantity", "ratio", 0.65},
                      {"published", "published"},
                      {"recomputed", "from logs"},
                      {"over_published", "of published"}},
          .keep = [](const Row& row) { return std::get<std::string>(row[0]).starts_with("mlperf."); },
          .note =
              "The paper interpolates TPU v4 to 256 chips and does not state the method. IPU Bow times are from round "
              "v2.0, TPU v4 times from v1.0 unless stated otherwise."};
}

namespace {

const std::string kEnergyFile = "data/published/energy_carbon.csv";

Result<PrintedTable> make_energy_carbon(const TableInputs& inputs) {
  Result<std::map<std::string, PublishedFact>> facts = published_facts(inputs, {kEnergyFile});
  if (!facts) return facts.error();
  const auto fact = [&](const std::string& id) { return fact_text(*facts, id); };
  PrintedTable table{{{"factor", false, 0.60}, {"on premises", true}, {"cloud", true}, {"ratio", true}}, {}, ""};

  struct Factor {
    std::string name, premise, cloud, ratio_key;
  };
  const std::vector<Factor> factors = {{"model: same on both sides", "EC-001", "EC-001", ""},
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
    table.rows.push_back({"energy; CO₂e with machine factor " + number_text(factor), "–", "–",
                          number_text(std::get<double>(row[1]), 3) + "; " + number_text(std::get<double>(row[2]), 3)});
  }
  return table;
}

}  // namespace

TableDeclaration energy_carbon() {
  return {.name = "energy_carbon",
          .caption = "Energy and carbon: the published factors, their products, and the assumed machine factor",
          .appendix = true,
          .results = {"energy"},
          .data = {kEnergyFile},
          .make = make_energy_carbon,
          .note =
              "Factors: TPU v4 paper, Section 7.6. The products are computed here from those factors; they can "
              "count against the source, not for it."};
}

}  // namespace vtpu::artifact::tables
