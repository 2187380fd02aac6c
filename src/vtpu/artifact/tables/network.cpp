// The network: topologies, routing, collectives.
#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {

TableDeclaration topology_summary() {
  return {
      .name = "topology_summary",
      .caption = "Static properties of the topologies, exact",
      .wide = true,
      .appendix = true,
      .results = {"net-topology"},
      .table = "topology_summary",
      .columns = {{"topology", "topology", 0.20},
                  {"chips", "chips"},
                  {"directed_links", "links"},
                  {"diameter", "diameter"},
                  {"hops_including_self_search", "hops, with self", 0.09},
                  {"hops_excluding_self_search", "hops, no self", 0.09},
                  {"bisection_at_least", "bisection, at least", 0.10},
                  {"bisection_at_most", "bisection, at most", 0.10},
                  {"alltoall_bound", "all-to-all bound", 0.10},
                  {"spectral_gap", "spectral gap", 0.09}},
      .note =
          "Hops: average over all pairs of chips, with and without the pairs of a chip with itself. Links are "
          "directed; the bisection counts one direction. Bound: all-to-all throughput per chip in link bandwidths."};
}

TableDeclaration chip_runs() {
  return {
      .name = "chip_runs",
      .caption = "A training step of compiled code on simulated chips",
      .wide = true,
      .appendix = true,
      .results = {"chip-runs"},
      .table = "chip_runs",
      .columns = {{"chips", "chips"},
                  {"sides", "shape"},
                  {"network", "network"},
                  {"time_us", "step (µs)"},
                  {"work", "work", 0.1},
                  {"network_share", "network, of the longest chain", 0.16},
                  {"messages", "messages"},
                  {"gain", "torus / this", 0.1}},
      .note =
          "Work: the share of the time in which a chip works, as a mean. The longest chain leads from the last event "
          "back, each time to the event that came last of those that had to come before. Found: the state found by "
          "search for all-to-all traffic. Messages of both steps."};
}

TableDeclaration routes() {
  return {.name = "routes",
          .caption =
              "The three example routes of the sources in their own format, and the dimension-order routes on the cube",
          .wide = true,
          .appendix = true,
          .results = {"net-routing"},
          .table = "routes",
          .columns = {{"source", "source coord"},
                      {"destination", "dest coord"},
                      {"next_hop", "next hop"},
                      {"hops", "hops"},
                      {"bandwidth", "bandwidth (GB/s)", 0.13},
                      {"quoted_hops", "hops, as stated", 0.1},
                      {"quoted_bandwidth", "bandwidth, as stated", 0.13}},
          .note =
              "Ties go in the positive direction. Bandwidth: that of the narrowest link of the path, because packets "
              "cut through; the stated figures divide by the hops."};
}

TableDeclaration deadlock() {
  return {.name = "deadlock",
          .caption = "Channel-dependency graphs of topologies under routings",
          .wide = true,
          .appendix = true,
          .results = {"net-routing"},
          .table = "deadlock",
          .columns = {{"topology", "topology", 0.2},
                      {"routing", "routing", 0.3},
                      {"classes", "VC classes", 0.08},
                      {"channel_classes", "channel classes", 0.1},
                      {"dependencies", "dependencies", 0.12},
                      {"deadlock_free", "acyclic", 0.08},
                      {"throughput", "uniform throughput", 0.11}},
          .note =
              "VC classes: classes of virtual channels; a routing needs at least that many channels. Adaptive "
              "routings: the extended graph of their escape channels. Throughput: injection per chip, in link "
              "bandwidths, that saturates the most loaded channel under uniform traffic."};
}

TableDeclaration balanced() {
  return {.name = "balanced",
          .caption = "Weighted shortest paths for uniform traffic on any graph",
          .wide = true,
          .appendix = true,
          .results = {"net-routing"},
          .table = "balanced",
          .columns = {{"topology", "topology", 0.3},
                      {"even", "all paths evenly", 0.13},
                      {"balanced", "balanced", 0.13},
                      {"dual_bound", "dual bound", 0.13},
                      {"classes", "VC classes", 0.1}},
          .note = "Injection per chip in link bandwidths. Dual bound: no weighting of shortest paths exceeds it."};
}

