#include "vtpu/net/workload/traffic_matrix.h"

#include <fmt/core.h>

#include <cmath>
#include <cstddef>
#include <vector>

#include "vtpu/base/csv.h"
#include "vtpu/base/text.h"
#include "vtpu/base/text_file.h"

namespace vtpu::net::workload {

Result<Traffic> parse_traffic_matrix(std::string_view text, const std::string& name, const NodeNames& nodes) {
  const Result<Csv> csv = parse_csv(text, name);
  if (!csv) return csv.error();
  const Result<std::size_t> source_column = csv->column("source");
  if (!source_column) return source_column.error();
  const Result<std::size_t> destination_column = csv->column("destination");
  if (!destination_column) return destination_column.error();
  const Result<std::size_t> weight_column = csv->column("weight");
  if (!weight_column) return weight_column.error();
  std::vector<Demand> demands;
  IndexedVector<Chip, double> sums(nodes.chip_count(), 0);
  for (const Csv::Row& row : csv->rows) {
    const auto where = [&](const char* column) { return fmt::format("{}, column {}", csv->where(row), column); };
    const Result<Chip> source = nodes.chip(row.cells[*source_column], where("source"));
    if (!source) return source.error();
    const Result<Chip> destination = nodes.chip(row.cells[*destination_column], where("destination"));
    if (!destination) return destination.error();
    const Result<double> weight = parse_number(trim(row.cells[*weight_column]), where("weight"));
    if (!weight) return weight.error();
    if (*weight < 0) return Error{where("weight"), fmt::format("found {}", *weight), "at least 0"};
    sums[*source] += *weight;
    if (!std::isfinite(sums[*source]))
      return Error{where("weight"), fmt::format("weights from chip {} sum to infinity", nodes.printed(*source)),
                   "a finite sum"};
    demands.push_back({*source, *destination, *weight});
  }
  Result<Traffic> traffic = Traffic::matrix(nodes.chip_count(), demands);
  if (!traffic)
    return Error{fmt::format("{}, {}", name, traffic.error().where), traffic.error().found, traffic.error().expected};
  return traffic;
}

Result<Traffic> read_traffic_matrix(const std::filesystem::path& path, const NodeNames& nodes) {
  const Result<std::string> text = read_text(path, LineEnds::keep);
  if (!text) return text.error();
  return parse_traffic_matrix(*text, path.string(), nodes);
}

}  // namespace vtpu::net::workload
