#include <gtest/gtest.h>

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "vtpu/base/csv.h"
#include "vtpu/base/random.h"
#include "vtpu/base/text.h"
#include "vtpu/net/network.h"
#include "vtpu/net/routing/analysis.h"
#include "vtpu/net/routing/dimension_order.h"
#include "vtpu/net/routing/minimal_adaptive.h"
#include "vtpu/net/routing/step_vectors.h"
#include "vtpu/net/routing/valiant.h"
#include "vtpu/net/topology/analysis.h"
#include "vtpu/net/topology/mesh.h"
#include "vtpu/net/topology/torus.h"
#include "vtpu/net/topology/twisted_torus.h"
#include "vtpu/net/workload/traffic.h"

namespace vtpu::net::routing {
namespace {

double sum(const IndexedVector<Channel, double>& values) {
  double total = 0;
  for (const double value : values) total += value;
  return total;
}

/// Published throughput bounds by "sides kind", kind "regular" or "twisted".
std::map<std::string, double> published_bounds() {
  std::map<std::string, double> bounds;
  const Csv rows = *read_csv(std::string(VTPU_ROOT) + "/data/published/network_claims.csv");
  for (const Csv::Row& row : rows.rows) {
    if (row.cells[*rows.column("quantity")] != "ideal all-to-all throughput bound per node") continue;
    const std::string& condition = row.cells[*rows.column("condition")];
    const std::string kind = condition.find("type=twisted") == 0 ? "twisted" : "regular";
    bounds[row.cells[*rows.column("system")] + " " + kind] =
        *parse_number(row.cells[*rows.column("value")], rows.where(row));
  }
  return bounds;
}

TEST(DimensionOrderRouting, ReachesThePublishedBoundsOnRegularAndTwistedTori) {
  const std::map<std::string, double> published = published_bounds();
  int compared = 0;
  for (const Shape& sides : {Shape{4, 4, 8}, Shape{4, 8, 8}, Shape{8, 8, 16}, Shape{8, 16, 16}}) {
    const topology::Torus regular{sides};
    const topology::TwistedTorus twisted = *topology::TwistedTorus::make(sides);
    const double of_regular = ideal_throughput(
        Network(regular), uniform_load_by_symmetry(Network(regular), *DimensionOrder::make(regular, Dateline::plain)));
    const double of_twisted = ideal_throughput(
        Network(twisted), uniform_load_by_symmetry(Network(twisted), *DimensionOrder::make(twisted, Dateline::plain)));
    const auto regular_bound = published.find(to_string(sides) + " regular");
    const auto twisted_bound = published.find(to_string(sides) + " twisted");
    ASSERT_NE(regular_bound, published.end());
    ASSERT_NE(twisted_bound, published.end());
    EXPECT_NEAR(of_regular, regular_bound->second, 5e-5);
    EXPECT_NEAR(of_twisted, twisted_bound->second, 5e-5);
    EXPECT_NEAR(of_twisted, topology::uniform_load(twisted).bound_by_dimension(), 1e-9);
    ++compared;
  }
  EXPECT_EQ(compared, 4);
}

TEST(DimensionOrderRouting, LoadsAllChannelsOfATwistedTorusEqually) {
  for (const topology::TwistedTorus& torus : topology::TwistedTorus::examples()) {
    const Network network(torus);
    const auto load = expected_load(network, *DimensionOrder::make(torus, Dateline::plain),
                                    workload::Traffic::uniform(torus.chip_count(), true));
    for (const double of_channel : load) EXPECT_NEAR(of_channel, load[Channel{0}], 1e-9);
    EXPECT_NEAR(sum(load) / torus.chip_count(), closed_form(torus).average_including_self(), 1e-9);
  }
}

TEST(DimensionOrderRouting, HasTheClosedFormLoadsOfToriAndMeshes) {
  for (const topology::Torus& torus : topology::Torus::examples()) {
    const Network network(torus);
    const DimensionOrder routing = *DimensionOrder::make(torus, Dateline::balanced);
    const auto load = expected_load(network, routing, workload::Traffic::uniform(torus.chip_count(), true));
    EXPECT_NEAR(ideal_throughput(network, load), closed_form_alltoall_bound(torus), 1e-9);
    const auto by_symmetry = uniform_load_by_symmetry(network, routing);
    for (const Channel c : load.indices()) EXPECT_NEAR(load[c], by_symmetry[c], 1e-9);
  }
  for (const topology::Mesh& mesh : topology::Mesh::examples()) {
    const Network network(mesh);
    const auto load =
        expected_load(network, *DimensionOrder::make(mesh), workload::Traffic::uniform(mesh.chip_count(), true));
    EXPECT_NEAR(ideal_throughput(network, load), closed_form_alltoall_bound(mesh), 1e-9);
  }
}

TEST(DimensionOrderRouting, WithTiesInThePositiveDirectionTakesTheTopologysOwnPath) {
  const topology::Torus torus{{4, 3, 6}};
  const Network network(torus);
  const DimensionOrder routing = *DimensionOrder::make(torus, Dateline::plain, Ties::positive);
  Random random(1);
  Moves moves;
  for (const Chip from : network.chips())
    for (const Chip to : network.chips()) {
      std::vector<Chip> path = {from};
      for (Steps state = routing.start(from, to, random);;) {
        routing.moves(path.back(), state, moves);
        if (moves.empty()) break;
        state = routing.after(path.back(), state, moves[0]);
        path.push_back(network.target(network.channel(path.back(), moves[0].port)));
      }
      EXPECT_EQ(path, topology::dimension_order_path(torus, from, to));
    }
}

TEST(DimensionOrderRouting, FollowsTheDatelineRulesForClasses) {
  const topology::Torus ring{{8}};
  const auto classes = [&](Dateline dateline, int from, int to) {
    const DimensionOrder routing = *DimensionOrder::make(ring, dateline, Ties::positive);
    const Network network(ring);
    Random random(1);
    Moves moves;
    std::string text;
    Chip node(from);
    for (Steps state = routing.start(node, Chip(to), random);;) {
      routing.moves(node, state, moves);
      if (moves.empty()) return text;
      text += std::to_string(moves[0].vc_class);
      state = routing.after(node, state, moves[0]);
      node = network.target(network.channel(node, moves[0].port));
    }
  };
  EXPECT_EQ(classes(Dateline::none, 6, 1), "000");
  EXPECT_EQ(classes(Dateline::plain, 6, 1), "111");
  EXPECT_EQ(classes(Dateline::plain, 1, 6), "111");
  EXPECT_EQ(classes(Dateline::plain, 1, 4), "000");
  EXPECT_EQ(classes(Dateline::crossing, 6, 1), "001");
  EXPECT_EQ(classes(Dateline::crossing, 1, 6), "001");
  EXPECT_EQ(classes(Dateline::balanced, 6, 1), "111");
  EXPECT_EQ(classes(Dateline::balanced, 3, 5), "00");  // across the middle, 3 | 4
}

TEST(DimensionOrderRouting, ChoosesTheClassFreelyOnlyBetweenTheTwoDatelines) {
  const topology::Torus ring{{8}};
  const DimensionOrder routing = *DimensionOrder::make(ring, Dateline::balanced);
  const auto starts = [&](int from, int to) {
    int count = 0;
    routing.for_each_start(Chip(from), Chip(to), [&](const Steps&, double) { ++count; });
    return count;
  };
  EXPECT_EQ(starts(0, 3), 2);
  EXPECT_EQ(starts(4, 6), 2);
  EXPECT_EQ(starts(2, 5), 1);
  EXPECT_EQ(starts(7, 0), 1);
  EXPECT_EQ(starts(0, 4), 2);  // a tie: across the middle or across the wrap, each with its class
  EXPECT_EQ(starts(5, 5), 1);
}

TEST(DimensionOrderRouting, RejectsSidesWhosePathsAreTooLong) {
  EXPECT_TRUE(DimensionOrder::make(topology::Torus{{511}}, Dateline::plain).ok());
  EXPECT_FALSE(DimensionOrder::make(topology::Torus{{512}}, Dateline::plain).ok());
  EXPECT_TRUE(DimensionOrder::make(topology::Mesh{{2, 256}}).ok());
  const auto refused = DimensionOrder::make(topology::Mesh{{2, 257}});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().message(),
            "mesh 2x257: side 2 of 257 chips; expected at most 256, for paths of at most 255 hops in a dimension");
}

TEST(DeadlockCheck, FindsAndPrintsTheCycleOfARingWithOneClass) {
  const topology::Torus ring{{5}};
  const Network network(ring);
  const DeadlockCheck check = check_deadlock(network, *DimensionOrder::make(ring, Dateline::none));
  EXPECT_FALSE(check.deadlock_free());
  EXPECT_EQ(to_string(check, network),
            "0 +x class 0, then\n1 +x class 0, then\n2 +x class 0, then\n3 +x class 0, then\n"
            "4 +x class 0, then\n0 +x again\n");
}

TEST(DeadlockCheck, NamesChipsOfThreeDimensionalGridsByCoordinates) {
  const topology::Torus torus{{1, 1, 4}};
  const Network network(torus);
  const DeadlockCheck check = check_deadlock(network, *DimensionOrder::make(torus, Dateline::none));
  ASSERT_FALSE(check.deadlock_free());
  EXPECT_EQ(to_string(check, network).substr(0, 22), "1.1.1 +z class 0, then");
}

TEST(DeadlockCheck, FindsACycleWithoutDatelinesWhereverARingHasFourChips) {
  for (const topology::Torus& torus : topology::Torus::examples())
    EXPECT_EQ(check_deadlock(Network(torus), *DimensionOrder::make(torus, Dateline::none)).deadlock_free(),
              torus.sides.longest_side() < 4);
}

TEST(DeadlockCheck, AcceptsFourThousandChips) {
  const topology::Torus torus{{16, 16, 16}};
  const Network network(torus);
  for (const Dateline dateline : {Dateline::plain, Dateline::balanced, Dateline::crossing})
    EXPECT_TRUE(check_deadlock(network, *DimensionOrder::make(torus, dateline)).deadlock_free());
}

TEST(ValiantRouting, HasHalfTheThroughputOfUniformTraffic) {
  const topology::Torus torus{{4, 4}};
  const Network network(torus);
  const Valiant routing(*DimensionOrder::make(torus, Dateline::plain));
  const auto load = expected_load(network, routing, workload::Traffic::uniform(16, false));
  // Each phase without self carries the load of uniform traffic with self.
  EXPECT_NEAR(ideal_throughput(network, load), closed_form_alltoall_bound(torus) / 2, 1e-9);
}

TEST(ValiantRouting, LoadsAllChannelsEquallyForAnyPermutation) {
  const topology::Torus torus{{4, 4}};
  const Network network(torus);
  const Valiant routing(*DimensionOrder::make(torus, Dateline::plain));
  const workload::Traffic tornado = *workload::Traffic::make("tornado", torus.sides, Random(1));
  for (const double load : expected_load(network, routing, tornado)) EXPECT_NEAR(load, 1, 1e-9);
}

TEST(ChannelShares, AreSortedAndSumToTheHops) {
  const topology::Torus torus{{4, 4, 4}};
  const Network network(torus);
  const auto shares = channel_shares(network, *MinimalAdaptive::make(torus), Chip{0}, Chip(torus.chip_count() / 2 + 5));
  double total = 0;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    if (i > 0) {
      EXPECT_LT(shares[i - 1].channel, shares[i].channel);
    }
    EXPECT_GT(shares[i].share, 0);
    total += shares[i].share;
  }
  EXPECT_NEAR(total, 4, 1e-9);
}

}  // namespace
}  // namespace vtpu::net::routing
