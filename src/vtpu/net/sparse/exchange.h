#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/net/shape.h"
#include "vtpu/net/sparse/sharding.h"
#include "vtpu/net/workload/workload.h"

namespace vtpu::net::sparse {

/// How ids travel to the chips that own their rows, and the rows back.
enum class Scheme {
  random,        ///< a message for every lookup and one back
  batched,       ///< a message for each pair of chips, with all ids, repeated ones too
  deduplicated,  ///< the same, every row asked for once by a chip
  hierarchical,  ///< deduplicated, along one dimension after the other (volume, then book, then chapter): a chip on the
                 ///< way merges what it is asked for, so that a row wanted by many crosses each dimension's links once
                 ///< for all who share its way; rows come back the same way
  rotated,  ///< hierarchical in as many parts as there are dimensions, of which each begins with another one, so that
            ///< the links of all dimensions are in use in every phase
  pooled    ///< batched; the owner adds up what it holds of a bag and sends one sum a bag
};
std::string_view name_of(Scheme scheme);
inline constexpr Scheme kSchemes[] = {Scheme::random,       Scheme::batched, Scheme::deduplicated,
                                      Scheme::hierarchical, Scheme::rotated, Scheme::pooled};

/// Bytes that are not rows. No figures are published; a message carries about what a remote read of InfiniBand does.
struct MessageFormat {
  std::uint64_t header_bytes = 32;
  std::uint64_t id_bytes = 8;
};

/// What one chip sends another in a phase.
struct Transfer {
  int source = 0;
  int destination = 0;
  std::uint32_t messages = 0;
  std::uint64_t bytes = 0;
  bool operator==(const Transfer&) const = default;
};

/// Transfers that may all go at once, in rising order of destination, then source; none to the chip itself. A phase
/// begins, for each chip, when all it is sent in the one before has arrived.
struct ExchangePhase {
  std::string name;
  std::vector<Transfer> transfers;

  double bytes() const;
  double messages() const;
};
using Exchange = std::vector<ExchangePhase>;

/// The exchange of a step: requests, then replies; the hierarchical one has a phase of each for every dimension.
/// `lookups`: row numbers by chip (lookups.h), in bags of `bag`. `grid`: how chips stand on the network, for the
/// hierarchical scheme. Error: another number of chips than the tables have; a row that does not exist; lookups that
/// are no whole bags.
Result<Exchange> make_exchange(const ShardedTables& tables, const std::vector<std::vector<std::uint64_t>>& lookups,
                               int bag, Scheme scheme, const MessageFormat& format, const Shape& grid);

/// As messages that wait for each other, for the simulators.
workload::Workload workload_of(const Exchange& exchange, int chips, const std::string& name);

}  // namespace vtpu::net::sparse
