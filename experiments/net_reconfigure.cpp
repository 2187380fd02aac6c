// Asks how long it takes to give a slice another topology while a job runs on it: what it costs to write a table of
// next hops, how many entries and circuits change, and what happens to an all-reduce that is interrupted.
//
// Measured on this host: a table held in two copies (net/reconfigure/next_hop_table.h) is written, in whole or by its
// changed entries, and published by one atomic store; 4096 and 65,536 entries of four bytes. `hot`: table and input are
// in the caches. `cold`: every line of both is flushed beforehand. `single`: each entry is a separate update with a
// separate store. `search`: the chip computes its table by a search of the whole network and then writes it. Simulated,
// at packet level, with links of 50 GB/s (10^9 bytes) and 500 ns (an assumption: no latency is published): the order to
// pause, the packets in flight, the reports, the new tables from one chip to all, the order to resume, the first
// packet. The job is a bucket all-reduce on the chips of the slice's box, or an all-to-all in windows of eight
// messages, paused about halfway (of two moments, the one with the longest drain). The rest of the job runs on the new
// topology, and every byte is checked to arrive exactly once. The switching time of the switches is published only as
// "milliseconds" (ocs.csv, OC-023); the experiment takes 1, 10 and 30 ms, with all switches at once. OC-024 is a
// secondary report of 10 s end to end, not of the mirrors. End to end: from the decision to the first packet over the
// new links, with the tables sent beforehand.
//
// Parameters: transitions (quick: of at most 512 chips), buffers. Claims: net.entry, net.reconfig, net.reconfig.total.
// Controls: each entry in a separate message through the kernel; switches of 1 ms that move one after the other.
// Entries in random order, each in a line flushed from the caches, and a switching time of zero are reported
// separately: as controls they had no power.
//
// Outputs: keys net.reconfig.*; tables reconfigure_writes, reconfigure_plans, reconfigure_entries, reconfigure_parts,
// reconfigure_switching, reconfigure_all_reduce.
#include <fmt/core.h>
#include <sys/socket.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <emmintrin.h>
#endif

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "vtpu/base/check.h"
#include "vtpu/measure/experiment.h"
#include "vtpu/measure/progress.h"
#include "vtpu/measure/quiet.h"
#include "vtpu/measure/sampler.h"
#include "vtpu/net/chip_address.h"
#include "vtpu/net/collective/make_schedule.h"
#include "vtpu/net/collective/to_workload.h"
#include "vtpu/net/network.h"
#include "vtpu/net/ocs/builders.h"
#include "vtpu/net/reconfigure/next_hop_table.h"
#include "vtpu/net/reconfigure/plan.h"
#include "vtpu/net/reconfigure/slice_setup.h"
#include "vtpu/net/reconfigure/timeline.h"
#include "vtpu/net/topology/torus.h"
#include "vtpu/search/symmetric_state.h"

