#include <array>
#include <map>
#include <utility>
#include <vector>

#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

/// Ways in the table `speed` and their titles; the first gives its time, the others their ratios to it.
constexpr std::pair<const char*, const char*> kWays[] = {{"tier3", "compiled ns"},
                                                         {"o3_native", "gcc"},
                                                         {"o3_native_fast", "gcc, fast math"},
                                                         {"clang_o3_native", "clang"},
                                                         {"clang_o3_native_fast", "clang, fast math"},
                                                         {"openblas", "OpenBLAS"},
                                                         {"eigen", "Eigen"}};

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> found = inputs.table("compiler-tiers", "speed");
  if (!found) return found.error();
  Result<PrintedTable> speed =
      print(*found, {{"program"}, {"size"}, {"way"}, {"ns"}, {"over"}});  // checks the columns, and rounds
  if (!speed) return speed;
  PrintedTable table{{{"program"}, {"data in"}}, {}, ""};
  for (const auto& [way, title] : kWays) table.columns.push_back({title, true});
  for (const std::vector<std::string>& row : speed->rows) {
    if (table.rows.empty() || table.rows.back()[0] != row[0] || table.rows.back()[1] != row[1]) {
      table.rows.push_back({row[0], row[1]});
      table.rows.back().resize(table.columns.size(), "–");
    }
    for (std::size_t way = 0; way < std::size(kWays); ++way)
      if (row[2] == kWays[way].first) table.rows.back()[2 + way] = row[way == 0 ? 3 : 4];
  }
  table.note =
      "Time of a repetition by the compiled program; by others, over it: below one they are faster. All compilers with "
      "-O3 -march=native. A dash: the library has no such routine, or one repetition takes too long to be timed.";
  return table;
}

}  // namespace

TableDeclaration compiler_times() {
  return {.name = "compiler_times",
          .caption = "Time of the compiled programs against other compilers and libraries",
          .wide = true,
          .appendix = true,
          .results = {"compiler-tiers"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
