#include "programs/phextnet/rings.h"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "programs/command/command.h"
#include "programs/command/files.h"
#include "programs/phextnet/meter.h"
#include "vtpu/base/arguments.h"
#include "vtpu/base/file.h"
#include "vtpu/base/json.h"
#include "vtpu/base/position.h"
#include "vtpu/net/collective/disjoint_rings.h"
#include "vtpu/net/collective/ring_file.h"
#include "vtpu/net/fault/degraded.h"
#include "vtpu/net/network.h"
#include "vtpu/net/ocs/state_file.h"
#include "vtpu/net/topology/ocs_topology.h"
#include "vtpu/scenario/subject.h"
#include "vtpu/search/disjoint_rings.h"
#include "vtpu/sweep/interrupt.h"

namespace vtpu::command {
namespace {

using net::collective::Ring;

/// A network, and the numbers that name a chip in JSON.
struct Subject {
  net::Network network;
  std::optional<net::Shape> sides;  // of a grid
  int block_side = 0;               // of a state: chips along a block's edge
};

/// The switch that a text such as x(2,3) names: dimension, and position on the face of a block.
Result<net::Ocs> switch_of(const std::string& text, const net::ocs::OcsLayout& layout) {
  for (const net::Ocs ocs : index_range<net::Ocs>(layout.ocs_count())) {
    const int place = ocs.value() % (layout.block_side * layout.block_side);
    const char dimension = "xyz"[layout.dimension_of(ocs)];
    if (text == fmt::format("{}({},{})", dimension, place / layout.block_side, place % layout.block_side)) return ocs;
  }
  return Error{"--dark", fmt::format("found '{}'", text),
               fmt::format("a switch, x(0,0) to z({0},{0})", layout.block_side - 1)};
}

Result<Subject> of_state(const RingsOptions& options) {
  auto read = net::ocs::read_ocs_state(options.state);
  if (!read) return read.error();
  if (!options.dark.empty()) {
    const auto ocs = switch_of(options.dark, read->state.layout());
    if (!ocs) return ocs.error();
    net::fault::darken(read->state, *ocs);
  }
  const auto topology = net::topology::OcsTopology::make(read->state, read->slice, "OCS state " + options.state);
  if (!topology) return within(options.state, topology.error());
  return Subject{net::Network(*topology), read->slice.shape(), read->state.layout().block_side};
}

Result<Subject> subject_of(RingsOptions rings, const scenario::Scenario& given) {
  if (rings.state.empty() && given.network.topology == scenario::TopologyKind::ocs)
    rings.state = given.network.file.path;
  else if (!rings.state.empty() && given.is_given("network.topology"))
    return Error{"--state", "found beside network.topology", "one of the two"};
  if (!rings.state.empty() && given.faults.links.empty() && given.faults.chips.empty()) return of_state(rings);
  if (!rings.dark.empty()) return Error{"--dark", "found without a state", "--state FILE, or network.topology = ocs"};
  if (!rings.state.empty()) return Error{"--state", "found with [faults]", "--dark for a switch that is dark"};
  auto subject = scenario::build_subject(given);
  if (!subject) return subject.error();
  return Subject{std::move(subject->network), subject->names().grid(), 0};
}

nlohmann::ordered_json named(const Subject& subject, net::Chip chip) {
  if (!subject.sides) return nlohmann::ordered_json::array({chip.value()});
  const net::Coordinates place = subject.sides->coordinates_of(chip.value());
  nlohmann::ordered_json name = nlohmann::ordered_json::array();
  int block = 0;
  for (int dimension = 0; dimension < subject.sides->dimensions(); ++dimension) {
    const int coordinate = place[at(dimension)];
    if (subject.block_side > 0)
      block = block * (subject.sides->side(dimension) / subject.block_side) + coordinate / subject.block_side;
    name.push_back(subject.block_side > 0 ? coordinate % subject.block_side : coordinate);
  }
  if (subject.block_side > 0) name.insert(name.begin(), block);
  return name;
}

std::string json_of(const Subject& subject, const std::vector<Ring>& rings) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const Ring& ring : rings) {
    nlohmann::ordered_json& one = all.emplace_back(nlohmann::ordered_json::array());
    for (const net::Chip chip : ring) one.push_back(named(subject, chip));
  }
  return json_text(nlohmann::ordered_json{{"rings", std::move(all)}}) + "\n";
}

}  // namespace

