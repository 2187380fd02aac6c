#include "vtpu/net/collective/ring_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>

#include "vtpu/base/text.h"
#include "vtpu/base/text_file.h"

namespace vtpu::net::collective {
namespace {

constexpr std::string_view kPortLetters = "xXyYzZ";  // by port number
constexpr std::size_t kLettersPerLine = 100;

Result<void> check_letters(const Network& network, const std::string& where) {
  if (network.port_count() <= static_cast<int>(kPortLetters.size())) return {};
  return Error{where, fmt::format("found {} ports a chip", network.port_count()), "at most three dimensions"};
}

}  // namespace

Result<std::vector<Ring>> parse_rings(std::string_view text, const std::string& file, const Network& network) {
  if (const Result<void> few = check_letters(network, file); !few) return few.error();
  std::vector<Ring> rings;
  bool header = false;
  Chip chip;
  int number = 0;
  for (const std::string_view whole_line : split(text, '\n')) {
    const std::string where = fmt::format("{}:{}", file, ++number);
    const std::string_view line = trim(whole_line.substr(0, whole_line.find('#')));
    if (line.empty()) continue;
    if (!header) {
      const std::string expected = fmt::format("'chips {}' for {}", network.chip_count(), network.name());
      if (!line.starts_with("chips ")) return Error{where, fmt::format("found '{}'", line), expected};
      const Result<std::int64_t> chips = parse_integer(trim(line.substr(6)), where);
      if (!chips) return chips.error();
      if (*chips != network.chip_count()) return Error{where, fmt::format("found {} chips", *chips), expected};
      header = true;
      continue;
    }
    if (line == "ring") {
      chip = Chip(0);
      rings.push_back({});
      continue;
    }
    if (rings.empty()) return Error{where, fmt::format("found '{}'", line), "'ring'"};
    for (std::size_t column = 0; column < line.size(); ++column) {
      const auto wrong = [&](std::string found, std::string expected) {
        const std::size_t indent = static_cast<std::size_t>(line.data() - whole_line.data());
        return Error{fmt::format("{}:{}", where, indent + column + 1), std::move(found), std::move(expected)};
      };
      const std::size_t port = kPortLetters.find(line[column]);
      if (port == std::string_view::npos || static_cast<int>(port) >= network.port_count())
        return wrong(fmt::format("found '{}'", line[column]),
                     "'ring', or the ports x, X, y, Y, z, Z that the chip has");
      if (rings.back().size() == static_cast<std::size_t>(network.chip_count()))
        return wrong("found one more step", fmt::format("{} steps of a ring", network.chip_count()));
      rings.back().push_back(chip);
      const Channel channel = network.channel(chip, PortNumber(static_cast<int>(port)));
      if (!network.attached(channel))
        return wrong(fmt::format("found '{}' at chip {}", line[column], network.names().printed(chip)),
                     "a port with a link");
      chip = network.target(channel);
    }
    if (rings.back().size() == static_cast<std::size_t>(network.chip_count()) && chip != Chip(0))
      return Error{where, fmt::format("found a ring that ends at chip {}", network.names().printed(chip)),
                   fmt::format("chip {}, where it begins", network.names().printed(Chip(0)))};
  }
  if (rings.empty()) return Error{file, "found no ring", header ? "at least one" : "a line 'chips' and rings"};
  if (const Result<void> proof = check_rings(network, rings); !proof)
    return Error{fmt::format("{}, {}", file, proof.error().where), proof.error().found, proof.error().expected};
  return rings;
}

Result<std::vector<Ring>> read_rings(const std::filesystem::path& path, const Network& network) {
  const Result<std::string> text = read_text(path);
  if (!text) return text.error();
  return parse_rings(*text, path.string(), network);
}

Result<std::string> rings_text(const Network& network, const std::vector<Ring>& rings) {
  if (const Result<void> few = check_letters(network, network.name()); !few) return few.error();
  if (const Result<void> proof = check_rings(network, rings); !proof) return proof.error();
  std::string text = fmt::format("chips {}\n", network.chip_count());
  std::set<Channel> used;  // parallel links get different ports
  for (const Ring& ring : rings) {
    const std::size_t first = static_cast<std::size_t>(std::find(ring.begin(), ring.end(), Chip(0)) - ring.begin());
    text += "ring\n";
    for (std::size_t step = 0; step < ring.size(); ++step) {
      const Chip from = ring[(first + step) % ring.size()], to = ring[(first + step + 1) % ring.size()];
      for (const PortNumber port : network.ports()) {
        const Channel channel = network.channel(from, port);
        if (!network.attached(channel) || network.target(channel) != to || used.contains(channel)) continue;
        used.insert(channel);
        used.insert(network.reverse(channel));
        text += kPortLetters[static_cast<std::size_t>(port.value())];
        break;
      }
      if ((step + 1) % kLettersPerLine == 0 || step + 1 == ring.size()) text += '\n';
    }
  }
  return text;
}

}  // namespace vtpu::net::collective
