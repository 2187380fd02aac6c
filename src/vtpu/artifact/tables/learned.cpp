// States of the optical switches and placements found by search.
#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {

TableDeclaration learned_states() {
  return {.name = "learned_states",
          .caption = "Learned states of the switches under uniform all-to-all",
          .wide = true,
          .appendix = true,
          .results = {"learned-states"},
          .table = "learned_states",
          .columns = {{"slice", "slice", 0.12},
                      {"mean", "mean hops", 0.08},
                      {"diameter", "diameter", 0.08},
                      {"torus", "torus", 0.08},
                      {"twisted", "twisted", 0.08},
                      {"learned", "learned", 0.08},
                      {"dual_bound", "dual bound", 0.08},
                      {"limit", "bound for any state", 0.09},
                      {"racks_torus", "racks, torus", 0.08},
                      {"racks_learned", "racks, learned", 0.08},
                      {"switches_kept", "switches as in the torus", 0.1}},
          .note =
              "Mean hops include self. Torus to dual bound: injection per chip in link bandwidths, uniform all-to-all "
              "over all paths. Racks: mean distance of connected blocks along and across rows of racks; through the "
              "switches all distances are equal."};
}

TableDeclaration learned_faces() {
  return {.name = "learned_faces",
          .caption = "Learned states with and without circuits between like faces",
          .wide = true,
          .appendix = true,
          .results = {"learned-states"},
          .table = "learned_faces",
          .columns = {{"slice", "slice", 0.1},
                      {"circuits", "circuits", 0.09},
                      {"like_face_circuits", "of like faces", 0.09},
                      {"any", "rate", 0.08},
                      {"opposite", "rate without", 0.09},
                      {"opposite_dual_bound", "its dual bound", 0.09},
                      {"gain_torus", "over torus", 0.09},
                      {"opposite_gain_torus", "without", 0.09},
                      {"gain_twisted", "over twisted", 0.09},
                      {"opposite_gain_twisted", "without", 0.09}},
          .note =
              "Like faces: two + ports or two - ports of one dimension. Without: states of a second search, in which "
              "every circuit joins a + and a - port. Rates: injection per chip in link bandwidths, uniform all-to-all "
              "over all paths."};
}

TableDeclaration learned_twist() {
  return {.name = "learned_twist",
          .caption = "Results of a search that starts at the regular torus",
          .wide = true,
          .appendix = true,
          .results = {"learned-twist"},
          .table = "learned_twist",
          .columns = {{"slice", "slice", 0.12},
                      {"family", "family", 0.08},
                      {"states", "states", 0.1},
                      {"best_restarts", "restarts at the best", 0.1},
                      {"mean_regular", "hops, regular", 0.1},
                      {"mean_twisted", "hops, twisted", 0.1},
                      {"mean_found", "hops, found", 0.1},
                      {"throughput_twisted", "rate, twisted", 0.1},
                      {"throughput_found", "rate, found", 0.1},
                      {"same", "the twisted torus", 0.1}},
          .note =
              "Alike: one translation for all switches of a dimension. Free: one translation per switch. States: those "
              "that the translations make, among which the search chooses. Hops include self."};
}

TableDeclaration learned_packets() {
  return {.name = "learned_packets",
          .caption = "Uniform all-to-all on learned OCS states: fluid optimum, deadlock-free paths, packets",
          .wide = true,
          .appendix = true,
          .results = {"learned-packets"},
          .table = "learned_packets",
          .columns = {{"slice", "slice", 0.12},
                      {"vc_classes", "VC classes", 0.09},
                      {"fluid_free", "fluid, all paths", 0.11},
                      {"fluid_free_bound", "its dual bound", 0.11},
                      {"fluid", "fluid, deadlock-free", 0.12},
                      {"packet", "packets", 0.1},
                      {"packet_share", "packets / fluid", 0.1},
                      {"gain_torus_packet", "over torus", 0.1},
                      {"gain_twisted_packet", "over twisted", 0.1}},
          .note =
              "Injection per chip in link bandwidths. Gains: packets over packets on the torus of the same shape, "
              "regular and twisted. Opposite: the state without circuits between like faces."};
}

TableDeclaration learned_costs() {
  return {.name = "learned_costs",
          .caption = "Costs of learned OCS states: routing tables, all-reduce, faults",
          .wide = true,
          .appendix = true,
          .results = {"learned-packets"},
          .table = "learned_costs",
          .columns = {{"slice", "slice", 0.11},
                      {"ways", "table entries per chip", 0.1},
                      {"table_size", "KiB per chip", 0.09},
                      {"trees", "disjoint trees", 0.08},
                      {"tree_depth", "deepest", 0.08},
                      {"tree_all_reduce_share", "all-reduce / bound", 0.1},
                      {"switch_dark_kept", "kept, switch dark", 0.1},
                      {"switch_dark_kept_torus", "torus", 0.08},
                      {"chip_dead_kept", "kept, chip dead", 0.1},
                      {"chip_dead_kept_torus", "torus", 0.08}},
          .note =
              "Kept: all-to-all throughput with one switch dark or one chip dead over the throughput before, with "
              "traffic split again. All-reduce: 64 MiB over the trees at flow level, without latency."};
}

TableDeclaration rings_networks() {
  return {.name = "rings_networks",
          .caption = "All-reduce along rings that share no link",
          .appendix = true,
          .results = {"learned-rings"},
          .table = "learned_rings",
          .columns = {{"slice", "slice", 0.22},
                      {"network", "network", 0.22},
                      {"rings", "rings", 0.14},
                      {"share", "share of the bound", 0.26}},
          .note =
              "A buffer of 1 GiB at packet level, links with 500 ns of latency. The bound is that of six links. Dark: "
              "the learned state with one switch dark, where chips with five links leave room for two rings."};
}

TableDeclaration learned_placement() {
  return {.name = "learned_placement",
          .caption = "Gain of learned placements and switch states over the hand-designed torus",
          .wide = true,
          .appendix = true,
          .results = {"learned-topology"},
          .table = "learned_gain",
          .columns = {{"workload", "workload", 0.16},
                      {"chips", "chips", 0.07},
                      {"torus", "torus", 0.09},
                      {"regular", "regular, by hand", 0.1},
                      {"gradient", "gradient", 0.1},
                      {"refined", "and swaps", 0.1},
                      {"tied", "tied", 0.08},
                      {"state", "with state", 0.09},
                      {"learned", "best", 0.08},
                      {"random", "random", 0.09}},
          .note =
              "Cost of a manually placed step on the torus named (twisted where its shape allows) over the cost of the "
              "learned one. Regular: manual placement on the regular torus. Random: untrained coordinates."};
}

TableDeclaration learned_transfer() {
  return {.name = "learned_transfer",
          .caption = "States and placements learned for one workload, used for another",
          .wide = true,
          .appendix = true,
          .results = {"learned-topology"},
          .table = "learned_transfer",
          .columns = {{"learned_for", "learned for", 0.22},
                      {"used_for", "used for", 0.22},
                      {"gain", "state and placement", 0.22},
                      {"gain_by_hand", "state, ranks by hand", 0.22}},
          .note =
              "Cost of a manually placed step on the twisted torus over the cost on the state and placement learned "
              "for another workload."};
}

}  // namespace vtpu::artifact::tables