namespace {

using namespace vtpu::measure;
using namespace vtpu::net;
using vtpu::Error;
using vtpu::Random;
using vtpu::Result;
using Source = Column::Source;

constexpr const char* kFacts = "data/published/ocs.csv";
constexpr LinkModel kLink{50, 500};
constexpr double kSwitchingMs[] = {1, 10, 30};
// Shares of the job's time; quick mode uses only the first. Many collectives reverse exactly halfway, where nothing is
// in flight.
constexpr double kPauses[] = {0.45, 0.4};

// ---- writing tables

/// Writes the lines of a memory range back and evicts them from all caches.
void flush(const void* data, std::size_t bytes) {
#if defined(__x86_64__)
  for (std::size_t at = 0; at < bytes; at += 64) _mm_clflush(static_cast<const char*>(data) + at);
  _mm_mfence();
#else
  // Without a flush instruction: read more bytes than any present cache holds.
  static_cast<void>(data);
  static_cast<void>(bytes);
  static const std::vector<char> other(std::size_t{256} << 20, 1);
  long sum = 0;
  for (std::size_t at = 0; at < other.size(); at += 64) sum += other[at];
  keep(sum);
#endif
}
template <class T>
void flush(const std::vector<T>& data) {
  flush(data.data(), data.size() * sizeof(T));
}

/// A chip's table and two updates that are applied in turn, so that each changes every entry or every second one.
struct ChipTable {
  ChipTable(std::size_t size, Random& random) : table(std::vector<reconfigure::NextHop>(size)) {
    for (std::size_t i = 0; i < size; ++i)
      whole.push_back({static_cast<std::uint16_t>(random.below(6)), static_cast<std::uint16_t>(random.below(25))});
    for (std::size_t i = 0; i < size; i += 2) changed.push_back({static_cast<std::uint32_t>(i), whole[i]});
  }
  void flush_all() {
    const auto flush_shown = [&] {
      table.read(0, [](std::span<const reconfigure::NextHop> shown) {
        flush(shown.data(), shown.size_bytes());
        return 0;
      });
    };
    table.apply({});  // now both copies are equal and no update is pending
    table.apply({});
    flush_shown();
    table.apply({});
    flush_shown();
    flush(whole);
    flush(changed);
  }
  reconfigure::NextHopTable table;
  std::vector<reconfigure::NextHop> whole;
  std::vector<reconfigure::HopChange> changed;
};

using Chips = std::shared_ptr<std::vector<std::unique_ptr<ChipTable>>>;

Chips some_chips(std::size_t count, std::size_t size, std::uint64_t seed) {
  Random random(seed);
  Chips chips = std::make_shared<std::vector<std::unique_ptr<ChipTable>>>();
  for (std::size_t i = 0; i < count; ++i) chips->push_back(std::make_unique<ChipTable>(size, random));
  return chips;
}

/// An alternative that applies `update` to each chip, `repeats` times.
template <class Update>
Alternative updating(const std::string& name, const Chips& chips, int repeats, double entries_a_chip, bool cold,
                     Update update) {
  Alternative one{name,
                  entries_a_chip * static_cast<double>(chips->size()) * repeats,
                  [=] {
                    for (int i = 0; i < repeats; ++i)
                      for (auto& chip : *chips) update(*chip);
                  },
                  {}};
  if (cold)
    one.prepare = [=] {
      for (auto& chip : *chips) chip->flush_all();
    };
  return one;
}

/// Both ends of a socket that preserves message boundaries. Each entry passes through it as a separate message, as a
/// daemon sends route updates to the process that holds the table.
struct KernelPath {
  KernelPath() { VTPU_CHECK(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) == 0, "the kernel provides a pair of sockets"); }
  ~KernelPath() {
    close(ends[0]);
    close(ends[1]);
  }
  reconfigure::HopChange through(const reconfigure::HopChange& change) const {
    reconfigure::HopChange arrived;
    VTPU_CHECK(send(ends[0], &change, sizeof change, 0) == sizeof change, "the whole message is sent");
    VTPU_CHECK(recv(ends[1], &arrived, sizeof arrived, 0) == sizeof arrived, "the whole message arrives");
    return arrived;
  }
  int ends[2] = {-1, -1};
};

struct TableSize {
  std::size_t entries;
  Shape grid;        // the machine whose chips have such tables
  std::size_t cold;  // chips whose tables are flushed and written once per run
};

const TableSize kSizes[] = {{4096, {16, 16, 16}, 64}, {65536, {16, 64, 64}, 4}};

