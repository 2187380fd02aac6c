#pragma once
#include "vtpu/isa/program.h"
#include "vtpu/kernels/programs/program.h"

/// Programs in words scheduled by a person, as well as we can for the core that the project measures: what the compiler
/// is held against. Each takes all params (`complete`) with such values as `CompiledProgram::sizes` has: every count is
/// a multiple of what a loop's body does, as the file says. Other values are a mistake of the caller.
namespace vtpu::kernels::by_hand {

isa::Program dot(const Parameters& parameters);
isa::Program axpy(const Parameters& parameters);
isa::Program gemm(const Parameters& parameters);
isa::Program fir(const Parameters& parameters);
isa::Program rms_norm(const Parameters& parameters);
isa::Program embedding_bag(const Parameters& parameters);
isa::Program argmax(const Parameters& parameters);

}  // namespace vtpu::kernels::by_hand
