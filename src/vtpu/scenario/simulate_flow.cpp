#include <utility>

#include "vtpu/net/flow/flow.h"
#include "vtpu/net/flow/symmetric.h"
#include "vtpu/scenario/simulate.h"

namespace vtpu::scenario {

Finished finished(const net::workload::Workload& workload, net::workload::Completion done, std::uint64_t chips) {
  Finished all;
  all.messages = static_cast<std::uint64_t>(workload.size()) * chips;
  for (const net::workload::Loss loss : done.loss) all.lost_messages += loss != net::workload::Loss::none ? chips : 0;
  all.hops = static_cast<double>(all.messages);
  all.hop_name = "messages";
  all.completion = std::move(done);
  return all;
}

Result<Finished> finish_by_flows(const Setup& setup, const net::workload::Workload& workload,
                                 const net::workload::Watch& watch) {
  auto done = std::visit(
      [&](const auto& routing) { return net::flow::run_flows(setup.subject.network, routing, workload, watch); },
      setup.routing);
  if (!done) return done.error();
  return finished(workload, std::move(*done), 1);
}

Result<Finished> finish_alike_by_flows(const Setup& setup, const FirstChip& first, const net::workload::Watch& watch) {
  const net::Network& network = setup.subject.network;
  auto done = std::visit(
      [&](const auto& routing) {
        return net::flow::run_symmetric_flows(network, routing, first.messages, watch, first.bytes);
      },
      setup.routing);
  if (!done) return done.error();
  return finished(first.messages, std::move(*done), static_cast<std::uint64_t>(network.chip_count()));
}

}  // namespace vtpu::scenario
