// Fuzzes every file format that the network reads with arbitrary bytes: traces, traffic matrices, edge lists, GraphML,
// OCS states, rings, failures. Each parse gives a value or an Error with its place. Values with a text form round-trip
// through it, and parsed values can be used.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/base/check.h"
#include "vtpu/base/random.h"
#include "vtpu/base/result.h"
#include "vtpu/base/text.h"
#include "vtpu/net/collective/ring_file.h"
#include "vtpu/net/fault/failure_trace.h"
#include "vtpu/net/link_names.h"
#include "vtpu/net/machine.h"
#include "vtpu/net/network.h"
#include "vtpu/net/ocs/state_file.h"
#include "vtpu/net/topology/analysis.h"
#include "vtpu/net/topology/fat_tree.h"
#include "vtpu/net/topology/graph_files.h"
#include "vtpu/net/topology/ocs_topology.h"
#include "vtpu/net/topology/torus.h"
#include "vtpu/net/workload/trace.h"
#include "vtpu/net/workload/traffic_matrix.h"
#include "vtpu/search/symmetric_state.h"

namespace {

using namespace vtpu::net;

template <class T>
bool read(const vtpu::Result<T>& result) {
  if (!result)
    VTPU_CHECK(!result.error().where.empty() && !result.error().found.empty(), "an error says where and what");
  return result.ok();
}

void use(const topology::GraphTopology& graph) {
  const Network network(graph);
  VTPU_CHECK(network.attached_count() == static_cast<int>(num_edges(graph)), "both directions of a link are attached");
  for_each_link(graph, [&](Port from, Port to) { VTPU_CHECK(graph.peer(to) == from, "ports are paired"); });
  if (graph.node_count() > 64) return;
  VTPU_CHECK(distances(graph).chips == graph.chip_count(), "distances are those of chips");
  for (const Chip node : network.nodes()) {
    VTPU_CHECK(network.names().find(network.names().name(node)) == node, "a name is read as its node");
    VTPU_CHECK(network.names().find(network.names().printed(node)) == node, "a printed name is read as its node");
  }
  for (const Channel channel : network.channels()) {
    if (!network.attached(channel)) continue;
    const auto channels = find_channels(network, channel_name(network, channel), "fuzz");
    VTPU_CHECK(channels && std::find(channels->begin(), channels->end(), channel) != channels->end(),
               "a printed link is read as its link");
  }
}

/// Any bytes as the name of a node or link.
void resolve(const std::string& bytes) {
  static const std::vector<Network> networks = {
      Network(*topology::parse_edge_list("a b\nb 1\n1 02\n02 a\n-> \"\n", "fuzz")), Network(topology::Torus{{4, 4, 4}}),
      Network(*topology::FatTree::make(16, 4))};
  for (const Network& network : networks) {
    if (const auto node = network.names().node(bytes, "fuzz"); read(node))
      VTPU_CHECK(node->value() < network.node_count(), "a text names a node");
    if (const auto channels = find_channels(network, bytes, "fuzz"); read(channels))
      VTPU_CHECK(!channels->empty() && network.attached(channels->front()), "a text names a link");
  }
  std::string_view rest = bytes;
  if (const auto inside = vtpu::take_quoted(rest)) {
    const std::string text = vtpu::in_quotes(*inside);
    std::string_view again = text;
    VTPU_CHECK(vtpu::take_quoted(again) == inside && again.empty(), "quotes round-trip");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const NodeNames chips(Shape{4, 4, 4});

  if (const auto trace = workload::parse_trace(bytes, "fuzz", chips); read(trace)) {
    const std::string text = workload::trace_text(trace->workload, chips);
    const auto again = workload::parse_trace(text, "again", chips);
    VTPU_CHECK(again && trace_text(again->workload, chips) == text, "a trace round-trips");
  }
  if (const auto traffic = workload::parse_traffic_matrix(bytes, "fuzz", chips); read(traffic)) {
    vtpu::Random random(1);
    for (const Chip source : vtpu::index_range<Chip>(traffic->chip_count()))
      if (traffic->rate(source) > 0) {
        const Chip destination = traffic->destination(source, random);
        VTPU_CHECK(destination.valid() && destination.value() < traffic->chip_count(), "a destination is a chip");
      }
  }
  resolve(bytes);
  if (const auto graph = topology::parse_edge_list(bytes, "fuzz"); read(graph)) use(*graph);
  if (const auto graph = topology::parse_graphml(bytes, "fuzz"); read(graph)) use(*graph);
  if (const auto state = ocs::parse_ocs_state(bytes, "fuzz"); read(state)) {
    const std::string text = ocs::ocs_state_text(state->state, state->slice);
    const auto again = ocs::parse_ocs_state(text, "again");
    VTPU_CHECK(again && again->state == state->state && ocs_state_text(again->state, again->slice) == text,
               "a state round-trips");
    static_cast<void>(topology::OcsTopology::make(state->state, state->slice, "fuzz"));
    read(vtpu::search::symmetric_state_of(*state));
  }
  static const Network small(topology::Torus{{3, 3}});
  if (const auto rings = collective::parse_rings(bytes, "fuzz", small); read(rings)) {
    const auto text = collective::rings_text(small, *rings);
    VTPU_CHECK(text && *collective::parse_rings(*text, "again", small) == *rings, "rings round-trip");
  }
  static const Machine machine = *Machine::make({});
  if (const auto failures = fault::parse_failures(bytes, "fuzz", machine); read(failures)) {
    const std::string text = fault::failures_text(*failures, machine);
    const auto again = fault::parse_failures(text, "again", machine);
    VTPU_CHECK(again && failures_text(*again, machine) == text, "failures round-trip");
  }
  return 0;
}
