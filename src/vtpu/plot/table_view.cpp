#include "vtpu/plot/table_view.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>

#include "vtpu/base/text.h"

namespace vtpu::plot {

TableView::TableView(const measure::Table& table, std::string where) : where_(std::move(where)), rows_(table.rows) {
  for (const measure::Column& column : table.columns) header_.push_back(column.name);
}

TableView::TableView(const Csv& csv) : where_(csv.name), header_(csv.header) {
  for (const Csv::Row& row : csv.rows) rows_.emplace_back(row.cells.begin(), row.cells.end());
}

TableView TableView::empty() const {
  TableView view;
  view.where_ = where_;
  view.header_ = header_;
  return view;
}

std::size_t TableView::place_of(std::string_view column) const {
  const auto at = std::find(header_.begin(), header_.end(), column);
  if (at == header_.end()) throw MissingData(where_ + ": no column " + quoted_with_hint(column, header_));
  return static_cast<std::size_t>(at - header_.begin());
}

TableView TableView::where(std::string_view column, std::string_view value) const {
  TableView some = filter(column, [value](const std::string& cell) { return cell == value; });
  if (some.rows_.empty()) throw MissingData(fmt::format("{}: no row with {} = '{}'", where_, column, value));
  return some;
}

TableView TableView::where(std::string_view column, double value) const {
  TableView some = empty();
  for (std::size_t row = 0; row < size(); ++row)
    if (number(row, column) == value) some.rows_.push_back(rows_[row]);
  if (some.rows_.empty()) throw MissingData(fmt::format("{}: no row with {} = {}", where_, column, value));
  return some;
}

double TableView::number(std::size_t row, std::string_view column) const {
  const measure::Cell& cell = rows_.at(row)[place_of(column)];
  if (const double* value = std::get_if<double>(&cell)) return *value;
  const std::string& text = std::get<std::string>(cell);
  if (text.empty()) return std::numeric_limits<double>::quiet_NaN();
  const Result<double> value = parse_number(text, fmt::format("{}, column {}", where_, column));
  if (!value) throw MissingData(value.error().message());
  return *value;
}

std::string TableView::label(std::size_t row, std::string_view column) const {
  const measure::Cell& cell = rows_.at(row)[place_of(column)];
  if (const double* value = std::get_if<double>(&cell)) return fmt::format("{}", *value);
  return std::get<std::string>(cell);
}

std::vector<double> TableView::numbers(std::string_view column) const {
  std::vector<double> all;
  for (std::size_t row = 0; row < size(); ++row) all.push_back(number(row, column));
  return all;
}

std::vector<std::string> TableView::labels(std::string_view column) const {
  std::vector<std::string> all;
  for (std::size_t row = 0; row < size(); ++row) all.push_back(label(row, column));
  return all;
}

std::vector<std::string> TableView::distinct(std::string_view column) const {
  std::vector<std::string> once;
  for (const std::string& value : labels(column))
    if (std::find(once.begin(), once.end(), value) == once.end()) once.push_back(value);
  return once;
}

void TableView::check_single() const {
  if (size() != 1) throw MissingData(fmt::format("{}: found {} rows; expected one", where_, size()));
}

double TableView::number(std::string_view column) const {
  check_single();
  return number(0, column);
}

std::string TableView::label(std::string_view column) const {
  check_single();
  return label(0, column);
}

std::string condition(std::string_view conditions, std::string_view key) {
  for (const std::string_view part : split(conditions, ';')) {
    const std::string_view entry = trim(part);
    if (entry.size() > key.size() && entry.substr(0, key.size()) == key && entry[key.size()] == '=')
      return std::string(entry.substr(key.size() + 1));
  }
  return {};
}

}  // namespace vtpu::plot