void add_alternatives(std::vector<Alternative>& all, const TableSize& size, const Network& network,
                      std::uint64_t seed) {
  const Chips one = some_chips(1, size.entries, seed), many = some_chips(size.cold, size.entries, seed);
  const double entries = static_cast<double>(size.entries);
  const int repeats = static_cast<int>((1 << 18) / size.entries);
  const auto name = [&](const char* what) { return fmt::format("{} {}", size.entries, what); };
  const auto whole = [](ChipTable& chip) { chip.table.replace(chip.whole); };
  const auto changed = [](ChipTable& chip) { chip.table.apply(chip.changed); };
  all.push_back(updating(name("whole_hot"), one, repeats, entries, false, whole));
  all.push_back(updating(name("whole_cold"), many, 1, entries, true, whole));
  all.push_back(updating(name("changed_hot"), one, repeats, entries / 2, false, changed));
  all.push_back(updating(name("changed_cold"), many, 1, entries / 2, true, changed));
  all.push_back(updating(name("single_hot"), one, 1, entries / 2, false, [](ChipTable& chip) {
    for (const reconfigure::HopChange& change : chip.changed)
      chip.table.apply(std::span<const reconfigure::HopChange>(&change, 1));
  }));
  all.push_back(updating(name("search"), one, 1, entries, false, [&network](ChipTable& chip) {
    chip.table.replace(reconfigure::chip_table(network, Chip{0}));
  }));
  // One entry per 64-byte line, in random order, so that no line is visited twice.
  const auto order = std::make_shared<std::vector<std::size_t>>();
  for (std::size_t i = 0; i < size.entries / 2; i += 8) order->push_back(i);
  Random(seed + 1).shuffle(*order);
  const auto one_by_one = [order](ChipTable& chip) {
    for (const std::size_t i : *order) chip.table.apply(std::span<const reconfigure::HopChange>(&chip.changed[i], 1));
  };
  all.push_back(updating(name("random_cold"), many, 1, static_cast<double>(order->size()), true, one_by_one));
  if (size.entries == kSizes[0].entries) {
    const auto path = std::make_shared<KernelPath>();
    all.push_back(updating(name("kernel"), one, 1, entries / 2, false, [path](ChipTable& chip) {
      for (const reconfigure::HopChange& change : chip.changed) {
        const reconfigure::HopChange arrived = path->through(change);
        chip.table.apply(std::span<const reconfigure::HopChange>(&arrived, 1));
      }
    }));
  }
}

Estimate times(Estimate estimate, double factor) {
  estimate.value *= factor;
  estimate.ci.low *= factor;
  estimate.ci.high *= factor;
  for (double& sample : estimate.samples) sample *= factor;
  return estimate;
}

/// Returns the cost in ns of one changed entry in a cold table of 4096 entries.
Result<Estimate> write_tables(Run& run) {
  std::vector<Network> networks;
  for (const TableSize& size : kSizes) networks.emplace_back(topology::Torus{size.grid});
  SamplingRule rule;
  rule.most = 20;
  rule.rounds = run.quick() ? 1 : 3;
  rule.seconds = 60;
  rule.seed = run.random(1).next();
  const auto all = sample_in_processes(
      run,
      [&] {
        std::vector<Alternative> alternatives;
        for (std::size_t i = 0; i < std::size(kSizes); ++i)
          add_alternatives(alternatives, kSizes[i], networks[i], rule.seed);
        return alternatives;
      },
      rule);
  if (!all) return all.error();
  Table& table = run.table("reconfigure_writes", {{"entries", "", Source::label},
                                                  {"way", "", Source::label},
                                                  {"entry", "ns", Source::measured},
                                                  {"entry_low", "ns", Source::measured},
                                                  {"entry_high", "ns", Source::measured},
                                                  {"table", "ms", Source::measured}});
  for (const Sampled& one : *all) {
    const std::size_t space = one.name.find(' ');
    const std::string entries = one.name.substr(0, space), way = one.name.substr(space + 1);
    const double count = std::stod(entries);
    const Estimate ns = one.ns_per_unit();
    const Estimate ms = times(ns, count * 1e-6);
    table.add({entries, way, ns.value, ns.ci.low, ns.ci.high, ms.value});
    if (way == "kernel") {
      run.measured("net.reconfig.entry_ns.control", ns, "ns");
      run.measured("net.reconfig.table_ms.control", ms, "ms");
    } else if (way == "random_cold") {
      run.measured(fmt::format("net.reconfig.scattered_entry_ns.{}", entries), ns, "ns");
    } else if (count == static_cast<double>(kSizes[0].entries)) {
      run.measured("net.reconfig.entry_ns." + way, ns, "ns");
      run.measured("net.reconfig.table_ms." + way, ms, "ms");
    } else {
      run.measured("net.reconfig.large_entry_ns." + way, ns, "ns");
      run.measured("net.reconfig.large_table_ms." + way, ms, "ms");
    }
  }
  return named(*all, fmt::format("{} changed_cold", kSizes[0].entries)).ns_per_unit();
}

