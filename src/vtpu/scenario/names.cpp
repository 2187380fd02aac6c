#include "vtpu/scenario/names.h"

#include <fmt/core.h>

#include <algorithm>

#include "vtpu/base/text.h"

namespace vtpu::scenario {
namespace {

/// "1..4 . 1..4 . 1..8".
std::string ranges_of(const net::Shape& grid) {
  std::vector<std::string> ranges;
  for (int d = 0; d < grid.dimensions(); ++d) ranges.push_back(fmt::format("1..{}", grid.side(d)));
  return join(ranges, " . ");
}

}  // namespace

std::string direction_name(net::PortNumber port) {
  static constexpr std::string_view kLetters = "xyzwvu";
  const auto dimension = static_cast<std::size_t>(port.value() / 2);
  const char sign = port.value() % 2 == 0 ? '+' : '-';
  if (dimension < kLetters.size()) return {sign, kLetters[dimension]};
  return fmt::format("{}{}", sign, dimension);
}

Names Names::of_grid(const net::Shape& grid) {
  Names names;
  names.chips_ = names.nodes_ = grid.count();
  names.grid_ = grid;
  return names;
}

Names Names::of_nodes(int chips, int nodes, IndexedVector<net::Chip, std::string> labels) {
  Names names;
  names.chips_ = chips;
  names.nodes_ = nodes;
  names.labels_ = std::move(labels);
  return names;
}

std::string Names::node(net::Chip node) const {
  if (grid_) {
    const net::Coordinates place = grid_->coordinates_of(node.value());
    std::string text;
    for (int d = 0; d < grid_->dimensions(); ++d)
      text += fmt::format("{}{}", d == 0 ? "" : ".", place[static_cast<std::size_t>(d)] + 1);
    return text;
  }
  if (!labels_.empty()) return labels_[node];
  return node.value() < chips_ ? std::to_string(node.value()) : fmt::format("switch {}", node.value() - chips_);
}

std::string Names::channel(const net::Network& network, net::Channel channel) const {
  const std::string from = node(network.source(channel));
  if (grid_) return from + " " + direction_name(network.port(channel));
  return from + " -> " + node(network.target(channel));
}

Result<net::Chip> Names::chip(std::string_view text, const std::string& where) const {
  const std::string_view name = trim(text);
  if (const auto label = std::find(labels_.begin(), labels_.end(), name); label != labels_.end())
    return net::Chip(static_cast<int>(label - labels_.begin()));
  if (const auto number = parse_integer(name, where); number && name.find('.') == std::string_view::npos) {
    if (*number >= 0 && *number < nodes_) return net::Chip(static_cast<int>(*number));
    return Error{where, fmt::format("found chip {}", *number), fmt::format("a number of 0..{}", nodes_ - 1)};
  }
  if (!grid_)
    return Error{where, "found chip " + quoted_with_hint(name, labels_.raw()),
                 labels_.empty() ? fmt::format("a number of 0..{}", nodes_ - 1) : "a name or number of the graph"};
  const Error wrong{where, fmt::format("found chip '{}'", name),
                    fmt::format("coordinates {}, or a number of 0..{}", ranges_of(*grid_), nodes_ - 1)};
  const bool address = grid_->dimensions() == 3 && name.ends_with("/1.1");  // the section and scroll of the chip itself
  const std::vector<std::string_view> parts = split(address ? name.substr(0, name.size() - 4) : name, '.');
  if (static_cast<int>(parts.size()) != grid_->dimensions()) return wrong;
  net::Coordinates place{};
  for (std::size_t d = 0; d < parts.size(); ++d) {
    const auto coordinate = parse_integer(parts[d], where);
    if (!coordinate || *coordinate < 1 || *coordinate > grid_->side(static_cast<int>(d))) return wrong;
    place[d] = static_cast<int>(*coordinate) - 1;
  }
  return net::Chip(grid_->index_of(place));
}

Result<std::vector<net::Channel>> Names::channels(const net::Network& network, std::string_view text,
                                                  const std::string& where) const {
  const std::string_view whole = trim(text);
  const std::size_t blank = whole.rfind(' ');
  if (blank == std::string_view::npos)
    return Error{where, fmt::format("found link '{}'", whole),
                 grid_ ? "a chip and a direction, \"1.1.1 +x\", or two chips" : "two nodes, \"3 7\""};
  const auto from = chip(whole.substr(0, blank), where);
  if (!from) return from.error();
  const std::string_view end = whole.substr(blank + 1);
  std::vector<net::Channel> found;
  std::vector<std::string> directions;
  if (grid_ && (end.starts_with('+') || end.starts_with('-'))) {
    for (const net::PortNumber port : network.ports()) {
      const net::Channel channel = network.channel(*from, port);
      if (!network.attached(channel)) continue;
      directions.push_back(direction_name(port));
      if (directions.back() == end) found.push_back(channel);
    }
    if (found.empty())
      return Error{where, fmt::format("found no link {} of chip {}", end, node(*from)),
                   "one of " + join(directions, ", ")};
    return found;
  }
  const auto to = chip(end, where);
  if (!to) return to.error();
  for (const net::PortNumber port : network.ports())
    if (const net::Channel channel = network.channel(*from, port);
        network.attached(channel) && network.target(channel) == *to)
      found.push_back(channel);
  if (found.empty())
    return Error{where, fmt::format("found no link from {} to {}", node(*from), node(*to)), "two adjacent nodes"};
  return found;
}

}  // namespace vtpu::scenario
