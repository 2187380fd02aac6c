#pragma once
#include <cstdint>
#include <map>
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
  MachineModel machine;                            ///< what width, unrolling, prefetching and latencies go by
  bool pipeline = true;                            ///< tier 3: modulo scheduling; off, list scheduling serves its loops
  /// Loops too are pipelined of which too few iterations are known for that to pay on a host that looks ahead itself.
  bool pipeline_everywhere = false;
  bool allocate = false;  ///< mapped tensors too are allocated by the program (`vtpu run` can then run it)
};

/// A compiled kernel.
struct Compiled {
  isa::Program program;
  std::vector<ir::Tensor> tensors;  ///< in order of declaration; who runs the program maps those that are `mapped`
  ir::Module source_ir;             ///< as lowered
  ir::Module ir;                    ///< as scheduled
  std::vector<backend::LoopReport> loops;
  std::vector<std::uint32_t> lines;  ///< of the source, by word
  unsigned spilled = 0;
};

/// Compiles the kernel `main` of a text. Error: all diagnostics, rendered, ending without a newline. The same text and
/// options give the same words on every host.
Result<Compiled> compile(std::string_view name, std::string_view text, const Options& options);

}  // namespace vtpu::compiler
