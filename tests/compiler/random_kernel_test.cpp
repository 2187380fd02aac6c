// Are random kernels reproducible, valid, and varied enough to exercise the whole language?
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "vtpu/compiler/ir/text.h"
#include "vtpu/compiler/ir/verify.h"
#include "vtpu/compiler/language/frontend.h"
#include "vtpu/compiler/random_kernel/random_kernel.h"

namespace vtpu::compiler {
namespace {

TEST(RandomKernel, IsTheSameForTheSameSeed) {
  for (const std::uint64_t seed : {1, 7, 12345}) {
    const RandomKernel a = random_kernel(seed), b = random_kernel(seed);
    EXPECT_EQ(a.text, b.text);
    EXPECT_EQ(a.cplusplus, b.cplusplus);
    ASSERT_EQ(a.tensors.size(), b.tensors.size());
    for (std::size_t k = 0; k < a.tensors.size(); ++k) EXPECT_EQ(a.tensors[k].contents, b.tensors[k].contents);
  }
  EXPECT_NE(random_kernel(1).text, random_kernel(2).text);
}

TEST(RandomKernel, CompilesToAModuleThatVerifiesAndSurvivesItsText) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const RandomKernel kernel = random_kernel(seed);
    const auto read = language::read("kernel", kernel.text);
    ASSERT_TRUE(read.module) << language::render(read.diagnostics[0], "kernel", kernel.text);
    const auto ok = ir::verify(*read.module);
    ASSERT_TRUE(ok.ok()) << ok.error().message() << "\n" << kernel.text;
    const std::string text = ir::to_text(*read.module);
    const auto again = ir::parse("kernel", text);
    ASSERT_TRUE(again.ok()) << again.error().message();
    ASSERT_EQ(ir::to_text(*again), text);
  }
}

TEST(RandomKernel, UsesEveryIntendedPartOfTheLanguage) {
  std::string all;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) all += random_kernel(seed).text;
  for (const char* const part :
       {"param ",    "tensor ",   ": i8[",     ": u8[",       ": u16[",      ": bf16[",     ": i32[",        ": f32[",
        ": i64[",    ": f64[",    "fn ",       "return ",     "let ",        "var ",        "+= ",           "-= ",
        "*= ",       "&= ",       "|= ",       "^= ",         " step ",      "@unroll(",    "@independent ", " ? ",
        " || ",      " && ",      " << ",      " >> ",        " == ",        " != ",        " <= ",          " >= ",
        " / ",       " % ",       "(-",        "(~",          "(!",          "sum(",        "min(",          "max(",
        "argmin(",   "argmax(",   "fma(",      "abs(",        "sqrt(",       "select(",     "lshr(",         "spread(",
        "iota()",    "lane(",     "permute(",  "reduce_add(", "reduce_min(", "reduce_max(", "gather(",       "scatter(",
        "dot_u8i8(", "dot_bf16(", "bits_i32(", "bits_i64(",   "bits_f32(",   "bits_f64(",   "i32(",          "i64(",
        "f32(",      "f64(",      "f32x16(",   "i32x16(",     ":16]",        ":8]",         ":32]",          ":64]",
        "{ let "})
    EXPECT_NE(all.find(part), std::string::npos) << part;
}

TEST(RandomKernel, IsReducedWhileThePredicateHolds) {
  RandomKernel kernel = random_kernel(3);
  for (std::uint64_t seed = 4; kernel.text.find("sqrt(") == std::string::npos; ++seed) kernel = random_kernel(seed);
  const auto has_root = [](const RandomKernel& candidate) { return candidate.text.find("sqrt(") != std::string::npos; };
  const RandomKernel less = reduce(kernel, has_root);
  EXPECT_TRUE(has_root(less));
  EXPECT_LT(std::count(less.text.begin(), less.text.end(), '\n'),
            std::count(kernel.text.begin(), kernel.text.end(), '\n'));
  EXPECT_EQ(less.seed, kernel.seed);
}

}  // namespace
}  // namespace vtpu::compiler
