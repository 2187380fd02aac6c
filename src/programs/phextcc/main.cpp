// phextcc: compiles kernels to words of the vTPU, reports on their loops, runs and measures them.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "programs/command/command.h"
#include "programs/command/engines.h"
#include "programs/command/files.h"
#include "programs/phextcc/elements.h"
#include "programs/phextcc/listing.h"
#include "programs/phextcc/options.h"
#include "programs/phextcc/report.h"
#include "programs/phextcc/run.h"
#include "vtpu/base/arguments.h"
#include "vtpu/base/check.h"
#include "vtpu/base/file.h"
#include "vtpu/base/result.h"
#include "vtpu/base/text.h"
#include "vtpu/compiler/ir/text.h"
#include "vtpu/compiler/phextcc.h"
#include "vtpu/exec/jit/native_engine.h"
#include "vtpu/isa/disassembler.h"
#include "vtpu/isa/siw.h"
#include "vtpu/isa/validator.h"
#include "vtpu/measure/sampler.h"
#include "vtpu/ports/port_model.h"
#include "vtpu/study/programs/cost_survey.h"

namespace vtpu::command {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

int fail(std::string message, int status) { return command::fail("phextcc", std::move(message), status); }

/// Prints diagnostics unchanged, except for control characters, which a file name may hold.
int fail_with_diagnostics(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') c = '?';
  std::fputs((text + "\n").c_str(), stderr);
  return kWrongInput;
}

/// Stores `name=value` of -D in the parameters. Error: a text that is not of this form.
Result<void> define(compiler::Options& options, const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) return Error{text, "found no name and value", "name=value"};
  const auto value = parse_integer(std::string_view(text).substr(equals + 1), text);
  if (!value) return value.error();
  options.parameters[text.substr(0, equals)] = *value;
  return {};
}

/// Chooses the machine model by --costs and --ports. Error: the file; a name that is neither a file nor a shipped
/// table.
Result<compiler::MachineModel> read_machine(const Options& options) {
  compiler::MachineModel machine = compiler::MachineModel::reference();
  if (!options.costs.empty()) {
    const std::string name = options.costs == "host" ? study::programs::host_of_costs() : options.costs;
    if (const compiler::MachineModel* const shipped = compiler::MachineModel::find(name)) {
      machine = *shipped;
    } else if (options.costs == "host" || (!fs::exists(name) && name.find_first_of("./") == std::string::npos)) {
      std::string names;
      for (const compiler::MachineModel& one : compiler::MachineModel::shipped()) names += one.host + ", ";
      return Error{"--costs " + options.costs,
                   "found no table of this name" + (name == options.costs ? "" : ", " + name),
                   names + "or a file that --measure-costs has written"};
    } else {
      auto read = compiler::MachineModel::read(name);
      if (!read) return read.error();
      machine = std::move(*read);
    }
  }
  if (!options.ports.empty()) {
    auto map = ports::PortMap::read(options.ports);
    if (map) map = compiler::plausible(std::move(*map), options.ports);
    if (!map) return map.error();
    machine.ports = std::move(*map);
  }
  return machine;
}

/// Measures the host's costs and writes their table.
Result<int> measure_costs(const Options& options) {
  if (options.measure_costs != "-")
    if (const auto possible = check_output(options.measure_costs); !possible) return possible.error();
  measure::SamplingRule rule;
  rule.least = rule.most = options.processes;
  rule.rounds = 1;
  rule.seed = options.seed;
  const auto survey = study::programs::survey_costs(rule);
  if (!survey) return survey.error();
  if (survey->tally.unmeasurable != 0)
    return Error{"--measure-costs", "not measurable now: " + measure::to_string(survey->tally), "a quieter machine"};
  return put(options.measure_costs, survey->model.to_json());
}

// ---- output

bool writes_container(const Options& options) {
  return options.emit == Emit::siw ||
         (!options.emit && (!options.out.empty() || !(options.report || options.run || options.measure)));
}

/// Whether --emit prints on standard output.
bool emits_text(const Options& options) {
  if (!options.out.empty()) return options.out == "-";
  return writes_container(options) ? options.file == "-" : options.emit.has_value();
}

