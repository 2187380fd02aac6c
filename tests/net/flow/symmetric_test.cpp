#include "vtpu/net/flow/symmetric.h"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "vtpu/base/random.h"
#include "vtpu/net/collective/chip_program.h"
#include "vtpu/net/collective/names.h"
#include "vtpu/net/collective/to_workload.h"
#include "vtpu/net/collective/torus_programs.h"
#include "vtpu/net/flow/flow.h"
#include "vtpu/net/routing/dimension_order.h"
#include "vtpu/net/topology/hypercube.h"
#include "vtpu/net/topology/mesh.h"
#include "vtpu/net/topology/torus.h"
#include "vtpu/net/topology/twisted_torus.h"

namespace vtpu::net::flow {
namespace {

constexpr int kMessages = 24;

/// Random messages of chip 0 with dependencies; sizes start at 0.
workload::Workload random_first(int chips, Random random) {
  workload::Workload first("random");
  for (int i = 0; i < kMessages; ++i) {
    const std::array<int, 2> before = {i / 2, i / 3};
    const int count = i < 8 ? 0 : static_cast<int>(random.below(3));
    first.add({Chip(0), Chip(static_cast<int>(random.below(static_cast<std::uint64_t>(chips)))),
               1000 * random.below(20), static_cast<double>(random.below(300)), static_cast<double>(random.below(50))},
              std::span(before).first(static_cast<std::size_t>(count)));
  }
  return first;
}

/// By chip: the translation that maps chip 0 to it.
IndexedVector<Chip, Translation> all_translations(const Network& network) {
  const auto steps = translations(network).value();
  IndexedVector<Chip, Translation> all(network.chip_count());
  for (const Chip chip : network.chips()) all.front().push_back(chip);
  std::vector<Chip> reached = {Chip(0)};
  for (std::size_t i = 0; i < reached.size(); ++i)
    for (const Translation& step : steps) {
      const Translation from = all[reached[i]];
      Translation& to = all[step[from.front()]];
      if (!to.empty()) continue;
      for (const Chip chip : from) to.push_back(step[chip]);
      reached.push_back(to.front());
    }
  return all;
}

/// The messages of all chips, grouped by chip.
workload::Workload of_all(const workload::Workload& first, const IndexedVector<Chip, Translation>& moves) {
  workload::Workload all("all");
  for (const Translation& move : moves) {
    const int base = all.size();
    for (int id = 0; id < first.size(); ++id) {
      workload::Message message = first.message(id);
      message.source = move.front();
      message.destination = move[message.destination];
      std::vector<int> after;
      for (const int before : first.after(id)) after.push_back(base + before);
      all.add(message, after);
    }
  }
  return all;
}

template <routing::Routing R>
void expect_same_as_all(const Network& network, const R& routing, std::uint64_t seed) {
  SCOPED_TRACE(network.name());
  const workload::Workload first = random_first(network.chip_count(), Random(seed));
  const workload::Completion one = run_symmetric_flows(network, routing, first).value();
  const workload::Completion all = run_flows(network, routing, of_all(first, all_translations(network))).value();
  ASSERT_EQ(all.delivered_ns.size(), one.delivered_ns.size() * static_cast<std::size_t>(network.chip_count()));
  for (std::size_t i = 0; i < all.delivered_ns.size(); ++i)
    ASSERT_NEAR(all.delivered_ns[i], one.delivered_ns[i % kMessages], 1e-6) << i;
  for (std::size_t c = 0; c < all.channel_bytes.size(); ++c)
    ASSERT_NEAR(all.channel_bytes[c], one.channel_bytes[c], 1e-6) << c;
  EXPECT_NEAR(all.time_ns, one.time_ns, 1e-6);
  EXPECT_EQ(all.injected_bytes, one.injected_bytes);
  EXPECT_EQ(all.delivered_bytes, one.delivered_bytes);
}

TEST(SymmetricFlow, EqualsTheRunOfAllChipsOnRegularAndTwistedTori) {
  for (const topology::Torus& torus : {topology::Torus{{4, 4, 4}}, topology::Torus{{3, 5, 2}},
                                       topology::Torus{{1, 4, 6}}, topology::Torus{{5}}, topology::Torus{{4, 8}}})
    for (const routing::Dateline dateline :
         {routing::Dateline::plain, routing::Dateline::balanced, routing::Dateline::crossing})
      expect_same_as_all(Network(torus, {50, 100}), routing::DimensionOrder::make(torus, dateline).value(), 1);
  for (const Shape& sides : {Shape{4, 4, 8}, Shape{2, 2, 4}, Shape{2, 4, 4}}) {
    const topology::TwistedTorus torus = topology::TwistedTorus::make(sides).value();
    expect_same_as_all(Network(torus, {50, 100}),
                       routing::DimensionOrder::make(torus, routing::Dateline::plain).value(), 2);
  }
}

TEST(SymmetricFlow, AllToAllOf4096ChipsReachesTheBalancedBound) {
  const topology::Torus torus{{16, 16, 16}};
  workload::Workload first("all-to-all");
  for (int chip = 1; chip < 4096; ++chip) first.add({Chip(0), Chip(chip), 1 << 20});
  const routing::DimensionOrder routing = routing::DimensionOrder::make(torus, routing::Dateline::plain).value();
  EXPECT_NEAR(run_symmetric_flows(Network(torus), routing, first)->time_ns, 4096 * 16 / 8 * 1048576.0 / 50, 1e-4);
}

TEST(SymmetricFlow, RingAllReduceAlongEveryDimensionOf65536Chips) {
  // One chip sends along x, y, z at once, each on its own ring; the longest ring takes the longest.
  const topology::Torus torus{{16, 64, 64}};
  const Network network(torus, {50, 500});
  workload::Workload first("all-reduce");
  for (int dimension = 0; dimension < 3; ++dimension) {
    const int side = torus.sides.side(dimension);
    std::array<int, 1> before = {-1};
    for (int step = 0; step < 2 * (side - 1); ++step)
      before[0] = first.add({Chip(0), network.target(Channel(2 * dimension)), 640000},
                            step == 0 ? std::span<const int>() : before);
  }
  const routing::DimensionOrder routing = routing::DimensionOrder::make(torus, routing::Dateline::plain).value();
  const workload::Completion done = run_symmetric_flows(network, routing, first).value();
  EXPECT_NEAR(done.time_ns, 2 * 63 * (640000 / 50.0 + 500), 1e-6);
  EXPECT_EQ(done.injected_bytes, 65536ull * 2 * (15 + 63 + 63) * 640000);
}

collective::ChipProgram bucket_all_reduce(const Shape& grid) {
  const collective::ChipProgram all_gather = collective::bucket_all_gather(grid, collective::Algorithm::bucket);
  return collective::all_reduce_of(collective::reduce_scatter_of(all_gather), all_gather);
}

TEST(SymmetricFlow, BucketAllReduceOfOneChipTakesAsLongAsTheWholeSchedule) {
  for (const Shape& grid : {Shape{4, 4, 4}, Shape{2, 2, 4}, Shape{3, 6}}) {
    const collective::ChipProgram program = bucket_all_reduce(grid);
    // A size that divides into pieces of whole bytes, so that all chips send exactly the same.
    std::uint64_t bytes = 0;
    for (const collective::ChipProgram::Stream& stream : program.streams())
      bytes += stream.weight * static_cast<std::uint64_t>(program.segments() * grid.count());
    const topology::Torus torus{grid};
    const Network network(torus, {50, 500});
    const routing::DimensionOrder routing = routing::DimensionOrder::make(torus, routing::Dateline::plain).value();
    const workload::Completion one = run_symmetric_flows(network, routing, program.of_first_chip(bytes)).value();
    const workload::Completion all =
        run_flows(network, routing, collective::to_workload(program.expand(), bytes)).value();
    EXPECT_NEAR(one.time_ns / all.time_ns, 1, 1e-9) << to_string(grid);
    EXPECT_EQ(one.delivered_bytes, all.delivered_bytes);
  }
}

TEST(SymmetricFlow, BucketAllReduceOf65536ChipsComesNearItsBandwidthBound) {
  const topology::Torus torus{{16, 64, 64}};
  const routing::DimensionOrder routing = routing::DimensionOrder::make(torus, routing::Dateline::plain).value();
  constexpr std::uint64_t kBytes = std::uint64_t{1} << 30;
  const workload::Workload first = bucket_all_reduce(torus.sides).of_first_chip(kBytes);
  const workload::Completion done = run_symmetric_flows(Network(torus), routing, first).value();
  const double bound_ns = 2.0 * kBytes * (1 - 1.0 / 65536) / (6 * 50);
  EXPECT_GE(done.time_ns, bound_ns);
  EXPECT_LT(done.time_ns, 1.1 * bound_ns);
}

TEST(SymmetricFlow, AMessageOfAnotherChipIsRejected) {
  const topology::Torus torus{{4, 4}};
  workload::Workload wrong("wrong");
  wrong.add({Chip(0), Chip(1), 1});
  wrong.add({Chip(3), Chip(1), 1});
  const auto done = run_symmetric_flows(Network(torus),
                                        routing::DimensionOrder::make(torus, routing::Dateline::plain).value(), wrong);
  EXPECT_EQ(done.error().message(),
            "message 1 of 'wrong': found source 3; expected source 0: only messages of the first chip");
}

TEST(SymmetricFlow, ANetworkWithoutTranslationsIsRejected) {
  workload::Workload one("one");
  one.add({Chip(0), Chip(1), 1});
  const topology::Mesh mesh{{3, 3}};
  const auto done = run_symmetric_flows(Network(mesh), routing::DimensionOrder::make(mesh).value(), one);
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().where, mesh.name());
}

/// A torus routing that takes the longer direction from one chip.
class LongerDirectionFromOne {
 public:
  struct State {
    int left;
    PortNumber port;
  };
  static constexpr bool kAdaptive = false;
  std::string name() const { return "longer direction from chip 1"; }
  int vc_classes() const { return 1; }
  routing::VcRange vcs_of(int, int vcs) const { return {0, vcs - 1}; }
  bool reaches(Chip, Chip) const { return true; }
  State start(Chip source, Chip destination, Random&) const {
    const int ahead = (destination.value() - source.value() + 5) % 5;
    return (ahead <= 2) == (source != Chip(1)) ? State{ahead, PortNumber(0)} : State{5 - ahead, PortNumber(1)};
  }
  template <class Visit>
  void for_each_start(Chip source, Chip destination, Visit visit) const {
    Random unused(0);
    visit(start(source, destination, unused), 1.0);
  }
  void moves(Chip, const State& state, routing::Moves& moves) const {
    moves.clear();
    if (state.left > 0) moves.add({state.port, 0, 1});
  }
  State after(Chip, State state, const routing::Move&) const { return {state.left - 1, state.port}; }
};
static_assert(routing::Routing<LongerDirectionFromOne>);

TEST(SymmetricFlow, ARoutingThatTreatsChipsDifferentlyIsRejected) {
  workload::Workload one("one");
  one.add({Chip(0), Chip(1), 1});
  const auto done = run_symmetric_flows(Network(topology::Torus{{5}}), LongerDirectionFromOne{}, one);
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().found, "found other ports from chip 1 to 2 than from chip 0 to 1");
}

TEST(Translations, OfAHypercubeAndATorusAreFound) {
  EXPECT_EQ(translations(Network(topology::Hypercube{3})).value().size(), 3u);
  EXPECT_EQ(translations(Network(topology::Torus{{1, 4, 6}})).value().size(), 4u);
}

}  // namespace
}  // namespace vtpu::net::flow
