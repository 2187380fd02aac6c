#include "reference.h"

void reference_laplacian_sparse(const std::int64_t* parameters, void* const* tensors) {
  constexpr int kAxes = 11, kOuter = 8;
  std::int64_t side[kAxes], stride[kAxes];
  for (int k = 0; k < kAxes; ++k) side[k] = k < kOuter ? 2 : parameters[k - kOuter];
  stride[kAxes - 1] = 1;
  for (int k = kAxes - 1; k > 0; --k) stride[k - 1] = stride[k] * side[k];
  double* __restrict flow = static_cast<double*>(tensors[0]);
  std::int64_t* __restrict apart = static_cast<std::int64_t*>(tensors[1]);
  const double* __restrict u = static_cast<const double*>(tensors[2]);
  const std::int64_t points = stride[kOuter - 1];
  for (std::int64_t i = 0; i < points; ++i) {
    double sum = 0;
    std::int64_t different = 0;
    for (int k = 0; k < kAxes; ++k) {
      const std::int64_t at = i / stride[k] % side[k];
      different += at != 0;
      if (at > 0) sum += u[i - stride[k]] - u[i];
      if (at + 1 < side[k]) sum += u[i + stride[k]] - u[i];
    }
    flow[i] = sum;
    apart[i] = different;
  }
}
