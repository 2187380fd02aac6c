// phextcc: compiled programs, their loops, speed of the compiler.
#include <iterator>
#include <utility>

#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {

TableDeclaration compiler_programs() {
  return {.name = "compiler_programs",
          .caption = "Ops per measured core cycle of the compiled programs, by tier",
          .wide = true,
          .appendix = true,
          .results = {"compiler-tiers"},
          .table = "programs",
          .columns = {{"program", "program"},
                      {"tier0", "tier 0"},
                      {"tier1", "1"},
                      {"tier2", "2"},
                      {"tier3_list", "3, list"},
                      {"tier3", "3"},
                      {"low", "low"},
                      {"high", "high"},
                      {"live", "live"},
                      {"hand", "by hand"},
                      {"bound", "bound"},
                      {"share", "share"},
                      {"limit", "limit"}},
          .note =
              "Median and 95 % interval at tier 3, data in the first-level cache. 3, list: tier 3 with list in place "
              "of modulo scheduling. Live: only ops whose result is used. Bound: the most that dispatch, each class of "
              "host instruction (limit) and recurrences allow, at their best measured rates; programs whose rate the "
              "runtime sets have none. Fewer ops for the same work lower the count without "
              "being slower: see the useful work."};
}

TableDeclaration compiler_useful() {
  return {.name = "compiler_useful",
          .caption = "Useful work of the compiled programs beside their ops per cycle",
          .wide = true,
          .appendix = true,
          .results = {"compiler-tiers"},
          .table = "useful",
          .columns = {{"program", "program"},
                      {"ops", "ops/cycle"},
                      {"flop", "FLOP/cycle"},
                      {"flop_share", "of peak"},
                      {"bytes", "bytes/cycle"},
                      {"byte_share", "of peak"},
                      {"unit", "busiest unit"},
                      {"busy", "busy"}},
          .note =
              "Tier 3, data in the first-level cache. FLOP: additions, multiplications, comparisons, roots and "
              "exponentials of the source, one each; integer operations in integer programs. Bytes: each element read "
              "or written once. Peaks: multiply-adds of 32-bit floats and vector loads at their measured rates. Busy: "
              "share of cycles that the most used class of host instruction takes alone."};
}

TableDeclaration compiler_costs() {
  return {.name = "compiler_costs",
          .caption = "Programs written after the cost model was frozen: its predictions, and the code it chose",
          .wide = true,
          .appendix = true,
          .results = {"compiler-costs"},
          .table = "costs",
          .columns = {{"program", "program"},
                      {"measured", "cycles"},
                      {"predicted", "predicted"},
                      {"ratio", "ratio"},
                      {"share", "share of bound"},
                      {"limit", "limit"},
                      {"over", "fastest C++"},
                      {"low", "low"},
                      {"high", "high"},
                      {"strongest", "by"},
                      {"reference", "reference table"}},
          .note =
              "Cycles of a repetition, data in the first-level cache. Predicted: by the table of costs measured in the "
              "same run; ratio: predicted over measured. Share of bound and limit: as for the other compiled programs. "
              "Fastest C++: its time over ours, with the interval, and the build that is fastest; below one it is "
              "faster. Reference table: time of the code chosen by the shipped reference over that by the measured "
              "table."};
}

