#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

const std::vector<std::string> kFiles = {"data/published/chip_features.csv", "data/published/power.csv",
                                         "data/published/production_perf.csv", "data/published/mlperf_results.csv"};

/// Ids of the facts, one a system; empty where the source gives none.
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
                                        {"bandwidth of a link (GB/s)", "CF-038", "CF-039", "CF-040", "CF-041"},
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
                                        {"TPU v4 over it, production, per chip (x)", "", "PP-013", "", ""},
                                        {"TPU v4 over it, production, per watt (x)", "", "PP-014", "", ""},
                                        {"TPU v4 over it, BERT, published (x)", "", "", "ML-001", "ML-003"},
                                        {"TPU v4 over it, ResNet, published (x)", "", "", "ML-002", "ML-004"}};

Result<std::string> recomputed(const TableInputs& inputs, const std::string& key) {
  Result<measure::Metric> metric = inputs.metric("energy", key);
  if (!metric) return metric.error();
  return number_text(metric->value, 3);
}

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<std::map<std::string, PublishedFact>> facts = published_facts(inputs, kFiles);
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
    table.rows.push_back({"TPU v4 over it, " + name + ", from the logs (x)", "–", "–", *a100, *ipu});
  }
  table.note =
      "Published: TPU v4 paper, Tables 4 to 6, Sections 5 to 7. The peak of the IPU is that of its older model; "
      "the vendor's figure for the Bow gives 350. From the logs: public MLPerf times, at about 4096 chips "
      "against the A100, at 256 chips on the log-log line between 64 and 2048 against the IPU.";
  return table;
}

}  // namespace

TableDeclaration performance_comparison() {
  return {.name = "performance_comparison",
          .caption = "TPU v4 beside TPU v3, A100 and IPU Bow",
          .wide = true,
          .appendix = true,
          .results = {"energy"},
          .data = kFiles,
          .build = build};
}

}  // namespace vtpu::artifact::tables
