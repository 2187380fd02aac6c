#include "programs/command/engines.h"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "programs/command/choice_option.h"
#include "programs/command/command.h"
#include "programs/command/files.h"
#include "vtpu/exec/interpreter.h"
#include "vtpu/measure/clock.h"

namespace vtpu::command {
namespace {

nlohmann::ordered_json timing_json(const std::optional<measure::Timing>& timing, const measure::CycleClock& clock,
                                   std::uint64_t ops) {
  // A sample that was discarded and repeated timed no work, since the program had already run.
  if (!timing || clock.tally().all_discarded() != 0)
    return "not measurable now: " + measure::to_string(clock.tally()) + "; run it again on a quieter machine";
  return {{"samples", 1},
          {"ns", timing->ns},
          {"cycles", timing->cycles},
          {"cycle_source", measure::name_of(clock.source())},
          {"ops_per_cycle", static_cast<double>(ops) / timing->cycles}};
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
      ->check(CLI::IsMember(names));
}

Result<Chosen> choose_engine(EngineKind kind, std::optional<exec::jit::Form> form, const isa::ValidProgram& program) {
  const bool free = kind == EngineKind::automatic && !form;
  if (kind == EngineKind::interpreter || (free && !exec::jit::host_form()))
    return Chosen{std::make_unique<exec::Interpreter>(program),
                  free ? "interpreter: this processor has neither AVX-512 nor AVX2" : "interpreter"};
  auto native = exec::jit::NativeEngine::compile(program, form);
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
  return fmt::format("time: one sample of {:.0f} ns, {:.0f} cycles ({}), {:.3g} ops per cycle\n",
                     timing.at("ns").get<double>(), timing.at("cycles").get<double>(),
                     timing.at("cycle_source").get<std::string>(), timing.at("ops_per_cycle").get<double>());
}

Result<Ran> run_sentrons(exec::Machine& machine, const exec::Engine& engine, bool timed) {
  runtime::CooperativeScheduler scheduler(machine,
                                          std::vector<const exec::Engine*>(machine.sentrons().size(), &engine));
  if (!timed) return Ran{scheduler.run(), {}};
  auto clock = measure::CycleClock::open();
  if (!clock) return clock.error();
  std::optional<runtime::Summary> summary;
  const auto timing = clock->time([&] {
    if (!summary) summary = scheduler.run();
  });
  std::uint64_t ops = 0;
  for (const auto& sentron : machine.sentrons()) ops += sentron->retired.total();
  return Ran{*summary, timing_json(timing, *clock, ops)};
}

}  // namespace vtpu::command
