#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/targets.h"

namespace vtpu::artifact::tables {
namespace {

constexpr Target kTargets[] = {
    {"zero-load latency other than the reference law, pairs", 0, false, "", "net-flit",
     "net.flit.zero_load_mismatches.flits_1"},
    {"latency against the reference, up to 80 % of saturation", 0.01, false, "", "net-flit",
     "net.flit.worst_latency_below"},
    {"flit level, 64 chips", 3, true, "million hops/s", "net-speed", "net.speed.flit.8x8"},
    {"flit level, 4096 chips", 2.4, true, "million hops/s", "net-speed", "net.speed.flit.16x16x16"},
    {"packet level, 512 chips", 20, true, "million hops/s", "net-speed", "net.speed.packet.8x8x8"},
    {"flow level, all-to-all 4x4x8", 50, false, "ms", "net-speed", "net.speed.flow_ms.4x4x8"},
    {"flow level, all-to-all 16x16x16 by symmetry", 30000, false, "ms", "net-speed", "net.speed.flow_ms.16x16x16"},
    {"gain of twisting 4x4x8 by the bound", 1.745, true, "x", "net-alltoall", "net.alltoall.twist_gain_bound_4x4x8"},
    {"packets over the bound, twisted 4x4x8", 0.97, true, "", "net-alltoall",
     "net.alltoall.packet_share.twisted_4x4x8"},
    {"packets over the bound, regular 4x4x8", 0.97, true, "", "net-alltoall",
     "net.alltoall.packet_share.regular_4x4x8"},
    {"all-reduce of 1 GiB on 16x16x16 over its bound", 0.98, true, "", "net-collectives",
     "net.allreduce.share_of_bound.16x16x16"},
    {"difference from SimGrid, all-to-all 4x4x4, ties alike", 0.01, false, "", "net-simgrid",
     "net.simgrid.difference.alltoall_4x4x4"}};

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<PrintedTable> table = print_targets(inputs, kTargets);
  if (!table) return table;
  table->note =
      "Targets were set before anything was built, from what other simulators reach; they are not claims of a source.";
  return table;
}

}  // namespace

TableDeclaration network_targets() {
  return {.name = "network_targets",
          .caption = "What the network simulators were designed to reach, and what they reach",
          .wide = true,
          .appendix = true,
          .results = {"net-flit", "net-speed", "net-alltoall", "net-collectives", "net-simgrid"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
