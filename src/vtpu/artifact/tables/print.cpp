#include "vtpu/artifact/tables/print.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "vtpu/artifact/published.h"
#include "vtpu/base/check.h"
#include "vtpu/base/csv.h"
#include "vtpu/base/text.h"

namespace vtpu::artifact::tables {
namespace {

std::string title_of(const measure::Column& column) {
  std::string title = column.name;
  std::replace(title.begin(), title.end(), '_', ' ');
  return column.unit.empty() || column.unit == "1" ? title : title + " (" + column.unit + ")";
}

}  // namespace

std::string number_text(double value, int digits) {
  if (std::isfinite(value) && value == std::round(value) && std::abs(value) < 1e15) {
    return std::to_string(static_cast<long long>(value));
  }
  return significant(value, digits);
}

std::string with_interval(const measure::Metric& metric) {
  std::string text = number_text(metric.value);
  if (metric.ci.low < metric.ci.high) {
    text += " [" + number_text(metric.ci.low) + ", " + number_text(metric.ci.high) + "]";
  }
  return text;
}

Result<PrintedTable> print(const measure::Table& table, const std::vector<Chosen>& chosen) {
  std::vector<std::string> names;
  for (const measure::Column& column : table.columns) names.push_back(column.name);
  std::vector<Chosen> columns = chosen;
  if (columns.empty()) {
    for (const std::string& name : names) columns.push_back({name});
  }
  PrintedTable printed;
  std::vector<std::size_t> places;
  for (const Chosen& choice : columns) {
    const auto found = std::find(names.begin(), names.end(), choice.column);
    if (found == names.end()) {
      return Error{"table " + table.name, "no column " + quoted_with_hint(choice.column, names), join(names, ", ")};
    }
    const auto place = static_cast<std::size_t>(found - names.begin());
    places.push_back(place);
    const bool number = std::any_of(table.rows.begin(), table.rows.end(),
                                    [&](const Row& row) { return std::holds_alternative<double>(row[place]); });
    printed.columns.push_back(
        {choice.title.empty() ? title_of(table.columns[place]) : choice.title, number, choice.width});
  }
  for (const Row& row : table.rows) {
    std::vector<std::string> cells;
    for (std::size_t column = 0; column < places.size(); ++column) {
      const measure::Cell& cell = row[places[column]];
      const double* number = std::get_if<double>(&cell);
      // A quoted number keeps the digits its source gives it.
      const bool quoted = table.columns[places[column]].source == measure::Column::Source::quoted;
      std::string text = !number  ? std::get<std::string>(cell)
                         : quoted ? fmt::format("{}", *number)
                                  : number_text(*number);
      cells.push_back(text.empty() && printed.columns[column].number ? "–" : std::move(text));
    }
    printed.rows.push_back(std::move(cells));
  }
  return printed;
}

Result<PrintedTable> print_chosen(const TableDeclaration& declaration, const TableInputs& inputs) {
  VTPU_CHECK(!declaration.results.empty() && !declaration.table.empty(), "a table without `make` names a result table");
  Result<measure::Table> found = inputs.table(declaration.results.front(), declaration.table);
  if (!found) return found.error();
  if (declaration.keep) std::erase_if(found->rows, [&](const Row& row) { return !declaration.keep(row); });
  return print(*found, declaration.columns);
}

Result<std::map<std::string, PublishedFact>> published_facts(const TableInputs& inputs,
                                                             const std::vector<std::string>& files) {
  using Member = std::string PublishedFact::*;
  static constexpr std::pair<const char*, Member> kColumns[] = {
      {"id", &PublishedFact::id},         {"quantity", &PublishedFact::quantity},  {"value", &PublishedFact::value},
      {"low", &PublishedFact::low},       {"high", &PublishedFact::high},          {"unit", &PublishedFact::unit},
      {"system", &PublishedFact::system}, {"condition", &PublishedFact::condition}};
  std::map<std::string, PublishedFact> facts;
  for (const std::string& file : files) {
    Result<Csv> csv = inputs.data(file);
    if (!csv) return csv.error();
    std::vector<PublishedFact> read(csv->rows.size());
    for (const auto& [title, member] : kColumns) {
      Result<std::size_t> place = csv->column(title);
      if (!place) return place.error();
      for (std::size_t row = 0; row < read.size(); ++row) read[row].*member = csv->rows[row].cells[*place];
    }
    for (PublishedFact& fact : read) {
      const std::string id = fact.id;
      facts[id] = std::move(fact);
    }
  }
  return facts;
}

Result<std::string> fact_text(const std::map<std::string, PublishedFact>& facts, const std::string& id) {
  if (id.empty()) return std::string("–");
  const auto found = facts.find(id);
  if (found == facts.end()) return Error{"data/published", "no row with id '" + id + "'", "the row the table prints"};
  const PublishedFact& fact = found->second;
  if (!fact.value.empty()) return fact.value;
  if (!fact.low.empty() && !fact.high.empty()) return fact.low + " to " + fact.high;
  return fact.high.empty() ? "> " + fact.low : "< " + fact.high;
}

std::string condition_of(const PublishedFact& fact, std::string_view key) {
  for (const std::string_view piece : split(fact.condition, ';')) {
    const std::string_view pair = trim(piece);
    if (pair.size() > key.size() && pair.starts_with(key) && pair[key.size()] == '=') {
      return std::string(pair.substr(key.size() + 1));
    }
  }
  return "";
}

Result<PrintedTable> print_lines(const TableInputs& inputs, const std::vector<Line>& lines) {
  PrintedTable printed{{{"quantity", false, 0.5}, {"value [95 %]", true}, {"unit"}, {"kind"}}, {}, ""};
  for (const Line& line : lines) {
    Result<measure::Metric> metric = inputs.metric(line.experiment, line.key);
    if (!metric) return metric.error();
    printed.rows.push_back(
        {line.what, with_interval(*metric), metric->unit == "1" ? "" : metric->unit, measure::name_of(metric->kind)});
  }
  return printed;
}

Result<PrintedTable> print_targets(const TableInputs& inputs, std::span<const Target> targets) {
  PrintedTable table{
      {{"target", false, 0.34}, {"", true}, {"measured [95 %]", true}, {"limit in the same run", false, 0.2}, {"met"}},
      {},
      ""};
  for (const Target& target : targets) {
    Result<measure::Metric> metric = inputs.metric(target.experiment, target.key);
    if (!metric) return metric.error();
    std::string limit = "–";
    if (*target.limit_key != 0) {
      Result<measure::Metric> other = inputs.metric(target.experiment, target.limit_key);
      if (!other) return other.error();
      limit = number_text(other->value, 3) + ", " + target.limit;
    }
    // As for claims, the whole interval decides.
    const bool in = target.at_least ? metric->ci.low >= target.bound : metric->ci.high <= target.bound;
    const bool out = target.at_least ? metric->ci.high < target.bound : metric->ci.low > target.bound;
    table.rows.push_back({target.what,
                          fmt::format("{} {}{}{}", target.at_least ? "≥" : "≤", number_text(target.bound),
                                      *target.unit ? " " : "", target.unit),
                          with_interval(*metric), limit,
                          in    ? "yes"
                          : out ? "no"
                                : "within the interval"});
  }
  return table;
}

}  // namespace vtpu::artifact::tables
