// Do loops, places and arithmetic mean the same at the edges of their types, whether a number stands in the text or is
// known only at run time, and at every tier? The expected answers are computed here, in 128 bits.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "vtpu/compiler/ir/evaluate.h"
#include "vtpu/compiler/phextcc.h"
#include "vtpu/exec/interpreter.h"
#include "vtpu/exec/jit/native_engine.h"
#include "vtpu/study/programs/mapped_tensors.h"

namespace vtpu::compiler {
namespace {

__extension__ using Wide = __int128;
using Numbers = std::vector<std::int64_t>;

constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kGreatest = std::numeric_limits<std::int64_t>::max();

std::int64_t wrapped(Wide x) { return static_cast<std::int64_t>(static_cast<std::uint64_t>(x)); }

/// The ways to run a kernel: the evaluator on the IR as lowered and as optimised, and the words of every tier; the last
/// pipelines every loop that allows it.
enum class Way { source, optimised, tier0, tier1, tier2, tier3, pipelined };
constexpr Way kWays[] = {Way::source, Way::optimised, Way::tier0, Way::tier1, Way::tier2, Way::tier3, Way::pipelined};
constexpr Way kTiers[] = {Way::tier0, Way::tier1, Way::tier2, Way::tier3, Way::pipelined};

/// A kernel whose tensors hold i64 `b` and `out` first, compiled once.
class Kernel {
 public:
  Kernel(const std::string& text, Way way) : way_(way) {
    Options options;
    options.level = way == Way::tier0 ? 0 : way == Way::tier1 ? 1 : way == Way::tier2 ? 2 : 3;
    options.pipeline_everywhere = way == Way::pipelined;
    options.machine = MachineModel::reference();
    auto compiled = compile("k.phx", text, options);
    EXPECT_TRUE(compiled.ok()) << (compiled.ok() ? "" : compiled.error().message()) << "\n" << text;
    if (!compiled) return;
    compiled_ = std::move(*compiled);
    auto valid = isa::ValidProgram::make(compiled_->program);
    EXPECT_TRUE(valid.ok());
    if (valid.ok()) program_ = std::move(*valid);
  }

  /// Runs on these contents of the first tensors. The contents of all tensors of i64 after the run; none if the kernel
  /// traps or does not end within `fuel` words, ops or iterations.
  std::optional<Numbers> run(const std::vector<Numbers>& contents, std::uint64_t fuel = 100'000) const {
    return run_bytes(bytes_of(contents), fuel);
  }
  std::optional<Numbers> run_bytes(const std::vector<std::vector<std::byte>>& contents,
                                   std::uint64_t fuel = 100'000) const {
    if (!program_) return {};
    if (way_ == Way::source || way_ == Way::optimised) {
      const ir::Module& module = way_ == Way::source ? compiled_->source_ir : compiled_->ir;
      ir::Memory memory = ir::make_memory(module);
      for (std::size_t k = 0; k < contents.size(); ++k)
        std::copy(contents[k].begin(), contents[k].end(), memory[k].bytes.begin());
      if (!ir::evaluate(module, memory, fuel)) return {};
      return numbers_of(memory[1].bytes);
    }
    exec::Machine machine;
    auto tensors = study::programs::MappedTensors::map(machine, compiled_->tensors);
    EXPECT_TRUE(tensors.ok());
    for (std::size_t k = 0; k < contents.size(); ++k)
      std::copy(contents[k].begin(), contents[k].end(), tensors->bytes()[k].begin());
    if (exec::Interpreter(*program_).run(machine, machine.spawn(fuel)) != exec::Status::halted) return {};
    return numbers_of(tensors->bytes()[1]);
  }
  const isa::ValidProgram& program() const { return *program_; }
  const Compiled& compiled() const { return *compiled_; }

