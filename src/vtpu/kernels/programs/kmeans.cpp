#include "vtpu/kernels/programs/parts.h"

namespace vtpu::kernels::phx {

CompiledProgram kmeans() {
  return {.name = "kmeans",
          .what = "one step of k-means, 8 centroids in 4 dimensions, f32",
          .source = source_of("kmeans"),
          .sizes = {{{"L1", {{"n", 1024}, {"block", 512}}},
                     {"L2", {{"n", 16 * 1024}, {"block", 512}}},
                     {"memory", {{"n", 2 << 20}, {"block", 512}}}}},
          .small = {{"n", 240}, {"block", 80}},
          .fill =
              [](const Parameters& p, std::uint64_t seed, Tensors tensors) {
                // Points lie within 1 of eight corners that are 6 apart. They are never close to a midpoint, so
                // rounding changes no label, and every label occurs.
                Random random(seed);
                const auto corner = [](std::size_t c, std::size_t d) { return d < 3 && (c >> d & 1) != 0 ? 9.0 : 3.0; };
                const auto centroid = elements<float>(tensors, 0), x = elements<float>(tensors, 1);
                for (std::size_t k = 0; k < centroid.size(); ++k)
                  centroid[k] = static_cast<float>(corner(k / 4, k % 4) + random.unit() - 0.5);
                const auto n = static_cast<std::size_t>(p.at("n"));
                for (std::size_t i = 0; i < n; ++i) {
                  const std::size_t c = i < 8 ? i : random.below(8);
                  for (std::size_t d = 0; d < 4; ++d)
                    x[d * n + i] = static_cast<float>(corner(c, d) + 2 * random.unit() - 1);
                }
              },
          // Per point 8 distances of 11 operations, 7 comparisons, and five additions.
          .flop = [](const Parameters& p) { return 100 * value(p, "n"); },
          .bytes = [](const Parameters& p) { return 20 * value(p, "n") + 256; },
          // A sum of at most n positive terms divided by a count, on either side.
          .tolerance = [](const Parameters& p) { return 2 * (value(p, "n") + 4) * kRounding; }};
}

}  // namespace vtpu::kernels::phx
