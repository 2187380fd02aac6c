// vtpu: assembles, checks, runs and explains programs of the vTPU.
#include <fmt/core.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <functional>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "programs/command/command.h"
#include "programs/command/engines.h"
#include "programs/command/files.h"
#include "programs/vtpu/chips.h"
#include "vtpu/analysis/inspect.h"
#include "vtpu/analysis/report.h"
#include "vtpu/analysis/text_table.h"
#include "vtpu/base/arguments.h"
#include "vtpu/base/file.h"
#include "vtpu/base/result.h"
#include "vtpu/base/text.h"
#include "vtpu/base/text_file.h"
#include "vtpu/exec/interpreter.h"
#include "vtpu/exec/jit/native_engine.h"
#include "vtpu/isa/assembler.h"
#include "vtpu/isa/disassembler.h"
#include "vtpu/isa/generator.h"
#include "vtpu/isa/manual.h"
#include "vtpu/kernels/workloads.h"
#include "vtpu/phext/packed.h"
#include "vtpu/runtime/telemetry_server.h"
#include "vtpu/study/engines/engine_study.h"
#include "vtpu/study/host/port_survey.h"

namespace vtpu::command {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr std::size_t kMostFaults = 1000;

int fail(std::string message, int status) { return command::fail("vtpu", std::move(message), status); }

enum class ManualForm : std::uint8_t { html, markdown };

/// The command line; each command reads its part of it.
struct Options {
  std::string file, out, at, import, export_to, backing, ports, workload;
  EngineKind engine = EngineKind::automatic;
  std::optional<exec::jit::Form> form;
  std::uint16_t port = 0;
  bool watched = false, counted = false;
  std::optional<isa::Mix> mix;
  std::optional<isa::Locality> locality;
  ManualForm manual = ManualForm::html;
  std::vector<std::string> caches;
  ChipOptions chips;
  std::uint64_t fuel = std::uint64_t{1} << 32;
  std::uint64_t compile_steps = exec::jit::CompileOptions::kMostSteps;
  std::uint64_t iterations = 1000, seed = 1, process = 0;
  std::size_t words = 64;
  unsigned depth = 1, sentrons = 1, workers = 1, processes = 20;
  bool json = false, host_code = false, time = false, check_accesses = false;
  unsigned samples = 20;
};

}  // namespace
}  // namespace vtpu::command

template <>
inline constexpr vtpu::Choices<vtpu::command::ManualForm, 2> vtpu::kChoices<vtpu::command::ManualForm>{
    {{vtpu::command::ManualForm::html, "html"}, {vtpu::command::ManualForm::markdown, "markdown"}}};

