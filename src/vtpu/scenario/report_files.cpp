#include <fmt/core.h>

#include <optional>
#include <string>
#include <vector>

#include "vtpu/base/csv.h"
#include "vtpu/scenario/report.h"

namespace vtpu::scenario {
namespace {

using Json = nlohmann::ordered_json;

/// The value, or null where it was not computed.
template <class T>
Json known(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

/// The value, or an empty cell.
std::string cell(const std::optional<double>& value) { return value ? fmt::format("{}", *value) : std::string(); }

/// A result of a load, where it has a meaning.
std::optional<double> unless_saturated(const net::workload::SteadyState& point, const std::optional<double>& value) {
  return point.saturated ? std::nullopt : value;
}

Json json_of(const NetworkFacts& network) {
  Json kinds = Json::array();
  for (const net::LinkModel& kind : network.kinds)
    kinds.push_back({{"bandwidth_gbytes_per_s", kind.bandwidth_gbytes_per_s}, {"latency_ns", kind.latency_ns}});
  Json json{{"name", network.name},
            {"chips", network.chips},
            {"switches", network.switches},
            {"links", network.links},
            {"link_kinds", kinds}};
  json["diameter"] = known(network.diameter);
  json["average_hops"] = known(network.average_hops);
  json["unreachable_pairs"] = known(network.unreachable_pairs);
  if (!network.no_distances.empty()) json["distances_not_computed"] = network.no_distances;
  json["ideal_uniform_injection"] = known(network.uniform_bound);
  if (!network.uniform_bound) json["ideal_uniform_injection_not_computed"] = network.no_uniform_bound;
  if (!network.unused.empty()) json["unused"] = network.unused;
  json["failed_chips"] = network.failed_chips;
  json["failed_links"] = network.failed_links;
  return json;
}

Json json_of(const RoutingFacts& routing) {
  Json json{{"name", routing.name},    {"vc_classes", routing.vc_classes},
            {"vcs", routing.vcs},      {"channel_classes", routing.channel_classes},
            {"dependencies", nullptr}, {"deadlock_free", routing.cycle.empty()}};
  if (routing.dependencies) json["dependencies"] = *routing.dependencies;
  if (!routing.cycle.empty()) json["cycle"] = routing.cycle;
  return json;
}

Json json_of(const CurveFacts& curve) {
  Json points = Json::array();
  for (const net::workload::SteadyState& point : curve.points) {
    Json row{{"offered", point.offered},
             {"accepted", point.accepted},
             {"stable", point.stable},
             {"state", state_text(point)},
             {"latency_cycles", known(unless_saturated(point, point.latency))},
             {"latency_half_width_cycles", known(unless_saturated(point, point.latency_half_width))},
             {"latency_p99_cycles", known(unless_saturated(point, point.latency_p99))},
             {"network_latency_cycles", known(unless_saturated(point, point.network_latency))},
             {"hops", known(point.hops)}};
    row["packets"] = point.packets;
    row["cycles"] = point.cycles;
    row["flit_hops"] = point.flit_hops;
    points.push_back(std::move(row));
  }
  Json json{{"traffic", curve.traffic}, {"packet_flits", curve.packet_flits}};
  json["ideal_throughput"] = known(curve.ideal_throughput);
  if (!curve.ideal_throughput) json["ideal_throughput_not_computed"] = curve.no_ideal_throughput;
  json["lost_share"] = curve.lost_share;
  json["points"] = std::move(points);
  return json;
}

Json json_of(const CompletionFacts& done) {
  Json lost = Json::object();
  for (const auto& [reason, messages] : done.lost_messages) lost[reason] = messages;
  Json bounds = Json::array();
  for (const Bound& bound : done.bounds)
    bounds.push_back({{"name", bound.name},
                      {"time_ns", bound.time_ns},
                      {"share", done.time_ns.value_or(0) > 0 ? Json(bound.time_ns / *done.time_ns) : Json(nullptr)}});
  Json json{{"workload", done.workload}, {"messages", done.messages}, {"time_ns", known(done.time_ns)}};
  if (!done.time_ns) json["time_not_measured"] = "no message was delivered";
  json["injected_bytes"] = done.injected_bytes;
  json["delivered_bytes"] = done.delivered_bytes;
  json["lost_bytes"] = done.lost_bytes;
  json["lost_messages"] = lost;
  json["bounds"] = bounds;
  return json;
}

std::string curve_csv(const CurveFacts& curve) {
  std::string text = csv_line({"offered", "accepted", "stable", "latency_cycles", "latency_half_width_cycles",
                               "latency_p99_cycles", "network_latency_cycles", "hops", "packets", "cycles", "state"});
  for (const net::workload::SteadyState& point : curve.points) {
    const auto measured = [&](const std::optional<double>& value) { return cell(unless_saturated(point, value)); };
    text += csv_line({fmt::format("{}", point.offered), fmt::format("{}", point.accepted),
                      point.stable ? "true" : "false", measured(point.latency), measured(point.latency_half_width),
                      measured(point.latency_p99), measured(point.network_latency), cell(point.hops),
                      std::to_string(point.packets), std::to_string(point.cycles), state_text(point)});
  }
  return text;
}

std::string links_csv(const Report& report) {
  std::string text = csv_line({"link", "from", "to", "failed", "bytes", "utilisation"});
  for (const LinkRow& link : report.links)
    text += csv_line({link.name, report.nodes[link.from].name, report.nodes[link.to].name,
                      link.failed ? "true" : "false", cell(link.load), cell(link.utilisation)});
  return text;
}

}  // namespace

nlohmann::ordered_json report_json(const Report& report) {
  Json settings = Json::object();
  for (const auto& [key, value] : report.settings) settings[key] = value;
  Json json{{"schema", kReportSchema},
            {"settings", settings},
            {"units", {{"GB", "10^9 bytes"}, {"ties", report.ties}}},
            {"network", json_of(report.network)},
            {"routing", json_of(report.routing)}};
  if (report.curve) json["curve"] = json_of(*report.curve);
  if (report.completion) json["completion"] = json_of(*report.completion);
  json["level"] = choice_name(report.level);
  json["simulator"] = report.simulator;
  json["interrupted"] = report.interrupted;
  json["load_unit"] = report.load_unit;
  if (report.load_unit.empty()) json["loads_not_computed"] = "nothing was simulated";
  if (report.curve) json["load_at"] = known(report.load_at);
  Json nodes = Json::array();
  for (const NodeRow& node : report.nodes) {
    Json row{{"name", node.name}};
    if (node.is_switch) row["switch"] = true;
    if (node.failed) row["failed"] = true;
    row["place"] = node.place;
    nodes.push_back(std::move(row));
  }
  json["nodes"] = std::move(nodes);
  Json links = Json::array();
  for (const LinkRow& link : report.links) {
    Json row{{"name", link.name},
             {"from", report.nodes[link.from].name},
             {"to", report.nodes[link.to].name},
             {"port", link.port.value()}};
    if (link.failed) row["failed"] = true;
    row["load"] = known(link.load);
    row["utilisation"] = known(link.utilisation);
    links.push_back(std::move(row));
  }
  json["links"] = std::move(links);
  return json;
}

std::string report_csv(const Report& report) { return report.curve ? curve_csv(*report.curve) : links_csv(report); }

}  // namespace vtpu::scenario
