// Embedding lookups: maps of ids, batching, networks, sparse against dense.
#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {

namespace {

Result<PrintedTable> make_sparse_maps(const TableInputs& inputs) {
  struct Property {
    std::string name, base100, mixed;
  };
  const std::vector<Property> properties = {
      {"coordinates", "sparse.coordinate_capacity", "sparse.mixed.capacity"},
      {"ids of 10⁹ without a valid coordinate", "sparse.base100.invalid_share", ""},
      {"chips of 4096 that own ids", "sparse.base100.chips_reached", "sparse.mixed.chips_reached"},
      {"fullest chip / mean", "sparse.base100.chip_skew", "sparse.mixed.chip_skew"},
      {"p, uniform ids, own cells", "sparse.hash.chi2_p.uniform_cells", "sparse.mixed.chi2_p.uniform_cells"},
      {"p, uniform ids, chips", "sparse.hash.chi2_p.uniform_chips", "sparse.mixed.chi2_p.uniform_chips"},
      {"p, consecutive ids, chips", "sparse.hash.chi2_p.sequential_chips", "sparse.mixed.chi2_p.sequential_chips"},
      {"p, distinct Zipf ids, chips", "sparse.hash.chi2_p.zipf_chips", "sparse.mixed.chi2_p.zipf_chips"},
      {"hops saved by grouping 1000 ids (x)", "sparse.batching.hop_ratio", "sparse.batching.hop_ratio.mixed"}};
  PrintedTable table{{{"property", false, 0.42}, {"base 100", true, 0.25}, {"mixing", true, 0.25}}, {}, ""};
  for (const Property& property : properties) {
    std::vector<std::string> row = {property.name};
    for (const std::string& key : {property.base100, property.mixed}) {
      if (key.empty()) {
        row.push_back("0");  // a bijection onto valid coordinates
        continue;
      }
      Result<measure::Metric> metric = inputs.metric("sparse-ids", key);
      if (!metric) return metric.error();
      row.push_back(with_interval(*metric));
    }
    table.rows.push_back(row);
  }
  return table;
}

}  // namespace

TableDeclaration sparse_maps() {
  return {
      .name = "sparse_maps",
      .caption = "Two maps from vocabulary ids to coordinates",
      .appendix = true,
       .results = {"sparse-ids"},
      .make = make_sparse_maps,
      .note =
          "p: chi-square test of equal cells, the least of all samples times the number of tests, at most 1; values "
          "near 0 reject evenness. Base 100: the split of the source documents; mixing: our bijection with parts 1 "
          "to 96."};
}

TableDeclaration batching() {
  return {
      .name = "batching",
      .caption = "Hops of embedding lookups by batching scheme, map and population of ids",
      .wide = true,
      .appendix = true,
      .results = {"sparse-ids"},
      .table = "hops",
      .columns = {{"ids"},
                  {"map"},
                  {"batch_size", "batch"},
                  {"random", "", 0.09},
                  {"flat"},
                  {"hierarchical", "", 0.09},
                  {"multicast", "", 0.09},
                  {"ratio", "random / hierarchical", 0.09},
                  {"ratio_low", "low"},
                  {"ratio_high", "high"},
                  {"multicast_ratio", "random / multicast", 0.09},
                  {"row_hop_ratio", "row-hops saved", 0.09}},
      .keep =
          [](const Row& row) {
            const double size = std::get<double>(row[3]);  // columns: topology, map, ids, batch size
            return std::get<std::string>(row[0]) == "torus 16x16x16" && (size == 100 || size == 1000 || size == 10'000);
          },
      .note =
          "Mean link traversals of requests and replies per batch, one requester on a 16x16x16 torus; low and high "
          "bound the 95 % interval. Row-hops: hops of the rows themselves, which only removing duplicates reduces."};
}

TableDeclaration sparse_network() {
  return {.name = "sparse_network",
          .caption = "Hops and time of embedding lookups by topology and scheme",
          .wide = true,
          .appendix = true,
          .results = {"sparse-network"},
          .table = "network",
          .columns = {{"topology", "topology"},
                      {"chips", "chips"},
                      {"skew", "skew"},
                      {"scheme", "scheme"},
                      {"message_hops", "message-hops per lookup", 0.1},
                      {"bytes", "kB per chip", 0.08},
                      {"byte_distance", "hops per byte", 0.08},
                      {"time", "time (us)", 0.08},
                      {"latency_hops", "hops in turn", 0.08},
                      {"time_with_latency", "with latency (us)", 0.09}},
          .keep =
              [](const Row& row) {  // columns: topology, chips, skew, lookups; the two ends of the skew
                const std::string& skew = std::get<std::string>(row[2]);
                return std::get<std::string>(row[3]) == "1000" && (skew == "0" || skew == "1.2");
              },
          .note =
              "Every chip looks up 1000 of 10^9 rows of 512 B, distributed by hashed rows; skew: exponent of Zipf's "
              "law. Time: the bytes of the busiest channels, phase by phase. Hops in turn: sum of the longest paths of "
              "the phases; latency at 500 ns per hop (assumed). Learned: the switch state found by search. The time "
              "that a chip spends on a message is not modelled."};
}

TableDeclaration sparse_sharding() {
  return {.name = "sparse_sharding",
          .caption = "Embedding tables sharded over chips by row, column and table",
          .wide = true,
          .appendix = true,
          .results = {"sparse-network"},
          .table = "sharding",
          .columns = {{"sharding", "sharding"},
                      {"bag", "bag"},
                      {"skew", "skew"},
                      {"scheme", "scheme"},
                      {"stored_most", "stored, most (GB)", 0.1},
                      {"stored_skew", "/ mean", 0.08},
                      {"messages", "messages per chip", 0.1},
                      {"bytes", "kB per chip", 0.08},
                      {"sent_skew", "rows sent, most / mean", 0.11},
                      {"time", "time (us)", 0.08}},
          .note =
              "26 tables of 10^6 to 10^9 rows of 512 B on a 4x4x8 torus. Pooled: the owner sums its rows of a bag. "
              "Stored: bytes of the fullest chip, and its ratio to the mean of all. Time: the bytes of the "
              "busiest channels."};
}

TableDeclaration sparse_speedup() {
  return {.name = "sparse_speedup",
          .caption = "Sparse lookup against the dense product, by the share of rows used",
          .wide = true,
          .appendix = true,
          .results = {"sparse-speedup"},
          .table = "speedup",
          .columns = {{"table", "table"},
                      {"one_in", "rows used: one in", 0.09},
                      {"vtpu", "vTPU (us)", 0.09},
                      {"speedup", "speed-up"},
                      {"low", "low"},
                      {"high", "high"},
                      {"speedup_naive", "over the plain loop", 0.1},
                      {"speedup_gemm", "over sixteen at once", 0.1},
                      {"plain_speedup", "plain loop over ids", 0.1},
                      {"skip_speedup", "dense loop that skips zeros", 0.12}},
          .note =
              "Sum of the rows used, rows of 512 B. Speed-up: time of the dense product (OpenBLAS, sgemv over all "
              "rows) over the time of the vTPU program, with its 95 % interval; then over the plain dense loop and "
              "over sgemm with sixteen vectors, time per vector. Last two columns: gain over sgemv of other methods to "
              "skip zeros. cached: a quarter of the last cache; million: 1,024,000 rows, 524 MB."};
}

}  // namespace vtpu::artifact::tables
