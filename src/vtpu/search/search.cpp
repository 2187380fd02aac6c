#include "vtpu/search/search.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <string>
#include <utility>

#include "vtpu/base/check.h"
#include "vtpu/base/random.h"
#include "vtpu/net/ocs/ocs_state.h"
#include "vtpu/search/lifted_graph.h"

namespace vtpu::search {
namespace {

/// "throughput bound t m t m ...", with all digits, so that a line read back gives the same result.
std::string line_of(const Found& found) {
  std::string line = fmt::format("{} {}", found.throughput, found.dual_bound);
  for (const net::Ocs ocs : found.state.translation.indices())
    line += fmt::format(" {} {}", found.state.translation[ocs], found.state.mirror[ocs]);
  return line;
}

Result<Found> found_in(const std::string& line, const SearchPlan& plan, int index) {
  const BlockGroup& group = plan.groups[static_cast<std::size_t>(index) % plan.groups.size()];
  Found found{{group, plan.shape, 4, {}, {}}, 0, 0, index};
  const char* at = line.data();
  const char* const end = at + line.size();
  bool whole = true;
  const auto read = [&](auto& number) {
    while (at != end && *at == ' ') ++at;
    const auto [next, error] = std::from_chars(at, end, number);
    whole = whole && error == std::errc();
    at = next;
  };
  read(found.throughput);
  read(found.dual_bound);
  const net::ocs::OcsLayout layout{found.state.block_side, group.order()};
  found.state.translation.resize(layout.ocs_count());
  found.state.mirror.resize(layout.ocs_count());
  for (const net::Ocs ocs : found.state.translation.indices()) {
    read(found.state.translation[ocs]);
    read(found.state.mirror[ocs]);
  }
  if (!whole || at != end) return Error{fmt::format("restart {}", index), fmt::format("'{}'", line), "a found state"};
  return found;
}

std::string identity_of(const SearchPlan& plan) {
  std::string identity = fmt::format(
      "uniform all-to-all {} seed {} steps {} lengths {} {} mirrored {} alike {} heat {} gap {} iterations {}",
      net::to_string(plan.shape), plan.seed, plan.anneal.steps, plan.anneal.lengths.electrical,
      plan.anneal.lengths.optical, plan.anneal.mirrored, static_cast<int>(plan.anneal.alike), plan.anneal.heat,
      plan.flow.gap, plan.flow.iterations);
  for (const BlockGroup& group : plan.groups) identity += " | " + group.name();
  return identity;
}

}  // namespace

Result<Found> restart(const SearchPlan& plan, int index, const std::function<bool()>& stop) {
  VTPU_CHECK(!plan.groups.empty(), "a search has at least one group");
  const BlockGroup& group = plan.groups[static_cast<std::size_t>(index) % plan.groups.size()];
  Random seeds = Random(plan.seed).fork(static_cast<std::uint64_t>(index));
  const std::uint64_t start_seed = seeds.next();
  const Annealed best =
      anneal(random_state(group, plan.shape, plan.anneal, start_seed), plan.anneal, seeds.next(), stop);
  const Result<LiftedFlow> flow = balanced_flow(lifted(best.state), plan.flow);
  if (!flow) return flow.error();
  return Found{best.state, flow->throughput, flow->dual_bound, index};
}

Result<std::vector<Found>> search_states(const SearchPlan& plan, const sweep::Options& options) {
  const Result<std::vector<std::string>> lines = sweep::run(
      identity_of(plan), plan.restarts,
      [&](int index, const std::function<bool()>& stop) -> Result<std::string> {
        const Result<Found> found = restart(plan, index, stop);
        if (!found) return found.error();
        return line_of(*found);
      },
      options);
  if (!lines) return lines.error();
  std::vector<Found> all;
  for (int index = 0; index < plan.restarts; ++index) {
    const std::string& line = (*lines)[static_cast<std::size_t>(index)];
    if (line.empty()) continue;
    Result<Found> found = found_in(line, plan, index);
    if (!found) return found.error();
    all.push_back(*std::move(found));
  }
  std::stable_sort(all.begin(), all.end(), [](const Found& a, const Found& b) { return a.throughput > b.throughput; });
  return all;
}

}  // namespace vtpu::search
