#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <string>
#include <vector>

#include "vtpu/base/text.h"
#include "vtpu/net/fault/component.h"
#include "vtpu/net/fault/recovery.h"
#include "vtpu/scenario/life.h"
#include "vtpu/scenario/report.h"

namespace vtpu::scenario {
namespace {

using Json = nlohmann::ordered_json;

std::string seconds_text(double seconds) {
  return seconds < 1000 ? time_text(seconds * 1e9) : fmt::format("{:.2f} h", seconds / 3600);
}

/// The durations of a life's finished outages, or of one part of them, ascending.
template <class Part>
std::vector<double> of_outages(const net::fault::LifeReport& life, Part part) {
  std::vector<double> values;
  for (const net::fault::Outage& outage : life.outages)
    if (outage.finished) values.push_back(part(outage));
  std::sort(values.begin(), values.end());
  return values;
}

struct OutagePart {
  const char* key;
  const char* what;
  double (*of)(const net::fault::Outage&);
};
constexpr std::array<OutagePart, 7> kParts = {
    {{"whole", "in total", [](const net::fault::Outage& outage) { return outage.total_s(); }},
     {"detect", "until a health check", [](const net::fault::Outage& outage) { return outage.detect_s; }},
     {"decide", "to decide", [](const net::fault::Outage& outage) { return outage.decide_s; }},
     {"update", "to update tables and circuits", [](const net::fault::Outage& outage) { return outage.update_s; }},
     {"resume", "to resume", [](const net::fault::Outage& outage) { return outage.resume_s; }},
     {"repeated", "repeated because of further failures",
      [](const net::fault::Outage& outage) { return outage.repeated_s; }},
     {"waited", "waiting for a repair", [](const net::fault::Outage& outage) { return outage.waited_s; }}}};

std::string outages_text(const net::fault::LifeReport& life) {
  const std::vector<double> whole = of_outages(life, kParts[0].of);
  std::string text =
      report_line("outages", fmt::format("{}, {} of them finished; {} names moved, {} lost, {} circuits changed",
                                         life.outages.size(), whole.size(), life.names_moved, life.names_lost,
                                         life.circuits_changed));
  if (whole.empty()) return text;
  for (const OutagePart& part : kParts) {
    const std::vector<double> values = of_outages(life, part.of);
    if (values.back() <= 0) continue;
    text += report_line(
        "", fmt::format("{:>11} median, {:>11} p99  {}", seconds_text(net::fault::sample_quantile(values, 0.5).value),
                        seconds_text(net::fault::sample_quantile(values, 0.99).value), part.what));
  }
  return text;
}

std::string failures_of(const net::fault::LifeReport& life) {
  std::vector<std::string> parts;
  for (std::size_t kind = 0; kind < life.failures.size(); ++kind)
    if (life.failures[kind] > 0)
      parts.push_back(
          fmt::format("{} {}", life.failures[kind], net::fault::name_of(net::fault::kComponentKinds[kind])));
  return parts.empty() ? "none" : join(parts, ", ");
}

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace

std::string lives_text(const Lives& lives) {
  const net::fault::LifeReport& life = lives.first;
  std::string text = report_line("machine", fmt::format("{} chips, {} spares, {} days", lives.machine.active_count(),
                                                        lives.machine.spare_count(), lives.days));
  text += report_line("policy", lives.policy.name);
  text += report_line("failures", "mean lives: " + lives.failures);
  text += report_line("", fmt::format("occurred: {}; {} harmless, {} of parts already down; {} repairs",
                                      failures_of(life), life.harmless, life.ignored, life.repairs));
  text += outages_text(life);
  text += report_line("up", fmt::format("{:.5f} % of the time: {}; useful {}", 100 * life.availability(),
                                        seconds_text(life.up_s), seconds_text(life.useful_s)));
  text += report_line("spares", life.exhausted_s
                                    ? fmt::format("exhausted after {:.2f} days", *life.exhausted_s / kSecondsPerDay)
                                    : "not exhausted");
  if (lives.availability.size() > 1) {
    text += report_line("lives", fmt::format("{}: up {:.5f} % on average, minimum {:.5f} %, maximum {:.5f} %",
                                             lives.availability.size(), 100 * mean(lives.availability),
                                             100 * lives.availability.front(), 100 * lives.availability.back()));
    text +=
        report_line("", fmt::format("spares exhausted in {}", lives.exhausted_days.size()) +
                            (lives.exhausted_days.empty()
                                 ? std::string()
                                 : fmt::format(", first after {:.2f} days, median {:.2f}", lives.exhausted_days.front(),
                                               net::fault::sample_quantile(lives.exhausted_days, 0.5).value)));
  }
  return text + report_line("units", "simulated; the times of entries, switches and checks are settings");
}

nlohmann::ordered_json lives_json(const Lives& lives) {
  const net::fault::LifeReport& life = lives.first;
  Json failures = Json::object();
  for (std::size_t kind = 0; kind < life.failures.size(); ++kind)
    failures[net::fault::name_of(net::fault::kComponentKinds[kind])] = life.failures[kind];
  Json outages = Json::array();
  for (const net::fault::Outage& outage : life.outages) {
    Json row{{"begin_s", outage.begin_s}, {"finished", outage.finished}, {"failures", outage.failures}};
    // The parts of an outage that outlasts the simulated time are not known.
    for (const OutagePart& part : kParts)
      row[std::string(part.key) + "_s"] = outage.finished ? Json(part.of(outage)) : Json(nullptr);
    row["names_moved"] = outage.names_moved;
    outages.push_back(std::move(row));
  }
  Json json{{"schema", kReportSchema},
            {"policy", lives.policy.name},
            {"mean_lives", lives.failures},
            {"days", lives.days},
            {"availability", life.availability()},
            {"up_s", life.up_s},
            {"down_s", life.down_s},
            {"useful_s", life.useful_s},
            {"lost_work_s", life.lost_work_s},
            {"checkpoint_s", life.checkpoint_s},
            {"failures", failures},
            {"ignored", life.ignored},
            {"harmless", life.harmless},
            {"repairs", life.repairs},
            {"interrupted", life.interrupted},
            {"names_moved", life.names_moved},
            {"names_lost", life.names_lost},
            {"circuits_changed", life.circuits_changed}};
  if (life.exhausted_s) json["exhausted_days"] = *life.exhausted_s / kSecondsPerDay;
  json["outages"] = std::move(outages);
  json["lives"] = {{"availability", lives.availability}, {"exhausted_days", lives.exhausted_days}};
  return json;
}

}  // namespace vtpu::scenario
