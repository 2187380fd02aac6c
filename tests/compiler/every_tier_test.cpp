// Do reductions of vectors, choices of coordinates and spilled messages give the same answers at every tier?
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "vtpu/compiler/phextcc.h"
#include "vtpu/exec/interpreter.h"
#include "vtpu/study/programs/mapped_tensors.h"

namespace vtpu::compiler {
namespace {

struct Ran {
  std::vector<std::int64_t> out;
  unsigned spilled = 0;
  bool trapped = false;
};

/// Compiles a kernel at a tier and runs it, until it halts or traps. `number`: what the sentron finds in its register
/// for that. `out`: the contents of the tensor of this name.
Ran ran(const std::string& text, unsigned tier, std::uint64_t number = 0) {
  Options options;
  options.level = static_cast<int>(tier);
  options.machine = MachineModel::reference();
  const auto compiled = compile("k.phx", text, options);
  EXPECT_TRUE(compiled.ok()) << (compiled.ok() ? "" : compiled.error().message());
  if (!compiled) return {};
  const auto program = isa::ValidProgram::make(compiled->program);
  EXPECT_TRUE(program.ok());
  exec::Machine machine;
  auto tensors = study::programs::MappedTensors::map(machine, compiled->tensors);
  EXPECT_TRUE(tensors.ok());
  exec::Context& sentron = machine.spawn(1'000'000);
  sentron.r[isa::kNumberRegister] = number;
  exec::Interpreter(*program).run(machine, sentron);
  Ran made{{}, compiled->spilled, sentron.status == exec::Status::trapped};
  EXPECT_TRUE(made.trapped || sentron.status == exec::Status::halted);
  for (std::size_t k = 0; k < tensors->shapes().size(); ++k) {
    if (tensors->shapes()[k].name != "out") continue;
    made.out.resize(tensors->bytes()[k].size() / 8);
    std::memcpy(made.out.data(), tensors->bytes()[k].data(), tensors->bytes()[k].size());
  }
  return made;
}

TEST(EveryTier, ReducesVectorsOfEveryTypeToTheirLeastAndGreatestLane) {
  const std::string text = R"(tensor a: f64[64]; tensor b: f32[16]; tensor c: i32[16]; tensor out: i64[10];
kernel main() {
  for i in 0..64 { a[i] = f64((i * 37) % 64 - 20); }
  for i in 0..16 { b[i] = f32((i * 5) % 16 - 9); c[i] = i32((i * 7) % 16 - 3); }
  let low = min(i in 0..8) a[8 * i:8];
  let high = max(i in 0..8) a[8 * i:8];
  out[0] = i64(reduce_min(low));
  out[1] = i64(reduce_max(low));
  out[2] = i64(reduce_min(high));
  out[3] = i64(reduce_max(high));
  out[4] = i64(min(i in 0..64) a[i]);
  out[5] = i64(max(i in 0..64) a[i]);
  out[6] = i64(reduce_min(b[0:16]));
  out[7] = i64(reduce_max(b[0:16]));
  out[8] = i64(reduce_min(c[0:16]));
  out[9] = i64(reduce_max(c[0:16]));
})";
  std::vector<std::int64_t> low(8, 100), high(8, -100);
  for (std::int64_t i = 0; i < 64; ++i) {
    const auto lane = static_cast<std::size_t>(i % 8);
    low[lane] = std::min(low[lane], i * 37 % 64 - 20), high[lane] = std::max(high[lane], i * 37 % 64 - 20);
  }
  const auto least = [](const auto& list) { return *std::min_element(list.begin(), list.end()); };
  const auto most = [](const auto& list) { return *std::max_element(list.begin(), list.end()); };
  const std::vector<std::int64_t> wanted{least(low), most(low), least(high), most(high), -20, 43, -9, 6, -3, 12};
  for (unsigned tier = 0; tier <= 3; ++tier) EXPECT_EQ(ran(text, tier).out, wanted) << tier;
}

TEST(EveryTier, ChoosesOneOfTwoCoordinates) {
  const std::string text = R"(tensor k: i64[2]; tensor out: i64[3];
kernel main() {
  k[0] = 3;
  k[1] = 7;
  let near = @1.1.1/1.1.1/1.1.2;
  let far = put(put(near, shelf, k[1]), scroll, k[0]);
  out[0] = distance(k[0] < 4 ? far : near, far) + 100 * distance(k[0] < 3 ? far : near, far);
  var at = near;
  for i in 0..5 { at = i == k[0] ? step(at, line, k[1]) : step(at, line, 1); }
  out[1] = part(at, line);
  out[2] = distance(select(k[0] > 1, near, @9.9.9/9.9.9/9.9.9), near);
})";
  for (unsigned tier = 0; tier <= 3; ++tier) EXPECT_EQ(ran(text, tier).out, std::vector<std::int64_t>({200, 12, 0}));
}

