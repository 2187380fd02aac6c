#pragma once
#include <cstdint>
#include <span>

#include "vtpu/net/collective/schedule.h"
#include "vtpu/net/collective/sparse_exchange.h"
#include "vtpu/net/ids.h"
#include "vtpu/net/workload/workload.h"

namespace vtpu::net::collective {

/// The messages of a schedule whose ranks each have a buffer of `buffer_bytes`. Message i is transfer i; reductions
/// take no time. Local transfers become messages of a chip to itself, so that dependences through them hold. `chips`:
/// the chip of each rank; empty if they are the same. Sparse exchanges use the other overload.
workload::Workload to_workload(const Schedule& schedule, std::uint64_t buffer_bytes, std::span<const Chip> chips = {});

/// The messages of a sparse exchange: a schedule made from `items`.
workload::Workload to_workload(const Schedule& schedule, const SparseExchange& items, std::span<const Chip> chips = {});

/// Adds the messages to an existing workload, for example when each row of a torus runs a separate collective.
void append_to(workload::Workload& workload, const Schedule& schedule, std::uint64_t buffer_bytes,
               std::span<const Chip> chips);

}  // namespace vtpu::net::collective