namespace vtpu::command {
namespace {

// ---- programs as files

Result<int> run_asm(const Options& options) {
  const auto bytes = read(options.file);
  if (!bytes) return bytes.error();
  if (bytes->starts_with(isa::kSiwMagic)) return Error{shown(options.file), "found a .siw container", "assembly text"};
  const auto text = to_text(*bytes, shown(options.file));
  if (!text) return text.error();
  const bool beside = options.out.empty() && options.file != "-";
  if (beside && fs::path(options.file).extension() == ".siw")
    return Error{options.file, "the container would overwrite its text", "-o, or a name that ends in .sasm"};
  auto program = isa::assemble(*text, shown(options.file));
  if (!program) return program.error();
  const auto valid = isa::ValidProgram::make(std::move(*program));
  if (!valid) return valid.error();
  return put(beside ? fs::path(options.file).replace_extension(".siw").string() : options.out,
             isa::to_siw(valid->get()));
}

Result<int> run_disasm(const Options& options) {
  const auto program = load_valid(options.file);
  if (!program) return program.error();
  if (!options.host_code) return put(options.out, isa::disassemble(program->get()));
  const auto listing = exec::jit::NativeEngine::listing(*program, options.form);
  if (!listing) return listing.error();
  return put(options.out, *listing);
}

Result<int> run_validate(const Options& options) {
  const auto program = load(options.file);
  if (!program) return program.error();
  const auto faults = isa::validate(*program, kMostFaults);
  std::string text;
  ordered_json all = ordered_json::array();
  for (const isa::Fault& fault : faults) {
    text += fmt::format("{}: {}\n", shown(options.file), fault.message());
    ordered_json row{{"word", fault.word}, {"slot", nullptr}, {"found", fault.found}, {"expected", fault.expected}};
    if (fault.slot) row["slot"] = isa::name_of(*fault.slot);
    all.push_back(std::move(row));
  }
  if (faults.empty()) text = fmt::format("{}: valid, {} words\n", shown(options.file), program->words.size());
  const ordered_json json{{"file", shown(options.file)}, {"words", program->words.size()}, {"faults", all}};
  if (const auto printed = print(options.json ? dumped(json) : text); !printed) return printed.error();
  if (faults.empty()) return kDone;
  const char* const more = faults.size() == kMostFaults ? "at least " : "";
  return fail(fmt::format("{}: not valid; faults: {}{}", shown(options.file), more, faults.size()), kWrongInput);
}

Result<isa::Program> generated(const Options& options) {
  for (const kernels::Workload& workload : kernels::workloads())
    if (workload.name == options.workload) return workload.make(options.iterations, options.seed);
  isa::WorkloadSpec spec{
      .depth = options.depth, .words = options.words, .iterations = options.iterations, .seed = options.seed};
  if (options.mix) spec.mix = *options.mix;
  if (options.locality) spec.locality = *options.locality;
  return isa::synthetic_program(spec);
}

Result<int> run_gen(const Options& options) {
  const auto program = generated(options);
  if (!program) return within("gen", program.error());
  const bool container = fs::path(options.out).extension() == ".siw";
  return put(options.out, container ? isa::to_siw(*program) : isa::disassemble(*program));
}

Result<int> run_manual(const Options& options) {
  return put(options.out, options.manual == ManualForm::html ? isa::manual_html() : isa::manual_markdown());
}

// ---- measurements

/// Measures the ten workloads with every engine on this host, as in the table of the paper.
Result<int> run_bench(const Options& options) {
  if (!options.ports.empty() && options.ports != "-")
    if (const auto possible = check_output(options.ports); !possible) return possible.error();
  measure::SamplingRule rule;
  rule.least = rule.most = options.processes;
  rule.rounds = 1;
  const auto survey = study::host::survey_ports(rule);
  if (!survey) return survey.error();
  if (!options.ports.empty())
    if (const auto written = put(options.ports, survey->map.to_json()); !written) return written.error();
  const auto engines = study::engines::study_engines(survey->map, rule);
  if (!engines) return engines.error();
  if (const auto printed =
          print(options.json ? study::engines::to_json(*engines) + "\n" : study::engines::to_text(*engines));
      !printed)
    return printed.error();
  return kDone;
}

// ---- runs

/// Prints the result, and on standard error the first sentron that trapped, if any.
Result<int> finish(const Options& options, const exec::Machine& machine, const ordered_json& json,
                   const std::string& text) {
  if (const auto printed = print(options.json ? dumped(json) : text); !printed) return printed.error();
  for (const auto& sentron : machine.sentrons())
    if (sentron->status == exec::Status::trapped)
      return fail(fmt::format("{}: sentron {}: {}", shown(options.file), sentron->id, sentron->trap.message()),
                  kTrapped);
  return kDone;
}

/// Runs all sentrons of a machine; with --telemetry, other programs may look on.
Result<runtime::Node::Result> run_watched(const Options& options, exec::Machine& machine, const exec::Engine& engine) {
  if (!options.watched) return run_sentrons(machine, engine, options.workers);
  runtime::Node node(machine, std::vector<const exec::Engine*>(machine.sentrons().size(), &engine),
                     {.workers = options.workers});
  const auto server = runtime::TelemetryServer::start(options.port, [&] {
    runtime::Telemetry telemetry = node.telemetry();
    telemetry.program = shown(options.file);
    telemetry.process = static_cast<std::uint64_t>(getpid());
    return telemetry;
  });
  if (!server) return within("--telemetry", server.error());
  fmt::print(stderr, "vtpu: telemetry at http://127.0.0.1:{}/\n", server->port());
  return node.run();
}

Result<int> run_run_on_chips(const Options& options, exec::Machine& machine, const isa::ValidProgram& program,
                             const Chosen& chosen, const MakeMachine& make) {
  const auto run = run_on_chips(options.chips, machine, program, *chosen.engine, make);
  if (!run) return run.error();
  const std::string cost = options.chips.ns_per_word > 0
                               ? fmt::format("{} ns a word, as stated", options.chips.ns_per_word)
                               : fmt::format("the measured turns of the engine: {}", chosen.name);
  std::string text = fmt::format("{}; a chip's work takes {}\n{}", shown(options.file), cost, cluster::to_text(*run));
  if (!run->deadlock.empty()) text += "deadlock: " + run->deadlock + "\n";
  ordered_json json{{"program", shown(options.file)}, {"cost", cost}, {"chips", cluster::to_json(*run)}};
  if (!run->deadlock.empty()) json["deadlock"] = run->deadlock;
  json["sentrons"] = ordered_json::array();
  for (const auto& sentron : machine.sentrons()) json["sentrons"].push_back(analysis::sentron_json(*sentron));
  return finish(options, machine, json, text);
}

Result<int> run_run(const Options& options) {
  const auto program = load_valid(options.file);
  if (!program) return program.error();
  const auto chosen = choose_engine(
      options.engine,
      {.form = options.form, .check_accesses = options.check_accesses, .most_steps = options.compile_steps}, *program);
  if (!chosen) return chosen.error();
  unsigned sentrons = options.sentrons;
  if (options.chips.given() && !options.counted) {
    const auto chips = chip_count(options.chips);
    if (!chips) return chips.error();
    sentrons = *chips;
  }
  const auto make = [&]() -> Result<std::unique_ptr<exec::Machine>> {
    auto made = std::make_unique<exec::Machine>();
    if (const auto imported = import_document(*made, options.import); !imported) return imported.error();
    spawn_sentrons(*made, sentrons, options.fuel);
    return made;
  };
  const auto made = make();
  if (!made) return made.error();
  exec::Machine& machine = **made;
  if (options.chips.given()) return run_run_on_chips(options, machine, *program, *chosen, make);
  if (!options.backing.empty()) machine.memory().back_next_region(options.backing);
  const auto ran = run_watched(options, machine, *chosen->engine);
  if (!ran) return ran.error();
  const runtime::Node::Result& run = *ran;

  ordered_json json{{"program", shown(options.file)}, {"engine", chosen->name}};
  std::string text = fmt::format("{}, {}\n", shown(options.file), chosen->name);
  if (options.workers > 1) {
    json["node"] = {{"workers", options.workers}, {"letters", run.letters}, {"stolen", run.stolen}, {"note", run.note}};
    text += fmt::format("{} workers, {} letters between them, {} sentrons stolen\n", options.workers, run.letters,
                        run.stolen);
    if (!run.note.empty()) text += run.note + "\n";
  }
  if (!run.summary.deadlock.empty()) {
    json["deadlock"] = run.summary.deadlock;
    text += "deadlock: " + run.summary.deadlock + "\n";
  }
  if (options.time) {
    const auto timing = time_sentrons(make, *chosen->engine, options.samples);
    if (!timing) return timing.error();
    json["time"] = *timing;
    text += timing_text(*timing);
  }
  if (const auto backed = report_backing(machine, options.backing, json, text); !backed) return backed.error();
  json["sentrons"] = ordered_json::array();
  for (const auto& sentron : machine.sentrons()) {
    json["sentrons"].push_back(analysis::sentron_json(*sentron));
    text += analysis::sentron_text(json["sentrons"].back());
  }
  return finish(options, machine, json, text);
}

std::string text_of(const runtime::Telemetry& node) {
  std::string text = fmt::format("process {}, {}, {:.1f} s\n", node.process, node.program, node.seconds);
  std::vector<std::vector<std::string>> rows{
      {"worker", "cpu", "busy", "turns", "waits", "steals", "sleeps", "sent", "taken", "ready", "pending"}};
  for (std::size_t w = 0; w < node.workers.size(); ++w) {
    const auto& worker = node.workers[w];
    const double busy = static_cast<double>(worker.busy_nanoseconds) / 1e9;
    std::vector<std::string> row{std::to_string(w), worker.cpu ? std::to_string(*worker.cpu) : "any",
                                 analysis::percent(node.seconds > 0 ? busy / node.seconds : 0)};
    for (const std::uint64_t number : {worker.turns, worker.waits, worker.steals, worker.parks, worker.sent,
                                       worker.taken, worker.ready, worker.pending})
      row.push_back(std::to_string(number));
    rows.push_back(std::move(row));
  }
  text += analysis::text_table("rrrrrrrrrrr", rows);
  rows = {{"sentron", "worker", "status", "word", "words", "D ops", "S ops", "C ops", "waits for"}};
  for (const auto& sentron : node.sentrons) {
    const auto& [d, s, c] = sentron.retired.ops;
    rows.push_back({std::to_string(sentron.number), std::to_string(sentron.worker),
                    std::string(exec::name_of(sentron.status)), std::to_string(sentron.word),
                    std::to_string(sentron.retired.words), std::to_string(d), std::to_string(s), std::to_string(c),
                    sentron.waits_for});
  }
  return text + analysis::text_table("rrlrrrrrl", rows);
}

/// The sentrons of running processes. One that has ended since it was found is left out, unless it was asked for.
Result<int> run_ps(const Options& options) {
  const auto nodes = runtime::announced_nodes();
  if (!nodes) return nodes.error();
  ordered_json json = ordered_json::array();
  std::string text;
  bool found = false;
  for (const runtime::Announced& node : *nodes) {
    if (options.process != 0 && node.process != options.process) continue;
    found = true;
    const auto telemetry = runtime::ask(node);
    if (!telemetry && options.process != 0) return telemetry.error();
    if (!telemetry) continue;
    json.push_back(runtime::to_json(*telemetry));
    text += (text.empty() ? "" : "\n") + text_of(*telemetry);
  }
  if (options.process != 0 && !found)
    return Error{fmt::format("process {}", options.process), "it serves no telemetry",
                 "the number of a 'vtpu run --telemetry PORT' of this user"};
  if (text.empty()) text = "no process of this user serves telemetry (vtpu run --telemetry PORT)\n";
  if (const auto printed = print(options.json ? dumped(json) : text); !printed) return printed.error();
  return kDone;
}

Result<int> run_ppt(const Options& options) {
  std::optional<phext::PackedCoordinate> at;
  if (!options.at.empty()) {
    const auto parsed = analysis::parse_place(options.at);
    if (!parsed) return within("--at '" + options.at + "'", parsed.error());
    at = *parsed;
  }
  exec::Machine machine;
  auto imported = import_document(machine, options.import);
  if (!imported) return imported.error();
  std::uint64_t exported = *imported;
  ordered_json json{{"file", shown(options.file)}};
  std::string text;
  const bool document = fs::path(options.file).extension() == ".phext";
  if (document) {
    imported = import_document(machine, options.file);
    if (!imported) return imported.error();
    exported = *imported;
  } else {
    const auto program = load_valid(options.file);
    if (!program) return program.error();
    if (!options.backing.empty()) machine.memory().back_next_region(options.backing);
    machine.spawn(options.fuel);
    run_sentrons(machine, exec::Interpreter(*program));
    json["sentron"] = analysis::sentron_json(*machine.sentrons().front());
    text += analysis::sentron_text(json["sentron"]);
  }
  if (const auto backed = report_backing(machine, options.backing, json, text); !backed) return backed.error();
  if (!options.export_to.empty()) {
    if (exported == 0) return Error{"--export '" + options.export_to + "'", "no document was imported", ""};
    const auto bytes = machine.memory().export_phext(exported);
    if (!bytes) return within("--export '" + options.export_to + "'", bytes.error());
    if (const auto written = put(options.export_to, *bytes); !written) return written.error();
    if (options.export_to == "-") return finish(options, machine, {}, "");
  }
  json["regions"] = analysis::regions_json(machine.memory());
  text += analysis::regions_text(json["regions"]);
  if (at) {
    if (!machine.memory().mapped(*at)) return Error{"--at '" + options.at + "'", "nothing is mapped there", ""};
    const auto bytes = machine.memory().peek(*at);
    json["at"] = {{"coordinate", at->raw_text()}, {"bytes", analysis::hex(bytes)}};
    text = document ? std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size())
                    : fmt::format("{}  {}\n", at->raw_text(), bytes.empty() ? "never written" : analysis::hex(bytes));
  }
  return finish(options, machine, json, text);
}

Result<int> run_report(const Options& options) {
  const auto program = load_valid(options.file);
  if (!program) return program.error();
  std::vector<analysis::CacheGeometry> caches;
  for (const std::string& text : options.caches) {
    auto geometry = analysis::parse_geometry(text);
    if (!geometry) return within("--cache", geometry.error());
    caches.push_back(std::move(*geometry));
  }
  std::optional<ports::PortMap> map;
  if (!options.ports.empty()) {
    auto read = ports::PortMap::read(options.ports);
    if (!read) return read.error();
    map = *std::move(read);
  }
  exec::Machine machine;
  if (const auto imported = import_document(machine, options.import); !imported) return imported.error();
  const auto report = analysis::report(*program, machine, options.fuel, map ? &*map : nullptr,
                                       caches.empty() ? analysis::default_caches() : caches);
  if (!report) return report.error();
  return finish(options, machine, *report, options.json ? "" : analysis::report_text(*report));
}

// ---- the command line

/// Adds an option that takes the name of one of the values, by isa::name_of.
template <class Values, class T>
CLI::Option* add_named(CLI::App& app, const std::string& flags, const Values& values, std::optional<T>& field,
                       const std::string& meaning) {
  std::vector<std::string> names;
  for (const T value : values) names.emplace_back(isa::name_of(value));
  return app
      .add_option_function<std::string>(
          flags,
          [&field, &values](const std::string& name) {
            field = *std::find_if(std::begin(values), std::end(values),
                                  [&](T value) { return isa::name_of(value) == name; });
          },
          meaning)
      ->check(one_of(names));
}

/// Names, options and actions of the commands.
class CommandLine {
 public:
  CommandLine() : app_("vtpu: assembles, checks, runs and explains programs of the vTPU") {
    app_.name("vtpu");
    app_.require_subcommand(1);
    app_.footer(
        "FILE is assembly text (.sasm) or a container (.siw); '-' is standard input.\n"
        "Exit status: 0 done, 1 wrong input, 2 wrong usage, 3 the program trapped, ran out of fuel "
        "or deadlocked.\n"
        "Any status but 0 comes with one line on standard error.");
    add_run();
    add_files();
    add_gen();
    add_ppt();
    add_report();
    add_bench();
    add_ps();
  }
  void add_ps() {
    CLI::App* ps = add("ps", "sentrons of running processes: where each is and what it waits for", run_ps);
    add_number(*ps, "PROCESS", options_.process, "only this process; 0: all of this user");
    with_json(ps);
  }
  void add_bench() {
    CLI::App* bench = add("bench", "ops per measured cycle of the ten workloads, for every engine", run_bench);
    add_number(*bench, "--processes", options_.processes, "sampling processes, one sample each", 6, 1000);
    bench->add_option("--ports", options_.ports, "file to write the measured port map to (JSON)");
    with_json(bench);
  }

