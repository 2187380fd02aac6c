// Asks whether the flit-level simulator finds the same latency and throughput as the reference simulator for the same
// routers.
//
// data/peers/booksim_reference.csv holds runs of BookSim2 (jiang2013booksim): tori of 8x8 and 8x8x8, input-queued
// routers of four stages, channels of one cycle, 2 to 8 virtual channels of 8 flits, Bernoulli injection, uniform
// traffic including self, dimension order with a plain or balanced dateline. Each row runs again here at its offered
// load. Below 80 % of saturation the latencies should agree within 1 %, near saturation within 5 %; the same loads
// should be stable; above saturation the accepted loads should agree. The last column, difference, states how well they
// agree.
//
// Zero load: a packet that is alone in the network must take 7 + 5 links + flits - 1 cycles to every chip of 8x8.
//
// Parameters: 20 batches of 1500 cycles (quick 300, apart from loads below 80 % of saturation; a quarter of that on 512
// chips); networks of 512 chips in full mode only. Claims: net.booksim, net.booksim.stability. Outputs: keys
// net.flit.*; table latency_throughput.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include "vtpu/base/csv.h"
#include "vtpu/base/text.h"
#include "vtpu/measure/experiment.h"
#include "vtpu/measure/progress.h"
#include "vtpu/net/flit/run_flits.h"
#include "vtpu/net/flit/run_steady_state.h"
#include "vtpu/net/network.h"
#include "vtpu/net/routing/dimension_order.h"
#include "vtpu/net/topology/torus.h"
#include "vtpu/net/workload/traffic.h"
#include "vtpu/net/workload/workload.h"

namespace {

using namespace vtpu::measure;
using namespace vtpu::net;
using vtpu::Error;
using vtpu::Result;
using Source = Column::Source;

constexpr const char* kReference = "data/peers/booksim_reference.csv";

/// A row of the reference data.
struct Row {
  int side = 0;
  int dimensions = 0;
  bool balanced = false;
  int packet_flits = 0;
  int vcs = 0;
  double offered = 0;
  Cell latency;  // empty: not stable in the reference
  double accepted = 0;

