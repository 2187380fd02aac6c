#include "vtpu/study/baselines/peers.h"

// gcc 12 warns about the intentionally undefined registers in its own AVX-512 headers (bug 105593).
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#include <cblas.h>

#include <Eigen/Core>
#include <Eigen/SparseCore>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace vtpu::study::baselines {
namespace {

using Array = Eigen::Map<Eigen::ArrayXf>;
using Vector = Eigen::Map<Eigen::VectorXf>;
using Matrix = Eigen::Map<Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;

float* floats(void* tensor) { return static_cast<float*>(tensor); }
int as_int(std::int64_t number) { return static_cast<int>(number); }

// ---- OpenBLAS

void blas_dot(const std::int64_t* p, void* const* t) {
  *floats(t[2]) = cblas_sdot(as_int(p[0]), floats(t[0]), 1, floats(t[1]), 1);
}

void blas_axpy(const std::int64_t* p, void* const* t) {
  float* const a = floats(t[0]);
  cblas_saxpy(as_int(p[0]), *a, floats(t[1]), 1, floats(t[2]), 1);
  *a = -*a;
}

void blas_gemv(const std::int64_t* p, void* const* t) {
  cblas_sgemv(CblasRowMajor, CblasNoTrans, as_int(p[0]), as_int(p[1]), 1, floats(t[0]), as_int(p[1]), floats(t[1]), 1,
              0, floats(t[2]), 1);
}

void blas_gemm(const std::int64_t* p, void* const* t) {
  const int rows = as_int(p[0]), columns = as_int(p[1]), inner = as_int(p[2]);
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, rows, columns, inner, 1, floats(t[0]), inner, floats(t[1]),
              columns, 0, floats(t[2]), columns);
}

/// The four products of a Tucker form, by a library's matrix product: product(rows, columns, inner, a, b, c).
template <class Product>
void tucker_by(const std::int64_t* p, void* const* t, const Product& product) {
  const std::int64_t in = p[0], out = p[1], last = p[2];
  product(in * in * in, last, in, floats(t[0]), floats(t[4]), floats(t[5]));
  for (std::int64_t b = 0; b < in * in; ++b)
    product(out, last, in, floats(t[3]), floats(t[5]) + b * in * last, floats(t[6]) + b * out * last);
  for (std::int64_t b = 0; b < in; ++b)
    product(out, out * last, in, floats(t[2]), floats(t[6]) + b * in * out * last, floats(t[7]) + b * out * out * last);
  product(out, out * out * last, in, floats(t[1]), floats(t[7]), floats(t[8]));
}

void blas_tucker(const std::int64_t* p, void* const* t) {
  tucker_by(p, t, [](std::int64_t rows, std::int64_t columns, std::int64_t inner, float* a, float* b, float* c) {
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, as_int(rows), as_int(columns), as_int(inner), 1, a,
                as_int(inner), b, as_int(columns), 0, c, as_int(columns));
  });
}

// ---- Eigen

void eigen_tucker(const std::int64_t* p, void* const* t) {
  tucker_by(p, t, [](std::int64_t rows, std::int64_t columns, std::int64_t inner, float* a, float* b, float* c) {
    Matrix(c, rows, columns).noalias() = Matrix(a, rows, inner) * Matrix(b, inner, columns);
  });
}

void eigen_convolution(const std::int64_t* p, void* const* t) {
  using Sparse = Eigen::Map<const Eigen::SparseMatrix<float, Eigen::RowMajor, std::int32_t>>;
  const auto numbers = [&](int k) { return static_cast<const std::int32_t*>(t[k]); };
  const std::int64_t nodes = p[0], edges = p[1], entries = p[2], width = p[3];
  Matrix(floats(t[7]), edges, width).noalias() =
      Sparse(edges, nodes, entries, numbers(1), numbers(2), floats(t[3])) * Matrix(floats(t[0]), nodes, width);
  Matrix(floats(t[8]), nodes, width).noalias() =
      Sparse(nodes, edges, entries, numbers(4), numbers(5), floats(t[6])) * Matrix(floats(t[7]), edges, width);
}

void eigen_poincare(const std::int64_t* p, void* const* t) {
  const std::int64_t n = p[0];
  const float* const query = floats(t[0]);
  Array far(floats(t[3]), n);
  far.setZero();
  for (std::int64_t k = 0; k < 16; ++k) far += (Array(floats(t[1]) + k * n, n) - query[k]).square();
  far *= 2 * query[16] * Array(floats(t[2]), n);
  far = (1 + (far + (far * (far + 2)).sqrt())).log();
  Eigen::Index place = 0;
  far.minCoeff(&place);
  *static_cast<std::int64_t*>(t[4]) = place;
}

void eigen_dot(const std::int64_t* p, void* const* t) {
  *floats(t[2]) = Vector(floats(t[0]), p[0]).dot(Vector(floats(t[1]), p[0]));
}

void eigen_axpy(const std::int64_t* p, void* const* t) {
  float* const a = floats(t[0]);
  Vector(floats(t[2]), p[0]) += *a * Vector(floats(t[1]), p[0]);
  *a = -*a;
}

void eigen_gemv(const std::int64_t* p, void* const* t) {
  Vector(floats(t[2]), p[0]).noalias() = Matrix(floats(t[0]), p[0], p[1]) * Vector(floats(t[1]), p[1]);
}