TEST(EveryTier, KeepsMoreMessagesThanThereAreBuffers) {
  std::string text = "tensor out: i64[24];\nkernel main() {\n  for i in 0..12 { out[i] = 10 * i; }\n";
  for (int m = 0; m < 6; ++m)
    text += "  let m" + std::to_string(m) + " = packed(out[" + std::to_string(2 * m) + "], out[" +
            std::to_string(2 * m + 1) + "]);\n";
  text += "  var last = m0;\n  for i in 0..3 { last = packed(lane(last, 1) + lane(m5, 1), lane(m4, 0)); }\n";
  for (int m = 0; m < 6; ++m)
    for (int lane = 0; lane < 2; ++lane)
      text += "  out[" + std::to_string(12 + 2 * m + lane) + "] = lane(m" + std::to_string(m) + ", " +
              std::to_string(lane) + ");\n";
  text += "  out[0] = lane(last, 0);\n  out[1] = lane(last, 1);\n}\n";
  std::vector<std::int64_t> wanted;
  for (int i = 0; i < 24; ++i) wanted.push_back(10 * (i % 12));
  wanted[0] = 80 + 110, wanted[1] = 80;
  for (unsigned tier = 0; tier <= 3; ++tier) {
    const Ran made = ran(text, tier);
    EXPECT_EQ(made.out, wanted) << tier;
    EXPECT_GT(made.spilled, 0u) << tier;
  }
}

TEST(EveryTier, FindsTheFirstPlaceOfAnExtremum) {
  // 1024 and 640 elements are searched in blocks of 256 and 128, 1000 elements are not.
  const std::string text = R"(param n = 1024;
tensor x: f32[n]; tensor z: i32[n]; tensor zero: f32[1]; tensor out: i64[12];
kernel main() {
  for i in 0..n { x[i] = f32((i * 37) & 255); z[i] = i32((i * 37 + 11) & 511) - 300; }
  out[0] = argmax(i in 0..n) x[i];
  out[1] = argmin(i in 0..n) x[i];
  out[2] = argmax(i in 0..n) z[i];
  out[3] = argmin(i in 0..640) z[i];
  out[4] = argmax(i in 5..1005) x[i];
  out[5] = argmax(i in 0..512) x[2 * i];
  out[6] = argmin(i in 0..n) (x[i] * x[i] - 40.0 * x[i]);
  let none = zero[0] / zero[0];
  for i in 0..7 { x[i * 100] = none; }
  out[7] = argmax(i in 0..n) x[i];
  out[8] = argmin(i in 0..n) x[i];
  for i in 0..n { x[i] = i == 700 ? 3.0 : none; }
  out[9] = argmax(i in 0..n) x[i];
  for i in 0..n { x[i] = none; }
  out[10] = argmax(i in 0..n) x[i];
  for i in 0..n { x[i] = i < 300 ? none : -1.0 / abs(zero[0]); }
  out[11] = argmax(i in 64..n) x[i];
})";
  const std::vector<std::int64_t> plain = ran(text, 0).out;
  const auto first = [](std::int64_t count, auto holds) {
    std::int64_t i = 0;
    while (i < count && !holds(i)) ++i;
    return i;
  };
  EXPECT_EQ(plain[0], first(1024, [](std::int64_t i) { return ((i * 37) & 255) == 255; }));
  EXPECT_EQ(plain[3], first(640, [](std::int64_t i) { return ((i * 37 + 11) & 511) == 0; }));
  EXPECT_EQ(plain[9], 700);
  EXPECT_EQ(plain[10], 0);
  EXPECT_EQ(plain[11], 64) << "no element is greater than the empty maximum";
  for (unsigned tier = 1; tier <= 3; ++tier) EXPECT_EQ(ran(text, tier).out, plain) << tier;
}

