// Arbitrary bytes for every file format that the pipeline reads: CSV, acceptance regions, both parts of a result, C++
// sources, LaTeX logs. Round trips that must hold are checked; the rest must end with a value or an Error.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "vtpu/artifact/latex_log.h"
#include "vtpu/artifact/ledger.h"
#include "vtpu/artifact/paper_metrics.h"
#include "vtpu/base/csv.h"
#include "vtpu/base/file.h"
#include "vtpu/compiler/machine_model.h"
#include "vtpu/measure/result_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vtpu;
  const std::string bytes(reinterpret_cast<const char*>(data), size);

  if (const Result<Csv> csv = parse_csv(bytes, "fuzz")) {
    std::string again = csv_line(csv->header);
    for (const Csv::Row& row : csv->rows) again += csv_line(row.cells);
    const Result<Csv> twice = parse_csv(again, "again");
    if (!twice || twice->header != csv->header || twice->rows.size() != csv->rows.size()) std::abort();
  }
  if (const Result<artifact::AcceptanceRegion> region = artifact::parse_acceptance(bytes, "fuzz")) {
    if (!artifact::parse_acceptance(region->low == region->high ? "[0, 0]" : region->text(), "again")) std::abort();
  }
  // The run part names the hash of its result, so that the readers after that check are reached too.
  const std::string run =
      "{\"deterministic_sha256\": \"" + sha256(bytes) + "\", \"metrics\": [], \"tables\": [], \"provenance\": {}}";
  static_cast<void>(measure::parse_result(bytes, "fuzz.json", run, "fuzz.run.json"));
  if (const Result<compiler::MachineModel> costs = compiler::MachineModel::from_json(bytes, "fuzz")) {
    const Result<compiler::MachineModel> again = compiler::MachineModel::from_json(costs->to_json(), "again");
    if (!again || *again != *costs) std::abort();
  }
  static_cast<void>(measure::without_comments(bytes));
  static_cast<void>(artifact::complaints_in_latex_log(bytes));
  static_cast<void>(artifact::words_in(bytes));
  static_cast<void>(artifact::page_of_label(bytes, "end-of-body"));
  return 0;
}
