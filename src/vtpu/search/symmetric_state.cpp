#include "vtpu/search/symmetric_state.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include "vtpu/base/check.h"
#include "vtpu/net/ocs/builders.h"

namespace vtpu::search {
namespace {

/// How circuits join the blocks of a slice; blocks are numbered by their places in its grid.
class BlockNetwork {
 public:
  explicit BlockNetwork(const net::ocs::StateOfSlice& circuits) : blocks_(circuits.slice.grid().count()) {
    const net::ocs::OcsLayout& layout = circuits.state.layout();
    const std::vector<net::Block>& physical = circuits.slice.blocks();
    IndexedVector<net::Block, int> place(layout.blocks, -1);
    for (std::size_t i = 0; i < physical.size(); ++i) place[physical[i]] = static_cast<int>(i);
    ports_ = 2 * layout.ocs_count();
    for (const net::Block block : physical)
      for (const net::Ocs ocs : index_range<net::Ocs>(layout.ocs_count()))
        for (const net::ocs::Face face : {net::ocs::Face::plus, net::ocs::Face::minus}) {
          const net::OcsPort peer = circuits.state.peer(ocs, layout.port_of(block, face));
          const int to = peer.valid() ? place[layout.block_of(peer)] : -1;
          peers_.push_back({to, to < 0 ? face : layout.face_of(peer)});
        }
  }

  int blocks() const { return blocks_; }

  /// The permutation of blocks that maps the first block to `image` and preserves circuits; empty where none does.
  std::vector<int> taken_with(int image) const {
    std::vector<int> taken(static_cast<std::size_t>(blocks_), -1), reached = {0};
    taken[0] = image;
    for (std::size_t next = 0; next < reached.size(); ++next) {
      const int here = reached[next];
      for (int port = 0; port < ports_; ++port) {
        const Peer& peer = peer_of(here, port);
        const Peer& other = peer_of(taken[static_cast<std::size_t>(here)], port);
        if (peer.face != other.face || (peer.block < 0) != (other.block < 0)) return {};
        if (peer.block < 0) continue;
        int& to = taken[static_cast<std::size_t>(peer.block)];
        if (to == -1) reached.push_back(peer.block);
        if (to != -1 && to != other.block) return {};
        to = other.block;
      }
    }
    if (static_cast<int>(reached.size()) < blocks_) return {};
    return taken;
  }

 private:
  struct Peer {
    int block;  // -1: dark, or outside the slice
    net::ocs::Face face;
  };
  const Peer& peer_of(int block, int port) const { return peers_[static_cast<std::size_t>(block * ports_ + port)]; }

