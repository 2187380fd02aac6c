#pragma once
#include <span>

#include "vtpu/kernels/workload.h"

namespace vtpu::kernels {

#define WORKLOAD(name) Workload name();
#include "vtpu/kernels/list.def"
#undef WORKLOAD

/// The ten workloads, in the order of list.def.
std::span<const Workload> workloads();

/// Sentrons that meet at a barrier, or exchange messages matched by temperature, every few hundred words. They are not
/// among the ten, because the runtime limits their speed, not the generated code alone.
Workload barrier();
Workload nearest();
std::span<const Workload> sending_workloads();

}  // namespace vtpu::kernels
