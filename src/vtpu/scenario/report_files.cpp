#include <fmt/core.h>

#include <string>
#include <vector>

#include "vtpu/base/csv.h"
#include "vtpu/scenario/report.h"

namespace vtpu::scenario {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const NetworkFacts& network) {
  Json kinds = Json::array();
  for (const net::LinkModel& kind : network.kinds)
    kinds.push_back({{"bandwidth_gbytes_per_s", kind.bandwidth_gbytes_per_s}, {"latency_ns", kind.latency_ns}});
  Json json{{"name", network.name},
            {"chips", network.chips},
            {"switches", network.switches},
            {"links", network.links},
            {"link_kinds", kinds}};
  if (network.distances_known) {
    json["diameter"] = network.diameter;
    json["average_hops"] = network.average_hops;
    json["unreachable_pairs"] = network.unreachable_pairs;
  }
  if (network.uniform_bound) json["ideal_uniform_injection"] = *network.uniform_bound;
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
    Json row{{"offered", point.offered}, {"accepted", point.accepted}, {"stable", point.stable}};
    if (point.stable) {
      row["latency_cycles"] = point.latency;
      row["latency_half_width_cycles"] = point.latency_half_width;
      row["latency_p99_cycles"] = point.latency_p99;
      row["network_latency_cycles"] = point.network_latency;
    }
    row["hops"] = point.hops;
    row["packets"] = point.packets;
    row["cycles"] = point.cycles;
    row["flit_hops"] = point.flit_hops;
    points.push_back(std::move(row));
  }
  Json json{{"traffic", curve.traffic}, {"packet_flits", curve.packet_flits}};
  if (curve.ideal_throughput) json["ideal_throughput"] = *curve.ideal_throughput;
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
                      {"share", done.time_ns > 0 ? bound.time_ns / done.time_ns : 1.0}});
  return {{"workload", done.workload},
          {"messages", done.messages},
          {"time_ns", done.time_ns},
          {"injected_bytes", done.injected_bytes},
          {"delivered_bytes", done.delivered_bytes},
          {"lost_bytes", done.lost_bytes},
          {"lost_messages", lost},
          {"bounds", bounds}};
}

std::string curve_csv(const CurveFacts& curve) {
  std::string text = csv_line({"offered", "accepted", "stable", "latency_cycles", "latency_half_width_cycles",
                               "latency_p99_cycles", "network_latency_cycles", "hops", "packets", "cycles"});
  for (const net::workload::SteadyState& point : curve.points) {
    const auto known = [&](double value) { return point.stable ? fmt::format("{}", value) : std::string(); };
    text += csv_line({fmt::format("{}", point.offered), fmt::format("{}", point.accepted),
                      point.stable ? "true" : "false", known(point.latency), known(point.latency_half_width),
                      known(point.latency_p99), known(point.network_latency), fmt::format("{}", point.hops),
                      std::to_string(point.packets), std::to_string(point.cycles)});
  }
  return text;
}

std::string links_csv(const Report& report) {
  std::string text = csv_line({"link", "from", "to", "failed", "bytes", "utilisation"});
  for (const LinkRow& link : report.links)
    text +=
        csv_line({link.name, report.nodes[link.from].name, report.nodes[link.to].name, link.failed ? "true" : "false",
                  fmt::format("{}", link.load), fmt::format("{}", link.utilisation)});
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
  if (report.curve) json["load_at"] = report.load_at;
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
    row["load"] = link.load;
    row["utilisation"] = link.utilisation;
    links.push_back(std::move(row));
  }
  json["links"] = std::move(links);
  return json;
}

std::string report_csv(const Report& report) { return report.curve ? curve_csv(*report.curve) : links_csv(report); }

}  // namespace vtpu::scenario
