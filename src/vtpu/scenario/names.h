#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/net/network.h"
#include "vtpu/net/shape.h"

namespace vtpu::scenario {

/// Names of chips and links for users. On a grid, a chip is named by its coordinates from 1, separated by dots as in a
/// chip's address, and a link by its source and direction: "1.1.1 +x". Elsewhere a chip has its number from 0, or its
/// own name where it has one, and a link is named by both ends: "3 -> 7". Switches are "switch 0", "switch 1", ….
class Names {
 public:
  static Names of_grid(const net::Shape& grid);
  /// `labels`: by node, all distinct; empty: numbers.
  static Names of_nodes(int chips, int nodes, IndexedVector<net::Chip, std::string> labels = {});

  const std::optional<net::Shape>& grid() const { return grid_; }
  std::string node(net::Chip node) const;
  std::string channel(const net::Network& network, net::Channel channel) const;

  /// The chip with a name or a number from 0. Error: `where`, the text, the form of names.
  Result<net::Chip> chip(std::string_view text, const std::string& where) const;
  /// The channels of a link in one direction: one for "1.1.1 +x"; for "3 7" (two nodes) all that join them.
  Result<std::vector<net::Channel>> channels(const net::Network& network, std::string_view text,
                                             const std::string& where) const;

 private:
  int chips_ = 0;
  int nodes_ = 0;
  std::optional<net::Shape> grid_;
  IndexedVector<net::Chip, std::string> labels_;
};

/// "+x", "-y"; numbers from the seventh dimension on, "+6".
std::string direction_name(net::PortNumber port);

}  // namespace vtpu::scenario
