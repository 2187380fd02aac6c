// The source documents: their concepts, numbers and indicators; the instruction set.
#include <fmt/core.h>

#include <map>

#include "vtpu/artifact/claim.h"
#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"
#include "vtpu/base/check.h"
#include "vtpu/base/csv.h"
#include "vtpu/base/text.h"
#include "vtpu/isa/manual.h"

namespace vtpu::artifact::tables {

namespace {

const std::string kConceptFile = "data/concept_mapping.csv";

Result<PrintedTable> make_concept_mapping(const TableInputs& inputs) {
  Result<Csv> csv = inputs.data(kConceptFile);
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
  return table;
}

}  // namespace

TableDeclaration concept_mapping() {
  return {.name = "concept_mapping",
          .caption = "Concepts of TPU v4 and their counterparts in the phext network",
          .wide = true,
          .appendix = true,
          .data = {kConceptFile},
          .make = make_concept_mapping,
          .note =
              "direct: the same thing under another name; analogy: similar in some respect only; extension: goes "
              "beyond what the TPU has; none: no counterpart."};
}

namespace {

const std::string kHistoryFile = "data/claims_history.csv";

Result<PrintedTable> make_ledger_history(const TableInputs& inputs) {
  const Result<Csv> csv = inputs.data(kHistoryFile);
  if (!csv) return csv.error();
  const Result<std::size_t> field = csv->column("field");
  if (!field) return field.error();
  const Result<std::size_t> when = csv->column("first_result");
  if (!when) return when.error();
  std::map<std::string, std::map<std::string, int>> changes = {{"accept", {}}};  // shown even if it never changed
  for (const Csv::Row& row : csv->rows) ++changes[row.cells[*field]][row.cells[*when]];
  PrintedTable table{{{"field"}, {"before", true}, {"after", true}, {"no result", true}}, {}, ""};
  for (auto& [name, counts] : changes)
    table.rows.push_back(
        {name, std::to_string(counts["before"]), std::to_string(counts["after"]), std::to_string(counts["no result"])});
  return table;
}

}  // namespace

TableDeclaration ledger_history() {
  return {
      .name = "ledger_history",
      .caption = "Changed cells of the ledger by field, before and after the first committed result of their row",
      .appendix = true,
      .data = {kHistoryFile},
      .make = make_ledger_history,
      .note =
          "A new row counts as a change of the field row. No result: the row's experiment has none yet. Each change: "
          "data/claims_history.csv."};
}

namespace {

Result<PrintedTable> make_hop_readings(const TableInputs& inputs) {
  VTPU_CHECK(inputs.claims != nullptr, "table inputs hold judged claims");
  PrintedTable table{{{"claim", false, 0.24},
                      {"stated", true},
                      {"literal", true},
                      {"charitable", true},
                      {"the charitable reading", false, 0.28},
                      {"verdict"}},
                     {},
                     ""};
  for (const Judged& judged : *inputs.claims) {
    const Claim& claim = judged.claim;
    if (!claim.id.starts_with("net.hops.")) continue;
    std::string charitable = "–";
    if (!claim.reading_key.empty() && judged.verdict != Verdict::open) {
      Result<measure::Metric> metric = inputs.metric(claim.experiment, claim.reading_key);
      if (!metric) return metric.error();
      charitable = with_interval(*metric);
    }
    table.rows.push_back({claim.statement, stated(claim), judged.metric ? with_interval(*judged.metric) : "–",
                          charitable, claim.reading, std::string(name_of(judged.verdict))});
  }
  return table;
}

}  // namespace

TableDeclaration hop_readings() {
  return {
      .name = "hop_readings",
      .caption = "Hop counts of the source documents under the literal and the charitable reading",
      .wide = true,
      .appendix = true,
      .results = {"net-topology"},
      .make = make_hop_readings,
      .note = "Literal: the average or greatest distance over all pairs of the topology that the claim names, exact."};
}

namespace {

std::string actual_value(const Judged& judged) {
  if (judged.values)
    return fmt::format("{}/{}, {} to {}", judged.holds, judged.configurations, number_text(judged.values->low, 3),
                       number_text(judged.values->high, 3));
  return judged.metric ? with_interval(*judged.metric) : "–";
}

Result<PrintedTable> make_kpi_dashboard(const TableInputs& inputs) {
  VTPU_CHECK(inputs.claims != nullptr, "table inputs hold judged claims");
  PrintedTable table{
      {{"indicator", false, 0.44}, {"source"}, {"target", true}, {"actual [95 %]", true}, {"verdict"}}, {}, ""};
  for (const Judged& judged : *inputs.claims) {
    const Claim& claim = judged.claim;
    if (claim.source != "deliverable-dashboard" && claim.source != "rally-dashboard") continue;
    if (claim.experiment == "source-numbers") continue;  // a sum of the page itself, no indicator
    table.rows.push_back({claim.statement, claim.source, stated(claim) + " " + claim.unit, actual_value(judged),
                          std::string(name_of(judged.verdict))});
  }
  return table;
}

}  // namespace

TableDeclaration kpi_dashboard() {
  return {.name = "kpi_dashboard",
          .caption = "Key performance indicators of the source documents, target against actual",
          .wide = true,
          .appendix = true,
          .make = make_kpi_dashboard,
          .note =
              "Targets come from the sources; actual values are of this run and host. An open indicator has no "
              "experiment."};
}

namespace {

const std::string kNumbersFile = "data/source_numbers.csv";

Result<PrintedTable> make_source_numbers(const TableInputs& inputs) {
  const Result<Csv> csv = inputs.data(kNumbersFile);
  if (!csv) return csv.error();
  std::map<std::string, std::size_t> at;
  for (const char* title : {"id", "lines", "number", "what", "claims", "reason"}) {
    const Result<std::size_t> column = csv->column(title);
    if (!column) return column.error();
    at[title] = *column;
  }
  PrintedTable table{{{"row"},
                      {"lines", false, 0.10},
                      {"number", false, 0.24},
                      {"of what", false, 0.26},
                      {"claims, or why there is none", false, 0.32}},
                     {},
                     ""};
  for (const Csv::Row& row : csv->rows) {
    std::string claims;
    for (const std::string_view claim : split(row.cells[at["claims"]], ' '))
      claims += (claims.empty() ? "" : ", ") + std::string(claim);
    const std::string& reason = row.cells[at["reason"]];
    if (!reason.empty()) claims += claims.empty() ? reason : "; " + reason;
    std::string lines;  // with blanks, at which a cell may break
    for (const std::string_view piece : split(row.cells[at["lines"]], ','))
      lines += (lines.empty() ? "" : ", ") + std::string(piece);
    table.rows.push_back({row.cells[at["id"]], lines, row.cells[at["number"]], row.cells[at["what"]], claims});
  }
  return table;
}

}  // namespace

TableDeclaration source_numbers() {
  return {
      .name = "source_numbers",
      .caption = "Every number of the source documents, and the claims in which it is judged",
      .wide = true,
      .appendix = true,
      .data = {kNumbersFile},
      .make = make_source_numbers,
      .note =
          "DD: deliverable-dashboard; RD: rally-dashboard; RP: rally-plan; W7: wave7-synthesis; W1: "
          "wave1-requirements. Lines of the documents as they were supplied. Numbers are shown as they are written; "
          "where they only count or name something, one row collects those of a passage."};
}

namespace {

Result<PrintedTable> make_instruction_set(const TableInputs&) {
  PrintedTable table{{{"op", false, 0.24}, {"slot"}, {"operands", false, 0.22}, {"what it does", false, 0.4}}, {}, ""};
  for (const isa::ManualRow& row : isa::manual_rows())
    table.rows.push_back({std::string(row.mnemonic), std::string(row.slot), row.operands, std::string(row.summary)});
  return table;
}

}  // namespace

TableDeclaration instruction_set() {
  return {.name = "instruction_set",
          .caption = "The instruction set of the vTPU",
          .wide = true,
          .appendix = true,
          .make = make_instruction_set,
          .note =
              "From the table that also defines assembler, validator, both engines and the HTML manual "
              "(results/html/manual.html). The manual explains operands, words and containers as well."};
}

}  // namespace vtpu::artifact::tables
