#include "vtpu/net/workload/traffic.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <utility>

#include "vtpu/base/check.h"
#include "vtpu/base/index_format.h"
#include "vtpu/base/position.h"
#include "vtpu/base/text.h"

namespace vtpu::net::workload {
namespace {

int complement_of(int chip, int bits) { return chip ^ ((1 << bits) - 1); }

int reverse_of(int chip, int bits) {
  int reversed = 0;
  for (int bit = 0; bit < bits; ++bit) reversed |= (chip >> bit & 1) << (bits - 1 - bit);
  return reversed;
}

int shuffle_of(int chip, int bits) { return bits == 0 ? chip : (chip << 1 & ((1 << bits) - 1)) | chip >> (bits - 1); }

struct BitPattern {
  std::string_view name;
  int (*to)(int chip, int bits);
};
constexpr std::array<BitPattern, 3> kBitPatterns = {
    {{"bit-complement", complement_of}, {"bit-reverse", reverse_of}, {"shuffle", shuffle_of}}};

IndexedVector<Chip, Chip> random_permutation(int chips, Random random) {
  IndexedVector<Chip, Chip> to(chips);
  std::iota(to.begin(), to.end(), Chip(0));
  random.shuffle(to.raw());
  return to;
}

Result<IndexedVector<Chip, Chip>> transpose(const Shape& grid) {
  const int last = grid.dimensions() - 1;
  for (int d = 0; d <= last; ++d)
    if (grid.side(d) != grid.side(last - d))
      return Error{"traffic 'transpose'", "found grid " + to_string(grid),
                   "sides that read the same in both directions"};
  IndexedVector<Chip, Chip> to(grid.count());
  for (const Chip chip : to.indices()) {
    Coordinates place{};
    for (int d = 0; d <= last; ++d) place[at(d)] = grid.coordinate_of(chip.value(), last - d);
    to[chip] = Chip(grid.index_of(place));
  }
  return to;
}

IndexedVector<Chip, Chip> tornado(const Shape& grid) {
  IndexedVector<Chip, Chip> to(grid.count());
  for (const Chip chip : to.indices()) {
    Coordinates place = grid.coordinates_of(chip.value());
    for (int d = 0; d < grid.dimensions(); ++d)
      place[at(d)] = (place[at(d)] + (grid.side(d) + 1) / 2 - 1) % grid.side(d);
    to[chip] = Chip(grid.index_of(place));
  }
  return to;
}

/// A demand of 1 from every chip to each different chip one hop away on the torus.
std::vector<Demand> neighbours(const Shape& grid) {
  std::vector<Demand> demands;
  for (int chip = 0; chip < grid.count(); ++chip)
    for (int d = 0; d < grid.dimensions(); ++d) {
      const int side = grid.side(d), place = grid.coordinate_of(chip, d);
      if (side == 1) continue;
      const auto add = [&](int to) { demands.push_back({Chip(chip), Chip(chip + (to - place) * grid.stride(d)), 1}); };
      add((place + 1) % side);
      if (side > 2) add((place + side - 1) % side);
    }
  return demands;
}

/// Demands sorted by source and destination, each pair once. Equal pairs are added in the given order, so that sums do
/// not depend on the sorting algorithm.
std::vector<Demand> sorted_and_merged(std::span<const Demand> demands) {
  std::vector<Demand> sorted(demands.begin(), demands.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](const Demand& a, const Demand& b) {
    return std::pair(a.source, a.destination) < std::pair(b.source, b.destination);
  });
  std::vector<Demand> merged;
  for (const Demand& demand : sorted) {
    if (demand.weight == 0) continue;
    if (!merged.empty() && merged.back().source == demand.source && merged.back().destination == demand.destination)
      merged.back().weight += demand.weight;
    else
      merged.push_back(demand);
  }
  return merged;
}

}  // namespace

Traffic::Traffic(std::string name, int chips, Kind kind)
    : name_(std::move(name)), chips_(chips), kind_(std::move(kind)) {
  VTPU_CHECK(chips >= 1, "traffic has at least one chip");
}

