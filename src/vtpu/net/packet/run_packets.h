#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "vtpu/base/position.h"
#include "vtpu/base/result.h"
#include "vtpu/net/network.h"
#include "vtpu/net/packet/any_routing.h"
#include "vtpu/net/packet/config.h"
#include "vtpu/net/packet/engine.h"
#include "vtpu/net/packet/timing_wheel.h"
#include "vtpu/net/routing/routing.h"
#include "vtpu/net/workload/followers.h"
#include "vtpu/net/workload/watch.h"
#include "vtpu/net/workload/workload.h"

namespace vtpu::net::packet {

/// What a pause stops.
enum class Hold {
  packets,  ///< chips create no more packets; queued packets are sent
  messages  ///< chips start no more messages; started messages are sent completely
};

struct Pause {
  double at_ns = 0;
  Hold hold = Hold::packets;
};

/// Creates the packets of a workload, as a client of Engine.
class WorkloadSource {
 public:
  /// Progress of a message.
  struct Progress {
    std::uint64_t to_make = 0;    // bytes not yet offered
    std::uint64_t to_arrive = 0;  // bytes not yet delivered
    Picoseconds may_start = 0;    // set once all messages it waits for are delivered
    std::uint32_t waits_for = 0;  // number of messages
    bool started = false;
    bool finished = false;
  };

  WorkloadSource(const Network& network, const AnyRouting& routing, const workload::Workload& workload,
                 const Config& config);

  /// Runs to completion, or to a pause and then until the network is empty.
  Result<void> run(const std::optional<Pause>& pause, const workload::Watch& watch);

  /// `injected_bytes` counts bytes that were delivered or lost; of a paused message, the bytes that have arrived.
  workload::Completion& completion() { return completion_; }
  const Progress& progress(int id) const { return progress_[at(id)]; }
  /// Delivered bytes that arrived after the pause.
  std::uint64_t drained_bytes() const { return drained_bytes_; }
  /// Time of the first delivery of a packet; 0 if there is none.
  double first_delivery_ns() const { return first_delivery_ns_; }
  /// Time at which the last packet or message arrived or was found to be lost.
  double last_event_ns() const { return last_event_ns_; }
  std::uint64_t packet_hops() const { return engine_.packet_hops(); }

  void sent(std::uint32_t channel, std::uint32_t tag, bool from_source);
  void delivered(std::uint32_t tag, std::uint32_t bytes);
  void timer(std::uint32_t number);
  double done() const { return static_cast<double>(finished_) / std::max(1, workload_.size()); }

 private:

  /// `last`: delivery time of the last message that this one waits for.
  void schedule(int id, Picoseconds last);
  void start(int id);
  void make_packet(int id);
  void count(std::uint64_t bytes);
  void finish(int id, workload::Loss loss);

  const AnyRouting& routing_;
  const workload::Workload& workload_;
  Engine engine_;
  std::uint64_t packet_bytes_;
  workload::Followers followers_;
  std::vector<Progress> progress_;  // by message
  workload::Completion completion_;
  int finished_ = 0;
  Hold hold_ = Hold::packets;
  bool paused_ = false;
  std::uint64_t drained_bytes_ = 0;
  double first_delivery_ns_ = 0;
  double last_event_ns_ = 0;
};

/// Runs a workload to completion. A message is divided into packets; messages of one source share its ports packet by
/// packet. An empty message travels alone and delays nothing. A message without a path is lost at the time when it
/// would be sent, and the messages that wait for it continue. Error: a configuration or message out of range; a
/// deadlock, with the channels that wait for each other; a watcher that stops the run.
Result<workload::Completion> run_packets(const Network& network, const AnyRouting& routing,
                                         const workload::Workload& workload, const Config& config,
                                         const workload::Watch& watch = {});

template <routing::Routing R>
Result<workload::Completion> run_packets(const Network& network, const R& routing, const workload::Workload& workload,
                                         const Config& config, const workload::Watch& watch = {}) {
  return run_packets(network, RoutingAdapter<R>(routing), workload, config, watch);
}

}  // namespace vtpu::net::packet
