#include "vtpu/kernels/programs/parts.h"

namespace vtpu::kernels::phx {

CompiledProgram transpose() {
  return {.name = "transpose",
          .what = "transposition of a square matrix, f32",
          .source = source_of("transpose"),
          .sizes = {{{"L1", {{"n", 52}}}, {"L2", {{"n", 208}}}, {"memory", {{"n", 2944}}}}},
          .small = {{"n", 19}},
          .fill =
              [](const Parameters&, std::uint64_t seed, Tensors tensors) {
                Random random(seed);
                fill_uniform(elements<float>(tensors, 0), random, 0, 1);
              },
          .flop = [](const Parameters& p) { return value(p, "n") * value(p, "n"); },
          .bytes = [](const Parameters& p) { return 8 * value(p, "n") * value(p, "n"); }};
}

}  // namespace vtpu::kernels::phx
