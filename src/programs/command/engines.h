#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "vtpu/base/choice.h"
#include "vtpu/base/result.h"
#include "vtpu/exec/engine.h"
#include "vtpu/exec/jit/native_engine.h"
#include "vtpu/exec/machine.h"
#include "vtpu/isa/validator.h"
#include "vtpu/runtime/node.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

// Choice of an engine and runs of sentrons, for the commands that run programs.

namespace vtpu::command {

enum class EngineKind : std::uint8_t { automatic, interpreter, native };

/// Adds the option --engine.
void add_engine_option(CLI::App& app, EngineKind& engine);

/// Adds the option --form, a form of host code.
CLI::Option* add_form_option(CLI::App& app, std::optional<exec::jit::Form>& form);

/// The chosen engine, and its name with the reason for it if it is not the fastest.
struct Chosen {
  std::unique_ptr<exec::Engine> engine;
  std::string name;
};

/// A program that exceeds the limits of compiling gets the interpreter, unless `kind` insists on the native engine.
Result<Chosen> choose_engine(EngineKind kind, const exec::jit::CompileOptions& options,
                             const isa::ValidProgram& program);

/// The handle of the document's region; 0 without a file.
Result<std::uint64_t> import_document(exec::Machine& machine, const std::string& file);

/// Adds what became of the file of `--backing` to the output of a run. Error: the file could not be used, or the
/// program allocated no region.
Result<void> report_backing(const exec::Machine& machine, const std::string& file, nlohmann::ordered_json& json,
                            std::string& text);

std::string timing_text(const nlohmann::ordered_json& timing);

/// Adds sentrons to a machine. Each starts with its number in isa::kNumberRegister.
void spawn_sentrons(exec::Machine& machine, unsigned count, std::uint64_t fuel);

/// Runs all sentrons of the machine: by the scheduler of one thread, or by a node of several workers.
runtime::Node::Result run_sentrons(exec::Machine& machine, const exec::Engine& engine, unsigned workers = 1);

using MakeMachine = std::function<Result<std::unique_ptr<exec::Machine>>()>;
/// Times all sentrons of machines that `make` gives, one for each run, after an untimed run. Medians with intervals, or
/// text that says what disturbed every timing. Error: of `make`; a processor that cannot count cycles.
Result<nlohmann::ordered_json> time_sentrons(const MakeMachine& make, const exec::Engine& engine, unsigned samples);

}  // namespace vtpu::command

template <>
inline constexpr vtpu::Choices<vtpu::command::EngineKind, 3> vtpu::kChoices<vtpu::command::EngineKind>{
    {{vtpu::command::EngineKind::automatic, "auto"},
     {vtpu::command::EngineKind::interpreter, "interpreter"},
     {vtpu::command::EngineKind::native, "native"}}};
