#include "vtpu/net/node_names.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "vtpu/base/check.h"
#include "vtpu/base/text.h"

namespace vtpu::net {
namespace {

constexpr std::string_view kSwitch = "switch ";
constexpr std::string_view kWholeChip = "/1.1";  // the section and scroll of an address that names the chip itself

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// A whole number without a sign.
std::optional<std::int64_t> whole_number(std::string_view text) {
  if (text.empty() || !is_digit(text.front())) return std::nullopt;
  const auto number = parse_integer(text, "");
  return number ? std::optional(*number) : std::nullopt;
}

std::optional<double> number_of(std::string_view name) {
  double value = 0;
  const char* const end = name.data() + name.size();
  const auto [stop, status] = std::from_chars(name.data(), end, value);
  const bool whole = stop == end && status == std::errc() && std::isfinite(value);
  return whole ? std::optional(value) : std::nullopt;
}

/// "1..4 . 1..4 . 1..8".
std::string ranges_of(const Shape& grid) {
  std::vector<std::string> ranges;
  for (int d = 0; d < grid.dimensions(); ++d) ranges.push_back(fmt::format("1..{}", grid.side(d)));
  return join(ranges, " . ");
}

/// Whether a link "a -> b (1 of 2)", a list "a, b" or a line of text would not show where the name begins and ends.
bool needs_quotes(std::string_view name) {
  if (name.empty() || name.front() == ' ' || name.back() == ' ' || name.find("->") != std::string_view::npos)
    return true;
  if (name.back() == ')' && name.find(" of ") != std::string_view::npos) return true;  // as of a parallel link
  return std::any_of(name.begin(), name.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c == '"' || c == ',' || c == ';';
  });
}

}  // namespace

NodeNames::NodeNames(int chips, IndexedVector<Chip, std::string> names)
    : chips_(chips), nodes_(names.size()), names_(std::move(names)) {
  for (const Chip node : names_.indices()) {
    by_name_.push_back(node);
    if (const auto number = number_of(names_[node])) numbers_.emplace_back(*number, node);
  }
  std::sort(by_name_.begin(), by_name_.end(), [this](Chip a, Chip b) { return names_[a] < names_[b]; });
  std::sort(numbers_.begin(), numbers_.end());
  const auto twice =
      std::adjacent_find(by_name_.begin(), by_name_.end(), [this](Chip a, Chip b) { return names_[a] == names_[b]; });
  VTPU_CHECK(twice == by_name_.end(), "the names of nodes are different");
}

std::string NodeNames::name(Chip node) const {
  if (!names_.empty()) return names_[node];
  if (node.value() >= chips_) return fmt::format("{}{}", kSwitch, node.value() - chips_);
  // On a line a coordinate from 1 would look like another chip's number.
  if (!grid_ || grid_->dimensions() == 1) return std::to_string(node.value());
  const Coordinates place = grid_->coordinates_of(node.value());
  std::string text;
  for (int d = 0; d < grid_->dimensions(); ++d)
    text += fmt::format("{}{}", d == 0 ? "" : ".", place[static_cast<std::size_t>(d)] + 1);
  return text;
}

std::string NodeNames::printed(Chip node) const {
  const std::string plain = name(node);
  if (!needs_quotes(plain)) return plain;
  // A spelling that is the name of another node would mean that node.
  std::string text = in_quotes(plain);
  for (std::size_t spelt_out = 1; spelt_out <= plain.size() && with_name(text); ++spelt_out)
    text = in_quotes(plain, spelt_out);
  return text;
}

std::string NodeNames::address(Chip node) const {
  const bool has_address = grid_ && grid_->dimensions() == 3;
  return has_address ? name(node) + std::string(kWholeChip) : printed(node);
}

std::optional<Chip> NodeNames::with_name(std::string_view name) const {
  const auto found = std::lower_bound(by_name_.begin(), by_name_.end(), name,
                                      [this](Chip a, std::string_view b) { return names_[a] < b; });
  return found != by_name_.end() && names_[*found] == name ? std::optional(*found) : std::nullopt;
}

std::pair<std::size_t, std::size_t> NodeNames::numbered_so(double value) const {
  const auto less = [](const std::pair<double, Chip>& a, double b) { return a.first < b; };
  const auto first = std::lower_bound(numbers_.begin(), numbers_.end(), value, less);
  const auto last = std::find_if(first, numbers_.end(), [&](const auto& each) { return each.first != value; });
  return {static_cast<std::size_t>(first - numbers_.begin()), static_cast<std::size_t>(last - numbers_.begin())};
}

