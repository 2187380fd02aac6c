#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/targets.h"

namespace vtpu::artifact::tables {
namespace {

constexpr Target kTargets[] = {
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

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<PrintedTable> table = print_targets(inputs, kTargets);
  if (!table) return table;
  table->note =
      "Data in the first-level cache. Targets were set before the compiler was built; those on ops per cycle, tiers "
      "and "
      "hand are claims as well. A quick run compares fewer kernels.";
  return table;
}

}  // namespace

TableDeclaration compiler_targets() {
  return {.name = "compiler_targets",
          .caption = "What the compiler was designed to reach, and what it reaches on this host",
          .wide = true,
          .appendix = true,
          .results = {"compiler-tiers", "compiler-speed", "compiler-soak"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
