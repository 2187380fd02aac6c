// phextnet: simulates networks described by a file or by flags, and reports their static properties.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "programs/command/command.h"
#include "programs/phextnet/learn.h"
#include "programs/phextnet/life.h"
#include "programs/phextnet/meter.h"
#include "programs/phextnet/options.h"
#include "programs/phextnet/reconfigure.h"
#include "programs/phextnet/rings.h"
#include "programs/phextnet/sweep.h"
#include "programs/phextnet/view.h"
#include "vtpu/base/arguments.h"
#include "vtpu/base/json.h"
#include "vtpu/base/result.h"
#include "vtpu/scenario/keys.h"
#include "vtpu/scenario/report.h"
#include "vtpu/scenario/run.h"
#include "vtpu/scenario/scenario.h"
#include "vtpu/scenario/tables.h"
#include "vtpu/sweep/interrupt.h"

namespace vtpu::command {
namespace {

using scenario::Scenario;

/// A flag that sets a key.
struct ShortFlag {
  const char* names;
  const char* key;
};
constexpr std::array<ShortFlag, 15> kShortFlags = {{{"-t,--topology", "network.topology"},
                                                    {"-s,--sides", "network.sides"},
                                                    {"-f,--file", "network.file"},
                                                    {"-r,--routing", "routing.algorithm"},
                                                    {"--vcs", "routing.vcs"},
                                                    {"-p,--pattern", "traffic.pattern"},
                                                    {"-l,--loads", "traffic.loads"},
                                                    {"-w,--workload", "workload.kind"},
                                                    {"--level", "simulation.level"},
                                                    {"--seed", "simulation.seed"},
                                                    {"-j,--threads", "simulation.threads"},
                                                    {"--json", "output.json"},
                                                    {"--csv", "output.csv"},
                                                    {"--plot", "output.plot"},
                                                    {"--view", "output.view"}}};

// ---- commands

/// scenario::inspect with its progress on the terminal.
Result<scenario::Report> inspected(const Scenario& given) {
  Meter meter;
  return scenario::inspect(given, [&](double part) {
    meter.show(part);
    return true;
  });
}

/// `cost`: of the simulation, for the JSON.
Result<void> write_outputs(const Scenario& given, const scenario::Report& report, scenario::View view,
                           const std::optional<scenario::Cost>& cost) {
  const auto json = [&] {
    nlohmann::ordered_json made = scenario::report_json(report);
    if (cost) made["cost"] = {{"measured_seconds", cost->seconds}, {"hops", cost->hops}, {"of", cost->hop_name}};
    return made;
  };
  if (const auto written = write_output(given.output.json, [&] { return file_text(json()); }); !written) return written;
  const auto csv = [&] { return scenario::report_csv(report); };
  if (const auto written = write_output(given.output.csv, csv); !written) return written;
  if (!given.output.plot.empty()) return draw(json_text(json()), view, given.output.plot);
  return {};
}

Result<int> run_info(const Options& options) {
  const auto given = scenario_of(options, "info");
  if (!given) return given.error();
  const auto report = inspected(*given);
  if (!report) return report.error();
  if (report->routing.name.empty()) {
    if (const auto printed = print_report(*given, scenario::report_text(*report)); !printed) return printed;
    return *report->refusal;
  }
  if (const auto written = write_outputs(*given, *report, scenario::View::machine, std::nullopt); !written)
    return written.error();
  return print_report(*given, scenario::report_text(*report));
}

Result<int> run_check(const Options& options) {
  const auto given = scenario_of(options, "check");
  if (!given) return given.error();
  const auto report = inspected(*given);
  if (!report) return report.error();
  const scenario::RoutingFacts& routing = report->routing;
  if (!routing.cycle.empty())
    return Error{routing.name + " on " + report->network.name, "can deadlock: " + routing.cycle, routing.remedy};
  if (report->refusal) return *report->refusal;
  return print(fmt::format("{} on {}: deadlock-free, no cycle among {}dependencies of {} channel classes\n",
                           routing.name, report->network.name,
                           routing.dependencies ? fmt::format("{} ", *routing.dependencies) : "its ",
                           routing.channel_classes));
}

Result<int> run_routes(const Options& options) {
  const auto given = scenario_of(options, "routes");
  if (!given) return given.error();
  const auto text = scenario::route_table_text(*given, options.from, options.to);
  if (!text) return text.error();
  return print(*text);
}

Result<int> run_keys(const Options& options) {
  return print(options.markdown ? scenario::keys_markdown() : scenario::keys_text());
}

Result<int> run_run(const Options& options) {
  const auto given = scenario_of(options, "run");
  if (!given) return given.error();
  std::optional<Meter> meter(std::in_place);
  const bool terminal = meter->terminal();
  const sweep::Interrupt interrupt;
  const auto done = scenario::run(*given, [&](double part) {
    meter->show(part);
    return !interrupt.came();
  });
  meter.reset();
  if (!done) {
    // What does not depend on the routing is worth knowing when the routing is what stands in the way.
    if (const auto known = inspected(*given); known && known->refusal)
      if (const auto printed = print_report(*given, scenario::report_text(*known)); !printed) return printed;
    return done.error();
  }
  const scenario::Report& report = done->report;
  std::string text = scenario::report_text(report);
  std::optional<scenario::Cost> cost;
  if (options.time) {
    cost = done->cost;
    text += "cost       " + scenario::cost_text(*cost) + "\n";
  } else if (terminal) {
    fmt::print(stderr, "  {}\n", scenario::cost_text(done->cost));
  }
  if (const auto printed = print_report(*given, text); !printed) return printed;
  scenario::View view = given->output.view;
  if (view == scenario::View::automatic) view = report.curve ? scenario::View::curve : scenario::View::machine;
  if (const auto written = write_outputs(*given, report, view, cost); !written) return written.error();
  return report.interrupted ? kInterrupted : kDone;
}

// ---- the command line

class CommandLine {
 public:
  CommandLine() : app_("phextnet: simulates networks of chips (src/vtpu/scenario/README.md)") {
    app_.name("phextnet");
    app_.require_subcommand(1);
    app_.footer(
        "FILE is TOML; 'phextnet keys' prints every key with its default. Flags override the file.\n"
        "Exit status: 0 done, 1 wrong input, 2 wrong usage, 130 interrupted, with the results so far.");
    CLI::App* run =
        on_scenario("run", "simulate: latency and throughput of [traffic], or the time of [workload]", run_run);
    run->add_flag("--time", options_.time, "also print the cost of the simulation on this host");
    on_scenario("info", "network and routing without a simulation: distances, bounds, deadlock", run_info);
    on_scenario("check", "check the routing for deadlock; shows the cycle of channels if there is one", run_check);
    CLI::App* routes =
        on_scenario("routes", "routing table: source, destination, next hop, hops, bandwidth", run_routes);
    CLI::Option* from = routes->add_option("--from", options_.from, "only routes from this chip");
    routes->add_option("--to", options_.to, "every hop of the path to this chip")->needs(from);
    CLI::App* sweep =
        on_scenario("sweep", "run every combination of values of some keys; resumes an interrupted sweep", run_sweep);
    sweep->add_option("--over", options_.over, "section.key=value,value (lists: value;value); may be repeated")
        ->take_all()
        ->expected(1)
        ->required();
    sweep->add_option("--out", options_.out, "folder for sweep.csv, sweep.json and the journal")->required();
    CLI::App* change = on_scenario(
        "reconfigure", "change the network of FILE to that of AFTER while FILE's [workload] runs", run_reconfigure);
    change->get_option("FILE")->required();
    change->add_option("AFTER", options_.after, "scenario whose topology is the new network")->required();
    CLI::Option* rows =
        add_number(*change, "--entries", options_.rows, "number of changed rows of a chip's table to show", 0, 1000);
    change->add_option("--from", options_.from, "rows of this chip; default: the chip with the most changes")
        ->needs(rows);
    on_scenario("life", "failures and recovery of a machine over time; --csv: every event", run_life);
    CLI::App* learn =
        app_.add_subcommand("learn", "search for an OCS state with high throughput under a uniform all-to-all");
    add_learn_options(*learn, options_.learn);
    learn->final_callback([this] { action_ = run_learn; });
    CLI::App* rings = on_scenario(
        "rings", "rings through all chips that share no link, for all-reduce: as many as the links allow", run_rings);
    add_rings_options(*rings, options_.rings);
    CLI::App* keys = app_.add_subcommand("keys", "a scenario file with every key, its default and its meaning");
    keys->add_flag("--markdown", options_.markdown, "as the table of README.md");
    keys->final_callback([this] { action_ = run_keys; });
  }

