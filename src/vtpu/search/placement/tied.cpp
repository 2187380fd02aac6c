#include "vtpu/search/placement/tied.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>

#include "vtpu/base/position.h"
#include "vtpu/base/result.h"
#include "vtpu/net/flow/symmetric.h"
#include "vtpu/net/ocs/slice.h"
#include "vtpu/search/placement/state_search.h"

namespace vtpu::search {
namespace {

std::vector<int> after(const std::vector<int>& first, const std::vector<int>& second) {
  std::vector<int> both;
  for (const int chip : first) both.push_back(second[at(chip)]);
  return both;
}

/// The group that maps generate, indexed by the image of chip 0.
ChipMaps generated(const ChipMaps& generators, int chips) {
  std::vector<int> same(at(chips));
  for (int chip = 0; chip < chips; ++chip) same[at(chip)] = chip;
  ChipMaps maps = {same};
  std::vector<bool> known(at(chips), false);
  known[0] = true;
  for (std::size_t i = 0; i < maps.size(); ++i)
    for (const std::vector<int>& generator : generators) {
      if (known[at(generator[at(maps[i][0])])]) continue;
      maps.push_back(after(maps[i], generator));
      known[at(maps.back()[0])] = true;
    }
  return maps;
}

/// The maps of whole blocks: block b of the slice's grid goes to block g · b.
ChipMaps block_moves(const SymmetricState& state) {
  const net::ocs::StateOfSlice circuits = circuits_of(state, 0);
  ChipMaps maps;
  for (int g = 0; g < state.blocks(); ++g) {
    std::vector<int> map;
    for (int chip = 0; chip < state.chips(); ++chip) {
      net::BlockPlace place = circuits.slice.place_of(chip);
      place.block = state.group.times(g, place.block);
      map.push_back(*circuits.slice.chip_at(place));
    }
    maps.push_back(std::move(map));
  }
  return maps;
}

/// Seats and the loads of their placement.
class Seats {
 public:
  Seats(const EvenPaths::Uses& uses, const EvenPaths& paths, const StepTraffic& traffic)
      : uses_(uses), traffic_(traffic), background_(paths.uniform_loads()) {
    for (double& load : background_) load *= traffic.each_pair;
  }
  double norm(const TiedPlacement& tied) const {
    const Placement chips = tied.placement();
    std::vector<double> loads = background_;
    for (const net::workload::Demand& demand : traffic_.pairs)
      for (const auto& [channel, share] : uses_.of(chips[at(demand.source)], chips[at(demand.destination)]))
        loads[at(channel)] += demand.weight * (share == 1 ? kSinglePath : static_cast<double>(share));
    double sum = 0;
    for (const double load : loads) sum += load * load * load * load;
    return std::sqrt(std::sqrt(sum));
  }

 private:
  const EvenPaths::Uses& uses_;
  const StepTraffic& traffic_;
  std::vector<double> background_;
};

/// One chip of each orbit, in random order.
std::vector<int> random_seats(const ChipMaps& maps, int chips, Random& random) {
  std::vector<bool> taken(at(chips), false);
  std::vector<int> order(at(chips)), seats;
  for (int chip = 0; chip < chips; ++chip) order[at(chip)] = chip;
  random.shuffle(order);
  for (const int chip : order) {
    if (taken[at(chip)]) continue;
    seats.push_back(chip);
    for (const std::vector<int>& map : maps) taken[at(map[at(chip)])] = true;
  }
  return seats;
}

}  // namespace

ChipMaps translations_of(const SymmetricState& state) {
  const Result<std::vector<net::flow::Translation>> translations = net::flow::translations(network_of(state));
  if (!translations) return block_moves(state);
  ChipMaps generators;
  for (const net::flow::Translation& translation : *translations) {
    std::vector<int>& generator = generators.emplace_back();
    for (const net::Chip to : translation) generator.push_back(to.value());
  }
  return generated(generators, state.chips());
}

std::optional<ChipMaps> random_subgroup(const ChipMaps& maps, int order, Random& random) {
  constexpr int kTries = 64;
  const int chips = static_cast<int>(maps[0].size());
  ChipMaps elements = {maps[0]};
  std::vector<bool> known(at(chips), false);  // by the image of chip 0
  known[0] = true;
  for (int i = 0; i < kTries && static_cast<int>(elements.size()) < order; ++i) {
    const std::vector<int>& generator = maps[random.below(maps.size())];
    // Multiply by powers of the generator until one is an element; each power adds a coset.
    ChipMaps powers = {maps[0]};
    for (std::vector<int> power = generator; !known[at(power[0])]; power = after(power, generator))
      powers.push_back(power);
    if (powers.size() == 1 || at(order) % (elements.size() * powers.size()) != 0) continue;
    const ChipMaps before = elements;
    for (std::size_t p = 1; p < powers.size(); ++p)
      for (const std::vector<int>& element : before) {
        elements.push_back(after(element, powers[p]));
        known[at(elements.back()[0])] = true;
      }
  }
  if (static_cast<int>(elements.size()) != order) return std::nullopt;
  return elements;
}

Placement TiedPlacement::placement() const {
  Placement chips;
  for (const std::vector<int>& map : maps)
    for (const int seat : seats) chips.push_back(map[at(seat)]);
  return chips;
}

std::vector<TiedPlacement> tied(const EvenPaths::Uses& uses, const EvenPaths& paths, const StepTraffic& traffic,
                                const ChipMaps& maps, int group, const TiedSearch& search, Random random) {
  const Seats loads(uses, paths, traffic);
  std::vector<TiedPlacement> found;
  for (int start = 0; start < search.starts; ++start) {
    std::optional<ChipMaps> subgroup = random_subgroup(maps, traffic.ranks / group, random);
    if (!subgroup) continue;
    TiedPlacement here{*std::move(subgroup), {}};
    here.seats = random_seats(here.maps, traffic.ranks, random);
    double norm = loads.norm(here), best_norm = norm;
    found.push_back(here);
    for (int i = 0; i < search.changes; ++i) {
      TiedPlacement changed{{}, here.seats};
      const std::size_t a = random.below(here.seats.size()), b = random.below(here.seats.size());
      if (a != b) std::swap(changed.seats[a], changed.seats[b]);
      if (a == b || random.below(2) == 0)
        changed.seats[a] = here.maps[random.below(here.maps.size())][at(changed.seats[a])];
      std::swap(changed.maps, here.maps);
      const double changed_norm = loads.norm(changed);
      const double heat =
          search.heat_first * std::pow(search.heat_last / search.heat_first, static_cast<double>(i) / search.changes);
      const double worse = std::log(changed_norm / norm);
      const bool accepted = worse <= 0 || random.unit() < std::exp(-worse / heat);
      std::swap(changed.maps, here.maps);
      if (!accepted) continue;
      here.seats = changed.seats;
      norm = changed_norm;
      if (norm < best_norm * (1 - 1e-9)) {
        best_norm = norm;
        found.back() = here;
      }
    }
  }
  return found;
}

}  // namespace vtpu::search
