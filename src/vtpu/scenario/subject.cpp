#include "vtpu/scenario/subject.h"

#include <fmt/core.h>

#include <string>
#include <utility>
#include <vector>

#include "vtpu/base/check.h"
#include "vtpu/net/link_names.h"
#include "vtpu/net/ocs/state_file.h"
#include "vtpu/net/topology/analysis.h"
#include "vtpu/net/topology/graph_files.h"
#include "vtpu/net/topology/layout.h"

namespace vtpu::scenario {
namespace {

Result<net::Shape> sides_of(const Scenario& scenario) {
  auto sides = net::parse_shape(scenario.network.sides);
  if (!sides) return at_key(scenario, "network.sides", sides.error());
  if (sides->count() > kMostChips)
    return Error{scenario.where("network.sides"), fmt::format("found {} chips", sides->count()),
                 fmt::format("at most {}", kMostChips)};
  return sides;
}

// ---- helpers for the last column of topologies.def

int chips_of(const Scenario& scenario) { return static_cast<int>(scenario.network.chips); }
int radix_of(const Scenario& scenario) { return static_cast<int>(scenario.network.radix); }

Result<AnyTopology> built(AnyTopology topology) { return topology; }
template <class T>
Result<AnyTopology> built(Result<T> topology) {
  if (!topology) return topology.error();
  return AnyTopology(*std::move(topology));
}

/// The topology that `make` builds from network.sides.
template <class Make>
Result<AnyTopology> on_sides(const Scenario& scenario, Make make) {
  const auto sides = sides_of(scenario);
  if (!sides) return sides.error();
  return at_key(scenario, "network.sides", built(make(*sides)));
}

Result<AnyTopology> read_ocs(const Scenario& scenario) {
  const File& file = scenario.network.file;
  const auto read = net::ocs::read_ocs_state(file.path);
  if (!read) return read.error();
  return at_key(scenario, "network.file",
                built(net::topology::OcsTopology::make(read->state, read->slice, "OCS state " + file.name)));
}

Result<AnyTopology> build_topology(const Scenario& scenario) {
  switch (scenario.network.topology) {
#define TOPOLOGY(enumerator, name, keys, build) \
  case TopologyKind::enumerator:                \
    return built(build);
#include "vtpu/scenario/topologies.def"
#undef TOPOLOGY
  }
  VTPU_CHECK(false, "the cases above are all topologies");
  return Error{};
}

/// Marks the failed chips and links of a scenario.
class Breaking {
 public:
  Breaking(const Scenario& scenario, const net::Network& whole) : scenario_(scenario), whole_(whole) {
    if (scenario.faults.links.empty() && scenario.faults.chips.empty()) return;
    failed = net::Mask(whole.node_count(), whole.port_count());
  }

  Result<void> run() {
    for (const std::string& name : scenario_.faults.chips) {
      const auto chip = whole_.names().node(name, scenario_.where("faults.chips"));
      if (!chip) return chip.error();
      if (!failed.node(*chip)) chips.push_back(*chip);
      failed.set_node(*chip, true);
      for (const net::PortNumber port : whole_.ports()) fail(whole_.channel(*chip, port));
    }
    for (const std::string& name : scenario_.faults.links) {
      const auto channels = net::find_channels(whole_, name, scenario_.where("faults.links"));
      if (!channels) return channels.error();
      for (const net::Channel channel : *channels) fail(channel);
    }
    return {};
  }

  net::Mask failed;
  std::vector<net::Chip> chips;

 private:
  void fail(net::Channel channel) {
    if (!whole_.attached(channel)) return;
    failed.set_channel(channel, true);
    failed.set_channel(whole_.reverse(channel), true);
  }