  /// Whether the claim about latencies counts it. This set-up saturates at 0.52 flits/chip/cycle; 80 % of that is 0.42.
  bool below_saturation() const { return vcs == 4 && offered <= 0.42; }
  Shape sides() const { return *Shape::make(std::vector<int>(static_cast<std::size_t>(dimensions), side)); }
  std::string curve() const {
    return fmt::format("{}, {} flit{}{}", to_string(sides()), packet_flits, packet_flits == 1 ? "" : "s",
                       balanced ? ", balanced" : "");
  }
};

Result<std::vector<Row>> read_reference(const vtpu::Csv& csv) {
  std::vector<Row> rows;
  Error error;
  const auto number = [&](const vtpu::Csv::Row& row, const char* title) {
    const auto column = csv.column(title);
    if (!column) return error = column.error(), 0.0;
    const Result<double> value = vtpu::parse_number(row.cells[*column], csv.where(row));
    if (!value) return error = value.error(), 0.0;
    return *value;
  };
  const auto text = [&](const vtpu::Csv::Row& row, const char* title) -> std::string {
    const auto column = csv.column(title);
    if (!column) return error = column.error(), "";
    return row.cells[*column];
  };
  for (const auto& row : csv.rows) {
    Row made{int(number(row, "k")),
             int(number(row, "n")),
             text(row, "routing") == "dim_order_bal",
             int(number(row, "packet_flits")),
             int(number(row, "vcs")),
             number(row, "injection_rate_flits"),
             "",
             number(row, "accepted_flits")};
    if (!text(row, "avg_packet_latency_cycles").empty()) made.latency = number(row, "avg_packet_latency_cycles");
    if (!error.found.empty()) return error;
    rows.push_back(made);
  }
  return rows;
}

/// Counts the destinations of chip 0 of an 8x8 torus to which a packet alone in the network does not take exactly 7 + 5
/// links + flits - 1 cycles.
Result<int> zero_load_mismatches(int packet_flits) {
  const topology::Torus torus{{8, 8}};
  const Network network(torus, {1, 0});  // a flit of one byte takes a nanosecond, so that times are cycles
  const Result<routing::DimensionOrder> routing = routing::DimensionOrder::make(torus, routing::Dateline::plain);
  if (!routing) return routing.error();
  int mismatches = 0;
  for (const Chip destination : network.chips()) {
    if (destination == Chip{0}) continue;
    workload::Workload one("one packet");
    one.add({Chip{0}, destination, static_cast<std::uint64_t>(packet_flits)});
    flit::Config config;
    config.packet_flits = packet_flits;
    const Result<workload::Completion> done = flit::run_flits(network, *routing, one, config, 1);
    if (!done) return done.error();
    int links = 0;
    for (int d = 0; d < 2; ++d) {
      const int apart = torus.sides.coordinate_of(destination.value(), d);
      links += std::min(apart, 8 - apart);
    }
    mismatches += done->time_ns != 7 + 5 * links + packet_flits - 1;
  }
  return mismatches;
}

/// Runs one row of the reference again. `crossbar`: cycles of a router's crossbar, 1 in the reference.
Result<workload::SteadyState> run_again(Run& run, const Row& row, int period, int crossbar) {
  const topology::Torus torus{row.sides()};
  const Network network(torus);
  const Result<routing::DimensionOrder> routing =
      routing::DimensionOrder::make(torus, row.balanced ? routing::Dateline::balanced : routing::Dateline::plain);
  if (!routing) return routing.error();
  flit::Config config;
  config.vcs = row.vcs;
  config.packet_flits = row.packet_flits;
  config.seed = run.random(1).next();
  config.timing.crossbar = crossbar;
  flit::SteadyPlan plan;
  plan.offered = row.offered;
  plan.period = row.dimensions == 2 ? period : period / 4;
  return flit::run_steady_state(network, *routing, workload::Traffic::uniform(network.chip_count(), true), config,
                                plan);
}

Result<void> compare(Run& run) {
  const Result<vtpu::Csv> csv = run.input_csv(kReference);
  if (!csv) return csv.error();
  const Result<std::vector<Row>> reference = read_reference(*csv);
  if (!reference) return reference.error();
  for (const int flits : {1, 8}) {
    const Result<int> mismatches = zero_load_mismatches(flits);
    if (!mismatches) return mismatches.error();
    run.simulated(
        fmt::format("net.flit.zero_load_mismatches.flits_{}", flits), *mismatches, "pairs",
        "one packet alone on an 8x8 torus, from chip 0 to each other chip, against 7 + 5 links + flits - 1 cycles");
  }
  const int period = run.parameter("cycles_a_batch", 300, 1500);
  // The rows that a claim counts run as long in both modes; with shorter batches noise would decide it.
  const int long_period = run.parameter("cycles_a_batch_below", 1500);
  Table& table = run.table("latency_throughput", {{"curve", "", Source::label},
                                                  {"vcs", "channels", Source::computed},
                                                  {"offered", "flits/chip/cycle", Source::computed},
                                                  {"stable", "", Source::label},
                                                  {"latency", "cycles", Source::simulated},
                                                  {"half_width", "cycles", Source::simulated},
                                                  {"accepted", "flits/chip/cycle", Source::simulated},
                                                  {"quoted_latency", "cycles", Source::quoted},
                                                  {"quoted_accepted", "flits/chip/cycle", Source::quoted},
                                                  {"difference", "1", Source::simulated}});
  std::vector<Row> rows;
  for (const Row& row : *reference)
    if (!run.quick() || row.dimensions == 2) rows.push_back(row);
  std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
    return std::tuple(a.dimensions, a.balanced, a.packet_flits, a.vcs, a.offered) <
           std::tuple(b.dimensions, b.balanced, b.packet_flits, b.vcs, b.offered);
  });
  Progress progress("net-flit", rows.size());
  double worst_below = 0, worst_near = 0, worst_accepted = 0;
  int same_stability = 0, shifted = 0, same_shifted = 0;
  for (const Row& row : rows) {
    const Result<workload::SteadyState> state = run_again(run, row, row.below_saturation() ? long_period : period, 1);
    if (!state) return state.error();
    const bool quoted_stable = std::holds_alternative<double>(row.latency);
    same_stability += state->stable == quoted_stable;
    // The next row in the order above is the next higher load of the same routers, if it has as many channels.
    const std::size_t next = static_cast<std::size_t>(&row - rows.data()) + 1;
    if (next < rows.size() && rows[next].curve() == row.curve() && rows[next].vcs == row.vcs) {
      ++shifted;
      same_shifted += state->stable == std::holds_alternative<double>(rows[next].latency);
    }
    Cell difference = std::string();
    if (state->stable && quoted_stable) {
      const double relative = *state->latency / std::get<double>(row.latency) - 1;
      difference = relative;
      double& worst = row.below_saturation() ? worst_below : worst_near;
      worst = std::max(worst, std::abs(relative));
    } else if (!state->stable && !quoted_stable) {
      const double relative = state->accepted / row.accepted - 1;
      difference = relative;
      worst_accepted = std::max(worst_accepted, std::abs(relative));
    }
    const Cell latency = state->stable ? Cell(*state->latency) : Cell(std::string());
    const Cell half_width = state->stable ? Cell(*state->latency_half_width) : Cell(std::string());
    table.add({row.curve(), double(row.vcs), row.offered, state->stable ? "yes" : "no", latency, half_width,
               state->accepted, row.latency, row.accepted, difference});
    progress.step(row.curve());
  }
  const std::string method = "all reference rows that this mode runs; relative to the quoted value";
  run.simulated("net.flit.rows", double(rows.size()), "rows", "reference rows run again");
  run.simulated("net.flit.same_stability", same_stability, "rows", "rows whose stability agrees with the reference");
  run.simulated("net.flit.same_stability_share", double(same_stability) / double(rows.size()), "1",
                "share of the rows whose stability agrees with the reference");
  run.simulated("net.flit.same_stability_share.control", double(same_shifted) / shifted, "1",
                "share of the rows whose stability agrees with that of the next higher load of the reference");
  const Row& first = rows.front();
  if (!std::holds_alternative<double>(first.latency))
    return Error{kReference, "the row of the least load has no latency", "a stable row"};
  const Result<workload::SteadyState> slower = run_again(run, first, long_period, 2);
  if (!slower) return slower.error();
  if (!slower->stable) return Error{"net-flit", "the least load is not stable", "a stable run"};
  run.simulated("net.flit.worst_latency_below.control",
                std::abs(*slower->latency / std::get<double>(first.latency) - 1), "1",
                "least loaded row, with a crossbar of two cycles in place of one");
  run.simulated("net.flit.worst_latency_below", worst_below, "1",
                method + "; loads up to 80 % of saturation, 4 channels");
  run.simulated("net.flit.worst_latency_near", worst_near, "1", method + "; stable loads above 80 % of saturation");
  run.simulated("net.flit.worst_accepted_beyond", worst_accepted, "1", method + "; accepted load above saturation");
  return {};
}

const Experiment kExperiment{.name = "net-flit",
                             .question = "Does the flit level agree with the reference simulator?",
                             .claims = {"net.booksim", "net.booksim.stability"},
                             .inputs = {kReference},
                             .quick_seconds = 15,
                             .full_seconds = 60,
                             .run = compare};

}  // namespace

int main(int argc, char** argv) { return experiment_main(kExperiment, argc, argv); }