std::optional<Chip> NodeNames::with_number(std::string_view text) const {
  const auto number = whole_number(text);
  if (!number || *number >= nodes_) return std::nullopt;
  const Chip node(static_cast<int>(*number));
  if (numbers_.empty()) return node;
  const auto [first, last] = numbered_so(static_cast<double>(*number));
  return last - first == 1 && numbers_[first].second == node ? std::optional(node) : std::nullopt;
}

std::optional<Chip> NodeNames::at_place(std::string_view text) const {
  if (!grid_ || grid_->dimensions() == 1) return std::nullopt;
  if (grid_->dimensions() == 3 && text.ends_with(kWholeChip)) text.remove_suffix(kWholeChip.size());
  const std::vector<std::string_view> parts = split(text, '.');
  if (static_cast<int>(parts.size()) != grid_->dimensions()) return std::nullopt;
  Coordinates place{};
  for (std::size_t d = 0; d < parts.size(); ++d) {
    const auto coordinate = whole_number(parts[d]);
    if (!coordinate || *coordinate < 1 || *coordinate > grid_->side(static_cast<int>(d))) return std::nullopt;
    place[d] = static_cast<int>(*coordinate) - 1;
  }
  return Chip(grid_->index_of(place));
}

std::optional<Chip> NodeNames::find(std::string_view text) const {
  if (const auto named = with_name(text)) return named;
  const std::string_view word = trim(text);
  if (const auto named = with_name(word)) return named;
  std::string_view rest = word;
  if (const auto inside = take_quoted(rest); inside && rest.empty()) return with_name(*inside);
  if (const auto numbered = with_number(word)) return numbered;
  if (const auto placed = at_place(word)) return placed;
  if (!names_.empty() || !word.starts_with(kSwitch)) return std::nullopt;
  const auto number = whole_number(word.substr(kSwitch.size()));
  if (!number || *number >= nodes_ - chips_) return std::nullopt;
  return Chip(chips_ + static_cast<int>(*number));
}

Error NodeNames::unknown(std::string_view text, const std::string& where) const {
  const std::string_view word = trim(text);
  if (!names_.empty()) {
    const auto number = whole_number(word);
    if (number && *number < nodes_ && !numbers_.empty()) {
      std::string found =
          fmt::format("found '{}': by number it is node {}", word, printed(Chip(static_cast<int>(*number))));
      const auto [first, last] = numbered_so(static_cast<double>(*number));
      for (std::size_t i = first; i < last; ++i)
        found += fmt::format("{} {}", i == first ? ", by name" : " or", printed(numbers_[i].second));
      return {where, found, "the name of a node as the graph's file writes it"};
    }
    return {
        where, "found node " + (number_of(word) ? fmt::format("'{}'", word) : quoted_with_hint(word, names_.raw())),
        numbers_.empty() ? fmt::format("the name of a node, or a number of 0..{}", nodes_ - 1) : "the name of a node"};
  }
  const std::string numbers = fmt::format("a number of 0..{}", nodes_ - 1);
  if (grid_ && grid_->dimensions() == 3 && word.find('/') != std::string_view::npos && !word.ends_with(kWholeChip))
    return {where, fmt::format("found '{}'", word), "a whole chip, whose address ends in /1.1"};
  if (grid_ && grid_->dimensions() > 1)
    return {where, fmt::format("found chip '{}'", word),
            fmt::format("coordinates {}, or {}", ranges_of(*grid_), numbers)};
  return {
      where, fmt::format("found '{}'", word),
      nodes_ > chips_ ? fmt::format("{}, or 'switch' and a number of 0..{}", numbers, nodes_ - chips_ - 1) : numbers};
}

Result<Chip> NodeNames::node(std::string_view text, const std::string& where) const {
  const auto found = find(text);
  if (!found) return unknown(text, where);
  return *found;
}

Result<Chip> NodeNames::chip(std::string_view text, const std::string& where) const {
  const auto found = node(text, where);
  if (found && found->value() >= chips_) return Error{where, fmt::format("found '{}', a switch", trim(text)), "a chip"};
  return found;
}

}  // namespace vtpu::net
