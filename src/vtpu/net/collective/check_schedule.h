#pragma once
#include <cstdint>

#include "vtpu/base/result.h"
#include "vtpu/net/collective/schedule.h"

namespace vtpu::net::collective {

/// What a proof took.
struct ScheduleProof {
  std::int64_t touches = 0;  ///< chunks carried, over all transfers
  std::int64_t ordered = 0;  ///< pairs of transfers shown to be in order
};

/// Proves that every rank ends with exactly the contributions its contract asks for, each once, in whatever order the
/// dependencies leave open.
///
/// Chunks do not meet, so each is proved alone, with a set of ranks that have contributed once and a set of those that
/// have more often, for each rank. Transfers are run in the order of their numbers. That any other order gives the same
/// follows from the second half: of two transfers that touch the same chunk in the same slot of the same rank, one
/// waits for the other, directly or not, unless both only read or both only add there, which commutes.
///
/// Error: first a schedule whose chunks are not those of its collective; then rank and chunk and the contribution that
/// is missing, of the wrong rank or there more than once; then rank and chunk that two transfers touch in no order.
/// Cost: touches · N / 64 word operations, and memory for one chunk of all ranks and 2^22 touches at a time; the order
/// of a pair is searched backwards from the later one and remembered.
Result<ScheduleProof> check_schedule(const Schedule& schedule);

}  // namespace vtpu::net::collective
