#include "vtpu/net/topology/island_fat_tree.h"

#include <fmt/core.h>

namespace vtpu::net::topology {

Result<IslandFatTree> IslandFatTree::make(int chips) {
  constexpr int kMostChips = (kRadix / 2) * (kRadix / 2) * (kRadix / 2);
  if (chips < kIslandChips || chips > kMostChips || chips % kIslandChips != 0)
    return Error{"islands on a fat tree", fmt::format("found {} chips", chips),
                 fmt::format("a multiple of {} up to {}", kIslandChips, kMostChips)};
  const Result<FatTree> tree = FatTree::make(chips, kRadix);
  if (!tree) return tree.error();
  return IslandFatTree(*tree);
}

Port IslandFatTree::peer(Port port) const {
  if (port.chip.value() < chip_count()) {
    if (port.number < kInfiniBandPort) return {Chip(port.chip.value() ^ (4 >> port.number.value())), port.number};
    if (port.number > kInfiniBandPort) return kNoPort;
    const Port above = tree_.peer({port.chip, tree_.chip_port()});
    return {above.chip, hybrid_port(above.number)};
  }
  if (port.number.value() < kFirstSwitchPort) return kNoPort;
  const Port far = tree_.peer({port.chip, tree_port(port.number)});
  if (far == kNoPort) return kNoPort;
  return {far.chip, far.chip.value() < chip_count() ? kInfiniBandPort : hybrid_port(far.number)};
}

}  // namespace vtpu::net::topology