TEST(EveryTier, ALoadedIndexReachesPlacesOfItsTensorOnly) {
  const auto kernel = [](std::int64_t index, const std::string& place) {
    return "tensor i: i32[1]; tensor x: i64[1024]; tensor f: f32[64]; tensor out: i64[1];\n"
           "kernel main() { i[0] = " +
           std::to_string(index) + "i32; x[0] = 7; x[2] = 9; f[2] = 5.0; out[0] = i64(" + place + "); }";
  };
  struct Case {
    std::string place;
    std::int64_t index;
    std::int64_t wanted;  ///< 0: a trap
  };
  const Case cases[] = {{"x[i64(i[0])]", 2, 9},
                        {"x[i64(i[0])]", -1, 0},
                        {"x[i64(i[0])]", -2147483647, 0},
                        {"x[i64(i[0])]", 1024, 0},
                        {"x[i64(i[0]) + 5]", -3, 9},
                        {"x[i64(i[0]) + 5]", -6, 0},
                        {"x[i64(i[0]) * 512 + 2]", 0, 9},
                        {"x[i64(i[0]) * 512 + 2]", -1, 0},
                        {"f[i64(i[0])]", 2, 5},
                        {"f[i64(i[0])]", -1, 0},
                        {"sum(k in 0..3) (x[i64(i[0]) * 512 + k])", 0, 16},
                        {"sum(k in 0..3) (x[i64(i[0]) + k])", -1, 0}};
  for (const Case& each : cases)
    for (unsigned tier = 0; tier <= 3; ++tier) {
      const Ran made = ran(kernel(each.index, each.place), tier);
      EXPECT_EQ(made.trapped, each.wanted == 0) << each.place << " " << each.index << " at tier " << tier;
      if (each.wanted != 0) {
        EXPECT_EQ(made.out, std::vector<std::int64_t>{each.wanted}) << each.place;
      }
    }
}

TEST(EveryTier, ASumThatStartsFromZeroIsNeverNegativeZero) {
  const std::string text = R"(tensor x: f32[100]; tensor d: f64[100]; tensor out: i64[4];
kernel main() {
  for i in 0..100 { x[i] = -0.0; d[i] = -0.0; }
  out[0] = i64(bits_i32(sum(i in 0..100) x[i]));
  out[1] = bits_i64(sum(i in 0..100) d[i]);
  x[99] = 3.0;
  out[2] = i64(sum(i in 0..100) x[i]);
  out[3] = i64(sum(i in 0..100) (x[i] * x[i]) + max(i in 0..100) x[i] - min(i in 0..100) x[i]);
})";
  for (unsigned tier = 0; tier <= 3; ++tier)
    EXPECT_EQ(ran(text, tier).out, std::vector<std::int64_t>({0, 0, 3, 12})) << tier;
}

// The inner loop leaves its result in the register that the outer loop carries, and the outer loop's next value is made
// before that result is read for the last time.
TEST(EveryTier, KeepsTheResultOfAnInnerLoopAsLongAsItIsRead) {
  const std::string text = R"(tensor x: i32[64]; tensor out: i64[64];
kernel main() {
  for i in 0..64 { x[i] = i32(i * 37 % 64); }
  var carried: i32x16 = x[1:16];
  for i in 0..2 {
    for j in 0..i64(x[i + 18] & 3i32) step 16 { carried = carried - x[5:16]; }
    var before: i32x16 = carried;
    for j in 3..5 { carried += ((x[j + 35:16] ^ 19i32) >> 0); }
    x[1:16] |= before;
  }
  for i in 0..64 { out[i] = i64(x[i]); }
})";
  const std::vector<std::int64_t> wanted = ran(text, 0).out;
  for (unsigned tier = 1; tier <= 3; ++tier) EXPECT_EQ(ran(text, tier).out, wanted) << tier;
}

TEST(EveryTier, TellsASentronItsNumber) {
  const std::string text = R"(tensor out: i64[20];
kernel main() {
  var total = 0;
  for i in 0..20 { total = total + sentron() * i; out[i] = total; }
})";
  std::vector<std::int64_t> wanted;
  std::int64_t total = 0;
  for (int i = 0; i < 20; ++i) wanted.push_back(total += 6 * i);
  for (unsigned tier = 0; tier <= 3; ++tier) EXPECT_EQ(ran(text, tier, 6).out, wanted) << tier;
}

}  // namespace
}  // namespace vtpu::compiler
