#include "vtpu/kernels/programs/parts.h"

namespace vtpu::kernels::phx {

CompiledProgram gemv_u8i8() {
  return {.name = "gemv_u8i8",
          .what = "matrix of signed times vector of unsigned bytes, sums in i32",
          .source = source_of("gemv_u8i8"),
          .sizes = {{{"L1", {{"rows", 32}, {"columns", 512}}},
                     {"L2", {{"rows", 384}, {"columns", 1024}}},
                     {"memory", {{"rows", 20480}, {"columns", 2048}}}}},
          .small = {{"rows", 16}, {"columns", 192}},
          .fill =
              [](const Parameters&, std::uint64_t seed, Tensors tensors) {
                Random random(seed);
                fill_below(elements<std::uint8_t>(tensors, 0), random, 256);
                fill_below(elements<std::uint8_t>(tensors, 1), random, 256);
              },
          .flop = [](const Parameters& p) { return 2 * value(p, "rows") * value(p, "columns"); },
          .bytes =
              [](const Parameters& p) {
                return value(p, "rows") * value(p, "columns") + value(p, "columns") + 4 * value(p, "rows");
              }};
}

}  // namespace vtpu::kernels::phx
