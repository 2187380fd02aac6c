#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#include <vector>

#include "vtpu/base/check.h"
#include "vtpu/base/random.h"
#include "vtpu/net/network.h"
#include "vtpu/net/routing/routing.h"

namespace vtpu::net::routing {

/// The states that packets reach from given starts, each (node, state) once, and the moves between them. Paths that
/// meet in one state are followed once, which makes the analysis of all pairs of chips affordable. Starts are added for
/// one destination at a time, with clear() between, since a state determines its destination.
template <Routing R>
class StateGraph {
 public:
  using State = typename R::State;
  static_assert(std::has_unique_object_representations_v<State>, "states are compared by their bytes");

  struct Vertex {
    Chip node;
    State state;
    std::uint32_t first_edge = 0;
    std::uint32_t last_edge = 0;  ///< exclusive; a destination has no edges
  };
  struct Edge {
    Channel channel;
    int vc_class = 0;
    bool escape = false;     ///< of an adaptive routing: taken only when no other move is possible
    double probability = 0;  ///< of an adaptive routing: equal among moves that are not escapes, 0 for escapes
    std::uint32_t to = 0;
  };

  StateGraph(const Network& network, const R& routing) : network_(network), routing_(routing), slots_(1024, kEmpty) {}

  void clear() {
    vertices_.clear();
    edges_.clear();
    explored_ = 0;
    std::fill(slots_.begin(), slots_.end(), kEmpty);
  }

  /// The vertex of a packet at `node` in `state`.
  std::uint32_t add(Chip node, const State& state) {
    if (4 * (vertices_.size() + 1) > 3 * slots_.size()) grow();
    std::size_t slot = slot_of(node, state);
    if (slots_[slot] == kEmpty) {
      slots_[slot] = static_cast<std::uint32_t>(vertices_.size());
      vertices_.push_back({node, state, 0, 0});
    }
    return slots_[slot];
  }

  /// Follows all moves from the added vertices.
  void explore() {
    Moves moves;
    for (; explored_ < vertices_.size(); ++explored_) {
      const Chip node = vertices_[explored_].node;
      const State state = vertices_[explored_].state;
      routing_.moves(node, state, moves);
      const auto first = static_cast<std::uint32_t>(edges_.size());
      for (const Move& move : moves) {
        const Channel channel = network_.channel(node, move.port);
        VTPU_CHECK(network_.attached(channel), "a routing moves packets only over existing links");
        edges_.push_back({channel, move.vc_class, R::kAdaptive && move.probability == 0, move.probability, 0});
        edges_.back().to = add(network_.target(channel), routing_.after(node, state, move));
      }
      vertices_[explored_].first_edge = first;
      vertices_[explored_].last_edge = static_cast<std::uint32_t>(edges_.size());
      if (R::kAdaptive) prefer_alike(first);
    }
  }

  /// All vertices in topological order: each before its successors.
  std::vector<std::uint32_t> order() const {
    std::vector<std::uint32_t> arrivals(vertices_.size(), 0), order;
    for (const Edge& edge : edges_) ++arrivals[edge.to];
    order.reserve(vertices_.size());
    for (std::uint32_t v = 0; v < vertices_.size(); ++v)
      if (arrivals[v] == 0) order.push_back(v);
    for (std::size_t next = 0; next < order.size(); ++next)
      for (const Edge& edge : out_edges(vertices_[order[next]]))
        if (--arrivals[edge.to] == 0) order.push_back(edge.to);
    VTPU_CHECK(order.size() == vertices_.size(), "every path of a routing ends");
    return order;
  }

  const std::vector<Vertex>& vertices() const { return vertices_; }
  const std::vector<Edge>& edges() const { return edges_; }
  std::span<const Edge> out_edges(const Vertex& vertex) const {
    return {edges_.data() + vertex.first_edge, vertex.last_edge - vertex.first_edge};
  }

 private:
  static constexpr std::uint32_t kEmpty = ~std::uint32_t{0};

  void prefer_alike(std::uint32_t first) {
    int preferred = 0;
    for (std::size_t e = first; e < edges_.size(); ++e) preferred += !edges_[e].escape;
    for (std::size_t e = first; e < edges_.size(); ++e) edges_[e].probability = edges_[e].escape ? 0 : 1.0 / preferred;
  }

  std::size_t slot_of(Chip node, const State& state) const {
    std::array<std::uint64_t, 2> bits{};
    std::memcpy(bits.data(), &state, sizeof state);
    const std::uint64_t hash = mix64(bits[0] ^ mix64(bits[1] + static_cast<std::uint64_t>(node.value())));
    const std::size_t mask = slots_.size() - 1;
    std::size_t slot = hash & mask;
    while (slots_[slot] != kEmpty) {
      const Vertex& there = vertices_[slots_[slot]];
      if (there.node == node && std::memcmp(&there.state, &state, sizeof state) == 0) break;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  void grow() {
    slots_.assign(2 * slots_.size(), kEmpty);
    for (std::uint32_t v = 0; v < vertices_.size(); ++v) slots_[slot_of(vertices_[v].node, vertices_[v].state)] = v;
  }

  const Network& network_;
  const R& routing_;
  std::vector<Vertex> vertices_;
  std::vector<Edge> edges_;
  std::vector<std::uint32_t> slots_;  // open addressing; size a power of two
  std::size_t explored_ = 0;
};

}  // namespace vtpu::net::routing
