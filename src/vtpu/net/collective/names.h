#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/base/result.h"

namespace vtpu::net::collective {

/// What is to be brought about among N chips, each with a buffer of S bytes (in blocks of S/N where it has blocks).
enum class Collective {
  broadcast,        ///< the root's buffer comes to every chip
  reduce,           ///< the sum of all buffers comes to the root
  all_reduce,       ///< the sum of all buffers comes to every chip
  reduce_scatter,   ///< each chip's block of the sum comes to that chip
  all_gather,       ///< each chip's block comes to every chip
  all_to_all,       ///< block j of chip i comes to chip j
  gather,           ///< each chip's block comes to the root
  scatter,          ///< each chip's block comes from the root
  sparse_exchange,  ///< listed (source, destination, bytes): sparse gather and sparse scatter
};

/// How.
enum class Algorithm {
  ring,                        ///< one way round a ring through all chips
  bidirectional_ring,          ///< half of the data each way round
  bucket,                      ///< a ring for each dimension in turn; streams in different orders keep all links busy
  binomial_tree,               ///< a binomial tree along each dimension in turn
  recursive_halving_doubling,  ///< partners at distances of powers of two, half as much or twice as much each time
  recursive_doubling,          ///< the same partners, the whole buffer each time: fewest rounds
  dimension_wise,              ///< along one dimension after the other, bundled; d parts begin with different ones
  direct,                      ///< each pair sends its own message
};

std::string to_string(Collective collective);
std::string to_string(Algorithm algorithm);
std::span<const Collective> all_collectives();
std::span<const Algorithm> all_algorithms();

/// "all-reduce". Error: what was found, with the nearest name.
Result<Collective> parse_collective(std::string_view text);
/// "recursive-halving-doubling". Error: what was found, with the nearest name.
Result<Algorithm> parse_algorithm(std::string_view text);

/// The algorithms that a collective has, at least one.
std::vector<Algorithm> algorithms_of(Collective collective);

/// Error: a collective that has no such algorithm, with those it has.
Result<void> check_combination(Collective collective, Algorithm algorithm);

}  // namespace vtpu::net::collective
