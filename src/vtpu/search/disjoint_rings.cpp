#include "vtpu/search/disjoint_rings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "vtpu/base/check.h"
#include "vtpu/base/index.h"
#include "vtpu/base/position.h"
#include "vtpu/base/random.h"
#include "vtpu/net/topology/regular_links.h"

namespace vtpu::search {
namespace {

using net::Chip;
using net::Network;
using net::collective::Ring;

constexpr int kNothing = -1;
constexpr double kFirstHeat = 0.5;                 // in cycles
constexpr double kLastHeat = 0.1;                  // in cycles
constexpr std::int64_t kCoolingSteps = 2'000'000;  // steps from the first heat to the last, then again
constexpr int kMostUneven = 8192;           // chips with different numbers of links: their matching takes a minute
constexpr std::int64_t kWatchEvery = 4096;  // steps between calls of the watch

/// Links between different chips, each once; parallel ones are different links.
struct Links {
  explicit Links(const Network& network) : of_chip(network.chip_count()) {
    for (const net::Channel channel : network.channels()) {
      if (!network.attached(channel) || network.reverse(channel) < channel) continue;
      const Chip a = network.source(channel), b = network.target(channel);
      if (a == b) continue;
      of_chip[a].push_back(size());
      of_chip[b].push_back(size());
      ends.emplace_back(a.value(), b.value());
    }
  }
  int size() const { return static_cast<int>(ends.size()); }
  Chip other(int link, Chip chip) const {
    const auto [a, b] = ends[at(link)];
    return Chip(chip.value() == a ? b : a);
  }
  std::size_t fewest() const {
    std::size_t fewest = std::numeric_limits<std::size_t>::max();
    for (const std::vector<int>& links : of_chip) fewest = std::min(fewest, links.size());
    return fewest;
  }

  std::vector<std::pair<int, int>> ends;  // chip numbers
  IndexedVector<Chip, std::vector<int>> of_chip;
};

/// What a search from chip 0 finds when it gives neighbours different colours.
struct Colours {
  int reached = 0;             // chips
  std::array<int, 2> count{};  // chips of each colour
  bool two = true;             // whether no link joins chips of one colour
};
Colours coloured(const Links& links) {
  Colours colours;
  IndexedVector<Chip, int> colour(links.of_chip.size(), kNothing);
  std::vector<Chip> order = {Chip(0)};
  colour[Chip(0)] = 0;
  for (std::size_t next = 0; next < order.size(); ++next) {
    ++colours.count[at(colour[order[next]])];
    for (const int link : links.of_chip[order[next]]) {
      const Chip other = links.other(link, order[next]);
      if (colour[other] == colour[order[next]]) colours.two = false;
      if (colour[other] != kNothing) continue;
      colour[other] = 1 - colour[order[next]];
      order.push_back(other);
    }
  }
  colours.reached = static_cast<int>(order.size());
  return colours;
}

/// Covers of all chips by cycles. Covers share no link.
class Covers {
 public:
  /// `owner`: by link, its cover, or `count` for an unused link.
  Covers(const Links& links, int count, std::vector<int> owner) : links_(links), owner_(std::move(owner)) {
    covers_.resize(at(count));
    for (int number = 0; number < count; ++number) {
      Cover& cover = covers_[at(number)];
      const int chips = links.of_chip.size();
      cover.links.assign(chips, {kNothing, kNothing});
      cover.out.assign(chips, kNothing);
      cover.cycle.assign(chips, kNothing);
      for (const Chip chip : links.of_chip.indices())
        for (const int link : links.of_chip[chip])
          if (owner_[at(link)] == number) cover.links[chip][cover.links[chip][0] == kNothing ? 0 : 1] = link;
      for (const Chip chip : links.of_chip.indices())
        if (cover.cycle[chip] == kNothing) number_cycle(cover, chip);
    }
  }

