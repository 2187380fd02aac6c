#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "vtpu/base/random.h"
#include "vtpu/base/result.h"
#include "vtpu/net/flit/run_flits.h"
#include "vtpu/net/flit/run_steady_state.h"
#include "vtpu/net/network.h"
#include "vtpu/net/routing/dimension_order.h"
#include "vtpu/net/routing/minimal_adaptive.h"
#include "vtpu/net/routing/routing.h"
#include "vtpu/net/topology/torus.h"
#include "vtpu/net/workload/traffic.h"
#include "vtpu/net/workload/workload.h"

namespace vtpu::net::flit {
namespace {

constexpr int kFlitBytes = 50;  // one nanosecond over a link of 50 GB/s

routing::DimensionOrder dimension_order(const topology::Torus& torus) {
  return *routing::DimensionOrder::make(torus, routing::Dateline::plain);
}

workload::Completion on_torus(const topology::Torus& torus, const workload::Workload& workload,
                              const Config& config = {}) {
  return *run_flits(Network(torus), dimension_order(torus), workload, config, kFlitBytes);
}

int hops(const topology::Torus& torus, Chip from, Chip to) {
  return static_cast<int>(topology::dimension_order_path(torus, from, to).size()) - 1;
}

TEST(FlitRun, AnUnhinderedPacketTakesSevenCyclesPlusFivePerLinkPlusOnePerFurtherFlit) {
  for (const topology::Torus& torus : {topology::Torus{{8, 8}}, topology::Torus{{4, 3, 2}}, topology::Torus{{5}}})
    for (const int flits : {1, 2, 5, 8, 20})
      for (int number = 0; number < torus.chip_count(); number += 3) {
        const Chip from(number);
        Config config;
        config.packet_flits = flits;
        // Each message waits for the previous one, so that none meets another.
        workload::Workload workload;
        for (const Chip to : index_range<Chip>(torus.chip_count())) {
          if (to == from) continue;
          const std::vector<int> after = workload.size() == 0 ? std::vector<int>{} : std::vector{workload.size() - 1};
          workload.add({from, to, static_cast<std::uint64_t>(flits * kFlitBytes), 0, 0}, after);
        }
        const workload::Completion completion = on_torus(torus, workload, config);
        double before = 0;
        for (int id = 0; id < workload.size(); ++id) {
          const double delivered = completion.delivered_ns[static_cast<std::size_t>(id)];
          ASSERT_EQ(delivered - before, 7 + 5 * hops(torus, from, workload.message(id).destination) + flits - 1)
              << torus.name() << " " << number << " to " << workload.message(id).destination.value();
          before = delivered;
        }
      }
}

TEST(FlitRun, LongerChannelsAndCrossbarsAddTheirCyclesToTheLatency) {
  const topology::Torus torus{{6, 6}};
  Config config;
  config.timing.channel = 9;
  config.timing.crossbar = 3;
  config.vc_buffer_flits = 64;
  workload::Workload workload;
  workload.add({Chip(0), Chip(8), kFlitBytes, 0, 0});
  EXPECT_EQ(config.timing.zero_load(3, 1), 10 + 4 * 15);
  EXPECT_EQ(on_torus(torus, workload, config).time_ns, config.timing.zero_load(3, 1));
  EXPECT_EQ(Config{}.timing.zero_load(4, 8), 7 + 5 * 4 + 7);
}

TEST(FlitRun, ZeroLoadLatencyIsRightForAnyNumberOfPortsAndVirtualChannels) {
  for (const int vcs : {2, 3, 5, 16, 32}) {
    const topology::Torus torus{{3, 4, 3, 2}};
    Config config;
    config.vcs = vcs;
    config.packet_flits = 3;
    workload::Workload workload;
    std::vector<int> after;
    for (int to = 1; to < torus.chip_count(); ++to)
      after = {workload.add({Chip(0), Chip(to), 3 * kFlitBytes, 0, 0}, after)};
    const workload::Completion completion = on_torus(torus, workload, config);
    double expected = 0;
    for (int to = 1; to < torus.chip_count(); ++to)
      expected += config.timing.zero_load(hops(torus, Chip(0), Chip(to)), 3);
    EXPECT_EQ(completion.time_ns, expected) << vcs << " virtual channels";

    SteadyPlan plan;
    plan.offered = 0.3;
    plan.period = 100;
    plan.batches = 4;
    const Result<workload::SteadyState> steady = run_steady_state(
        Network(torus), dimension_order(torus), workload::Traffic::uniform(torus.chip_count(), true), config, plan);
    ASSERT_TRUE(steady.ok()) << steady.error().message();
    EXPECT_TRUE(steady->stable) << vcs << " virtual channels";
  }
}

TEST(FlitRun, BuffersShorterThanTheCreditLoopLimitAChannel) {
  const topology::Torus ring{{8}};
  workload::Workload workload;
  workload.add({Chip(0), Chip(2), 1000 * kFlitBytes, 0, 0});
  Config config;
  config.packet_flits = 1000;
  const double full = on_torus(ring, workload, config).time_ns;
  EXPECT_EQ(full, 7 + 5 * 2 + 999);
  // A buffer slot can be used again five cycles after its flit was sent.
  config.vc_buffer_flits = 1;
  EXPECT_NEAR(on_torus(ring, workload, config).time_ns, 5 * 1000, 30);
}

TEST(FlitRun, MessagesWaitForDependenciesComputeAndStartTime) {
  const topology::Torus torus{{4, 4}};
  workload::Workload workload;
  const int first = workload.add({Chip(0), Chip(1), kFlitBytes, 3, 0});
  const int second = workload.add({Chip(1), Chip(2), kFlitBytes, 0, 10.5}, std::vector{first});
  const int third = workload.add({Chip(2), Chip(3), kFlitBytes, 1000, 0}, std::vector{first, second});
  const workload::Completion completion = on_torus(torus, workload);
  EXPECT_EQ(completion.delivered_ns, (std::vector<double>{15, 15 + 11 + 12, 1012}));
  EXPECT_EQ(completion.time_ns, 1012);
  EXPECT_EQ(completion.loss[static_cast<std::size_t>(third)], workload::Loss::none);
}

TEST(FlitRun, SelfMessagesAreDeliveredAtOnceAndEmptyOnesTakeTheirPath) {
  workload::Workload workload;
  const int self = workload.add({Chip(5), Chip(5), 1 << 20, 0, 7});
  workload.add({Chip(5), Chip(6), 0, 0, 0}, std::vector{self});
  const workload::Completion completion = on_torus({{4, 4}}, workload);
  EXPECT_EQ(completion.delivered_ns, (std::vector<double>{7, 19}));
  EXPECT_EQ(completion.delivered_bytes, 1U << 20);
}

TEST(FlitRun, AnAllToAllDeliversEveryByteAndChannelsCarryBytesTimesHops) {
  const topology::Torus torus{{4, 4}};
  Config config;
  config.packet_flits = 4;
  workload::Workload workload("all to all");
  double byte_hops = 0;
  for (int shift = 0; shift < 16; ++shift)
    for (int chip = 0; chip < 16; ++chip) {
      const Chip from(chip), to((chip + shift) % 16);
      workload.add({from, to, 10 * kFlitBytes, 0, 0});
      byte_hops += 10.0 * kFlitBytes * hops(torus, from, to);
    }
  const workload::Completion completion = on_torus(torus, workload, config);
  EXPECT_EQ(completion.injected_bytes, 256U * 10 * kFlitBytes);
  EXPECT_EQ(completion.delivered_bytes, completion.injected_bytes);
  EXPECT_EQ(completion.lost_bytes, 0U);
  double sum = 0;
  for (const double bytes : completion.channel_bytes) sum += bytes;
  EXPECT_EQ(sum, byte_hops);
}

TEST(FlitRun, ErrorsNameTheMessageWithAnInvalidChipOrTime) {
  const topology::Torus torus{{4, 4}};
  const auto error_of = [&](const workload::Message& message) {
    workload::Workload workload("w");
    workload.add({Chip(0), Chip(1), 1, 0, 0});
    workload.add(message);
    const Result<workload::Completion> run =
        run_flits(Network(torus), dimension_order(torus), workload, {}, kFlitBytes);
    return run ? "" : run.error().message();
  };
  EXPECT_EQ(error_of({Chip(0), Chip(16), 1, 0, 0}), "message 1 of 'w': found destination 16; expected a chip, 0 to 15");
  EXPECT_EQ(error_of({Chip(0), Chip(1), 1, -1, 0}),
            "message 1 of 'w': found not_before_ns -1; expected nanoseconds, at least 0");
  EXPECT_EQ(error_of({Chip(0), Chip(1), 1, 0, 1e16}),
            "message 1 of 'w': found compute_ns 1e+16; expected nanoseconds, at most 10^15");
}

/// A torus whose links in dimension 0 are slower than the others.
struct UnevenTorus : topology::Torus {
  static std::vector<UnevenTorus> examples() { return {{{{4, 4}}}}; }
  LinkModel link(Port port, const LinkModel& usual) const {
    return {dimension_of(port.number) == 0 ? 25 : usual.bandwidth_gbytes_per_s, 0};
  }
};

TEST(FlitRun, LinksOfDifferentBandwidthAreRejected) {
  const UnevenTorus torus{{{4, 4}}};
  const Result<workload::Completion> run =
      run_flits(Network(torus), dimension_order(torus), workload::Workload("w"), {}, kFlitBytes);
  ASSERT_FALSE(run.ok());
  EXPECT_EQ(run.error().message(),
            "torus 4x4: found links of 25 and 50 GB/s; expected links of one bandwidth at flit level, where each "
            "carries one flit per cycle, or packet level");
}

/// Dimension order with a wall: chips below 8 and the other chips do not reach each other.
struct Walled {
  routing::DimensionOrder inner;
  using State = routing::DimensionOrder::State;
  static constexpr bool kAdaptive = false;
  std::string name() const { return "walled"; }
  int vc_classes() const { return inner.vc_classes(); }
  routing::VcRange vcs_of(int vc_class, int vcs) const { return inner.vcs_of(vc_class, vcs); }
  bool reaches(Chip source, Chip destination) const { return (source < Chip(8)) == (destination < Chip(8)); }
  State start(Chip source, Chip destination, Random& random) const { return inner.start(source, destination, random); }
  template <class Visit>
  void for_each_start(Chip source, Chip destination, Visit visit) const {
    inner.for_each_start(source, destination, visit);
  }
  void moves(Chip node, const State& state, routing::Moves& moves) const { inner.moves(node, state, moves); }
  State after(Chip node, State state, const routing::Move& move) const { return inner.after(node, state, move); }
};

TEST(FlitRun, AMessageWithoutAPathIsLostAndItsFollowersContinue) {
  const topology::Torus torus{{4, 4}};
  const Walled routing{dimension_order(torus)};
  workload::Workload workload;
  const int lost = workload.add({Chip(0), Chip(15), 640, 20, 0});
  workload.add({Chip(0), Chip(1), 64, 0, 0}, std::vector{lost});
  const workload::Completion completion = *run_flits(Network(torus), routing, workload, {}, kFlitBytes);
  EXPECT_EQ(completion.loss, (std::vector{workload::Loss::no_path, workload::Loss::none}));
  EXPECT_EQ(completion.delivered_ns, (std::vector<double>{20, 20 + 13}));
  EXPECT_EQ(completion.lost_bytes, 640U);
  EXPECT_EQ(completion.delivered_bytes, 64U);

  const Result<workload::SteadyState> steady =
      run_steady_state(Network(torus), routing, workload::Traffic::uniform(16, true), {}, {});
  ASSERT_FALSE(steady.ok());
  EXPECT_NE(steady.error().message().find("walled: no path from chip"), std::string::npos) << steady.error().message();
}

TEST(FlitRun, AnAdaptiveRoutingTakesMinimalPathsAndSpreadsOverDimensions) {
  const topology::Torus torus{{4, 4}};
  const routing::MinimalAdaptive routing = *routing::MinimalAdaptive::make(torus);
  Config config;
  config.packet_flits = 5;
  workload::Workload workload;
  for (int copy = 0; copy < 20; ++copy) workload.add({Chip(0), Chip(5), 5 * kFlitBytes, 0, 0});
  const Network network(torus);
  const workload::Completion completion = *run_flits(network, routing, workload, config, kFlitBytes);
  EXPECT_EQ(completion.delivered_bytes, 20U * 5 * kFlitBytes);
  double sum = 0;
  for (const double bytes : completion.channel_bytes) sum += bytes;
  EXPECT_EQ(sum, 2.0 * 20 * 5 * kFlitBytes);
  EXPECT_GT(completion.channel_bytes[static_cast<std::size_t>(network.channel(Chip(0), PortNumber(0)).value())], 0);
  EXPECT_GT(completion.channel_bytes[static_cast<std::size_t>(network.channel(Chip(0), PortNumber(2)).value())], 0);

  SteadyPlan plan;
  plan.offered = 0.9;
  plan.period = 300;
  plan.batches = 5;
  plan.warm_up_limit = 10;
  const Result<workload::SteadyState> steady =
      run_steady_state(network, routing, workload::Traffic::uniform(16, true), config, plan);
  ASSERT_TRUE(steady.ok()) << steady.error().message();
  EXPECT_GT(steady->accepted, 0.5);
}

TEST(FlitRun, ADeadlockIsAnErrorThatNamesTheCycle) {
  const topology::Torus ring{{6}};
  Config config;
  config.vcs = 1;
  config.packet_flits = 40;
  workload::Workload workload;
  for (int chip = 0; chip < 6; ++chip) workload.add({Chip(chip), Chip((chip + 2) % 6), 40 * kFlitBytes, 0, 0});
  const Result<workload::Completion> run = run_flits(
      Network(ring), *routing::DimensionOrder::make(ring, routing::Dateline::none), workload, config, kFlitBytes);
  ASSERT_FALSE(run.ok());
  const std::string text = run.error().message();
  EXPECT_NE(text.find("deadlock: "), std::string::npos) << text;
  for (int chip = 0; chip < 6; ++chip)
    EXPECT_NE(text.find(std::to_string(chip) + " +x VC 0"), std::string::npos) << text;
}

}  // namespace
}  // namespace vtpu::net::flit