// ---- transitions

enum class Into { twisted, plane, translations };

struct Transition {
  std::string name;
  Shape shape;
  Into into;
  Shape plane = {1, 1};
  bool quick = false;
  bool all_to_all = false;
  std::vector<double> mebibytes = {};  ///< buffers of the all-reduces that are timed with and without reconfiguration
  std::vector<double> quick_mebibytes = {};  ///< the same in quick mode
};

const Transition kTransitions[] = {
    {"4x4x8 twist", {4, 4, 8}, Into::twisted, {1, 1}, true, true, {1, 16, 256}, {1, 4}},
    {"4x8x8 twist", {4, 8, 8}, Into::twisted, {1, 1}, true, true},
    {"8x8x8 to plane 16x32", {8, 8, 8}, Into::plane, {16, 32}, true},
    {"8x8x8 to translations", {8, 8, 8}, Into::translations, {1, 1}, true, false, {1, 16}},
    {"8x8x16 twist", {8, 8, 16}, Into::twisted},
    {"8x16x16 twist", {8, 16, 16}, Into::twisted},
    {"16x16x16 to plane 64x64", {16, 16, 16}, Into::plane, {64, 64}},
    {"16x16x16 to translations", {16, 16, 16}, Into::translations}};

struct Setups {
  reconfigure::SliceSetup before;
  reconfigure::SliceSetup after;
};

Result<Setups> setups_of(const Transition& transition, Random random) {
  const ocs::OcsLayout layout;
  Result<ocs::Slice> slice = ocs::Slice::make(layout, transition.shape);
  if (!slice) return slice.error();
  ocs::StateOfSlice torus{ocs::OcsState(layout), *slice};
  if (const Result<void> done = ocs::connect_torus(torus.state, *slice); !done) return done.error();
  Result<reconfigure::SliceSetup> before =
      reconfigure::make_setup(torus, "torus " + to_string(transition.shape), kLink);
  if (!before) return before.error();
  const auto after = [&]() -> Result<reconfigure::SliceSetup> {
    if (transition.into == Into::plane) return reconfigure::make_plane_setup(layout, *slice, transition.plane, kLink);
    ocs::StateOfSlice state{ocs::OcsState(layout), *slice};
    if (transition.into == Into::twisted) {
      if (const Result<void> done = ocs::connect_twisted_torus(state.state, *slice); !done) return done.error();
      return reconfigure::make_setup(state, "twisted torus " + to_string(transition.shape), kLink);
    }
    Result<vtpu::search::SymmetricState> symmetric = vtpu::search::torus_state(transition.shape);
    if (!symmetric) return symmetric.error();
    for (int& translation : symmetric->translation)
      translation = static_cast<int>(random.below(static_cast<std::uint64_t>(symmetric->blocks())));
    const ocs::StateOfSlice drawn = vtpu::search::circuits_of(*symmetric, layout.blocks - symmetric->blocks());
    return reconfigure::make_setup(drawn, "random translations " + to_string(transition.shape), kLink);
  };
  Result<reconfigure::SliceSetup> made = after();
  if (!made) return made.error();
  return Setups{*std::move(before), *std::move(made)};
}

Result<workload::Workload> all_reduce(const Shape& shape, std::uint64_t bytes) {
  const Result<collective::Schedule> schedule =
      collective::make_schedule(collective::Collective::all_reduce, collective::Algorithm::bucket, shape);
  if (!schedule) return schedule.error();
  return collective::to_workload(*schedule, bytes);
}

std::string key_of(const Transition& transition) {
  std::string key = transition.name;
  std::replace(key.begin(), key.end(), ' ', '_');
  return key;
}

/// The address of a chip within the slice's box.
std::string address(const Shape& shape, Chip chip) {
  const Coordinates at = shape.coordinates_of(chip.value());
  return to_string(ChipAddress{at[0] + 1, at[1] + 1, at[2] + 1, 1, 1});
}