Traffic::Weighted Traffic::weighted(int chips, std::span<const Demand> sorted) {
  Weighted rows;
  rows.rate.assign(chips, 0);
  for (const Demand& demand : sorted) rows.rate[demand.source] += demand.weight;
  rows.first.assign(chips + 1, 0);
  rows.cells.reserve(sorted.size());
  std::vector<double> scaled;
  std::vector<std::size_t> small, large;
  auto next = sorted.begin();
  for (const Chip source : rows.rate.indices()) {
    const std::size_t first = rows.cells.size();
    for (; next != sorted.end() && next->source == source; ++next)
      rows.cells.push_back({next->destination, next->weight / rows.rate[source], next->destination, 1});
    rows.first[Chip(source.value() + 1)] = rows.cells.size();
    const std::size_t size = rows.cells.size() - first;
    scaled.clear();
    small.clear();
    large.clear();
    for (std::size_t i = 0; i < size; ++i) {
      scaled.push_back(rows.cells[first + i].probability * static_cast<double>(size));
      (scaled.back() < 1 ? small : large).push_back(i);
    }
    while (!small.empty() && !large.empty()) {
      const std::size_t from = small.back(), to = large.back();
      small.pop_back();
      rows.cells[first + from].threshold = scaled[from];
      rows.cells[first + from].alias = rows.cells[first + to].destination;
      scaled[to] -= 1 - scaled[from];
      if (scaled[to] < 1) {
        large.pop_back();
        small.push_back(to);
      }
    }
  }
  const double busiest = *std::max_element(rows.rate.begin(), rows.rate.end());
  if (busiest > 0)
    for (double& rate : rows.rate) rate /= busiest;
  return rows;
}

std::vector<std::string> Traffic::names() {
  return {"uniform",        "uniform-without-self",
          "permutation",    "transpose",
          "bit-complement", "bit-reverse",
          "shuffle",        "tornado",
          "neighbour",      "hot-spot"};
}

Result<Traffic> Traffic::make(std::string_view name, const Shape& grid, Random random) {
  const int chips = grid.count();
  const auto permutation = [&](IndexedVector<Chip, Chip> to) {
    return Traffic(std::string(name), chips, Permutation{std::move(to)});
  };
  for (const BitPattern& pattern : kBitPatterns) {
    if (name != pattern.name) continue;
    if (!std::has_single_bit(static_cast<unsigned>(chips)))
      return Error{fmt::format("traffic '{}'", name), fmt::format("found {} chips", chips), "a power of two"};
    IndexedVector<Chip, Chip> to(chips);
    for (const Chip chip : to.indices())
      to[chip] = Chip(pattern.to(chip.value(), std::countr_zero(static_cast<unsigned>(chips))));
    return permutation(std::move(to));
  }
  if (name == "uniform") return uniform(chips, true);
  if (name == "uniform-without-self") return uniform(chips, false);
  if (name == "permutation") return permutation(random_permutation(chips, random));
  if (name == "tornado") return permutation(tornado(grid));
  if (name == "neighbour")
    return Traffic(std::string(name), chips, weighted(chips, sorted_and_merged(neighbours(grid))));
  if (name == "transpose") {
    Result<IndexedVector<Chip, Chip>> to = transpose(grid);
    if (!to) return to.error();
    return permutation(*std::move(to));
  }
  if (name == "hot-spot") {
    Coordinates middle{};
    for (int d = 0; d < grid.dimensions(); ++d) middle[at(d)] = grid.side(d) / 2;
    return hot_spot(chips, {Chip(grid.index_of(middle))}, 0.1);
  }
  return Error{"traffic", "found " + quoted_with_hint(name, names()), join(names(), ", ")};
}

Traffic Traffic::uniform(int chips, bool with_self) {
  return Traffic(with_self ? "uniform" : "uniform-without-self", chips, Uniform{with_self});
}

