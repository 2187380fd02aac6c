#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

struct Timed {
  std::string query;
  std::string title;
};
const std::vector<Timed> kTimed = {{"sweep", "sweep, places known (ns)"},
                                   {"sweep_with_index", "sweep, places computed (ns)"},
                                   {"box", "box, places known (ns)"},
                                   {"box_with_index", "box, places computed (ns)"}};

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> lines = inputs.table("mem-locality", "locality_lines");
  if (!lines) return lines.error();
  Result<PrintedTable> table = print(*lines, {{"box"},
                                              {"layout"},
                                              {"sweep", "lines a stencil", 0.07},
                                              {"sweep_run", "lines a stencil, in a run", 0.08},
                                              {"query", "lines a box", 0.07}});
  if (!table) return table;
  Result<measure::Table> measured = inputs.table("mem-locality", "locality_time");
  if (!measured) return measured.error();
  Result<PrintedTable> times = print(*measured, {{"box"}, {"layout"}, {"query"}, {"time"}, {"low"}, {"high"}});
  if (!times) return times;
  for (const Timed& timed : kTimed) {
    table->columns.push_back({timed.title, true, 0.14});
    for (std::vector<std::string>& row : table->rows) {
      std::string text = "–";
      for (const std::vector<std::string>& time : times->rows) {
        if (time[0] != row[0] || time[1] != row[1] || time[2] != timed.query) continue;
        text = time[3] + " [" + time[4] + ", " + time[5] + "]";
      }
      row.push_back(text);
    }
  }
  table->note =
      "Sweep: every cell in storage order with its nearest neighbours. Box: all cells of a small box at a random "
      "corner. Lines: cache lines touched, counted exactly; in a run: distinct ones of a stretch of stencils, for "
      "each. "
      "Times: median per cell with its 95 % interval, with places known beforehand or computed by the curve.";
  return table;
}

}  // namespace

TableDeclaration locality() {
  return {.name = "locality",
          .caption = "Locality of the curves that lay coordinates out in memory",
          .wide = true,
          .appendix = true,
          .results = {"mem-locality"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
