#pragma once
#include "vtpu/base/result.h"
#include "vtpu/net/network.h"
#include "vtpu/net/packet/any_routing.h"
#include "vtpu/net/packet/config.h"
#include "vtpu/net/packet/timing_wheel.h"
#include "vtpu/net/routing/routing.h"
#include "vtpu/net/workload/steady.h"
#include "vtpu/net/workload/traffic.h"
#include "vtpu/net/workload/watch.h"

namespace vtpu::net::packet {

/// Duration and load of a steady-state run. A *cycle* at this level is a slot, the time that a packet occupies the
/// network's fastest link. A flit is a packet.
struct SteadyPlan {
  double offered = 0.1;  ///< bandwidths of the fastest link per chip at full rate, at most one per port
  int warm_up = 2000;    ///< slots
  int measured = 10000;  ///< slots
};

/// Error: a value out of range, or a traffic pattern for another number of chips.
Result<void> check(const SteadyPlan& plan, const Network& network, const workload::Traffic& traffic);

/// The duration of a slot.
Picoseconds packet_slot(const Network& network, const Config& config);

/// Latency and accepted load at one offered load. Saturation is a result, not an error. Latency runs
/// from creation (including waiting at the source) to the arrival of the tail; it is 0 for packets to their own chip.
/// Error: a configuration out of range; two chips that the routing does not connect; a deadlock, with the channels that
/// wait for each other; a watcher that stops the run.
Result<workload::SteadyState> run_steady_state(const Network& network, const AnyRouting& routing,
                                               const workload::Traffic& traffic, const Config& config,
                                               const SteadyPlan& plan, const workload::Watch& watch = {});

template <routing::Routing R>
Result<workload::SteadyState> run_steady_state(const Network& network, const R& routing,
                                               const workload::Traffic& traffic, const Config& config,
                                               const SteadyPlan& plan, const workload::Watch& watch = {}) {
  return run_steady_state(network, RoutingAdapter<R>(routing), traffic, config, plan, watch);
}

}  // namespace vtpu::net::packet