  const Scenario& scenario_;
  const net::Network& whole_;
};

constexpr double kMostVisits = 1e11;     // of links, by the searches for distances: a few minutes
constexpr int kMostLoadSearches = 8192;  // for the load of links, which costs more

/// The distances between the chips of a network with failures; nothing where they would take too long.
template <class T>
std::optional<net::topology::DistanceDistribution> distances_of(const T& topology, const Subject& subject,
                                                                const net::topology::LinkGraph& graph,
                                                                const net::topology::Part& part) {
  constexpr bool closed = requires { closed_form_distances(topology); };
  if constexpr (T::kVertexTransitive || closed) {
    net::topology::DistanceDistribution before;
    if constexpr (T::kVertexTransitive)
      before = net::topology::distances(topology);
    else
      before = net::topology::closed_form(topology);
    if (!subject.failed.any()) return before;
    return net::topology::distances_after_failures(net::topology::link_graph(topology), graph, before, part);
  } else {
    const net::Network& network = subject.network;
    if (static_cast<double>(network.chip_count()) * network.attached_count() > kMostVisits) return std::nullopt;
    return net::topology::distances(graph, net::topology::Sources::all, part);
  }
}

/// Whether a channel represents a failed link between two working nodes.
bool fails_alone(const Subject& subject, net::Channel channel) {
  const net::Network& whole = subject.whole;
  return subject.failed.channel(channel) && channel < whole.reverse(channel) &&
         !subject.failed.node(whole.source(channel)) && !subject.failed.node(whole.target(channel));
}

}  // namespace

net::Shape Subject::shape() const { return names().grid() ? *names().grid() : net::Shape{network.chip_count()}; }

Result<Subject> build_subject(const Scenario& scenario) {
  auto topology = build_topology(scenario);
  if (!topology) return topology.error();
  const net::LinkModel usual{scenario.network.bandwidth_gbytes_per_s, scenario.network.latency_ns};
  return std::visit(
      [&](const auto& whole_topology) -> Result<Subject> {
        net::Network whole(whole_topology, usual);
        Breaking breaking(scenario, whole);
        if (const auto done = breaking.run(); !done) return done.error();
        net::Network network =
            breaking.failed.any() ? net::Network(net::MaskedTopology(whole_topology, breaking.failed), usual) : whole;
        if (whole.attached_count() == 0)
          return Error{scenario.where("network.topology"), "found no link in " + whole.name(), "at least two chips"};
        if (network.attached_count() == 0)
          return Error{scenario.where("faults.links"), "found that every link has failed", "at least one working link"};
        return Subject{*topology, std::move(whole), std::move(network), std::move(breaking.failed),
                       std::move(breaking.chips)};
      },
      *topology);
}

NetworkFacts facts_of(const Subject& subject, const net::workload::Watch& watch) {
  const net::Network& network = subject.network;
  NetworkFacts facts;
  facts.name = network.name();
  facts.chips = network.chip_count();
  facts.switches = network.node_count() - network.chip_count();
  facts.links = network.attached_count() / 2;
  facts.kinds = network.link_kinds();
  for (const net::Chip chip : subject.failed_chips) facts.failed_chips.push_back(subject.names().printed(chip));
  for (const net::Channel channel : network.channels())
    if (fails_alone(subject, channel)) facts.failed_links.push_back(net::channel_name(subject.whole, channel));
  std::visit(
      [&]<class T>(const T& topology) {
        if constexpr (requires { topology.unused(); })
          for (const net::topology::UnusedData& data : topology.unused())
            facts.unused.emplace_back(data.what, data.count);
        const bool alike = T::kVertexTransitive && !subject.failed.any();
        const net::topology::LinkGraph graph =
            subject.failed.any() ? net::topology::link_graph(net::MaskedTopology(topology, subject.failed))
                                 : net::topology::link_graph(topology);
        const auto part = [&](int done, int all) {
          if (watch) static_cast<void>(watch(static_cast<double>(done) / all));
        };
        const auto found = distances_of(topology, subject, graph, part);
        if (!found) {
          facts.no_distances = facts.no_uniform_bound =
              fmt::format("chips times ports are more than {:.0f}, and the chips do not all look the same", kMostVisits);
          return;
        }
        facts.diameter = found->diameter();
        if (found->diameter() > 0) facts.average_hops = found->average_excluding_self();
        facts.unreachable_pairs = found->unreachable_pairs();
        if (network.attached_count() == 0)
          facts.no_uniform_bound = "it has no links";
        else if (facts.kinds.size() != 1)
          facts.no_uniform_bound = "its links differ";
        else if (found->unreachable_pairs() > 0)
          facts.no_uniform_bound = "some chips cannot reach each other";
        else if (!alike && network.chip_count() > kMostLoadSearches)
          facts.no_uniform_bound =
              fmt::format("the network has more than {} chips that do not all look the same", kMostLoadSearches);
        else
          facts.uniform_bound =
              net::topology::uniform_load(graph, alike ? net::topology::Sources::first : net::topology::Sources::all, part)
                  .bound_by_link();
      },
      subject.topology);
  return facts;
}

IndexedVector<net::Chip, NodeRow> node_rows(const Subject& subject) {
  IndexedVector<net::Chip, NodeRow> rows;
  const net::Network& network = subject.network;
  const std::vector<net::topology::Position> places =
      std::visit([](const auto& topology) { return net::topology::node_positions(topology); }, subject.topology);
  for (const net::Chip node : network.nodes())
    rows.push_back({subject.names().name(node), node.value() >= network.chip_count(), subject.failed.node(node),
                    places[static_cast<std::size_t>(node.value())]});
  return rows;
}

std::vector<LinkRow> link_rows(const Subject& subject) {
  std::vector<LinkRow> rows;
  const net::Network& whole = subject.whole;
  for (const net::Channel channel : whole.channels()) {
    if (!whole.attached(channel)) continue;
    rows.push_back({net::channel_name(whole, channel),
                    whole.source(channel),
                    whole.target(channel),
                    whole.port(channel),
                    subject.failed.channel(channel),
                    {},
                    {}});
  }
  return rows;
}

}  // namespace vtpu::scenario
