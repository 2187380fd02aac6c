#include "vtpu/net/sparse/exchange.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <utility>

#include "vtpu/net/network.h"
#include "vtpu/net/packet/run_packets.h"
#include "vtpu/net/routing/analysis.h"
#include "vtpu/net/routing/dimension_order.h"
#include "vtpu/net/routing/table.h"
#include "vtpu/net/sparse/exchange_load.h"
#include "vtpu/net/sparse/lookups.h"
#include "vtpu/net/topology/torus.h"

namespace vtpu::net::sparse {
namespace {

const Shape kExchangeCube{4, 4, 4};
const MessageFormat kFormat{32, 8};
constexpr std::uint64_t kRowBytes = 512;

ShardedTables one_table(std::uint64_t rows, Sharding sharding = Sharding::hashed_rows, const Shape& machine = kExchangeCube) {
  return *ShardedTables::make({{rows}, 128, 4}, sharding, machine);
}

using Lookups = std::vector<std::vector<std::uint64_t>>;

Exchange made(const ShardedTables& tables, const Lookups& lookups, Scheme scheme, int bag = 1,
              const Shape& grid = kExchangeCube) {
  Result<Exchange> exchange = make_exchange(tables, lookups, bag, scheme, kFormat, grid);
  EXPECT_TRUE(exchange.ok());
  return *std::move(exchange);
}

/// The rows that chips request from other chips, counted once each and with repetitions.
std::pair<double, double> rows_from_elsewhere(const ShardedTables& tables, const Lookups& lookups) {
  double all = 0, once = 0;
  for (std::size_t chip = 0; chip < lookups.size(); ++chip) {
    std::set<std::uint64_t> distinct;
    for (const std::uint64_t row : lookups[chip])
      if (tables.owner(row, 0) != static_cast<int>(chip)) {
        ++all;
        distinct.insert(row);
      }
    once += static_cast<double>(distinct.size());
  }
  return {all, once};
}

std::vector<PhaseLoad> loads_of(const Network& network, const Exchange& exchange) {
  std::vector<const ExchangePhase*> phases;
  for (const ExchangePhase& phase : exchange) phases.push_back(&phase);
  return phase_loads(network, IndexedVector<Channel, double>(network.channel_count(), 1.0), phases);
}

TEST(SparseExchange, RandomSendsOneRequestAndOneReplyPerLookup) {
  const ShardedTables tables = one_table(1000);
  const Lookups lookups = LookupSource(tables, {50, 1, 1.0}).draw_all(Random(1));
  const Exchange exchange = made(tables, lookups, Scheme::random);
  const auto [all, once] = rows_from_elsewhere(tables, lookups);
  ASSERT_EQ(exchange.size(), 2U);
  EXPECT_LT(once, all);
  EXPECT_EQ(exchange[0].messages(), all);
  EXPECT_EQ(exchange[0].bytes(), all * (32 + 8));
  EXPECT_EQ(exchange[1].messages(), all);
  EXPECT_EQ(exchange[1].bytes(), all * (32 + kRowBytes));
}

TEST(SparseExchange, BatchingSendsOneMessagePerPairAndDropsNoRow) {
  const ShardedTables tables = one_table(1000);
  const Lookups lookups = LookupSource(tables, {50, 1, 1.0}).draw_all(Random(2));
  const Exchange exchange = made(tables, lookups, Scheme::batched);
  const double all = rows_from_elsewhere(tables, lookups).first;
  std::set<std::pair<Chip, Chip>> pairs;
  for (const Transfer& t : exchange[0].transfers) {
    EXPECT_NE(t.source, t.destination);
    EXPECT_EQ(t.messages, 1U);
    EXPECT_TRUE(pairs.emplace(t.source, t.destination).second);
  }
  EXPECT_EQ(exchange[0].bytes(), 32.0 * static_cast<double>(pairs.size()) + 8 * all);
  EXPECT_EQ(exchange[1].bytes(), 32.0 * static_cast<double>(pairs.size()) + 512 * all);
}

TEST(SparseExchange, DeduplicationRequestsEveryRowOncePerChip) {
  const ShardedTables tables = one_table(1000);
  const Lookups lookups = LookupSource(tables, {50, 1, 1.2}).draw_all(Random(3));
  const Exchange exchange = made(tables, lookups, Scheme::deduplicated);
  const double once = rows_from_elsewhere(tables, lookups).second;
  EXPECT_EQ(exchange[1].bytes() - 32 * exchange[1].messages(), 512 * once);
}

TEST(SparseExchange, ARowThatAllChipsRequestCrossesEachDimensionOncePerSharedPath) {
  const ShardedTables tables = one_table(1);
  const Lookups lookups(64, std::vector<std::uint64_t>{0});
  // Along the first dimension each of the 16 lines has 3 requesting chips; then one plane has 4 lines, then one line.
  const Exchange exchange = made(tables, lookups, Scheme::hierarchical);
  ASSERT_EQ(exchange.size(), 6U);
  EXPECT_EQ(exchange[0].messages(), 48);
  EXPECT_EQ(exchange[1].messages(), 12);
  EXPECT_EQ(exchange[2].messages(), 3);
  EXPECT_EQ(exchange[3].bytes(), 3 * (32 + 512));
  EXPECT_EQ(exchange[4].bytes(), 12 * (32 + 512));
  EXPECT_EQ(exchange[5].bytes(), 48 * (32 + 512));
  EXPECT_EQ(made(tables, lookups, Scheme::deduplicated)[1].bytes(), 63 * (32 + 512));
}

TEST(SparseExchange, RotationKeepsBytesAboutEqualAndUsesAllDimensionsInEveryPhase) {
  const ShardedTables tables = one_table(1'000'000);
  const Lookups lookups = LookupSource(tables, {3000, 1, 0}).draw_all(Random(10));
  const Exchange one = made(tables, lookups, Scheme::hierarchical), all = made(tables, lookups, Scheme::rotated);
  ASSERT_EQ(one.size(), all.size());
  const Network network(topology::Torus{kExchangeCube});
  double one_bytes = 0, all_bytes = 0;
  for (std::size_t p = 0; p < all.size(); ++p) {
    one_bytes += one[p].bytes() - 32 * one[p].messages();
    all_bytes += all[p].bytes() - 32 * all[p].messages();
    EXPECT_EQ(all[p].messages(), 3 * one[p].messages());
  }
  EXPECT_NEAR(all_bytes / one_bytes, 1, 0.01);
  const std::vector<PhaseLoad> loads = loads_of(network, all), before = loads_of(network, one);
  for (std::size_t p = 0; p < all.size(); ++p) {
    std::vector<double> of_dimension(3, 0);
    for (const Channel channel : network.channels())
      of_dimension[static_cast<std::size_t>(network.dimension(channel))] +=
          loads[p].channel_bytes[channel];
    EXPECT_NEAR(of_dimension[0] / of_dimension[1], 1, 0.05);
    EXPECT_NEAR(of_dimension[0] / of_dimension[2], 1, 0.05);
    EXPECT_LT(loads[p].time_ns(network, 0), 0.6 * before[p].time_ns(network, 0));
  }
}

TEST(SparseExchange, HierarchicalRepliesTakeTheRequestsPathBack) {
  const ShardedTables tables = one_table(100'000);
  const Exchange exchange = made(tables, LookupSource(tables, {30, 1, 0.9}).draw_all(Random(4)), Scheme::hierarchical);
  for (std::size_t d = 0; d < 3; ++d) {
    std::map<std::pair<Chip, Chip>, std::uint64_t> ids;
    for (const Transfer& t : exchange[d].transfers) {
      ids[{t.destination, t.source}] = (t.bytes - 32) / 8;
      const int difference = t.destination.value() - t.source.value();  // along one dimension
      EXPECT_EQ(difference % kExchangeCube.stride(static_cast<int>(d)), 0);
    }
    const ExchangePhase& back = exchange[5 - d];
    ASSERT_EQ(back.transfers.size(), ids.size());
    for (const Transfer& t : back.transfers) EXPECT_EQ((t.bytes - 32) / 512, (ids.at({t.source, t.destination})));
  }
}

TEST(SparseExchange, PoolingSendsOneSumPerBagAndOwner) {
  const ShardedTables tables = *ShardedTables::make({{100, 100}, 128, 4}, Sharding::tables, kExchangeCube);
  const Lookups lookups = LookupSource(tables, {5, 8, 0}).draw_all(Random(5));
  const Exchange exchange = made(tables, lookups, Scheme::pooled, 8);
  // Two tables on chips 0 and 1: five bags of each for the 63 others.
  EXPECT_EQ(exchange[0].messages(), 2 * 63);
  EXPECT_EQ(exchange[0].bytes(), 2 * 63 * (32 + 5 * 8 * 8));
  EXPECT_EQ(exchange[1].bytes(), 2 * 63 * (32 + 5 * 512));
}

TEST(SparseExchange, ColumnShardingRequestsEveryRowFromEveryChip) {
  const ShardedTables tables = one_table(1000, Sharding::columns);
  const Lookups lookups(64, std::vector<std::uint64_t>{3, 5, 3});
  const Exchange exchange = made(tables, lookups, Scheme::deduplicated);
  EXPECT_EQ(exchange[0].messages(), 64 * 63);
  EXPECT_EQ(exchange[1].bytes(), 64 * 63 * (32 + 2 * 8));  // two rows, two of 128 elements of four bytes each
}

TEST(SparseExchange, LoadsEqualThoseOfARoutingOverAllShortestPaths) {
  const topology::Torus torus{kExchangeCube};
  const Network network(torus);
  const ShardedTables tables = one_table(5000);
  const Exchange exchange = made(tables, LookupSource(tables, {20, 1, 1.1}).draw_all(Random(6)), Scheme::deduplicated);
  const std::vector<PhaseLoad> loads = loads_of(network, exchange);
  const auto routing = routing::TableRouting::make(network, routing::Split::even);
  ASSERT_TRUE(routing.ok());
  for (std::size_t p = 0; p < exchange.size(); ++p) {
    IndexedVector<Channel, double> expected(network.channel_count(), 0);
    for (const Transfer& t : exchange[p].transfers)
      for (const routing::ChannelShare& share : routing::channel_shares(network, *routing, t.source, t.destination))
        expected[share.channel] += share.share * static_cast<double>(t.bytes);
    for (const Channel c : expected.indices())
      EXPECT_NEAR(loads[p].channel_bytes[c], expected[c], 1e-5 * (expected[c] + 1));  // shares in tables have 24 bits
    EXPECT_NEAR(loads[p].byte_hops, std::accumulate(expected.begin(), expected.end(), 0.0), 1e-5 * loads[p].byte_hops);
    EXPECT_EQ(loads[p].farthest, 6);
  }
}

TEST(SparseExchange, PacketsTakeAtLeastTheTimeOfTheBusiestChannelAndLittleMore) {
  const Network network(topology::Torus{kExchangeCube});
  const ShardedTables tables = one_table(1'000'000'000);
  const Exchange exchange = made(tables, LookupSource(tables, {2000, 1, 0}).draw_all(Random(7)), Scheme::deduplicated);
  double bound = 0;
  for (const PhaseLoad& load : loads_of(network, exchange)) bound += load.time_ns(network, 0);
  const auto routing = routing::TableRouting::make(network, routing::Split::even);
  ASSERT_TRUE(routing.ok());
  const workload::Workload workload = workload_of(exchange, 64, "lookups");
  const Result<workload::Completion> done = packet::run_packets(network, *routing, workload, packet::Config{});
  ASSERT_TRUE(done.ok());
  // A chip may start to reply before the last request of all has arrived, so that phases overlap a little.
  EXPECT_GT(done->time_ns, 0.97 * bound);
  EXPECT_LT(done->time_ns, 1.35 * bound);
  EXPECT_EQ(static_cast<double>(done->delivered_bytes), exchange[0].bytes() + exchange[1].bytes());
}

TEST(SparseExchange, AWorkloadHasEveryMessageAndWaitsForArrivals) {
  const ShardedTables tables = one_table(200);
  const Lookups lookups = LookupSource(tables, {10, 1, 0.5}).draw_all(Random(8));
  for (const Scheme scheme : kSchemes) {
    const Exchange exchange = made(tables, lookups, scheme);
    const workload::Workload workload = workload_of(exchange, 64, "w");
    double messages = 0, bytes = 0;
    for (const ExchangePhase& phase : exchange) {
      messages += phase.messages();
      bytes += phase.bytes();
    }
    double sent = 0;
    for (int id = 0; id < workload.size(); ++id)
      sent += workload.message(id).source != workload.message(id).destination;
    EXPECT_EQ(sent, messages) << name_of(scheme);
    EXPECT_EQ(static_cast<double>(workload.total_bytes()), bytes) << name_of(scheme);
  }
}

TEST(SparseExchange, TheSameSeedGivesTheSameExchangeAndChipsDrawFromSeparateStreams) {
  const ShardedTables tables = one_table(1'000'000);
  const LookupSource source(tables, {100, 1, 1.0});
  const Lookups once = source.draw_all(Random(9)), again = source.draw_all(Random(9));
  EXPECT_EQ(once, again);
  EXPECT_NE(once[0], once[1]);
  EXPECT_EQ(made(tables, once, Scheme::hierarchical)[2].transfers,
            made(tables, again, Scheme::hierarchical)[2].transfers);
}

TEST(SparseExchange, WrongInputIsRejectedByName) {
  const ShardedTables tables = one_table(100);
  const Lookups one_chip(1, std::vector<std::uint64_t>{1});
  EXPECT_FALSE(make_exchange(tables, one_chip, 1, Scheme::batched, kFormat, kExchangeCube).ok());
  Lookups beyond(64, std::vector<std::uint64_t>{100});
  EXPECT_NE(make_exchange(tables, beyond, 1, Scheme::batched, kFormat, kExchangeCube).error().found.find("row 100"),
            std::string::npos);
  Lookups ragged(64, std::vector<std::uint64_t>{1, 2, 3});
  EXPECT_FALSE(make_exchange(tables, ragged, 2, Scheme::pooled, kFormat, kExchangeCube).ok());
}

}  // namespace
}  // namespace vtpu::net::sparse
