#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "vtpu/base/text.h"
#include "vtpu/scenario/keys.h"
#include "vtpu/scenario/report.h"

namespace vtpu::scenario {
namespace {

std::string plural(std::uint64_t count, const std::string& one, const std::string& many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}
std::string plural(std::uint64_t count, const std::string& one) { return plural(count, one, one + "s"); }

std::string kinds_text(const std::vector<net::LinkModel>& kinds) {
  if (kinds.empty()) return "";
  const auto slower = [](const net::LinkModel& a, const net::LinkModel& b) {
    return a.bandwidth_gbytes_per_s < b.bandwidth_gbytes_per_s;
  };
  const auto nearer = [](const net::LinkModel& a, const net::LinkModel& b) { return a.latency_ns < b.latency_ns; };
  const auto [slow, fast] = std::minmax_element(kinds.begin(), kinds.end(), slower);
  const auto [near, far] = std::minmax_element(kinds.begin(), kinds.end(), nearer);
  const auto range = [](double low, double high) {
    return low == high ? fmt::format("{}", low) : fmt::format("{} to {}", low, high);
  };
  return fmt::format(" of {} GB/s each way, {} ns", range(slow->bandwidth_gbytes_per_s, fast->bandwidth_gbytes_per_s),
                     range(near->latency_ns, far->latency_ns));
}

std::string distances_text(const NetworkFacts& network) {
  if (!network.diameter) return "distances not computed: " + network.no_distances;
  std::string text = network.average_hops ? fmt::format("diameter {}, {:.4f} hops on average between different chips",
                                                        *network.diameter, *network.average_hops)
                                          : std::string("no chip can reach another");
  if (network.unreachable_pairs.value_or(0) > 0)
    text += fmt::format("; {} of chips cannot reach each other", plural(*network.unreachable_pairs, "ordered pair"));
  return text;
}

std::string network_text(const NetworkFacts& network) {
  std::string sizes = plural(static_cast<std::uint64_t>(network.chips), "chip");
  if (network.switches > 0) sizes += ", " + plural(static_cast<std::uint64_t>(network.switches), "switch", "switches");
  std::string text = report_line(
      "network", fmt::format("{}: {}, {}{}", network.name, sizes,
                             plural(static_cast<std::uint64_t>(network.links), "link"), kinds_text(network.kinds)));
  if (!network.unused.empty()) {
    std::vector<std::string> data;
    for (const auto& [what, count] : network.unused) data.push_back(fmt::format("{} ({})", what, count));
    text += report_line("", "not used: " + join(data, ", "));
  }
  if (!network.failed_chips.empty()) text += report_line("", "failed chips: " + join(network.failed_chips, ", "));
  if (!network.failed_links.empty()) text += report_line("", "failed links: " + join(network.failed_links, ", "));
  text += report_line("", distances_text(network));
  text += report_line(
      "", network.uniform_bound
              ? fmt::format("ideal uniform injection {:.4f} link bandwidths per chip (all shortest paths used equally)",
                            *network.uniform_bound)
              : "ideal uniform injection not computed: " + network.no_uniform_bound);
  return text;
}

std::string routing_text(const RoutingFacts& routing) {
  std::string text =
      report_line("routing", fmt::format("{}: {} in {}", routing.name,
                                         plural(static_cast<std::uint64_t>(routing.vc_classes), "class", "classes"),
                                         plural(static_cast<std::uint64_t>(routing.vcs), "virtual channel")));
  text += report_line("", fmt::format("{}: {} channel classes, {}",
                                      routing.cycle.empty() ? "deadlock-free" : "CAN DEADLOCK", routing.channel_classes,
                                      routing.dependencies ? fmt::format("{} dependencies", *routing.dependencies)
                                                           : "dependencies not counted, there are too many"));
  if (routing.vc_classes > routing.vcs) {
    const double most = find_key("routing.vcs")->limits.most;
    text += report_line(
        "", fmt::format("TOO FEW VIRTUAL CHANNELS: {} would do, {}", routing.vc_classes,
                        routing.vc_classes <= most ? fmt::format("routing.vcs = {}", routing.vc_classes)
                                                   : fmt::format("more than the {} that a link may have", most)));
  }
  if (!routing.cycle.empty()) {
    text += report_line("", "cycle: " + routing.cycle);
    text += report_line("", "more virtual channels do not break it: they all belong to the same " +
                                std::string(routing.vc_classes == 1 ? "class" : "classes"));
    if (!routing.remedy.empty()) text += report_line("", "deadlock-free: " + routing.remedy);
  }
  return text;
}

/// A load with four decimals, or with four digits where these would all be zeros.
std::string load_text(double load) {
  return load == 0 || load >= 1e-3 ? fmt::format("{:.4f}", load) : fmt::format("{:.3g}", load);
}

std::string curve_text(const CurveFacts& curve, const std::string& simulator) {
  std::string text = report_line(
      "traffic",
      fmt::format("{}, packets of {}", curve.traffic, plural(static_cast<std::uint64_t>(curve.packet_flits), "flit")));
  text += report_line("", simulator);
  text += report_line("", curve.ideal_throughput
                              ? fmt::format("ideal throughput of this routing {:.4f}", *curve.ideal_throughput)
                              : "ideal throughput of this routing not computed: " + curve.no_ideal_throughput);
  if (curve.lost_share > 0)
    text += report_line(
        "", fmt::format("lost, without a path: {:.2f} % of the offered load, not injected", 100 * curve.lost_share));
  text += fmt::format("\n{:>8} {:>9} {:>9} {:>7} {:>8} {:>7}  {}\n", "offered", "accepted", "latency", "+-95%", "p99",
                      "hops", "state");
  for (const net::workload::SteadyState& point : curve.points) {
    const auto known = [&](const std::optional<double>& value, int digits) {
      return value && !point.saturated ? fmt::format("{:.{}f}", *value, digits) : std::string("-");
    };
    text += fmt::format("{:>8} {:>9} {:>9} {:>7} {:>8} {:>7}  {}\n", load_text(point.offered),
                        load_text(point.accepted), known(point.latency, 2), known(point.latency_half_width, 2),
                        known(point.latency_p99, 0), known(point.hops, 3), state_text(point));
  }
  return text + "\n";
}

std::string completion_text(const CompletionFacts& done, const std::string& simulator) {
  std::string text = report_line("workload", fmt::format("{}: {}", done.workload, plural(done.messages, "message")));
  text += report_line("", simulator);
  text += report_line("time", done.time_ns ? time_text(*done.time_ns) : "not measured: no message was delivered");
  std::string title = "bounds";
  for (const Bound& bound : done.bounds) {
    std::string line = fmt::format("{:>11} by {}", time_text(bound.time_ns), bound.name);
    if (done.time_ns.value_or(0) > 0)
      line += fmt::format(": {:.1f} % of the run's time", 100 * bound.time_ns / *done.time_ns);
    text += report_line(title, line);
    title.clear();
  }
  text += report_line("bytes", fmt::format("injected {} = delivered {} + lost {}", done.injected_bytes,
                                           done.delivered_bytes, done.lost_bytes));
  for (const auto& [reason, messages] : done.lost_messages)
    text += report_line("", fmt::format("lost: {} without {}", plural(messages, "message"), reason));
  return text;
}

std::string loads_text(const Report& report) {
  double sum = 0;
  std::size_t channels = 0;
  const LinkRow* busiest = nullptr;
  for (const LinkRow& link : report.links) {
    if (link.failed || !link.utilisation) continue;
    sum += *link.utilisation;
    ++channels;
    if (busiest == nullptr || *link.utilisation > *busiest->utilisation) busiest = &link;
  }
  if (busiest == nullptr) return report_line("links", "utilisation not computed: the run took no time");
  const std::string when = report.load_at ? fmt::format(" at load {}", *report.load_at) : "";
  const auto equal = std::count_if(report.links.begin(), report.links.end(), [&](const LinkRow& link) {
    return !link.failed && link.utilisation > 0.999999 * *busiest->utilisation;
  });
  return report_line("links", fmt::format("{:.1f} % busy on average{}, at most {:.1f} %: {}{}",
                                          100 * sum / static_cast<double>(channels), when, 100 * *busiest->utilisation,
                                          busiest->name, equal > 1 ? fmt::format(" and {} others", equal - 1) : ""));
}

}  // namespace

std::string state_text(const net::workload::SteadyState& point) {
  if (point.saturated) return "saturated";
  if (point.stable) return "stable";
  if (point.packets == 0) return "not measured: no packet was delivered in the window";
  return fmt::format("not measured: {} in the window {} too few to tell", plural(point.packets, "packet"),
                     point.packets == 1 ? "is" : "are");
}

std::string report_line(const std::string& title, const std::string& words) {
  return fmt::format("{:<10} {}\n", title, words);
}

std::string time_text(double ns) {
  if (ns < 1e3) return fmt::format("{:.1f} ns", ns);
  if (ns < 1e6) return fmt::format("{:.3f} us", ns / 1e3);
  if (ns < 1e9) return fmt::format("{:.4f} ms", ns / 1e6);
  return fmt::format("{:.4f} s", ns / 1e9);
}

std::string report_text(const Report& report) {
  std::string text = network_text(report.network);
  if (!report.routing.name.empty()) text += routing_text(report.routing);
  if (report.curve) text += curve_text(*report.curve, report.simulator);
  if (report.completion) text += completion_text(*report.completion, report.simulator);
  if (!report.load_unit.empty()) text += loads_text(report);
  std::string units;
  if (report.curve && report.level == Level::flit)
    units = "loads in flits/chip/cycle, latencies in cycles; a link carries one flit per cycle; ";
  if (report.curve && report.level == Level::packet)
    units = "loads in packets/chip/slot, latencies in slots; the fastest link carries one packet per slot; ";
  text += report_line("units", units + "GB = 10^9 bytes" + (report.ties.empty() ? "" : "; " + report.ties));
  if (report.interrupted) text += report_line("PARTIAL", "interrupted; the figures above cover what was simulated");
  return text;
}

std::string cost_text(const Cost& cost) {
  const std::string text = fmt::format("{:.3g} {} in {:.2f} s", cost.hops, cost.hop_name, cost.seconds);
  return cost.seconds > 0 ? text + fmt::format(", {:.2f} million per second", cost.hops / cost.seconds / 1e6) : text;
}

}  // namespace vtpu::scenario
