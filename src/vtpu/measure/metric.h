#pragma once
#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include "vtpu/measure/statistics.h"

namespace vtpu::measure {

/// Where a number comes from. Measured: a clock or counter of the host. Simulated: a simulator; the same on every host.
/// Computed: arithmetic or a graph algorithm; the same on every host.
enum class Kind { measured, simulated, computed };

const char* name_of(Kind kind);

/// One number of a result file. Text, figures and claims refer to it by its key, which is dotted and does not change.
struct Metric {
  std::string key;
  double value = 0;
  std::string unit;  ///< "hops", "cycles", "GB/s", "1" for a pure number
  Kind kind = Kind::computed;
  std::size_t n = 1;
  Interval ci;  ///< 95 %; both ends equal an exact value
  std::string method;
  std::vector<double> samples;
};

/// A column of a table.
struct Column {
  enum class Source { label, computed, simulated, measured, quoted };
  std::string name;
  std::string unit;
  Source source = Source::computed;
};

using Cell = std::variant<std::string, double>;

/// Rows of equal length, read by figures and tables.
struct Table {
  std::string name;
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows;

  bool measured() const;  ///< whether any column is measured
  /// Appends a row, which has one cell for each column (an invariant).
  void add(std::vector<Cell> row);
};

/// `value` rounded to 12 significant digits. Computed and simulated numbers are stored in this form, because the last
/// bits of the C library's transcendental functions differ between processors.
double canonical(double value);

}  // namespace vtpu::measure
