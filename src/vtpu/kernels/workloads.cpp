#include "vtpu/kernels/workloads.h"

namespace vtpu::kernels {

std::span<const Workload> workloads() {
#define WORKLOAD(name) name(),
  static const Workload kAll[] = {
#include "vtpu/kernels/list.def"
  };
#undef WORKLOAD
  return kAll;
}

}  // namespace vtpu::kernels
