#pragma once
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/cluster/chip_workload.h"
#include "vtpu/cluster/recording.h"
#include "vtpu/net/workload/watch.h"
#include "vtpu/scenario/scenario.h"

namespace vtpu::cluster {

/// A recorded run on the chips of a simulated network.
struct ChipRun {
  std::string network, routing, simulator;
  int chips = 0;
  std::size_t sentrons = 0;
  double time_ns = 0;
  double work_ns = 0;  ///< of all chips
  double wait_ns = 0;  ///< of all sentrons, for messages and rendezvous
  // Of the chain of events that ends last, each caused by the one before it.
  double critical_work_ns = 0, critical_network_ns = 0;
  std::uint64_t messages = 0, bytes = 0, never_received = 0, open_receives = 0;
  std::string busiest_link;  ///< empty: no message crossed a link
  double busiest_bytes = 0, busiest_utilisation = 0;
  std::string deadlock;

  /// A sentron's stretch of work or of waiting.
  struct Span {
    std::uint32_t sentron = 0;
    bool waits = false;
    double begin_ns = 0, end_ns = 0;
  };
  std::vector<Span> spans;
  std::vector<std::string> chip_names;  ///< by sentron

  /// Work of a chip as a share of the time, as a mean over chips.
  double work_share() const { return time_ns > 0 ? work_ns / (time_ns * chips) : 0; }
};

/// Places sentron i on the (i mod n)-th of the network's n working chips and simulates. The time is that of the last
/// event. Error: as scenario::deliver; chips that cannot reach each other.
Result<ChipRun> run_on_chips(const Recording& recording, const TurnTimes& times, const scenario::Scenario& scenario,
                             const net::workload::Watch& watch = {});

std::string to_text(const ChipRun& run);
nlohmann::ordered_json to_json(const ChipRun& run);
/// The spans in the JSON format of Chrome's trace viewer and Perfetto: a process for each chip, a thread for each
/// sentron.
std::string timeline(const ChipRun& run);

}  // namespace vtpu::cluster
