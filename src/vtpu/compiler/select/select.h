#pragma once
#include "vtpu/compiler/backend/code.h"
#include "vtpu/compiler/ir/ir.h"

namespace vtpu::compiler::select {

struct SelectOptions {
  bool allocate = false;             ///< the program also allocates mapped tensors
  bool pipeline_everywhere = false;  ///< short loops may be pipelined too
};

/// Selects instructions for a valid module. Every tensor in use gets a pointer to its first element. Every loop gets a
/// counter and one register for each distinct loop-dependent part of an address, which is stepped at the loop's end.
backend::Code select(const ir::Module& module, const SelectOptions& options);

}  // namespace vtpu::compiler::select
