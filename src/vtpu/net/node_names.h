#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vtpu/base/index.h"
#include "vtpu/base/result.h"
#include "vtpu/net/ids.h"
#include "vtpu/net/shape.h"
#include "vtpu/net/topology.h"

namespace vtpu::net {

/// The names of a network's nodes, and the only reader of texts that name one. docs/nodes.md states the rules.
///
/// A node of a graph file has the name that the file gives it. A chip on a grid of two or more dimensions is named by
/// its coordinates from 1, "2.1.3". Any other chip is named by its number from 0, any other switch "switch 0".
class NodeNames {
 public:
  /// Numbered nodes: chips, then switches.
  NodeNames(int chips, int nodes) : chips_(chips), nodes_(nodes) {}
  explicit NodeNames(const Shape& grid) : chips_(grid.count()), nodes_(grid.count()), grid_(grid) {}
  /// `names`: chips, then switches; all different (an invariant).
  NodeNames(int chips, IndexedVector<Chip, std::string> names);

  int chip_count() const { return chips_; }
  int node_count() const { return nodes_; }
  /// The grid of the chips.
  const std::optional<Shape>& grid() const { return grid_; }

  std::string name(Chip node) const;
  /// The name within a longer text: in double quotes where the text would not show where it begins and ends.
  std::string printed(Chip node) const;
  /// A chip on a grid of three dimensions as a machine names it, "2.1.3/1.1"; otherwise as `printed`.
  std::string address(Chip node) const;

  /// The node that a text names: by its name, also in double quotes; by a number from 0, unless the names of other
  /// nodes are numbers; on a grid of three dimensions also by address. None if the text names none, or could name two.
  std::optional<Chip> find(std::string_view text) const;
  /// The same. Error: `where`, the text, both readings or what would name a node.
  Result<Chip> node(std::string_view text, const std::string& where) const;
  /// The same for chips only.
  Result<Chip> chip(std::string_view text, const std::string& where) const;

 private:
  std::optional<Chip> with_name(std::string_view name) const;
  std::optional<Chip> with_number(std::string_view text) const;
  std::optional<Chip> at_place(std::string_view text) const;
  /// Names that are numbers and have this value.
  std::pair<std::size_t, std::size_t> numbered_so(double value) const;
  Error unknown(std::string_view text, const std::string& where) const;

  int chips_;
  int nodes_;
  std::optional<Shape> grid_;
  IndexedVector<Chip, std::string> names_;        // empty: coordinates or numbers
  std::vector<Chip> by_name_;                     // sorted
  std::vector<std::pair<double, Chip>> numbers_;  // the names that are numbers, sorted
};

/// The names of a topology's nodes: its own, given by `node_names()`, those of its grid, or numbers.
template <Topology T>
NodeNames names_of(const T& topology) {
  if constexpr (requires { topology.node_names(); })
    return topology.node_names();
  else if constexpr (requires { names_of(topology.whole()); })
    return names_of(topology.whole());
  else if constexpr (requires { NodeNames(topology.sides()); })
    return NodeNames(topology.sides());
  else if constexpr (requires { NodeNames(topology.sides); })
    return NodeNames(topology.sides);
  else
    return NodeNames(topology.chip_count(), node_count(topology));
}

}  // namespace vtpu::net
