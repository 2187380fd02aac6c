#pragma once
#include <cstdint>
#include <string_view>

#include "vtpu/kernels/programs/program.h"

namespace vtpu::study::baselines {

/// The mathematics of a program by a library that others made, compiled for this host; parameters and tensors as a
/// reference has them (kernels::ReferenceFunction). Null: the library has nothing for that program.
kernels::ReferenceFunction eigen_peer(std::string_view program);
/// As above; sets OpenBLAS to one thread.
kernels::ReferenceFunction openblas_peer(std::string_view program);

/// sum[j] = Σ weights[i] · table[i][j], a row-major table of f32, by OpenBLAS (sgemv) on one thread.
void openblas_weighted_row_sum(std::int64_t rows, std::int64_t width, const float* table, const float* weights,
                               float* sum);

}  // namespace vtpu::study::baselines
