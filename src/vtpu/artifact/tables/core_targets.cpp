#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/targets.h"

namespace vtpu::artifact::tables {
namespace {

constexpr Target kTargets[] = {
    {"ops per cycle, geometric mean of the ten workloads", 3.0, true, "", "core-ops-per-cycle",
     "vtpu.core.geometric_mean.native", "vtpu.core.geometric_mean.bound", "bound of the mixes"},
    {"share of its own bound, geometric mean", 0.9, true, "", "core-ops-per-cycle",
     "vtpu.core.geometric_mean.share_of_bound"},
    {"translation hoisted, ops per cycle", 2.6, true, "", "core-ops-per-cycle", "vtpu.core.translation.hoisted"},
    {"translation probed in every word, ops per cycle", 1.0, true, "", "core-ops-per-cycle",
     "vtpu.core.translation.probed", "vtpu.core.translation.hoisted", "hoisted"},
    {"native engine over interpreter, loop (dense fma)", 6, true, "x", "core-ops-per-cycle",
     "vtpu.core.over_interpreter.dense_fma"},
    {"native engine over interpreter, irregular stream", 20, true, "x", "core-ops-per-cycle",
     "vtpu.core.irregular.over_interpreter"},
    {"turn of a sentron, all registers in use", 100, false, "cycles", "core-ops-per-cycle",
     "vtpu.core.switch_cycles.turn"},
    {"compile time of a word", 60, false, "ns", "core-compile", "vtpu.compile.ns_per_word.1024"},
    {"sparse lookup, batched, 1 M entries", 25, false, "ns", "mem-lookup", "vtpu.lookup.sparse.1M.batched",
     "vtpu.lookup.sparse.1M.absl", "absl"},
    {"absl over ours, 1 M entries", 1.3, true, "x", "mem-lookup", "vtpu.lookup.over_batched.sparse.1M.absl"},
    {"dense box lookup, 1 M cells", 2.5, false, "ns", "mem-lookup", "vtpu.lookup.dense.1M.box_row_major",
     "vtpu.lookup.dense.1M.floor", "index known"},
    {"embedding bag over the floor of its rows, 64 bytes, DRAM", 0.9, true, "", "mem-embedding",
     "vtpu.mem.embedding_share.dram.row64"},
    {"embedding bag over the floor of its rows, 512 bytes, DRAM", 0.9, true, "", "mem-embedding",
     "vtpu.mem.embedding_share.dram.row512"}};

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<PrintedTable> table = print_targets(inputs, kTargets);
  if (!table) return table;
  table->note =
      "Targets were set before anything was built, from what the hardware of another host allows; they are not claims "
      "of a source.";
  return table;
}

}  // namespace

TableDeclaration core_targets() {
  return {.name = "core_targets",
          .caption = "What the core was designed to reach, and what it reaches on this host",
          .wide = true,
          .appendix = true,
          .results = {"core-ops-per-cycle", "core-compile", "mem-lookup", "mem-embedding"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
