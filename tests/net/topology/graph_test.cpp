#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "vtpu/net/network.h"
#include "vtpu/net/topology/analysis.h"
#include "vtpu/net/topology/graph_files.h"
#include "vtpu/net/topology/graph_topology.h"
#include "vtpu/net/topology/torus.h"

namespace vtpu::net::topology {
namespace {

Result<GraphTopology> edges_of(const std::string& text) { return parse_edge_list(text, "g.txt"); }

std::string complaint(const std::string& text) { return edges_of(text).error().message(); }

TEST(EdgeList, NumbersNodesByTheirFirstAppearance) {
  const GraphTopology graph = *edges_of("# a triangle and a tail\nb a\n\na c 25 # half\nc b 100 250\r\nc tail\n");
  EXPECT_EQ(graph.chip_count(), 4);
  EXPECT_EQ(graph.node_count(), 4);
  EXPECT_EQ(graph.node_names().name(Chip{0}), "b");
  EXPECT_EQ(graph.node_names().name(Chip{3}), "tail");
  EXPECT_EQ(graph.peer({Chip{0}, PortNumber{0}}), (Port{Chip{1}, PortNumber{0}}));
  EXPECT_EQ(graph.peer({Chip{0}, PortNumber{1}}), (Port{Chip{2}, PortNumber{1}}));
  EXPECT_EQ(graph.peer({Chip{3}, PortNumber{1}}), kNoPort);
  EXPECT_EQ(graph.port_count(), 3);
  EXPECT_EQ(distances(graph).diameter(), 2);
}

TEST(EdgeList, LinksHaveTheGivenOrTheUsualBandwidthAndLatency) {
  const GraphTopology graph = *edges_of("b a\na c 25\nc b 100 250\n");
  const LinkModel usual = {50, 7};
  EXPECT_EQ(graph.link({Chip{0}, PortNumber{0}}, usual), usual);
  EXPECT_EQ(graph.link({Chip{1}, PortNumber{1}}, usual), (LinkModel{25, 7}));
  EXPECT_EQ(graph.link({Chip{2}, PortNumber{1}}, usual), (LinkModel{100, 250}));
  EXPECT_EQ(Network(graph, usual).link_kinds().size(), 3u);
}

TEST(EdgeList, ParallelLinksAreKeptAndUnreachablePairsAreReported) {
  const GraphTopology graph = *edges_of("a b\na b\nc d\n");
  EXPECT_EQ(num_edges(graph), 6u);
  EXPECT_EQ(distances(graph).unreachable_pairs(), 8u);
  EXPECT_EQ(distances(graph).diameter(), 1);
}

TEST(EdgeList, ErrorsNameTheLine) {
  EXPECT_EQ(complaint("a b\na\n"), "g.txt:2: found 1 word; expected a b [bandwidth_gbytes_per_s [latency_ns]]");
  EXPECT_EQ(complaint("a b 1 2 3\n"), "g.txt:1: found 5 words; expected a b [bandwidth_gbytes_per_s [latency_ns]]");
  EXPECT_EQ(complaint("a b fast\n"), "g.txt:1: found 'fast'; expected a decimal number");
  EXPECT_EQ(complaint("a b 0\n"), "g.txt:1: found bandwidth 0; expected above 0 GB/s");
  EXPECT_EQ(complaint("a b 50 -1\n"), "g.txt:1: found latency -1; expected at least 0 ns");
  EXPECT_EQ(complaint("a b\n\nb b\n"), "g.txt:3: found a link from node 'b' to itself; expected two different nodes");
  EXPECT_EQ(complaint("# nothing\n"), "g.txt: found no chip; expected at least one node that is not a switch");
  std::string star, kinds;
  for (int i = 0; i < 65; ++i) star += "hub " + std::to_string(i) + "\n";
  EXPECT_EQ(complaint(star), "g.txt:65: found one more link of node 'hub'; expected at most 64 links per node");
  for (int i = 0; i < 256; ++i)
    kinds += std::to_string(i) + " " + std::to_string(i + 1) + " " + std::to_string(i + 1) + "\n";
  EXPECT_EQ(edges_of(kinds).error().where, "g.txt:256");
}

TEST(EdgeList, ATableWithCommasIsAnError) {
  EXPECT_EQ(complaint("a, b\n"), "g.txt:1: found node 'a,'; expected words separated by blanks, not by commas");
  EXPECT_EQ(complaint("a,b\n"), "g.txt:1: found 1 word; expected a b [bandwidth_gbytes_per_s [latency_ns]]");
}

TEST(GraphTopology, RejectsTwoNodesWithOneName) {
  EXPECT_EQ(GraphTopology::make("g", {{"a", false}, {"a", true}}, {{0, 1, {}, {}, 0}}).error().message(),
            "g: found two nodes 'a'; expected every name once");
}

TEST(GraphTopology, RejectsAGraphWithoutLinks) {
  EXPECT_EQ(GraphTopology::make("g", {{"a", false}}, {}).error().message(), "g: found no link; expected at least one");
  EXPECT_EQ(GraphTopology::make("g", {{"a", true}}, {}).error().found, "found no chip");
}

TEST(Pentagon, IsFiveChipsInARing) {
  EXPECT_EQ(pentagon().chip_count(), 5);
  EXPECT_EQ(distances(pentagon()).pairs_at, (std::vector<std::uint64_t>{5, 10, 10}));
  const GraphTopology drawn = *edges_of("0 1\n1 2\n2 3\n3 4\n4 0\n");
  EXPECT_EQ(distances(drawn), distances(pentagon()));
  EXPECT_NEAR(uniform_load(drawn).bound_by_link(), uniform_load(pentagon()).bound_by_link(), 1e-12);
}

}  // namespace
}  // namespace vtpu::net::topology
