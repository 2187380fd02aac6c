#pragma once
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/base/csv.h"
#include "vtpu/measure/metric.h"

namespace vtpu::plot {

/// Requested data that do not exist; `what()` names the file, table, column or row. An exception and not a Result,
/// because a drawing is a list of such requests; `render` turns it into an Error that names the figure.
struct MissingData : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Some rows of a result table or of a data file, by column name.
class TableView {
 public:
  /// `where`: file and table, for errors.
  TableView(const measure::Table& table, std::string where);
  explicit TableView(const Csv& csv);

  std::size_t size() const { return rows_.size(); }

  /// The rows whose cell equals `value`; numbers are compared exactly. Throws if the column is missing or no
  /// row matches.
  TableView where(std::string_view column, std::string_view value) const;
  TableView where(std::string_view column, double value) const;
  /// The rows for which `keep` is true, given the cell as text. An empty view is not an error.
  template <class Keep>
  TableView filter(std::string_view column, Keep keep) const {
    TableView some = empty();
    for (std::size_t row = 0; row < size(); ++row)
      if (keep(label(row, column))) some.rows_.push_back(rows_[row]);
    return some;
  }

  /// A column as numbers. An empty text cell is NaN; any other text must be a number.
  std::vector<double> numbers(std::string_view column) const;
  std::vector<std::string> labels(std::string_view column) const;
  /// Distinct values of a column, in order of first appearance.
  std::vector<std::string> distinct(std::string_view column) const;

  double number(std::size_t row, std::string_view column) const;
  std::string label(std::size_t row, std::string_view column) const;
  /// The cell of the only row. Throws unless there is exactly one.
  double number(std::string_view column) const;
  std::string label(std::string_view column) const;

 private:
  TableView() = default;
  TableView empty() const;
  std::size_t place_of(std::string_view column) const;
  void check_single() const;

  std::string where_;
  std::vector<std::string> header_;
  std::vector<std::vector<measure::Cell>> rows_;
};

/// The value after `key=` in the `condition` column of a data file ("a=1; b=2; a remark"); empty if there is none.
std::string condition(std::string_view conditions, std::string_view key);

}  // namespace vtpu::plot
