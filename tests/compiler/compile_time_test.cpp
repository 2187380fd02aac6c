// Does the time to compile a kernel grow in proportion to its text, whatever its shape?
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <functional>
#include <string>

#include "vtpu/compiler/phextcc.h"

namespace vtpu::compiler {
namespace {

const std::string kTensors =
    "tensor x: f32[4096]; tensor y: f32[4096]; tensor k: i64[4096]; tensor big: f32[64, 2000, 2000];\n";

/// `parts` times a part of a kernel's body, with `{0}` for its number and `{1}` for a place, between two texts.
struct Shape {
  const char* name;
  std::string head, part, tail;
  std::size_t parts;

  std::string text(std::size_t times) const {
    std::string all = kTensors + "kernel main() {\n" + head;
    for (std::size_t n = 0; n < times * parts; ++n) all += fmt::format(fmt::runtime(part), n, n * 7 % 3900);
    return all + tail + "}\n";
  }
};

const Shape kShapes[] = {
    {"stores of constants", "", "x[{1}] = {0}.5;\n", "", 500},
    {"loads and stores", "", "x[{1}] = y[{0} % 4096];\n", "", 500},
    {"a chain", "", "k[0] = k[0] * 3 + k[{1}];\n", "", 500},
    {"unused values", "", "let a{0} = k[{1}];\n", "", 500},
    {"loops one after the other", "", "for i in 0..99 {{ k[i] = k[i] + 3; }}\n", "", 120},
    {"vector loops", "", "for i in 0..999 {{ x[i] = x[i] * 2.0 + y[i]; }}\n", "", 60},
    {"loops of unknown length", "", "for i in 0..k[0] {{ x[i] = x[i] * 2.0 + y[i]; }}\n", "", 40},
    {"extrema", "", "k[{1}] = argmin(i in 0..k[0]) x[i];\n", "", 30},
    {"sums", "", "k[{1}] = sum(i in 0..99) k[i];\n", "", 100},
    {"unused sums of sums", "let s = k[0];\n", "let s{0} = sum(i in 0..99) (k[i] * s);\n", "", 150},
    {"variables of one loop", "for o in 0..64 {\n", "var a{0} = k[{1}]; for i in 0..99 {{ a{0} += k[i]; }}\n", "}\n",
     60},
    {"loops within one loop", "for o in 0..64 {\n", "for i in 0..99 {{ big[o, {1} % 2000, i] = y[i] * 2.0; }}\n", "}\n",
     100},
    {"a long body", "for i in 0..100 {\n", "x[i + {1}] = y[i + {1}] * 2.0;\n", "}\n", 300},
    {"a long body, unrolled", "@unroll(64) for i in 0..128 {\n", "x[i + {1}] = y[i + {1}] * 2.0;\n", "}\n", 100},
};

double seconds_of(const Shape& shape, std::size_t times) {
  Options options;
  options.machine = MachineModel::reference();
  const std::string text = shape.text(times);
  const std::clock_t start = std::clock();
  const auto compiled = compile("k.phx", text, options);
  EXPECT_TRUE(compiled.ok()) << shape.name << ": " << (compiled.ok() ? "" : compiled.error().message());
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

TEST(CompileTime, GrowsInProportionToTheText) {
  for (const Shape& shape : kShapes) {
    // Four times the text takes four times as long, sixteen if every part is compared with every other.
    const double once = seconds_of(shape, 1), more = seconds_of(shape, 4);
    EXPECT_LT(more, std::max(0.25, 9 * once)) << shape.name;
  }
}

}  // namespace
}  // namespace vtpu::compiler