namespace {

/// Implementations in the table `speed` and their titles; the first shows its time, the others their ratios to it.
constexpr std::pair<const char*, const char*> kImplementations[] = {
    {"tier3", "compiled (ns)"},       {"o3_native", "gcc"},         {"o3_native_exact", "exact"},
    {"o3_native_fast", "fast"},       {"clang_o3_native", "clang"}, {"clang_o3_native_exact", "exact"},
    {"clang_o3_native_fast", "fast"}, {"openblas", "OpenBLAS"},     {"eigen", "Eigen"}};

Result<PrintedTable> make_compiler_times(const TableInputs& inputs) {
  Result<measure::Table> found = inputs.table("compiler-tiers", "speed");
  if (!found) return found.error();
  Result<PrintedTable> speed =
      print(*found, {{"program"}, {"size"}, {"way"}, {"ns"}, {"over"}});  // checks the columns, and rounds
  if (!speed) return speed;
  PrintedTable table{{{"program"}, {"data in"}}, {}, ""};
  for (const auto& [name, title] : kImplementations) table.columns.push_back({title, true});
  for (const std::vector<std::string>& row : speed->rows) {
    if (table.rows.empty() || table.rows.back()[0] != row[0] || table.rows.back()[1] != row[1]) {
      table.rows.push_back({row[0], row[1]});
      table.rows.back().resize(table.columns.size(), "–");
    }
    for (std::size_t i = 0; i < std::size(kImplementations); ++i)
      if (row[2] == kImplementations[i].first) table.rows.back()[2 + i] = row[i == 0 ? 3 : 4];
  }
  return table;
}

}  // namespace

TableDeclaration compiler_times() {
  return {
      .name = "compiler_times",
      .caption = "Time of the compiled programs against other compilers and libraries",
      .wide = true,
      .appendix = true,
      .results = {"compiler-tiers"},
      .make = make_compiler_times,
      .note =
          "Time of a repetition by the compiled program. Other columns: their time over it; below one they are "
          "faster. All compilers with -O3 -march=native; gcc and clang with contraction, and to their right without it "
          "(exact) and with -ffast-math (fast). A dash: the library has no such routine, or one "
          "repetition takes too long to be timed."};
}

TableDeclaration compiler_loops() {
  return {.name = "compiler_loops",
          .caption = "Innermost loops of the compiled programs and their initiation intervals",
          .wide = true,
          .appendix = true,
          .results = {"compiler-tiers"},
          .table = "loops",
          .columns = {{"program", "program"},
                      {"loop", "loop"},
                      {"line", "line"},
                      {"ii", "II"},
                      {"res_mii", "ResMII"},
                      {"rec_mii", "RecMII"},
                      {"stages", "stages"},
                      {"copies", "copies"},
                      {"slot_use", "slots filled"},
                      {"bound", "port cycles"},
                      {"recurrence", "recurrence cycles"},
                      {"reason", "why not pipelined", 0.2}},
          .note =
              "Innermost loops at tier 3, pipelined wherever possible (the compiler by itself leaves short ones "
              "alone). II: words per iteration; ResMII: words of the fullest slot; RecMII: recurrences in words. Port "
              "and recurrence cycles per iteration by the compiler's machine model. Computed; the same on every host."};
}

TableDeclaration compile_speed() {
  return {.name = "compile_speed",
          .caption = "Speed of the compiler by tier, and its parts",
          .appendix = true,
          .results = {"compiler-speed"},
          .table = "compile_tiers",
          .columns = {{"tier", "tier"},
                      {"words", "words"},
                      {"speed", "words/s"},
                      {"front", "front end"},
                      {"passes", "passes"},
                      {"back", "back end"},
                      {"native", "host code"}},
          .note =
              "All programs together. Parts in ns per word of output. Host code: validation and compilation of the "
              "words by the native engine, which the speed excludes."};
}

TableDeclaration compiler_targets() {
  return {.name = "compiler_targets",
          .caption = "Design targets of the compiler, and the values on this host",
          .wide = true,
          .appendix = true,
          .results = {"compiler-tiers", "compiler-speed", "compiler-soak"},
          .data = {kTargetsFile},
          .make = [](const TableInputs& inputs) { return print_targets(inputs, "compiler_targets"); },
          .note =
              "Data in the first-level cache. All targets were set before the compiler was built; those on ops per "
              "cycle, tiers and hand scheduling are claims as well. The fastest build is of six, by gcc and clang; "
              "-ffast-math counts where it leaves every byte as it is. A quick run compares fewer kernels."};
}

}  // namespace vtpu::artifact::tables
