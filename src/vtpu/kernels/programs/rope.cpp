#include <cmath>

#include "vtpu/kernels/programs/parts.h"

namespace vtpu::kernels::phx {
namespace {

double pairs(const Parameters& p) { return value(p, "tokens") * value(p, "heads") * value(p, "half"); }

}  // namespace

CompiledProgram rope() {
  return {.name = "rope",
          .what = "rotary embedding in place, f32",
          .source = source_of("rope"),
          .sizes = {{{"L1", {{"tokens", 4}, {"heads", 8}, {"half", 64}}},
                     {"L2", {{"tokens", 64}, {"heads", 12}, {"half", 64}}},
                     {"memory", {{"tokens", 2048}, {"heads", 48}, {"half", 64}}}}},
          .small = {{"tokens", 3}, {"heads", 2}, {"half", 37}},
          .fill =
              [](const Parameters& p, std::uint64_t seed, Tensors tensors) {
                Random random(seed);
                const auto cosine = elements<float>(tensors, 0), sine = elements<float>(tensors, 1);
                const auto half = static_cast<std::size_t>(p.at("half"));
                for (std::size_t k = 0; k < cosine.size(); ++k) {
                  const double angle = static_cast<double>(k / half) *
                                       std::pow(10000.0, -static_cast<double>(k % half) / static_cast<double>(half));
                  cosine[k] = static_cast<float>(std::cos(angle));
                  sine[k] = static_cast<float>(std::sin(angle));
                }
                fill_uniform(elements<float>(tensors, 2), random, -1, 1);
              },
          .flop = [](const Parameters& p) { return 6 * pairs(p); },
          .bytes = [](const Parameters& p) { return 16 * pairs(p) + 8 * value(p, "tokens") * value(p, "half"); },
          // Three roundings on either side. Later rotations preserve the norm.
          .tolerance = [](const Parameters& p) { return 12 * value(p, "repeat") * kRounding; }};
}

}  // namespace vtpu::kernels::phx
