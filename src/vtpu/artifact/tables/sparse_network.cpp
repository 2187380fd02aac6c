#include <string>
#include <variant>

#include "vtpu/artifact/tables/all.h"
#include "vtpu/artifact/tables/print.h"

namespace vtpu::artifact::tables {
namespace {

Result<PrintedTable> build(const TableInputs& inputs) {
  Result<measure::Table> all = inputs.table("sparse-network", "network");
  if (!all) return all.error();
  // Columns 1 chips, 2 skew, 3 lookups: the two ends of the skew.
  measure::Table shown{all->name, all->columns, {}};
  for (const std::vector<measure::Cell>& row : all->rows) {
    const std::string& skew = std::get<std::string>(row[2]);
    if (std::get<std::string>(row[3]) == "1000" && (skew == "0" || skew == "1.2")) shown.rows.push_back(row);
  }
  Result<PrintedTable> table = print(shown, {{"topology", "topology"},
                                             {"chips", "chips"},
                                             {"skew", "skew"},
                                             {"scheme", "scheme"},
                                             {"message_hops", "message-hops a lookup", 0.1},
                                             {"bytes", "kB a chip", 0.08},
                                             {"byte_distance", "hops a byte", 0.08},
                                             {"time", "time (us)", 0.08},
                                             {"latency_hops", "hops in turn", 0.08},
                                             {"time_with_latency", "with latency (us)", 0.09}});
  if (!table) return table;
  table->note =
      "Every chip looks up 1000 of 10^9 rows of 512 B, held by hashed rows; skew: exponent of Zipf's law. Time: the "
      "bytes of the busiest channels, phase after phase. Hops in turn: longest ways of the phases; latency at 500 ns a "
      "hop (assumed). Learned: the state of the switches that a search found. What a chip spends on a message is "
      "not modelled.";
  return table;
}

}  // namespace

TableDeclaration sparse_network() {
  return {.name = "sparse_network",
          .caption = "Hops and time of embedding lookups by topology and scheme",
          .wide = true,
          .appendix = true,
          .results = {"sparse-network"},
          .build = build};
}

}  // namespace vtpu::artifact::tables
