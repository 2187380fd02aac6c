#pragma once
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/net/collective/schedule.h"
#include "vtpu/net/ids.h"
#include "vtpu/net/network.h"

/// All-reduce along rings through all chips that share no link. Each ring carries an equal part of the buffer, half of
/// it in each direction, so that on chips with 2k links k rings keep every link busy.
namespace vtpu::net::collective {

/// All chips in the order of a closed walk: a Hamiltonian cycle.
using Ring = std::vector<Chip>;

/// Proves, from the network alone, that each ring visits every chip once, that each of its steps is a link, and that no
/// link is used twice, by one ring or by two. Where parallel links join two chips, as many steps may join them as there
/// are links. Error: "ring 2, step 5" (both from 1) and what is wrong there.
Result<void> check_rings(const Network& network, const std::vector<Ring>& rings);

/// The all-reduce of a buffer along one ring, in both directions. Ranks are chips. A buffer that is divided over
/// several rings has one such schedule for each. Error: more than 2^31 - 1 transfers or chunks.
Result<Schedule> ring_all_reduce(const Ring& ring);

}  // namespace vtpu::net::collective
