#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "vtpu/base/random.h"
#include "vtpu/net/flow/flow.h"
#include "vtpu/net/flow/max_min.h"
#include "vtpu/net/flow/path_finder.h"
#include "vtpu/net/flow/paths.h"
#include "vtpu/net/routing/dimension_order.h"
#include "vtpu/net/topology/torus.h"
#include "vtpu/net/topology/twisted_torus.h"

namespace vtpu::net::flow {
namespace {

/// Chips in a row, port 0 to the right and port 1 to the left; link i joins chips i and i + 1.
struct Row {
  std::vector<double> gbytes_per_s;  // by link; 0: cut

  static constexpr bool kVertexTransitive = false;
  static std::vector<Row> examples() { return {}; }
  std::string name() const { return "row"; }
  int chip_count() const { return static_cast<int>(gbytes_per_s.size()) + 1; }
  int port_count() const { return 2; }
  int dimension_of(PortNumber) const { return 0; }
  double of_port(Port port) const {
    const int index = port.number == PortNumber(0) ? port.chip.value() : port.chip.value() - 1;
    return index < 0 || index + 1 >= chip_count() ? 0 : gbytes_per_s[static_cast<std::size_t>(index)];
  }
  Port peer(Port port) const {
    if (of_port(port) == 0) return kNoPort;
    const int by = port.number == PortNumber(0) ? 1 : -1;
    return {Chip(port.chip.value() + by), PortNumber(1 - port.number.value())};
  }
  LinkModel link(Port port, const LinkModel& usual) const { return {of_port(port), usual.latency_ns}; }
};
static_assert(Topology<Row>);

/// The only path in a row.
struct RowRouting {
  struct State {
    Chip destination;
  };
  Row row;

  static constexpr bool kAdaptive = false;
  std::string name() const { return "only path"; }
  int vc_classes() const { return 1; }
  routing::VcRange vcs_of(int, int vcs) const { return {0, vcs - 1}; }
  bool reaches(Chip source, Chip destination) const {
    for (Chip chip = source; chip != destination; destination > chip ? ++chip : --chip)
      if (row.peer({chip, PortNumber(destination > chip ? 0 : 1)}) == kNoPort) return false;
    return true;
  }
  State start(Chip, Chip destination, Random&) const { return {destination}; }
  template <class Visit>
  void for_each_start(Chip, Chip destination, Visit visit) const {
    visit(State{destination}, 1.0);
  }
  void moves(Chip node, const State& state, routing::Moves& moves) const {
    moves.clear();
    if (node != state.destination) moves.add({PortNumber(state.destination > node ? 0 : 1), 0, 1});
  }
  State after(Chip, State state, const routing::Move&) const { return state; }
};
static_assert(routing::Routing<RowRouting>);

/// Routing on a ring of 4 that chooses its direction at the first node, with equal probability if both are equally far.
struct RingOfFour {
  struct State {
    Chip destination;
    PortNumber port;  // none: not chosen
  };

