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

using ChipMap = ChipMaps::value_type;

ChipMap after(const ChipMap& first, const ChipMap& second) {
  ChipMap both;
  for (const net::Chip chip : first) both.push_back(second[chip]);
  return both;
}

/// The group that maps generate, indexed by the image of chip 0.
ChipMaps generated(const ChipMaps& generators, int chips) {
  ChipMap same(chips);
  for (const net::Chip chip : same.indices()) same[chip] = chip;
  ChipMaps maps = {same};
  IndexedVector<net::Chip, bool> known(chips, false);
  known[net::Chip(0)] = true;
  for (std::size_t i = 0; i < maps.size(); ++i)
    for (const ChipMap& generator : generators) {
      if (known[generator[maps[i].front()]]) continue;
      maps.push_back(after(maps[i], generator));
      known[maps.back().front()] = true;
    }
  return maps;
}

/// The maps of whole blocks: block b of the slice's grid goes to block g · b.
ChipMaps block_moves(const SymmetricState& state) {
  const net::ocs::StateOfSlice circuits = circuits_of(state, 0);
  ChipMaps maps;
  for (int g = 0; g < state.blocks(); ++g) {
    ChipMap map;
    for (const net::Chip chip : index_range<net::Chip>(state.chips())) {
      net::BlockPlace place = circuits.slice.place_of(chip);
      place.block = net::Block(state.group.times(g, place.block.value()));
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
    IndexedVector<net::Channel, double> loads = background_;
    for (const net::workload::Demand& demand : traffic_.pairs)
      for (const auto& [channel, share] :
           uses_.of(chips[at(demand.source.value())], chips[at(demand.destination.value())]))
        loads[channel] += demand.weight * (share == 1 ? kSinglePath : static_cast<double>(share));
    double sum = 0;
    for (const double load : loads) sum += load * load * load * load;
    return std::sqrt(std::sqrt(sum));
  }

 private:
  const EvenPaths::Uses& uses_;
  const StepTraffic& traffic_;
  IndexedVector<net::Channel, double> background_;
};

/// One chip of each orbit, in random order.
std::vector<net::Chip> random_seats(const ChipMaps& maps, int chips, Random& random) {
  IndexedVector<net::Chip, bool> taken(chips, false);
  std::vector<net::Chip> order, seats;
  for (const net::Chip chip : taken.indices()) order.push_back(chip);
  random.shuffle(order);
  for (const net::Chip chip : order) {
    if (taken[chip]) continue;
    seats.push_back(chip);
    for (const ChipMap& map : maps) taken[map[chip]] = true;
  }
  return seats;
}

}  // namespace

ChipMaps translations_of(const SymmetricState& state) {
  const Result<std::vector<net::flow::Translation>> translations = net::flow::translations(network_of(state));
  if (!translations) return block_moves(state);
  ChipMaps generators;
  for (const net::flow::Translation& translation : *translations) generators.push_back(translation);
  return generated(generators, state.chips());
}

std::optional<ChipMaps> random_subgroup(const ChipMaps& maps, int order, Random& random) {
  constexpr int kTries = 64;
  const int chips = maps[0].size();
  ChipMaps elements = {maps[0]};
  IndexedVector<net::Chip, bool> known(chips, false);  // by the image of chip 0
  known[net::Chip(0)] = true;
  for (int i = 0; i < kTries && static_cast<int>(elements.size()) < order; ++i) {
    const ChipMap& generator = maps[random.below(maps.size())];
    // Multiply by powers of the generator until one is an element; each power adds a coset.
    ChipMaps powers = {maps[0]};
    for (ChipMap power = generator; !known[power.front()]; power = after(power, generator))
      powers.push_back(power);
    if (powers.size() == 1 || at(order) % (elements.size() * powers.size()) != 0) continue;
    const ChipMaps before = elements;
    for (std::size_t p = 1; p < powers.size(); ++p)
      for (const ChipMap& element : before) {
        elements.push_back(after(element, powers[p]));
        known[elements.back().front()] = true;
      }
  }
  if (static_cast<int>(elements.size()) != order) return std::nullopt;
  return elements;
}

Placement TiedPlacement::placement() const {
  Placement chips;
  for (const ChipMap& map : maps)
    for (const net::Chip seat : seats) chips.push_back(map[seat]);
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
        changed.seats[a] = here.maps[random.below(here.maps.size())][changed.seats[a]];
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
