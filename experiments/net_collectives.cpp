// Asks what each collective costs on a torus with each algorithm: messages, rounds, hops and time, compared with lower
// bounds for any algorithm; and how many rounds an all-reduce along sixteen chapters takes.
//
// Every schedule of the small torus is proved first. The exact checker follows each chip's contribution to each chunk
// and shows that every contribution arrives where it belongs, exactly once, in any order that the dependences allow.
// Times are those of the flow level (max-min fair rates) with links of 50 GB/s (10^9 bytes) and 500 ns, which is an
// assumption because no latency of ICI is published. A message takes its bytes over its rate plus the latency of its
// path. Bounds: net/collective/bounds.h.
//
// The bucket algorithm with 1 GiB on whole machines of 4^3, 8^3 and 16^3 chips runs by symmetry, with one chip standing
// for all. Its time is also computed without latency, where it should equal the bandwidth bound with every link busy.
//
// Nothing is sampled; both modes do the same. The torus of the tables is 4x4x4. The sizes of the all-reduce go from 1
// KiB to 1 GiB on 8x8x8. Claim: net.rounds. Control: a ring schedule instead of recursive doubling. Outputs: keys
// net.allreduce.*, net.collective.*; tables collectives, all_reduce_sizes, all_reduce_machines.
#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <vector>

#include "vtpu/measure/experiment.h"
#include "vtpu/measure/progress.h"
#include "vtpu/net/collective/bounds.h"
#include "vtpu/net/collective/check_schedule.h"
#include "vtpu/net/collective/make_schedule.h"
#include "vtpu/net/collective/statistics.h"
#include "vtpu/net/collective/to_workload.h"
#include "vtpu/net/flow/flow.h"
#include "vtpu/net/flow/symmetric.h"
#include "vtpu/net/network.h"
#include "vtpu/net/routing/dimension_order.h"
#include "vtpu/net/topology/torus.h"

