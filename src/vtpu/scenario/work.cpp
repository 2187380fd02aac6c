#include "vtpu/scenario/work.h"

#include <fmt/core.h>

#include <algorithm>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vtpu/base/random.h"
#include "vtpu/net/collective/bounds.h"
#include "vtpu/net/collective/make_schedule.h"
#include "vtpu/net/collective/names.h"
#include "vtpu/net/collective/to_workload.h"
#include "vtpu/net/flow/symmetric.h"
#include "vtpu/net/workload/trace.h"
#include "vtpu/net/workload/traffic_matrix.h"

namespace vtpu::scenario {
namespace {

// net/ knows the names of patterns and algorithms, except these.
constexpr std::string_view kHotSpot = "hot-spot";
constexpr std::string_view kMatrix = "matrix";
constexpr std::string_view kAutomatic = "auto";

constexpr int kMostListedChips = 2048;  // an all-to-all among them has four million messages

Result<net::workload::Traffic> hot_spot(const Scenario& scenario, const Subject& subject) {
  std::vector<net::Chip> hot;
  for (const std::string& name : scenario.traffic.hot_chips) {
    const auto chip = subject.names().chip(name, scenario.where("traffic.hot_chips"));
    if (!chip) return chip.error();
    if (std::find(hot.begin(), hot.end(), *chip) != hot.end())
      return Error{scenario.where("traffic.hot_chips"),
                   fmt::format("found chip {} twice", subject.names().printed(*chip)), "every hot chip once"};
    hot.push_back(*chip);
  }
  auto traffic = net::workload::Traffic::hot_spot(subject.network.chip_count(), hot, scenario.traffic.hot_share);
  if (!traffic) return at_key(scenario, "traffic.hot_chips", traffic.error());
  return traffic;
}

/// The messages of the first `sources` chips.
Result<net::workload::Workload> all_to_all(const Scenario& scenario, const Subject& subject, int sources) {
  net::workload::Workload workload("all-to-all");
  const int chips = subject.network.chip_count();
  if (sources > kMostListedChips)
    return Error{scenario.where("workload.kind"), fmt::format("found an all-to-all of {} chips", chips),
                 fmt::format("at most {}, a whole torus at flow level, or packet level", kMostListedChips)};
  for (const net::Chip source : index_range<net::Chip>(sources))
    for (int step = 1; step < chips; ++step)
      workload.add({source, net::Chip((source.value() + step) % chips), scenario.workload.bytes_per_pair.count, 0, 0});
  return workload;
}

struct Named {
  net::collective::Collective collective;
  net::collective::Algorithm algorithm;
};

/// Error: an unknown operation or schedule, or a schedule that the operation does not have.
Result<Named> named_collective(const Scenario& scenario) {
  const auto collective = net::collective::parse_collective(scenario.workload.collective);
  if (!collective) return at_key(scenario, "workload.collective", collective.error());
  const std::vector<net::collective::Algorithm> has = net::collective::algorithms_of(*collective);
  const bool bucket = std::find(has.begin(), has.end(), net::collective::Algorithm::bucket) != has.end();
  Named named{*collective, bucket ? net::collective::Algorithm::bucket : has.front()};
  if (scenario.workload.algorithm == kAutomatic) return named;
  const auto algorithm = net::collective::parse_algorithm(scenario.workload.algorithm);
  if (!algorithm) return at_key(scenario, "workload.algorithm", algorithm.error());
  if (const auto right = net::collective::check_combination(*collective, *algorithm); !right)
    return at_key(scenario, "workload.algorithm", right.error());
  named.algorithm = *algorithm;
  return named;
}

/// Error: a file that is no trace, or a message that waits.
Result<net::collective::SparseExchange> sparse_items(const Scenario& scenario, const Subject& subject) {
  const auto read = net::workload::read_trace(scenario.workload.items.path, subject.names());
  if (!read) return read.error();
  net::collective::SparseExchange items;
  for (int id = 0; id < read->workload.size(); ++id) {
    const net::workload::Message& message = read->workload.message(id);
    if (!read->workload.after(id).empty() || message.not_before_ns > 0 || message.compute_ns > 0)
      return Error{scenario.workload.items.name,
                   fmt::format("found that message {} waits", read->ids[static_cast<std::size_t>(id)]),
                   "messages that all chips may send at once"};
    items.push_back({message.source.value(), message.destination.value(), message.bytes});
  }
  return items;
}

Result<net::workload::Workload> collective(const Scenario& scenario, const Subject& subject) {
  const auto named = named_collective(scenario);
  if (!named) return named.error();
  if (named->collective == net::collective::Collective::sparse_exchange) {
    const auto items = sparse_items(scenario, subject);
    if (!items) return items.error();
    const auto schedule = net::collective::make_sparse_schedule(*items, named->algorithm, subject.shape());
    if (!schedule) return at_key(scenario, "workload.items", schedule.error());
    return net::collective::to_workload(*schedule, *items);
  }
  const auto schedule = net::collective::make_schedule(named->collective, named->algorithm, subject.shape());
  if (!schedule) return at_key(scenario, "workload.algorithm", schedule.error());
  return net::collective::to_workload(*schedule, scenario.workload.bytes.count);
}

/// The bound of any algorithm, where all chips have equal links.
std::optional<Bound> bound_of_collective(const Scenario& scenario, const net::Network& network,
                                         std::optional<int> diameter) {
  if (!diameter) return std::nullopt;
  const auto named = named_collective(scenario);
  if (!named || network.link_kinds().size() != 1) return std::nullopt;
  if (named->collective == net::collective::Collective::sparse_exchange) return std::nullopt;
  const auto links_of = [&](net::Chip chip) {
    int links = 0;
    for (const net::PortNumber port : network.ports()) links += network.attached(network.channel(chip, port));
    return links;
  };
  net::collective::AlphaBeta machine;
  machine.chips = network.chip_count();
  machine.links = links_of(net::Chip(0));
  machine.gbytes_per_s = network.link_kinds().front().bandwidth_gbytes_per_s;
  machine.latency_ns = network.link_kinds().front().latency_ns;
  machine.diameter = *diameter;
  for (const net::Chip chip : network.chips())
    if (links_of(chip) != machine.links) return std::nullopt;
  return Bound{"any algorithm",
               net::collective::lower_bound(named->collective, machine, scenario.workload.bytes.count).time_ns()};
}

Result<net::workload::Workload> trace(const Scenario& scenario, const Subject& subject) {
  auto read = net::workload::read_trace(scenario.workload.file.path, subject.names());
  if (!read) return read.error();
  return std::move(read->workload);
}

/// Hops on a shortest path from one chip to every node, -1 where there is none.
IndexedVector<net::Chip, int> hops_from(const net::Network& network, net::Chip source) {
  IndexedVector<net::Chip, int> hops(network.node_count(), -1);
  std::vector<net::Chip> reached = {source};
  hops[source] = 0;
  for (std::size_t next = 0; next < reached.size(); ++next)
    for (const net::PortNumber port : network.ports()) {
      const net::Channel channel = network.channel(reached[next], port);
      if (!network.attached(channel)) continue;
      int& there = hops[network.target(channel)];
      if (there >= 0) continue;
      there = hops[reached[next]] + 1;
      reached.push_back(network.target(channel));
    }
  return hops;
}

/// In nanoseconds: 1 GB/s is one byte per nanosecond.
double time_over(double bytes, double bandwidth) { return bandwidth > 0 ? bytes / bandwidth : 0; }

}  // namespace

Result<net::workload::Traffic> build_traffic(const Scenario& scenario, const Subject& subject) {
  const std::string& pattern = scenario.traffic.pattern;
  if (pattern == kHotSpot) return hot_spot(scenario, subject);
  auto traffic = pattern == kMatrix
                     ? net::workload::read_traffic_matrix(scenario.traffic.file.path, subject.names())
                     : net::workload::Traffic::make(pattern, subject.shape(),
                                                    Random(static_cast<std::uint64_t>(scenario.simulation.seed)));
  if (!traffic && pattern != kMatrix) return at_key(scenario, "traffic.pattern", traffic.error());
  return traffic;
}

Result<net::workload::Workload> build_workload(const Scenario& scenario, const Subject& subject) {
  if (scenario.workload.kind == WorkloadKind::all_to_all)
    return all_to_all(scenario, subject, subject.network.chip_count());
  return scenario.workload.kind == WorkloadKind::collective ? collective(scenario, subject) : trace(scenario, subject);
}

Result<void> check_sum(const Scenario& scenario, int chips) {
  constexpr double kMost = 9e18;
  // No algorithm moves the buffers of all chips more often than recursive doubling: once per round.
  constexpr double kMostTimes = 18;
  const bool pairs = scenario.workload.kind == WorkloadKind::all_to_all;
  if (!pairs && scenario.workload.kind != WorkloadKind::collective) return {};
  const double times = pairs ? static_cast<double>(chips) * (chips - 1) : kMostTimes * chips;
  const std::uint64_t bytes = pairs ? scenario.workload.bytes_per_pair.count : scenario.workload.bytes.count;
  if (times * static_cast<double>(bytes) <= kMost) return {};
  return Error{scenario.where(pairs ? "workload.bytes_per_pair" : "workload.bytes"),
               fmt::format("found {} bytes for {} chips", bytes, chips),
               fmt::format("at most {:.0f}, so that 64 bits hold the sum", kMost / times)};
}

std::string workload_name(const Scenario& scenario) {
  if (scenario.workload.kind == WorkloadKind::all_to_all)
    return fmt::format("all-to-all, {} bytes per pair", scenario.workload.bytes_per_pair.count);
  if (scenario.workload.kind == WorkloadKind::trace) return "trace " + scenario.workload.file.name;
  const auto named = named_collective(scenario);
  if (!named) return scenario.workload.collective;
  if (named->collective == net::collective::Collective::sparse_exchange)
    return fmt::format("{} by {}, items of {}", net::collective::to_string(named->collective),
                       net::collective::to_string(named->algorithm), scenario.workload.items.name);
  return fmt::format("{} by {}, {} bytes per chip", net::collective::to_string(named->collective),
                     net::collective::to_string(named->algorithm), scenario.workload.bytes.count);
}

std::optional<FirstChip> build_first_chip(const Scenario& scenario, const Subject& subject) {
  const bool alike =
      !subject.failed.any() && std::visit([]<class T>(const T&) { return T::kVertexTransitive; }, subject.topology);
  if (!alike) return std::nullopt;
  FirstChip first;
  const int chips = subject.network.chip_count();
  if (scenario.workload.kind == WorkloadKind::all_to_all) {
    first.messages = *all_to_all(scenario, subject, 1);
    first.bytes = net::flow::times_chips(subject.network, first.messages);
    first.listed = std::int64_t{first.messages.size()} * chips;
    return first;
  }
  if (scenario.workload.kind != WorkloadKind::collective || !subject.names().grid()) return std::nullopt;
  const auto named = named_collective(scenario);
  if (!named) return std::nullopt;
  const auto program = net::collective::make_chip_program(named->collective, named->algorithm, *subject.names().grid());
  if (!program) return std::nullopt;
  first.messages = program->of_first_chip(scenario.workload.bytes.count);
  first.bytes = program->bytes_of_all_chips(scenario.workload.bytes.count);
  const double sum = std::accumulate(first.bytes.begin(), first.bytes.end(), 0.0);
  if (sum > 0) first.rounding = static_cast<double>(first.messages.total_bytes()) * chips / sum - 1;
  first.listed = std::int64_t{first.messages.size()} * chips;
  return first;
}

std::vector<Bound> bounds_of(const Scenario& scenario, const Subject& subject, std::optional<int> diameter,
                             const net::workload::Workload& workload, const std::vector<net::workload::Loss>& lost,
                             const std::vector<std::uint64_t>& bytes_of_all) {
  const net::Network& network = subject.network;
  const int chips = network.chip_count();
  const int alike = bytes_of_all.empty() ? 1 : chips;
  IndexedVector<net::Chip, double> out(chips), in(chips), bandwidth(network.node_count());
  double all_bandwidth = 0;
  for (const net::Channel channel : network.channels()) {
    if (!network.attached(channel)) continue;
    const double width = network.link(channel).bandwidth_gbytes_per_s;
    bandwidth[network.source(channel)] += width;
    all_bandwidth += width;
  }
  IndexedVector<net::Chip, std::vector<std::pair<net::Chip, double>>> from(chips);
  for (int id = 0; id < workload.size(); ++id) {
    const net::workload::Message& message = workload.message(id);
    const bool arrives = lost.empty() || lost[static_cast<std::size_t>(id)] == net::workload::Loss::none;
    if (message.source == message.destination || !arrives) continue;
    // Of chips that do the same up to rounding, the busiest one sends at least the mean.
    const double bytes =
        bytes_of_all.empty() ? double(message.bytes) : double(bytes_of_all[static_cast<std::size_t>(id)]) / chips;
    out[message.source] += bytes;
    if (bytes_of_all.empty()) in[message.destination] += bytes;
    from[message.source].emplace_back(message.destination, bytes);
  }
  double byte_hops = 0;
  double ends = 0;
  for (const net::Chip chip : network.chips()) {
    ends = std::max(ends, time_over(std::max(out[chip], in[chip]), bandwidth[chip]));
    if (from[chip].empty()) continue;
    const IndexedVector<net::Chip, int> hops = hops_from(network, chip);
    for (const auto& [to, bytes] : from[chip]) byte_hops += bytes * std::max(0, hops[to]);
  }
  std::vector<Bound> bounds;
  if (scenario.workload.kind == WorkloadKind::collective)
    if (const auto bound = bound_of_collective(scenario, network, diameter)) bounds.push_back(*bound);
  bounds.push_back({"the links of the busiest chip", ends});
  bounds.push_back({"all links together", time_over(byte_hops * alike, all_bandwidth)});
  return bounds;
}

}  // namespace vtpu::scenario
