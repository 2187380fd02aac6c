#pragma once
#include <span>

#include "vtpu/kernels/workload.h"

namespace vtpu::kernels {

#define WORKLOAD(name) Workload name();
#include "vtpu/kernels/list.def"
#undef WORKLOAD

/// A sentron that sends to itself. It is not one of the ten, because the runtime limits its speed, not the generated
/// code.
Workload messages();

/// The ten workloads, in the order of list.def.
std::span<const Workload> workloads();

}  // namespace vtpu::kernels
