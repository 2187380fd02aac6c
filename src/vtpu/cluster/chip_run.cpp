#include "vtpu/cluster/chip_run.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "vtpu/base/json.h"
#include "vtpu/net/link_names.h"
#include "vtpu/scenario/report.h"
#include "vtpu/scenario/run.h"

namespace vtpu::cluster {
namespace {

using net::Chip;
using net::workload::Completion;
using net::workload::Workload;

/// When a message was ready to leave or to be worked on, and by which other one.
struct Cause {
  std::optional<int> message;
  double ns = 0;
};
Cause cause_of(const Workload& messages, const Completion& done, int message) {
  Cause cause;
  for (const int earlier : messages.after(message)) {
    const double ns = done.delivered_ns[static_cast<std::size_t>(earlier)];
    if (!cause.message || ns > cause.ns) cause = {earlier, ns};
  }
  return cause;
}

void follow_critical_path(const Workload& messages, const Completion& done, ChipRun& run) {
  if (messages.size() == 0) return;
  const auto last = std::max_element(done.delivered_ns.begin(), done.delivered_ns.end()) - done.delivered_ns.begin();
  for (std::optional<int> at = static_cast<int>(last); at;) {
    const Cause cause = cause_of(messages, done, *at);
    const double taken = done.delivered_ns[static_cast<std::size_t>(*at)] - cause.ns;
    const net::workload::Message& message = messages.message(*at);
    (message.source == message.destination ? run.critical_work_ns : run.critical_network_ns) += taken;
    at = cause.message;
  }
}

void find_busiest_link(const scenario::Delivery& delivery, ChipRun& run) {
  const net::Network& network = delivery.subject.network;
  double longest = 0;
  for (const net::Channel channel : network.channels()) {
    if (!network.attached(channel)) continue;
    const double bytes = delivery.completion.channel_bytes[static_cast<std::size_t>(channel.value())];
    const double ns = bytes / network.link(channel).bandwidth_gbytes_per_s;
    if (ns <= longest) continue;
    longest = ns;
    run.busiest_link = net::channel_name(network, channel);
    run.busiest_bytes = bytes;
    run.busiest_utilisation = run.time_ns > 0 ? ns / run.time_ns : 0;
  }
}

std::string share(double part, double whole) { return fmt::format("{:.1f} %", whole > 0 ? 100 * part / whole : 0); }

}  // namespace

Result<ChipRun> run_on_chips(const Recording& recording, const TurnTimes& times, const scenario::Scenario& scenario,
                             const net::workload::Watch& watch) {
  ChipWorkload workload;
  int working = 0;
  const auto place = [&](const scenario::Subject& subject) -> const Workload& {
    std::vector<Chip> chips;
    for (const Chip chip : subject.network.chips())
      if (!subject.failed.node(chip)) chips.push_back(chip);
    working = static_cast<int>(chips.size());
    std::vector<Chip> chip_of;
    for (std::size_t sentron = 0; sentron < recording.sentrons; ++sentron)
      chip_of.push_back(chips[sentron % chips.size()]);
    workload = chip_workload(recording, times, std::move(chip_of));
    return workload.messages;
  };
  const auto delivery = scenario::deliver(scenario, place, watch);
  if (!delivery) return delivery.error();
  const Completion& done = delivery->completion;
  const Workload& messages = workload.messages;
  const net::NodeNames& names = delivery->subject.names();
  for (int id = 0; id < messages.size(); ++id)
    if (done.loss[static_cast<std::size_t>(id)] != net::workload::Loss::none)
      return Error{
          "",
          fmt::format("no path from chip {} to chip {}, between which a message goes",
                      names.printed(messages.message(id).source), names.printed(messages.message(id).destination)),
          "a network that connects all working chips"};

  ChipRun run;
  run.network = delivery->subject.network.name();
  run.routing = delivery->routing;
  run.simulator = delivery->simulator;
  run.chips = working;
  run.sentrons = recording.sentrons;
  run.time_ns = done.time_ns;
  run.messages = workload.sent;
  run.bytes = messages.total_bytes();
  run.never_received = workload.never_received;
  run.open_receives = recording.open_receives;
  run.deadlock = recording.deadlock;
  for (const Chip chip : workload.chip_of) run.chip_names.push_back(names.printed(chip));
  for (const ChipWorkload::Step& step : workload.steps) {
    const double end = done.delivered_ns[static_cast<std::size_t>(step.work)];
    const double taken = messages.message(step.work).compute_ns;
    run.work_ns += taken;
    if (taken > 0) run.spans.push_back({step.sentron, false, end - taken, end});
    if (!step.resumes) continue;
    const double resumed = done.delivered_ns[static_cast<std::size_t>(*step.resumes)];
    run.wait_ns += resumed - end;
    if (resumed > end) run.spans.push_back({step.sentron, true, end, resumed});
  }
  follow_critical_path(messages, done, run);
  find_busiest_link(*delivery, run);
  return run;
}

std::string to_text(const ChipRun& run) {
  using scenario::time_text;
  std::string text = fmt::format("{}, {} sentrons on {} chips; {}; {}\n", run.network, run.sentrons, run.chips,
                                 run.routing, run.simulator);
  text += fmt::format("time {}: chips work {} of it on average\n", time_text(run.time_ns), share(run.work_share(), 1));
  const double critical = run.critical_work_ns + run.critical_network_ns;
  text += fmt::format("the longest chain of causes: work {}, network {}\n", share(run.critical_work_ns, critical),
                      share(run.critical_network_ns, critical));
  text += fmt::format("{} messages between chips, {} bytes\n", run.messages, run.bytes);
  if (!run.busiest_link.empty())
    text += fmt::format("busiest link {}: {:.0f} bytes, {} of what it could carry\n", run.busiest_link,
                        run.busiest_bytes, share(run.busiest_utilisation, 1));
  if (run.never_received > 0)
    text += fmt::format("{} messages that nobody received are not charged\n", run.never_received);
  if (run.open_receives > 0)
    text += fmt::format(
        "{} receives could have taken another message, had time passed differently; they are kept as they were\n",
        run.open_receives);
  return text;
}

nlohmann::ordered_json to_json(const ChipRun& run) {
  return {{"network", run.network},
          {"routing", run.routing},
          {"simulator", run.simulator},
          {"chips", run.chips},
          {"sentrons", run.sentrons},
          {"time_ns", run.time_ns},
          {"work_ns", run.work_ns},
          {"work_share", run.work_share()},
          {"wait_ns", run.wait_ns},
          {"critical_work_ns", run.critical_work_ns},
          {"critical_network_ns", run.critical_network_ns},
          {"messages", run.messages},
          {"bytes", run.bytes},
          {"busiest_link", run.busiest_link},
          {"busiest_bytes", run.busiest_bytes},
          {"busiest_utilisation", run.busiest_utilisation},
          {"never_received", run.never_received},
          {"open_receives", run.open_receives}};
}

std::string timeline(const ChipRun& run) {
  nlohmann::ordered_json events = nlohmann::ordered_json::array();
  std::map<std::string, int> processes;
  for (std::size_t sentron = 0; sentron < run.chip_names.size(); ++sentron) {
    const auto [chip, fresh] = processes.emplace(run.chip_names[sentron], static_cast<int>(processes.size()));
    if (fresh)
      events.push_back({{"name", "process_name"},
                        {"ph", "M"},
                        {"pid", chip->second},
                        {"args", {{"name", "chip " + run.chip_names[sentron]}}}});
    events.push_back({{"name", "thread_name"},
                      {"ph", "M"},
                      {"pid", chip->second},
                      {"tid", sentron},
                      {"args", {{"name", fmt::format("sentron {}", sentron)}}}});
  }
  for (const ChipRun::Span& span : run.spans)
    events.push_back({{"name", span.waits ? "wait" : "work"},
                      {"ph", "X"},
                      {"ts", span.begin_ns / 1000},
                      {"dur", (span.end_ns - span.begin_ns) / 1000},
                      {"pid", processes.at(run.chip_names[span.sentron])},
                      {"tid", span.sentron}});
  return json_text(nlohmann::ordered_json{{"traceEvents", std::move(events)}, {"displayTimeUnit", "ns"}}) + "\n";
}

}  // namespace vtpu::cluster
