// Recomputes the published energy, carbon, power and MLPerf figures from the numbers that they were derived from. Asks
// whether the results agree and how much they depend on the machine factor that the paper assumes.
//
// Claims: tpu.energy, tpu.co2, tpu.v3.watt and tpu.v3.system use their own source's numbers, so that they can refute
// the source but not confirm it. tpu.a100 and tpu.ipu.* use the public MLPerf logs, tpu.ocs.power another paper's power
// of a switch. Inputs: data/published/*.csv; every number is taken by its row id. Keys: energy.*, mlperf.*, power.*,
// chip.*. Tables: factors (energy and carbon by machine factor), recomputed (published against recomputed, one row for
// each key that has a published figure). Both modes do the same.
#include <fmt/core.h>

#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/base/csv.h"
#include "vtpu/base/text.h"
#include "vtpu/measure/experiment.h"

namespace {

using vtpu::Csv;
using vtpu::Error;
using vtpu::Result;
using vtpu::measure::Column;
using vtpu::measure::Run;
using vtpu::measure::Table;

const std::vector<std::string> kInputs = {"data/published/energy_carbon.csv",   "data/published/power.csv",
                                          "data/published/chip_features.csv",   "data/published/mlperf_results.csv",
                                          "data/published/production_perf.csv", "data/published/ocs.csv"};

/// The published numbers by row id. The first wrong id or row without a number is remembered and reported after all
/// recomputations.
class Facts {
 public:
  Result<void> read(const Run& run, const std::string& path) {
    Result<Csv> csv = run.input_csv(path);
    if (!csv) return csv.error();
    Result<std::size_t> id = csv->column("id");
    if (!id) return id.error();
    Result<std::size_t> value = csv->column("value");
    if (!value) return value.error();
    Result<std::size_t> condition = csv->column("condition");
    if (!condition) return condition.error();
    for (const Csv::Row& row : csv->rows) {
      rows_[row.cells[*id]] = {row.cells[*value], row.cells[*condition], csv->where(row)};
    }
    return {};
  }

  double operator[](const std::string& id) const {
    const Row* row = find(id);
    return row ? number(row->value, row->where) : std::nan("");
  }

  /// The value of `chips=` in the row's condition.
  double chips(const std::string& id) const {
    const Row* row = find(id);
    if (!row) return std::nan("");
    for (const std::string_view pair : vtpu::split(row->condition, ';')) {
      const std::string_view trimmed = vtpu::trim(pair);
      if (trimmed.starts_with("chips=")) return number(trimmed.substr(6), row->where);
    }
    wrong_ = Error{row->where, "no chip count in the condition", "chips=…"};
    return std::nan("");
  }

  Result<void> complete() const {
    if (wrong_) return *wrong_;
    return {};
  }

 private:
  struct Row {
    std::string value, condition, where;
  };

  const Row* find(const std::string& id) const {
    const auto found = rows_.find(id);
    if (found != rows_.end()) return &found->second;
    wrong_ = Error{"data/published", "no row with id '" + id + "'", "a row that this experiment uses"};
    return nullptr;
  }
  double number(std::string_view text, const std::string& where) const {
    Result<double> parsed = vtpu::parse_number(text, where);
    if (!parsed) wrong_ = parsed.error();
    return parsed ? *parsed : std::nan("");
  }