  int count() const { return static_cast<int>(covers_.size()); }
  int owner(int link) const { return owner_[at(link)]; }
  int cycles() const { return cycles_; }

  /// A closed walk of four links through four chips; link i joins chips i and i + 1.
  struct Square {
    std::array<Chip, 4> chips;
    std::array<int, 4> links;
  };

  /// By how much the number of cycles changes if the sides of a square that alternates change hands.
  int change(const Square& square) const { return change(square, 0) + change(square, 1); }

  void exchange(const Square& square) {
    for (const int first : {0, 1}) {
      const int number = owner(square.links[at(first)]);
      if (number == count()) continue;
      Cover& cover = covers_[at(number)];
      // At each chip one side of the square ends and another begins: the cover swaps one for the other.
      for (const int side : {first, first + 2}) {
        replace(cover, square.chips[at(side)], square.links[at(side)], square.links[at((side + 3) % 4)]);
        replace(cover, square.chips[at((side + 1) % 4)], square.links[at(side)], square.links[at((side + 1) % 4)]);
      }
      const std::int64_t before = next_cycle_;
      cycles_ -= cover.cycle[square.chips[at(first)]] == cover.cycle[square.chips[at((first + 2) % 4)]] ? 1 : 2;
      for (const Chip chip : square.chips)
        if (cover.cycle[chip] < before) number_cycle(cover, chip);
    }
    const int even = owner(square.links[0]), odd = owner(square.links[1]);
    for (const std::size_t side : {0, 1, 2, 3}) owner_[at(square.links[side])] = side % 2 == 0 ? odd : even;
  }

  /// The cycle of a cover through chip 0.
  Ring ring(int number) const {
    const Cover& cover = covers_[at(number)];
    Ring ring = {Chip(0)};
    for (;;) {
      const Chip next = links_.other(cover.out[ring.back()], ring.back());
      if (next == Chip(0)) return ring;
      ring.push_back(next);
    }
  }

 private:
  struct Cover {
    IndexedVector<Chip, std::array<int, 2>> links;
    IndexedVector<Chip, int> out;             // the link by which the cycle leaves the chip, in some direction
    IndexedVector<Chip, std::int64_t> cycle;  // numbers are not used again
  };

  static void replace(Cover& cover, Chip chip, int old, int now) {
    std::array<int, 2>& links = cover.links[chip];
    links[links[0] == old ? 0 : 1] = now;
  }

  void number_cycle(Cover& cover, Chip first) {
    int link = cover.links[first][0];
    for (Chip chip = first;;) {
      cover.out[chip] = link;
      cover.cycle[chip] = next_cycle_;
      chip = links_.other(link, chip);
      if (chip == first) break;
      link = cover.links[chip][cover.links[chip][0] == link ? 1 : 0];
    }
    ++next_cycle_;
    ++cycles_;
  }

  /// The change for the cover that has the sides `first` and `first` + 2 and gets the other two.
  int change(const Square& square, int first) const {
    const int number = owner(square.links[at(first)]);
    if (number == count()) return 0;
    const Cover& cover = covers_[at(number)];
    const Chip a = square.chips[at(first)], c = square.chips[at((first + 2) % 4)];
    if (cover.cycle[a] != cover.cycle[c]) return -1;
    // Within one cycle: if it runs along both sides in the same sense around the square, the exchange cuts it in two.
    const bool same = (cover.out[a] == square.links[at(first)]) == (cover.out[c] == square.links[at(first + 2)]);
    return same ? 1 : 0;
  }