namespace {

using namespace vtpu::measure;
using namespace vtpu::net;
using vtpu::Result;
using Source = Column::Source;

constexpr LinkModel kLink{50, 500};
constexpr std::uint64_t kGiB = 1 << 30;

collective::AlphaBeta machine_of(const Shape& grid, const LinkModel& link) {
  collective::AlphaBeta machine;
  machine.chips = grid.count();
  machine.links = 2 * grid.dimensions();
  machine.gbytes_per_s = link.bandwidth_gbytes_per_s;
  machine.latency_ns = link.latency_ns;
  for (int d = 0; d < grid.dimensions(); ++d) machine.diameter += grid.side(d) / 2;
  machine.alltoall_rate = closed_form_alltoall_bound(topology::Torus{grid});
  return machine;
}

/// Time of a schedule's messages at flow level, in ns.
Result<double> time_of(const collective::Schedule& schedule, const Shape& grid, std::uint64_t bytes) {
  const topology::Torus torus{grid};
  const Network network(torus, kLink);
  const Result<routing::DimensionOrder> routing = routing::DimensionOrder::make(torus, routing::Dateline::plain);
  if (!routing) return routing.error();
  const Result<workload::Completion> done =
      flow::run_flows(network, *routing, collective::to_workload(schedule, bytes));
  if (!done) return done.error();
  return done->time_ns;
}

Result<void> count_rounds(Run& run) {
  const Shape chapters{16};
  const auto doubling = collective::make_schedule(collective::Collective::all_reduce,
                                                  collective::Algorithm::recursive_doubling, chapters);
  if (!doubling) return doubling.error();
  const auto ring =
      collective::make_schedule(collective::Collective::all_reduce, collective::Algorithm::ring, chapters);
  if (!ring) return ring.error();
  for (const auto* schedule : {&*doubling, &*ring})
    if (const auto proof = collective::check_schedule(*schedule); !proof) return proof.error();
  const auto hops = [&](int a, int b) { return collective::torus_distance(chapters, a, b); };
  run.simulated("net.allreduce.rounds_16", rounds(*doubling), "rounds",
                "longest chain of messages of recursive doubling among 16 chips, proved to be an all-reduce");
  run.simulated("net.allreduce.rounds_16.control", rounds(*ring), "rounds", "the same for a ring schedule");
  run.simulated("net.allreduce.hops_worst_16", collective::hop_statistics(*doubling, hops).worst, "hops",
                "longest path of a message of recursive doubling on a ring of 16 chips");
  return {};
}

Result<void> tabulate(Run& run) {
  const Shape grid{4, 4, 4};
  run.parameter("torus", to_string(grid));
  run.parameter("link_gbytes_per_s", kLink.bandwidth_gbytes_per_s);
  run.parameter("link_latency_ns", kLink.latency_ns);
  const collective::AlphaBeta machine = machine_of(grid, kLink);
  Table& table = run.table("collectives", {{"collective", "", Source::label},
                                           {"algorithm", "", Source::label},
                                           {"messages", "messages", Source::simulated},
                                           {"rounds", "rounds", Source::simulated},
                                           {"hops_best", "hops", Source::simulated},
                                           {"hops_average", "hops", Source::simulated},
                                           {"hops_worst", "hops", Source::simulated},
                                           {"time", "ms", Source::simulated},
                                           {"bound", "ms", Source::computed},
                                           {"share", "1", Source::simulated},
                                           {"small_time", "us", Source::simulated},
                                           {"small_bound", "us", Source::computed}});
  constexpr std::uint64_t kSmall = 4096;
  int proved = 0;
  for (const collective::Collective collective : collective::all_collectives()) {
    if (collective == collective::Collective::sparse_exchange) continue;
    for (const collective::Algorithm algorithm : collective::algorithms_of(collective)) {
      collective::ScheduleOptions options;
      const bool pipelined =
          collective == collective::Collective::broadcast || collective == collective::Collective::reduce;
      if (pipelined && algorithm != collective::Algorithm::direct) options.pieces = 64;
      const auto schedule = collective::make_schedule(collective, algorithm, grid, options);
      if (!schedule) return schedule.error();
      if (const auto proof = collective::check_schedule(*schedule); !proof) return proof.error();
      ++proved;
      // Splitting into pieces only pays off for large buffers.
      const auto whole = collective::make_schedule(collective, algorithm, grid);
      if (!whole) return whole.error();
      const Result<double> large = time_of(*schedule, grid, kGiB), small = time_of(*whole, grid, kSmall);
      if (!large) return large.error();
      if (!small) return small.error();
      const double bound = collective::lower_bound(collective, machine, kGiB).time_ns();
      const collective::HopStatistics hops =
          collective::hop_statistics(*schedule, [&](int a, int b) { return collective::torus_distance(grid, a, b); });
      table.add({to_string(collective), to_string(algorithm), double(hops.messages), double(rounds(*schedule)),
                 double(hops.best), hops.average, double(hops.worst), *large * 1e-6, bound * 1e-6, bound / *large,
                 *small * 1e-3, collective::lower_bound(collective, machine, kSmall).time_ns() * 1e-3});
      run.simulated(fmt::format("net.collective.share.{}.{}", to_string(collective), to_string(algorithm)),
                    bound / *large, "1", "alpha-beta bound over flow-level time; 1 GiB on a 4x4x4 torus");
    }
  }
  run.simulated("net.collective.proved", proved, "schedules",
                "combinations of collective and algorithm proved correct");
  return {};
}

Result<void> sweep_sizes(Run& run) {
  const Shape grid{8, 8, 8};
  run.parameter("torus_of_sizes", to_string(grid));
  Table& table = run.table("all_reduce_sizes", {{"algorithm", "", Source::label},
                                                {"mebibytes", "MiB", Source::computed},
                                                {"time", "us", Source::simulated},
                                                {"bound", "us", Source::computed}});
  Progress progress("net-collectives", collective::algorithms_of(collective::Collective::all_reduce).size());
  for (const collective::Algorithm algorithm : collective::algorithms_of(collective::Collective::all_reduce)) {
    // The direct algorithm sends N^2 whole buffers, which is unrealistic at this size.
    if (algorithm != collective::Algorithm::direct) {
      collective::ScheduleOptions options;
      if (algorithm == collective::Algorithm::binomial_tree) options.pieces = 16;
      const auto schedule = collective::make_schedule(collective::Collective::all_reduce, algorithm, grid, options);
      if (!schedule) return schedule.error();
      for (std::uint64_t bytes = 1024; bytes <= kGiB; bytes *= 32) {
        const Result<double> time = time_of(*schedule, grid, bytes);
        if (!time) return time.error();
        const double bound =
            collective::lower_bound(collective::Collective::all_reduce, machine_of(grid, kLink), bytes).time_ns();
        table.add({to_string(algorithm), double(bytes) / (1 << 20), *time * 1e-3, bound * 1e-3});
      }
    }
    progress.step(to_string(algorithm));
  }
  return {};
}

Result<void> whole_machines(Run& run) {
  Table& table = run.table("all_reduce_machines", {{"torus", "", Source::label},
                                                   {"chips", "chips", Source::computed},
                                                   {"time", "ms", Source::simulated},
                                                   {"time_without_latency", "ms", Source::simulated},
                                                   {"bound", "ms", Source::computed},
                                                   {"share", "1", Source::simulated},
                                                   {"share_without_latency", "1", Source::simulated},
                                                   {"least_busy_link", "1", Source::simulated}});
  for (const int side : {4, 8, 16}) {
    const Shape grid{side, side, side};
    const topology::Torus torus{grid};
    const Result<routing::DimensionOrder> routing = routing::DimensionOrder::make(torus, routing::Dateline::plain);
    if (!routing) return routing.error();
    const auto program =
        collective::make_chip_program(collective::Collective::all_reduce, collective::Algorithm::bucket, grid);
    if (!program) return program.error();
    const workload::Workload workload = program->of_first_chip(kGiB);
    const Result<workload::Completion> with = flow::run_symmetric_flows(Network(torus, kLink), *routing, workload);
    if (!with) return with.error();
    const LinkModel prompt{kLink.bandwidth_gbytes_per_s, 0};
    const Network network(torus, prompt);
    const Result<workload::Completion> without = flow::run_symmetric_flows(network, *routing, workload);
    if (!without) return without.error();
    const double bound =
        collective::lower_bound(collective::Collective::all_reduce, machine_of(grid, prompt), kGiB).bandwidth_ns;
    const double least = *std::min_element(without->channel_bytes.begin(), without->channel_bytes.end()) /
                         prompt.bandwidth_gbytes_per_s / without->time_ns;
    const std::string name = to_string(grid);
    const std::string method = "bucket all-reduce of 1 GiB on a " + name + " torus, flow level by symmetry";
    run.simulated("net.allreduce.share_of_bound." + name, bound / with->time_ns, "1",
                  method + ", 500 ns per link; bandwidth bound over time");
    run.simulated("net.allreduce.share_without_latency." + name, bound / without->time_ns, "1",
                  method + ", no latency; bandwidth bound over time");
    run.simulated("net.allreduce.least_busy_link." + name, least, "1",
                  method + ", no latency; share of time in which the least busy link is busy");
    table.add({name, double(grid.count()), with->time_ns * 1e-6, without->time_ns * 1e-6, bound * 1e-6,
               bound / with->time_ns, bound / without->time_ns, least});
  }
  return {};
}

Result<void> study(Run& run) {
  if (auto done = count_rounds(run); !done) return done;
  if (auto done = tabulate(run); !done) return done;
  if (auto done = whole_machines(run); !done) return done;
  return sweep_sizes(run);
}

const Experiment kExperiment{.name = "net-collectives",
                             .question = "What does each collective cost on a torus with each algorithm?",
                             .claims = {"net.rounds"},
                             .inputs = {},
                             .quick_seconds = 4,
                             .full_seconds = 4,
                             .run = study};

}  // namespace

int main(int argc, char** argv) { return experiment_main(kExperiment, argc, argv); }