  std::map<std::string, Row> rows_;  // by id
  mutable std::optional<Error> wrong_;
};

/// A figure recomputed from published ones. `published` is the row that states it, or empty.
struct Recomputation {
  std::string key;
  std::string what;
  std::string unit;
  std::string formula;  ///< in terms of row ids
  std::string published;
  std::function<double(const Facts&)> value;
};

/// Two measured points. The functions below interpolate the time of a system of `chips` chips on the straight line
/// through both; their names give the axes.
struct Points {
  double few_chips, few_minutes, many_chips, many_minutes;
};
Points points(const Facts& f, const std::string& few, const std::string& many) {
  return {f.chips(few), f[few], f.chips(many), f[many]};
}
double between_log_log(const Points& p, double chips) {
  const double slope = std::log(p.many_minutes / p.few_minutes) / std::log(p.many_chips / p.few_chips);
  return p.few_minutes * std::pow(chips / p.few_chips, slope);
}
/// Linear in speed (the inverse of time) over the number of chips.
double between_linear(const Points& p, double chips) {
  const double share = (chips - p.few_chips) / (p.many_chips - p.few_chips);
  return 1 / (1 / p.few_minutes + share * (1 / p.many_minutes - 1 / p.few_minutes));
}
/// Linear in speed over the logarithm of the number of chips.
double between_log_linear(const Points& p, double chips) {
  return between_linear({std::log(p.few_chips), p.few_minutes, std::log(p.many_chips), p.many_minutes},
                        std::log(chips));
}

// Rows of the MLPerf logs: TPU v4 at 64 and 2048 chips (v1.0) and at 256 (v0.7), IPU Bow at 256 and 64 chips (v2.0).
struct MlperfRows {
  std::string benchmark, name, tpu_64, tpu_2048, tpu_256_old, ipu_256, ipu_64, published;
};
const std::vector<MlperfRows> kMlperfRows = {
    {"bert", "BERT", "ML-043", "ML-051", "ML-037", "ML-096", "ML-098", "ML-003"},
    {"resnet", "ResNet-50", "ML-046", "ML-052", "ML-040", "ML-097", "ML-100", "ML-004"}};

void add_interpolations(std::vector<Recomputation>& list) {
  using Interpolation = double (*)(const Points&, double);
  struct Line {
    std::string key, words;
    Interpolation minutes;
  };
  const std::vector<Line> lines = {{"loglog", "log-log line", between_log_log},
                                   {"linear", "speed linear in chips", between_linear},
                                   {"loglinear", "speed linear in log chips", between_log_linear}};
  for (const MlperfRows& rows : kMlperfRows) {
    const std::string prefix = "mlperf.tpu_over_ipu." + rows.benchmark + ".";
    const std::string what = "TPU v4 over IPU Bow, 256 chips, " + rows.name + ", ";
    for (const Line& line : lines) {
      list.push_back(
          {prefix + line.key, what + line.words, "x",
           fmt::format("{} / line through {} at 64 and {} at 2048 chips", rows.ipu_256, rows.tpu_64, rows.tpu_2048),
           rows.published, [rows, line](const Facts& f) {
             return f[rows.ipu_256] / line.minutes(points(f, rows.tpu_64, rows.tpu_2048), f.chips(rows.ipu_256));
           }});
    }
    list.push_back({prefix + "measured_v07", what + "older TPU software", "x", rows.ipu_256 + " / " + rows.tpu_256_old,
                    rows.published, [rows](const Facts& f) { return f[rows.ipu_256] / f[rows.tpu_256_old]; }});
    list.push_back({prefix + "ideal_scaling", what + "perfect scaling from 64 chips", "x",
                    rows.ipu_256 + " / " + rows.tpu_64 + ", each times its chips", rows.published,
                    [rows](const Facts& f) {
                      return f[rows.ipu_256] * f.chips(rows.ipu_256) / (f[rows.tpu_64] * f.chips(rows.tpu_64));
                    }});
    list.push_back({prefix + "control", what + "no scaling from 64 chips", "x", rows.ipu_256 + " / " + rows.tpu_64, "",
                    [rows](const Facts& f) { return f[rows.ipu_256] / f[rows.tpu_64]; }});
    list.push_back({prefix + "at_64", "TPU v4 over IPU Bow, 64 chips, " + rows.name, "x",
                    rows.ipu_64 + " / " + rows.tpu_64, "",
                    [rows](const Facts& f) { return f[rows.ipu_64] / f[rows.tpu_64]; }});
  }
}

std::vector<Recomputation> recomputations() {
  std::vector<Recomputation> list = {
      {"energy.kwh_ratio", "energy, on premise over cloud", "x", "EC-002 * EC-004 / EC-006", "EC-010",
       [](const Facts& f) { return f["EC-002"] * f["EC-004"] / f["EC-006"]; }},
      {"energy.kwh_ratio.control", "energy, PUE of both sites equal", "x", "EC-002 * EC-004 / EC-004", "",
       [](const Facts& f) { return f["EC-002"] * f["EC-004"] / f["EC-004"]; }},
      {"energy.co2_ratio", "CO2e, on premise over cloud", "x", "EC-002 * EC-004 / EC-006 * EC-015 / EC-016", "EC-017",
       [](const Facts& f) { return f["EC-002"] * f["EC-004"] / f["EC-006"] * f["EC-015"] / f["EC-016"]; }},
      {"energy.co2_ratio.control", "CO2e, carbon intensity of both sites equal", "x",
       "EC-002 * EC-004 / EC-006 * EC-015 / EC-015", "",
       [](const Facts& f) { return f["EC-002"] * f["EC-004"] / f["EC-006"] * f["EC-015"] / f["EC-015"]; }},
      {"energy.co2_ratio.rounded", "CO2e from the rounded energy ratio", "x", "EC-010 * EC-015 / EC-016", "EC-017",
       [](const Facts& f) { return f["EC-010"] * f["EC-015"] / f["EC-016"]; }},
      {"energy.kwh_ratio.pue_2008", "energy, PUE of 2008 at both sites", "x", "EC-002 * EC-005 / EC-007", "",
       [](const Facts& f) { return f["EC-002"] * f["EC-005"] / f["EC-007"]; }},
      {"energy.pue_share", "energy due to PUE alone", "x", "EC-004 / EC-006", "",
       [](const Facts& f) { return f["EC-004"] / f["EC-006"]; }},
      {"energy.carbon_share", "CO2e due to carbon intensity alone", "x", "EC-015 / EC-016", "",
       [](const Facts& f) { return f["EC-015"] / f["EC-016"]; }},
      {"energy.machine_factor_from_power", "machine factor over A100 for BERT: power at 64 chips times speed at 4096",
       "x", "PW-010 / PW-011 * ML-106 / ML-088", "",
       [](const Facts& f) { return f["PW-010"] / f["PW-011"] * f["ML-106"] / f["ML-088"]; }},
      {"mlperf.tpu_over_a100.bert", "TPU v4 over A100, BERT, 4096 chips each", "x", "ML-106 / ML-088", "ML-001",
       [](const Facts& f) { return f["ML-106"] / f["ML-088"]; }},
      {"mlperf.tpu_over_a100.resnet", "TPU v4 over A100, ResNet-50, 4096 and 4216 chips", "x", "ML-107 / ML-089",
       "ML-002", [](const Facts& f) { return f["ML-107"] / f["ML-089"]; }},
      {"mlperf.tpu_over_a100.control", "2048 TPU v4 over 4096 A100, BERT", "x", "ML-106 / ML-051", "",
       [](const Facts& f) { return f["ML-106"] / f["ML-051"]; }},
      {"power.a100_over_tpu.bert", "power, A100 over TPU v4, BERT", "x", "PW-010 / PW-011", "PW-012",
       [](const Facts& f) { return f["PW-010"] / f["PW-011"]; }},
      {"power.a100_over_tpu.resnet", "power, A100 over TPU v4, ResNet", "x", "PW-014 / PW-015", "PW-016",
       [](const Facts& f) { return f["PW-014"] / f["PW-015"]; }},
      {"power.bert_above_mean", "TPU v4 power of BERT above the mean of Table 4", "%", "100 (PW-011 / PW-003 - 1)", "",
       [](const Facts& f) { return 100 * (f["PW-011"] / f["PW-003"] - 1); }},
      {"power.bert_above_max", "TPU v4 power of BERT above the maximum of Table 4", "%", "100 (PW-011 / PW-004 - 1)",
       "", [](const Facts& f) { return 100 * (f["PW-011"] / f["PW-004"] - 1); }},
      {"power.resnet_above_mean", "TPU v4 power of ResNet above the mean of Table 4", "%", "100 (PW-015 / PW-003 - 1)",
       "", [](const Facts& f) { return 100 * (f["PW-015"] / f["PW-003"] - 1); }},
      {"power.resnet_above_max", "TPU v4 power of ResNet above the maximum of Table 4", "%",
       "100 (PW-015 / PW-004 - 1)", "", [](const Facts& f) { return 100 * (f["PW-015"] / f["PW-004"] - 1); }},
      {"power.system_mw", "mean chip power of 4096 chips", "MW", "CF-042 * PW-003 / 10^6", "",
       [](const Facts& f) { return f["CF-042"] * f["PW-003"] / 1e6; }},
      {"power.peak_per_watt.tpu_v4", "peak over mean power, TPU v4", "TFLOPS/W", "CF-005 / PW-003", "",
       [](const Facts& f) { return f["CF-005"] / f["PW-003"]; }},
      {"power.peak_per_watt.tpu_v3", "peak over mean power, TPU v3", "TFLOPS/W", "CF-006 / PW-007", "",
       [](const Facts& f) { return f["CF-006"] / f["PW-007"]; }},
      {"power.perf_per_watt_gain", "performance per watt over TPU v3, from speed and mean power", "x",
       "PP-013 * PW-007 / PW-003", "PP-014", [](const Facts& f) { return f["PP-013"] * f["PW-007"] / f["PW-003"]; }},
      {"power.perf_per_watt_gain.control", "the same with idle power", "x", "PP-013 * PW-005 / PW-001", "",
       [](const Facts& f) { return f["PP-013"] * f["PW-005"] / f["PW-001"]; }},
      {"power.ocs_share", "power of the switches over that of the chips and their memory", "fraction",
       "OC-004 * OC-037 / (CF-042 * PW-003)", "",
       [](const Facts& f) { return f["OC-004"] * f["OC-037"] / (f["CF-042"] * f["PW-003"]); }},
      {"power.ocs_share.control", "the same with a switch for each circuit", "fraction",
       "OC-019 * OC-037 / (CF-042 * PW-003)", "",
       [](const Facts& f) { return f["OC-019"] * f["OC-037"] / (f["CF-042"] * f["PW-003"]); }},
      {"power.peak_per_watt_gain", "peak per watt, TPU v4 over TPU v3", "x", "(CF-005 / PW-003) / (CF-006 / PW-007)",
       "PP-014", [](const Facts& f) { return f["CF-005"] / f["PW-003"] / (f["CF-006"] / f["PW-007"]); }},
      {"chip.peak.tpu_v4", "peak from the micro-architecture, TPU v4", "TFLOPS",
       "CF-079 * CF-081 * CF-082^2 * 2 * CF-011 / 10^6", "CF-005",
       [](const Facts& f) { return f["CF-079"] * f["CF-081"] * f["CF-082"] * f["CF-082"] * 2 * f["CF-011"] / 1e6; }},
      {"chip.peak.tpu_v3", "peak from the micro-architecture, TPU v3", "TFLOPS",
       "CF-080 * CF-081 / CF-092 * CF-082^2 * 2 * CF-012 / 10^6", "CF-006",
       [](const Facts& f) {
         return f["CF-080"] * f["CF-081"] / f["CF-092"] * f["CF-082"] * f["CF-082"] * 2 * f["CF-012"] / 1e6;
       }},
      {"chip.peak_gain", "peak, TPU v4 over TPU v3", "x", "CF-005 / CF-006", "CF-094",
       [](const Facts& f) { return f["CF-005"] / f["CF-006"]; }},
      {"chip.peak_pod", "peak of 4096 chips", "EFLOPS", "CF-042 * CF-005 / 10^6", "CF-115",
       [](const Facts& f) { return f["CF-042"] * f["CF-005"] / 1e6; }},
      {"chip.bow_peak", "peak of one IPU Bow, from the vendor's figure for four", "TFLOPS", "CF-118 * 1000 / 4",
       "CF-008", [](const Facts& f) { return f["CF-118"] * 1000 / 4; }},
      {"chip.balance.tpu_v4", "machine balance, TPU v4", "flop/B", "1000 CF-005 / CF-076", "",
       [](const Facts& f) { return 1000 * f["CF-005"] / f["CF-076"]; }},
      {"chip.balance.tpu_v3", "machine balance, TPU v3", "flop/B", "1000 CF-006 / CF-077", "",
       [](const Facts& f) { return 1000 * f["CF-006"] / f["CF-077"]; }},
      {"chip.balance.a100", "machine balance, A100", "flop/B", "1000 CF-007 / CF-078", "",
       [](const Facts& f) { return 1000 * f["CF-007"] / f["CF-078"]; }},
      {"chip.system_gain", "system of 4096 TPU v4 over one of 1024 TPU v3", "x", "PP-020 * PP-013", "PP-021",
       [](const Facts& f) { return f["PP-020"] * f["PP-013"]; }},
      {"chip.system_gain.control", "systems of equal size", "x", "PP-013", "",
       [](const Facts& f) { return f["PP-013"]; }}};
  add_interpolations(list);
  return list;
}

void vary_machine_factor(Run& run, const Facts& facts) {
  Table& table = run.table("factors", {{"machine_factor", "x", Column::Source::quoted},
                                       {"kwh_ratio", "x", Column::Source::computed},
                                       {"co2_ratio", "x", Column::Source::computed},
                                       {"kwh_ratio_equal_pue", "x", Column::Source::computed},
                                       {"co2_ratio_equal_grid", "x", Column::Source::computed}});
  const double pue = facts["EC-004"] / facts["EC-006"];
  const double carbon = facts["EC-015"] / facts["EC-016"];
  for (double factor = 1; factor <= 6; factor += 0.5) {
    table.add({factor, factor * pue, factor * pue * carbon, factor, factor * pue});
  }
}

Result<void> run_energy(Run& run) {
  Facts facts;
  for (const std::string& path : kInputs) {
    if (Result<void> read = facts.read(run, path); !read) return read;
  }
  struct Worked {
    Recomputation what;
    double value;
    std::optional<double> published;
  };
  std::vector<Worked> worked;
  for (const Recomputation& r : recomputations()) {
    std::optional<double> published;
    if (!r.published.empty()) published = facts[r.published];
    worked.push_back({r, r.value(facts), published});
  }
  if (Result<void> complete = facts.complete(); !complete) return complete;

  Table& table = run.table("recomputed", {{"key", "", Column::Source::label},
                                          {"quantity", "", Column::Source::label},
                                          {"formula", "", Column::Source::label},
                                          {"unit", "", Column::Source::label},
                                          {"published_id", "", Column::Source::label},
                                          {"published", "", Column::Source::quoted},
                                          {"recomputed", "", Column::Source::computed},
                                          {"over_published", "x", Column::Source::computed}});
  for (const Worked& w : worked) {
    run.computed(w.what.key, w.value, w.what.unit, w.what.what + ": " + w.what.formula);
    if (!w.published) continue;
    table.add({w.what.key, w.what.what, w.what.formula, w.what.unit, w.what.published, *w.published, w.value,
               w.value / *w.published});
  }
  vary_machine_factor(run, facts);
  return {};
}

const vtpu::measure::Experiment kExperiment{
    .name = "energy",
    .question = "Do the published energy, carbon, power and MLPerf figures follow from the numbers they are made of?",
    .claims = {"tpu.energy", "tpu.co2", "tpu.a100", "tpu.ipu.bert", "tpu.ipu.resnet", "tpu.v3.watt", "tpu.v3.system", "tpu.ocs.power"},
    .inputs = kInputs,
    .quick_seconds = 1,
    .full_seconds = 1,
    .times_the_host = false,
    .run = run_energy};

}  // namespace

int main(int argc, char** argv) { return vtpu::measure::experiment_main(kExperiment, argc, argv); }
