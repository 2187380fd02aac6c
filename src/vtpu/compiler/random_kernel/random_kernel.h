#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/compiler/ir/ir.h"

namespace vtpu::compiler {

namespace random_kernel_tree {
struct Program;
}

/// One random program, printed twice from one tree by two printers that share nothing else: in the kernel language, and
/// as plain C++ whose meaning the host's compiler defines.
///
/// It halts after at most about 100,000 statements and stays inside its tensors. Every result except NaN payloads is
/// determined. Terms of float sums that may be reordered are small whole numbers, so every partial sum is exact. `min`,
/// `max`, `argmin` and `argmax` over floats see neither NaN nor −0. The bits of a NaN are never taken. All other
/// arithmetic rounds as the source says.
struct RandomKernel {
  struct Tensor {
    std::string name;
    ir::Element element = ir::Element::f32;
    std::vector<std::int64_t> shape;
    std::vector<std::byte> contents;  ///< before the run, row-major
  };

  std::uint64_t seed = 0;
  std::string text;       ///< in the kernel language
  std::string cplusplus;  ///< `extern "C" void kernel_<seed>(void* const* tensors)`, to follow cplusplus_prelude()
  std::vector<Tensor> tensors;  ///< in order of declaration
  std::shared_ptr<const random_kernel_tree::Program> program;
};

/// The same seed gives the same kernel.
RandomKernel random_kernel(std::uint64_t seed);

/// Definitions used by the C++ of every kernel; needed once at the start of a file. Compile with -ffp-contract=off.
std::string_view cplusplus_prelude();

/// A smaller kernel for which the predicate still holds. Statements are removed, loops replaced by their first
/// iteration, and expressions by one of their parts or by 1, as long as one of these steps succeeds. A candidate may
/// fail to compile or access memory outside its tensors; the predicate must then return false.
RandomKernel reduce(RandomKernel kernel, const std::function<bool(const RandomKernel&)>& still_fails);

}  // namespace vtpu::compiler
