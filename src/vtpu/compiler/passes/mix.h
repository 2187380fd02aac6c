#pragma once
#include <cstddef>
#include <set>
#include <vector>

#include "vtpu/compiler/ir/ir.h"
#include "vtpu/compiler/machine_model.h"
#include "vtpu/isa/opcode.h"

/// Estimates the cost of ops after selection, to choose between forms of a loop.
namespace vtpu::compiler::passes {

/// Vector values that a loop may keep live, of 16 registers: scheduling needs a few free ones.
inline constexpr unsigned kLiveVectors = 14;
/// Ops of all copies that a pass makes of a body, so that they stay in the host's cache of decoded instructions.
inline constexpr std::size_t kMostCopied = 200;

/// The cost class of the main instruction of an op; `none` if it becomes no instruction in a loop (constants).
isa::Cost cost_of(const ir::Module& module, const ir::Op& op);

/// The number of ops of each class in a list. An access that crosses cache lines counts twice. Inner loops are not
/// included.
ports::Mix mix_of(const ir::Module& module, const std::vector<ir::Node>& body);
/// Lower bound on the cycles of these ops by the port map.
double cycles_of(const ir::Module& module, const std::vector<ir::Node>& body, const MachineModel& machine);

/// The level of memory, as an index into `machine.ladder`, that serves the loads of a nest that walks over all the
/// data.
std::size_t level_of_data(const ir::Module& module, const MachineModel& machine);
/// From this level on, hardware prefetching and the reorder window no longer cover the latency of such a nest.
inline constexpr std::size_t kFarLevel = 2;

/// Maximum number of vector values live at once in an innermost loop's body, including values from outside.
unsigned live_vectors(const ir::Module& module, const ir::Loop& loop);
/// The same for all that will be in vector registers if the loop is vectorised (floats, i32 and vectors), of values
/// that the loop makes or carries and of those in `around`.
unsigned live_data(const ir::Module& module, const ir::Loop& loop, const std::set<ir::Value>& around);

}  // namespace vtpu::compiler::passes
