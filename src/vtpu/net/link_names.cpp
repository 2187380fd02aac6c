#include "vtpu/net/link_names.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "vtpu/base/number.h"
#include "vtpu/base/text.h"

namespace vtpu::net {
namespace {

constexpr std::string_view kArrow = "->";

std::vector<Channel> between(const Network& network, Chip from, Chip to) {
  std::vector<Channel> found;
  for (const PortNumber port : network.ports())
    if (const Channel channel = network.channel(from, port); network.attached(channel) && network.target(channel) == to)
      found.push_back(channel);
  return found;
}

/// "a -> b (2 of 3)": the second of three channels.
struct OneOfSeveral {
  std::string_view of;
  std::size_t number = 0;
  std::size_t count = 0;
};
std::optional<OneOfSeveral> one_of_several(std::string_view text) {
  static constexpr std::string_view kOf = " of ";
  text = trim(text);
  const std::size_t open = text.rfind(" (");
  if (open == std::string_view::npos || !text.ends_with(')')) return std::nullopt;
  const std::string_view inside = text.substr(open + 2, text.size() - open - 3);
  const std::size_t of = inside.find(kOf);
  if (of == std::string_view::npos) return std::nullopt;
  const auto count = parse_between<std::size_t>(inside.substr(of + kOf.size()), "", 1, 1000);
  if (!count) return std::nullopt;
  const auto number = parse_between<std::size_t>(inside.substr(0, of), "", 1, *count);
  if (!number) return std::nullopt;
  return OneOfSeveral{text.substr(0, open), *number, *count};
}

/// The two parts of "a -> b". A part in quotes may hold an arrow.
std::optional<std::pair<std::string_view, std::string_view>> around_arrow(std::string_view text) {
  std::string_view rest = text;
  std::size_t arrow = std::string_view::npos;
  if (take_quoted(rest)) {
    const std::size_t begin = text.size() - rest.size();
    if (trim(rest).starts_with(kArrow)) arrow = text.find(kArrow, begin);
  } else {
    arrow = text.find(kArrow);
  }
  if (arrow == std::string_view::npos) return std::nullopt;
  return std::pair(trim(text.substr(0, arrow)), trim(text.substr(arrow + kArrow.size())));
}

/// The pairs of nodes that a text of two names names. Names may hold blanks, so that every blank may end the first.
std::vector<std::pair<Chip, Chip>> around_blank(const NodeNames& names, std::string_view text) {
  constexpr std::size_t kMostParts = 100;
  std::vector<std::pair<Chip, Chip>> pairs;
  if (static_cast<std::size_t>(std::count(text.begin(), text.end(), ' ')) > kMostParts) return pairs;
  for (std::size_t blank = text.find(' '); blank != std::string_view::npos; blank = text.find(' ', blank + 1)) {
    const auto from = names.find(text.substr(0, blank)), to = names.find(text.substr(blank + 1));
    const bool is_new = from && to && std::find(pairs.begin(), pairs.end(), std::pair(*from, *to)) == pairs.end();
    if (is_new) pairs.emplace_back(*from, *to);
  }
  return pairs;
}

Result<std::vector<Channel>> along(const Network& network, std::string_view name, std::string_view direction,
                                   const std::string& where) {
  const auto from = network.names().node(name, where);
  if (!from) return from.error();
  std::vector<Channel> found;
  std::vector<std::string> directions;
  for (const PortNumber port : network.ports()) {
    const Channel channel = network.channel(*from, port);
    if (!network.attached(channel)) continue;
    directions.push_back(direction_name(port));
    if (directions.back() == direction) found.push_back(channel);
  }
  if (found.empty())
    return Error{where, fmt::format("found no link {} of chip {}", direction, network.names().printed(*from)),
                 "one of " + join(directions, ", ")};
  return found;
}

Result<std::vector<Channel>> all_channels(const Network& network, std::string_view text, const std::string& where) {
  const NodeNames& names = network.names();
  const std::string_view whole = trim(text);
  const Error unknown{
      where, fmt::format("found link '{}'", whole),
      names.grid() ? "a chip and a direction, \"1.1.1 +x\", or two chips" : "two nodes, \"a -> b\" or \"3 7\""};
  const std::size_t last = whole.rfind(' ');
  if (names.grid() && last != std::string_view::npos && (whole[last + 1] == '+' || whole[last + 1] == '-'))
    return along(network, whole.substr(0, last), whole.substr(last + 1), where);
  std::vector<std::pair<Chip, Chip>> pairs;
  if (const auto ends = around_arrow(whole)) {
    const auto from = names.node(ends->first, where), to = names.node(ends->second, where);
    if (from && to) pairs.emplace_back(*from, *to);
    // Otherwise the arrow may be part of a name.
    if (pairs.empty() && (pairs = around_blank(names, whole)).empty()) return from ? to.error() : from.error();
  } else {
    pairs = around_blank(names, whole);
    const bool two_words = last != std::string_view::npos && whole.find(' ') == last;
    if (pairs.empty() && two_words) {
      const auto from = names.node(whole.substr(0, last), where);
      return from ? names.node(whole.substr(last + 1), where).error() : from.error();
    }
  }
  if (pairs.empty()) return unknown;
  if (pairs.size() > 1)
    return Error{where, fmt::format("found link '{}', which names {} pairs of nodes", whole, pairs.size()),
                 "the names of two nodes in double quotes, with '->' between them"};
  const auto [from, to] = pairs.front();
  std::vector<Channel> found = between(network, from, to);
  if (found.empty())
    return Error{where, fmt::format("found no link from {} to {}", names.printed(from), names.printed(to)),
                 "two adjacent nodes"};
  return found;
}

}  // namespace

std::string direction_name(PortNumber port) {
  static constexpr std::string_view kLetters = "xyzwvu";
  const auto dimension = static_cast<std::size_t>(port.value() / 2);
  const char sign = port.value() % 2 == 0 ? '+' : '-';
  if (dimension < kLetters.size()) return {sign, kLetters[dimension]};
  return fmt::format("{}{}", sign, dimension);
}

std::string channel_name(const Network& network, Channel channel) {
  const NodeNames& names = network.names();
  const std::string from = names.printed(network.source(channel));
  if (names.grid()) return from + " " + direction_name(network.port(channel));
  const Chip target = network.target(channel);
  const std::vector<Channel> parallel = between(network, network.source(channel), target);
  std::string name = from + " -> " + names.printed(target);
  if (parallel.size() > 1) {
    const auto at = std::find(parallel.begin(), parallel.end(), channel);
    name += fmt::format(" ({} of {})", at - parallel.begin() + 1, parallel.size());
  }
  return name;
}

Result<std::vector<Channel>> find_channels(const Network& network, std::string_view text, const std::string& where) {
  if (const auto one = one_of_several(text))
    if (const auto several = all_channels(network, one->of, where); several && several->size() == one->count)
      return std::vector{(*several)[one->number - 1]};
  return all_channels(network, text, where);
}

}  // namespace vtpu::net
