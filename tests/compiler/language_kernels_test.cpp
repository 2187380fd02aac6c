// Whole kernels: their modules verify and give the results of a few lines of C++.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "language_text.h"
#include "vtpu/compiler/ir/evaluate.h"

namespace vtpu::compiler::language {
namespace {

/// A module with its memory; tensors are found by name.
class Running {
 public:
  explicit Running(const std::string& text, const std::map<std::string, std::int64_t>& parameters = {})
      : module_(module_of(text, parameters)), memory_(ir::make_memory(module_)) {}

  template <class T>
  void set(std::string_view name, const std::vector<T>& values) {
    std::memcpy(memory(name).bytes.data(), values.data(), values.size() * sizeof(T));
  }
  template <class T>
  std::vector<T> get(std::string_view name) {
    const auto& bytes = memory(name).bytes;
    std::vector<T> values(bytes.size() / sizeof(T));
    std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
  }
  ir::TensorMemory& memory(std::string_view name) {
    for (std::size_t i = 0; i < module_.tensors.size(); ++i)
      if (module_.tensors[i].name == name) return memory_[i];
    ADD_FAILURE() << name;
    return memory_.front();
  }
  const ir::Module& module() const { return module_; }
  void run() {
    const Result<void> done = ir::evaluate(module_, memory_);
    EXPECT_TRUE(done.ok()) << (done.ok() ? "" : done.error().message());
  }