void add_plan(Run& run, Table& plans, Table& entries, const Transition& transition, const Setups& setups,
              const reconfigure::ReconfigurationPlan& plan) {
  const auto whole = [](auto count) { return static_cast<double>(count); };
  plans.add({transition.name, whole(plan.chips), whole(plan.switches.size()), whole(plan.circuits.removed.size()),
             whole(plan.circuits.added.size()), whole(plan.dark_channels.size()) / 2, whole(plan.entries),
             plan.entry_share(), whole(plan.port_changes), whole(plan.most_entries), plan.untouched_share()});
  const std::string key = key_of(transition);
  run.computed("net.reconfig.entry_share." + key, plan.entry_share(), "1",
               "entries of all chips that differ in port or hops, over all pairs of different chips");
  run.computed("net.reconfig.untouched_share." + key, plan.untouched_share(), "1",
               "pairs whose whole path stays the same, over all pairs of different chips");
  run.computed("net.reconfig.switches." + key, whole(plan.switches.size()), "switches",
               "switches that change circuits");
  constexpr int kRows = 3;
  const Shape& shape = setups.before.slice.shape();
  for (const reconfigure::RowChange& row : reconfigure::changed_rows(setups.before, setups.after, Chip{0}, kRows))
    entries.add({transition.name, address(shape, row.before.source), address(shape, row.before.destination),
                 address(shape, row.before.next_hop), whole(row.before.hops), row.before.bandwidth_gbytes_per_s,
                 address(shape, row.after.next_hop), whole(row.after.hops), row.after.bandwidth_gbytes_per_s});
}

/// A job that runs undisturbed, and the same job paused about halfway and resumed.
struct Interrupted {
  double whole_ns = 0;
  reconfigure::ReconfiguredJob job;
};

/// The traffic in flight varies from moment to moment, because the rounds of a collective end on all chips at once. Of
/// a few moments, this returns the one with the longest drain.
Result<Interrupted> interrupt(const Run& run, const Setups& setups, const reconfigure::ReconfigurationPlan& plan,
                              const workload::Workload& job, packet::Hold hold) {
  reconfigure::ReconfigurationOptions options;
  options.switching_ms = 0;  // the tables add it
  const Result<double> whole = reconfigure::undisturbed_ns(setups.before, job, options);
  if (!whole) return whole.error();
  Interrupted longest{*whole, {}};
  for (std::size_t i = 0; i < (run.quick() ? 1 : std::size(kPauses)); ++i) {
    const packet::Pause pause{std::floor(kPauses[i] * *whole), hold};
    const Result<reconfigure::ReconfiguredJob> one =
        reconfigure::reconfigure_job(setups.before, setups.after, plan, job, pause, options);
    if (!one) return one.error();
    if (i == 0 || one->parts.drain_ns > longest.job.parts.drain_ns) longest.job = *one;
  }
  return longest;
}

void add_parts(Table& table, const std::string& transition, const char* job,
               const reconfigure::ReconfigurationParts& parts) {
  const double us = 1e-3;
  std::vector<Cell> row = {transition,
                           job,
                           parts.order_ns * us,
                           parts.drain_ns * us,
                           parts.report_ns * us,
                           parts.tables_ns * us,
                           parts.go_ns * us,
                           parts.first_ns * us,
                           parts.total_ns(reconfigure::Tables::staged) * us,
                           parts.total_ns(reconfigure::Tables::sent) * us};
  table.add(std::move(row));
}

/// Adds an all-reduce of one size: its undisturbed time, and its time with a reconfiguration halfway, by switching
/// time.
void add_job(Run& run, Table& table, const Transition& transition, double mebibytes, packet::Hold hold,
             const Interrupted& interrupted) {
  const reconfigure::ReconfiguredJob& job = interrupted.job;
  const double ms = 1e-6;
  std::vector<Cell> row = {transition.name,
                           mebibytes,
                           hold == packet::Hold::packets ? "packets" : "messages",
                           interrupted.whole_ns * ms,
                           job.parts.drain_ns * 1e-3,
                           job.before_ns * ms,
                           job.after_ns * ms,
                           job.total_ns * ms};
  for (const double switching : kSwitchingMs) {
    const double overhead = (job.total_ns + switching / ms) / interrupted.whole_ns - 1;
    row.emplace_back(overhead);
    if (hold == packet::Hold::packets)
      run.simulated(fmt::format("net.reconfig.overhead.{}.{:g}MiB_{:g}ms", key_of(transition), mebibytes, switching),
                    overhead, "1", "time of the interrupted all-reduce over that of the undisturbed one, minus one");
  }
  table.add(std::move(row));
}

