// Each module of ordinary code contains this file, the sources of kernels/, measure/ordinary_code.cpp and stream.cpp.
#include "vtpu/kernels/workloads.h"
#include "vtpu/study/baselines/ordinary.h"

extern "C" __attribute__((visibility("default"))) const vtpu::study::baselines::OrdinaryTable* vtpu_ordinary_table() {
  static const vtpu::study::baselines::OrdinaryTable table{vtpu::kernels::workloads, vtpu::measure::ordinary_loops,
                                                           vtpu::measure::stream_kernels};
  return &table;
}