/// The file of the container: next to the source, unless -o gives another.
Result<std::string> container_of(const Options& options) {
  if (!options.out.empty() || options.file == "-") return options.out;
  if (fs::path(options.file).extension() == ".siw")
    return Error{options.file, "the container would overwrite its source", "-o, or a name that ends in .phx"};
  return fs::path(options.file).replace_extension(".siw").string();
}

Result<int> emit(const Options& options, const compiler::Compiled& compiled, const isa::ValidProgram& program,
                 std::string_view source) {
  if (writes_container(options)) {
    const auto out = container_of(options);
    if (!out) return out.error();
    return put(*out, isa::to_siw(compiled.program));
  }
  if (options.emit == Emit::source_ir) return put(options.out, compiler::ir::to_text(compiled.source_ir));
  if (options.emit == Emit::ir) return put(options.out, compiler::ir::to_text(compiled.ir));
  if (options.emit == Emit::sasm)
    return put(options.out,
               options.words_with_source ? words_with_source(compiled, source) : isa::disassemble(compiled.program));
  if (options.emit == Emit::x86) {
    const auto listing = exec::jit::NativeEngine::listing(program, options.form);
    if (!listing) return listing.error();
    return put(options.out, *listing);
  }
  return kDone;
}

Result<int> compile_file(Options options) {
  if (!options.measure_costs.empty()) return measure_costs(options);
  auto machine = read_machine(options);
  if (!machine) return machine.error();
  options.compiler.machine = std::move(*machine);
  const auto source = read_program_text(options.file);
  if (!source) return source.error();
  const auto compiled = compiler::compile(shown(options.file), *source, options.compiler);
  if (!compiled) {
    if (!compiled.error().where.empty()) return compiled.error();
    return fail_with_diagnostics(compiled.error().message());
  }
  const auto program = isa::ValidProgram::make(compiled->program);
  VTPU_CHECK(program.ok(), program.ok() ? "" : program.error().message().c_str());
  if (const auto emitted = emit(options, *compiled, *program, *source); !emitted) return emitted.error();

  ordered_json json{{"file", shown(options.file)}, {"tier", options.compiler.level}};
  std::string text;
  std::optional<std::string> trap;
  const auto add = [&](const char* key, Result<ordered_json> made, const auto& to_text) -> Result<void> {
    if (!made) return made.error();
    if (made->contains("trap")) trap = made->at("trap").get<std::string>();
    if (made->size() > 1) text += to_text(*made);
    json[key] = std::move(*made);
    return {};
  };
  if (options.report)
    if (auto added = add("report", report_json(*compiled, options.compiler), report_text); !added) return added.error();
  if (options.run)
    if (auto added = add("run", run_json(*compiled, *program, options), run_text); !added) return added.error();
  if (options.measure && !trap)
    if (auto added = add("measured", measure_json(*compiled, *program, options), measure_text); !added)
      return added.error();
  if (options.json) text = dumped(json);
  if (const auto printed = print(text); !printed) return printed.error();
  return trap ? fail(*trap, kTrapped) : kDone;
}

// ---- the command line

class CommandLine {
 public:
  CommandLine() : app_("phextcc: compiles a kernel (src/vtpu/compiler/language/README.md) to words of the vTPU") {
    app_.name("phextcc");
    app_.footer(
        "FILE is a kernel (.phx); '-' is standard input.\n"
        "Without --emit, --report, --run or --measure, the container is written next to it, as FILE.siw.\n"
        "Exit status: 0 done, 1 wrong input, 2 wrong usage, 3 the kernel trapped.\n"
        "Any status but 0 comes with a message on standard error.");
    add_compiling();
    add_running();
  }

  int run(int argc, char** argv) {
    return run_command(
        "phextcc", app_, argc, argv, [this] { check(); }, [this] { return compile_file(std::move(options_)); });
  }

