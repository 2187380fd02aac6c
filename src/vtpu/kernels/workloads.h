#pragma once
#include <span>

#include "vtpu/kernels/workload.h"

namespace vtpu::kernels {

#define WORKLOAD(name) Workload name();
#include "vtpu/kernels/list.def"
#undef WORKLOAD

/// A sentron that sends to itself. Apart from the ten, since the runtime, not the generated code, sets its pace.
Workload messages();

/// The ten, in the order of list.def.
std::span<const Workload> workloads();

}  // namespace vtpu::kernels
