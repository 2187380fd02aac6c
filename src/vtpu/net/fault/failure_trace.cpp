#include "vtpu/net/fault/failure_trace.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "vtpu/base/csv.h"
#include "vtpu/base/text.h"
#include "vtpu/base/text_file.h"

namespace vtpu::net::fault {
namespace {

constexpr std::array<const char*, 4> kColumns = {"time_s", "component", "id", "repair_s"};

}  // namespace

Result<std::vector<TraceFailure>> parse_failures(std::string_view text, const std::string& name,
                                                 const Machine& machine) {
  const Result<Csv> csv = parse_csv(text, name);
  if (!csv) return csv.error();
  std::array<std::size_t, kColumns.size()> place{};
  for (std::size_t i = 0; i < kColumns.size(); ++i) {
    const Result<std::size_t> column = csv->column(kColumns[i]);
    if (!column) return column.error();
    place[i] = *column;
  }
  if (csv->header.size() != kColumns.size())
    return Error{csv->name + ":1", fmt::format("found {} columns", csv->header.size()),
                 fmt::format("{}, each once", fmt::join(kColumns, ", "))};
  std::vector<TraceFailure> failures;
  for (const Csv::Row& row : csv->rows) {
    const auto cell = [&](std::size_t column) { return trim(row.cells[place[column]]); };
    const auto where = [&](std::size_t column) {
      return fmt::format("{}, column {}", csv->where(row), kColumns[column]);
    };
    const Result<double> time = parse_number(cell(0), where(0));
    if (!time) return time.error();
    if (!std::isfinite(*time) || *time < 0) return Error{where(0), fmt::format("found {}", *time), "at least 0"};
    const Result<Component> component = parse_component(machine, cell(1), cell(2), where(2));
    if (!component) {
      // An unknown kind is the error of its own column; otherwise the number is wrong.
      Error error = component.error();
      for (const ComponentKind kind : kComponentKinds)
        if (cell(1) == name_of(kind)) return error;
      error.where = where(1);
      return error;
    }
    TraceFailure failure{*time, *component};
    if (!cell(3).empty()) {
      const Result<double> repair = parse_number(cell(3), where(3));
      if (!repair) return repair.error();
      if (!std::isfinite(*repair) || *repair <= *time)
        return Error{where(3), fmt::format("found {}", *repair),
                     fmt::format("a time after the failure at {} s, or nothing", *time)};
      failure.repair_s = *repair;
    }
    failures.push_back(failure);
  }
  return failures;
}

Result<std::vector<TraceFailure>> read_failures(const std::filesystem::path& path, const Machine& machine) {
  const Result<std::string> text = read_text(path, LineEnds::keep);
  if (!text) return text.error();
  return parse_failures(*text, path.string(), machine);
}

std::string failures_text(const std::vector<TraceFailure>& failures, const Machine& machine) {
  std::string text = fmt::format("{}\n", fmt::join(kColumns, ","));
  for (const TraceFailure& failure : failures) {
    const std::string part = to_string(machine, failure.component);
    const std::size_t blank = part.find(' ');
    text += csv_line({fmt::format("{}", failure.time_s), part.substr(0, blank), part.substr(blank + 1),
                      failure.repair_s ? fmt::format("{}", *failure.repair_s) : ""});
  }
  return text;
}

}  // namespace vtpu::net::fault
