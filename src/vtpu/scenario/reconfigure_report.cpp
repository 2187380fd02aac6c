#include <fmt/core.h>

#include <array>
#include <optional>
#include <string>

#include "vtpu/scenario/reconfigure.h"
#include "vtpu/scenario/report.h"

namespace vtpu::scenario {
namespace {

using Json = nlohmann::ordered_json;

/// A part of the time, in order of occurrence.
struct Part {
  const char* key;
  const char* what;
  std::optional<double> ns;  ///< empty: nothing was left to send after the pause
  bool stopped;              ///< the job is stopped
};

constexpr const char* kNothingLeft = "nothing was left to send after the pause";

/// A delivery takes time, so 0 means that there was none.
bool anything_left(const Reconfiguration& done) { return done.run->parts.first_ns > 0; }

std::array<Part, 7> parts_of(const Reconfiguration& done) {
  const net::reconfigure::ReconfigurationParts& parts = done.run->parts;
  return {
      {{"order", "the order to pause reaches the last chip", parts.order_ns, false},
       {"drain", "until no packet is in flight", parts.drain_ns, true},
       {"report", "the last chip's report arrives", parts.report_ns, true},
       {"tables", "the last chip has its new entries", parts.tables_ns, done.tables == net::reconfigure::Tables::sent},
       {"switch", "the switches change", parts.switch_ns, true},
       {"go", "the order to resume reaches the last chip", parts.go_ns, true},
       {"first", "the first packet arrives over the new links",
        anything_left(done) ? std::optional(parts.first_ns) : std::nullopt, false}}};
}

/// Empty for a job that takes no time.
std::optional<double> overhead(const Reconfiguration& done) {
  if (!(done.undisturbed_ns > 0)) return std::nullopt;
  return done.run->total_ns / done.undisturbed_ns - 1;
}

std::string job_text(const Reconfiguration& done) {
  const net::reconfigure::ReconfiguredJob& run = *done.run;
  std::string text =
      report_line("job", fmt::format("{}, paused at {:.1f} % of its time; packet level", done.job, 100 * done.at));
  std::string title = "parts";
  for (const Part& part : parts_of(done)) {
    text += report_line(title, part.ns ? fmt::format("{:>11}  {}{}", time_text(*part.ns), part.what,
                                                     part.stopped ? "" : " (the job runs)")
                                       : fmt::format("{:>11}  {}: {}", "-", part.what, kNothingLeft));
    title.clear();
  }
  const std::string stopped = time_text(run.parts.stopped_ns(done.tables));
  text += report_line(
      "in total", anything_left(done)
                      ? fmt::format("{:>11}  from the decision to the first packet; the job is stopped for {}",
                                    time_text(run.parts.total_ns(done.tables)), stopped)
                      : fmt::format("{:>11}  from the decision to the first packet: {}; the job is stopped for {}", "-",
                                    kNothingLeft, stopped));
  const auto share = overhead(done);
  text += report_line(
      "effect", fmt::format("{:>11}  undisturbed, {} with the reconfiguration{}", time_text(done.undisturbed_ns),
                            time_text(run.total_ns), share ? fmt::format(": {:+.2f} %", 100 * *share) : std::string()));
  return text + report_line("bytes", fmt::format("{} before the pause + {} drained + {} after it", run.before_bytes,
                                                 run.drained_bytes, run.after_bytes));
}

}  // namespace

std::string reconfiguration_text(const Reconfiguration& done) {
  const net::reconfigure::ReconfigurationPlan& plan = done.plan;
  std::string text = report_line("before", fmt::format("{}: {} chips", done.before, plan.chips));
  text += report_line("after", done.after);
  text += report_line("circuits", fmt::format("{} removed, {} added, in {} of {} switches; dark for {}",
                                              plan.circuits.removed.size(), plan.circuits.added.size(),
                                              plan.switches.size(), done.switches, time_text(done.switching_ns)));
  text += report_line(
      "entries",
      fmt::format("{} of {:.0f} change ({:.1f} %), the port in {}; in {} chips, at most {} in one", plan.entries,
                  plan.pairs(), 100 * plan.entry_share(), plan.port_changes, plan.chips_changed, plan.most_entries));
  text += report_line("", fmt::format("{:.1f} % of the pairs of chips keep their path", 100 * plan.untouched_share()));
  if (done.run) text += job_text(done);
  text += report_line(
      "units",
      "simulated, except the switching time, which is given; computing routes and writing entries is not included");
  if (!done.rows.empty()) text += "\n" + done.rows;
  return text;
}

nlohmann::ordered_json reconfiguration_json(const Reconfiguration& done) {
  const net::reconfigure::ReconfigurationPlan& plan = done.plan;
  Json json{{"schema", kReportSchema},
            {"before", done.before},
            {"after", done.after},
            {"chips", plan.chips},
            {"circuits_removed", plan.circuits.removed.size()},
            {"circuits_added", plan.circuits.added.size()},
            {"switches", done.switches},
            {"switches_with_work", plan.switches.size()},
            {"dark_channels", plan.dark_channels.size()},
            {"entries", plan.entries},
            {"port_changes", plan.port_changes},
            {"chips_changed", plan.chips_changed},
            {"most_entries_of_a_chip", plan.most_entries},
            {"pairs_untouched", plan.pairs_untouched},
            {"switching_ns", done.switching_ns}};
  if (!done.run) return json;
  const net::reconfigure::ReconfiguredJob& run = *done.run;
  Json parts = Json::object();
  const auto known = [](const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); };
  for (const Part& part : parts_of(done)) parts[std::string(part.key) + "_ns"] = known(part.ns);
  if (!anything_left(done)) parts["first_not_measured"] = kNothingLeft;
  json["job"] = {{"workload", done.job},
                 {"at", done.at},
                 {"parts", parts},
                 {"total_ns", anything_left(done) ? Json(run.parts.total_ns(done.tables)) : Json(nullptr)},
                 {"stopped_ns", run.parts.stopped_ns(done.tables)},
                 {"undisturbed_job_ns", done.undisturbed_ns},
                 {"job_ns", run.total_ns},
                 {"overhead", known(overhead(done))},
                 {"before_bytes", run.before_bytes},
                 {"drained_bytes", run.drained_bytes},
                 {"after_bytes", run.after_bytes}};
  return json;
}

}  // namespace vtpu::scenario
