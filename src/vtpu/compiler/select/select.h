#pragma once
#include "vtpu/compiler/backend/code.h"
#include "vtpu/compiler/ir/ir.h"

namespace vtpu::compiler::select {

struct SelectOptions {
  bool allocate = false;             ///< mapped tensors are allocated by the program as well
  bool pipeline_everywhere = false;  ///< short loops may be pipelined too
};

/// Ops of the instruction set for a module that verifies. Every tensor in use gets a pointer to its first element,
/// every loop a counter and one register for each course that addresses take through it, which the loop's end moves on.
backend::Code select(const ir::Module& module, const SelectOptions& options);

}  // namespace vtpu::compiler::select
