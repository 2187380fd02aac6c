#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/net/ids.h"
#include "vtpu/net/shape.h"
#include "vtpu/net/sparse/sharding.h"
#include "vtpu/net/workload/workload.h"

namespace vtpu::net::sparse {

/// How ids reach the chips that own their rows, and how the rows return.
enum class Scheme {
  random,        ///< one message per lookup and one reply
  batched,       ///< one message per pair of chips, with all ids including repetitions
  deduplicated,  ///< as batched, but a chip requests every row only once
  /// Deduplicated, along one dimension after the other (volume, then book, then chapter). A chip on the path merges the
  /// requests that it receives, so that a row that many chips request crosses each dimension's links once for all chips
  /// that share its path. Rows return along the same path.
  hierarchical,
  /// Hierarchical, in as many parts as there are dimensions. Each part starts with a different dimension, so that the
  /// links of all dimensions are in use in every phase.
  rotated,
  pooled  ///< batched; the owner adds up its rows of a bag and sends one sum per bag
};
std::string_view name_of(Scheme scheme);
inline constexpr Scheme kSchemes[] = {Scheme::random,       Scheme::batched, Scheme::deduplicated,
                                      Scheme::hierarchical, Scheme::rotated, Scheme::pooled};

/// Bytes that are not rows. No figures are published; a message carries about as much as a remote read of InfiniBand.
struct MessageFormat {
  std::uint64_t header_bytes = 32;
  std::uint64_t id_bytes = 8;
};

/// What one chip sends to another in a phase.
struct Transfer {
  Chip source;
  Chip destination;
  std::uint32_t messages = 0;
  std::uint64_t bytes = 0;
  bool operator==(const Transfer&) const = default;
};

/// Transfers that may all be in flight at once, in ascending order of destination, then source, without transfers of a
/// chip to itself. A phase begins at each chip when everything sent to it in the phase before has arrived.
struct ExchangePhase {
  std::string name;
  std::vector<Transfer> transfers;

  double bytes() const;
  double messages() const;
};
using Exchange = std::vector<ExchangePhase>;

/// The exchange of a step: requests, then replies; the hierarchical schemes have one phase of each per dimension.
/// `lookups`: row numbers by chip (lookups.h), in bags of `bag`. `grid`: the positions of chips on the network, for the
/// hierarchical schemes. Error: a number of chips other than that of the tables; a row that does not exist; lookups
/// that do not form whole bags.
Result<Exchange> make_exchange(const ShardedTables& tables, const std::vector<std::vector<std::uint64_t>>& lookups,
                               int bag, Scheme scheme, const MessageFormat& format, const Shape& grid);

/// The exchange as messages that wait for each other, for the simulators.
workload::Workload workload_of(const Exchange& exchange, int chips, const std::string& name);

}  // namespace vtpu::net::sparse
