#pragma once
#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "vtpu/net/topology.h"
#include "vtpu/net/workload/steady.h"
#include "vtpu/scenario/choices.h"

namespace vtpu::scenario {

inline constexpr int kReportSchema = 1;

/// What is known of the network before anything runs, after its faults.
struct NetworkFacts {
  std::string name;
  int chips = 0;
  int switches = 0;
  int links = 0;  ///< full duplex
  std::vector<net::LinkModel> kinds;
  bool distances_known = false;  ///< else the next four are not: the network is large and its chips are not alike
  int diameter = 0;
  double average_hops = 0;              ///< between different chips that can reach each other
  std::uint64_t unreachable_pairs = 0;  ///< ordered
  std::optional<double> uniform_bound;  ///< injection per chip in link bandwidths under uniform traffic with self,
                                        ///< spread over all shortest paths; none where links or reach differ
  std::vector<std::string> failed_chips;
  std::vector<std::string> failed_links;  ///< by one of their channels; not those of failed chips
};

struct RoutingFacts {
  std::string name;
  int vc_classes = 0;
  int vcs = 0;
  std::size_t channel_classes = 0;
  std::size_t dependencies = 0;
  std::string cycle;  ///< channels that can wait for each other in a circle; empty: deadlock-free
};

/// A channel and what it carried.
struct LinkRow {
  std::string name;
  int from = 0;
  int to = 0;
  int port = 0;  ///< of `from`
  bool failed = false;
  double load = 0;         ///< flits a cycle, or bytes
  double utilisation = 0;  ///< part of what it could carry, 0..1
};

struct NodeRow {
  std::string name;
  bool is_switch = false;
  bool failed = false;
  std::array<double, 3> place{};  ///< in a picture, links being about 1 long
};

/// A time that no run can beat.
struct Bound {
  std::string name;
  double time_ns = 0;
};

/// A run to completion.
struct CompletionFacts {
  std::string workload;
  std::uint64_t messages = 0;
  double time_ns = 0;
  std::uint64_t injected_bytes = 0;
  std::uint64_t delivered_bytes = 0;
  std::uint64_t lost_bytes = 0;
  std::vector<std::pair<std::string, std::uint64_t>> lost_messages;  ///< by reason
  std::vector<Bound> bounds;
};

/// Steady state, one point for each load.
struct CurveFacts {
  std::string traffic;
  int packet_flits = 1;
  std::optional<double> ideal_throughput;  ///< of this routing and traffic, flits a chip a cycle
  double lost_share = 0;                   ///< of what is offered: has no path and is not injected
  std::vector<net::workload::SteadyState> points;
};

struct Report {
  std::vector<std::pair<std::string, std::string>> settings;  ///< all that bear on the results, as TOML writes them
  NetworkFacts network;
  RoutingFacts routing;
  Level level = Level::flit;
  std::string simulator;  ///< what the level takes for granted
  std::string ties;
  std::optional<CurveFacts> curve;
  std::optional<CompletionFacts> completion;
  std::string load_unit;  ///< "flits a cycle" or "bytes"; empty: nothing was simulated
  double load_at = 0;     ///< the offered load whose links `links` shows
  std::vector<NodeRow> nodes;
  std::vector<LinkRow> links;
  bool interrupted = false;
};

/// What a run cost; never a part of the report, which is the same on every host.
struct Cost {
  double seconds = 0;
  double hops = 0;       ///< flits, packets or messages over links
  std::string hop_name;  ///< "flit-hops"
};

/// For people; ends with what units and tie rule hold.
std::string report_text(const Report& report);
/// Everything, links and nodes too. Keys are described in README.md.
nlohmann::ordered_json report_json(const Report& report);
/// One row a load; for a run to completion one row a link.
std::string report_csv(const Report& report);
std::string cost_text(const Cost& cost);
/// Nanoseconds in the unit in which they are easiest to read.
std::string time_text(double ns);

}  // namespace vtpu::scenario
