#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "vtpu/net/network.h"
#include "vtpu/net/packet/run_packets.h"
#include "vtpu/net/routing/dimension_order.h"
#include "vtpu/net/routing/minimal_adaptive.h"
#include "vtpu/net/shape.h"
#include "vtpu/net/topology/mesh.h"
#include "vtpu/net/topology/torus.h"
#include "vtpu/net/workload/workload.h"

namespace vtpu::net::packet {
namespace {

constexpr LinkModel kLink{50, 500};  // 20 ps per byte

/// A row of chips whose links have individual bandwidths, one for each pair of neighbours.
struct UnevenRow : topology::Mesh {
  std::vector<double> bandwidths;
  UnevenRow(int chips, std::vector<double> gbytes_per_s)
      : topology::Mesh{Shape{chips}}, bandwidths(std::move(gbytes_per_s)) {}
  static std::vector<UnevenRow> examples() { return {}; }
  LinkModel link(Port port, const LinkModel& usual) const {
    const int left = port.number == PortNumber{0} ? port.chip.value() : port.chip.value() - 1;
    return {bandwidths[static_cast<std::size_t>(left)], usual.latency_ns};
  }
};

workload::Completion run(const Network& network, const routing::DimensionOrder& routing,
                         const workload::Workload& workload, const Config& config = {}) {
  Result<workload::Completion> completion = run_packets(network, routing, workload, config);
  EXPECT_TRUE(completion) << (completion ? "" : completion.error().message());
  return completion ? *completion : workload::Completion{};
}

routing::DimensionOrder on(const topology::Torus& torus, routing::Dateline dateline = routing::Dateline::balanced) {
  return *routing::DimensionOrder::make(torus, dateline);
}

TEST(RunPackets, OneMessageTakesItsPathsLatencyPlusOneSerialization) {
  const topology::Torus torus{Shape{4, 4, 8}};
  const Network network(torus, kLink);
  for (const std::uint64_t bytes : {1u, 100u, 4096u, 10'000u, 1'000'000u}) {
    workload::Workload workload;
    workload.add({Chip{0}, Chip{1 * 32 + 2 * 8 + 3}, bytes});
    Config config;
    config.router_ns = 10;
    const workload::Completion completion = run(network, on(torus), workload, config);
    EXPECT_DOUBLE_EQ(completion.time_ns, 6 * 510 + static_cast<double>(bytes) / 50) << bytes;
    EXPECT_EQ(completion.delivered_bytes, bytes);
  }
}

TEST(RunPackets, TheSlowestOfUnequalLinksSetsTheTime) {
  for (const std::vector<double>& bandwidths : {std::vector<double>{12.5, 50, 200}, {200, 50, 12.5}}) {
    const UnevenRow row(4, bandwidths);
    const Network network(row, {50, 100});
    workload::Workload workload;
    workload.add({Chip{0}, Chip{3}, 40'960});
    EXPECT_DOUBLE_EQ(run(network, *routing::DimensionOrder::make(topology::Mesh{row}), workload).time_ns,
                     3 * 100 + 40'960 / 12.5);
  }
}

TEST(RunPackets, APacketWaitsBeforeAFasterLinkUntilItsTailCanFollow) {
  std::vector<double> bandwidths = {12.5, 50, 200};
  do {
    const UnevenRow row(4, bandwidths);
    const Network network(row, {50, 100});
    workload::Workload workload;
    workload.add({Chip{0}, Chip{3}, 4096});
    double head = 0;
    double tail = 0;
    for (const double bandwidth : bandwidths) {
      const double start = std::max(head, tail - 4096 / bandwidth);
      head = start + 100;
      tail = start + 4096 / bandwidth + 100;
    }
    EXPECT_DOUBLE_EQ(run(network, *routing::DimensionOrder::make(topology::Mesh{row}), workload).time_ns, tail);
  } while (std::next_permutation(bandwidths.begin(), bandwidths.end()));
}

TEST(RunPackets, TwoMessagesOverOneLinkTakeTwiceAsLong) {
  const topology::Mesh row{Shape{3}};
  const Network network(row, {50, 0});
  workload::Workload workload;
  workload.add({Chip{0}, Chip{2}, 409'600});
  workload.add({Chip{1}, Chip{2}, 409'600});
  const workload::Completion completion = run(network, *routing::DimensionOrder::make(row), workload);
  EXPECT_DOUBLE_EQ(completion.time_ns, 2 * 8192.0);
}

TEST(RunPackets, MessagesOfOneSourceShareALink) {
  const topology::Mesh row{Shape{2}};
  const Network network(row, {50, 0});
  workload::Workload workload;
  workload.add({Chip{0}, Chip{1}, 409'600});
  workload.add({Chip{0}, Chip{1}, 409'600});
  const workload::Completion completion = run(network, *routing::DimensionOrder::make(row), workload);
  EXPECT_DOUBLE_EQ(completion.time_ns, 2 * 8192.0);
  EXPECT_GE(completion.delivered_ns[0], 0.9 * completion.delivered_ns[1]);
}

TEST(RunPackets, ANeighbourExchangeKeepsAllLinksBusy) {
  const topology::Torus torus{Shape{4, 4, 4}};
  const Network network(torus, {50, 0});
  workload::Workload workload;
  for (const Channel channel : network.channels())
    workload.add({network.source(channel), network.target(channel), 409'600});
  const workload::Completion completion = run(network, on(torus), workload);
  EXPECT_DOUBLE_EQ(completion.time_ns, 8192.0);
  for (const double bytes : completion.channel_bytes) EXPECT_DOUBLE_EQ(bytes, 409'600);
}

/// A ring all-reduce in one direction: 2(N-1) steps, in each of which every chip forwards one chunk.
workload::Workload ring_all_reduce(int chips, std::uint64_t chunk) {
  workload::Workload workload("ring all-reduce");
  for (int step = 0; step < 2 * (chips - 1); ++step)
    for (int chip = 0; chip < chips; ++chip) {
      const std::array<int, 1> after = {(step - 1) * chips + (chip + chips - 1) % chips};
      workload.add({Chip(chip), Chip((chip + 1) % chips), chunk}, step == 0 ? std::span<const int>{} : after);
    }
  return workload;
}

TEST(RunPackets, ARingAllReduceTakesItsClosedForm) {
  const int chips = 8;
  const topology::Torus ring{Shape{chips}};
  const Network network(ring, kLink);
  for (const std::uint64_t chunk : {4096u, 1'048'576u}) {
    const workload::Completion completion = run(network, on(ring), ring_all_reduce(chips, chunk));
    EXPECT_NEAR(completion.time_ns, 2 * (chips - 1) * (static_cast<double>(chunk) / 50 + 500), 1e-6);
  }
}

TEST(RunPackets, BuffersBelowTheBandwidthDelayProductSlowALinkDown) {
  const topology::Mesh row{Shape{2}};
  const Network network(row, {50, 819.2});  // its latency is ten packet times
  workload::Workload workload;
  workload.add({Chip{0}, Chip{1}, 4'096'000});
  Config config;
  config.vcs = 1;
  config.vc_buffer_packets = 12;
  EXPECT_NEAR(run(network, *routing::DimensionOrder::make(row), workload, config).time_ns, 819.2 + 81'920, 1e-6);
  // A credit returns eleven packet times after it was taken.
  config.vc_buffer_packets = 1;
  EXPECT_NEAR(run(network, *routing::DimensionOrder::make(row), workload, config).time_ns, 1000 * 11 * 81.92, 1e-6);
}

TEST(RunPackets, MessagesWaitForDependenciesComputeAndStartTime) {
  const topology::Mesh row{Shape{2}};
  const Network network(row, {50, 100});
  workload::Workload workload;
  const int first = workload.add({.source = Chip{0}, .destination = Chip{1}, .bytes = 5000});
  workload.add({.source = Chip{1}, .destination = Chip{0}, .bytes = 5000, .compute_ns = 30}, std::array{first});
  workload.add({.source = Chip{0}, .destination = Chip{1}, .bytes = 5000, .not_before_ns = 1000, .compute_ns = 5},
               std::array{first});
  workload.add({.source = Chip{0}, .destination = Chip{0}, .bytes = 5000}, std::array{first});
  workload.add({.source = Chip{0}, .destination = Chip{1}, .bytes = 0}, std::array{first});
  const workload::Completion completion = run(network, *routing::DimensionOrder::make(row), workload);
  EXPECT_EQ(completion.delivered_ns, (std::vector<double>{200, 430, 1200, 200, 300}));
  EXPECT_EQ(completion.injected_bytes, 20'000u);
  EXPECT_EQ(completion.delivered_bytes, 20'000u);
}

/// Dimension order on a torus, except that no packet reaches chip 0.
struct Cut : routing::DimensionOrder {
  explicit Cut(const routing::DimensionOrder& whole) : routing::DimensionOrder(whole) {}
  bool reaches(Chip, Chip destination) const { return destination != Chip{0}; }
};

TEST(RunPackets, MessagesWithoutAPathAreLostAndOthersContinue) {
  const topology::Torus torus{Shape{4, 4}};
  const Network network(torus, {50, 0});
  workload::Workload workload;
  const int lost = workload.add({.source = Chip{1}, .destination = Chip{0}, .bytes = 4096, .not_before_ns = 7});
  workload.add({Chip{2}, Chip{3}, 4096}, std::array{lost});
  const Result<workload::Completion> completion = run_packets(network, Cut(on(torus)), workload, {});
  ASSERT_TRUE(completion);
  EXPECT_EQ(completion->loss, (std::vector<workload::Loss>{workload::Loss::no_path, workload::Loss::none}));
  EXPECT_EQ(completion->lost_bytes, 4096u);
  EXPECT_EQ(completion->delivered_bytes, 4096u);
  EXPECT_DOUBLE_EQ(completion->delivered_ns[0], 7);
  EXPECT_DOUBLE_EQ(completion->delivered_ns[1], 7 + 81.92);
}

workload::Workload shift(int chips, int by, std::uint64_t bytes) {
  workload::Workload workload;
  for (int chip = 0; chip < chips; ++chip) workload.add({Chip(chip), Chip((chip + by) % chips), bytes});
  return workload;
}

TEST(RunPackets, ADeadlockIsReportedWithTheChannelsThatWaitForEachOther) {
  const topology::Torus ring{Shape{8}};
  const Network network(ring, kLink);
  Config config;
  config.vcs = 1;
  config.vc_buffer_packets = 1;
  const Result<workload::Completion> completion =
      run_packets(network, on(ring, routing::Dateline::none), shift(8, 3, 40'960), config);
  ASSERT_FALSE(completion);
  const std::string message = completion.error().message();
  EXPECT_NE(message.find("deadlock"), std::string::npos) << message;
  for (int chip = 0; chip < 8; ++chip)
    EXPECT_NE(message.find(std::to_string(chip) + " +x class 0"), std::string::npos) << message;
}

TEST(RunPackets, DatelinesPreventDeadlockWithTheSmallestBuffers) {
  const topology::Torus ring{Shape{8}};
  const Network network(ring, kLink);
  Config config;
  config.vcs = 2;
  config.vc_buffer_packets = 1;
  for (const routing::Dateline dateline :
       {routing::Dateline::plain, routing::Dateline::balanced, routing::Dateline::crossing})
    EXPECT_TRUE(run_packets(network, on(ring, dateline), shift(8, 3, 409'600), config));
}

TEST(RunPackets, AnAdaptiveRoutingUsesBothPathsAroundASquare) {
  const topology::Mesh square{Shape{2, 2}};
  const Network network(square, {50, 0});
  workload::Workload workload;
  workload.add({Chip{0}, Chip{3}, 4'096'000});
  Config config;
  config.vcs = 4;
  const Result<workload::Completion> adaptive =
      run_packets(network, *routing::MinimalAdaptive::make(square), workload, config);
  ASSERT_TRUE(adaptive);
  EXPECT_DOUBLE_EQ(adaptive->time_ns, 500 * 81.92);
  EXPECT_DOUBLE_EQ(run(network, *routing::DimensionOrder::make(square), workload).time_ns, 1000 * 81.92);
}

TEST(RunPackets, AdaptivePacketsEscapeWhenAllOtherChannelsAreFull) {
  const topology::Torus torus{Shape{4, 4}};
  const Network network(torus, kLink);
  const routing::MinimalAdaptive routing = *routing::MinimalAdaptive::make(torus);
  Config config;
  config.vcs = routing.vc_classes();
  config.vc_buffer_packets = 1;
  workload::Workload workload;
  for (const Chip from : network.chips())
    for (const Chip to : network.chips())
      if (from != to) workload.add({from, to, 40'960});
  const Result<workload::Completion> completion = run_packets(network, routing, workload, config);
  ASSERT_TRUE(completion) << completion.error().message();
  EXPECT_EQ(completion->delivered_bytes, workload.total_bytes());
}

TEST(RunPackets, UnequalLinksCarryCrossTrafficAtTheirBound) {
  const UnevenRow row(4, {50, 25, 100});
  const Network network(row, {50, 30});
  workload::Workload workload;
  for (const Chip i : network.chips())
    for (const Chip j : network.chips())
      if (i != j) workload.add({i, j, 1'024'000});
  // Four messages in each direction over the slow link in the middle.
  const workload::Completion completion = run(network, *routing::DimensionOrder::make(topology::Mesh{row}), workload);
  EXPECT_GE(completion.time_ns, 4 * 1'024'000 / 25.0);
  EXPECT_LE(completion.time_ns, 4 * 1'024'000 / 25.0 * 1.02);
}

TEST(RunPackets, EqualSeedsGiveEqualRunsAndOthersDoNot) {
  const topology::Torus torus{Shape{4, 4, 4}};
  const Network network(torus, {50, 123});
  const workload::Workload workload = shift(64, 42, 100'000);
  Config config;
  const workload::Completion once = run(network, on(torus), workload, config);
  EXPECT_EQ(run(network, on(torus), workload, config).delivered_ns, once.delivered_ns);
  config.seed = 2;
  EXPECT_NE(run(network, on(torus), workload, config).delivered_ns, once.delivered_ns);
}

TEST(RunPackets, ErrorsNameTheInvalidInput) {
  const topology::Torus torus{Shape{4, 4}};
  const Network network(torus);
  const workload::Workload none;
  const auto error = [&](const Config& config, const workload::Workload& workload) {
    const Result<workload::Completion> completion = run_packets(network, on(torus), workload, config);
    return completion ? "" : completion.error().message();
  };
  EXPECT_EQ(error({}, none), "");
  EXPECT_EQ(error({.packet_bytes = 0}, none), "packet_bytes: found 0; expected at least 1");
  EXPECT_EQ(error({.vcs = 1}, none), "vcs: found 1; expected at least 2, one for each class of the routing");
  EXPECT_EQ(error({.vc_buffer_packets = 0}, none), "vc_buffer_packets: found 0; expected 1 to 100000");
  EXPECT_NE(error({.router_ns = -1}, none), "");
  workload::Workload astray;
  astray.add({Chip{0}, Chip{16}, 1});
  EXPECT_NE(error({}, astray).find("destination 16"), std::string::npos);
}

TEST(RunPackets, AWatcherCanStopARun) {
  const topology::Torus torus{Shape{8}};
  const Network network(torus);
  const Result<workload::Completion> completion =
      run_packets(network, on(torus), shift(8, 1, 1'000'000'000), {}, [](double) { return false; });
  ASSERT_FALSE(completion);
  EXPECT_NE(completion.error().message().find("stopped"), std::string::npos);
}

}  // namespace
}  // namespace vtpu::net::packet
