#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/compiler/backend/backend.h"
#include "vtpu/compiler/box.h"
#include "vtpu/compiler/ir/ir.h"
#include "vtpu/compiler/machine_model.h"
#include "vtpu/isa/program.h"

namespace vtpu::compiler {

struct Options {
  unsigned level = 3;                              ///< tier 0 to 3
  std::map<std::string, std::int64_t> parameters;  ///< values for `param` items
  MachineModel machine;                            ///< decides vector width, unrolling, prefetching and latencies
  bool pipeline = true;                            ///< tier 3: use modulo scheduling; if false, list scheduling
  /// Pipelines also loops whose known trip count is too small to profit on an out-of-order host.
  bool pipeline_everywhere = false;
  bool allocate = false;  ///< the program also allocates mapped tensors (so that `vtpu run` can run it)
};

/// A compiled kernel.
struct Compiled {
  isa::Program program;
  std::vector<ir::Tensor> tensors;  ///< in order of declaration; whoever runs the program maps those with Role::mapped
  ir::Module source_ir;             ///< after lowering
  ir::Module ir;                    ///< after the passes, as scheduled
  std::vector<backend::LoopReport> loops;
  std::vector<std::uint32_t> lines;  ///< source line of each word
  unsigned spilled = 0;
  /// Cycles of a run by the cost model. Empty if it has ops without a known rate, such as messages.
  std::optional<double> predicted_cycles;
};

/// Compiles the kernel `main` of a text. Error: all diagnostics as text, without a trailing newline. The same text and
/// options give the same words on every host.
Result<Compiled> compile(std::string_view name, std::string_view text, const Options& options);

}  // namespace vtpu::compiler
