#include "vtpu/net/collective/doubling.h"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "vtpu/base/position.h"

namespace vtpu::net::collective {
namespace {

// The bits of a rank, ordered by the distance of the ranks that differ in them, nearest first: the lowest bit of every
// coordinate, then the next.
std::vector<int> bits_by_distance(const Shape& grid) {
  std::vector<int> bits;
  for (int distance = 1; distance < grid.longest_side(); distance *= 2)
    for (int d = grid.dimensions() - 1; d >= 0; --d)
      if (distance < grid.side(d)) bits.push_back(distance * grid.stride(d));
  return bits;
}

}  // namespace

bool sides_are_powers_of_two(const Shape& grid) {
  for (int d = 0; d < grid.dimensions(); ++d)
    if (!std::has_single_bit(static_cast<unsigned>(grid.side(d)))) return false;
  return true;
}

Schedule doubling_all_gather(const Shape& grid) {
  const int ranks = grid.count();
  const std::vector<int> bits = bits_by_distance(grid);
  const int rounds = static_cast<int>(bits.size());
  // In a block's position the bit of the farthest partner counts 1, so that blocks that arrive together are adjacent.
  std::vector<int> place(at(ranks), 0);
  std::vector<ChunkContract> contracts(at(ranks));
  for (int rank = 0; rank < ranks; ++rank) {
    for (int i = 0; i < rounds; ++i)
      if (rank & bits[at(i)]) place[at(rank)] += 1 << (rounds - 1 - i);
    contracts[at(place[at(rank)])].from = rank;
  }
  Schedule schedule(Collective::all_gather, Algorithm::recursive_halving_doubling, ranks, ranks, std::move(contracts));
  std::vector<int> after;
  for (int round = 0; round < rounds; ++round)
    for (int rank = 0; rank < ranks; ++rank) {
      const int held = 1 << round;
      const ChunkRun run{.first = place[at(rank)] / held * held, .count = held};
      after.clear();
      for (int earlier = 0; earlier < round; ++earlier)
        after.push_back(earlier * ranks + (rank ^ bits[at(rounds - 1 - earlier)]));
      schedule.add({rank, rank ^ bits[at(rounds - 1 - round)]}, {&run, 1}, after);
    }
  return schedule;
}

Schedule doubling_all_reduce(const Shape& grid) {
  const int ranks = grid.count();
  const std::vector<int> bits = bits_by_distance(grid);
  Schedule schedule(Collective::all_reduce, Algorithm::recursive_doubling, ranks, 1, std::vector<ChunkContract>(1));
  const ChunkRun whole;
  std::vector<int> last_own(at(ranks)), last_arrived(at(ranks));  // by rank, of the previous round
  for (std::size_t round = 0; round < bits.size(); ++round) {
    const std::uint8_t slot = static_cast<std::uint8_t>(round), next = static_cast<std::uint8_t>(round + 1);
    std::vector<int> own(at(ranks)), arrived(at(ranks));
    for (int rank = 0; rank < ranks; ++rank) {
      std::vector<int> after;
      if (round > 0) after = {last_own[at(rank)], last_arrived[at(rank)]};
      const int partner = rank ^ bits[round];
      own[at(rank)] = schedule.add({rank, rank, Effect::reduce, slot, next}, {&whole, 1}, after);
      arrived[at(partner)] = schedule.add({rank, partner, Effect::reduce, slot, next}, {&whole, 1}, after);
    }
    last_own = std::move(own);
    last_arrived = std::move(arrived);
  }
  schedule.set_result_slot(static_cast<int>(bits.size()));
  return schedule;
}

}  // namespace vtpu::net::collective
