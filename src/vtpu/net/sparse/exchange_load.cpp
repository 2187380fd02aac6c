#include "vtpu/net/sparse/exchange_load.h"

#include <algorithm>
#include <cstddef>

#include "vtpu/base/check.h"
#include "vtpu/net/routing/path_split.h"
#include "vtpu/net/routing/shortest_paths.h"

namespace vtpu::net::sparse {
namespace {

/// One next hop from a node towards the present destination.
struct Arc {
  Channel channel;
  Chip to;
  double share;
};

}  // namespace

double PhaseLoad::time_ns(const Network& network, double hop_ns) const {
  double busiest = 0;
  for (const Channel channel : network.channels())
    if (network.attached(channel))
      busiest = std::max(busiest, channel_bytes[channel] / network.link(channel).bandwidth_gbytes_per_s);
  return busiest + farthest * hop_ns;
}

std::vector<PhaseLoad> phase_loads(const Network& network, const IndexedVector<Channel, double>& weights,
                                   std::span<const ExchangePhase* const> phases) {
  std::vector<PhaseLoad> loads(phases.size());
  for (PhaseLoad& load : loads) load.channel_bytes.resize(network.channel_count(), 0);
  std::vector<std::size_t> next(phases.size(), 0);  // by phase: the first transfer not yet processed
  routing::ShortestPaths shortest(network);
  routing::PathSplit split(network);
  IndexedVector<Chip, double> flow(network.node_count());
  std::vector<Arc> arcs;           // of all nodes, farthest first
  std::vector<std::size_t> first;  // into arcs, by position in that order, and the end
  for (const Chip destination : network.chips()) {
    const bool used = [&] {
      for (std::size_t p = 0; p < phases.size(); ++p) {
        const std::vector<Transfer>& transfers = phases[p]->transfers;
        if (next[p] < transfers.size() && transfers[next[p]].destination == destination) return true;
      }
      return false;
    }();
    if (!used) continue;
    shortest.search(destination);
    split.compute(shortest, weights);
    arcs.clear();
    first.assign(1, 0);
    for (auto node = shortest.order().rbegin(); node != shortest.order().rend(); ++node) {
      shortest.for_each_channel(*node, [&](Channel channel) {
        arcs.push_back({channel, network.target(channel), split.share(channel, weights)});
      });
      first.push_back(arcs.size());
    }
    for (std::size_t p = 0; p < phases.size(); ++p) {
      const std::vector<Transfer>& transfers = phases[p]->transfers;
      PhaseLoad& load = loads[p];
      if (next[p] >= transfers.size() || transfers[next[p]].destination != destination) continue;
      std::fill(flow.begin(), flow.end(), 0);
      for (; next[p] < transfers.size() && transfers[next[p]].destination == destination; ++next[p]) {
        const Transfer& transfer = transfers[next[p]];
        const int hops = shortest.distance(transfer.source);
        VTPU_CHECK(hops != routing::ShortestPaths::kNone, "every destination is reachable");
        flow[transfer.source] += static_cast<double>(transfer.bytes);
        load.byte_hops += static_cast<double>(transfer.bytes) * hops;
        load.message_hops += static_cast<double>(transfer.messages) * hops;
        load.farthest = std::max(load.farthest, hops);
      }
      std::size_t place = 0;
      for (auto node = shortest.order().rbegin(); node != shortest.order().rend(); ++node, ++place) {
        const double here = flow[*node];
        if (here == 0) continue;
        for (std::size_t a = first[place]; a < first[place + 1]; ++a) {
          const double part = here * arcs[a].share;
          load.channel_bytes[arcs[a].channel] += part;
          flow[arcs[a].to] += part;
        }
      }
    }
  }
  for (std::size_t p = 0; p < phases.size(); ++p)
    VTPU_CHECK(next[p] == phases[p]->transfers.size(), "transfers are in ascending order of destination");
  return loads;
}

}  // namespace vtpu::net::sparse
