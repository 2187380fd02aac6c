#include "vtpu/scenario/reconfigure.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "vtpu/net/ocs/builders.h"
#include "vtpu/net/ocs/state_file.h"
#include "vtpu/net/reconfigure/slice_setup.h"
#include "vtpu/net/shape.h"
#include "vtpu/scenario/keys.h"
#include "vtpu/scenario/simulate.h"
#include "vtpu/scenario/subject.h"
#include "vtpu/scenario/work.h"

namespace vtpu::scenario {
namespace {

/// The network of a scenario as a state of the switches.
struct Wanted {
  const Scenario& scenario;
  std::optional<net::ocs::StateOfSlice> file;  ///< of an OCS state
  net::Shape sides{1};                         ///< of the others

  bool flat() const { return !file && sides.dimensions() == 2; }
  bool twisted() const { return scenario.network.topology == TopologyKind::twisted_torus; }
};

Result<Wanted> wanted(const Scenario& scenario) {
  if (const auto right = check(scenario); !right) return right.error();
  const TopologyKind topology = scenario.network.topology;
  if (topology != TopologyKind::torus && topology != TopologyKind::twisted_torus && topology != TopologyKind::ocs)
    return Error{scenario.where("network.topology"),
                 "found " + choice_name(topology) + ", which the switches cannot form", "torus, twisted-torus or ocs"};
  for (const char* key : {"faults.links", "faults.chips"})
    if (scenario.is_given(key)) return Error{scenario.where(key), "found failures", "a network without failures"};
  Wanted network{scenario, std::nullopt};
  if (topology == TopologyKind::ocs) {
    auto read = net::ocs::read_ocs_state(scenario.network.file.path);
    if (!read) return read.error();
    network.file = *std::move(read);
    return network;
  }
  const auto subject = build_subject(scenario);
  if (!subject) return subject.error();
  network.sides = subject->shape();
  return network;
}

/// The switches and the blocks in use: from a file, or the first blocks of the machine.
struct Place {
  net::ocs::OcsLayout layout;
  net::ocs::Slice slice;
};

Result<Place> place_of(const Wanted& first, const Wanted& second) {
  for (const Wanted* each : {&first, &second})
    if (each->file) return Place{each->file->state.layout(), each->file->slice};
  for (const Wanted* each : {&first, &second}) {
    if (each->flat()) continue;
    const auto slice = net::ocs::Slice::make({}, each->sides);
    if (!slice) return at_key(each->scenario, "network.sides", slice.error());
    return Place{{}, *slice};
  }
  return Error{first.scenario.where("network.sides"), "found two planes", "at least one network with three sides"};
}

Result<net::reconfigure::SliceSetup> setup_of(const Wanted& network, const Place& place, const net::LinkModel& link) {
  const Scenario& scenario = network.scenario;
  if (network.file) {
    auto setup = net::reconfigure::make_setup(*network.file, "OCS state " + scenario.network.file.name, link);
    if (!setup) return at_key(scenario, "network.file", setup.error());
    return setup;
  }
  if (network.flat()) {
    auto setup = net::reconfigure::make_plane_setup(place.layout, place.slice, network.sides, link);
    if (!setup) return at_key(scenario, "network.sides", setup.error());
    return setup;
  }
  if (network.sides != place.slice.shape())
    return Error{scenario.where("network.sides"), "found " + to_string(network.sides),
                 "the sides of the other network, " + to_string(place.slice.shape())};
  net::ocs::StateOfSlice state{net::ocs::OcsState(place.layout), place.slice};
  const auto connected = network.twisted() ? net::ocs::connect_twisted_torus(state.state, state.slice)
                                           : net::ocs::connect_torus(state.state, state.slice);
  if (!connected) return at_key(scenario, "network.sides", connected.error());
  auto setup = net::reconfigure::make_setup(
      state, fmt::format("{} {}", network.twisted() ? "twisted torus" : "torus", to_string(network.sides)), link);
  if (!setup) return at_key(scenario, "network.sides", setup.error());
  return setup;
}

Result<std::string> rows_of(const net::reconfigure::SliceSetup& before, const net::reconfigure::SliceSetup& after,
                            const net::reconfigure::ReconfigurationPlan& plan, int rows, const std::string& name) {
  if (rows == 0) return std::string();
  const auto& entries = plan.entries_of_chip;
  net::Chip chip(static_cast<int>(std::max_element(entries.begin(), entries.end()) - entries.begin()));
  if (!name.empty()) {
    const auto named = before.network.names().chip(name, "--from");
    if (!named) return named.error();
    chip = *named;
  }
  return to_string(net::reconfigure::changed_rows(before, after, chip, rows), before, after);
}

/// A job runs at packet level. Error: another level; a key without an effect there.
Result<void> check_job(const Scenario& scenario) {
  const Level level = scenario.simulation.level;
  if (level != Level::automatic && level != Level::packet)
    return Error{scenario.where("simulation.level"), "found " + choice_name(level) + " for a reconfiguration",
                 "packet"};
  return scenario.has_workload() ? check_levels(scenario, Level::packet) : Result<void>{};
}

}  // namespace

Result<Reconfiguration> reconfigure(const Scenario& before, const Scenario& after, int rows, const std::string& chip,
                                    const net::workload::Watch& watch) {
  const auto old_network = wanted(before);
  if (!old_network) return old_network.error();
  const auto new_network = wanted(after);
  if (!new_network) return new_network.error();
  if (const auto right = check_job(before); !right) return right.error();
  const auto place = place_of(*old_network, *new_network);
  if (!place) return place.error();
  const net::LinkModel link{before.network.bandwidth_gbytes_per_s, before.network.latency_ns};
  const auto old_setup = setup_of(*old_network, *place, link);
  if (!old_setup) return old_setup.error();
  const auto new_setup = setup_of(*new_network, *place, link);
  if (!new_setup) return new_setup.error();
  auto plan = net::reconfigure::make_plan(*old_setup, *new_setup);
  if (!plan) return at_key(after, "network.topology", plan.error());

  const net::reconfigure::ReconfigurationOptions options{
      .switching_ms = before.reconfigure.switching_ms,
      .switches_at_a_time = static_cast<int>(before.reconfigure.switches_at_a_time),
      .tables = before.reconfigure.tables == TableDelivery::staged ? net::reconfigure::Tables::staged
                                                                   : net::reconfigure::Tables::sent,
      .packets = packet_config(before)};
  Reconfiguration done;
  done.before = old_setup->name;
  done.after = new_setup->name;
  done.switches = place->layout.ocs_count();
  done.plan = *std::move(plan);
  const auto switching = net::reconfigure::switching_ns(done.plan, options);
  if (!switching) return at_key(before, "reconfigure.switching_ms", switching.error());
  done.switching_ns = *switching;
  done.tables = options.tables;
  auto text = rows_of(*old_setup, *new_setup, done.plan, rows, chip);
  if (!text) return text.error();
  done.rows = *std::move(text);
  if (!before.has_workload()) return done;

  const auto subject = build_subject(before);
  if (!subject) return subject.error();
  const auto job = build_workload(before, *subject);
  if (!job) return job.error();
  done.job = workload_name(before);
  done.at = before.reconfigure.at;
  const net::packet::Hold hold =
      before.reconfigure.hold == PauseHold::packets ? net::packet::Hold::packets : net::packet::Hold::messages;
  const auto undisturbed = net::reconfigure::undisturbed_ns(*old_setup, *job, options, watch);
  if (!undisturbed) return at_key(before, "workload.kind", undisturbed.error());
  done.undisturbed_ns = *undisturbed;
  auto run = net::reconfigure::reconfigure_job(*old_setup, *new_setup, done.plan, *job, {done.at * *undisturbed, hold},
                                               options, watch);
  if (!run) return at_key(before, "workload.kind", run.error());
  done.run = *std::move(run);
  return done;
}

}  // namespace vtpu::scenario