 private:
  static std::vector<std::vector<std::byte>> bytes_of(const std::vector<Numbers>& contents) {
    std::vector<std::vector<std::byte>> all;
    for (const Numbers& numbers : contents) {
      const auto bytes = std::as_bytes(std::span(numbers));
      all.emplace_back(bytes.begin(), bytes.end());
    }
    return all;
  }
  static Numbers numbers_of(std::span<const std::byte> bytes) {
    Numbers numbers(bytes.size() / 8);
    std::memcpy(numbers.data(), bytes.data(), numbers.size() * 8);
    return numbers;
  }

  Way way_;
  std::optional<Compiled> compiled_;
  std::optional<isa::ValidProgram> program_;
};

// ---- trip counts

const Numbers kEdges = {kLeast,
                        kLeast + 1,
                        kLeast + 7,
                        -(std::int64_t{1} << 62),
                        -(std::int64_t{1} << 32) - 1,
                        -17,
                        -1,
                        0,
                        1,
                        5,
                        40,
                        std::int64_t{1} << 31,
                        (std::int64_t{1} << 62) - 3,
                        std::int64_t{1} << 62,
                        kGreatest - 40,
                        kGreatest - 1,
                        kGreatest};
/// Powers of two, which loops between bounds known only at run time allow.
const Numbers kSteps = {1, 2, 16, std::int64_t{1} << 31, std::int64_t{1} << 61, std::int64_t{1} << 62};
constexpr std::int64_t kFewTrips = 70;

std::int64_t trips(std::int64_t from, std::int64_t to, std::int64_t step) {
  if (from >= to) return 0;
  const Wide count = (Wide{to} - from + step - 1) / step;
  return count > kGreatest ? kGreatest : static_cast<std::int64_t>(count);
}

/// The statements of a loop, and what they leave in out[at …].
constexpr std::size_t kResults = 6;
std::string loop(const std::string& from, const std::string& to, std::int64_t step, std::size_t at) {
  const std::string range = fmt::format("{}..{} step {}", from, to, step);
  return fmt::format(
      "var n{0} = 0; var all{0} = 0; var last{0} = 7;\n"
      "for i in {1} {{ n{0} += 1; all{0} += i * 3; last{0} = i; }}\n"
      "out[{2}] = n{0}; out[{3}] = all{0}; out[{4}] = last{0};\n"
      "out[{5}] = sum(i in {1}) (i ^ 5); out[{6}] = max(i in {1}) (0 - i); out[{7}] = argmin(i in {1}) i32(i);\n",
      at, range, at, at + 1, at + 2, at + 3, at + 4, at + 5);
}
Numbers expected(std::int64_t from, std::int64_t to, std::int64_t step) {
  Numbers out = {0, 0, 7, 0, kLeast, from};
  std::optional<std::int32_t> least;
  const std::int64_t count = trips(from, to, step);
  for (std::int64_t k = 0; k < count; ++k) {
    const auto i = static_cast<std::int64_t>(from + Wide{step} * k);
    out[0] += 1;
    out[1] = wrapped(Wide{out[1]} + Wide{i} * 3);
    out[2] = i;
    out[3] = wrapped(Wide{out[3]} + (i ^ 5));
    out[4] = std::max(out[4], wrapped(-Wide{i}));
    const auto low = static_cast<std::int32_t>(static_cast<std::uint64_t>(i));
    if (!least || low < *least) least = low, out[5] = i;
  }
  return out;
}
std::string kernel_of(const std::string& statements, std::size_t results = kResults) {
  return fmt::format("tensor b: i64[2]; tensor out: i64[{}];\nkernel main() {{\n{}}}\n", results, statements);
}

/// Checks the kernel for all pairs of bounds that `takes` accepts.
template <class Bounds>
void check_bounds(const std::string& text, Way way, std::int64_t step, const std::vector<Numbers>& inputs,
                  const Bounds& bounds) {
  const Kernel kernel(text, way);
  for (const Numbers& input : inputs) {
    const auto [from, to] = bounds(input);
    const bool ends = trips(from, to, step) <= kFewTrips;
    const auto out = kernel.run({input}, ends ? 100'000 : 500);
    if (!ends) {
      EXPECT_FALSE(out) << from << " .. " << to << " step " << step << " ends early\n" << text;
      continue;
    }
    ASSERT_TRUE(out) << from << " .. " << to << " step " << step << " does not end\n" << text;
    ASSERT_EQ(*out, expected(from, to, step))
        << from << " .. " << to << " step " << step << ", way " << static_cast<int>(way) << "\n"
        << text;
  }
}

std::vector<Numbers> all_pairs() {
  std::vector<Numbers> pairs;
  for (const std::int64_t from : kEdges)
    for (const std::int64_t to : kEdges) pairs.push_back({from, to});
  return pairs;
}

TEST(TripCounts, AreExactBetweenBoundsKnownOnlyAtRunTime) {
  for (const std::int64_t step : kSteps)
    for (const Way way : kWays)
      check_bounds(kernel_of(loop("b[0]", "b[1]", step, 0)), way, step, all_pairs(), [](const Numbers& b) {
        return std::pair{b[0], b[1]};
      });
}

TEST(TripCounts, AreTheSameForBoundsInTheText) {
  for (const std::int64_t step : kSteps) {
    std::string statements;
    Numbers all;
    for (const Numbers& pair : all_pairs()) {
      if (trips(pair[0], pair[1], step) > kFewTrips) continue;
      statements += loop(std::to_string(pair[0]), std::to_string(pair[1]), step, all.size());
      const Numbers one = expected(pair[0], pair[1], step);
      all.insert(all.end(), one.begin(), one.end());
    }
    for (const Way way : {Way::source, Way::tier0, Way::tier3}) {
      const auto out = Kernel(kernel_of(statements, all.size()), way).run({}, 10'000'000);
      ASSERT_TRUE(out);
      ASSERT_EQ(*out, all) << step;
    }
  }
}

TEST(TripCounts, AreTheSameIfOneBoundIsInTheText) {
  std::vector<Numbers> inputs;
  for (const std::int64_t edge : kEdges) inputs.push_back({edge, 0});
  for (const std::int64_t step : {kSteps[0], kSteps[1], kSteps[2], kSteps[5]})
    for (const std::int64_t edge : kEdges)
      for (const Way way : {Way::source, Way::tier1, Way::tier3}) {
        check_bounds(kernel_of(loop(std::to_string(edge), "b[0]", step, 0)), way, step, inputs, [&](const Numbers& b) {
          return std::pair{edge, b[0]};
        });
        check_bounds(kernel_of(loop("b[0]", std::to_string(edge), step, 0)), way, step, inputs, [&](const Numbers& b) {
          return std::pair{b[0], edge};
        });
      }
}

TEST(TripCounts, OfBoundsAtAConstantDistanceCountWrappedBounds) {
  std::vector<Numbers> inputs;
  for (const std::int64_t edge : kEdges)
    for (const std::int64_t near : {-3, 0, 2}) inputs.push_back({wrapped(Wide{edge} + near), 0});
  for (const std::int64_t step : {std::int64_t{1}, std::int64_t{3}, std::int64_t{16}, (std::int64_t{1} << 62) + 1})
    for (const std::int64_t distance : Numbers{-5, 0, 1, 5, 40, std::int64_t{1} << 62, kGreatest, kLeast})
      for (const Way way : {Way::source, Way::tier0, Way::tier3, Way::pipelined})
        check_bounds(kernel_of("let x = b[0];\n" + loop("x", fmt::format("x + ({})", distance), step, 0)), way, step,
                     inputs, [&](const Numbers& b) {
                       return std::pair{b[0], wrapped(Wide{b[0]} + distance)};
                     });
}

TEST(TripCounts, FollowTheCountersOfLoopsAround) {
  // The products of the outer counter wrap around, so its bounds do not show which inner loops are empty.
  const std::string statements =
      "var n = 0; var all = 0;\n"
      "for o in b[0]..b[1] {\n"
      "  for i in o * 0x4000000000000000..o * 0x4000000000000000 + 5 step 2 { n += 1; all += i; }\n"
      "  for i in o..o + 3 { n += 100; all += i; }\n"
      "}\n"
      "out[0] = n; out[1] = all;\n";
  for (const Way way : kWays) {
    const Kernel kernel(kernel_of(statements), way);
    for (const std::int64_t from : {kLeast, std::int64_t{-4}, std::int64_t{0}, kGreatest - 6}) {
      std::int64_t n = 0;
      Wide all = 0;
      for (std::int64_t o = from; o < from + 6; ++o) {
        const std::int64_t low = wrapped(Wide{o} << 62), high = wrapped((Wide{o} << 62) + 5);
        for (Wide i = low; i < high; i += 2) n += 1, all += i;
        const std::int64_t end = wrapped(Wide{o} + 3);
        for (Wide i = o; i < end; ++i) n += 100, all += i;
      }
      const auto out = kernel.run({{from, from + 6}});
      ASSERT_TRUE(out);
      EXPECT_EQ((*out)[0], n) << from << ", way " << static_cast<int>(way);
      EXPECT_EQ((*out)[1], wrapped(all)) << from;
    }
  }
}

TEST(TripCounts, OfI32BoundsAreThoseOfTheirValues) {
  const std::string statements = loop("i32(b[0])", "i32(b[1])", 1, 0);
  std::vector<Numbers> inputs;
  constexpr std::int64_t kLeast32 = -(std::int64_t{1} << 31), kGreatest32 = (std::int64_t{1} << 31) - 1;
  for (const std::int64_t from : {kLeast32, kLeast32 + 5, std::int64_t{0}, kGreatest32 - 5, kGreatest32})
    for (const std::int64_t to : {kLeast32, kLeast32 + 5, std::int64_t{0}, kGreatest32 - 5, kGreatest32})
      inputs.push_back({from, to});
  for (const Way way : kWays)
    check_bounds(kernel_of(statements), way, 1, inputs, [](const Numbers& b) { return std::pair{b[0], b[1]}; });
}

TEST(TripCounts, HoldForVectorisedUnrolledAndPipelinedLoopsWithTheirRemainders) {
  for (const std::string attribute : {"", "@unroll(1) ", "@unroll(8) "}) {
    const std::string text = fmt::format(
        "tensor b: i64[2]; tensor out: i64[64]; tensor x: i32[64];\n"
        "kernel main() {{\n"
        "  {0}for i in b[0]..b[1] {{ x[i - b[0]] = i32(i) * 5 ^ 3; }}\n"
        "  {0}for i in 0..64 {{ out[i] = i64(x[i]); }}\n"
        "}}\n",
        attribute);
    for (const Way way : kWays) {
      const Kernel kernel(text, way);
      for (const std::int64_t from : {kLeast, std::int64_t{-9}, std::int64_t{0}, kGreatest - 64})
        for (const std::int64_t count : {0, 1, 7, 8, 15, 16, 17, 33, 63, 64}) {
          Numbers all(64);
          for (std::int64_t k = 0; k < count; ++k)
            all[static_cast<std::size_t>(k)] = static_cast<std::int32_t>(static_cast<std::uint32_t>(from + k) * 5 ^ 3);
          const auto out = kernel.run({{from, from + count}});
          ASSERT_TRUE(out);
          ASSERT_EQ(*out, all) << from << ", " << count << ", way " << static_cast<int>(way) << "\n" << text;
        }
    }
  }
}

TEST(TripCounts, BeyondTheNumbersOfLanesStillGiveTheIndexOfAnExtremum) {
  if (!exec::jit::host_form()) GTEST_SKIP() << "this host has no native engine, and the loop is long";
  const Kernel kernel(kernel_of("out[0] = argmin(i in 0..b[0]) i32(i);\n"), Way::tier3);
  exec::Machine machine;
  auto tensors = study::programs::MappedTensors::map(machine, kernel.compiled().tensors);
  ASSERT_TRUE(tensors.ok());
  constexpr std::int64_t kFirst = std::int64_t{1} << 31, kCount = kFirst + 20;  // i32(2^31) is the least i32
  std::memcpy(tensors->bytes()[0].data(), &kCount, 8);
  const auto engine = exec::jit::NativeEngine::compile(kernel.program());
  ASSERT_TRUE(engine.ok());
  ASSERT_EQ(engine->run(machine, machine.spawn()), exec::Status::halted);
  std::int64_t found = 0;
  std::memcpy(&found, tensors->bytes()[1].data(), 8);
  EXPECT_EQ(found, kFirst);
}

// ---- places

TEST(Places, AreBytesModulo2To64AtEveryTier) {
  const std::string text =
      "tensor b: i64[2]; tensor out: i64[8]; tensor x: i64[64]; tensor y: f64[64];\n"
      "kernel main() {\n"
      "  for i in 0..64 { x[i] = i * i; y[i] = f64(i); }\n"
      "  out[0] = x[b[0] * 2305843009213693952 + 3];\n"       // 2^64 bytes
      "  out[1] = i64(y[b[0] * 1152921504606846976 + 4]);\n"  // 2^63 bytes: b[0] is even
      "  out[2] = x[b[1] + 600000000005];\n"
      "  var s = 0;\n"
      "  for i in 0..8 { s += x[b[1] + 600000000000 + i]; }\n"
      "  out[3] = s;\n"
      "  s = 0;\n"
      "  for i in 0..b[0] - 1 { s += x[i * 1152921504606846976 + 9]; }\n"
      "  out[4] = s;\n"
      "  x[b[1] + 600000000000 + 2305843009213693952 * b[0]] = 77;\n"
      "  out[5] = x[0];\n"
      "  for i in 0..64 { x[i + 4611686018427387904 * b[0]] = i; }\n"
      "  out[6] = sum(i in 0..64) x[i];\n"
      "}\n";
  for (const Way way : kWays) {
    const auto out = Kernel(text, way).run({{2, -600000000000}});
    ASSERT_TRUE(out) << static_cast<int>(way);
    EXPECT_EQ(*out, (Numbers{9, 4, 25, 140, 81, 77, 2016, 0})) << static_cast<int>(way);
  }
}

TEST(Places, OfLargeTensorsNeedNotFitADisplacement) {
  // Compiled only: such tensors exceed the memory of a test.
  const std::string text =
      "tensor x: f32[1000, 1000, 1000]; tensor y: f32[2000, 1000, 1000];\n"
      "kernel main() {\n"
      "  x[999, 999, 999] = 1.0;\n"
      "  for i in 0..1000 { y[1999, 999, i] = x[i, 999, 999 - i] + x[999, 3, i]; }\n"
      "}\n";
  for (const Way way : kTiers) Kernel(text, way);
}

TEST(Places, LeaveNoTermOfALoopWhoseStepsWrapToNothing) {
  for (const std::string attribute : {"", "@unroll(2) ", "@unroll(8) "}) {
    const std::string text = fmt::format(
        "tensor b: i64[2]; tensor out: i64[1]; tensor x: i32[64];\n"
        "kernel main() {{\n"
        "  var s = 0i32;\n"
        "  {0}for i in 0..b[0] {{ s += x[i * 2305843009213693952 + 1]; }}\n"
        "  {0}for i in 0..b[0] {{ x[i * 2305843009213693952 + 2] = 5; }}\n"
        "  out[0] = i64(s) + i64(x[2]);\n"
        "}}\n",
        attribute);
    for (const Way way : kWays) {
      const auto out = Kernel(text, way).run({{1, 0}});
      ASSERT_TRUE(out);
      EXPECT_EQ(*out, Numbers{5});
      EXPECT_FALSE(Kernel(text, way).run({{2, 0}})) << "the second place is half of 2^64 bytes away";
    }
  }
}

TEST(Places, ThatOnlyAPassFindsToLieOutsideTrapIfTheyAreReached) {
  const std::string outside[] = {"for i in 0..8 { out[i * i] = 1; }",
                                 "for i in 0..4 { for j in 0..i * i { out[j] = 1; } }",
                                 "for i in 0..4 { let j = i * i; for k in j..j + 1 { out[k] = 1; } }"};
  for (const std::string& loop : outside)
    for (const Way way : kWays) {
      EXPECT_FALSE(Kernel(kernel_of(loop), way).run({{1, 0}})) << loop << static_cast<int>(way);
      const std::string idle = "for n in 0..b[0] { " + loop + " }";
      EXPECT_TRUE(Kernel(kernel_of(idle), way).run({{0, 0}})) << idle << static_cast<int>(way);
      EXPECT_FALSE(Kernel(kernel_of(idle), way).run({{1, 0}})) << idle << static_cast<int>(way);
    }
}

TEST(Places, OutsideOfATensorTrapEvenIfTheirLow32BitsLieInside) {
  const std::string body[] = {"y[i] = x[i64(a[i]) * 4];", "x[i64(a[i]) * 4] = a[i];", "y[i] = x[i64(a[i]) + b[0]];",
                              "y[i] = x[i64(a[i]) * i64(a[i])];"};
  const Numbers factors[] = {{1 << 30, 0}, {-(1 << 30), 0}, {3, (std::int64_t{1} << 32) + 1}, {1 << 16, 0}};
  for (std::size_t k = 0; k < std::size(body); ++k) {
    const std::string text =
        "tensor b: i64[2]; tensor out: i64[1]; tensor a: i32[64]; tensor x: i32[64]; tensor y: i32[64];\n"
        "kernel main() {\n  @independent for i in 0..64 { " +
        body[k] + " }\n  out[0] = i64(y[1]);\n}\n";
    for (const Way way : kWays) {
      const Kernel kernel(text, way);
      std::vector<std::vector<std::byte>> contents(3);
      contents[0].resize(16), contents[1].resize(8), contents[2].resize(256);
      EXPECT_TRUE(kernel.run_bytes(contents));
      const auto index = static_cast<std::int32_t>(factors[k][0]);
      std::memcpy(contents[2].data() + 20, &index, 4);
      std::memcpy(contents[0].data(), &factors[k][1], 8);
      EXPECT_FALSE(kernel.run_bytes(contents)) << text << "way " << static_cast<int>(way);
    }
  }
}

// ---- arithmetic

const Numbers kOperands = {kLeast, kLeast + 1, -(std::int64_t{1} << 31) - 1, -(std::int64_t{1} << 31), -1,       0, 1,
                           63,     64,         (std::int64_t{1} << 31) - 1,  std::int64_t{1} << 31,    kGreatest};

/// An expression of a and b, with `{0}` and `{1}`, and its value.
struct Operation {
  const char* text;
  std::int64_t (*value)(std::int64_t, std::int64_t);
};
std::int64_t shifted(std::int64_t a, std::int64_t b, bool left) {
  const auto by = static_cast<unsigned>(static_cast<std::uint64_t>(b) % 64);
  return left ? static_cast<std::int64_t>(static_cast<std::uint64_t>(a) << by) : a >> by;
}
std::int32_t low(std::int64_t x) { return static_cast<std::int32_t>(static_cast<std::uint64_t>(x)); }
std::int64_t narrow(Wide x) { return low(wrapped(x)); }
const Operation kOperations[] = {
    {"{0} + {1}", [](std::int64_t a, std::int64_t b) { return wrapped(Wide{a} + b); }},
    {"{0} - {1}", [](std::int64_t a, std::int64_t b) { return wrapped(Wide{a} - b); }},
    {"{0} * {1}", [](std::int64_t a, std::int64_t b) { return wrapped(Wide{a} * b); }},
    {"-{0} + abs({1})", [](std::int64_t a, std::int64_t b) { return wrapped((b < 0 ? -Wide{b} : Wide{b}) - a); }},
    {"{0} << {1}", [](std::int64_t a, std::int64_t b) { return shifted(a, b, true); }},
    {"{0} >> {1}", [](std::int64_t a, std::int64_t b) { return shifted(a, b, false); }},
    {"lshr({0}, {1})",
     [](std::int64_t a, std::int64_t b) {
       return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) >> (static_cast<std::uint64_t>(b) % 64));
     }},
    {"min({0}, {1}) ^ ~max({0}, {1})", [](std::int64_t a, std::int64_t b) { return std::min(a, b) ^ ~std::max(a, b); }},
    {"{0} % 4096 + i64({0} < {1})", [](std::int64_t a, std::int64_t b) { return (a & 4095) + (a < b ? 1 : 0); }},
    {"{0} >= {1} ? {0} : {1} - 1", [](std::int64_t a, std::int64_t b) { return a >= b ? a : wrapped(Wide{b} - 1); }},
    {"fma({0}, {1}, {0})", [](std::int64_t a, std::int64_t b) { return wrapped(Wide{wrapped(Wide{a} * b)} + a); }},
    {"i64(i32({0}) + i32({1}))", [](std::int64_t a, std::int64_t b) { return narrow(Wide{low(a)} + low(b)); }},
    {"i64(i32({0}) * i32({1}))", [](std::int64_t a, std::int64_t b) { return narrow(Wide{low(a)} * low(b)); }},
    {"i64(-i32({0}) - abs(i32({1})))",
     [](std::int64_t a, std::int64_t b) { return narrow(-Wide{low(a)} - std::abs(std::int64_t{low(b)})); }},
    {"i64(i32({0}) << i32({1}))",
     [](std::int64_t a, std::int64_t b) {
       return narrow(Wide{static_cast<std::uint32_t>(low(a))} << (static_cast<std::uint32_t>(low(b)) % 32));
     }},
    {"i64(i32({0}) >> i32({1}))",
     [](std::int64_t a, std::int64_t b) { return std::int64_t{low(a) >> (static_cast<std::uint32_t>(low(b)) % 32)}; }},
    {"i64(lshr(i32({0}), i32({1})))",
     [](std::int64_t a, std::int64_t b) {
       return narrow(static_cast<std::uint32_t>(low(a)) >> (static_cast<std::uint32_t>(low(b)) % 32));
     }},
    {"i64(min(i32({0}), i32({1})) < i32({1}) ? i32({0}) : 5)",
     [](std::int64_t a, std::int64_t b) { return std::int64_t{low(a) < low(b) ? low(a) : 5}; }},
};

TEST(Arithmetic, GivesTheSameForNumbersInTheTextAndAtRunTime) {
  // For each pair of operands and each operation: both in the text, either one, or none.
  std::string statements;
  Numbers operands, all;
  for (const std::int64_t a : kOperands) operands.push_back(a);
  const auto literal = [](std::int64_t x) { return fmt::format("({}i64)", x); };
  for (std::size_t i = 0; i < kOperands.size(); ++i)
    for (std::size_t k = 0; k < kOperands.size(); ++k) {
      const std::int64_t a = kOperands[i], b = kOperands[k];
      for (const Operation& operation : kOperations) {
        const std::string x = literal(a), y = literal(b), u = fmt::format("b[{}]", i), v = fmt::format("b[{}]", k);
        const std::size_t way = all.size() % 4;  // one of the four for each operation; all occur for each pair
        statements += fmt::format("out[{}] = {};\n", all.size(),
                                  fmt::format(fmt::runtime(operation.text), way < 2 ? x : u, way % 2 == 0 ? y : v));
        all.push_back(operation.value(a, b));
        statements += fmt::format("out[{}] = {};\n", all.size(), fmt::format(fmt::runtime(operation.text), u, v));
        all.push_back(operation.value(a, b));
      }
    }
  const std::string text = fmt::format("tensor b: i64[{}]; tensor out: i64[{}];\nkernel main() {{\n{}}}\n",
                                       operands.size(), all.size(), statements);
  for (const Way way : {Way::source, Way::tier0, Way::tier3}) {
    const auto out = Kernel(text, way).run({operands}, 10'000'000);
    ASSERT_TRUE(out);
    for (std::size_t k = 0; k < all.size(); ++k)
      ASSERT_EQ((*out)[k], all[k]) << "out[" << k << "], way " << static_cast<int>(way);
  }
}

template <class To>
std::int64_t truncated(double x) {
  const double end = -static_cast<double>(std::numeric_limits<To>::min());
  return x > -end - 1 && x < end && !std::isnan(x) ? static_cast<To>(x) : std::numeric_limits<To>::min();
}

TEST(Arithmetic, ConvertsFloatsOutOfRangeAndNansToTheLeastInteger) {
  const double numbers[] = {
      0.0,           -0.0,          0.5,    -0.5,   2147483647.0, 2147483647.5,          2147483648.0, -2147483648.0,
      -2147483648.5, -2147483649.0, 0x1p62, 0x1p63, -0x1p63,      -0x1.0000000000001p63, 1e300,        -1e300};
  std::string statements;
  Numbers inputs, all;
  for (const double x : numbers) {
    const std::string load = fmt::format("bits_f64(b[{}])", inputs.size());
    inputs.push_back(std::bit_cast<std::int64_t>(x));
    const float narrow = static_cast<float>(x);
    for (const std::string& number : {fmt::format("({:.17e}f64)", x), load}) {
      statements +=
          fmt::format("out[{}] = i64(i32({})); out[{}] = i64({}); ", all.size(), number, all.size() + 1, number);
      all.push_back(truncated<std::int32_t>(x)), all.push_back(truncated<std::int64_t>(x));
      statements += fmt::format("out[{}] = i64(i32(f32({}))); out[{}] = i64(f32({}));\n", all.size(), number,
                                all.size() + 1, number);
      all.push_back(truncated<std::int32_t>(narrow)), all.push_back(truncated<std::int64_t>(narrow));
    }
  }
  for (const std::string& nan : {std::string("bits_f64(0x7ff8000000000000)"), std::string("(0.0f64 / 0.0)")}) {
    statements +=
        fmt::format("out[{}] = i64({}); out[{}] = i64(i32(f32({})));\n", all.size(), nan, all.size() + 1, nan);
    all.push_back(kLeast), all.push_back(std::numeric_limits<std::int32_t>::min());
  }
  const std::string text = fmt::format("tensor b: i64[{}]; tensor out: i64[{}];\nkernel main() {{\n{}}}\n",
                                       inputs.size(), all.size(), statements);
  for (const Way way : kWays) {
    const auto out = Kernel(text, way).run({inputs}, 1'000'000);
    ASSERT_TRUE(out);
    for (std::size_t k = 0; k < all.size(); ++k) EXPECT_EQ((*out)[k], all[k]) << k << ", way " << static_cast<int>(way);
  }
}

TEST(Arithmetic, StoresTheLowBitsOfSmallIntegers) {
  const std::string text =
      "tensor b: i64[6]; tensor out: i64[18]; tensor s: i8[6]; tensor u: u8[6]; tensor h: u16[6];\n"
      "kernel main() {\n"
      "  for i in 0..6 { s[i] = i32(b[i]); u[i] = i32(b[i]); h[i] = i32(b[i]); }\n"
      "  for i in 0..6 { out[3 * i] = i64(i32(s[i])); out[3 * i + 1] = i64(i32(u[i])); out[3 * i + 2] = "
      "i64(i32(h[i])); }\n"
      "}\n";
  const Numbers numbers = {127, 128, -129, 255, 65536, -1};
  Numbers all;
  for (const std::int64_t x : numbers) {
    all.push_back(static_cast<std::int8_t>(x));
    all.push_back(static_cast<std::uint8_t>(x));
    all.push_back(static_cast<std::uint16_t>(x));
  }
  for (const Way way : kWays) {
    const auto out = Kernel(text, way).run({numbers});
    ASSERT_TRUE(out);
    EXPECT_EQ(*out, all) << static_cast<int>(way);
  }
}

}  // namespace
}  // namespace vtpu::compiler
