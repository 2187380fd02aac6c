// The core of the vTPU: ops per cycle, ports, cost of the native engine's compilation.
#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {

TableDeclaration ops_per_cycle() {
  return {
      .name = "ops_per_cycle",
      .caption = "Ops per measured core cycle of the ten synthetic workloads, by engine",
      .wide = true,
      .appendix = true,
      .results = {"core-ops-per-cycle"},
      .table = "ops_per_cycle",
      .columns = {{"workload", "workload"},
                  {"native", "native"},
                  {"low", "low"},
                  {"high", "high"},
                  {"live", "live"},
                  {"bound", "bound"},
                  {"share", "share"},
                  {"independent", "independent"},
                  {"avx2", "AVX2"},
                  {"interpreter", "interpreter"},
                  {"ordinary", "fastest C++", 0.08},
                  {"over_ordinary", "over it", 0.06}},
      .note =
          "Median and 95 % interval of the native engine. Live: only ops whose result is used. Bound: the most that "
          "dispatch, each class of host instruction and the recurrence allow, at their best measured rates. "
          "Independent: the rate of independent host instructions, one for each op, in the loop's order. Ordinary "
          "code is credited with the ops of the program that does the same work. Fastest C++: of all levels whose "
          "answer has the same bytes."};
}

namespace {

/// The levels of ordinary code as columns: the rows of study/baselines/compilers.def.
std::vector<Chosen> level_columns(const char* first) {
  return {{first, first},
          {"o0", "-O0"},
          {"o2", "-O2"},
          {"o3_native", "gcc"},
          {"o3_native_exact", "gcc, exact"},
          {"o3_native_fast", "gcc, fast"},
          {"clang_o3_native", "clang"},
          {"clang_o3_native_exact", "clang, exact"},
          {"clang_o3_native_fast", "clang, fast"}};
}

}  // namespace

TableDeclaration workload_levels() {
  return {
      .name = "workload_levels",
      .caption = "Ops per cycle of the workloads as ordinary C++, by compiler and level",
      .wide = true,
      .appendix = true,
      .results = {"core-ops-per-cycle"},
      .table = "workload_levels",
      .columns = level_columns("workload"),
      .note =
          "The ops credited are those of the program that does the same work. gcc and clang: -O3 -march=native with "
          "contraction; exact: without; fast: with -ffast-math, which counts as ordinary code only where every "
          "byte of the answer is the same."};
}

TableDeclaration useful_work() {
  return {.name = "useful_work",
          .caption = "Useful work of the native engine beside its ops per cycle",
          .appendix = true,
          .results = {"core-ops-per-cycle"},
          .table = "useful_work",
          .columns = {{"workload", "workload"},
                      {"flop", "FLOP/cycle"},
                      {"bytes", "bytes/cycle"},
                      {"unit", "busiest unit"},
                      {"busy", "share of its peak"},
                      {"ops", "ops/cycle"}},
          .note =
              "FLOP: additions, multiplications and maxima; integer multiply-adds in the dot products. Bytes: moved by "
              "S slots. Busiest unit: the class of host instruction that the work keeps busy for the largest share of "
              "cycles, at its best measured rate."};
}

TableDeclaration ordinary_levels() {
  return {.name = "ordinary_levels",
          .caption = "Ops per cycle of ten ordinary loops by compiler and level",
          .wide = true,
          .appendix = true,
          .results = {"core-ops-per-cycle"},
          .table = "ordinary_levels",
          .columns = level_columns("loop"),
          .note =
              "Every operation of the source text on data counts as one op, regardless of how many a vector "
              "instruction performs at once. gcc and clang: -O3 -march=native."};
}

TableDeclaration port_conflicts() {
  return {.name = "port_conflicts",
          .caption =
              "Port conflicts between the slots of a workload, and ops per cycle predicted by the port map against "
              "measured",
          .wide = true,
          .appendix = true,
          .results = {"core-ports"},
          .table = "port_conflicts",
          .columns = {{"workload", "workload"},
                      {"conflicts", "cycles lost"},
                      {"low", "low"},
                      {"high", "high"},
                      {"limit", "limit by the port map"},
                      {"predicted", "predicted"},
                      {"measured", "measured"},
                      {"measured_low", "low"},
                      {"measured_high", "high"},
                      {"ratio", "ratio"}},
          .note =
              "Cycles lost: share beyond the cycles that the slowest of D, S and C alone, or dispatch, needs; for the "
              "host instructions without the engine. Predicted, measured: ops per cycle of the native engine."};
}