TableDeclaration alltoall() {
  return {.name = "alltoall",
          .caption = "Uniform all-to-all on regular and twisted tori, and the gain from twisting",
          .wide = true,
          .appendix = true,
          .results = {"net-alltoall"},
          .table = "alltoall",
          .columns = {{"slice", "slice"},
                      {"bound_regular", "bound, regular", 0.09},
                      {"packet_regular", "packets, regular", 0.09},
                      {"bound_twisted", "bound, twisted", 0.09},
                      {"packet_twisted", "packets, twisted", 0.09},
                      {"gain_bound", "gain, bound", 0.08},
                      {"gain_packet", "gain, packets", 0.08},
                      {"quoted_gain_ideal", "gain, derived before", 0.1},
                      {"quoted_gain_measured", "gain, published", 0.1}},
          .note =
              "Throughput per chip in link bandwidths, including a chip's traffic to itself. Bound: most loaded link "
              "under the routing used, which the flow level reaches exactly. Packets: median of the seeds. "
              "Published: measured on hardware (TPU v4 paper, Section 2.8)."};
}

TableDeclaration alltoall_convergence() {
  return {.name = "alltoall_convergence",
          .caption = "Uniform all-to-all by packets per pair, with two orders of service",
          .wide = true,
          .appendix = true,
          .results = {"net-alltoall"},
          .table = "alltoall_convergence",
          .columns = {{"slice", "slice"},
                      {"packets_a_pair", "packets per pair", 0.1},
                      {"seeds", "seeds"},
                      {"regular_in_flight_first", "regular, in flight first", 0.13},
                      {"regular", "regular", 0.1},
                      {"twisted", "twisted", 0.1},
                      {"gain", "gain", 0.08},
                      {"gain_least", "least", 0.08},
                      {"gain_most", "most", 0.08}},
          .note =
              "Throughput per chip in link bandwidths, medians. In flight first: packets in flight precede those of "
              "the chip beside the link. All other columns: the packet of the earliest round goes first. Quick runs "
              "stop at 32 packets."};
}

TableDeclaration infiniband() {
  return {.name = "infiniband",
          .caption = "Collectives on a torus and on islands of eight chips joined by InfiniBand",
          .wide = true,
          .appendix = true,
          .results = {"net-infiniband"},
          .table = "infiniband",
          .columns = {{"wiring", "islands"},
                      {"chips", "chips"},
                      {"torus", "torus"},
                      {"allreduce_ici", "all-reduce, torus (ms)", 0.11},
                      {"allreduce_ib", "islands (ms)", 0.1},
                      {"allreduce_slowdown", "slowdown", 0.09},
                      {"alltoall_ici", "all-to-all, torus (GB/s)", 0.12},
                      {"alltoall_ib", "islands (GB/s)", 0.1},
                      {"alltoall_slowdown", "slowdown", 0.09},
                      {"alltoall_slowdown_twisted", "over twisted torus", 0.1}},
          .note =
              "All-reduce of 1 GiB; all-to-all bytes per chip, including its own share. Islands: mesh and torus use "
              "three and six of a chip's six ICI links inside its island."};
}

TableDeclaration collectives() {
  return {.name = "collectives",
          .caption = "Collectives on a 4x4x4 torus by algorithm",
          .wide = true,
          .appendix = true,
          .results = {"net-collectives"},
          .table = "collectives",
          .columns = {{"collective", "collective"},
                      {"algorithm", "algorithm"},
                      {"messages", "messages"},
                      {"rounds", "rounds"},
                      {"hops_best", "hops, best", 0.06},
                      {"hops_average", "average", 0.07},
                      {"hops_worst", "worst", 0.06},
                      {"time", "1 GiB (ms)", 0.08},
                      {"share", "share of bound", 0.08},
                      {"small_time", "4 KiB (us)", 0.08}},
          .note =
              "Every schedule is first proved exact. Times at flow level, links of 50 GB/s and 500 ns. Share: "
              "alpha-beta bound over the time for 1 GiB. Broadcast and reduce send 1 GiB in 64 pieces where they are "
              "pipelined."};
}

TableDeclaration all_reduce_machines() {
  return {.name = "all_reduce_machines",
          .caption = "All-reduce of 1 GiB with the bucket algorithm",
          .wide = true,
          .appendix = true,
          .results = {"net-collectives"},
          .table = "all_reduce_machines",
          .columns = {{"torus", "torus"},
                      {"time", "time (ms)", 0.12},
                      {"time_without_latency", "without latency (ms)", 0.15},
                      {"bound", "bound (ms)", 0.12},
                      {"share", "share of bound", 0.12},
                      {"share_without_latency", "without latency", 0.12},
                      {"least_busy_link", "least busy link", 0.12}},
          .note =
              "Flow level by symmetry. Least busy link: share of the time, without latency, in which the least busy "
              "link carries data."};
}

}  // namespace vtpu::artifact::tables
