#include "vtpu/net/topology/fat_tree.h"

#include <fmt/core.h>

#include <cstddef>

#include "vtpu/base/check.h"
#include "vtpu/base/position.h"

namespace vtpu::net::topology {
namespace {

constexpr int kMostNodes = 1 << 20;

}  // namespace

Result<FatTree> FatTree::make(int chips, int radix, int levels) {
  if (radix < 4 || radix > 64 || radix % 2 != 0)
    return Error{"fat tree", fmt::format("found radix {}", radix), "an even number from 4 to 64"};
  if (levels < 1 || levels > kMostLevels)
    return Error{"fat tree", fmt::format("found {} levels", levels), fmt::format("1 to {}", kMostLevels)};
  FatTree tree(chips, radix / 2, levels);
  tree.power_[0] = 1;
  for (int level = 0; level < levels; ++level) {
    if (tree.power_[at(level)] > kMostNodes / tree.k_)
      return Error{"fat tree", fmt::format("found {} levels", levels),
                   fmt::format("at most {} of radix {}", level, radix)};
    tree.power_[at(level) + 1] = tree.power_[at(level)] * tree.k_;
  }
  if (chips < 2 || chips > tree.power_[at(levels)])
    return Error{"fat tree", fmt::format("found {} chips", chips),
                 fmt::format("2 to {} below {} levels of radix {}", tree.power_[at(levels)], levels, radix)};
  tree.first_[0] = chips;
  for (int level = 0; level < levels; ++level) {
    const int subtrees = (chips + tree.chips_below(level) - 1) / tree.chips_below(level);
    tree.first_[at(level) + 1] = tree.first_[at(level)] + subtrees * tree.switches_abreast(level);
    if (tree.first_[at(level) + 1] > kMostNodes)
      return Error{"fat tree",
                   fmt::format("found {} chips and more than {} switches", chips, tree.first_[at(level) + 1] - chips),
                   fmt::format("at most {} nodes", kMostNodes)};
  }
  return tree;
}

Result<FatTree> FatTree::make(int chips, int radix) {
  int levels = 1;
  if (radix >= 4)
    for (int reach = radix / 2; reach < chips && levels < kMostLevels; ++levels) {
      if (reach > kMostNodes / (radix / 2)) break;
      reach *= radix / 2;
    }
  return make(chips, radix, levels);
}

std::vector<FatTree> FatTree::examples() {
  return {*make(4, 8, 1), *make(16, 8, 2), *make(11, 8, 2), *make(27, 6, 3), *make(40, 8, 3), *make(64, 40, 2)};
}

std::string FatTree::name() const { return fmt::format("fat tree {} radix {} levels {}", chips_, radix(), levels_); }

FatTree::Place FatTree::place_of(Chip switch_node) const {
  int level = 0;
  while (switch_node.value() >= first_[at(level) + 1]) ++level;
  const int place = switch_node.value() - first_[at(level)];
  return {level, place / switches_abreast(level), place % switches_abreast(level)};
}

Chip FatTree::switch_at(const Place& place) const {
  return Chip(first_[at(place.level)] + place.subtree * switches_abreast(place.level) + place.index);
}

Port FatTree::peer(Port port) const {
  const int chip = port.chip.value(), number = port.number.value();
  if (chip < chips_)
    return port.number == chip_port() ? Port{switch_at({0, chip / k_, 0}), PortNumber(chip % k_)} : kNoPort;
  const Place here = place_of(port.chip);
  if (number >= k_) {
    // The upward port becomes the new leading digit of the index; the subtree's last digit becomes the downward port of
    // the switch above.
    if (here.level + 1 == levels_) return kNoPort;
    const int index = (number - k_) * switches_abreast(here.level) + here.index;
    return {switch_at({here.level + 1, here.subtree / k_, index}), PortNumber(here.subtree % k_)};
  }
  const int below = here.subtree * k_ + number;
  if (here.level == 0) return below < chips_ ? Port{Chip(below), chip_port()} : kNoPort;
  const int chips_there = chips_below(here.level - 1);
  if (below > (chips_ - 1) / chips_there) return kNoPort;
  const int abreast = switches_abreast(here.level - 1);
  return {switch_at({here.level - 1, below, here.index % abreast}), PortNumber(k_ + here.index / abreast)};
}

std::vector<std::uint64_t> closed_form_distances(const FatTree& tree) {
  const auto chips = static_cast<std::uint64_t>(tree.chip_count());
  std::vector<std::uint64_t> pairs = {chips};
  std::uint64_t nearer = chips;
  for (int level = 0; level < tree.levels() && nearer < chips * chips; ++level) {
    const auto size = static_cast<std::uint64_t>(tree.chips_below(level));
    const std::uint64_t within = chips / size * size * size + chips % size * (chips % size);
    pairs.push_back(0);
    pairs.push_back(within - nearer);
    nearer = within;
  }
  return pairs;
}

int closed_form_bisection(const FatTree& tree) { return tree.chip_count() % 2 == 0 ? tree.chip_count() / 2 : 0; }

double closed_form_alltoall_bound(const FatTree& tree) {
  VTPU_CHECK(tree.chip_count() > 1, "an all-to-all bound needs at least two chips");
  return tree.chip_count() / static_cast<double>(tree.chip_count() - 1);
}

}  // namespace vtpu::net::topology