Result<Traffic> Traffic::hot_spot(int chips, std::vector<Chip> hot, double share) {
  const std::string where = "traffic 'hot-spot'";
  if (!(share >= 0 && share <= 1)) return Error{where, fmt::format("found share {}", share), "0 to 1"};
  if (hot.empty()) return Error{where, "no hot chip", "at least one"};
  IndexedVector<Chip, bool> is_hot(chips, false);
  for (const Chip chip : hot) {
    if (!is_hot.contains(chip))
      return Error{where, fmt::format("found chip {}", chip), fmt::format("0 to {}", chips - 1)};
    if (is_hot[chip]) return Error{where, fmt::format("found chip {} twice", chip), "every hot chip once"};
    is_hot[chip] = true;
  }
  return Traffic("hot-spot", chips, HotSpot{std::move(hot), std::move(is_hot), share});
}

Result<Traffic> Traffic::matrix(int chips, std::span<const Demand> demands) {
  IndexedVector<Chip, double> sums(chips, 0);
  for (const Demand& demand : demands) {
    const std::string where = fmt::format("traffic matrix, from {} to {}", demand.source, demand.destination);
    for (const Chip chip : {demand.source, demand.destination})
      if (!sums.contains(chip))
        return Error{where, fmt::format("found chip {}", chip), fmt::format("0 to {}", chips - 1)};
    if (!(demand.weight >= 0 && std::isfinite(demand.weight)))
      return Error{where, fmt::format("found weight {}", demand.weight), "a number, at least 0"};
    double& sum = sums[demand.source];
    sum += demand.weight;
    if (!std::isfinite(sum)) return Error{where, "weights of this source sum to infinity", "a finite sum"};
  }
  if (std::all_of(sums.begin(), sums.end(), [](double sum) { return sum == 0; }))
    return Error{"traffic matrix", "all weights are 0", "at least one above 0"};
  return Traffic("matrix", chips, weighted(chips, sorted_and_merged(demands)));
}

Result<Traffic> Traffic::matrix(const std::vector<std::vector<double>>& weights) {
  std::vector<Demand> demands;
  for (std::size_t source = 0; source < weights.size(); ++source) {
    if (weights[source].size() != weights.size())
      return Error{fmt::format("traffic matrix, row {}", source),
                   fmt::format("found {} weights", weights[source].size()),
                   fmt::format("{}, one for each row", weights.size())};
    for (std::size_t destination = 0; destination < weights.size(); ++destination)
      if (const double weight = weights[source][destination]; weight != 0)
        demands.push_back({Chip(static_cast<int>(source)), Chip(static_cast<int>(destination)), weight});
  }
  if (weights.empty()) return Error{"traffic matrix", "no rows", "one for each chip"};
  return matrix(static_cast<int>(weights.size()), demands);
}

double Traffic::rate(Chip source) const {
  if (const auto* weighted = std::get_if<Weighted>(&kind_)) return weighted->rate[source];
  if (const auto* uniform = std::get_if<Uniform>(&kind_); uniform && !uniform->with_self && chips_ == 1) return 0;
  return 1;
}

Chip Traffic::destination(Chip source, Random& random) const {
  const auto any = [&](std::size_t bound) { return random.below(static_cast<std::uint64_t>(bound)); };
  if (const auto* uniform = std::get_if<Uniform>(&kind_)) {
    if (uniform->with_self) return Chip(static_cast<int>(any(at(chips_))));
    const int other = static_cast<int>(any(at(chips_ - 1)));
    return Chip(other < source.value() ? other : other + 1);
  }
  if (const auto* permutation = std::get_if<Permutation>(&kind_)) return permutation->to[source];
  if (const auto* hot_spot = std::get_if<HotSpot>(&kind_)) {
    if (random.unit() < hot_spot->share) return hot_spot->hot[any(hot_spot->hot.size())];
    return Chip(static_cast<int>(any(at(chips_))));
  }
  const auto& weighted = std::get<Weighted>(kind_);
  const std::size_t first = weighted.first[source], size = weighted.first[Chip(source.value() + 1)] - first;
  const Weighted::Cell& cell = weighted.cells[first + any(size)];
  return random.unit() < cell.threshold ? cell.destination : cell.alias;
}

}  // namespace vtpu::net::workload
