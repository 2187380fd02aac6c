#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> properties = inputs.table("host", "host");
  if (!properties) return properties.error();
  Result<PrintedTable> table = print(*properties, {{"property", "property", 0.42}, {"value", "value", 0.5}});
  if (!table) return table;
  Result<PrintedTable> numbers =
      print_lines(inputs, {{"core frequency, from a chain of adds", "host", "host.core_ghz"},
                           {"independent adds", "host", "host.add_throughput.ops_per_cycle"},
                           {"ordinary code, geometric mean", "host", "host.ordinary_code.ops_per_cycle"},
                           {"STREAM triad, one thread", "host", "host.stream.triad_gbps.one_thread"},
                           {"STREAM triad, all threads", "host", "host.stream.triad_gbps.all_threads"}});
  if (!numbers) return numbers;
  for (const std::vector<std::string>& row : numbers->rows) table->rows.push_back({row[0], row[1] + " " + row[2]});
  table->note = "Numbers with an interval were measured, with their 95 % interval; the rest is what the system states.";
  return table;
}

}  // namespace

TableDeclaration host() {
  return {.name = "host", .caption = "The host of the measured results", .results = {"host"}, .build = build};
}

}  // namespace vtpu::artifact::tables
