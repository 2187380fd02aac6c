// The host and its memory; the page table, the translation cache and the first-level cache; geometric operations.
#include <fmt/core.h>

#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"
#include "vtpu/measure/disturbance.h"

namespace vtpu::artifact::tables {

namespace {

Result<PrintedTable> make_host(const TableInputs& inputs) {
  Result<measure::Table> properties = inputs.table("host", "host");
  if (!properties) return properties.error();
  Result<PrintedTable> table = print(*properties, {{"property", "property", 0.42}, {"value", "value", 0.5}});
  if (!table) return table;
  Result<PrintedTable> numbers =
      print_lines(inputs, {{"core frequency, from a chain of adds", "host", "host.core_ghz"},
                           {"independent adds", "host", "host.add_throughput.ops_per_cycle"},
                           {"ordinary code, geometric mean", "host", "host.ordinary_code.ops_per_cycle"},
                           {"STREAM triad, one thread", "host", "host.stream.triad_gbps.one_thread"},
                           {"STREAM triad, all threads", "host", "host.stream.triad_gbps.all_threads"}});
  if (!numbers) return numbers;
  for (const std::vector<std::string>& row : numbers->rows) table->rows.push_back({row[0], row[1] + " " + row[2]});
  return table;
}

}  // namespace

TableDeclaration host() {
  return {.name = "host",
          .caption = "The host of the measured results",
          .appendix = true,
          .results = {"host"},
          .make = make_host,
          .note = "Values with an interval were measured; the interval is 95 %. The system reports the rest."};
}

namespace {

/// The experiments that time their work between calibrations.
const std::vector<std::string> kTiming = {
    "host",           "core-ops-per-cycle", "core-ports",      "core-compile",   "core-messages",
    "compiler-tiers", "compiler-costs",     "compiler-speed",  "mem-bandwidth",  "mem-embedding",
    "mem-locality",   "mem-lookup",         "net-reconfigure", "sparse-speedup", "machine-states",
    "teaching",       "shell",              "geometry"};

Result<PrintedTable> make_timings(const TableInputs& inputs) {
  PrintedTable table;
  table.columns = {{"experiment"}, {"kept", true}};
  for (const auto& [reason, name] : kChoices<measure::Disturbance>) table.columns.push_back({std::string(name), true});
  table.columns.push_back({"not measurable now", true});
  for (const std::string& experiment : kTiming) {
    std::vector<std::string> row = {experiment};
    std::vector<std::string> counted = {"kept"};
    for (const std::string& name : choice_names<measure::Disturbance>()) counted.push_back(name);
    counted.push_back("unmeasurable");
    for (const std::string& what : counted) {
      const auto metric = inputs.metric(experiment, fmt::format("timings.{}.{}", experiment, what));
      if (!metric) return metric.error();
      row.push_back(fmt::format("{:.0f}", metric->value));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace

TableDeclaration timings() {
  return {.name = "timings",
          .caption = "Timings kept, and timings discarded and repeated, by what had disturbed them",
          .appendix = true,
          .results = kTiming,
          .make = make_timings,
          .note =
              "Preempted, suspended: without the processor for over 2 % of the time, which the kernel gave to "
              "another thread, or the hypervisor took. Clock: calibrations before and after differ by over 2 %. "
              "Shared-core: over 3 % fewer independent additions per cycle than the core can. Not measurable now: "
              "samplings with too few undisturbed processes, whose values decide no claim."};
}

TableDeclaration machine_states() {
  return {.name = "machine_states",
          .caption = "Core-bound metrics in five states of the machine",
          .wide = true,
          .appendix = true,
          .results = {"machine-states"},
          .table = "machine_states",
          .columns = {{"state", "state"},
                      {"kept", "kept"},
                      {"discarded", "discarded"},
                      {"reasons", "by reason", 0.28},
                      {"settled", "settled"},
                      {"disagreement", "disagreement"},
                      {"overlap", "overlap"},
                      {"at_length", "one long timing", 0.1}},
          .note =
              "Kept, discarded: timings. Settled: metrics with half-widths within 3 % in this state and the first. "
              "Disagreement: largest difference of such a median from the first state's, as a share. Overlap: share of "
              "all metrics whose interval overlaps the first state's. One long timing: largest difference of the ten "
              "ordinary loops, each timed once for 20 ms. A state with too few undisturbed timings is not measurable."};
}

TableDeclaration places() {
  return {
      .name = "places",
      .caption = "What executions differ by, with places of code and data fixed in each or drawn by each process",
      .appendix = true,
      .results = {"machine-states"},
      .table = "places",
      .columns = {{"places", "places"},
                  {"executions", "executions"},
                  {"covered", "covered"},
                  {"overlap", "overlap"},
                  {"spread", "spread"},
                  {"widest", "widest"}},
      .note =
          "Covered: share of ordered pairs of executions in which an interval contains the other's median. Overlap: "
          "share of pairs whose intervals overlap. Spread: largest difference of two medians, and its metric."};
}

namespace {

Result<PrintedTable> make_memory(const TableInputs& inputs) {
  Result<measure::Table> found = inputs.table("host", "footprints");
  if (!found) return found.error();
  Result<PrintedTable> table = print(*found, {{"level", "set"},
                                              {"size", "bytes"},
                                              {"scalar", "scalar", 0.12},
                                              {"vector", "vector", 0.12},
                                              {"dependent", "random, dependent", 0.15},
                                              {"independent", "random, independent", 0.15},
                                              {"over_scalar", "gap over scalar", 0.1},
                                              {"over_vector", "gap over vector", 0.1}});
  if (!table) return table;
  Result<measure::Table> reads = inputs.table("mem-s-pipe", "l1_reads");
  if (!reads) return reads.error();
  const Result<PrintedTable> rates = print(*reads, {{"level"}, {"scalar"}, {"vector"}, {"random"}});
  if (!rates) return rates;
  for (std::vector<std::string>& row : table->rows)
    for (const std::vector<std::string>& rate : rates->rows)
      if (rate[0] == row[0])
        for (std::size_t column = 1; column < rate.size(); ++column) row[column + 1] += " (" + rate[column] + ")";
  return table;
}

}  // namespace

TableDeclaration memory() {
  return {.name = "memory",
          .caption = "Sequential and random access by working set",
          .wide = true,
          .appendix = true,
          .results = {"host", "mem-s-pipe"},
          .make = make_memory,
          .note =
              "Median cycles per 8-byte element, and in parentheses the hit rate of such loads in a model of the "
              "first-level cache that the sources name (simulated, without prefetching). Scalar, vector: in sequence, "
              "8 bytes or the widest vectors at a time. Dependent: each load gives the next address. Independent: "
              "addresses computed from a counter. Set: a quarter of a cache, or eight times the last (dram); miss70: "
              "the smallest for which the model gives 70 % misses of dependent loads. Gap: dependent over sequential."};
}

namespace {

struct Timed {
  std::string query;
  std::string title;
};
const std::vector<Timed> kTimed = {{"sweep", "sweep, addresses known (ns)"},
                                   {"sweep_with_index", "sweep, addresses computed (ns)"},
                                   {"box", "box, addresses known (ns)"},
                                   {"box_with_index", "box, addresses computed (ns)"}};

Result<PrintedTable> make_locality(const TableInputs& inputs) {
  Result<measure::Table> lines = inputs.table("mem-locality", "locality_lines");
  if (!lines) return lines.error();
  Result<PrintedTable> table = print(*lines, {{"box"},
                                              {"layout"},
                                              {"sweep", "lines per stencil", 0.07},
                                              {"sweep_run", "lines per stencil, in a run", 0.08},
                                              {"query", "lines per box", 0.07}});
  if (!table) return table;
  Result<measure::Table> measured = inputs.table("mem-locality", "locality_time");
  if (!measured) return measured.error();
  Result<PrintedTable> times = print(*measured, {{"box"}, {"layout"}, {"query"}, {"time"}, {"low"}, {"high"}});
  if (!times) return times;
  for (const Timed& timed : kTimed) {
    table->columns.push_back({timed.title, true, 0.14});
    for (std::vector<std::string>& row : table->rows) {
      std::string text = "–";
      for (const std::vector<std::string>& time : times->rows) {
        if (time[0] != row[0] || time[1] != row[1] || time[2] != timed.query) continue;
        text = time[3] + " [" + time[4] + ", " + time[5] + "]";
      }
      row.push_back(text);
    }
  }
  return table;
}

}  // namespace

TableDeclaration locality() {
  return {.name = "locality",
          .caption = "Locality of the curves that map coordinates to memory",
          .wide = true,
          .appendix = true,
          .results = {"mem-locality"},
          .make = make_locality,
          .note =
              "Sweep: every cell in storage order with its nearest neighbours. Box: all cells of a small box at a "
              "random corner. Lines: distinct cache lines touched, counted exactly; in a run: lines touched by a run "
              "of stencils, per stencil. Times: median per cell with its 95 % interval, with addresses known in "
              "advance or computed by the curve."};
}

TableDeclaration translation_cache() {
  return {.name = "translation_cache",
          .caption = "Exact counts of the translation cache, by access pattern",
          .appendix = true,
          .results = {"mem-ppt"},
          .table = "translation_cache",
          .columns = {{"group", "group"},
                      {"pattern", "pattern"},
                      {"cells", "cells"},
                      {"hits", "hits"},
                      {"misses", "misses"},
                      {"evictions", "evictions"},
                      {"rate", "hit rate"}},
          .note =
              "Each access by coordinate is one hit or one miss. A translation covers up to 64 columns; the cache "
              "holds 1024 translations."};
}

TableDeclaration l1_hit_rate() {
  return {.name = "l1_hit_rate",
          .caption = "Simulated first-level hit rates of the S slots",
          .appendix = true,
          .results = {"mem-s-pipe"},
          .table = "l1_hit_rate",
          .columns = {{"stream", "stream"},
                      {"accesses", "line accesses"},
                      {"working_set", "working set (KiB)"},
                      {"rate_32k8", "32 KiB, 8 ways"},
                      {"rate_48k12", "48 KiB, 12 ways"}},
          .note =
              "Simulated by an exact cache model on the interpreter's addresses, with least-recently-used replacement "
              "and no prefetching. Not measured: the host grants no hardware counters. The claims are judged by the "
              "cache of the processor that the sources name, with 32 KiB; a smaller working set hits by construction."};
}

TableDeclaration bandwidth() {
  return {.name = "bandwidth",
          .caption = "Memory bandwidth of vTPU programs against other code in the same processes, one thread",
          .wide = true,
          .appendix = true,
          .results = {"mem-bandwidth"},
          .table = "bandwidth",
          .columns = {{"kernel", "kernel"},
                      {"vtpu", "vTPU program (GB/s)"},
                      {"ordinary", "fastest C++"},
                      {"level", "by"},
                      {"share", "share"},
                      {"best", "best kernel"},
                      {"best_level", "by"},
                      {"share_of_best", "share"},
                      {"best_low", "low"},
                      {"best_high", "high"}},
          .note =
              "Bytes are counted as STREAM does. C++: STREAM and a sum by gcc and clang at -O3 -march=native, with "
              "contraction, without it (exact) and with -ffast-math, of which the fastest is shown. Best: the fastest "
              "of these and of the same kernels by hand, with the widest loads and with stores that bypass the caches; "
              "it decides the claim. Chase, the control: one dependent load at a time, against the best read."};
}

TableDeclaration geometry() {
  return {.name = "geometry",
          .caption = "Geometric operations beside libraries, one thread",
          .wide = true,
          .appendix = true,
          .results = {"geometry"},
          .table = "operations",
          .columns = {{"operation", "operation"},
                      {"vtpu", "vTPU (µs)"},
                      {"plain", "plain C++"},
                      {"gudhi", "GUDHI"},
                      {"eigen", "Eigen"},
                      {"openblas", "OpenBLAS"},
                      {"speedup", "speed-up"},
                      {"low", "low"},
                      {"high", "high"}},
          .note =
              "Build, star: a complex over coordinates, in C++; the star is that of a vertex. The others are compiled "
              "programs; distances go from one point to many. Plain C++: the faster one of gcc at -O3 -march=native "
              "with and without -ffast-math. Speed-up: time of the fastest library over ours, with the interval."};
}

}  // namespace vtpu::artifact::tables
