#pragma once
#include "vtpu/isa/program.h"
#include "vtpu/kernels/programs/program.h"

/// Programs scheduled by hand, as well as we can for the core that the project measures. They are the baseline for the
/// compiler. Each takes all params (`complete`), with values such as those in `CompiledProgram::sizes`: every count is
/// a multiple of what a loop body handles, as the file states. Other values are a bug of the caller.
namespace vtpu::kernels::by_hand {

isa::Program dot(const Parameters& parameters);
isa::Program axpy(const Parameters& parameters);
isa::Program gemm(const Parameters& parameters);
isa::Program fir(const Parameters& parameters);
isa::Program rms_norm(const Parameters& parameters);
isa::Program embedding_bag(const Parameters& parameters);
isa::Program argmax(const Parameters& parameters);

}  // namespace vtpu::kernels::by_hand
