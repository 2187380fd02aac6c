#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/net/workload/traffic.h"
#include "vtpu/net/workload/workload.h"
#include "vtpu/scenario/report.h"
#include "vtpu/scenario/scenario.h"
#include "vtpu/scenario/subject.h"

namespace vtpu::scenario {

/// The traffic of `[traffic]`. Error: at the key: an unknown pattern, a pattern that these chips do not support, a hot
/// chip that does not exist.
Result<net::workload::Traffic> build_traffic(const Scenario& scenario, const Subject& subject);

/// The messages of `[workload]`, all of them. Error: at the key, or of the trace.
Result<net::workload::Workload> build_workload(const Scenario& scenario, const Subject& subject);

/// Checks that the sum of all bytes is a number of 64 bits. Error: at the key that gives their size.
Result<void> check_sum(const Scenario& scenario, int chips);

/// For example "all-reduce by bucket, 1048576 bytes per chip".
std::string workload_name(const Scenario& scenario);

/// The messages of a collective are listed, although every chip does the same, if the rounding of shares of its buffer
/// would add more than this part of its bytes, and if there are at most this many. Otherwise every chip sends the
/// largest shares; the bytes of the report are exact.
inline constexpr double kMostRounding = 1e-3;
inline constexpr std::int64_t kMostListedMessages = 1 << 17;

/// The messages of chip 0, where every chip does the same.
struct FirstChip {
  net::workload::Workload messages;
  std::vector<std::uint64_t> bytes;  ///< by message: what all chips together send
  double rounding = 0;               ///< what the messages of chip 0 add to the bytes of all chips, as a part of them
  std::int64_t listed = 0;           ///< messages of all chips
  bool good_enough() const { return rounding <= kMostRounding || listed > kMostListedMessages; }
};

/// For an all-to-all, or a collective with a program for one chip, on a whole vertex-transitive network. Empty
/// otherwise.
std::optional<FirstChip> build_first_chip(const Scenario& scenario, const Subject& subject);

/// Lower bounds on the time under any routing and order of messages, without lost messages: each chip's bytes over its
/// links, and all bytes on shortest paths over all links; for a collective also the bound of any algorithm, if the
/// diameter is known. `lost`: by message, empty for none. `bytes_of_all`: what all chips together send of each message,
/// if the workload has only those of chip 0; empty if it lists all messages.
std::vector<Bound> bounds_of(const Scenario& scenario, const Subject& subject, std::optional<int> diameter,
                             const net::workload::Workload& workload, const std::vector<net::workload::Loss>& lost,
                             const std::vector<std::uint64_t>& bytes_of_all);

}  // namespace vtpu::scenario
