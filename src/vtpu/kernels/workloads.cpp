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

std::span<const Workload> sending_workloads() {
  static const Workload kAll[] = {barrier(), nearest()};
  return kAll;
}

}  // namespace vtpu::kernels
