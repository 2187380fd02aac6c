#include "vtpu/measure/metric.h"

#include <fmt/core.h>

#include <cmath>
#include <cstdlib>

#include "vtpu/base/check.h"

namespace vtpu::measure {

const char* name_of(Kind kind) {
  switch (kind) {
    case Kind::measured: return "measured";
    case Kind::simulated: return "simulated";
    case Kind::computed: return "computed";
  }
  return "computed";
}

bool Table::measured() const {
  for (const Column& column : columns)
    if (column.source == Column::Source::measured) return true;
  return false;
}

void Table::add(std::vector<Cell> row) {
  VTPU_CHECK(row.size() == columns.size(), "a table row has as many cells as the table has columns");
  rows.push_back(std::move(row));
}

double canonical(double value) {
  if (!std::isfinite(value)) return value;
  return std::strtod(fmt::format("{:.11e}", value).c_str(), nullptr);
}

}  // namespace vtpu::measure
