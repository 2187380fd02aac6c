// Reconfiguration of the optical switches under a running job.
#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {

TableDeclaration reconfigure_writes() {
  return {.name = "reconfigure_writes",
          .caption = "Writing a next-hop table on this host",
          .wide = true,
          .appendix = true,
          .results = {"net-reconfigure"},
          .table = "reconfigure_writes",
          .columns = {{"entries", "entries", 0.12},
                      {"way", "method", 0.2},
                      {"entry", "ns per entry", 0.14},
                      {"entry_low", "low", 0.12},
                      {"entry_high", "high", 0.12},
                      {"table", "ms per table", 0.14}},
          .note =
              "whole, changed: one update, all entries or a list of every second one. single: an update and a swap for "
              "each entry. cold: table and input flushed from the caches. random_cold: one entry of a flushed line "
              "each, in random order. search: the chip first finds its table in the network. kernel: a message through "
              "a socket for each entry."};
}

TableDeclaration reconfigure_plans() {
  return {.name = "reconfigure_plans",
          .caption = "Changes between two topologies of a slice",
          .wide = true,
          .appendix = true,
          .results = {"net-reconfigure"},
          .table = "reconfigure_plans",
          .columns = {{"transition", "transition", 0.24},
                      {"switches", "switches", 0.1},
                      {"removed", "circuits removed", 0.1},
                      {"added", "added", 0.09},
                      {"entries", "entries changed", 0.14},
                      {"entry_share", "share", 0.1},
                      {"most_entries", "busiest chip", 0.1},
                      {"untouched_share", "pairs untouched", 0.12}},
          .note =
              "An entry changes if its port or its hops do. Untouched: the share of pairs whose entire path stays, "
              "link for link."};
}

TableDeclaration reconfigure_entries() {
  return {.name = "reconfigure_entries",
          .caption = "Entries of a routing table before and after a reconfiguration",
          .wide = true,
          .appendix = true,
          .results = {"net-reconfigure"},
          .table = "reconfigure_entries",
          .columns = {{"transition", "transition", 0.24},
                      {"source", "Source Coord", 0.12},
                      {"destination", "Dest Coord", 0.13},
                      {"next_before", "Next Hop before", 0.13},
                      {"hops_before", "Hops", 0.06},
                      {"next_after", "Next Hop after", 0.13},
                      {"hops_after", "Hops", 0.06},
                      {"bandwidth_after", "Bandwidth", 0.1}},
          .note =
              "Some changed entries of the first chip's table. Bandwidth in GB/s, of the narrowest link on the path; "
              "it is the same before and after. Chips are named by their addresses in the slice's box."};
}

TableDeclaration reconfigure_parts() {
  return {
      .name = "reconfigure_parts",
      .caption = "Parts of a reconfiguration under a running job",
      .wide = true,
      .appendix = true,
      .results = {"net-reconfigure"},
      .table = "reconfigure_parts",
      .columns = {{"transition", "transition", 0.24},
                  {"job", "job", 0.1},
                  {"order", "order", 0.08},
                  {"drain", "drain", 0.09},
                  {"report", "report", 0.08},
                  {"tables", "tables", 0.09},
                  {"go", "go", 0.08},
                  {"first", "first packet", 0.09},
                  {"total_staged", "sum without tables", 0.11}},
      .note =
          "Microseconds, without the switches' own time. Order, report, go: to the farthest chip and back. Drain: "
          "until no packet is in flight. Tables: changed entries from one chip to all, before or during the pause."};
}

}  // namespace vtpu::artifact::tables
