#pragma once
#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/net/topology.h"
#include "vtpu/net/workload/steady.h"
#include "vtpu/scenario/choices.h"

namespace vtpu::scenario {

inline constexpr int kReportSchema = 2;

/// Static facts of the network after its faults.
struct NetworkFacts {
  std::string name;
  int chips = 0;
  int switches = 0;
  int links = 0;  ///< full duplex
  std::vector<net::LinkModel> kinds;
  std::optional<int> diameter;
  std::optional<double> average_hops;              ///< mean over pairs of different chips that can reach each other
  std::optional<std::uint64_t> unreachable_pairs;  ///< ordered
  std::optional<double> uniform_bound;  ///< injection per chip in link bandwidths, for uniform traffic with self over
                                        ///< all shortest paths
  std::string no_distances;      ///< why the diameter, hops and unreachable pairs are empty
  std::string no_uniform_bound;  ///< why the bound is empty
  std::vector<std::pair<std::string, int>> unused;  ///< data of its file that have no effect, and how many
  std::vector<std::string> failed_chips;
  std::vector<std::string> failed_links;  ///< by one of their channels; without links of failed chips
};

struct RoutingFacts {
  std::string name;
  int vc_classes = 0;
  int vcs = 0;
  std::size_t channel_classes = 0;
  std::optional<std::size_t> dependencies;  ///< empty: proved to be acyclic without counting them
  std::string cycle;                        ///< channels that can wait for each other in a cycle; empty: deadlock-free
  std::string remedy;  ///< with a cycle: the setting that breaks it with the fewest virtual channels
};

/// A channel and its load.
struct LinkRow {
  std::string name;
  net::Chip from;
  net::Chip to;
  net::PortNumber port;  ///< of `from`
  bool failed = false;
  std::optional<double> load;         ///< flits/cycle, packets/slot or bytes; empty: nothing was simulated
  std::optional<double> utilisation;  ///< share of its capacity, 0..1; empty also for a run that took no time
};

struct NodeRow {
  std::string name;
  bool is_switch = false;
  bool failed = false;
  std::array<double, 3> place{};  ///< in a picture with links of length about 1
};

/// A lower bound on the time of a run.
struct Bound {
  std::string name;
  double time_ns = 0;
};

/// A run to completion.
struct CompletionFacts {
  std::string workload;
  std::uint64_t messages = 0;
  std::optional<double> time_ns;  ///< empty: no message was delivered
  std::uint64_t injected_bytes = 0;
  std::uint64_t delivered_bytes = 0;
  std::uint64_t lost_bytes = 0;
  std::vector<std::pair<std::string, std::uint64_t>> lost_messages;  ///< by reason
  std::vector<Bound> bounds;
};

/// Steady state, one point per load.
struct CurveFacts {
  std::string traffic;
  int packet_flits = 1;
  std::optional<double> ideal_throughput;  ///< of this routing and traffic, flits/chip/cycle
  std::string no_ideal_throughput;         ///< why it is empty
  double lost_share = 0;                   ///< share of the offered load that has no path and is not injected
  std::vector<net::workload::SteadyState> points;
};

struct Report {
  std::vector<std::pair<std::string, std::string>> settings;  ///< all that affect the results, in TOML syntax
  NetworkFacts network;
  RoutingFacts routing;          ///< without a name: it could not be built
  std::optional<Error> refusal;  ///< why `run` does not simulate with this routing
  Level level = Level::flit;
  std::string simulator;  ///< level and its parameters, as text
  std::string ties;
  std::optional<CurveFacts> curve;
  std::optional<CompletionFacts> completion;
  std::string load_unit;          ///< "flits/cycle", "packets/slot" or "bytes"; empty: nothing was simulated
  std::optional<double> load_at;  ///< the offered load that `links` shows
  IndexedVector<net::Chip, NodeRow> nodes;
  std::vector<LinkRow> links;
  bool interrupted = false;
};

/// The cost of a run. It is not part of the report, which is the same on every host.
struct Cost {
  double seconds = 0;
  double hops = 0;       ///< flits, packets or messages over links
  std::string hop_name;  ///< "flit-hops"
};

/// What a load showed: "stable", "saturated", or "not measured" and why.
std::string state_text(const net::workload::SteadyState& point);

/// The report as text; its last line states units and the tie rule.
std::string report_text(const Report& report);
/// The whole report, including links and nodes. README.md describes the keys. A quantity that was not computed is null.
nlohmann::ordered_json report_json(const Report& report);
/// One row per load; for a run to completion, one row per link.
std::string report_csv(const Report& report);
std::string cost_text(const Cost& cost);
/// A line of a report: a title of fixed width, then text.
std::string report_line(const std::string& title, const std::string& words);
/// A time as text, in a readable unit.
std::string time_text(double ns);

}  // namespace vtpu::scenario
