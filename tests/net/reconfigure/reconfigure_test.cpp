#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "vtpu/net/collective/make_schedule.h"
#include "vtpu/net/collective/to_workload.h"
#include "vtpu/net/ocs/builders.h"
#include "vtpu/net/packet/run_packets.h"
#include "vtpu/net/reconfigure/next_hop_table.h"
#include "vtpu/net/reconfigure/plan.h"
#include "vtpu/net/reconfigure/slice_setup.h"
#include "vtpu/net/reconfigure/timeline.h"
#include "vtpu/net/routing/analysis.h"
#include "vtpu/net/topology/torus.h"

namespace vtpu::net::reconfigure {
namespace {

const ocs::OcsLayout kLayout;
constexpr LinkModel kLink{50, 500};

ocs::StateOfSlice torus_of(const Shape& shape) {
  ocs::StateOfSlice state{ocs::OcsState(kLayout), *ocs::Slice::make(kLayout, shape)};
  EXPECT_TRUE(ocs::connect_torus(state.state, state.slice).ok());
  return state;
}
ocs::StateOfSlice twisted_of(const Shape& shape) {
  ocs::StateOfSlice state{ocs::OcsState(kLayout), *ocs::Slice::make(kLayout, shape)};
  EXPECT_TRUE(ocs::connect_twisted_torus(state.state, state.slice).ok());
  return state;
}
SliceSetup regular(const Shape& shape) { return *make_setup(torus_of(shape), "regular", kLink); }
SliceSetup twisted(const Shape& shape) { return *make_setup(twisted_of(shape), "twisted", kLink); }

workload::Workload all_reduce(const Shape& shape, std::uint64_t bytes) {
  return collective::to_workload(
      *collective::make_schedule(collective::Collective::all_reduce, collective::Algorithm::bucket, shape), bytes);
}

TEST(PlaneSetup, IsThe2DTorusOnTheLinksOfTheSlice) {
  const SliceSetup plane = *make_plane_setup(kLayout, *ocs::Slice::make(kLayout, {4, 8, 8}), {8, 32}, kLink);
  const Network torus{topology::Torus{{8, 32}}};
  EXPECT_EQ(plane.network.attached_count(), torus.attached_count());
  std::vector<int> hops_of_plane, hops_of_torus;
  for (int chip = 0; chip < 256; ++chip) {
    hops_of_plane.push_back(chip_table(plane.network, Chip{0})[static_cast<std::size_t>(chip)].hops);
    hops_of_torus.push_back(chip_table(torus, Chip{0})[static_cast<std::size_t>(chip)].hops);
  }
  std::sort(hops_of_plane.begin(), hops_of_plane.end());
  std::sort(hops_of_torus.begin(), hops_of_torus.end());
  EXPECT_EQ(hops_of_plane, hops_of_torus);
  EXPECT_FALSE(make_plane_setup(kLayout, *ocs::Slice::make(kLayout, {4, 8, 8}), {16, 32}, kLink).ok());
}

TEST(Plan, BetweenEqualSetupsIsEmpty) {
  const SliceSetup torus = regular({4, 4, 8});
  const ReconfigurationPlan plan = *make_plan(torus, torus);
  EXPECT_TRUE(plan.switches.empty());
  EXPECT_TRUE(plan.dark_channels.empty());
  EXPECT_EQ(plan.entries, 0);
  EXPECT_EQ(plan.chips_changed, 0);
  EXPECT_EQ(plan.pairs_untouched, 128 * 127);
  EXPECT_EQ(*switching_ns(plan, {}), 0);
}

TEST(Plan, OfATwistMovesOnlyTheWrapsInXAndY) {
  // In 4x4x8 the rings of x and y close through one block each: 16 wraps per block and dimension move to the other
  // block.
  const ReconfigurationPlan plan = *make_plan(regular({4, 4, 8}), twisted({4, 4, 8}));
  EXPECT_EQ(plan.switches.size(), 32u);
  EXPECT_EQ(plan.circuits.removed.size(), 64u);
  EXPECT_EQ(plan.circuits.added.size(), 64u);
  for (const SwitchWork& work : plan.switches) {
    EXPECT_LT(kLayout.dimension_of(work.ocs), 2);
    EXPECT_EQ(work.removed, 2);
    EXPECT_EQ(work.added, 2);
  }
  EXPECT_EQ(plan.dark_channels.size(), 128u);
}

TEST(Plan, CountsTheDifferencesOfTheChipsTables) {
  const SliceSetup before = regular({4, 4, 8}), after = twisted({4, 4, 8});
  const ReconfigurationPlan plan = *make_plan(before, after);
  std::int64_t entries = 0, ports = 0;
  for (const Chip chip : index_range<Chip>(plan.chips)) {
    const auto was = chip_table(before.network, chip), is = chip_table(after.network, chip);
    const auto changes = table_changes(was, is);
    EXPECT_EQ(plan.entries_of_chip[chip], static_cast<int>(changes.size()));
    entries += static_cast<std::int64_t>(changes.size());
    for (std::size_t i = 0; i < was.size(); ++i) ports += was[i].port != is[i].port;
  }
  EXPECT_EQ(plan.entries, entries);
  EXPECT_EQ(plan.port_changes, ports);
  EXPECT_GT(plan.entries, plan.port_changes);
}

TEST(Plan, AnUntouchedPairTakesTheSamePathBeforeAndAfter) {
  const SliceSetup before = regular({4, 4, 8}), after = twisted({4, 4, 8});
  std::int64_t same = 0;
  for (const Chip source : before.network.chips())
    for (const Chip destination : before.network.chips()) {
      if (source == destination) continue;
      const auto was = routing::channel_shares(before.network, before.routing, source, destination);
      const auto is = routing::channel_shares(after.network, after.routing, source, destination);
      bool equal = was.size() == is.size();
      for (std::size_t i = 0; equal && i < was.size(); ++i)
        equal = was[i].channel == is[i].channel &&
                before.network.reverse(was[i].channel) == after.network.reverse(is[i].channel);
      same += equal;
    }
  EXPECT_EQ(make_plan(before, after)->pairs_untouched, same);
}

TEST(Plan, InTheOppositeDirectionIsItsMirrorImage) {
  const SliceSetup torus = regular({4, 8, 8});
  const SliceSetup plane = *make_plane_setup(kLayout, torus.slice, {8, 32}, kLink);
  const ReconfigurationPlan there = *make_plan(torus, plane), back = *make_plan(plane, torus);
  EXPECT_EQ(there.circuits.removed, back.circuits.added);
  EXPECT_EQ(there.circuits.added, back.circuits.removed);
  EXPECT_EQ(there.entries_of_chip, back.entries_of_chip);
  EXPECT_EQ(there.pairs_untouched, back.pairs_untouched);
}

TEST(Plan, BetweenDifferentSlicesIsAnError) {
  const auto plan = make_plan(regular({4, 4, 8}), regular({4, 4, 4}));
  ASSERT_FALSE(plan.ok());
  EXPECT_NE(plan.error().message().find("4x4x4"), std::string::npos);
}

TEST(ChangedRows, PrintBeforeAndAfterInTheColumnsOfRouteTables) {
  const SliceSetup before = regular({4, 4, 8}), after = twisted({4, 4, 8});
  const std::vector<RowChange> rows = changed_rows(before, after, Chip{0}, 3);
  ASSERT_EQ(rows.size(), 3u);
  for (const RowChange& row : rows) {
    EXPECT_EQ(row.before.destination, row.after.destination);
    EXPECT_TRUE(row.before.next_hop != row.after.next_hop || row.before.hops != row.after.hops);
  }
  const std::string text = to_string(rows, before, after);
  EXPECT_NE(text.find("Before: regular\nSource Coord"), std::string::npos);
  EXPECT_NE(text.find("After: twisted\nSource Coord"), std::string::npos);
}

TEST(Switching, TakesOneSwitchingTimePerGroupOfSwitches) {
  const ReconfigurationPlan plan = *make_plan(regular({4, 4, 8}), twisted({4, 4, 8}));
  EXPECT_EQ(*switching_ns(plan, {.switching_ms = 10}), 10e6);
  EXPECT_EQ(*switching_ns(plan, {.switching_ms = 10, .switches_at_a_time = 31}), 20e6);
  EXPECT_EQ(*switching_ns(plan, {.switching_ms = 10, .switches_at_a_time = 1}), 320e6);
  EXPECT_FALSE(switching_ns(plan, {.switching_ms = -1}).ok());
  EXPECT_FALSE(switching_ns(plan, {.switches_at_a_time = 0}).ok());
}

TEST(PausedRun, WithoutAPauseEqualsThePacketLevelRun) {
  const SliceSetup torus = regular({4, 4, 4});
  const workload::Workload job = all_reduce({4, 4, 4}, 1 << 20);
  const packet::Config config;
  const PausedRun run = *run_until(torus.network, torus.routing, job, config, std::nullopt);
  const workload::Completion whole = *packet::run_packets(torus.network, torus.routing, job, config);
  EXPECT_TRUE(run.finished);
  EXPECT_EQ(run.last_delivery_ns, whole.time_ns);
  EXPECT_EQ(run.delivered_bytes, whole.delivered_bytes);
  EXPECT_EQ(run.rest.size(), 0);
}

TEST(PausedRun, ASingleMessageDrainsThePacketsAtItsPort) {
  // 50 GB/s: a packet of 4096 bytes takes 81.92 ns. Four stand at the port or are on the link at any time.
  const SliceSetup torus = regular({4, 4, 4});
  workload::Workload job;
  job.add({Chip{0}, Chip{1}, 4096 * 100});
  const PausedRun run = *run_until(torus.network, torus.routing, job, {}, packet::Pause{10 * 81.92 + 500 + 1});
  EXPECT_EQ(run.delivered_bytes, 4096u * 10);
  EXPECT_NEAR(run.first_delivery_ns, 581.92, 1e-6);
  EXPECT_EQ(run.drained_bytes % 4096, 0u);
  EXPECT_EQ(run.delivered_bytes + run.drained_bytes + run.rest.total_bytes(), 409600u);
  EXPECT_NEAR(run.last_delivery_ns, 500 + 81.92 * static_cast<double>((run.delivered_bytes + run.drained_bytes) / 4096),
              1e-6);
  EXPECT_EQ(run.message, std::vector<int>{0});
}

TEST(PausedRun, HoldingMessagesLetsMessagesInFlightFinish) {
  const SliceSetup torus = regular({4, 4, 4});
  workload::Workload job;
  const int first = job.add({Chip{0}, Chip{1}, 4096 * 100});
  job.add({Chip{1}, Chip{0}, 4096 * 7}, std::span<const int>(&first, 1));
  const PausedRun run = *run_until(torus.network, torus.routing, job, {}, packet::Pause{1000, packet::Hold::messages});
  EXPECT_NEAR(run.last_delivery_ns, 500 + 81.92 * 100, 1e-6);
  ASSERT_EQ(run.rest.size(), 1);
  EXPECT_EQ(run.message, std::vector<int>{1});
  EXPECT_EQ(run.rest.message(0).bytes, 4096u * 7);
  EXPECT_TRUE(run.rest.after(0).empty());
}

TEST(PausedRun, WorkAndTimesContinueWhileTheNetworkIsPaused) {
  const SliceSetup torus = regular({4, 4, 4});
  workload::Workload job;
  const int first = job.add({Chip{0}, Chip{1}, 4096});                           // delivered at 581.92
  job.add({Chip{1}, Chip{0}, 4096, 0, 10000}, std::span<const int>(&first, 1));  // computes until 10581.92
  job.add({Chip{5}, Chip{6}, 4096, 3000});                                       // not before 3000
  const PausedRun run = *run_until(torus.network, torus.routing, job, {}, packet::Pause{2000});
  ASSERT_EQ(run.rest.size(), 2);
  EXPECT_NEAR(run.rest.message(0).not_before_ns, 8581.92, 1e-6);
  EXPECT_EQ(run.rest.message(0).compute_ns, 0);
  EXPECT_NEAR(run.rest.message(1).not_before_ns, 1000, 1e-6);
}

TEST(PausedRun, KeepsEveryByteAndEveryDependencyAtAnyMoment) {
  const SliceSetup before = regular({4, 4, 4});
  const workload::Workload job = all_reduce({4, 4, 4}, 300'001);
  const double whole = run_until(before.network, before.routing, job, {}, std::nullopt)->last_delivery_ns;
  for (const packet::Hold hold : {packet::Hold::packets, packet::Hold::messages})
    for (const double share : {0.0, 0.1, 0.33, 0.5, 0.77, 0.99, 1.5}) {
      const PausedRun run = *run_until(before.network, before.routing, job, {}, packet::Pause{share * whole, hold});
      EXPECT_EQ(run.delivered_bytes + run.drained_bytes + run.rest.total_bytes(), job.total_bytes());
      EXPECT_EQ(run.finished, run.rest.size() == 0);
      EXPECT_TRUE(run.finished || share < 1);
      std::vector<bool> left(static_cast<std::size_t>(job.size()), false);
      for (const int id : run.message) left[static_cast<std::size_t>(id)] = true;
      for (int i = 0; i < run.rest.size(); ++i) {
        const int id = run.message[static_cast<std::size_t>(i)];
        std::vector<int> expected, found;
        for (const int earlier : job.after(id))
          if (left[static_cast<std::size_t>(earlier)]) expected.push_back(earlier);
        for (const int earlier : run.rest.after(i)) found.push_back(run.message[static_cast<std::size_t>(earlier)]);
        ASSERT_EQ(found, expected);
        ASSERT_LE(run.rest.message(i).bytes, job.message(id).bytes);
      }
      const PausedRun second = *run_until(before.network, before.routing, run.rest, {}, std::nullopt);
      EXPECT_TRUE(second.finished);
      EXPECT_EQ(second.delivered_bytes, run.rest.total_bytes());
    }
}

TEST(PausedRun, APauseBeforeTimeZeroIsAnError) {
  const SliceSetup torus = regular({4, 4, 4});
  EXPECT_FALSE(run_until(torus.network, torus.routing, workload::Workload(), {}, packet::Pause{-1}).ok());
}

TEST(ReconfiguredJob, DeliversEveryByteOnceAndAddsUp) {
  const SliceSetup before = regular({4, 4, 8}), after = twisted({4, 4, 8});
  const ReconfigurationPlan plan = *make_plan(before, after);
  const workload::Workload job = all_reduce({4, 4, 8}, 1 << 20);
  const double whole = *undisturbed_ns(before, job, {});
  for (const Tables tables : {Tables::staged, Tables::sent}) {
    ReconfigurationOptions options;
    options.switching_ms = 1;
    options.tables = tables;
    const ReconfiguredJob run = *reconfigure_job(before, after, plan, job, {whole / 2}, options);
    EXPECT_EQ(run.before_bytes + run.drained_bytes + run.after_bytes, job.total_bytes());
    EXPECT_EQ(run.parts.switch_ns, 1e6);
    EXPECT_GT(run.parts.drain_ns, 0);
    EXPECT_DOUBLE_EQ(run.total_ns, run.before_ns + run.parts.stopped_ns(tables) + run.after_ns);
    EXPECT_GE(run.total_ns, whole + 1e6 - run.parts.drain_ns);
  }
}

TEST(ReconfiguredJob, SignalsTakeTheLatencyOfTheFarthestChip) {
  const SliceSetup before = regular({4, 4, 8}), after = twisted({4, 4, 8});
  const ReconfigurationPlan plan = *make_plan(before, after);
  const ReconfiguredJob run = *reconfigure_job(before, after, plan, all_reduce({4, 4, 8}, 1 << 16), {9000}, {});
  EXPECT_DOUBLE_EQ(run.parts.order_ns, 8 * 500);  // 2 + 2 + 4 links
  EXPECT_DOUBLE_EQ(run.parts.report_ns, 8 * 500);
  int farthest = 0;
  for (const NextHop& entry : chip_table(after.network, Chip{0})) farthest = std::max(farthest, int{entry.hops});
  EXPECT_DOUBLE_EQ(run.parts.go_ns, farthest * 500);
  EXPECT_GT(run.parts.first_ns, 500);
}

TEST(ReconfiguredJob, WithoutChangesPaysOnlyForThePause) {
  const SliceSetup torus = regular({4, 4, 4});
  const ReconfigurationPlan plan = *make_plan(torus, torus);
  const workload::Workload job = all_reduce({4, 4, 4}, 1 << 20);
  const double whole = *undisturbed_ns(torus, job, {});
  const ReconfiguredJob run = *reconfigure_job(torus, torus, plan, job, {whole / 2}, {});
  EXPECT_EQ(run.parts.switch_ns, 0);
  EXPECT_EQ(run.parts.tables_ns, 6 * 500);  // only the latency of an empty message
  EXPECT_LT(run.total_ns, whole + run.parts.stopped_ns(Tables::staged) + 10'000);
}

TEST(ReconfiguredJob, IsReproducible) {
  const SliceSetup before = regular({4, 4, 8}), after = twisted({4, 4, 8});
  const ReconfigurationPlan plan = *make_plan(before, after);
  const workload::Workload job = windowed_all_to_all(128, 4096, 4, 7);
  const auto once = reconfigure_job(before, after, plan, job, {3000}, {});
  const auto twice = reconfigure_job(before, after, plan, job, {3000}, {});
  EXPECT_EQ(once->total_ns, twice->total_ns);
  EXPECT_EQ(once->drained_bytes, twice->drained_bytes);
}

TEST(ReconfiguredJob, APauseOutsideTheJobOrAnUnknownControllerIsAnError) {
  const SliceSetup torus = regular({4, 4, 4});
  const ReconfigurationPlan plan = *make_plan(torus, torus);
  const workload::Workload job = all_reduce({4, 4, 4}, 1 << 10);
  EXPECT_FALSE(reconfigure_job(torus, torus, plan, job, {-1}, {}).ok());
  EXPECT_FALSE(reconfigure_job(torus, torus, plan, job, {0}, {.controller = Chip{64}}).ok());
}

TEST(ReconfiguredJob, DisconnectedChipsAreAnError) {
  // Blocks whose ports are all dark: 64 chips each, and no path between them.
  const SliceSetup torus = regular({4, 4, 8});
  const SliceSetup dark = *make_setup({ocs::OcsState(kLayout), torus.slice}, "dark", kLink);
  const ReconfigurationPlan plan = *make_plan(torus, dark);
  const auto run = reconfigure_job(torus, dark, plan, all_reduce({4, 4, 8}, 1 << 10), {0}, {});
  ASSERT_FALSE(run.ok());
  EXPECT_NE(run.error().message().find("dark"), std::string::npos);
}

TEST(TableBytes, AreTheChangedEntriesOrTheWholeTableWhicheverIsLess) {
  ReconfigurationPlan plan;
  plan.chips = 100;
  plan.entries_of_chip = {0, 10, 50, 99};
  EXPECT_EQ(table_bytes(plan), (IndexedVector<Chip, std::uint64_t>{0, 80, 400, 400}));
}

TEST(WindowedAllToAll, CarriesEveryPairOnceAndKeepsItsWindow) {
  const workload::Workload job = windowed_all_to_all(16, 100, 3, 1);
  EXPECT_EQ(job.size(), 16 * 15);
  std::vector<int> seen(256, 0);
  for (int id = 0; id < job.size(); ++id) {
    const workload::Message& message = job.message(id);
    ++seen[static_cast<std::size_t>(message.source.value() * 16 + message.destination.value())];
    for (const int earlier : job.after(id)) EXPECT_EQ(job.message(earlier).source, message.source);
  }
  for (int pair = 0; pair < 256; ++pair) EXPECT_EQ(seen[static_cast<std::size_t>(pair)], pair / 16 != pair % 16);
}

}  // namespace
}  // namespace vtpu::net::reconfigure
