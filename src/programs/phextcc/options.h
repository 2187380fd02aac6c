#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "programs/command/engines.h"
#include "vtpu/base/choice.h"
#include "vtpu/compiler/phextcc.h"
#include "vtpu/exec/jit/native_engine.h"

namespace vtpu::command {

enum class Emit : std::uint8_t { ir, source_ir, sasm, siw, x86 };

/// The command line of phextcc.
struct Options {
  std::string file, out, ports, costs, measure_costs;
  std::optional<Emit> emit;
  std::optional<exec::jit::Form> form;
  EngineKind engine = EngineKind::automatic;
  std::vector<std::string> definitions, fills, shows, backings;
  compiler::Options compiler;
  std::uint64_t seed = 1;
  unsigned samples = 9, sentrons = 1, processes = 12;
  bool report = false, run = false, measure = false, json = false;
  bool no_pipeline = false, pipeline_all = false, words_with_source = false;
};

}  // namespace vtpu::command

template <>
inline constexpr vtpu::Choices<vtpu::command::Emit, 5> vtpu::kChoices<vtpu::command::Emit>{
    {{vtpu::command::Emit::ir, "ir"},
     {vtpu::command::Emit::source_ir, "source-ir"},
     {vtpu::command::Emit::sasm, "sasm"},
     {vtpu::command::Emit::siw, "siw"},
     {vtpu::command::Emit::x86, "x86"}}};
