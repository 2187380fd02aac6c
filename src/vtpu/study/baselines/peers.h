#pragma once
#include <cstdint>
#include <string_view>

#include "vtpu/kernels/programs/program.h"

namespace vtpu::study::baselines {

/// The routine of Eigen for the mathematics of a program, compiled for this host, with the parameters and tensors of a
/// reference (kernels::ReferenceFunction). Null if the library has no such routine.
kernels::ReferenceFunction eigen_peer(std::string_view program);
/// As eigen_peer, by OpenBLAS, which is set to one thread.
kernels::ReferenceFunction openblas_peer(std::string_view program);

/// sum[j] = Σ weights[i] · table[i][j], a row-major table of f32, by OpenBLAS (sgemv) on one thread.
void openblas_weighted_row_sum(std::int64_t rows, std::int64_t width, const float* table, const float* weights,
                               float* sum);

}  // namespace vtpu::study::baselines