  int run(int argc, char** argv) {
    return run_command(
        "phextnet", app_, argc, argv, [] {}, [this] { return action_(options_); });
  }

 private:
  using Action = Result<int> (*)(const Options&);

  CLI::App* on_scenario(const char* name, const char* what, Action action) {
    CLI::App* command = app_.add_subcommand(name, what);
    command->add_option("FILE", options_.file, "scenario; default: no file, only defaults and flags");
    command
        ->add_option_function<std::vector<std::string>>(
            "--set",
            [this](const std::vector<std::string>& settings) {
              options_.settings.insert(options_.settings.begin(), settings.begin(), settings.end());
            },
            "section.key=value; may be repeated")
        ->take_all()
        ->expected(1);
    for (const ShortFlag& flag : kShortFlags) {
      if (!scenario::reads(name, flag.key)) continue;
      CLI::Option* option = command->add_option_function<std::string>(
          flag.names,
          [this, key = std::string(flag.key)](const std::string& value) {
            options_.settings.push_back(key + "=" + value);
          },
          flag.key);
      if (scenario::takes_number(*scenario::find_key(flag.key))) option->type_name("NUMBER");
    }
    command->final_callback([this, action] { action_ = action; });
    return command;
  }

  Options options_;
  Action action_ = nullptr;
  CLI::App app_;
};

}  // namespace
}  // namespace vtpu::command

int main(int argc, char** argv) { return vtpu::command::CommandLine().run(argc, argv); }
