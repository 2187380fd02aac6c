#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <type_traits>
#include <vector>

#include "vtpu/net/network.h"
#include "vtpu/net/routing/analysis.h"
#include "vtpu/net/routing/balanced_split.h"
#include "vtpu/net/routing/dimension_order.h"
#include "vtpu/net/routing/route_table.h"
#include "vtpu/net/routing/table.h"
#include "vtpu/net/topology/all.h"
#include "vtpu/net/topology/analysis.h"
#include "vtpu/net/workload/traffic.h"

namespace vtpu::net::routing {
namespace {

/// A path of four chips and a separate pair; the links in the middle of the path have twice the bandwidth.
struct TwoParts {
  static constexpr bool kVertexTransitive = false;
  static std::vector<TwoParts> examples() { return {{}}; }
  std::string name() const { return "two parts"; }
  int chip_count() const { return 6; }
  int port_count() const { return 2; }
  int dimension_of(PortNumber) const { return 0; }
  Port peer(Port port) const {
    const int other = port.chip.value() + (port.number == PortNumber{0} ? 1 : -1);
    const bool same = other >= 0 && other < 6 && (other < 4) == (port.chip.value() < 4);
    return same ? Port{Chip(other), PortNumber(1 - port.number.value())} : kNoPort;
  }
  LinkModel link(Port port, LinkModel usual) const {
    const int low = port.number == PortNumber{0} ? port.chip.value() : port.chip.value() - 1;
    if (low == 1) usual.bandwidth_gbytes_per_s *= 2;
    return usual;
  }
};
static_assert(Topology<TwoParts>);

/// A ring of four chips with a chord: two shortest paths of two hops from 0 to 2, one with half the bandwidth.
struct Diamond {
  static constexpr bool kVertexTransitive = false;
  static std::vector<Diamond> examples() { return {{}}; }
  std::string name() const { return "diamond"; }
  int chip_count() const { return 4; }
  int port_count() const { return 2; }
  int dimension_of(PortNumber) const { return 0; }
  Port peer(Port port) const {
    return {Chip((port.chip.value() + (port.number == PortNumber{0} ? 1 : 3)) % 4),
            PortNumber(1 - port.number.value())};
  }
  LinkModel link(Port port, LinkModel usual) const {
    const int low = port.number == PortNumber{0} ? port.chip.value() : (port.chip.value() + 3) % 4;
    if (low >= 2) usual.bandwidth_gbytes_per_s /= 2;
    return usual;
  }
};
static_assert(Topology<Diamond>);

TEST(TableRouting, ReportsPairsWithoutAPath) {
  const Network network(TwoParts{});
  const TableRouting routing = *TableRouting::make(network, Split::even);
  for (const Chip source : network.chips())
    for (const Chip destination : network.chips())
      EXPECT_EQ(routing.reaches(source, destination), (source.value() < 4) == (destination.value() < 4));
  EXPECT_TRUE(check_deadlock(network, routing).deadlock_free());
}

TEST(TableRouting, EvenSplitHasTheTopologysUniformLoad) {
  topology::for_each_example([](const auto& topology) {
    if (topology.chip_count() > 64) return;
    const Network network(topology);
    if (network.attached_count() == 0 || network.node_count() > network.chip_count()) return;
    SCOPED_TRACE(network.name());
    const auto load = expected_load(network, *TableRouting::make(network, Split::even),
                                    workload::Traffic::uniform(network.chip_count(), true));
    double largest = 0;
    for (const double of_channel : load) largest = std::max(largest, of_channel);
    EXPECT_NEAR(largest, topology::uniform_load(topology, topology::Sources::all).largest, 1e-6);
  });
}

TEST(TableRouting, NeedsOneClassOnFatTrees) {
  for (const topology::FatTree& tree : topology::FatTree::examples()) {
    const Network network(tree);
    SCOPED_TRACE(network.name());
    EXPECT_EQ(TableRouting::make(network, Split::first)->vc_classes(), 1);
    EXPECT_EQ(TableRouting::make(network, Split::even)->vc_classes(), 1);
  }
}

TEST(TableRouting, NeedsOneClassForFirstPathsOnMeshes) {
  for (const topology::Mesh& mesh : topology::Mesh::examples())
    EXPECT_EQ(TableRouting::make(Network(mesh), Split::first)->vc_classes(), 1);
}

TEST(BalancedSplit, MatchesDimensionOrderOnAMeshAndProvesItOptimal) {
  const topology::Mesh mesh{{4, 4}};
  const Network network(mesh);
  const BalancedSplit split = *balanced_split(network, workload::Traffic::uniform(16, true), 0.02);
  EXPECT_NEAR(split.throughput, closed_form_alltoall_bound(mesh), 0.002);
  EXPECT_LE(split.gap(), 0.02);
  EXPECT_GE(split.dual_bound, split.throughput * (1 - 1e-6));
  const auto load = expected_load(network, split.routing, workload::Traffic::uniform(16, true));
  EXPECT_NEAR(ideal_throughput(network, load), split.throughput, 1e-5);
}

TEST(BalancedSplit, NeedsFewIterationsOnATwistedTorus) {
  const topology::TwistedTorus torus = *topology::TwistedTorus::make({4, 4, 8});
  const BalancedSplit split = *balanced_split(Network(torus), workload::Traffic::uniform(128, true));
  EXPECT_NEAR(split.throughput, topology::uniform_load(torus).bound_by_dimension(), 1e-6);
  EXPECT_EQ(split.iterations, 1);
}

TEST(BalancedSplit, SplitsPathsInProportionToTheirBandwidth) {
  const Network network(Diamond{});
  const workload::Traffic traffic =
      *workload::Traffic::matrix({{0, 0, 1, 0}, {0, 0, 0, 0}, {0, 0, 0, 0}, {0, 0, 0, 0}});
  const BalancedSplit split = *balanced_split(network, traffic, 0.001);
  EXPECT_NEAR(split.throughput, 1.5, 0.002);  // 2/3 over links of bandwidth 1, 1/3 over those of 1/2
  EXPECT_NEAR(split.dual_bound, 1.5, 0.01);
}

TEST(BalancedSplit, RejectsTrafficThatUsesNoChannel) {
  const workload::Traffic home = *workload::Traffic::matrix(1, std::vector<workload::Demand>{{Chip{0}, Chip{0}, 1}});
  const auto refused = balanced_split(Network(topology::Mesh{{1}}), home);
  EXPECT_FALSE(refused.ok());
}

TEST(RouteTable, PrintsTheExampleRoutesOfTheWholeMachine) {
  const std::string text = example_routes();
  EXPECT_EQ(text.substr(0, text.find("\n\n") + 1),
            "Source Coord   | Dest Coord     | Next Hop       | Hops | Bandwidth\n"
            "1.1.1/1.1      | 1.1.2/1.1      | 1.1.2/1.1      |    1 | 50 GB/s\n");
  EXPECT_NE(text.find("1.1.1/1.1      | 8.8.8/1.1      | 2.1.1/1.1      |   21 | 50 GB/s\n"), std::string::npos);
  EXPECT_NE(text.find("1.1.1/1.1      | 16.16.16/1.1   | 16.1.1/1.1     |    3 | 50 GB/s\n"
                      "16.1.1/1.1     | 16.16.16/1.1   | 16.16.1/1.1    |    2 | 50 GB/s\n"
                      "16.16.1/1.1    | 16.16.16/1.1   | 16.16.16/1.1   |    1 | 50 GB/s\n"),
            std::string::npos);
}

TEST(RouteTable, GivesTheBandwidthOfTheNarrowestChannelOfThePath) {
  const Network network(TwoParts{});
  const TableRouting routing = *TableRouting::make(network, Split::first);
  EXPECT_EQ(route_row(network, routing, Chip{0}, Chip{3}).bandwidth_gbytes_per_s, 50);
  EXPECT_EQ(route_row(network, routing, Chip{1}, Chip{2}).bandwidth_gbytes_per_s, 100);
  EXPECT_EQ(route_row(network, routing, Chip{0}, Chip{3}).hops, 3);
}

}  // namespace
}  // namespace vtpu::net::routing
