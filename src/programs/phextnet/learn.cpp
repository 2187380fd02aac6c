#include "programs/phextnet/learn.h"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <string>

#include "programs/command/command.h"
#include "programs/command/files.h"
#include "vtpu/base/arguments.h"
#include "vtpu/base/file.h"
#include "vtpu/net/ocs/ocs_state.h"
#include "vtpu/net/ocs/state_file.h"
#include "vtpu/net/shape.h"
#include "vtpu/search/families.h"
#include "vtpu/search/lifted_flow.h"
#include "vtpu/search/lifted_graph.h"
#include "vtpu/search/search.h"
#include "vtpu/search/symmetric_state.h"
#include "vtpu/sweep/interrupt.h"
#include "vtpu/sweep/sweep.h"

namespace vtpu::command {
namespace {

/// Throughput of a uniform all-to-all on a state, in link bandwidths per chip.
Result<double> throughput_of(const search::SymmetricState& state, const search::FlowOptions& options) {
  const auto flow = search::balanced_flow(search::lifted(state), options);
  if (!flow) return flow.error();
  return flow->throughput;
}

}  // namespace

void add_learn_options(CLI::App& command, LearnOptions& options) {
  command.add_option("--shape", options.shape, "shape of the slice in chips, whole blocks of 4x4x4")
      ->capture_default_str();
  add_number(command, "--steps", options.steps, "annealing steps per restart", 0, std::int64_t{1} << 40);
  add_number(command, "--restarts", options.restarts, "searches from random states", 1, 1000000);
  add_number(command, "--groups", options.groups, "number of groups of blocks that restarts alternate between", 1,
             1000);
  add_number(command, "--mirrored", options.mirrored, "share of drawn switches that join equal faces", 0, 1);
  add_choice<search::Alike>(command, "--alike", options.alike,
                            "switches that share a setting: none, rotated (equal up to a cyclic exchange of x, y and "
                            "z), dimension (all of one)")
      ->default_str(choice_name(options.alike));
  add_number(command, "--seed", options.seed, "seed of all random numbers");
  add_number(command, "-j,--threads", options.threads, "restarts at once, 0: number of cores", 0, 256);
  command.add_option("--journal", options.journal,
                     "folder of finished restarts, for resuming and for several processes");
  command
      .add_option("--out", options.out,
                  "file for the best state, readable with network.topology = ocs; - for standard output")
      ->required();
}

Result<int> run_learn(const Options& asked) {
  const LearnOptions& options = asked.learn;
  constexpr int kMostBlocks = 64;
  const auto shape = net::parse_shape(options.shape);
  if (!shape) return within("--shape", shape.error());
  const auto torus = search::torus_state(*shape);
  if (!torus) return within("--shape", torus.error());
  if (torus->blocks() < 2 || torus->blocks() > kMostBlocks)
    return Error{"--shape", fmt::format("found {} blocks", torus->blocks()), fmt::format("2 to {}", kMostBlocks)};
  if (options.out != "-")
    if (const auto possible = check_output(options.out); !possible) return possible.error();
  const auto share = sweep::Share::of_environment();
  if (!share) return share.error();

  search::SearchPlan plan{.shape = *shape,
                          .groups = {torus->group},
                          .restarts = options.restarts,
                          .anneal = {.steps = options.steps, .mirrored = options.mirrored, .alike = options.alike},
                          .seed = options.seed};
  if (options.groups > 1) {
    plan.groups = search::groups_of_order(torus->blocks());
    plan.groups.resize(std::min(plan.groups.size(), static_cast<std::size_t>(options.groups)), torus->group);
  }
  const sweep::Interrupt interrupt;
  const auto found = search::search_states(plan, {options.threads, options.journal, *share, true});
  if (!found && interrupt.came()) return fail("phextnet", found.error().message(), kInterrupted);
  if (!found) return found.error();
  if (found->size() < static_cast<std::size_t>(plan.restarts))
    return print(
        fmt::format("{} of {} restarts are done; the last process writes the file\n", found->size(), plan.restarts));

  std::string text = fmt::format("{:>8} {:>10} {:>10}  {}\n", "restart", "throughput", "bound", "group");
  for (const search::Found& each : *found)
    text += fmt::format("{:>8} {:>10.4f} {:>10.4f}  {}\n", each.restart, each.throughput, each.dual_bound,
                        each.state.group.name());
  const search::Found& best = found->front();
  text += fmt::format("\nuniform all-to-all, link bandwidths per chip: {:.4f}, at most {:.4f}\n", best.throughput,
                      best.dual_bound);
  const auto compare = [&](const char* name, const Result<search::SymmetricState>& state) {
    const auto other = state ? throughput_of(*state, plan.flow) : Result<double>(state.error());
    text += other ? fmt::format("{} {}: {:.4f}; the state reaches {:.3f} times that\n", name, options.shape, *other,
                                best.throughput / *other)
                  : fmt::format("{} {}: not computed: {}\n", name, options.shape, other.error().message());
  };
  compare("torus", torus);
  compare("twisted torus", search::twisted_torus_state(*shape));
  const net::ocs::StateOfSlice circuits = search::circuits_of(best.state);
  const std::string head = fmt::format(
      "# phextnet learn --shape {} --steps {} --restarts {} --groups {} --mirrored {} --alike {} --seed {}: restart "
      "{}, {}\n",
      options.shape, options.steps, options.restarts, options.groups, options.mirrored, choice_name(options.alike),
      options.seed, best.restart, best.state.group.name());
  const auto written = put(options.out, head + net::ocs::ocs_state_text(circuits.state, circuits.slice));
  return written && options.out != "-" ? print(text) : written;
}

}  // namespace vtpu::command
