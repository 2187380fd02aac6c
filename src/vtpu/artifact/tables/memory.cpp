// The host and its memory; the page table and the caches above it.
#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

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
          .results = {"host"},
          .make = make_host,
          .note =
              "Numbers with an interval were measured, with their 95 % interval; the rest is what the system "
              "states."};
}

TableDeclaration memory() {
  return {.name = "memory",
          .caption = "Sequential and random access by the level of the memory hierarchy that holds the data",
          .results = {"host"},
          .table = "footprints",
          .columns = {{"level", "level"},
                      {"size", "bytes"},
                      {"sequential", "sequential"},
                      {"dependent", "random, dependent", 0.18},
                      {"independent", "random, independent", 0.18},
                      {"dependent_over_sequential", "ratio"}},
          .note =
              "Median cycles per 8-byte element. Dependent: each load gives the next place. Independent: places "
              "computed from a counter. Ratio: dependent over sequential."};
}

namespace {

struct Timed {
  std::string query;
  std::string title;
};
const std::vector<Timed> kTimed = {{"sweep", "sweep, places known (ns)"},
                                   {"sweep_with_index", "sweep, places computed (ns)"},
                                   {"box", "box, places known (ns)"},
                                   {"box_with_index", "box, places computed (ns)"}};

Result<PrintedTable> make_locality(const TableInputs& inputs) {
  Result<measure::Table> lines = inputs.table("mem-locality", "locality_lines");
  if (!lines) return lines.error();
  Result<PrintedTable> table = print(*lines, {{"box"},
                                              {"layout"},
                                              {"sweep", "lines a stencil", 0.07},
                                              {"sweep_run", "lines a stencil, in a run", 0.08},
                                              {"query", "lines a box", 0.07}});
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
          .caption = "Locality of the curves that lay coordinates out in memory",
          .wide = true,
          .appendix = true,
          .results = {"mem-locality"},
          .make = make_locality,
          .note =
              "Sweep: every cell in storage order with its nearest neighbours. Box: all cells of a small box at a "
              "random corner. Lines: cache lines touched, counted exactly; in a run: distinct ones of a stretch "
              "of stencils, for each. Times: median per cell with its 95 % interval, with places known beforehand "
              "or computed by the curve."};
}

TableDeclaration translation_cache() {
  return {.name = "translation_cache",
          .caption = "Exact counts of the translation cache, by pattern of access",
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
              "holds 1024."};
}

TableDeclaration l1_hit_rate() {
  return {.name = "l1_hit_rate",
          .caption = "Simulated first-level hit rates of the S slots",
          .appendix = true,
          .results = {"mem-s-pipe"},
          .table = "l1_hit_rate",
          .columns = {{"stream", "stream"},
                      {"accesses", "accesses to lines"},
                      {"rate_32k8", "32 KiB, 8 ways"},
                      {"rate_48k12", "48 KiB, 12 ways"}},
          .note =
              "Simulated by an exact cache model on the addresses of the interpreter, least recently used line "
              "replaced, no prefetching. Not measured: the host grants no hardware counters."};
}

TableDeclaration bandwidth() {
  return {.name = "bandwidth",
          .caption = "Memory bandwidth of vTPU programs against ordinary code, one thread",
          .appendix = true,
          .results = {"mem-bandwidth"},
          .table = "bandwidth",
          .columns = {{"kernel", "kernel"},
                      {"vtpu", "vTPU program GB/s"},
                      {"ordinary", "ordinary GB/s"},
                      {"share", "share"},
                      {"low", "low"},
                      {"high", "high"}},
          .note =
              "Bytes counted as STREAM does. Triad and copy against the STREAM kernels, read against the widest "
              "plain read; chase: dependent loads one at a time, the control."};
}

}  // namespace vtpu::artifact::tables
