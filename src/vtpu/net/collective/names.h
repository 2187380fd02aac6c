#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/base/result.h"

namespace vtpu::net::collective {

/// The result of a collective of N chips, each with a buffer of S bytes (in blocks of S/N where it has blocks).
enum class Collective {
  broadcast,        ///< every chip receives the root's buffer
  reduce,           ///< the root receives the sum of all buffers
  all_reduce,       ///< every chip receives the sum of all buffers
  reduce_scatter,   ///< each chip receives its block of the sum
  all_gather,       ///< every chip receives each chip's block
  all_to_all,       ///< chip j receives block j of every chip i
  gather,           ///< the root receives each chip's block
  scatter,          ///< each chip receives its block from the root
  sparse_exchange,  ///< listed (source, destination, bytes): sparse gather and sparse scatter
};

/// How a collective is carried out.
enum class Algorithm {
  ring,                        ///< in one direction round a ring through all chips
  bidirectional_ring,          ///< half of the data in each direction
  bucket,                      ///< one ring per dimension in turn; streams in different orders keep all links busy
  binomial_tree,               ///< a binomial tree along each dimension in turn
  recursive_halving_doubling,  ///< partners at distances of powers of two; data halves or doubles each round
  recursive_doubling,          ///< the same partners, the whole buffer each round: fewest rounds
  dimension_wise,              ///< along one dimension after the other, bundled; each of d parts starts with another
  direct,                      ///< each pair sends its own message
};

std::string to_string(Collective collective);
std::string to_string(Algorithm algorithm);
std::span<const Collective> all_collectives();
std::span<const Algorithm> all_algorithms();

/// Parses a name such as "all-reduce". Error: what was found, with the nearest name.
Result<Collective> parse_collective(std::string_view text);
/// Parses a name such as "recursive-halving-doubling". Error: what was found, with the nearest name.
Result<Algorithm> parse_algorithm(std::string_view text);

/// The algorithms of a collective, at least one.
std::vector<Algorithm> algorithms_of(Collective collective);

/// Error: the collective does not have the algorithm; the error lists those that it has.
Result<void> check_combination(Collective collective, Algorithm algorithm);

}  // namespace vtpu::net::collective