void add_rings_options(CLI::App& command, RingsOptions& options) {
  command.add_option("--state", options.state, "OCS state, as data/states holds them; in place of network.topology");
  command.add_option("--dark", options.dark, "a switch of the state without circuits, as x(2,3): dimension, position");
  add_number(command, "--count", options.count, "number of rings, 0: as many as the links of every chip allow", 0, 64);
  add_number(command, "--steps", options.steps, "squares of links to look at before the search gives up", 0,
             std::int64_t{1} << 40);
  command
      .add_option_function<std::string>(
          "--json", [&options](const std::string& file) { options.json = file.empty() ? "-" : file; },
          "write the chips of each ring as JSON; without a file, print them in place of the text")
      ->expected(0, 1)
      ->trigger_on_parse(false);
  command.add_option("--out", options.out, "file for the rings in the form of data/states");
}

Result<int> run_rings(const Options& options) {
  const RingsOptions& asked = options.rings;
  if (asked.json == "-" && asked.out == "-")
    return Error{"--out", "found standard output, which is that of --json", "another file"};
  for (const std::string& file : {asked.json, asked.out})
    if (const auto possible = file.empty() || file == "-" ? Result<void>() : check_output(file); !possible)
      return possible.error();
  const auto given = scenario_of(options, "rings");
  if (!given) return given.error();
  const auto subject = subject_of(asked, *given);
  if (!subject) return subject.error();
  const net::Network& network = subject->network;
  if (network.node_count() > network.chip_count())
    return Error{network.name(), fmt::format("found {} switches", network.node_count() - network.chip_count()),
                 "a network of chips alone"};

  std::optional<Meter> meter(std::in_place);
  const sweep::Interrupt interrupt;
  const auto found = search::disjoint_rings(
      network, {asked.count, asked.steps, static_cast<std::uint64_t>(given->simulation.seed)}, [&](double part) {
        meter->show(part);
        return !interrupt.came();
      });
  meter.reset();
  if (!found && interrupt.came()) return fail("phextnet", found.error().message(), kInterrupted);
  if (!found) return found.error();
  if (const auto proof = net::collective::check_rings(network, found->rings); !proof) return proof.error();

  if (!asked.out.empty()) {
    const auto text = net::collective::rings_text(network, found->rings);
    if (!text) return within("--out", text.error());
    std::string head = "# phextnet rings";
    if (!asked.state.empty()) head += " --state " + asked.state;
    if (!asked.dark.empty()) head += " --dark '" + asked.dark + "'";
    head += fmt::format(" --count {} --steps {} --seed {}\n", found->rings.size(), asked.steps, given->simulation.seed);
    if (const auto written = put(asked.out, head + *text); !written) return written;
  }
  const auto json = [&] { return json_of(*subject, found->rings); };
  if (const auto written = write_output(asked.json, json); !written) return written.error();
  if (asked.json == "-" || asked.out == "-") return kDone;
  const int links = network.attached_count() / 2;
  const int used = static_cast<int>(found->rings.size()) * network.chip_count();
  return print(
      fmt::format("network    {}: {} chips, {} links\nrings      {} through all chips; no link is used twice\n"
                  "links      {} in rings, {} left over\nsearch     {} steps\n",
                  network.name(), network.chip_count(), links, found->rings.size(), used, links - used, found->steps));
}

}  // namespace vtpu::command