  const Links& links_;
  std::vector<int> owner_;
  std::vector<Cover> covers_;
  std::int64_t next_cycle_ = 0;
  int cycles_ = 0;
};

using Square = Covers::Square;

std::vector<Square> squares_of(const Links& links) {
  std::vector<Square> squares;
  for (const Chip a : links.of_chip.indices())
    for (const int ab : links.of_chip[a])
      for (const int ad : links.of_chip[a]) {
        const Chip b = links.other(ab, a), d = links.other(ad, a);
        // Each square once: from its lowest chip, in one direction.
        if (b <= a || d <= b) continue;
        for (const int bc : links.of_chip[b])
          for (const int cd : links.of_chip[d]) {
            const Chip c = links.other(bc, b);
            if (c > a && c != d && c == links.other(cd, d)) squares.push_back({{a, b, c, d}, {ab, bc, cd, ad}});
          }
      }
  return squares;
}

/// The links of a graph in which every chip has 2·count chosen ones, as arcs along Euler circuits: by link, whether it
/// runs from its first end to its second.
std::vector<bool> orientation(const Links& links, const std::vector<bool>& chosen, Random& random) {
  std::vector<bool> forwards(chosen.size());
  std::vector<bool> used(chosen.size());
  IndexedVector<Chip, std::vector<int>> waiting = links.of_chip;
  for (const Chip chip : waiting.indices()) random.shuffle(waiting[chip]);
  // Every chip has an even number of links, so a walk that begins at a chip can only end there.
  for (const Chip first : waiting.indices())
    for (Chip chip = first; !waiting[chip].empty();) {
      const int link = waiting[chip].back();
      waiting[chip].pop_back();
      if (!chosen[at(link)] || used[at(link)]) continue;
      used[at(link)] = true;
      forwards[at(link)] = links.ends[at(link)].first == chip.value();
      chip = links.other(link, chip);
    }
  return forwards;
}

/// Takes a perfect matching out of the bipartite graph of arcs that `free` lists by their sources: to each chip as a
/// source one arc, each chip once as a target. One exists, since the graph is regular.
IndexedVector<Chip, int> take_matching(const Links& links, IndexedVector<Chip, std::vector<int>>& free) {
  const int chips = free.size();
  IndexedVector<Chip, int> arc_from(chips, kNothing), arc_to(chips, kNothing);
  for (const Chip start : free.indices()) {
    // Breadth first along arcs that are free and back along arcs that are matched, until a target has none.
    IndexedVector<Chip, int> reached_by(chips, kNothing);  // by target
    std::vector<Chip> sources = {start};
    Chip end = Chip::none();
    for (std::size_t next = 0; !end.valid(); ++next) {
      VTPU_CHECK(next < sources.size(), "a regular bipartite graph has a perfect matching");
      for (const int arc : free[sources[next]]) {
        const Chip target = links.other(arc, sources[next]);
        if (reached_by[target] != kNothing) continue;
        reached_by[target] = arc;
        if (arc_to[target] == kNothing) {
          end = target;
          break;
        }
        sources.push_back(links.other(arc_to[target], target));
      }
    }
    while (end.valid()) {
      const int arc = reached_by[end];
      const Chip source = links.other(arc, end);
      arc_to[end] = arc;
      const int before = std::exchange(arc_from[source], arc);
      end = before == kNothing ? Chip::none() : links.other(before, source);
    }
  }
  for (const Chip chip : free.indices()) std::erase(free[chip], arc_from[chip]);
  return arc_from;
}

/// The owners of a first choice of covers.
std::vector<int> first_covers(const Links& links, const std::vector<bool>& chosen, int count, Random& random) {
  const std::vector<bool> forwards = orientation(links, chosen, random);
  IndexedVector<Chip, std::vector<int>> free(links.of_chip.size());
  for (int link = 0; link < links.size(); ++link)
    if (chosen[at(link)])
      free[Chip(forwards[at(link)] ? links.ends[at(link)].first : links.ends[at(link)].second)].push_back(link);
  std::vector<int> owner(chosen.size(), count);
  for (int cover = 0; cover < count; ++cover)
    for (const int arc : take_matching(links, free)) owner[at(arc)] = cover;
  return owner;
}

/// "rings", or "3 rings" where one would be fewer than asked for.
std::string so_many(int count) { return count == 1 ? "rings" : fmt::format("{} rings", count); }

/// Why a network cannot have `count` rings, as far as counting shows it.
Result<void> check_possible(const Network& network, const Links& links, int count) {
  const auto because = [&](const std::string& why) {
    return Error{network.name(), why, "a network with rings through all chips that share no link"};
  };
  if (links.of_chip.size() < 2) return because("no rings exist: it has one chip");
  for (const Chip chip : links.of_chip.indices())
    if (const std::size_t degree = links.of_chip[chip].size(); degree < 2 * at(count))
      return because(fmt::format("no {} exist: chip {} has {} link{}, and every ring takes two", so_many(count),
                                 network.names().printed(chip), degree, degree == 1 ? "" : "s"));
  const Colours colours = coloured(links);
  if (colours.reached < links.of_chip.size())
    return because(fmt::format("no rings exist: it is disconnected, {} of {} chips can be reached from chip {}",
                               colours.reached, links.of_chip.size(), network.names().printed(Chip(0))));
  if (colours.two && colours.count[0] != colours.count[1])
    return because(fmt::format("no rings exist: every link joins one of {} chips with one of {} others",
                               colours.count[0], colours.count[1]));
  return {};
}

}  // namespace

Result<FoundRings> disjoint_rings(const Network& network, const RingSearch& options,
                                  const std::function<bool(double)>& watch) {
  VTPU_CHECK(network.node_count() == network.chip_count(), "rings need a network without switches");
  const Links links(network);
  const int count = options.count > 0 ? options.count : std::max(1, static_cast<int>(links.fewest() / 2));
  if (const Result<void> possible = check_possible(network, links, count); !possible) return possible.error();
  const bool even = std::ranges::all_of(links.of_chip, [&](const auto& each) { return each.size() == 2 * at(count); });
  if (!even && network.chip_count() > kMostUneven)
    return Error{network.name(),
                 fmt::format("found {} chips, some with more than {} links", network.chip_count(), 2 * count),
                 fmt::format("at most {} chips", kMostUneven)};
  const std::optional<std::vector<bool>> chosen =
      net::topology::regular_links(network.chip_count(), links.ends, 2 * count);
  if (!chosen)
    return Error{network.name(),
                 fmt::format("no {} exist: no choice of links leaves every chip with {}", so_many(count), 2 * count),
                 "fewer rings"};
  Random random(options.seed);
  Covers covers(links, count, first_covers(links, *chosen, count, random));
  const std::vector<Square> squares = squares_of(links);
  const int start = covers.cycles();
  FoundRings found;
  for (; covers.cycles() > count; ++found.steps) {
    if (found.steps == options.steps || squares.empty())
      return Error{network.name(),
                   fmt::format("no {} found, though there may be some: {} steps left {} cycles", so_many(count),
                               found.steps, covers.cycles()),
                   "more steps, another seed or fewer rings"};
    if (watch && found.steps % kWatchEvery == 0 &&
        !watch(std::max(0.0, static_cast<double>(start - covers.cycles()) / (start - count))))
      return Error{network.name(), fmt::format("stopped after {} steps with {} cycles", found.steps, covers.cycles()),
                   ""};
    const Square& square = squares[random.below(squares.size())];
    const int first = covers.owner(square.links[0]), second = covers.owner(square.links[1]);
    if (first == second || covers.owner(square.links[2]) != first || covers.owner(square.links[3]) != second) continue;
    const int change = covers.change(square);
    const double part = static_cast<double>(found.steps % kCoolingSteps) / kCoolingSteps;
    const double heat = kFirstHeat * std::pow(kLastHeat / kFirstHeat, part);
    if (change <= 0 || random.unit() < std::exp(-change / heat)) covers.exchange(square);
  }
  for (int number = 0; number < count; ++number) found.rings.push_back(covers.ring(number));
  return found;
}

}  // namespace vtpu::search
