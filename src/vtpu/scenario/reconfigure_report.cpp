#include <fmt/core.h>

#include <array>
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
  double ns;
  bool stopped;  ///< the job is stopped
};

std::array<Part, 7> parts_of(const Reconfiguration& done) {
  const net::reconfigure::ReconfigurationParts& parts = done.run->parts;
  return {
      {{"order", "the order to pause reaches the last chip", parts.order_ns, false},
       {"drain", "until no packet is in flight", parts.drain_ns, true},
       {"report", "the last chip's report arrives", parts.report_ns, true},
       {"tables", "the last chip has its new entries", parts.tables_ns, done.tables == net::reconfigure::Tables::sent},
       {"switch", "the switches change", parts.switch_ns, true},
       {"go", "the order to resume reaches the last chip", parts.go_ns, true},
       {"first", "the first packet arrives over the new links", parts.first_ns, false}}};
}

double overhead(const Reconfiguration& done) { return done.run->total_ns / done.undisturbed_ns - 1; }

std::string job_text(const Reconfiguration& done) {
  const net::reconfigure::ReconfiguredJob& run = *done.run;
  std::string text =
      report_line("job", fmt::format("{}, paused at {:.1f} % of its time; packet level", done.job, 100 * done.at));
  std::string title = "parts";
  for (const Part& part : parts_of(done)) {
    text += report_line(
        title, fmt::format("{:>11}  {}{}", time_text(part.ns), part.what, part.stopped ? "" : " (the job runs)"));
    title.clear();
  }
  text +=
      report_line("in total", fmt::format("{:>11}  from the decision to the first packet; the job is stopped for {}",
                                          time_text(run.parts.total_ns(done.tables)),
                                          time_text(run.parts.stopped_ns(done.tables))));
  text +=
      report_line("effect", fmt::format("{:>11}  undisturbed, {} with the reconfiguration: {:+.2f} %",
                                        time_text(done.undisturbed_ns), time_text(run.total_ns), 100 * overhead(done)));
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
  for (const Part& part : parts_of(done)) parts[std::string(part.key) + "_ns"] = part.ns;
  json["job"] = {{"workload", done.job},
                 {"at", done.at},
                 {"parts", parts},
                 {"total_ns", run.parts.total_ns(done.tables)},
                 {"stopped_ns", run.parts.stopped_ns(done.tables)},
                 {"undisturbed_job_ns", done.undisturbed_ns},
                 {"job_ns", run.total_ns},
                 {"overhead", overhead(done)},
                 {"before_bytes", run.before_bytes},
                 {"drained_bytes", run.drained_bytes},
                 {"after_bytes", run.after_bytes}};
  return json;
}

}  // namespace vtpu::scenario
