#pragma once
#include <cstdint>
#include <string_view>

#include "vtpu/kernels/programs/program.h"

namespace vtpu::study {

/// The mathematics of a program by a library that others made, compiled for this host; parameters and tensors as a
/// reference has them (kernels::ReferenceFunction). Null: the library has nothing for that program.
kernels::ReferenceFunction eigen_peer(std::string_view program);
/// As above; sets OpenBLAS to one thread.
kernels::ReferenceFunction openblas_peer(std::string_view program);

}  // namespace vtpu::study