 private:
  void add_compiling() {
    app_.add_option("FILE", options_.file, "kernel, or '-'");
    add_number(
        app_, "-O", options_.compiler.level,
        "tier: -O0 one op per word, -O1 adjacent ops packed, -O2 list scheduling, -O3 vectors and pipelined loops", 0,
        3);
    app_.add_option("-D", options_.definitions, "name=value of a param; may be repeated")->take_all()->expected(1);
    app_.add_option("-o,--output", options_.out, "file to write, or '-'");
    add_choice<Emit>(app_, "--emit", options_.emit,
                     "siw (the container), sasm (assembly text), ir, source-ir, x86 (host code)");
    app_.add_flag("--words-with-source", options_.words_with_source, "--emit=sasm with the source's lines");
    add_form_option(app_, options_.form);
    app_.add_flag("--report", options_.report, "report on the innermost loops");
    app_.add_flag("--json", options_.json, "report, run and measurement as JSON");
    app_.add_option("--ports", options_.ports, "port map (JSON) to compile for, as 'vtpu bench --ports' writes it");
    app_.add_option("--costs", options_.costs,
                    "cost table to compile by: a file, the name of a shipped table, or 'host'; default: the reference");
    app_.add_option("--measure-costs", options_.measure_costs,
                    "file to write the measured cost table of this host to (JSON), or '-'; needs no FILE");
    add_number(app_, "--processes", options_.processes, "--measure-costs: processes to sample", 6, 60);
    CLI::Option* none = app_.add_flag("--no-pipeline", options_.no_pipeline, "-O3 without modulo scheduling");
    app_.add_flag("--pipeline-all", options_.pipeline_all, "-O3: also pipeline short loops")->excludes(none);
    app_.add_flag("--self-contained", options_.compiler.allocate,
                  "the program allocates its tensors, so that 'vtpu run' can run it");
  }

  void add_running() {
    app_.add_flag("--run", options_.run, "run it and show the tensors that changed");
    app_.add_flag("--measure", options_.measure, "cycles of a run, the median of several");
    add_number(app_, "--samples", options_.samples, "runs to measure", 1, 1000);
    add_number(app_, "--sentrons", options_.sentrons,
               "sentrons that run it, on one thread; sentron() is the number of each", 1, 1024);
    add_engine_option(app_, options_.engine);
    app_.add_option("--fill", options_.fills,
                    "NAME=KIND, initial elements: zeros, ones, count or random; default: random with --run, zeros with "
                    "--measure")
        ->take_all()
        ->expected(1);
    app_.add_option(
            "--backing", options_.backings,
            "NAME=FILE, file of a tensor: created when absent, else read back; written when the kernel has ended")
        ->take_all()
        ->expected(1);
    add_number(app_, "--seed", options_.seed, "seed of random elements");
    app_.add_option("--show", options_.shows, "NAME[:COUNT], tensor to show after the run")->take_all()->expected(1);
  }

  /// Checks options against each other.
  void check() {
    const bool runs = options_.run || options_.measure;
    const auto needs = [](bool holds, const char* option, const char* what) {
      if (!holds) throw CLI::ValidationError(option, what);
    };
    needs(options_.measure_costs.empty() != options_.file.empty(), "FILE",
          "needs a kernel, or --measure-costs and no kernel");
    for (const std::string& text : options_.definitions)
      if (const auto defined = define(options_.compiler, text); !defined)
        throw CLI::ValidationError("-D", defined.error().message());
    options_.compiler.pipeline = !options_.no_pipeline;
    options_.compiler.pipeline_everywhere = options_.pipeline_all;
    needs(!options_.words_with_source || options_.emit == Emit::sasm, "--words-with-source", "needs --emit=sasm");
    needs(!options_.form || options_.emit == Emit::x86 || (runs && options_.engine != EngineKind::interpreter),
          "--form", "selects host code, which needs --emit=x86, or --run or --measure with the native engine");
    needs(!options_.json || options_.report || runs, "--json", "needs --report, --run or --measure");
    needs(!options_.json || !emits_text(options_), "--json", "and --emit both use standard output; needs -o");
    needs(options_.fills.empty() || runs, "--fill", "needs --run or --measure");
    needs(options_.shows.empty() || options_.run, "--show", "needs --run");
    needs(options_.backings.empty() || (options_.run && !options_.measure), "--backing",
          "needs --run, without --measure");
    for (const std::string& backing : options_.backings)
      for (const std::string& fill : options_.fills)
        needs(fill.substr(0, fill.find('=')) != backing.substr(0, backing.find('=')), "--fill",
              "a tensor with --backing keeps what its file holds");
    needs(!runs || !options_.compiler.allocate, "--self-contained",
          "allocates its own tensors; run its container with 'vtpu run'");
  }

  Options options_;
  CLI::App app_;
};

}  // namespace
}  // namespace vtpu::command

int main(int argc, char** argv) { return vtpu::command::CommandLine().run(argc, argv); }
