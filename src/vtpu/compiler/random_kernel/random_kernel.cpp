#include "vtpu/compiler/random_kernel/random_kernel.h"

#include <bit>
#include <cmath>
#include <cstring>

#include "vtpu/base/random.h"
#include "vtpu/compiler/random_kernel/tree.h"

namespace vtpu::compiler {
namespace random_kernel_tree {
namespace {

std::vector<std::byte> contents(const Tensor& tensor, Random random) {
  std::int64_t count = 1;
  for (const std::int64_t extent : tensor.shape) count *= extent;
  const std::size_t size = ir::size_of(tensor.element);
  std::vector<std::byte> bytes(static_cast<std::size_t>(count) * size);
  for (std::size_t k = 0; k < static_cast<std::size_t>(count); ++k) {
    const auto put = [&](auto x) { std::memcpy(bytes.data() + k * size, &x, size); };
    const double number = tensor.whole ? static_cast<double>(random.below(127)) - 63
                          : random.below(10) == 0
                              ? std::ldexp(random.unit() - 0.5, static_cast<int>(random.below(120)) - 60)
                              : (static_cast<double>(random.below(4000)) - 2000) / 16;
    const std::uint64_t bits = random.below(2) == 0 ? random.below(200) - 100 : random.next();
    switch (tensor.element) {
      case ir::Element::f64: put(number); break;
      case ir::Element::f32: put(static_cast<float>(number)); break;
      case ir::Element::bf16:
        put(static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(static_cast<float>(number)) >> 16));
        break;
      default: std::memcpy(bytes.data() + k * size, &bits, size); break;
    }
  }
  return bytes;
}

}  // namespace

RandomKernel kernel_of(Program program) {
  RandomKernel kernel;
  kernel.seed = program.seed;
  kernel.text = in_kernel_language(program);
  kernel.cplusplus = in_cplusplus(program);
  for (std::size_t k = 0; k < program.tensors.size(); ++k) {
    const auto& tensor = program.tensors[k];
    kernel.tensors.push_back(
        {tensor.name, tensor.element, tensor.shape, contents(tensor, Random(program.seed).fork(k + 1))});
  }
  kernel.program = std::make_shared<const Program>(std::move(program));
  return kernel;
}

}  // namespace random_kernel_tree

RandomKernel random_kernel(std::uint64_t seed) {
  return random_kernel_tree::kernel_of(random_kernel_tree::random_program(seed));
}

}  // namespace vtpu::compiler