TableDeclaration core_targets() {
  return {.name = "core_targets",
          .caption = "Design targets of the core, and the values on this host",
          .wide = true,
          .appendix = true,
          .results = {"core-ops-per-cycle", "core-compile", "mem-lookup", "mem-embedding"},
          .data = {kTargetsFile},
          .make = [](const TableInputs& inputs) { return print_targets(inputs, "core_targets"); },
          .note = kTargetsNote};
}

TableDeclaration artifact_targets() {
  return {.name = "artifact_targets",
          .caption = "Design targets of the artifact itself",
          .wide = true,
          .appendix = true,
          .data = {kTargetsFile},
          .make = [](const TableInputs& inputs) { return print_targets(inputs, "artifact_targets"); },
          .note = kTargetsNote};
}

TableDeclaration compile() {
  return {.name = "compile",
          .caption = "Cost of compiling a loop of the balanced mix, and the break-even point",
          .appendix = true,
          .results = {"core-compile"},
          .table = "compile",
          .columns = {{"words", "words"},
                      {"compile", "compile (ns/word)"},
                      {"low", "low"},
                      {"high", "high"},
                      {"code", "code (B/word)"},
                      {"validate", "validate (ns/word)"},
                      {"run", "native (ns/round)"},
                      {"interpret", "interpreter (ns/round)"},
                      {"break_even", "break-even rounds"}},
          .note =
              "Compile: from a validated program to executable memory, including its release; the pages are those of "
              "programs released before. Code: all host code over the words of the program. Break-even: rounds of the "
              "loop after which compiling has cost less than interpreting."};
}

TableDeclaration messages() {
  return {
      .name = "messages",
      .caption = "Cost of messages and switches between sentrons of one thread, beside coroutines and loops in C++",
      .appendix = true,
      .results = {"core-messages"},
      .table = "messages",
      .columns =
          {{"what", "what"}, {"per", "per"}, {"cycles", "cycles"}, {"low", "low"}, {"high", "high"}, {"ns", "ns"}},
      .note =
          "Medians and 95 % intervals. A message has 32 bytes. Ring: four sentrons, of which each sends to the next. "
          "all_reduce: the sum of one number of each of four sentrons. The loops in C++ pass the same messages."};
}

TableDeclaration node_messages() {
  return {.name = "node_messages",
          .caption = "Cost of messages and barriers between sentrons of two workers, beside bare loops on two threads",
          .appendix = true,
          .results = {"node-messages"},
          .table = "node_messages",
          .columns = {{"what", "what"}, {"per", "per"}, {"ns", "ns"}, {"low", "low"}, {"high", "high"}},
          .note =
              "Medians and 95 % intervals, by the clock of the system. A message has 32 bytes and goes in a cache line "
              "with its coordinate. Busy neighbour: another process computes on one of the two processors."};
}

TableDeclaration ladder() {
  return {.name = "ladder",
          .caption = "One dot product on the teaching machine in Python and by each engine, with equal bits",
          .appendix = true,
          .results = {"teaching"},
          .table = "ladder",
          .columns = {{"engine", "engine"},
                      {"words", "words"},
                      {"ns", "ns per number"},
                      {"low", "low"},
                      {"high", "high"},
                      {"times", "times as fast"}},
          .note =
              "Medians and 95 % intervals. The rungs of the interpreter and of the native engine are timed between "
              "calibrations; the time in Python is by its own clock. The numbers are small integers, so that every "
              "order of the additions gives the same sum."};
}

TableDeclaration shell() {
  return {
      .name = "shell",
      .caption = "Operations typed into the shell, and its start beside that of Python and bash",
      .appendix = true,
      .results = {"shell"},
      .table = "shell",
      .columns = {{"what", "what"}, {"value", "median"}, {"low", "low"}, {"high", "high"}, {"unit", "unit"}},
      .note =
          "Medians and 95 % intervals. An operation is timed by the shell's own command: copies of it in a loop, on "
          "the registers as they are; a row is missing where that was not measurable at the time. A start is the "
          "wall time of a process from its beginning to its end, without work."};
}

}  // namespace vtpu::artifact::tables
