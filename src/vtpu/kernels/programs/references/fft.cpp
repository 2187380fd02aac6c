#include "reference.h"

void reference_fft(const std::int64_t* parameters, void* const* tensors) {
  const std::int64_t half = parameters[0];
  const float* __restrict turn_real = static_cast<const float*>(tensors[0]);
  const float* __restrict turn_imaginary = static_cast<const float*>(tensors[1]);
  float* __restrict low_real = static_cast<float*>(tensors[2]);
  float* __restrict low_imaginary = static_cast<float*>(tensors[3]);
  float* __restrict high_real = static_cast<float*>(tensors[2]) + half;
  float* __restrict high_imaginary = static_cast<float*>(tensors[3]) + half;
  constexpr float kScale = 0.70710678F;
  for (std::int64_t i = 0; i < half; ++i) {
    const float d_real = low_real[i] - high_real[i], d_imaginary = low_imaginary[i] - high_imaginary[i];
    low_real[i] = (low_real[i] + high_real[i]) * kScale;
    low_imaginary[i] = (low_imaginary[i] + high_imaginary[i]) * kScale;
    high_real[i] = d_real * turn_real[i] - d_imaginary * turn_imaginary[i];
    high_imaginary[i] = d_real * turn_imaginary[i] + d_imaginary * turn_real[i];
  }
}
