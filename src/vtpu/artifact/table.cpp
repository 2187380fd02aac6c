#include "vtpu/artifact/table.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "vtpu/artifact/escape.h"
#include "vtpu/artifact/tables/print.h"
#include "vtpu/base/check.h"
#include "vtpu/base/csv.h"
#include "vtpu/base/text.h"
#include "vtpu/measure/result_file.h"

namespace vtpu::artifact {
namespace {

void check_cells(const PrintedTable& table) {
  for (const std::vector<std::string>& row : table.rows) {
    VTPU_CHECK(row.size() == table.columns.size(), "a printed row has as many cells as the table has columns");
  }
}

Error no_result(const std::string& experiment) {
  return {"results", "no result of the experiment '" + experiment + "'", "make experiment NAME=" + experiment};
}

}  // namespace

Result<Csv> TableInputs::data(const std::string& path_below_root) const {
  return read_csv(std::filesystem::path(root) / path_below_root);
}

Result<measure::Metric> TableInputs::metric(const std::string& experiment, const std::string& key) const {
  VTPU_CHECK(results != nullptr, "table inputs hold results");
  const auto result = results->find(experiment);
  if (result == results->end()) return no_result(experiment);
  const auto metric = result->second.metrics.find(key);
  if (metric != result->second.metrics.end()) return metric->second;
  std::vector<std::string> keys;
  for (const auto& [name, unused] : result->second.metrics) keys.push_back(name);
  return Error{"result of " + experiment, "no metric " + quoted_with_hint(key, keys), "a key that it records"};
}

Result<measure::Table> TableInputs::table(const std::string& experiment, const std::string& name) const {
  VTPU_CHECK(results != nullptr, "table inputs hold results");
  const auto result = results->find(experiment);
  if (result == results->end()) return no_result(experiment);
  const auto table = result->second.tables.find(name);
  if (table != result->second.tables.end()) return table->second;
  std::vector<std::string> names;
  for (const auto& [present, unused] : result->second.tables) names.push_back(present);
  return Error{"result of " + experiment, "no table " + quoted_with_hint(name, names), join(names, ", ")};
}

Result<PrintedTable> TableDeclaration::build(const TableInputs& inputs) const {
  Result<PrintedTable> printed = make ? make(inputs) : tables::print_chosen(*this, inputs);
  if (printed) printed->note = note;
  return printed;
}

std::string to_csv(const PrintedTable& table) {
  check_cells(table);
  std::vector<std::string> titles;
  for (const PrintedTable::Column& column : table.columns) titles.push_back(column.title);
  std::string text = csv_line(titles);
  for (const std::vector<std::string>& row : table.rows) text += csv_line(row);
  return text;
}

std::string to_markdown(const TableDeclaration& declaration, const PrintedTable& table) {
  check_cells(table);
  const auto line = [](const std::vector<std::string>& cells) { return "| " + join(cells, " | ") + " |\n"; };
  std::vector<std::string> titles;
  std::vector<std::string> rules;
  for (const PrintedTable::Column& column : table.columns) {
    titles.push_back(markdown_text(column.title));
    // If a row is long, Pandoc divides the text width in proportion to the dashes.
    double share = column.width;
    if (share == 0) share = std::min<double>(0.2, static_cast<double>(character_count(column.title)) / 100);
    const int dashes = std::max(3, static_cast<int>(std::lround(share * 100)));
    rules.push_back(std::string(static_cast<std::size_t>(dashes), '-') + (column.number ? ":" : "-"));
  }
  std::string text = line(titles) + "|" + join(rules, "|") + "|\n";
  for (const std::vector<std::string>& row : table.rows) {
    std::vector<std::string> cells;
    for (const std::string& cell : row) cells.push_back(markdown_text(cell));
    text += line(cells);
  }
  text += "\nTable: " + markdown_text(declaration.caption) + "\n";
  if (!table.note.empty()) text += "\n" + markdown_text(table.note) + "\n";
  return text;
}

std::string to_html(const TableDeclaration& declaration, const PrintedTable& table) {
  check_cells(table);
  const auto kind = [&](std::size_t column) { return table.columns[column].number ? "number" : "text"; };
  std::string text =
      fmt::format("<figure class=\"table{}{}\" id=\"tab-{}\">\n<table>\n<thead>\n<tr>", declaration.wide ? " wide" : "",
                  declaration.appendix ? " appendix" : "", html_text(declaration.name));
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    text += fmt::format("<th scope=\"col\" class=\"{}\">{}</th>", kind(c), html_text(table.columns[c].title));
  }
  text += "</tr>\n</thead>\n<tbody>\n";
  for (const std::vector<std::string>& row : table.rows) {
    text += "<tr>";
    for (std::size_t c = 0; c < row.size(); ++c) {
      text += fmt::format("<td class=\"{}\">{}</td>", kind(c), html_text(row[c]));
    }
    text += "</tr>\n";
  }
  text += "</tbody>\n</table>\n<figcaption>" + html_text(declaration.caption) + "</figcaption>\n";
  if (!table.note.empty()) text += "<p class=\"note\">" + html_text(table.note) + "</p>\n";
  return text + "</figure>\n";
}

}  // namespace vtpu::artifact
