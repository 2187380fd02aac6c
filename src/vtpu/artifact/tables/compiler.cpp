// phextcc: its programs, their loops, its speed.
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
                      {"hand", "by hand"},
                      {"bound", "bound"},
                      {"share", "share"},
                      {"limit", "limit"}},
          .note =
              "Median and 95 % interval at tier 3, data in the first-level cache. 3, list: tier 3 with list in "
              "place of modulo scheduling. Bound: independent host instructions of the mix of each innermost "
              "loop, or its recurrence, as often as it runs, and none where the runtime sets the pace; limit: "
              "what binds the longest by the port model. Fewer ops for the same work lower the count without "
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
                      {"ops", "ops a cycle"},
                      {"flop", "FLOP a cycle"},
                      {"flop_share", "of peak"},
                      {"bytes", "bytes a cycle"},
                      {"byte_share", "of peak"},
                      {"unit", "busiest unit"},
                      {"busy", "busy"}},
          .note =
              "Tier 3, data in the first-level cache. FLOP: additions, multiplications, comparisons, roots and "
              "exponentials of the source, each one; of whole numbers in programs of whole numbers. Bytes: each "
              "element read or written once. Peaks: multiply-adds of 32-bit floats and vector loads at their "
              "measured rates. Busy: share of cycles that the most wanted class of host instruction takes alone."};
}

namespace {

/// Ways in the table `speed` and their titles; the first gives its time, the others their ratios to it.
constexpr std::pair<const char*, const char*> kRoutines[] = {{"tier3", "compiled ns"},
                                                             {"o3_native", "gcc"},
                                                             {"o3_native_fast", "gcc, fast math"},
                                                             {"clang_o3_native", "clang"},
                                                             {"clang_o3_native_fast", "clang, fast math"},
                                                             {"openblas", "OpenBLAS"},
                                                             {"eigen", "Eigen"}};

Result<PrintedTable> make_compiler_times(const TableInputs& inputs) {
  Result<measure::Table> found = inputs.table("compiler-tiers", "speed");
  if (!found) return found.error();
  Result<PrintedTable> speed =
      print(*found, {{"program"}, {"size"}, {"way"}, {"ns"}, {"over"}});  // checks the columns, and rounds
  if (!speed) return speed;
  PrintedTable table{{{"program"}, {"data in"}}, {}, ""};
  for (const auto& [way, title] : kRoutines) table.columns.push_back({title, true});
  for (const std::vector<std::string>& row : speed->rows) {
    if (table.rows.empty() || table.rows.back()[0] != row[0] || table.rows.back()[1] != row[1]) {
      table.rows.push_back({row[0], row[1]});
      table.rows.back().resize(table.columns.size(), "–");
    }
    for (std::size_t way = 0; way < std::size(kRoutines); ++way)
      if (row[2] == kRoutines[way].first) table.rows.back()[2 + way] = row[way == 0 ? 3 : 4];
  }
  return table;
}

}  // namespace

TableDeclaration compiler_times() {
  return {.name = "compiler_times",
          .caption = "Time of the compiled programs against other compilers and libraries",
          .wide = true,
          .appendix = true,
          .results = {"compiler-tiers"},
          .make = make_compiler_times,
          .note =
              "Time of a repetition by the compiled program; by others, over it: below one they are faster. All "
              "compilers with -O3 -march=native. A dash: the library has no such routine, or one repetition takes "
              "too long to be timed."};
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
                      {"reason", "not pipelined since", 0.2}},
          .note =
              "Innermost loops at tier 3, pipelined wherever that can be done (the compiler itself leaves short "
              "ones alone). II: words an iteration; ResMII: the fullest slot; RecMII: recurrences in words. Port "
              "and recurrence cycles of an iteration by the compiler's machine model. Computed; the same on every "
              "host."};
}

TableDeclaration compile_speed() {
  return {.name = "compile_speed",
          .caption = "Speed of the compiler by tier, and where its time goes",
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
              "All programs together. Parts in ns a word of the output; host code: validation and compilation of "
              "the words by the native engine, which is not in the speed."};
}

namespace {

constexpr Target kCompilerTargets[] = {
    {"ops per cycle, geometric mean of the compiled programs", 3.0, true, "", "compiler-tiers",
     "vtpu.core.ops_per_cycle.tier3", "phextcc.bound", "bound of their loops"},
    {"programs below 90 % of their own bound", 0, false, "", "compiler-tiers", "phextcc.programs_below_bound",
     "phextcc.programs_judged", "have a bound"},
    {"least share of its own bound", 0.9, true, "", "compiler-tiers", "phextcc.least_share_of_bound"},
    {"tier 3 over tier 0, time", 2.0, true, "x", "compiler-tiers", "phextcc.tier3_over_tier0",
     "phextcc.tier2_over_tier0", "tier 2 over tier 0"},
    {"compiled over scheduled by hand", 0.95, true, "", "compiler-tiers", "phextcc.over_hand"},
    {"programs slower than gcc -O3 of their C++", 0, false, "", "compiler-tiers", "phextcc.slower_than_gcc.l1",
     "phextcc.programs", "programs"},
    {"words a second, tier 3", 100e3, true, "", "compiler-speed", "phextcc.compile.words_per_second.tier3",
     "phextcc.compile.words_per_second.tier0", "tier 0"},
    {"random kernels compared", 100e3, true, "", "compiler-soak", "phextcc.soak.kernels"},
    {"kernels whose meaning changed", 0, false, "", "compiler-soak", "phextcc.soak.divergences"}};

}  // namespace

TableDeclaration compiler_targets() {
  return {.name = "compiler_targets",
          .caption = "What the compiler was designed to reach, and what it reaches on this host",
          .wide = true,
          .appendix = true,
          .results = {"compiler-tiers", "compiler-speed", "compiler-soak"},
          .make = [](const TableInputs& inputs) { return print_targets(inputs, kCompilerTargets); },
          .note =
              "Data in the first-level cache. Targets were set before the compiler was built; those on ops per "
              "cycle, tiers and hand are claims as well. A quick run compares fewer kernels."};
}

}  // namespace vtpu::artifact::tables