  int blocks_;
  int ports_ = 0;
  std::vector<Peer> peers_;  // by block, switch and face
};

}  // namespace

Result<SymmetricState> torus_state(const net::Shape& shape, int block_side) {
  if (shape.dimensions() != 3) return Error{"shape", to_string(shape), "three sides"};
  std::array<int, 3> grid{};
  for (int d = 0; d < 3; ++d) {
    if (shape.side(d) % block_side != 0)
      return Error{"shape", to_string(shape), fmt::format("sides that are multiples of {}", block_side)};
    grid[static_cast<std::size_t>(d)] = shape.side(d) / block_side;
  }
  SymmetricState state{BlockGroup::cyclic(grid), shape, block_side, {}, {}};
  const net::Shape blocks{grid[0], grid[1], grid[2]};
  for (int d = 0; d < 3; ++d)
    for (int switch_of_face = 0; switch_of_face < block_side * block_side; ++switch_of_face)
      state.translation.push_back(blocks.side(d) > 1 ? blocks.stride(d) : 0);
  return state;
}

Result<SymmetricState> state_on(const net::ocs::StateOfSlice& circuits, const BlockGroup& group) {
  const net::ocs::OcsLayout& layout = circuits.state.layout();
  const std::vector<net::Block>& blocks = circuits.slice.blocks();
  if (static_cast<int>(blocks.size()) != group.order())
    return Error{group.name(), fmt::format("a slice of {} blocks", blocks.size()),
                 fmt::format("{}, the number of elements of the group", group.order())};
  IndexedVector<net::Block, int> element(layout.blocks, -1);
  for (std::size_t i = 0; i < blocks.size(); ++i) element[blocks[i]] = static_cast<int>(i);
  SymmetricState state{group, circuits.slice.shape(), layout.block_side, {}, {}};
  for (const net::Ocs ocs : index_range<net::Ocs>(layout.ocs_count())) {
    int translation = -1, mirror = -1;
    for (const net::ocs::Face face : {net::ocs::Face::plus, net::ocs::Face::minus})
      for (int g = 0; g < group.order(); ++g) {
        const net::OcsPort port = layout.port_of(blocks[static_cast<std::size_t>(g)], face);
        const net::OcsPort peer = circuits.state.peer(ocs, port);
        const int to = peer.valid() ? element[layout.block_of(peer)] : -1;
        if (to < 0)
          return Error{fmt::format("switch {}, block {}", ocs, g),
                       "found a port that is dark or joined to another slice", "every port joined within the slice"};
        const bool like = layout.face_of(peer) == face;
        const int step = group.times(group.inverse(g), to);
        if (g == 0 && face == net::ocs::Face::plus) translation = step;
        if (g == 0 && face == net::ocs::Face::minus && like) mirror = step;
        const int due = face == net::ocs::Face::plus ? translation : like ? mirror : group.inverse(translation);
        if (step != due || (face == net::ocs::Face::minus && like != (mirror >= 0)))
          return Error{fmt::format("switch {}, block {}", ocs, g),
                       "found a circuit that differs from the first block's",
                       fmt::format("one translation of {} for all blocks", group.name())};
      }
    state.translation.push_back(translation);
    state.mirror.push_back(mirror);
  }
  if (std::all_of(state.mirror.begin(), state.mirror.end(), [](int mirror) { return mirror < 0; }))
    state.mirror.clear();
  return state;
}

Result<SymmetricState> symmetric_state_of(const net::ocs::StateOfSlice& circuits) {
  const BlockNetwork network(circuits);
  std::vector<int> table;
  for (int image = 0; image < network.blocks(); ++image) {
    const std::vector<int> taken = network.taken_with(image);
    if (taken.empty())
      return Error{fmt::format("block {}", image),
                   "found circuits that differ from the first block's, or that do not connect the two",
                   "blocks that all look the same"};
    table.insert(table.end(), taken.begin(), taken.end());
  }
  const Result<BlockGroup> group =
      BlockGroup::make(fmt::format("symmetries of {} blocks", network.blocks()), std::move(table));
  if (!group) return group.error();
  return state_on(circuits, *group);
}

Result<SymmetricState> twisted_torus_state(const net::Shape& shape, int block_side) {
  const Result<SymmetricState> torus = torus_state(shape, block_side);
  if (!torus) return torus;
  std::vector<net::Block> blocks(static_cast<std::size_t>(torus->blocks()));
  std::iota(blocks.begin(), blocks.end(), net::Block(0));
  const net::ocs::OcsLayout layout{block_side, torus->blocks()};
  const Result<net::ocs::Slice> slice = net::ocs::Slice::make(layout, shape, blocks);
  if (!slice) return slice.error();
  net::ocs::OcsState circuits(layout);
  if (const Result<void> joined = net::ocs::connect_twisted_torus(circuits, *slice); !joined) return joined.error();
  return symmetric_state_of({std::move(circuits), *slice});
}

net::ocs::StateOfSlice circuits_of(const SymmetricState& state, int spare_blocks) {
  const net::ocs::OcsLayout layout{state.block_side, state.blocks() + spare_blocks};
  std::vector<net::Block> blocks(static_cast<std::size_t>(state.blocks()));
  std::iota(blocks.begin(), blocks.end(), net::Block(0));
  Result<net::ocs::Slice> slice = net::ocs::Slice::make(layout, state.shape, blocks);
  VTPU_CHECK(slice.ok(), "the shape has one block per element");
  net::ocs::OcsState circuits(layout);
  for (const net::Ocs ocs : index_range<net::Ocs>(layout.ocs_count()))
    for (int block = 0; block < state.blocks(); ++block) {
      const auto join = [&](net::ocs::Face face, int translation, net::ocs::Face far) {
        const int to = state.group.times(block, translation);
        if (face == far && to < block) return;  // this circuit was set from its other end
        const Result<void> joined = circuits.connect(
            {ocs, layout.port_of(net::Block(block), face), layout.port_of(net::Block(to), far)});
        VTPU_CHECK(joined.ok(), "a translation is a permutation of blocks");
      };
      const int translation = state.translation[ocs];
      if (!state.mirrored(ocs)) {
        join(net::ocs::Face::plus, translation, net::ocs::Face::minus);
        continue;
      }
      join(net::ocs::Face::plus, translation, net::ocs::Face::plus);
      join(net::ocs::Face::minus, state.mirror[ocs], net::ocs::Face::minus);
    }
  return {std::move(circuits), *std::move(slice)};
}

}  // namespace vtpu::search
