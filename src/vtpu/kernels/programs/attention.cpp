#include "vtpu/kernels/programs/parts.h"

namespace vtpu::kernels::phx {

CompiledProgram attention() {
  return {.name = "attention",
          .what = "attention heads of width 64, f32, in tiles of 6 queries",
          .source = source_of("attention"),
          .sizes = {{{"L1", {{"heads", 1}, {"queries", 12}, {"keys", 32}, {"width", 64}}},
                     {"L2", {{"heads", 1}, {"queries", 96}, {"keys", 512}, {"width", 64}}},
                     {"memory", {{"heads", 64}, {"queries", 48}, {"keys", 1056}, {"width", 64}}}}},
          .small = {{"heads", 2}, {"queries", 12}, {"keys", 96}, {"width", 32}},
          .fill =
              [](const Parameters&, std::uint64_t seed, Tensors tensors) {
                Random random(seed);
                fill_uniform(elements<float>(tensors, 0), random, -1, 1);
                fill_uniform(elements<float>(tensors, 1), random, -1, 1);
                fill_uniform(elements<float>(tensors, 2), random, 0, 1);
              },
          // Two products, and five operations per score for the softmax.
          .flop =
              [](const Parameters& p) {
                return value(p, "heads") * value(p, "queries") * value(p, "keys") * (4 * value(p, "width") + 5);
              },
          .bytes =
              [](const Parameters& p) {
                return 8 * value(p, "heads") * value(p, "width") * (value(p, "queries") + value(p, "keys"));
              },
          // The terms of a score are below 1. Either side makes `width` roundings of up to `width`, scaled by its root;
          // this is also the relative error of the exponential. Two sums of positive terms over the keys follow.
          .tolerance =
              [](const Parameters& p) {
                const double width = value(p, "width");
                return (2 * width * width / 8 + 4 * value(p, "keys") + 40) * kRounding;
              }};
}

}  // namespace vtpu::kernels::phx
