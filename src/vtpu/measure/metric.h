#pragma once
#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include "vtpu/measure/statistics.h"

namespace vtpu::measure {

/// Where a number comes from. Measured: a clock or counter of this host. Simulated: a simulator of the network, the same
/// on every host. Computed: arithmetic or a graph algorithm, the same on every host.
enum class Kind { measured, simulated, computed };

const char* name_of(Kind kind);

/// One number of a result file. Keys are dotted and stable: they are what prose, figures and claims refer to.
struct Metric {
  std::string key;
  double value = 0;
  std::string unit;  ///< "hops", "cycles", "GB/s", "1" for a pure number
  Kind kind = Kind::computed;
  std::size_t n = 1;
  Interval ci;  ///< 95 %; both ends equal the value where the value is exact
  std::string method;
  std::vector<double> samples;
};

/// A column of a table: what it holds, in which unit, and where its numbers come from.
struct Column {
  enum class Source { label, computed, simulated, measured, quoted };
  std::string name;
  std::string unit;
  Source source = Source::computed;
};

using Cell = std::variant<std::string, double>;

/// Rows of equal length, for figures, generated tables and CSV.
struct Table {
  std::string name;
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows;

  bool measured() const;  ///< whether any column is
  /// Appends a row; as many cells as columns (an invariant).
  void add(std::vector<Cell> row);
};

/// `value` with 12 significant digits. Computed and simulated numbers are stored so, since the last bits of the C
/// library's transcendental functions differ from one processor to the next.
double canonical(double value);

}  // namespace vtpu::measure