  int run(int argc, char** argv) {
    const auto check = [this] {
      if (options_.engine == EngineKind::interpreter && options_.form)
        throw CLI::ValidationError("--form", "the interpreter has no host code");
      if (options_.engine == EngineKind::interpreter && options_.check_accesses)
        throw CLI::ValidationError("--check-accesses", "the interpreter has no host code");
      if (options_.workers > 1 && options_.time)
        throw CLI::ValidationError("--time", "the cycles of one thread are counted; --workers asks for several");
      const ChipOptions& chips = options_.chips;
      if (chips.given() && (options_.workers > 1 || options_.watched || options_.time || !options_.backing.empty()))
        throw CLI::ValidationError("--chips", "not with --workers, --telemetry, --time or --backing");
      if (!chips.given() && (chips.ns_per_word > 0 || !chips.timeline.empty()))
        throw CLI::ValidationError("--ns-per-word, --timeline", "only with --chips or --network");
      if (options_.file == "-" && options_.import == "-")
        throw CLI::ValidationError("--import", "standard input can be read only once");
      if (options_.export_to == "-" && (options_.json || !options_.at.empty()))
        throw CLI::ValidationError("--export", "standard output takes the document or the report, not both");
    };
    return run_command("vtpu", app_, argc, argv, check, [this] { return action_(options_); });
  }

