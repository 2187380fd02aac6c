#include "vtpu/net/collective/torus_programs.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "vtpu/base/position.h"
#include "vtpu/net/collective/balanced_orders.h"

namespace vtpu::net::collective {
namespace {

// The dimensions whose rings have links, or one dimension of side 1 if there is no other.
std::vector<int> rings_of(const Shape& grid) {
  std::vector<int> rings;
  for (int d = 0; d < grid.dimensions(); ++d)
    if (grid.side(d) > 1) rings.push_back(d);
  if (rings.empty()) rings.push_back(0);
  return rings;
}

// Streams that each begin with a different dimension and are otherwise identical.
std::vector<ChipProgram::Stream> ring_streams(std::vector<int> dimensions) {
  std::vector<ChipProgram::Stream> streams;
  for (std::size_t i = 0; i < dimensions.size(); ++i) {
    streams.push_back({dimensions});
    std::rotate(dimensions.begin(), dimensions.begin() + 1, dimensions.end());
  }
  return streams;
}

// The number of segments s in a stream. On equal sides no stream ever waits for another, and one segment suffices.
// Otherwise a link may idle while the last segment (the first, in an all-gather) goes round the other rings, which
// takes at most 1/k of that segment's time on a ring of side k: a share of at most 1/(k·s) of the whole. So s is chosen
// such that k·s is at least 32 for the shortest side k; it is at least 4, so that rings of different dimensions work on
// different segments. More segments would gain little and cost latency.
int segments_for(const Shape& grid, const std::vector<int>& rings) {
  int shortest = grid.longest_side();
  for (const int d : rings) shortest = std::min(shortest, grid.side(d));
  if (shortest == grid.longest_side()) return 1;
  return std::max(4, (32 + shortest - 1) / shortest);
}

// Adds the steps of a stream that goes round every ring in the direction of `sign`. On each ring a segment begins once
// the previous one has passed, so that the segments do not share the ring's links.
void add_stream(ChipProgram& program, int stream, int sign) {
  std::vector<int> through(at(program.digits()), -1);  // by digit: the last step of the previous segment
  for (int segment = 0; segment < program.segments(); ++segment) {
    const int part = stream * program.segments() + segment;
    std::vector<int> before;  // steps on the rings done so far
    for (int digit = program.digits() - 1; digit >= 0; --digit) {
      const int first = program.size();
      for (int j = 0; j + 1 < program.side(part, digit); ++j) {
        ChipProgram::Step step{.part = part, .trailing = program.digits() - 1 - digit};
        step.hop[at(program.dimension(part, digit))] = sign;
        step.offset[at(digit)] = -sign * j;
        step.after = j == 0 ? before : std::vector<int>{program.size() - 1};
        if (j == 0 && segment > 0) step.after.push_back(through[at(digit)]);
        program.add(std::move(step));
      }
      for (int id = first; id < program.size(); ++id) before.push_back(id);
      through[at(digit)] = program.size() - 1;
    }
  }
}

// The displacements to all other chips of the grid, in the order of their numbers.
template <class Visit>
void for_each_hop(const Shape& grid, Visit visit) {
  for (int index = 1; index < grid.count(); ++index) visit(grid.coordinates_of(index));
}

}  // namespace

ChipProgram ring_all_gather(const Shape& ring) {
  ChipProgram program(Collective::all_gather, Algorithm::ring, ring, {{rings_of(ring)}}, 1, 1);
  add_stream(program, 0, 1);
  return program;
}

ChipProgram bucket_all_gather(const Shape& grid, Algorithm algorithm) {
  constexpr double kUnit = 1 << 20;  // scale of the shares as integers
  const std::vector<int> rings = rings_of(grid);
  std::vector<ChipProgram::Stream> streams;
  for (const SharedOrder& each : balanced_orders(grid, rings))
    streams.push_back({each.order, static_cast<std::uint64_t>(std::llround(each.share * kUnit))});
  const std::vector<ChipProgram::Stream> other_way = streams;
  streams.insert(streams.end(), other_way.begin(), other_way.end());
  const int one_way = static_cast<int>(other_way.size());
  ChipProgram program(Collective::all_gather, algorithm, grid, std::move(streams), segments_for(grid, rings),
                      static_cast<int>(rings.size()));
  for (int stream = 0; stream < 2 * one_way; ++stream) add_stream(program, stream, stream < one_way ? 1 : -1);
  return program;
}

ChipProgram direct_all_gather(const Shape& grid) {
  const std::vector<int> rings = rings_of(grid);
  ChipProgram program(Collective::all_gather, Algorithm::direct, grid, {{rings}}, 1, static_cast<int>(rings.size()));
  for_each_hop(grid, [&](const Coordinates& hop) { program.add({.hop = hop}); });
  return program;
}

ChipProgram direct_all_to_all(const Shape& grid) {
  const std::vector<int> rings = rings_of(grid);
  const int d = static_cast<int>(rings.size());
  ChipProgram program(Collective::all_to_all, Algorithm::direct, grid, {{rings}}, 1, 2 * d);
  for_each_hop(grid, [&](const Coordinates& hop) {
    ChipProgram::Step step{.hop = hop};
    for (int digit = 0; digit < d; ++digit) step.offset[at(d + digit)] = hop[at(rings[at(digit)])];
    program.add(std::move(step));
  });
  return program;
}

ChipProgram dimension_wise_all_to_all(const Shape& grid) {
  const std::vector<int> rings = rings_of(grid);
  const int d = static_cast<int>(rings.size());
  ChipProgram program(Collective::all_to_all, Algorithm::dimension_wise, grid, ring_streams(rings), 1, 2 * d);
  for (int part = 0; part < program.parts(); ++part) {
    std::vector<int> before;
    for (int phase = 0; phase < d; ++phase) {
      if (phase > 0) before = {program.add({.part = part, .carries = false, .after = before})};
      const std::vector<int> ready = before;
      for (int j = 1; j < program.side(part, phase); ++j) {
        // Sources differ from the chip in the dimensions already done, destinations in those still to come.
        ChipProgram::Step step{.part = part, .leading = phase, .trailing = d - 1 - phase, .after = ready};
        step.hop[at(program.dimension(part, phase))] = j;
        step.offset[at(d + phase)] = j;
        before.push_back(program.add(std::move(step)));
      }
    }
  }
  return program;
}

}  // namespace vtpu::net::collective
