#pragma once
#include "vtpu/base/result.h"
#include "vtpu/net/network.h"
#include "vtpu/net/workload/workload.h"

namespace vtpu::net::workload {

/// The requirements that every level of simulation places on a workload. Error: the message whose source or destination
/// is not a chip of the network, or whose times are not within 0 to 10^15 ns.
Result<void> check_messages(const Network& network, const Workload& workload);

}  // namespace vtpu::net::workload
