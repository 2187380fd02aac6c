#pragma once
#include <cstdint>
#include <vector>

#include "vtpu/compiler/backend/backend.h"
#include "vtpu/compiler/backend/colouring.h"

namespace vtpu::compiler::backend {

struct Emitted {
  isa::Program program;
  std::vector<std::uint32_t> lines;
  std::vector<std::uint32_t> first_word;  ///< of each block; behind the last: the number of words
};

/// The program: registers and targets as numbers.
Emitted emit(const Code& code, const WideCode& wide, const Colouring& colouring);

/// Fills in what the words of a loop's kernel tell: bounds of the port map, slots in use, registers live.
/// `block`: the kernel; report.copies iterations are in it.
void measure_kernel(LoopReport& report, const Emitted& emitted, std::uint32_t block, const ports::PortMap& map);

}  // namespace vtpu::compiler::backend