 private:
  ir::Module module_;
  ir::Memory memory_;
};

/// Numbers without a pattern that a sum could hide.
template <class T>
std::vector<T> numbers(std::size_t count, T scale) {
  std::vector<T> list;
  for (std::size_t i = 0; i < count; ++i)
    list.push_back(static_cast<T>((static_cast<int>(i * 37 % 101) - 50) * static_cast<double>(scale)));
  return list;
}

TEST(Kernels, TheExampleOfTheManualScalesAndSums) {
  Running kernel(
      "param n = 4096;\n"
      "const a: f32 = 2.5;\n"
      "tensor x: f32[n]; tensor y: f32[n]; tensor total: f32[1];\n"
      "fn scaled(v: f32) -> f32 { return a * v; }\n"
      "kernel main() {\n"
      "  for i in 0..n { y[i] = scaled(x[i]) + y[i]; }\n"
      "  total[0] = sum(i in 0..n) y[i];\n"
      "}\n",
      {{"n", 100}});
  const auto x = numbers<float>(100, 0.5f), y = numbers<float>(100, 2.0f);
  kernel.set("x", x);
  kernel.set("y", y);
  kernel.run();
  const auto z = kernel.get<float>("y");
  float total = 0;
  for (std::size_t i = 0; i < 100; ++i) {
    EXPECT_EQ(z[i], 2.5f * x[i] + y[i]);
    total += z[i];
  }
  EXPECT_EQ(kernel.get<float>("total")[0], total);
}

TEST(Kernels, ADotProductOfVectorsIsFollowedByAScalarLoop) {
  Running kernel(
      "param n = 70;\n"
      "tensor x: f32[n]; tensor y: f32[n]; tensor r: f32[1];\n"
      "kernel main() {\n"
      "  const_free();\n"
      "  var acc: f32x16 = 0.0;\n"
      "  for i in 0..n - n % 16 step 16 { acc = fma(x[i:16], y[i:16], acc); }\n"
      "  var rest: f32 = 0.0;\n"
      "  for i in n - n % 16..n { rest += x[i] * y[i]; }\n"
      "  r[0] = reduce_add(acc) + rest;\n"
      "}\n"
      "fn const_free() { }\n");
  const auto x = numbers<float>(70, 1.0f), y = numbers<float>(70, 0.25f);
  kernel.set("x", x);
  kernel.set("y", y);
  kernel.run();
  double exact = 0;
  for (std::size_t i = 0; i < 70; ++i) exact += static_cast<double>(x[i]) * y[i];
  EXPECT_NEAR(kernel.get<float>("r")[0], exact, 1e-2);
}

TEST(Kernels, AMatrixProductByTilesOfVectors) {
  Running kernel(
      "param m = 4; param n = 32; param k = 8;\n"
      "tensor a: f32[m, k]; tensor b: f32[k, n]; tensor c: f32[m, n];\n"
      "fn row(i: i64, j: i64, a: f32[,], b: f32[,]) -> f32x16 {\n"
      "  var acc: f32x16 = 0.0;\n"
      "  for t in 0..k { acc = fma(a[i, t], b[t, j:16], acc); }\n"
      "  return acc;\n"
      "}\n"
      "kernel main() {\n"
      "  for i in 0..m { for j in 0..n step 16 { c[i, j:16] = row(i, j, a, b); } }\n"
      "}\n");
  const auto a = numbers<float>(32, 1.0f), b = numbers<float>(256, 0.5f);
  kernel.set("a", a);
  kernel.set("b", b);
  kernel.run();
  const auto c = kernel.get<float>("c");
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = 0; j < 32; ++j) {
      float sum = 0;
      for (std::size_t t = 0; t < 8; ++t) sum = std::fma(a[i * 8 + t], b[t * 32 + j], sum);
      EXPECT_EQ(c[i * 32 + j], sum);
    }
}

TEST(Kernels, ASparseMatrixTimesAVectorHasRowsOfDynamicLength) {
  Running kernel(
      "param n = 5;\n"
      "tensor row: i32[n + 1]; tensor col: i32[16]; tensor val: f64[16]; tensor x: f64[n]; tensor y: f64[n];\n"
      "kernel main() {\n"
      "  for i in 0..n { y[i] = sum(j in row[i]..row[i + 1]) (val[j] * x[col[j]]); }\n"
      "}\n");
  const std::vector<std::int32_t> row = {0, 2, 2, 5, 6, 9}, col = {0, 4, 1, 2, 3, 0, 1, 2, 4};
  const auto val = numbers<double>(9, 1.0), x = numbers<double>(5, 3.0);
  kernel.set("row", row);
  kernel.set("col", col);
  kernel.set("val", val);
  kernel.set("x", x);
  kernel.run();
  for (std::size_t i = 0; i < 5; ++i) {
    double sum = 0;
    for (auto j = static_cast<std::size_t>(row[i]); j < static_cast<std::size_t>(row[i + 1]); ++j)
      sum += val[j] * x[static_cast<std::size_t>(col[j])];
    EXPECT_EQ(kernel.get<double>("y")[i], sum);
  }
}

TEST(Kernels, SoftmaxSumsToOne) {
  Running kernel(
      "param n = 64;\n"
      "tensor x: f32[n]; tensor y: f32[n];\n"
      "kernel main() {\n"
      "  let most = max(i in 0..n) x[i];\n"
      "  let total = sum(i in 0..n step 16) reduce_add(exp(x[i:16] - most));\n"
      "  for i in 0..n step 16 { y[i:16] = exp(x[i:16] - most) / total; }\n"
      "}\n");
  const auto x = numbers<float>(64, 0.125f);
  kernel.set("x", x);
  kernel.run();
  double total = 0, sum = 0;
  for (const float v : x) total += std::exp(static_cast<double>(v));
  const auto y = kernel.get<float>("y");
  for (std::size_t i = 0; i < 64; ++i) {
    EXPECT_NEAR(y[i], std::exp(static_cast<double>(x[i])) / total, 1e-6 * y[i]);
    sum += y[i];
  }
  EXPECT_NEAR(sum, 1, 1e-6);
}

TEST(Kernels, AFilterReadsAWindowOfItsInput) {
  Running kernel(
      "param n = 32; param taps = 5;\n"
      "tensor x: f64[n + taps - 1]; tensor h: f64[taps]; tensor y: f64[n];\n"
      "kernel main() { for i in 0..n { y[i] = sum(t in 0..taps) (h[t] * x[i + taps - 1 - t]); } }\n");
  const auto x = numbers<double>(36, 1.0), h = numbers<double>(5, 0.5);
  kernel.set("x", x);
  kernel.set("h", h);
  kernel.run();
  for (std::size_t i = 0; i < 32; ++i) {
    double sum = 0;
    for (std::size_t t = 0; t < 5; ++t) sum += h[t] * x[i + 4 - t];
    EXPECT_EQ(kernel.get<double>("y")[i], sum);
  }
}

TEST(Kernels, ArgmaxGivesTheFirstMaximum) {
  Running kernel(
      "tensor x: i32[40]; tensor at: i64[3];\n"
      "kernel main() {\n"
      "  at[0] = argmax(i in 0..40) x[i]; at[1] = argmin(i in 10..40 step 2) x[i]; at[2] = argmin(i in 9..9) x[i];\n"
      "}\n");
  std::vector<std::int32_t> x = numbers<std::int32_t>(40, 1);
  x[7] = x[20] = 1000;
  x[12] = x[14] = -1000;
  x[11] = -2000;
  kernel.set("x", x);
  kernel.run();
  EXPECT_EQ(kernel.get<std::int64_t>("at"), (std::vector<std::int64_t>{7, 12, 9}));
}

TEST(Kernels, AHistogramCountsThroughLoadedIndexes) {
  Running kernel(
      "tensor x: u8[64]; tensor bins: i64[16];\n"
      "kernel main() { for i in 0..64 { bins[x[i] >> 4] += 1; } }\n");
  std::vector<std::uint8_t> x;
  std::vector<std::int64_t> bins(16);
  for (unsigned i = 0; i < 64; ++i) {
    x.push_back(static_cast<std::uint8_t>(i * 41));
    ++bins[x.back() >> 4];
  }
  kernel.set("x", x);
  kernel.run();
  EXPECT_EQ(kernel.get<std::int64_t>("bins"), bins);
}

TEST(Kernels, ComputedLanesAreMultipliedAsBytes) {
  Running kernel(
      "tensor a: i32[16]; tensor b: i8[64]; tensor r: i32[32];\n"
      "kernel main() {\n"
      "  r[0:16] = dot_u8i8(7, bits_bytes(a[0:16] & 252645135), b[0:64]);\n"
      "  r[16:16] = dot_u8i8(0, bits_bytes(spread(513i32)), b[0:64]);\n"
      "}\n");
  std::vector<std::int32_t> a = numbers<std::int32_t>(16, 1);
  std::vector<std::int8_t> b;
  for (int i = 0; i < 64; ++i) b.push_back(static_cast<std::int8_t>(i * 3 - 100));
  for (std::size_t i = 0; i < 16; ++i) a[i] *= 0x01234567;
  kernel.set("a", a);
  kernel.set("b", b);
  kernel.run();
  for (std::size_t i = 0; i < 16; ++i) {
    int low_halves = 7;
    for (std::size_t j = 0; j < 4; ++j)
      low_halves += static_cast<int>(static_cast<std::uint32_t>(a[i]) >> (8 * j) & 15) * b[4 * i + j];
    EXPECT_EQ(kernel.get<std::int32_t>("r")[i], low_halves);
    EXPECT_EQ(kernel.get<std::int32_t>("r")[16 + i], b[4 * i] + 2 * b[4 * i + 1]);
  }
}

TEST(Kernels, BytesAndHalvesAreMultipliedByDotProducts) {
  Running kernel(
      "tensor a: u8[64]; tensor b: i8[64]; tensor r: i32[16];\n"
      "kernel main() { r[0:16] = dot_u8i8(0, a[0:64], b[0:64]); }\n");
  std::vector<std::uint8_t> a;
  std::vector<std::int8_t> b;
  for (int i = 0; i < 64; ++i) {
    a.push_back(static_cast<std::uint8_t>(i * 5));
    b.push_back(static_cast<std::int8_t>(i * 3 - 100));
  }
  kernel.set("a", a);
  kernel.set("b", b);
  kernel.run();
  for (std::size_t i = 0; i < 16; ++i) {
    int sum = 0;
    for (std::size_t j = 4 * i; j < 4 * i + 4; ++j) sum += a[j] * b[j];
    EXPECT_EQ(kernel.get<std::int32_t>("r")[i], sum);
  }
}

TEST(Kernels, ALaplacianOnASparseGridReadsAbsentCellsAsZero) {
  Running kernel(
      "tensor s: f64[8, 8] sparse; tensor y: f64[8, 8];\n"
      "kernel main() {\n"
      "  for i in 1..7 { for j in 1..7 {\n"
      "    y[i, j] = s[i - 1, j] + s[i + 1, j] + s[i, j - 1] + s[i, j + 1] - 4.0 * s[i, j];\n"
      "  } }\n"
      "  s[7, 7] = 2.0;\n"
      "}\n");
  const phext::PackedCoordinate origin = kernel.module().tensors[0].origin;
  const auto cell = [&](std::uint32_t line, std::uint32_t column) {
    return origin.with(phext::Axis::line, line).with(phext::Axis::column, column);
  };
  const double one = 1;
  std::uint64_t bits;
  std::memcpy(&bits, &one, 8);
  kernel.memory("s").cells[cell(3, 4)] = bits;
  kernel.run();
  const auto y = kernel.get<double>("y");
  EXPECT_EQ(y[3 * 8 + 4], -4);
  EXPECT_EQ(y[2 * 8 + 4], 1);
  EXPECT_EQ(y[3 * 8 + 5], 1);
  EXPECT_EQ(y[2 * 8 + 5], 0);
  EXPECT_EQ(kernel.memory("s").cells.count(cell(7, 7)), 1u);
}

TEST(Kernels, ARingOfMessagesVerifies) {
  const ir::Module module = module_of(
      "param rounds = 8; tensor out: i64[rounds];\n"
      "kernel main() {\n"
      "  let me = @1.1.1/1.1.1/1.1.1; let next = step(me, scroll, 1);\n"
      "  beacon(me);\n"
      "  var token = 1;\n"
      "  for i in 0..rounds {\n"
      "    send(next, token, f64(i));\n"
      "    let m = receive(me);\n"
      "    token = lane(m, 0) + i64(lane_f64(m, 1));\n"
      "    out[i] = token;\n"
      "  }\n"
      "  barrier();\n"
      "}\n");
  std::vector<ir::OpKind> seen;
  ir::for_each_op(module.body, [&](const ir::Op& op) {
    if (ir::has_effect(op.kind)) seen.push_back(op.kind);
  });
  EXPECT_EQ(seen, (std::vector<ir::OpKind>{ir::OpKind::beacon, ir::OpKind::send, ir::OpKind::receive, ir::OpKind::store,
                                           ir::OpKind::barrier}));
}

TEST(Kernels, TensorsGetDocumentedOrigins) {
  const ir::Module module = module_of(
      "tensor a: f32[4]; tensor b: f64[8, 8] at @1.1.1/1.1.1/1.1.2; tensor c: i64[9] local;\n"
      "tensor d: f32[1 << 23]; tensor e: f32[]; tensor f: i64[2, 2] sparse;\n"
      "kernel main() { e[] = a[0]; }\n");
  ASSERT_EQ(module.tensors.size(), 6u);
  EXPECT_EQ(module.tensors[0].origin.raw_text(), "0.0.0/0.0.0/1.0.0/0.0");
  EXPECT_EQ(module.tensors[1].origin.raw_text(), "1.1.1/1.1.1/1.1.2/1.1");
  EXPECT_EQ(module.tensors[3].origin.raw_text(), "0.0.0/0.0.0/4.0.0/0.0");
  EXPECT_EQ(module.tensors[2].role, ir::Tensor::Role::local);
  EXPECT_TRUE(module.tensors[4].shape.empty());
  EXPECT_TRUE(module.tensors[5].sparse);
}

TEST(Kernels, OpsOfAPreludeFunctionHaveThePlaceOfItsCall) {
  const ir::Module module = module_of("tensor x: f32[4];\nkernel main() {\n\n  x[0] = tanh(x[0]);\n}\n");
  ir::for_each_op(module.body, [](const ir::Op& op) { EXPECT_EQ(op.source.line, 4u); });
}

}  // namespace
}  // namespace vtpu::compiler::language
