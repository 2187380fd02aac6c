#include <cmath>
#include <numbers>

#include "vtpu/kernels/programs/parts.h"

namespace vtpu::kernels::phx {

CompiledProgram fft() {
  return {.name = "fft",
          .what = "one stage of radix-2 butterflies, complex f32, in place",
          .source = source_of("fft"),
          .sizes = {{{"L1", {{"half", 1024}}}, {"L2", {{"half", 16 * 1024}}}, {"memory", {{"half", 2 << 20}}}}},
          .small = {{"half", 77}},
          .fill =
              [](const Parameters&, std::uint64_t seed, Tensors tensors) {
                Random random(seed);
                const auto turn_real = elements<float>(tensors, 0), turn_imaginary = elements<float>(tensors, 1);
                for (std::size_t k = 0; k < turn_real.size(); ++k) {
                  const double angle =
                      -std::numbers::pi * static_cast<double>(k) / static_cast<double>(turn_real.size());
                  turn_real[k] = static_cast<float>(std::sqrt(0.5) * std::cos(angle));
                  turn_imaginary[k] = static_cast<float>(std::sqrt(0.5) * std::sin(angle));
                }
                fill_uniform(elements<float>(tensors, 2), random, -1, 1);
                fill_uniform(elements<float>(tensors, 3), random, -1, 1);
              },
          .flop = [](const Parameters& p) { return 12 * value(p, "half"); },
          .bytes = [](const Parameters& p) { return 40 * value(p, "half"); },
          // At most four roundings on either side. Later stages preserve the norm.
          .tolerance = [](const Parameters& p) { return 16 * value(p, "repeat") * kRounding; }};
}

}  // namespace vtpu::kernels::phx
