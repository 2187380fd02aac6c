// Errors of the prelude's functions against binary64, over all magnitudes of arguments.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <ostream>
#include <string>
#include <vector>

#include "vtpu/compiler/ir/evaluate.h"
#include "vtpu/compiler/language/frontend.h"

namespace vtpu::compiler::language {
namespace {

/// Every 4099th bit pattern that is not a NaN, then every representable integer and half near 0: about a million.
std::vector<float> arguments() {
  std::vector<float> list;
  for (std::uint64_t bits = 0; bits <= 0xffffffff; bits += 4099) {
    const float x = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
    if (x == x) list.push_back(x);
  }
  for (float x = -110; x < 110; x += 1.0f / 2048) list.push_back(x);
  list.resize((list.size() + 15) / 16 * 16, 1.0f);
  return list;
}

/// The function's results, computed by vectors or one by one.
std::vector<float> results(const std::string& function, bool vectors, const std::vector<float>& x) {
  const std::string text = "param n = 16; tensor x: f32[n]; tensor y: f32[n];\nkernel main() { for i in 0..n" +
                           std::string(vectors ? " step 16 { y[i:16] = " + function + "(x[i:16]); } }"
                                               : " { y[i] = " + function + "(x[i]); } }");
  // In parts that fit a tensor of one line.
  constexpr std::size_t kPiece = 2048;
  const Read read_once = read("prelude", text, {{"n", kPiece}});
  EXPECT_TRUE(read_once.module.has_value());
  std::vector<float> y;
  for (std::size_t from = 0; from < x.size(); from += kPiece) {
    const std::size_t count = std::min(kPiece, x.size() - from);
    ir::Memory memory = ir::make_memory(*read_once.module);
    std::memcpy(memory[0].bytes.data(), x.data() + from, count * sizeof(float));
    const Result<void> done = ir::evaluate(*read_once.module, memory);
    EXPECT_TRUE(done.ok());
    y.resize(from + count);
    std::memcpy(y.data() + from, memory[1].bytes.data(), count * sizeof(float));
  }
  return y;
}

double ulp_of(double exact) {
  constexpr int kLeast = -149;
  const int exponent = exact == 0 ? kLeast : std::max(std::ilogb(exact) - 23, kLeast);
  return std::ldexp(1.0, exponent);
}

/// The maximum error in units in the last place. Where the exact value rounds to infinity, so must the result.
double greatest_error(const std::string& function, bool vectors, const std::function<double(double)>& truth) {
  const std::vector<float> x = arguments();
  const std::vector<float> y = results(function, vectors, x);
  double greatest = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double exact = truth(x[i]);
    if (std::isinf(static_cast<float>(exact))) {
      EXPECT_EQ(y[i], static_cast<float>(exact)) << function << "(" << x[i] << ")";
      continue;
    }
    const double error = std::abs(y[i] - exact) / ulp_of(exact);
    EXPECT_EQ(error, error) << function << "(" << x[i] << ")";
    greatest = std::max(greatest, error);
  }
  return greatest;
}

double exact_exp(double x) { return std::exp(x); }
double exact_sigmoid(double x) { return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x)); }
double exact_tanh(double x) { return std::tanh(x); }

struct Function {
  std::string name;
  double (*truth)(double);
  double bound;  ///< in ulp, as stated in the prelude

  friend void PrintTo(const Function& function, std::ostream* out) { *out << function.name; }
};

class Prelude : public testing::TestWithParam<Function> {};

TEST_P(Prelude, IsWithinItsStatedErrorForVectorsAndScalars) {
  const Function& function = GetParam();
  const double vectors = greatest_error(function.name, true, function.truth);
  EXPECT_LE(vectors, function.bound);
  EXPECT_GT(vectors, function.bound - 0.25) << "the stated error is too large";
  EXPECT_EQ(greatest_error(function.name, false, function.truth), vectors);
}

TEST_P(Prelude, KeepsANaN) {
  const std::vector<float> x(16, std::numeric_limits<float>::quiet_NaN());
  for (const float y : results(GetParam().name, true, x)) EXPECT_NE(y, y);
}

TEST(PreludePowers, TheExponentialOfANumberThatIsNotPositiveHasTheBitsOfExp) {
  std::vector<float> x{0.0f, -0.0f, -1e-40f, -87.5f, -88.0f, -103.9f, -104.0f, -1e30f};
  for (float each = -0.001f; x.size() < 4096; each *= 1.003f) x.push_back(each);
  for (const bool vectors : {true, false}) EXPECT_EQ(results("exp_nonpositive", vectors, x), results("exp", vectors, x));
}

INSTANTIATE_TEST_SUITE_P(AllFunctions, Prelude,
                         testing::Values(Function{"exp", exact_exp, 1.1}, Function{"sigmoid", exact_sigmoid, 2.3},
                                         Function{"tanh", exact_tanh, 1.4}),
                         [](const testing::TestParamInfo<Function>& tested) { return tested.param.name; });

}  // namespace
}  // namespace vtpu::compiler::language
