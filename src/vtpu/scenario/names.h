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

/// What people call chips and links. On a grid a chip is its coordinates from 1 with dots between them, as in a chip's
/// address, and a link is its source and its direction: "1.1.1 +x". Elsewhere a chip is its number from 0, or its own
/// name where it has one, and a link is both its ends: "3 -> 7". Switches are "switch 0", "switch 1", ….
class Names {
 public:
  static Names of_grid(const net::Shape& grid);
  /// `labels`: by node, all different; empty: numbers.
  static Names of_nodes(int chips, int nodes, std::vector<std::string> labels = {});

  const std::optional<net::Shape>& grid() const { return grid_; }
  std::string node(int node) const;
  std::string channel(const net::Network& network, int channel) const;

  /// The chip of a name, or of a number from 0. Error: `where`, what was found, what names look like.
  Result<int> chip(std::string_view text, const std::string& where) const;
  /// The channels of a link, one direction: of "1.1.1 +x" one, of "3 7" (two nodes) all that join them.
  Result<std::vector<int>> channels(const net::Network& network, std::string_view text, const std::string& where) const;

 private:
  int chips_ = 0;
  int nodes_ = 0;
  std::optional<net::Shape> grid_;
  std::vector<std::string> labels_;
};

/// "+x", "-y"; from the seventh dimension on by number, "+6".
std::string direction_name(int port);

}  // namespace vtpu::scenario
