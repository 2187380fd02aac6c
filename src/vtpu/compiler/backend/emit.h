#pragma once
#include <cstdint>
#include <vector>

#include "vtpu/compiler/backend/backend.h"
#include "vtpu/compiler/backend/colouring.h"

namespace vtpu::compiler::backend {

struct Emitted {
  isa::Program program;
  std::vector<std::uint32_t> lines;
  std::vector<std::uint32_t> first_word;  ///< first word of each block; the last entry is the number of words
};

/// The program with machine registers and word numbers as targets.
Emitted emit(const Code& code, const WideCode& wide, const Colouring& colouring);

/// Fills in what the words of a loop's kernel determine: the port map's bounds, slot use and live registers. `block`:
/// the kernel, which holds report.copies iterations.
void measure_kernel(LoopReport& report, const Emitted& emitted, std::uint32_t block, const ports::PortMap& map);

}  // namespace vtpu::compiler::backend
