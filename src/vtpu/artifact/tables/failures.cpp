// Failures, recovery and degraded operation: machine, blocks, links.
#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {

TableDeclaration recovery() {
  return {
      .name = "recovery",
      .caption = "Recovery from failures of chips, by policy",
      .wide = true,
      .appendix = true,
      .results = {"net-faults"},
      .table = "recovery",
      .columns = {{"policy", "policy", 0.26},
                  {"waited_share", "waited", 0.08},
                  {"detect_median", "detect", 0.08},
                  {"decide", "decide", 0.08},
                  {"update", "update", 0.08},
                  {"resume", "resume", 0.08},
                  {"total_median", "median", 0.09},
                  {"total_p99", "p99", 0.09},
                  {"exact_p99", "exact p99", 0.09}},
      .note =
          "Milliseconds; steps are medians. Waited: share of outages that waited for a free spare or a repair. "
          "Exact: detection uniform over the period of the health check, the rest constant, one failure at a time."};
}

TableDeclaration policies() {
  return {.name = "policies",
          .caption = "Four policies at the published failure rates",
          .wide = true,
          .appendix = true,
          .results = {"net-faults"},
          .table = "policies",
          .columns = {{"policy", "policy", 0.22},
                      {"repair", "repair", 0.14},
                      {"availability", "up", 0.12},
                      {"useful", "useful", 0.12},
                      {"outages_per_day", "outages/day", 0.13},
                      {"waited_share", "waited", 0.12},
                      {"exhausted", "lives exhausted", 0.15}},
          .note =
              "Machines, cables and switches fail at the published rates. Up: share of the time in which all names "
              "have a chip. Useful: the same without work that is repeated after a restart. Waited: share of the "
              "outages that waited for a repair."};
}

TableDeclaration tolerated() {
  return {.name = "tolerated",
          .caption = "Failed chips that a job tolerates, by its size and by what may replace a chip",
          .wide = true,
          .appendix = true,
          .results = {"net-faults"},
          .table = "tolerated",
          .columns = {{"job_chips", "chips of the job", 0.2},
                      {"remap", "chip by chip", 0.2},
                      {"remap_no_spares", "without spares", 0.2},
                      {"blocks", "whole blocks", 0.2},
                      {"fixed", "fixed places", 0.2}},
          .note =
              "Chips that may fail at random, permanently, before the job has no place: mean over all orders of "
              "failure, as a fraction of the active chips; exact. Fixed places: one of the slices that tile the "
              "machine must be whole."};
}

TableDeclaration failure_cases() {
  return {.name = "failure_cases",
          .caption = "Overlapping failures",
          .wide = true,
          .appendix = true,
          .results = {"net-faults"},
          .table = "failure_cases",
          .columns = {{"case", "what fails", 0.3},
                      {"policy", "policy", 0.15},
                      {"outages", "outages", 0.07},
                      {"moved", "names moved", 0.08},
                      {"lost", "names lost", 0.08},
                      {"interrupted", "interrupted", 0.09},
                      {"ignored", "ignored", 0.07},
                      {"down", "down (s)", 0.08},
                      {"end", "after an hour", 0.08}},
          .note =
              "Scripted failures in one hour of the job. Interrupted: recoveries aborted because of another failure. "
              "Ignored: failures of components that were already down."};
}

TableDeclaration goodput() {
  return {.name = "goodput",
          .caption = "Goodput by slice size and host availability, with switches and with fixed cables",
          .wide = true,
          .appendix = true,
          .results = {"net-goodput"},
          .table = "goodput",
          .columns = {{"chips", "chips", 0.08},
                      {"box", "box of blocks", 0.1},
                      {"host_availability", "hosts up (%)", 0.08},
                      {"switched_assured", "switched, assured", 0.1},
                      {"switched_expected", "switched, expected", 0.1},
                      {"spares_expected", "with spares", 0.1},
                      {"fixed_assured", "fixed, assured", 0.1},
                      {"fixed_expected", "fixed, expected", 0.1},
                      {"anywhere_expected", "fixed, anywhere", 0.1},
                      {"quoted", "published", 0.1}},
          .note =
              "Share of all blocks that run slices of the size. Assured: the number of slices available at least 95 % "
              "of the time. Expected: on average. Anywhere: boxes at any place and in any orientation, sampled, on "
              "average."};
}

TableDeclaration scheduling() {
  return {.name = "scheduling",
          .caption = "Jobs of the published mix of slices on switched and on fixed blocks",
          .wide = true,
          .appendix = true,
          .results = {"net-goodput"},
          .table = "scheduling",
          .columns = {{"largest", "largest job (chips)", 0.1},
                      {"host_availability", "hosts up (%)", 0.08},
                      {"up", "blocks up", 0.1},
                      {"switched_goodput", "goodput, switched", 0.1},
                      {"fixed_goodput", "goodput, fixed", 0.1},
                      {"switched_wait", "wait, switched (h)", 0.1},
                      {"fixed_wait", "wait, fixed (h)", 0.1},
                      {"switched_wait_first_fit", "first fit, switched (h)", 0.11},
                      {"fixed_wait_first_fit", "first fit, fixed (h)", 0.11}},
          .note =
              "Goodput with jobs always waiting, oldest first. Waits when the arriving work fills half of the "
              "machine's hours; grows: the queue grows without bound. First fit: the oldest job that fits starts."};
}

TableDeclaration degraded() {
  return {.name = "degraded",
          .caption = "Cost of moved names and lost chips in hops and in load",
          .wide = true,
          .appendix = true,
          .results = {"net-degraded"},
          .table = "degraded",
          .columns = {{"torus", "torus", 0.12},
                      {"policy", "policy", 0.2},
                      {"failed", "failed chips", 0.08},
                      {"names_kept", "names kept", 0.1},
                      {"stretch", "hops", 0.1},
                      {"alltoall_slowdown", "all-to-all", 0.1},
                      {"bucket_slowdown", "neighbours", 0.1},
                      {"ring_slowdown", "ring", 0.08},
                      {"allreduce_slowdown", "all-reduce, flows", 0.12}},
          .note =
              "All values relative to the intact torus: mean hops between names, load of the most loaded link, time of "
              "a bucket all-reduce at flow level. Medians over draws of the failed chips. Policies without a row have "
              "run out of spares."};
}

TableDeclaration dark() {
  return {.name = "dark",
          .caption = "Throughput left by a dark link and by a dark optical switch",
          .wide = true,
          .appendix = true,
          .results = {"net-degraded"},
          .table = "dark",
          .columns = {{"torus", "torus", 0.1},
                      {"lost", "lost", 0.2},
                      {"even", "all-to-all, even", 0.1},
                      {"balanced", "balanced", 0.09},
                      {"bound", "dual bound", 0.09},
                      {"neighbour_even", "neighbours, even", 0.1},
                      {"neighbour_first", "neighbours, one path", 0.1},
                      {"quoted_alltoall", "published, all-to-all (%)", 0.11},
                      {"quoted_neighbour", "published, neighbours (%)", 0.11}},
          .note = "Share of the intact torus's throughput that is left."};
}

}  // namespace vtpu::artifact::tables
