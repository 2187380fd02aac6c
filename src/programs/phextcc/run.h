#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "programs/phextcc/options.h"
#include "vtpu/base/result.h"
#include "vtpu/compiler/phextcc.h"
#include "vtpu/isa/validator.h"

// A compiled kernel run and measured on this host. The text is made from the JSON, so that both say the same.

namespace vtpu::command {

/// What a run retired and left, under `run`; how it trapped, if it did, under `trap`.
Result<nlohmann::ordered_json> run_json(const compiler::Compiled& compiled, const isa::ValidProgram& program,
                                        const Options& options);

std::string run_text(const nlohmann::ordered_json& run);

/// Times runs of the kernel, each in a machine of its own whose tensors are filled right before.
Result<nlohmann::ordered_json> measure_json(const compiler::Compiled& compiled, const isa::ValidProgram& program,
                                            const Options& options);

std::string measure_text(const nlohmann::ordered_json& measured);

}  // namespace vtpu::command
