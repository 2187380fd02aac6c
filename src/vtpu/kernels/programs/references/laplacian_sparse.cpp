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
  // The points are first along the outer axes: there each has one neighbour, the next one.
  std::int64_t i = 0;
  std::int64_t at[kAxes - kOuter];
  for (at[0] = 0; at[0] < side[kOuter]; ++at[0])
    for (at[1] = 0; at[1] < side[kOuter + 1]; ++at[1])
      for (at[2] = 0; at[2] < side[kOuter + 2]; ++at[2], ++i) {
        double sum = 0;
        for (int k = 0; k < kOuter; ++k) sum += u[i + stride[k]] - u[i];
        for (int k = kOuter; k < kAxes; ++k) {
          if (at[k - kOuter] > 0) sum += u[i - stride[k]] - u[i];
          if (at[k - kOuter] + 1 < side[k]) sum += u[i + stride[k]] - u[i];
        }
        flow[i] = sum;
        apart[i] = (at[0] != 0) + (at[1] != 0) + (at[2] != 0);
      }
}
