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

/// One random program, written twice from one tree by two printers that share nothing else: in the kernel language, and
/// as plain C++ whose meaning the host's compiler decides.
///
/// It halts after at most some 100,000 statements and stays inside its tensors. Every result is determined, NaN
/// payloads apart: float sums that may be taken in any order have terms that are whole numbers, so small that every
/// partial sum is exact; `min`, `max`, `argmin` and `argmax` over floats meet neither NaN nor −0; bits are taken of no
/// NaN. All else rounds as the source says.
struct RandomKernel {
  struct Tensor {
    std::string name;
    ir::Element element = ir::Element::f32;
    std::vector<std::int64_t> shape;
    std::vector<std::byte> contents;  ///< before the run, row-major
  };

  std::uint64_t seed = 0;
  std::string text;  ///< in the kernel language
  std::string
      cplusplus;  ///< `extern "C" void kernel_<seed>(void* const* tensors)`, to stand behind cplusplus_prelude()
  std::vector<Tensor> tensors;  ///< in order of declaration
  std::shared_ptr<const random_kernel_tree::Program> program;
};

/// The same seed gives the same kernel.
RandomKernel random_kernel(std::uint64_t seed);

/// What the C++ of every kernel refers to; once at the head of a file. To be compiled with -ffp-contract=off.
std::string_view cplusplus_prelude();

/// A smaller kernel of which the predicate still holds: statements removed, loops replaced by their bodies' first
/// iteration, expressions by a part of theirs or by 1, as long as one of these helps. What is tried may not compile, or
/// leave its tensors: the predicate then answers no.
RandomKernel reduce(RandomKernel kernel, const std::function<bool(const RandomKernel&)>& still_fails);

}  // namespace vtpu::compiler
