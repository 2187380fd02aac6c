#pragma once
#include <string>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/net/packet/config.h"
#include "vtpu/net/workload/steady.h"
#include "vtpu/net/workload/traffic.h"
#include "vtpu/net/workload/watch.h"
#include "vtpu/net/workload/workload.h"
#include "vtpu/scenario/routes.h"
#include "vtpu/scenario/scenario.h"
#include "vtpu/scenario/subject.h"
#include "vtpu/scenario/work.h"

/// The simulators, each as one function for any routing. One source file per level, since each level compiles its
/// simulator for every routing.
namespace vtpu::scenario {

/// The input of a simulator.
struct Setup {
  const Scenario& scenario;
  const Subject& subject;
  const AnyRouting& routing;
};

/// The latency of the slowest link in cycles, or in slots at packet level.
double cycles_of_links(const Setup& setup, Level level);

/// The packet parameters of a scenario.
net::packet::Config packet_config(const Scenario& scenario);

Result<net::workload::SteadyState> flit_point(const Setup& setup, const net::workload::Traffic& traffic, double load,
                                              const net::workload::Watch& watch);
Result<net::workload::SteadyState> packet_point(const Setup& setup, const net::workload::Traffic& traffic, double load,
                                                const net::workload::Watch& watch);

/// A run to completion, by any simulator.
struct Finished {
  net::workload::Completion completion;  ///< of generated traffic, without times and losses of single messages
  std::uint64_t messages = 0;
  std::uint64_t lost_messages = 0;
  double hops = 0;  ///< in units of `hop_name`
  std::string hop_name;
};

/// The result for a list of messages, each sent by `chips` chips.
Finished finished(const net::workload::Workload& workload, net::workload::Completion done, std::uint64_t chips);

Result<Finished> finish_by_flits(const Setup& setup, const net::workload::Workload& workload,
                                 const net::workload::Watch& watch);
Result<Finished> finish_by_packets(const Setup& setup, const net::workload::Workload& workload,
                                   const net::workload::Watch& watch);
Result<Finished> finish_by_flows(const Setup& setup, const net::workload::Workload& workload,
                                 const net::workload::Watch& watch);
/// All chips send the messages of chip 0, translated. Error also: a routing that does not treat all chips alike.
Result<Finished> finish_alike_by_flows(const Setup& setup, const FirstChip& first, const net::workload::Watch& watch);
/// Generates packets when there is space for them, without a list of messages.
Result<Finished> all_to_all_by_packets(const Setup& setup, std::uint64_t bytes_per_pair,
                                       const net::workload::Watch& watch);

}  // namespace vtpu::scenario
