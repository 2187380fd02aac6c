#pragma once
#include <cstdint>

#include "vtpu/base/result.h"
#include "vtpu/net/collective/schedule.h"

namespace vtpu::net::collective {

/// The size of a proof.
struct ScheduleProof {
  std::int64_t touches = 0;  ///< chunks carried, over all transfers
  std::int64_t ordered = 0;  ///< pairs of transfers proved to be ordered
};

/// Proves that every rank ends with exactly the contributions that its contract requires, each once, in any order that
/// the dependences allow.
///
/// Chunks do not interact, so that each is proved separately. For each rank the proof keeps the set of ranks that have
/// contributed once and the set of those that have contributed more often. Transfers run in the order of their numbers.
/// Every other allowed order gives the same result because of the second part of the proof: of two transfers that
/// access the same chunk in the same slot of the same rank, one waits for the other, directly or indirectly, unless
/// both only read or both only add there, which commutes.
///
/// Errors, in this order: a schedule whose chunks are not those of its collective; rank and chunk with a contribution
/// that is missing, from the wrong rank, or included more than once; rank and chunk that two transfers access in no
/// defined order. Cost: touches · N / 64 word operations, and memory for one chunk of all ranks and 2^22 touches at a
/// time. The order of a pair is searched backwards from the later transfer and cached.
Result<ScheduleProof> check_schedule(const Schedule& schedule);

}  // namespace vtpu::net::collective