  static constexpr bool kAdaptive = false;
  std::string name() const { return "chooses at the first node"; }
  int vc_classes() const { return 1; }
  routing::VcRange vcs_of(int, int vcs) const { return {0, vcs - 1}; }
  bool reaches(Chip, Chip) const { return true; }
  State start(Chip, Chip destination, Random&) const { return {destination, PortNumber::none()}; }
  template <class Visit>
  void for_each_start(Chip, Chip destination, Visit visit) const {
    visit(State{destination, PortNumber::none()}, 1.0);
  }
  void moves(Chip node, const State& state, routing::Moves& moves) const {
    moves.clear();
    const int ahead = (state.destination.value() - node.value() + 4) % 4;
    if (ahead == 0) return;
    if (state.port.valid()) {
      moves.add({state.port, 0, 1});
    } else if (ahead == 2) {
      moves.add({PortNumber(0), 0, 0.5});
      moves.add({PortNumber(1), 0, 0.5});
    } else {
      moves.add({PortNumber(ahead == 1 ? 0 : 1), 0, 1});
    }
  }
  State after(Chip, State state, const routing::Move& move) const { return {state.destination, move.port}; }
};
static_assert(routing::Routing<RingOfFour>);

constexpr std::uint64_t kMiB = 1 << 20;

workload::Workload all_to_all(int chips, std::uint64_t bytes) {
  workload::Workload all("all-to-all");
  for (const Chip source : index_range<Chip>(chips))
    for (const Chip destination : index_range<Chip>(chips))
      if (source != destination) all.add({source, destination, bytes});
  return all;
}

workload::Completion run_row(const Row& row, const workload::Workload& workload, double latency_ns = 0) {
  return run_flows(Network(row, {50, latency_ns}), RowRouting{row}, workload).value();
}

workload::Completion run_torus(const topology::Torus& torus, const workload::Workload& workload,
                               double latency_ns = 0) {
  return run_flows(Network(torus, {50, latency_ns}),
                   routing::DimensionOrder::make(torus, routing::Dateline::plain).value(), workload)
      .value();
}

/// The same model without optimisation: all rates are recomputed after every event, and every step visits every flow.
std::vector<double> plain_delivered_ns(const Network& network, const RowRouting& routing,
                                       const workload::Workload& workload) {
  const std::vector<double> capacities = channel_capacities(network).value();
  const Paths paths = channel_paths(network, routing, workload);
  const auto count = static_cast<std::size_t>(workload.size());
  constexpr double kNever = std::numeric_limits<double>::infinity();
  std::vector<double> delivered(count, kNever), left(count);
  for (std::size_t i = 0; i < count; ++i) left[i] = static_cast<double>(workload.message(static_cast<int>(i)).bytes);
  double now = 0;
  while (true) {
    MaxMinProblem problem;
    problem.capacity = capacities;
    std::vector<std::size_t> active;
    double next = kNever;
    for (std::size_t i = 0; i < count; ++i) {
      if (delivered[i] < kNever) continue;
      const int id = static_cast<int>(i);
      double ready = 0;
      for (const int before : workload.after(id)) ready = std::max(ready, delivered[static_cast<std::size_t>(before)]);
      const double start = std::max(workload.message(id).not_before_ns, ready + workload.message(id).compute_ns);
      if (start > now) {
        next = std::min(next, start);
        continue;
      }
      if (paths.of(id) < 0 || left[i] < 1e-6) {
        delivered[i] = now;
        next = now;
      } else {
        active.push_back(i);
        problem.add_flow(paths.uses(paths.of(id)));
      }
    }
    const std::vector<double> rates = max_min_rates(problem);
    for (std::size_t i = 0; i < active.size(); ++i) next = std::min(next, now + left[active[i]] / rates[i]);
    if (next == kNever) return delivered;
    for (std::size_t i = 0; i < active.size(); ++i) left[active[i]] -= rates[i] * (next - now);
    now = next;
  }
}

TEST(FlowRun, RandomWorkloadsMatchAPlainSimulation) {
  const Row row{{50, 20, 35, 80, 10, 50}};
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Random random(seed);
    workload::Workload some("random");
    for (int i = 0; i < 60; ++i) {
      const std::array<int, 2> before = {i / 2, i / 3};
      const std::size_t waits = i < 20 ? 0 : random.below(3);
      some.add({Chip(static_cast<int>(random.below(7))), Chip(static_cast<int>(random.below(7))), random.below(5000),
                static_cast<double>(random.below(200)), static_cast<double>(random.below(50))},
               std::span(before).first(waits));
    }
    const std::vector<double> expected = plain_delivered_ns(Network(row), RowRouting{row}, some);
    const std::vector<double> found = run_row(row, some).delivered_ns;
    for (std::size_t i = 0; i < expected.size(); ++i) ASSERT_NEAR(found[i], expected[i], 1e-5) << seed << ' ' << i;
  }
}

TEST(FlowRun, TwoFlowsShareALinkUntilTheShorterEnds) {
  workload::Workload two("two");
  two.add({Chip(0), Chip(2), 1000});
  two.add({Chip(1), Chip(2), 500});
  const workload::Completion done = run_row({{50, 50}}, two);
  EXPECT_DOUBLE_EQ(done.delivered_ns[1], 20);
  EXPECT_DOUBLE_EQ(done.delivered_ns[0], 30);
  EXPECT_DOUBLE_EQ(done.time_ns, 30);
  EXPECT_EQ(done.channel_bytes, (std::vector<double>{1000, 0, 1500, 0, 0, 0}));
  EXPECT_EQ(done.delivered_bytes, 1500u);
}

TEST(FlowRun, EveryLinkOfThePathAddsItsLatency) {
  workload::Workload one("one");
  one.add({Chip(0), Chip(2), 1000});
  EXPECT_DOUBLE_EQ(run_row({{50, 50}}, one, 500).time_ns, 20 + 2 * 500);
}

TEST(FlowRun, TheNarrowestLinkLimitsAFlowAndOthersTakeTheRest) {
  workload::Workload two("two");
  two.add({Chip(0), Chip(2), 1000});  // through 10 GB/s
  two.add({Chip(0), Chip(1), 4000});  // 50 - 10
  const workload::Completion done = run_row({{50, 10}}, two);
  EXPECT_DOUBLE_EQ(done.delivered_ns[0], 100);
  EXPECT_DOUBLE_EQ(done.delivered_ns[1], 100);
}

TEST(FlowRun, ANewFlowSlowsTheOthersFromItsStart) {
  workload::Workload two("two");
  two.add({Chip(0), Chip(1), 1000});
  two.add({Chip(0), Chip(1), 1000, 10.0});
  const workload::Completion done = run_row({{50}}, two);
  EXPECT_DOUBLE_EQ(done.delivered_ns[0], 30);  // 500 alone, then 500 at half the rate
  EXPECT_DOUBLE_EQ(done.delivered_ns[1], 40);
}

TEST(FlowRun, AShortFlowOvertakesALongOneOnTheSamePath) {
  workload::Workload three("three");
  three.add({Chip(0), Chip(1), 10000});
  three.add({Chip(0), Chip(1), 100, 10.0});
  three.add({Chip(0), Chip(1), 1000, 10.0});
  const workload::Completion done = run_row({{50}}, three);
  EXPECT_DOUBLE_EQ(done.delivered_ns[1], 16);
  EXPECT_DOUBLE_EQ(done.delivered_ns[2], 16 + 36);
  EXPECT_DOUBLE_EQ(done.delivered_ns[0], 11100 / 50.0);
}

TEST(FlowRun, MessagesWaitForDependenciesComputeAndStartTime) {
  workload::Workload steps("steps");
  const int first = steps.add({Chip(0), Chip(1), 500, 0, 5});  // from 5 to 15
  const int self = steps.add({Chip(2), Chip(2), 999, 40});     // at 40
  const std::array<int, 2> both = {first, self};
  const int third = steps.add({Chip(1), Chip(0), 500, 0, 7}, both);  // from 47 to 57
  const std::array<int, 1> after_third = {third};
  steps.add({Chip(0), Chip(1), 500, 100, 7}, after_third);  // from 100
  const workload::Completion done = run_row({{50, 50}}, steps);
  EXPECT_EQ(done.delivered_ns, (std::vector<double>{15, 40, 57, 110}));
}

TEST(FlowRun, AnEmptyMessageTakesOnlyTheLatencyOfItsPath) {
  workload::Workload empty("empty");
  const std::array<int, 1> first = {empty.add({Chip(0), Chip(2), 0})};
  empty.add({Chip(2), Chip(1), 0}, first);
  const workload::Completion done = run_row({{50, 50}}, empty, 100);
  EXPECT_EQ(done.delivered_ns, (std::vector<double>{200, 300}));
  EXPECT_EQ(done.injected_bytes, 0u);
}

TEST(FlowRun, AMessageWithoutAPathIsLostAndItsFollowersContinue) {
  workload::Workload cut("cut");
  const std::array<int, 1> lost = {cut.add({Chip(0), Chip(2), 700, 30})};
  cut.add({Chip(0), Chip(1), 500}, lost);
  const workload::Completion done = run_row({{50, 0, 50}}, cut);
  EXPECT_EQ(done.loss, (std::vector<workload::Loss>{workload::Loss::no_path, workload::Loss::none}));
  EXPECT_EQ(done.delivered_ns, (std::vector<double>{30, 40}));
  EXPECT_EQ(done.injected_bytes, 1200u);
  EXPECT_EQ(done.delivered_bytes, 500u);
  EXPECT_EQ(done.lost_bytes, 700u);
  EXPECT_EQ(done.channel_bytes[2], 0);
}

TEST(FlowRun, AnEmptyWorkloadTakesNoTime) { EXPECT_EQ(run_row({{50}}, workload::Workload("none")).time_ns, 0); }

TEST(FlowRun, RingAllReduceTakesItsClosedForm) {
  constexpr int kChips = 16;
  constexpr std::uint64_t kBytes = 256 * kMiB;
  workload::Workload ring("ring all-reduce");
  for (int step = 0; step < 2 * (kChips - 1); ++step)
    for (int chip = 0; chip < kChips; ++chip) {
      // Chip c forwards the chunk that it received from c - 1 in the previous step.
      const std::array<int, 1> before = {(step - 1) * kChips + (chip + kChips - 1) % kChips};
      ring.add({Chip(chip), Chip((chip + 1) % kChips), kBytes / kChips}, step == 0 ? std::span<const int>() : before);
    }
  const workload::Completion done = run_torus({{kChips}}, ring, 500);
  EXPECT_NEAR(done.time_ns, 2.0 * (kChips - 1) * (kBytes / (kChips * 50.0) + 500), 1e-4);
}

TEST(FlowRun, AllToAllOnToriReachesTheBalancedBound) {
  // On the longest ring, of even side k, a message makes k/4 hops on average over two directions: N · k/8 messages per
  // channel.
  EXPECT_NEAR(run_torus({{4, 4, 4}}, all_to_all(64, kMiB)).time_ns, 64 * 4 / 8 * kMiB / 50.0, 1e-6);
  EXPECT_NEAR(run_torus({{4, 4, 8}}, all_to_all(128, kMiB)).time_ns, 128 * 8 / 8 * kMiB / 50.0, 1e-6);
}

TEST(FlowRun, AllToAllOnTheTwistedTorusReachesTheBoundFromItsDistances) {
  const topology::TwistedTorus torus = topology::TwistedTorus::make({4, 4, 8}).value();
  const std::vector<std::uint64_t> distances = closed_form_distances(torus);
  double hops = 0;
  for (std::size_t d = 0; d < distances.size(); ++d) hops += static_cast<double>(d * distances[d]);
  const workload::Completion done =
      run_flows(Network(torus), routing::DimensionOrder::make(torus, routing::Dateline::plain).value(),
                all_to_all(128, kMiB))
          .value();
  EXPECT_NEAR(done.time_ns, hops / (128 * 6) * kMiB / 50.0, 1e-6);
}

TEST(FlowRun, SendingAllTiesInOneDirectionCostsHalfAsMuchAgain) {
  const topology::Torus torus{{4, 4, 4}};
  const routing::DimensionOrder positive_ties =
      routing::DimensionOrder::make(torus, routing::Dateline::plain, routing::Ties::positive).value();
  EXPECT_NEAR(run_flows(Network(torus), positive_ties, all_to_all(64, kMiB))->time_ns, 1.5 * 64 * 4 / 8 * kMiB / 50.0,
              1e-6);
}

TEST(FlowRun, TwoRunsGiveTheSameBits) {
  Random random(3);
  workload::Workload some("random");
  for (int i = 0; i < 400; ++i) {
    const std::array<int, 1> before = {i / 2};
    some.add({Chip(static_cast<int>(random.below(64))), Chip(static_cast<int>(random.below(64))), random.below(100000),
              static_cast<double>(random.below(1000)), static_cast<double>(random.below(100))},
             i % 3 == 0 || i == 0 ? std::span<const int>() : before);
  }
  const workload::Completion one = run_torus({{4, 4, 4}}, some, 10), two = run_torus({{4, 4, 4}}, some, 10);
  EXPECT_EQ(one.delivered_ns, two.delivered_ns);
  EXPECT_EQ(one.channel_bytes, two.channel_bytes);
  EXPECT_EQ(one.delivered_bytes, some.total_bytes());
}

TEST(FlowRun, ErrorsNameTheInvalidMessage) {
  const Row row{{50}};
  const auto error_of = [&](const workload::Message& message) {
    workload::Workload wrong("wrong");
    wrong.add({Chip(0), Chip(1), 1});
    wrong.add(message);
    return run_flows(Network(row), RowRouting{row}, wrong).error().message();
  };
  EXPECT_EQ(error_of({Chip(0), Chip(2), 1}), "message 1 of 'wrong': found destination 2; expected a chip, 0 to 1");
  EXPECT_EQ(error_of({Chip(-1), Chip(1), 1}), "message 1 of 'wrong': found source -1; expected a chip, 0 to 1");
  EXPECT_EQ(error_of({Chip(0), Chip(1), 1, -3}),
            "message 1 of 'wrong': found not_before_ns -3; expected nanoseconds, at least 0");
  EXPECT_FALSE(run_flows(Network(row), RowRouting{row},
                         [] {
                           workload::Workload wrong("wrong");
                           wrong.add({Chip(0), Chip(1), 1, 0, std::numeric_limits<double>::infinity()});
                           return wrong;
                         }())
                   .ok());
}

TEST(FlowRun, ALinkWithNegativeBandwidthIsRejected) {
  const Row row{{-1}};
  workload::Workload one("one");
  one.add({Chip(0), Chip(1), 1});
  EXPECT_EQ(run_flows(Network(row), RowRouting{row}, one).error().message(),
            "row: 0 -> 1: found a link of -1 GB/s; expected a bandwidth above 0");
}

TEST(FlowRun, AWatcherSeesTheProgressAndCanStopTheRun) {
  const Row row{{50}};
  workload::Workload chain("chain");
  for (int i = 0; i < 1000; ++i) {
    const std::array<int, 1> before = {i - 1};
    chain.add({Chip(0), Chip(1), 50}, i == 0 ? std::span<const int>() : before);
  }
  int looks = 0;
  const auto done =
      run_flows(Network(row), RowRouting{row}, chain, [&](double part) { return ++looks < 2 && part < 1; });
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(looks, 2);
  EXPECT_EQ(done.error().where, "chain");
}

TEST(PathFinder, FindsTheSharesOfChannelShares) {
  const auto same = [](const auto& network, const auto& routing) {
    PathFinder finder(network, routing);
    for (int number = 0; number < network.chip_count(); number += 3)
      for (const Chip destination : network.chips()) {
        const Chip source(number);
        if (source == destination) continue;
        const std::vector<routing::ChannelShare> expected =
            routing::channel_shares(network, routing, source, destination);
        const std::span<const routing::ChannelShare> found = finder.find(source, destination);
        ASSERT_EQ(found.size(), expected.size());
        for (std::size_t i = 0; i < found.size(); ++i) {
          ASSERT_EQ(found[i].channel, expected[i].channel);
          ASSERT_DOUBLE_EQ(found[i].share, expected[i].share);
        }
      }
  };
  const topology::Torus torus{{4, 3, 6}};
  same(Network(torus), routing::DimensionOrder::make(torus, routing::Dateline::balanced).value());
  same(Network(topology::Torus{{4}}), RingOfFour{});
}

TEST(FlowRun, ARoutingThatDrawsItsPathIsSpreadByItsProbabilities) {
  workload::Workload one("one");
  one.add({Chip(0), Chip(2), 1000});
  const workload::Completion done = run_flows(Network(topology::Torus{{4}}), RingOfFour{}, one).value();
  EXPECT_DOUBLE_EQ(done.time_ns, 10);  // half of it in each direction
}

}  // namespace
}  // namespace vtpu::net::flow
