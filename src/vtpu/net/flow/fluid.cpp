#include "vtpu/net/flow/fluid.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "vtpu/base/check.h"
#include "vtpu/base/position.h"
#include "vtpu/net/flow/event_heap.h"
#include "vtpu/net/flow/shared_rates.h"
#include "vtpu/net/workload/followers.h"

namespace vtpu::net::flow {
namespace {

// Events within this time form one event, an instant. Rounding must not split simultaneous events, or each part would
// cost an update of the rates.
constexpr double kInstantNs = 1e-6;
constexpr double kInstant = 1e-12;   // relative to the current time
constexpr double kConserved = 1e-9;  // relative tolerance for bytes
constexpr int kInstantsPerWatch = 256;

class FluidRun {
 public:
  FluidRun(const workload::Workload& workload, const Paths& paths, std::vector<double> capacity)
      : workload_(workload),
        paths_(paths),
        resources_(capacity.size()),
        rates_(std::move(capacity), paths),
        progress_(at(paths.size())),
        finishes_(paths.size()),
        messages_(at(workload.size())),
        followers_(workload),
        timed_(workload.size()) {}

  Result<workload::Completion> run(const workload::Watch& watch) {
    prepare();
    int instants = 0;
    while (next_instant()) {
      happen();
      for (const int path : rates_.update()) schedule_finish(path);
      if (watch && ++instants % kInstantsPerWatch == 0) {
        const double done = resolved_ / static_cast<double>(workload_.size());
        if (!watch(done)) return Error{workload_.name(), fmt::format("stopped with {:.1f} % done", 100 * done), ""};
      }
    }
    finish_report();
    return std::move(report_);
  }

 private:
  /// The flows of one path. Each has moved `served` bytes since the path was last idle, as of `at_ns`. A flow that
  /// joins at s bytes leaves at s plus its own bytes.
  struct Progress {
    double served = 0;
    double at_ns = 0;
    double rate = 0;
    int first = -1;  // flows in the order in which they leave
    int last = -1;
    std::uint64_t bytes = 0;  // sum over all flows that have left

    double served_at(double now_ns) const { return served + rate * (now_ns - at_ns); }
  };
  struct MessageState {
    int waits_for = 0;       // messages not yet delivered
    double ready_ns = 0;     // time of the last of their deliveries
    bool in_flight = false;  // its timed event is its delivery, not its start
    double until = 0;        // `served` of its path at which it leaves
    int next = -1;           // next flow of its path
  };

  void prepare() {
    const std::size_t count = messages_.size();
    report_.delivered_ns.assign(count, 0.0);
    report_.loss.assign(count, workload::Loss::none);
    for (int id = 0; id < workload_.size(); ++id) {
      messages_[at(id)].waits_for = static_cast<int>(workload_.after(id).size());
      report_.injected_bytes += workload_.message(id).bytes;
    }
    limit_ns_ = kInstantNs;
    for (int id = 0; id < workload_.size(); ++id)
      if (messages_[at(id)].waits_for == 0) release(id);
  }

  /// Advances the clock to the next event; false if there is none.
  bool next_instant() {
    double next = std::numeric_limits<double>::infinity();
    if (!soon_.empty()) next = now_ns_;
    if (!timed_.empty()) next = std::min(next, timed_.earliest());
    if (!finishes_.empty()) next = std::min(next, finishes_.earliest());
    if (!std::isfinite(next)) return false;
    now_ns_ = std::max(now_ns_, next);
    limit_ns_ = now_ns_ + std::max(kInstantNs, kInstant * now_ns_);
    instants_ns_ += limit_ns_ - now_ns_;
    return true;
  }

  /// Handles all events of this instant and those that follow from them at once.
  void happen() {
    while (true) {
      if (!soon_.empty()) {
        // New events of this instant go into soon_ again.
        happening_.swap(soon_);
        for (const auto& [id, time_ns] : happening_) happen(id, time_ns);
        happening_.clear();
      } else if (!timed_.empty() && timed_.earliest() <= limit_ns_) {
        const int id = timed_.top();
        const double time_ns = timed_.earliest();
        timed_.remove(id);
        happen(id, time_ns);
      } else if (!finishes_.empty() && finishes_.earliest() <= limit_ns_) {
        finish_flows(finishes_.top());
      } else {
        return;
      }
    }
  }

  void happen(int id, double time_ns) { messages_[at(id)].in_flight ? deliver(id, time_ns) : send(id, time_ns); }

  void set_event(int id, double time_ns) {
    if (time_ns <= limit_ns_)
      soon_.emplace_back(id, time_ns);
    else
      timed_.set(id, time_ns);
  }

  /// Schedules `id`, whose dependencies have all been delivered.
  void release(int id) {
    const workload::Message& message = workload_.message(id);
    set_event(id, std::max(message.not_before_ns, messages_[at(id)].ready_ns + message.compute_ns));
  }

  void send(int id, double time_ns) {
    const int path = paths_.of(id);
    if (path == Paths::kNone) {
      report_.loss[at(id)] = workload::Loss::no_path;
      resolve(id, time_ns);
    } else if (path == Paths::kToItself) {
      deliver(id, time_ns);
    } else if (workload_.message(id).bytes == 0) {
      messages_[at(id)].in_flight = true;
      set_event(id, time_ns + paths_.latency_ns(path));
    } else {
      start_flow(id, path);
    }
  }

