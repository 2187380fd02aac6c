#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "programs/phextcc/options.h"
#include "vtpu/base/result.h"
#include "vtpu/compiler/phextcc.h"
#include "vtpu/isa/validator.h"

// Runs and measures a compiled kernel on this host. Texts are made from the JSON, so that both have the same values.

namespace vtpu::command {

/// The retired operations and changed tensors of a run, and under `trap` its trap, if any.
Result<nlohmann::ordered_json> run_json(const compiler::Compiled& compiled, const isa::ValidProgram& program,
                                        const Options& options);

std::string run_text(const nlohmann::ordered_json& run);

/// Times runs of the kernel, each on a new machine whose tensors are filled just before the run.
Result<nlohmann::ordered_json> measure_json(const compiler::Compiled& compiled, const isa::ValidProgram& program,
                                            const Options& options);

std::string measure_text(const nlohmann::ordered_json& measured);

}  // namespace vtpu::command