Result<void> reconfigure(Run& run, const Estimate& changed_entry_ns) {
  const double parts_mebibytes = run.parameter("all_reduce_mebibytes", 1.0, 4.0);
  run.parameter("link_gbytes_per_s", kLink.bandwidth_gbytes_per_s);
  run.parameter("link_latency_ns", kLink.latency_ns);
  run.parameter("first_pause_at_share", kPauses[0]);
  run.parameter("last_pause_at_share", kPauses[0], *std::rbegin(kPauses));
  const Result<double> reported = run.published(kFacts, "OC-024");
  if (!reported) return reported.error();
  Table& plans = run.table("reconfigure_plans", {{"transition", "", Source::label},
                                                 {"chips", "chips", Source::computed},
                                                 {"switches", "switches", Source::computed},
                                                 {"removed", "circuits", Source::computed},
                                                 {"added", "circuits", Source::computed},
                                                 {"dark", "links", Source::computed},
                                                 {"entries", "entries", Source::computed},
                                                 {"entry_share", "1", Source::computed},
                                                 {"port_changes", "entries", Source::computed},
                                                 {"most_entries", "entries", Source::computed},
                                                 {"untouched_share", "1", Source::computed}});
  Table& entries = run.table("reconfigure_entries", {{"transition", "", Source::label},
                                                     {"source", "", Source::label},
                                                     {"destination", "", Source::label},
                                                     {"next_before", "", Source::label},
                                                     {"hops_before", "hops", Source::computed},
                                                     {"bandwidth_before", "GB/s", Source::computed},
                                                     {"next_after", "", Source::label},
                                                     {"hops_after", "hops", Source::computed},
                                                     {"bandwidth_after", "GB/s", Source::computed}});
  Table& parts = run.table("reconfigure_parts", {{"transition", "", Source::label},
                                                 {"job", "", Source::label},
                                                 {"order", "us", Source::simulated},
                                                 {"drain", "us", Source::simulated},
                                                 {"report", "us", Source::simulated},
                                                 {"tables", "us", Source::simulated},
                                                 {"go", "us", Source::simulated},
                                                 {"first", "us", Source::simulated},
                                                 {"total_staged", "us", Source::simulated},
                                                 {"total_sent", "us", Source::simulated}});
  Table& jobs = run.table("reconfigure_all_reduce", {{"transition", "", Source::label},
                                                     {"mebibytes", "MiB", Source::computed},
                                                     {"held_back", "", Source::label},
                                                     {"whole", "ms", Source::simulated},
                                                     {"drain", "us", Source::simulated},
                                                     {"before", "ms", Source::simulated},
                                                     {"after", "ms", Source::simulated},
                                                     {"without_switching", "ms", Source::simulated},
                                                     {"overhead_1ms", "1", Source::simulated},
                                                     {"overhead_10ms", "1", Source::simulated},
                                                     {"overhead_30ms", "1", Source::simulated}});
  std::vector<const Transition*> transitions;
  for (const Transition& transition : kTransitions)
    if (transition.quick || !run.quick()) transitions.push_back(&transition);
  Table& switching_times = run.table("reconfigure_switching", {{"transition", "", Source::label},
                                                               {"switching", "ms", Source::computed},
                                                               {"end_to_end", "ms", Source::simulated},
                                                               {"one_at_a_time", "ms", Source::simulated}});
  Progress progress("net-reconfigure", transitions.size());
  double worst_without_switching = 0;
  double quickest_one_by_one = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < transitions.size(); ++i) {
    const Transition& transition = *transitions[i];
    const Result<Setups> setups = setups_of(transition, run.random(10));
    if (!setups) return setups.error();
    const Result<reconfigure::ReconfigurationPlan> plan = reconfigure::make_plan(setups->before, setups->after);
    if (!plan) return plan.error();
    add_plan(run, plans, entries, transition, *setups, *plan);
    const auto bytes = [](double mebibytes) { return static_cast<std::uint64_t>(mebibytes * 1048576); };
    const Result<workload::Workload> reduction = all_reduce(transition.shape, bytes(parts_mebibytes));
    if (!reduction) return reduction.error();
    const Result<Interrupted> job = interrupt(run, *setups, *plan, *reduction, packet::Hold::packets);
    if (!job) return job.error();
    add_parts(parts, transition.name, "all-reduce", job->job.parts);
    if (transition.all_to_all) {
      const workload::Workload exchange =
          reconfigure::windowed_all_to_all(plan->chips, 4 * 4096, 8, run.random(11).next());
      const Result<Interrupted> other = interrupt(run, *setups, *plan, exchange, packet::Hold::packets);
      if (!other) return other.error();
      add_parts(parts, transition.name, "all-to-all", other->job.parts);
    }
    for (const double mebibytes : run.quick() ? transition.quick_mebibytes : transition.mebibytes) {
      const Result<workload::Workload> sized = all_reduce(transition.shape, bytes(mebibytes));
      if (!sized) return sized.error();
      for (const packet::Hold hold : {packet::Hold::packets, packet::Hold::messages}) {
        const Result<Interrupted> one = interrupt(run, *setups, *plan, *sized, hold);
        if (!one) return one.error();
        add_job(run, jobs, transition, mebibytes, hold, *one);
      }
    }
    const std::string key = key_of(transition);
    const double without = job->job.parts.total_ns(reconfigure::Tables::staged) * 1e-6;
    worst_without_switching = std::max(worst_without_switching, without);
    quickest_one_by_one =
        std::min(quickest_one_by_one, without + kSwitchingMs[0] * static_cast<double>(plan->switches.size()));
    for (const double switching : kSwitchingMs) {
      run.simulated(
          fmt::format("net.reconfig.end_to_end_ms.{}.{:g}ms", key, switching), without + switching, "ms",
          "order, drain, report, switching, order to resume, first packet of an all-reduce; tables sent beforehand; "
          "all switches at once");
      switching_times.add({transition.name, switching, without + switching,
                           without + switching * static_cast<double>(plan->switches.size())});
    }
    run.simulated("net.reconfig.tables_sent_ms." + key, job->job.parts.tables_ns * 1e-6, "ms",
                  "time to send the changed entries of all chips from one chip over the drained network");
    Estimate update = times(changed_entry_ns, plan->most_entries * 1e-6);
    for (double* value : {&update.value, &update.ci.low, &update.ci.high}) *value += job->job.parts.tables_ns * 1e-6;
    for (double& sample : update.samples) sample += job->job.parts.tables_ns * 1e-6;
    update.method += "; for the changed entries of the busiest chip, plus the simulated time to send the tables";
    run.measured("net.reconfig.update_ms." + key, update, "ms");
    progress.step(transition.name);
  }
  run.simulated("net.reconfig.without_switching_ms", worst_without_switching, "ms",
                "switching time zero; the slowest transition");
  run.simulated("net.reconfig.end_to_end_ms.control", quickest_one_by_one, "ms",
                "the switches of a transition move one after the other, 1 ms each; the quickest transition");
  run.computed("net.reconfig.reported_ms", *reported * 1e3, "ms", "OC-024, a secondary report for a slice, end to end");
  return {};
}

Result<void> run_all(Run& run) {
  warn_of_disturbance("net-reconfigure");
  const Result<Estimate> changed_entry_ns = write_tables(run);
  if (!changed_entry_ns) return changed_entry_ns.error();
  return reconfigure(run, *changed_entry_ns);
}

const Experiment kExperiment{
    .name = "net-reconfigure",
    .question = "How long does it take to give a slice another topology while a job runs on it?",
    .claims = {"net.entry", "net.reconfig", "net.reconfig.total"},
    .inputs = {kFacts},
    .quick_seconds = 5,
    .full_seconds = 180,
    .times_the_host = true,
    .run = run_all};

}  // namespace

int main(int argc, char** argv) { return experiment_main(kExperiment, argc, argv); }
