#include "vtpu/net/collective/make_schedule.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "vtpu/base/check.h"
#include "vtpu/net/collective/closed_ring.h"
#include "vtpu/net/collective/doubling.h"
#include "vtpu/net/collective/pipelines.h"
#include "vtpu/net/collective/torus_programs.h"

namespace vtpu::net::collective {
namespace {

bool is_ring(Algorithm algorithm) { return algorithm == Algorithm::ring || algorithm == Algorithm::bidirectional_ring; }

// Whether all chips do the same. For rings this holds once the chips of the grid are put in one row.
bool is_symmetric(Collective collective, Algorithm algorithm) {
  const bool without_root = collective == Collective::all_reduce || collective == Collective::reduce_scatter ||
                            collective == Collective::all_gather || collective == Collective::all_to_all;
  return without_root && (is_ring(algorithm) || algorithm == Algorithm::bucket || algorithm == Algorithm::direct ||
                          algorithm == Algorithm::dimension_wise);
}

ChipProgram all_gather_program(Algorithm algorithm, const Shape& grid) {
  switch (algorithm) {
    case Algorithm::ring: return ring_all_gather(grid);
    case Algorithm::direct: return direct_all_gather(grid);
    default: return bucket_all_gather(grid, algorithm);
  }
}

// Requires is_symmetric; for rings, also a grid of one ring.
ChipProgram symmetric_program(Collective collective, Algorithm algorithm, const Shape& grid) {
  if (collective == Collective::all_to_all)
    return algorithm == Algorithm::direct ? direct_all_to_all(grid) : dimension_wise_all_to_all(grid);
  ChipProgram all_gather = all_gather_program(algorithm, grid);
  if (collective == Collective::all_gather) return all_gather;
  ChipProgram reduce_scatter = reduce_scatter_of(all_gather);
  if (collective == Collective::reduce_scatter) return reduce_scatter;
  return all_reduce_of(reduce_scatter, all_gather);
}

Schedule rooted_broadcast(Algorithm algorithm, const Shape& grid, const ScheduleOptions& options) {
  if (is_ring(algorithm))
    return ring_broadcast(closed_ring(grid), options.root, options.pieces, algorithm == Algorithm::bidirectional_ring);
  if (algorithm == Algorithm::direct)
    return tree_broadcast(algorithm, grid, star(grid), Sending::at_once, options.root, 1);
  return tree_broadcast(algorithm, grid, binomial_tree(grid), Sending::one_by_one, options.root, options.pieces);
}

Schedule rooted_scatter(Algorithm algorithm, const Shape& grid, int root) {
  if (algorithm == Algorithm::direct) return tree_scatter(algorithm, grid, star(grid), Sending::at_once, root);
  return tree_scatter(algorithm, grid, binomial_tree(grid), Sending::one_by_one, root);
}

Result<void> check_request(Collective collective, Algorithm algorithm, const Shape& grid,
                           const ScheduleOptions& options) {
  if (const auto known = check_combination(collective, algorithm); !known) return known.error();
  if (collective == Collective::sparse_exchange)
    return Error{"collective", "a sparse exchange without its items", "a collective of all chips"};
  const bool doubles = algorithm == Algorithm::recursive_halving_doubling || algorithm == Algorithm::recursive_doubling;
  if (doubles && !sides_are_powers_of_two(grid))
    return Error{"grid", to_string(algorithm) + " on " + to_string(grid), "sides that are powers of two"};
  if (options.root < 0 || options.root >= grid.count())
    return Error{"root", "found chip " + std::to_string(options.root),
                 "a chip of " + to_string(grid) + ", 0 to " + std::to_string(grid.count() - 1)};
  constexpr int kMostPieces = 1 << 20;
  if (options.pieces < 1 || options.pieces > kMostPieces)
    return Error{"pieces", "found " + std::to_string(options.pieces), "1 to " + std::to_string(kMostPieces)};
  return {};
}

Error too_large(Collective collective, Algorithm algorithm, const Shape& grid) {
  return Error{"grid",
               to_string(collective) + " " + to_string(algorithm) + " on " + to_string(grid) +
                   " has more than 2^31 - 1 transfers or chunks",
               "a smaller grid, or the program of one chip"};
}

}  // namespace

Result<ChipProgram> make_chip_program(Collective collective, Algorithm algorithm, const Shape& grid) {
  if (const auto right = check_request(collective, algorithm, grid, {}); !right) return right.error();
  const bool one_ring = grid.longest_side() == grid.count();
  if (!is_symmetric(collective, algorithm) || (is_ring(algorithm) && !one_ring))
    return Error{"algorithm",
                 to_string(collective) + " " + to_string(algorithm) + " on " + to_string(grid) +
                     " has chips that do different things",
                 "bucket, direct or dimension-wise, or a ring on a grid of one dimension"};
  return symmetric_program(collective, algorithm, grid);
}

Result<Schedule> make_schedule(Collective collective, Algorithm algorithm, const Shape& grid,
                               const ScheduleOptions& options) {
  if (const auto right = check_request(collective, algorithm, grid, options); !right) return right.error();
  constexpr std::int64_t kMost = std::numeric_limits<int>::max();
  if (is_symmetric(collective, algorithm)) {
    const ChipProgram program =
        symmetric_program(collective, algorithm, is_ring(algorithm) ? Shape{grid.count()} : grid);
    if (program.chunks() > kMost || std::int64_t{program.size()} * grid.count() > kMost)
      return too_large(collective, algorithm, grid);
    return is_ring(algorithm) ? program.expand(closed_ring(grid)) : program.expand();
  }
  if (std::int64_t{grid.count()} * options.pieces * 4 > kMost) return too_large(collective, algorithm, grid);
  switch (collective) {
    case Collective::broadcast: return rooted_broadcast(algorithm, grid, options);
    case Collective::reduce: return reversed(rooted_broadcast(algorithm, grid, options));
    case Collective::scatter: return rooted_scatter(algorithm, grid, options.root);
    case Collective::gather: return reversed(rooted_scatter(algorithm, grid, options.root));
    case Collective::all_gather: return doubling_all_gather(grid);
    case Collective::reduce_scatter: return reversed(doubling_all_gather(grid));
    default: break;
  }
  VTPU_CHECK(collective == Collective::all_reduce, "the other collectives are symmetric");
  if (algorithm == Algorithm::recursive_doubling) return doubling_all_reduce(grid);
  const Schedule distribution =
      algorithm == Algorithm::binomial_tree ? rooted_broadcast(algorithm, grid, options) : doubling_all_gather(grid);
  return all_reduce_of(reversed(distribution), distribution);
}

}  // namespace vtpu::net::collective