  void start_flow(int id, int path) {
    Progress& progress = progress_[at(path)];
    if (progress.first < 0) {
      progress.served = progress.rate = 0;
      progress.at_ns = now_ns_;
    }
    const double until = progress.served_at(now_ns_) + static_cast<double>(workload_.message(id).bytes);
    messages_[at(id)].until = until;
    if (progress.last >= 0 && messages_[at(progress.last)].until <= until) {
      messages_[at(progress.last)].next = id;
      progress.last = id;
    } else {
      int* link = &progress.first;
      while (*link >= 0 && messages_[at(*link)].until <= until) link = &messages_[at(*link)].next;
      messages_[at(id)].next = *link;
      *link = id;
      if (messages_[at(id)].next < 0) progress.last = id;
    }
    rates_.join(path);
  }

  /// Finishes the flows of a path that have moved all their bytes by the end of this instant.
  void finish_flows(int path) {
    Progress& progress = progress_[at(path)];
    const double served = progress.served_at(now_ns_);
    const double served_soon = progress.served_at(limit_ns_);
    bool any = false;
    while (progress.first >= 0 && (!any || messages_[at(progress.first)].until <= served_soon)) {
      any = true;
      const int id = progress.first;
      MessageState& message = messages_[at(id)];
      VTPU_CHECK(std::abs(message.until - served) <= 2 * (served_soon - served) + kConserved * message.until,
                 "the integral of a flow's rate is its bytes");
      progress.bytes += workload_.message(id).bytes;
      progress.first = message.next;
      if (progress.first < 0) progress.last = -1;
      rates_.leave(path);
      message.in_flight = true;
      set_event(id, now_ns_ + paths_.latency_ns(path));
    }
    finishes_.remove(path);
  }

  /// Reschedules the finish of a path that has flows and perhaps a new rate.
  void schedule_finish(int path) {
    Progress& progress = progress_[at(path)];
    progress.served = progress.served_at(now_ns_);
    progress.at_ns = now_ns_;
    progress.rate = rates_.rate(path);
    const double left = std::max(0.0, messages_[at(progress.first)].until - progress.served);
    finishes_.set(path, now_ns_ + left / progress.rate);
  }

  void deliver(int id, double time_ns) {
    report_.delivered_bytes += workload_.message(id).bytes;
    report_.time_ns = std::max(report_.time_ns, time_ns);
    resolve(id, time_ns);
  }

  void resolve(int id, double time_ns) {
    if (report_.loss[at(id)] != workload::Loss::none) report_.lost_bytes += workload_.message(id).bytes;
    report_.delivered_ns[at(id)] = time_ns;
    ++resolved_;
    for (const int next : followers_.of(id)) {
      MessageState& follower = messages_[at(next)];
      follower.ready_ns = std::max(follower.ready_ns, time_ns);
      if (--follower.waits_for == 0) release(next);
    }
  }

  void finish_report() {
    VTPU_CHECK(resolved_ == workload_.size(), "every message is delivered or lost");
    VTPU_CHECK(report_.injected_bytes == report_.delivered_bytes + report_.lost_bytes, "bytes are conserved");
    report_.channel_bytes.assign(resources_, 0.0);
    double crossings = 0;
    for (int path = 0; path < paths_.size(); ++path)
      for (const Use& use : paths_.uses(path))
        report_.channel_bytes[at(use.resource)] += use.weight * static_cast<double>(progress_[at(path)].bytes);
    double expected = 0;
    for (int id = 0; id < workload_.size(); ++id)
      if (const int path = paths_.of(id); path >= 0)
        for (const Use& use : paths_.uses(path))
          expected += use.weight * static_cast<double>(workload_.message(id).bytes);
    for (std::size_t r = 0; r < resources_; ++r) {
      crossings += report_.channel_bytes[r];
      VTPU_CHECK(report_.channel_bytes[r] <=
                     rates_.capacity(static_cast<int>(r)) * (now_ns_ + instants_ns_) * (1 + kConserved),
                 "a channel carries no more than its bandwidth allows");
    }
    VTPU_CHECK(std::abs(crossings - expected) <= kConserved * expected, "channels carry the shares of all messages");
  }

  const workload::Workload& workload_;
  const Paths& paths_;
  std::size_t resources_;
  SharedRates rates_;
  std::vector<Progress> progress_;  // by path
  EventHeap finishes_;              // by path
  std::vector<MessageState> messages_;
  workload::Followers followers_;
  EventHeap timed_;                           // by message: its start or its delivery, after this instant
  std::vector<std::pair<int, double>> soon_;  // the same within this instant, with their times
  std::vector<std::pair<int, double>> happening_;
  double now_ns_ = 0;
  double limit_ns_ = 0;     // end of this instant
  double instants_ns_ = 0;  // sum of all instants' lengths, which bounds how much flows were shortened
  int resolved_ = 0;
  workload::Completion report_;
};

}  // namespace

Result<workload::Completion> run_fluid(const workload::Workload& workload, const Paths& paths,
                                       std::vector<double> capacity, const workload::Watch& watch) {
  return FluidRun(workload, paths, std::move(capacity)).run(watch);
}

}  // namespace vtpu::net::flow
