#include "vtpu/net/collective/disjoint_rings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <utility>

#include "vtpu/net/collective/torus_programs.h"

namespace vtpu::net::collective {

Result<void> check_rings(const Network& network, const std::vector<Ring>& rings) {
  const auto name = [&](Chip chip) { return network.names().printed(chip); };
  std::map<std::pair<Chip, Chip>, int> used;  // steps between two chips, the lower one first
  for (std::size_t number = 0; number < rings.size(); ++number) {
    const Ring& ring = rings[number];
    const auto where = [&](std::size_t step) { return fmt::format("ring {}, step {}", number + 1, step + 1); };
    IndexedVector<Chip, bool> visited(network.chip_count(), false);
    for (std::size_t step = 0; step < ring.size(); ++step) {
      const Chip chip = ring[step];
      if (!chip.valid() || chip.value() >= network.chip_count())
        return Error{where(step), fmt::format("found chip number {}", chip.value()),
                     fmt::format("0 to {}", network.chip_count() - 1)};
      if (visited[chip]) return Error{where(step), fmt::format("found chip {} again", name(chip)), "each chip once"};
      visited[chip] = true;
    }
    if (ring.size() != static_cast<std::size_t>(network.chip_count()))
      return Error{fmt::format("ring {}", number + 1), fmt::format("found {} chips", ring.size()),
                   fmt::format("all {}", network.chip_count())};
    for (std::size_t step = 0; step < ring.size(); ++step) {
      const Chip from = ring[step], to = ring[(step + 1) % ring.size()];
      int links = 0;
      for (const PortNumber port : network.ports()) {
        const Channel channel = network.channel(from, port);
        links += from != to && network.attached(channel) && network.target(channel) == to;
      }
      if (links == 0)
        return Error{where(step), fmt::format("found no link from chip {} to chip {}", name(from), name(to)),
                     "neighbours"};
      if (++used[std::minmax(from, to)] > links)
        return Error{where(step), fmt::format("found the link from chip {} to chip {} again", name(from), name(to)),
                     "each link once"};
    }
  }
  return {};
}

Result<Schedule> ring_all_reduce(const Ring& ring) {
  const int chips = static_cast<int>(ring.size());
  if (chips < 2) return Error{"ring", fmt::format("found {} chips", chips), "at least 2"};
  const ChipProgram all_gather = bucket_all_gather(Shape{chips}, Algorithm::bidirectional_ring);
  const ChipProgram program = all_reduce_of(reduce_scatter_of(all_gather), all_gather);
  constexpr std::int64_t kMost = std::numeric_limits<int>::max();
  if (program.chunks() > kMost || std::int64_t{program.size()} * chips > kMost)
    return Error{"ring", fmt::format("found {} chips", chips), "a schedule of at most 2^31 - 1 transfers"};
  std::vector<int> ranks;
  for (const Chip chip : ring) ranks.push_back(chip.value());
  return program.expand(ranks);
}

}  // namespace vtpu::net::collective
