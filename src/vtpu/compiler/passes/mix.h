#pragma once
#include "vtpu/compiler/ir/ir.h"
#include "vtpu/compiler/machine_model.h"
#include "vtpu/isa/opcode.h"

/// What ops will cost once they are instructions: enough to choose between forms of a loop.
namespace vtpu::compiler::passes {

/// The class of the main instruction an op becomes; `none` for what becomes none in a loop (constants).
isa::Cost cost_of(const ir::Module& module, const ir::Op& op);

/// Cycles that the port map says the ops of a list need at least, an access that crosses lines counting twice; loops
/// inside are left out.
double cycles_of(const ir::Module& module, const std::vector<ir::Node>& body, const MachineModel& machine);

/// Cycles from one value of a reduction to the next.
double latency_of_reduction(const ir::Module& module, const ir::Loop& loop, const ir::Loop::Carried& carried,
                            const MachineModel& machine);

/// Vector values that an innermost loop's body has at once at most, those from outside included.
unsigned live_vectors(const ir::Module& module, const ir::Loop& loop);

}  // namespace vtpu::compiler::passes