void eigen_gemm(const std::int64_t* p, void* const* t) {
  Matrix(floats(t[2]), p[0], p[1]).noalias() = Matrix(floats(t[0]), p[0], p[2]) * Matrix(floats(t[1]), p[2], p[1]);
}

void eigen_spmv(const std::int64_t* p, void* const* t) {
  using Sparse = Eigen::Map<const Eigen::SparseMatrix<float, Eigen::RowMajor, std::int32_t>>;
  const Sparse matrix(p[0], p[1], p[2], static_cast<const std::int32_t*>(t[0]), static_cast<const std::int32_t*>(t[1]),
                      floats(t[2]));
  Vector(floats(t[4]), p[0]).noalias() = matrix * Vector(floats(t[3]), p[1]);
}

void eigen_softmax(const std::int64_t* p, void* const* t) {
  for (std::int64_t i = 0; i < p[0]; ++i) {
    const Array x(floats(t[0]) + i * p[1], p[1]);
    Array y(floats(t[1]) + i * p[1], p[1]);
    y = (x - x.maxCoeff()).exp();
    y *= 1 / y.sum();
  }
}

void eigen_layer_norm(const std::int64_t* p, void* const* t) {
  const Array gain(floats(t[1]), p[1]), bias(floats(t[2]), p[1]);
  for (std::int64_t i = 0; i < p[0]; ++i) {
    const Array x(floats(t[0]) + i * p[1], p[1]);
    const float mean = x.mean();
    const float scale = 1 / std::sqrt((x - mean).square().mean() + 0.00001F);
    Array(floats(t[3]) + i * p[1], p[1]) = (x - mean) * scale * gain + bias;
  }
}

void eigen_rms_norm(const std::int64_t* p, void* const* t) {
  const Array gain(floats(t[1]), p[1]);
  for (std::int64_t i = 0; i < p[0]; ++i) {
    const Array x(floats(t[0]) + i * p[1], p[1]);
    const float scale = 1 / std::sqrt(x.square().mean() + 0.000001F);
    Array(floats(t[2]) + i * p[1], p[1]) = x * scale * gain;
  }
}

void eigen_swiglu(const std::int64_t* p, void* const* t) {
  const Array gate(floats(t[0]), p[0]), up(floats(t[1]), p[0]);
  Array(floats(t[2]), p[0]) = gate / (1 + (-gate).exp()) * up;
}

void eigen_argmax(const std::int64_t* p, void* const* t) {
  Eigen::Index place = 0;
  Array(floats(t[0]), p[0]).maxCoeff(&place);
  *static_cast<std::int64_t*>(t[1]) = place;
}

void eigen_fir(const std::int64_t* p, void* const* t) {
  constexpr std::int64_t kBlock = 512;  // results that stay in the first-level cache for all taps
  const std::int64_t n = p[0], taps = p[1];
  for (std::int64_t first = 0; first < n; first += kBlock) {
    const std::int64_t count = std::min(kBlock, n - first);
    Array y(floats(t[2]) + first, count);
    y.setZero();
    for (std::int64_t tap = 0; tap < taps; ++tap) y += floats(t[0])[tap] * Array(floats(t[1]) + first + tap, count);
  }
}

struct Peer {
  std::string_view program;
  kernels::ReferenceFunction run;
};

constexpr std::array kOpenBlas{Peer{"dot", blas_dot}, Peer{"axpy", blas_axpy}, Peer{"gemv", blas_gemv},
                               Peer{"gemm", blas_gemm}, Peer{"tucker", blas_tucker}};
constexpr std::array kEigen{Peer{"dot", eigen_dot},
                            Peer{"axpy", eigen_axpy},
                            Peer{"gemv", eigen_gemv},
                            Peer{"gemm", eigen_gemm},
                            Peer{"spmv", eigen_spmv},
                            Peer{"softmax", eigen_softmax},
                            Peer{"layer_norm", eigen_layer_norm},
                            Peer{"rms_norm", eigen_rms_norm},
                            Peer{"swiglu", eigen_swiglu},
                            Peer{"argmax", eigen_argmax},
                            Peer{"fir", eigen_fir},
                            Peer{"convolution", eigen_convolution},
                            Peer{"poincare", eigen_poincare},
                            Peer{"tucker", eigen_tucker}};

template <std::size_t kCount>
kernels::ReferenceFunction find(const std::array<Peer, kCount>& peers, std::string_view program) {
  for (const Peer& peer : peers)
    if (peer.program == program) return peer.run;
  return nullptr;
}

}  // namespace

kernels::ReferenceFunction eigen_peer(std::string_view program) { return find(kEigen, program); }

kernels::ReferenceFunction openblas_peer(std::string_view program) {
  openblas_set_num_threads(1);
  return find(kOpenBlas, program);
}

void openblas_weighted_row_sum(std::int64_t rows, std::int64_t width, const float* table, const float* weights,
                               float* sum) {
  openblas_set_num_threads(1);
  cblas_sgemv(CblasRowMajor, CblasTrans, as_int(rows), as_int(width), 1, table, as_int(width), weights, 1, 0, sum, 1);
}

}  // namespace vtpu::study::baselines
