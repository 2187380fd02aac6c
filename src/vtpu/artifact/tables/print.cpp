#include "vtpu/artifact/tables/print.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "vtpu/artifact/published.h"
#include "vtpu/base/check.h"
#include "vtpu/base/csv.h"
#include "vtpu/base/text.h"
#include "vtpu/measure/result_file.h"

namespace vtpu::artifact::tables {
namespace {

std::string title_of(const measure::Column& column) {
  std::string title = column.name;
  std::replace(title.begin(), title.end(), '_', ' ');
  return column.unit.empty() || column.unit == "1" ? title : title + " (" + column.unit + ")";
}

}  // namespace

std::string number_text(double value, int digits) {
  if (std::isfinite(value) && value == std::round(value) && std::abs(value) < 1e13) {
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

Result<std::vector<Target>> read_targets(const TableInputs& inputs) {
  static constexpr std::pair<const char*, std::string Target::*> kColumns[] = {
      {"table", &Target::table},           {"section", &Target::section},  {"target", &Target::what},
      {"relation", &Target::relation},     {"bound", &Target::bound},      {"unit", &Target::unit},
      {"experiment", &Target::experiment}, {"key", &Target::key},          {"limit_key", &Target::limit_key},
      {"limit", &Target::limit},           {"standing", &Target::standing}};
  const Result<Csv> csv = inputs.data(kTargetsFile);
  if (!csv) return csv.error();
  std::vector<Target> targets(csv->rows.size());
  for (const auto& [title, member] : kColumns) {
    const Result<std::size_t> place = csv->column(title);
    if (!place) return place.error();
    for (std::size_t row = 0; row < targets.size(); ++row) targets[row].*member = csv->rows[row].cells[*place];
  }
  static const std::vector<std::string> kRelations = {"", ">=", "<=", "<"};
  for (std::size_t row = 0; row < targets.size(); ++row) {
    const Target& target = targets[row];
    const std::string where = csv->where(csv->rows[row]) + ": target '" + target.what + "'";
    if (std::find(kRelations.begin(), kRelations.end(), target.relation) == kRelations.end())
      return Error{where, "found the relation '" + target.relation + "'", ">=, <=, < or none"};
    if (target.bound.empty() && !target.relation.empty() && target.limit_key.empty())
      return Error{where, "found no bound", "a number, or a limit_key"};
    if (!target.bound.empty())
      if (const auto bound = parse_number(target.bound, where); !bound) return bound.error();
    if (target.key.empty() && target.standing.empty())
      return Error{where, "found neither a key nor a standing",
                   "the metric that is compared, or where the target stands"};
  }
  return targets;
}

namespace {

/// The metrics that a key names, without negative controls; none if a quick run lacks them.
Result<std::vector<measure::Metric>> metrics_of(const TableInputs& inputs, const Target& target) {
  std::vector<measure::Metric> found;
  const auto result = inputs.results->find(target.experiment);
  if (result != inputs.results->end()) {
    const bool several = target.key.ends_with('*');
    const std::string start = several ? target.key.substr(0, target.key.size() - 1) : target.key;
    const auto& metrics = result->second.metrics;
    for (auto at = metrics.lower_bound(start); at != metrics.end() && at->first.starts_with(start); ++at)
      if (several ? !at->first.ends_with(".control") : at->first == start) found.push_back(at->second);
    if (!found.empty() || !target.standing.empty()) return found;
  }
  const Result<measure::Metric> missing = inputs.metric(target.experiment, target.key);
  return missing.error();
}

}  // namespace

Result<PrintedTable> print_targets(const TableInputs& inputs, const std::string& table) {
  PrintedTable printed{{{"set in"},
                        {"target", false, 0.3},
                        {"", true},
                        {"found [95 %]", true},
                        {"limit in the same run", false, 0.17},
                        {"met"}},
                       {},
                       ""};
  const Result<std::vector<Target>> targets = read_targets(inputs);
  if (!targets) return targets.error();
  for (const Target& target : *targets) {
    if (target.table != table) continue;
    std::optional<double> limit;
    if (!target.limit_key.empty()) {
      const Result<measure::Metric> other = inputs.metric(target.experiment, target.limit_key);
      if (!other) return other.error();
      limit = other->value;
    }
    const std::string limit_text = limit ? number_text(*limit, 3) + ", " + target.limit : "–";
    const bool at_least = target.relation == ">=";
    const double bound = target.bound.empty() ? limit.value_or(0) : *parse_number(target.bound, target.what);
    const std::string bound_text = target.relation.empty()
                                       ? "–"
                                       : fmt::format("{} {}{}{}",
                                                     at_least                 ? "≥"
                                                     : target.relation == "<" ? "<"
                                                                              : "≤",
                                                     number_text(bound), target.unit.empty() ? "" : " ", target.unit);
    std::vector<measure::Metric> metrics;
    if (!target.key.empty()) {
      Result<std::vector<measure::Metric>> found = metrics_of(inputs, target);
      if (!found) return found.error();
      metrics = *std::move(found);
    }
    if (metrics.empty()) {
      printed.rows.push_back({target.section, target.what, bound_text, "–", limit_text, target.standing});
      continue;
    }
    // As for claims, the whole interval decides.
    std::size_t in = 0, out = 0;
    for (const measure::Metric& metric : metrics) {
      const auto meets = [&](double value) {
        return at_least ? value >= bound : target.relation == "<" ? value < bound : value <= bound;
      };
      in += meets(metric.ci.low) && meets(metric.ci.high);
      out += !meets(metric.ci.low) && !meets(metric.ci.high);
    }
    std::string found = with_interval(metrics.front());
    if (metrics.size() > 1) {
      const auto [least, greatest] = std::minmax_element(
          metrics.begin(), metrics.end(), [](const auto& a, const auto& b) { return a.value < b.value; });
      found = fmt::format("{} to {}", number_text(least->value, 3), number_text(greatest->value, 3));
    }
    std::string met = in == metrics.size() ? "yes" : out > 0 ? "no" : "within the interval";
    if (metrics.size() > 1) met += fmt::format(", {}/{}", in, metrics.size());
    printed.rows.push_back({target.section, target.what, bound_text, found, limit_text, met});
  }
  return printed;
}

}  // namespace vtpu::artifact::tables