 private:
  using Action = Result<int> (*)(const Options&);

  void add_run() {
    CLI::App* run = on_file("run", "run a program and show the final state", run_run);
    add_engine_option(*run, options_.engine);
    with_form(run);
    run->add_flag("--check-accesses", options_.check_accesses,
                  "check every access of host code against its region before it happens; slow");
    add_number(*run, "--compile-steps", options_.compile_steps,
               "steps that compiling may take; the interpreter runs a program that needs more", 1);
    add_number(*run, "--sentrons", options_.sentrons,
               "sentrons that run it; r15 holds the number of each; with --chips, as many as chips unless given", 1,
               65536)
        ->each([this](const std::string&) { options_.counted = true; });
    add_number(*run, "--workers", options_.workers,
               "threads that run the sentrons; with 1, the order of events is fixed", 1, 64);
    add_number(*run, "--telemetry", options_.port,
               "port of 127.0.0.1 that shows what the sentrons do while they run, 0 for a free one: a page, "
               "/telemetry.json, /metrics (Prometheus); 'vtpu ps' finds it")
        ->each([this](const std::string&) { options_.watched = true; });
    run->add_option("--chips", options_.chips.sides,
                    "sides of a torus of chips, such as 8x8x8, on which the run is simulated: sentron i on chip i")
        ->type_name("SIDES");
    run->add_option("--network", options_.chips.network,
                    "network of these chips, a scenario of phextnet without traffic and workload");
    add_number(*run, "--ns-per-word", options_.chips.ns_per_word,
               "time of a word on a chip; 0: the engine's turns are timed on this host", 0, 1e6);
    run->add_option("--timeline", options_.chips.timeline,
                    "file to write the simulated run to, for Chrome's trace viewer, or '-'");
    run->add_flag("--time", options_.time, "time further runs, in memory, and add their medians with intervals");
    add_number(*run, "--samples", options_.samples, "runs of --time", 1, 100'000)->needs("--time");
    with_fuel(run), with_import(run), with_backing(run), with_json(run);
  }

  void add_files() {
    with_out(on_file("asm", "assemble text to a container, next to it unless -o is given", run_asm));
    CLI::App* disasm = on_file("disasm", "print a program as text that assembles to the same words", run_disasm);
    disasm->add_flag("--host", options_.host_code, "print its host code instead of its words");
    with_form(disasm)->needs("--host");
    with_out(disasm);
    with_json(on_file("validate", "check whether a program is valid, and list every fault", run_validate));
    CLI::App* manual = add("manual", "the reference of the instruction set", run_manual);
    add_choice<ManualForm>(*manual, "FORM", options_.manual, "html or markdown")->required();
    with_out(manual);
  }

  void add_gen() {
    CLI::App* gen =
        add("gen", "generate a synthetic program: text, or a container where FILE of -o ends in .siw", run_gen);
    std::vector<std::string> workloads;
    for (const kernels::Workload& workload : kernels::workloads()) workloads.emplace_back(workload.name);
    CLI::Option* workload =
        gen->add_option("--workload", options_.workload, "a named workload instead of a mix, for two sentrons")
            ->check(one_of(workloads));
    add_named(*gen, "--mix", isa::kMixes, options_.mix, "slots that the program fills")->excludes(workload);
    add_named(*gen, "--locality", isa::kLocalities, options_.locality, "locality of its accesses")->excludes(workload);
    add_number(*gen, "--depth", options_.depth, "ops in each dependence chain", 1)->excludes(workload);
    add_number(*gen, "--words", options_.words, "words in the loop", isa::kLeastLoopWords, isa::kMostLoopWords)
        ->excludes(workload);
    add_number(*gen, "--iterations", options_.iterations, "iterations of the loop", 1);
    add_number(*gen, "--seed", options_.seed, "seed of all random numbers");
    with_out(gen);
  }

  void add_ppt() {
    CLI::App* ppt = on_file("ppt", "regions after a run of a program, or of a .phext document", run_ppt);
    ppt->add_option("--at", options_.at, "the cell at this coordinate; in a document, the text");
    ppt->add_option(
        "--export", options_.export_to,
        "file to write the document of FILE or else of --import to, after the run; '-' prints it instead of the "
        "regions");
    with_fuel(ppt), with_import(ppt), with_backing(ppt), with_json(ppt);
  }

  void add_report() {
    CLI::App* report = on_file("report", "a program's use of ports, caches and pages", run_report);
    report->add_option("--ports", options_.ports, "port map (JSON), for predicted cycles and conflicts");
    report->add_option("--cache", options_.caches, "NAME:BYTES:WAYS of a cache level to simulate, nearest first")
        ->take_all()
        ->expected(1);
    with_fuel(report), with_import(report), with_json(report);
  }

  CLI::App* add(const char* name, const char* what, Action action) {
    CLI::App* command = app_.add_subcommand(name, what);
    command->final_callback([this, action] { action_ = action; });
    return command;
  }
  CLI::App* on_file(const char* name, const char* what, Action action) {
    CLI::App* command = add(name, what, action);
    command->add_option("FILE", options_.file, "program, or '-'")->required();
    return command;
  }
  void with_out(CLI::App* command) { command->add_option("-o,--output", options_.out, "file to write, or '-'"); }
  void with_json(CLI::App* command) { command->add_flag("--json", options_.json, "print JSON"); }
  void with_fuel(CLI::App* command) { add_number(*command, "--fuel", options_.fuel, "words that may retire"); }
  CLI::Option* with_form(CLI::App* command) { return add_form_option(*command, options_.form); }
  void with_import(CLI::App* command) {
    command->add_option("--import", options_.import, ".phext document to load into memory, or '-'");
  }

  void with_backing(CLI::App* command) {
    command->add_option("--backing", options_.backing,
                        "file of the first region that the program allocates: created when absent, else read back; "
                        "data written by sflush survive the process");
  }

  Options options_;
  Action action_ = nullptr;
  CLI::App app_;
};

}  // namespace
}  // namespace vtpu::command

int main(int argc, char** argv) { return vtpu::command::CommandLine().run(argc, argv); }
