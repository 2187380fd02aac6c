#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "vtpu/base/random.h"
#include "vtpu/kernels/programs/program.h"

/// Helpers shared by the program descriptions.
namespace vtpu::kernels {

namespace phx {
#define PROGRAM(name) CompiledProgram name();
#include "vtpu/kernels/programs/geometry.def"
#include "vtpu/kernels/programs/list.def"
#include "vtpu/kernels/programs/unseen.def"
#undef PROGRAM
}  // namespace phx

/// The text of <name>.phx; an unknown name is a bug of the caller.
std::string_view source_of(std::string_view name);

/// The elements of a tensor.
template <class T>
std::span<T> elements(Tensors tensors, std::size_t k) {
  return {reinterpret_cast<T*>(tensors[k].data()), tensors[k].size() / sizeof(T)};
}

/// Fills with uniform values in [low, high).
void fill_uniform(std::span<float> values, Random& random, double low, double high);
void fill_below(std::span<std::int32_t> values, Random& random, std::uint64_t bound);
void fill_below(std::span<std::uint8_t> values, Random& random, std::uint64_t bound);

inline double value(const Parameters& parameters, const char* name) { return static_cast<double>(parameters.at(name)); }
/// Elements of the matrix of programs that work by rows: `rows` × `n`.
inline double matrix_elements(const Parameters& p) { return value(p, "rows") * value(p, "n"); }

/// Half a unit in the last place of 1 in binary32: the relative error of one rounding.
inline constexpr double kRounding = 1.0 / (1 << 24);

}  // namespace vtpu::kernels
