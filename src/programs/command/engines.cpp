#include "programs/command/engines.h"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "programs/command/command.h"
#include "programs/command/files.h"
#include "vtpu/base/arguments.h"
#include "vtpu/exec/interpreter.h"
#include "vtpu/measure/clock.h"
#include "vtpu/measure/statistics.h"

namespace vtpu::command {
namespace {

nlohmann::ordered_json with_interval(const std::vector<double>& samples) {
  const measure::Interval ci = measure::median_interval(samples);
  return {{"value", measure::median(samples)}, {"low", ci.low}, {"high", ci.high}};
}

}  // namespace

void add_engine_option(CLI::App& app, EngineKind& engine) {
  add_choice<EngineKind>(app, "--engine", engine, "auto, interpreter or native");
}

CLI::Option* add_form_option(CLI::App& app, std::optional<exec::jit::Form>& form) {
  static constexpr std::array kForms = {exec::jit::Form::avx512, exec::jit::Form::avx2};
  std::vector<std::string> names;
  for (const exec::jit::Form each : kForms) names.emplace_back(exec::jit::name_of(each));
  return app
      .add_option_function<std::string>(
          "--form",
          [&form](const std::string& name) {
            form = *std::find_if(kForms.begin(), kForms.end(),
                                 [&](auto each) { return exec::jit::name_of(each) == name; });
          },
          "form of host code: avx512 or avx2")
      ->check(one_of(names));
}

Result<Chosen> choose_engine(EngineKind kind, const exec::jit::CompileOptions& options,
                             const isa::ValidProgram& program) {
  const bool free = kind == EngineKind::automatic && !options.form;
  if (kind == EngineKind::interpreter || (free && !exec::jit::host_form()))
    return Chosen{std::make_unique<exec::Interpreter>(program),
                  free ? "interpreter: this processor has neither AVX-512 nor AVX2" : "interpreter"};
  auto native = exec::jit::NativeEngine::compile(program, options);
  if (!native && kind == EngineKind::automatic && (!options.form || exec::jit::host_runs(*options.form)))
    return Chosen{std::make_unique<exec::Interpreter>(program), "interpreter: " + native.error().found};
  if (!native) return native.error();
  const std::string name = fmt::format("native, {}", exec::jit::name_of(native->report().form));
  return Chosen{std::make_unique<exec::jit::NativeEngine>(std::move(*native)), name};
}

Result<std::uint64_t> import_document(exec::Machine& machine, const std::string& file) {
  if (file.empty()) return std::uint64_t{0};
  const auto text = read(file);
  if (!text) return text.error();
  const auto handle = machine.memory().import_phext(*text);
  if (!handle) return within(shown(file), handle.error());
  return *handle;
}

Result<void> report_backing(const exec::Machine& machine, const std::string& file, nlohmann::ordered_json& json,
                            std::string& text) {
  if (file.empty()) return {};
  const memory::PageTable::Backing& backing = machine.memory().backing();
  if (backing.error) return *backing.error;
  if (backing.handle == 0) return Error{"--backing '" + file + "'", "the program allocated no region", ""};
  json["backing"] = {{"file", file},
                     {"region", backing.handle},
                     {"restored_pages", backing.restored_pages},
                     {"dropped_bytes", backing.dropped_bytes}};
  text += fmt::format("region {} in {}: {} pages restored", backing.handle, file, backing.restored_pages);
  if (backing.dropped_bytes > 0)
    text += fmt::format(", {} bytes of an interrupted flush dropped", backing.dropped_bytes);
  text += "\n";
  return {};
}

std::string timing_text(const nlohmann::ordered_json& timing) {
  if (timing.is_string()) return "time: " + timing.get<std::string>() + "\n";
  const auto shown = [&](const char* key, int digits) {
    const auto& estimate = timing.at(key);
    const auto number = [&](const char* which) {
      return fmt::format("{:.{}f}", estimate.at(which).get<double>(), digits);
    };
    return fmt::format("{} ({} to {})", number("value"), number("low"), number("high"));
  };
  return fmt::format(
      "time: {} ns, {} cycles, {} ops per cycle\n"
      "      medians and 95 % intervals of {} runs, each in a new machine, after one that warmed up\n"
      "      cycles from: {}; {}\n",
      shown("ns", 0), shown("cycles", 0), shown("ops_per_cycle", 2), timing.at("samples").get<std::size_t>(),
      timing.at("cycle_source").get<std::string>(), timing.at("timings").get<std::string>());
}

void spawn_sentrons(exec::Machine& machine, unsigned count, std::uint64_t fuel) {
  for (unsigned i = 0; i < count; ++i) {
    exec::Context& sentron = machine.spawn(fuel);
    sentron.r[isa::kNumberRegister] = sentron.id;
  }
}

runtime::Node::Result run_sentrons(exec::Machine& machine, const exec::Engine& engine, unsigned workers) {
  const std::vector<const exec::Engine*> each(machine.sentrons().size(), &engine);
  if (workers > 1) return runtime::Node(machine, each, {.workers = workers}).run();
  runtime::Node::Result result;
  result.summary = runtime::CooperativeScheduler(machine, each).run();
  return result;
}

Result<nlohmann::ordered_json> time_sentrons(const MakeMachine& make, const exec::Engine& engine, unsigned samples) {
  auto clock = measure::CycleClock::open();
  if (!clock) return clock.error();
  std::unique_ptr<exec::Machine> machine;
  std::optional<Error> failed;
  const auto prepare = [&] {
    machine.reset();  // first, so that memory suffices for one machine
    auto made = make();
    if (made)
      machine = std::move(*made);
    else
      failed = made.error();
  };
  const auto work = [&] {
    if (machine) run_sentrons(*machine, engine);
  };
  prepare();
  work();
  std::vector<double> ns, cycles, ops_per_cycle;
  for (unsigned sample = 0; sample < samples && !failed; ++sample) {
    const auto timing = clock->time(work, prepare);
    if (ns.empty() && timing.disturbed && sample == 2) break;  // each was repeated many times
    if (timing.disturbed || !machine) continue;
    std::uint64_t ops = 0;
    for (const auto& sentron : machine->sentrons()) ops += sentron->retired.total();
    ns.push_back(timing.ns);
    cycles.push_back(timing.cycles);
    ops_per_cycle.push_back(static_cast<double>(ops) / timing.cycles);
  }
  if (failed) return *failed;
  const std::string timings = measure::to_string(clock->tally());
  if (ns.empty()) return nlohmann::ordered_json("not measurable now: " + timings);
  return nlohmann::ordered_json{{"samples", ns.size()},
                                {"ns", with_interval(ns)},
                                {"cycles", with_interval(cycles)},
                                {"cycle_source", measure::name_of(clock->source())},
                                {"ops_per_cycle", with_interval(ops_per_cycle)},
                                {"timings", timings}};
}

}  // namespace vtpu::command
