// The intermediate representation as ir.h defines it: text, rules, meaning.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>
#include <string>

#include "vtpu/compiler/ir/datum.h"
#include "vtpu/compiler/ir/evaluate.h"
#include "vtpu/compiler/ir/text.h"
#include "vtpu/compiler/ir/verify.h"

namespace vtpu::compiler::ir {
namespace {

using testing::TestWithParam;

/// Two f32[64] and an i32[64] first; 40 values, 4 loops.
std::string with_head(std::string_view body) {
  return "module \"m\"\nvalues 40\nloops 4\n"
         "tensor x: f32[64] at 0.0.0.0.0.0.1.0.0.0.0\n"
         "tensor y: f32[8, 8] at 0.0.0.0.0.0.2.0.0.0.0\n"
         "tensor k: i32[64] local at 0.0.0.0.0.0.3.0.0.0.0\n"
         "tensor cells: i64[4, 5] sparse at 0.0.0.0.0.0.4.0.0.1.1 flags 3\n" +
         std::string(body);
}
Module read(std::string_view body) {
  auto module = parse("m.ir", with_head(body));
  EXPECT_TRUE(module.ok()) << (module.ok() ? "" : module.error().message()) << "\n" << body;
  return module.ok() ? *module : Module{};
}
std::string verdict(std::string_view body) {
  const auto ok = verify(read(body));
  return ok ? "fine" : ok.error().message();
}

constexpr std::string_view kDot =
    R"(%0: f32 = constant imm 1065353216 @1:2
%1: i64 = constant imm 8
loop i0 "row" %2 trip %1 unroll 4 independent @3:1 {
  carry %3: f32 = %0 next %6 result %7 by add
  %4: f32 = load x[0 + 4*i0 + %2*4]
  %5: f32 = load y[4 + 32*i0]
  %6: f32 = fma %4, %5, %3
  loop i1 "" _ trip 5 {
    store: f32 %5 x[0 + 4*i0 + 4*i1] @7:9
  }
}
%8: coordinate = coordinate place 0.0.0.0.0.0.4.0.0.1.1
%9: i64 = load cells[0 + %1*1 @ %8 line]
%10: message = pack _, %9 imm 2
send: none %10, %8
barrier: none
)";

TEST(Text, IsReadBackToTheSameModule) {
  const Module module = read(kDot);
  const std::string text = to_text(module);
  EXPECT_EQ(text, with_head(kDot));
  auto again = parse("again", text);
  ASSERT_TRUE(again.ok()) << again.error().message();
  EXPECT_EQ(to_text(*again), text);
  EXPECT_EQ(again->types, module.types);
  const Loop& loop = *again->body[2].loop();
  EXPECT_EQ(loop.name, "row");
  EXPECT_EQ(loop.trip_value, 1u);
  EXPECT_EQ(loop.unroll, 4u);
  EXPECT_TRUE(loop.independent);
  EXPECT_EQ(loop.source, (Place{3, 1}));
  EXPECT_EQ(again->tensors[3].origin.flags(), 3u);
  EXPECT_EQ(again->tensors[2].role, Tensor::Role::local);
}

TEST(Text, KeepsEveryFieldOfAnOp) {
  for (const std::string_view line :
       {"%1: i64 = compare %2, %3 from f32 cond ge", "%1: f32 = reduce %2 from f32x16 by max",
        "%1: coordinate = step %2, %3 axis scroll", "%1: f32x16 = load x[-4 + -8*i2 + %3*4] width 32 @4294967295:9",
        "%1: f32 = load x[0 + _*4 @ _ line]", "%1: i64 = constant imm -9223372036854775808"}) {
    const std::string text = to_text(read(std::string(line) + "\n"));
    EXPECT_NE(text.find(line), std::string::npos) << text;
  }
  Module odd;
  odd.name = "a \"name\" \\ of\ntwo lines";
  EXPECT_EQ(parse("odd", to_text(odd))->name, odd.name);
}

TEST(Text, WithAnErrorIsRefusedWithItsPlace) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"%40: f32 = constant", "m.ir:8:1: found %40; expected a value below 40"},
      {"%1: f31 = constant", "m.ir:8:5: found 'f31'; expected a type"},
      {"%1: f32 = constand", "m.ir:8:11: found 'constand'; expected a kind of op, loop or '}'"},
      {"%1: f32 = load z[0]", "m.ir:8:16: found 'z'; expected a tensor declared above, or an attribute of an op"},
      {"%1: f32 = load x[0 + 4*i4]", "m.ir:8:24: found 'i4'; expected a loop below 4"},
      {"%1: f32 = load x[0", "m.ir:8:19: the line ends; expected ']'"},
      {"%1: f32 = constant imm 1.5", "m.ir:8:24: found '1.5'; expected a whole number"},
      {"loop i0 \"i\" %1 trip 4 {", "m.ir:8:24: the line ends; expected '}'"},
      {"loop i0 \"i %1 trip 4 {", "m.ir:8:10: the name has no end; expected '\"'"},
      {"}", "m.ir:8:1: found ''; expected a kind of op, loop or '}'"},
      {"%1: coordinate = coordinate place 1.2",
       "m.ir:8:35: found '1.2'; expected eleven numbers from 0 to 2047 separated by dots"},
      {"barrier: none x", "m.ir:8:15: found 'x'; expected ',', an access"}};
  for (const auto& [line, message] : cases) {
    const auto module = parse("m.ir", with_head(line));
    ASSERT_FALSE(module.ok()) << line;
    EXPECT_EQ(module.error().message().substr(0, message.size()), message) << line;
  }
  std::string deep;
  for (int k = 0; k < 300; ++k) deep += "loop i0 \"\" _ trip 1 {\n";
  EXPECT_FALSE(parse("deep", with_head(deep)).ok());
}

TEST(Names, AreUniqueAndConsistent) {
  std::set<std::string_view> kinds;
  for (std::size_t k = 0; k < kKinds; ++k) kinds.insert(name_of(static_cast<OpKind>(k)));
  EXPECT_EQ(kinds.size(), kKinds);
  EXPECT_EQ(name_of(OpKind::dot_u8i8), "dot_u8i8");
  EXPECT_EQ(vector_of(Type::i32), Type::i32x16);
  EXPECT_EQ(vector_of(Type::i64), Type::none);
  EXPECT_EQ(vector_of(Type::none), Type::none);
  EXPECT_EQ(scalar_of(Type::f64x8), Type::f64);
  EXPECT_EQ(scalar_of(Type::bytes64), Type::none);
  EXPECT_EQ(lanes_of(Type::f64x8), 8u);
  EXPECT_EQ(size_of(Element::bf16), 2u);
  EXPECT_EQ(type_of(Element::u16), Type::i32);
  EXPECT_TRUE(has_effect(OpKind::store));
  EXPECT_TRUE(has_effect(OpKind::prefetch));
  EXPECT_FALSE(has_effect(OpKind::load));
  Tensor tensor;
  EXPECT_EQ(tensor.bytes(), 4);
  tensor.shape = {3, 5};
  tensor.element = Element::f64;
  EXPECT_EQ(tensor.elements(), 15);
  EXPECT_EQ(tensor.bytes(), 120);
}

TEST(Verifier, AcceptsAValidModule) { EXPECT_EQ(verdict(kDot), "fine"); }

struct Rule {
  std::string_view name, body, message;
};
std::ostream& operator<<(std::ostream& out, const Rule& rule) { return out << rule.name; }

class VerifierRule : public TestWithParam<Rule> {};

TEST_P(VerifierRule, IsEnforced) {
  EXPECT_NE(verdict(GetParam().body).find(GetParam().message), std::string::npos) << verdict(GetParam().body);
}

constexpr Rule kRules[] = {
    {"AValueIsDefinedOnce", "%1: i64 = constant\n%1: i64 = constant\n", "%1 is defined a second time; expected"},
    {"AValueIsDefinedBeforeItsUse", "%2: i64 = add %1, %1\n%1: i64 = constant\n", "%1 is not defined here"},
    {"AValueIsDefinedBeforeItsUseEvenWithItsType",
     "loop i0 \"\" %1 trip 2 {\n}\n%2: i64 = add %1, %1\n%3: i64 = constant\n", "%1 is out of scope here"},
    {"AnUndefinedValueIsNamed", "%2: i64 = add %3, %3 @9:1\n%3: i64 = constant\n",
     "line 9: %2: i64 = add %3, %3 @9:1: %3 is not defined here"},
    {"TheTypeIsAllowedForTheKind", "%1: f32x16 = iota\n", "the type is f32x16; expected i32x16"},
    {"OperandsHaveTheOpsType", "%1: i64 = constant\n%2: f64 = sqrt %1\n", "operand 0, %1, is i64; expected f64"},
    {"TheNumberOfOperandsIsChecked", "%1: i64 = constant\n%2: i64 = fma %1, %1\n", "it has 2 operands; expected 3"},
    {"IntegersAreNotDivided", "%1: i32 = constant\n%2: i32 = div %1, %1\n", "the type is i32; expected f64, f32"},
    {"AConstantFitsItsType", "%1: i32 = constant imm 2147483648\n", "imm is 2147483648; expected -2147483648 to"},
    {"AComparisonOfVectorsGivesLanes", "%1: i32x16 = iota\n%2: i64 = compare %1, %1 from i32x16\n",
     "the result type does not match the operands"},
    {"ASelectOfVectorsTakesLanes", "%1: i32x16 = iota\n%2: i64 = constant\n%3: i32x16 = select %2, %1, %1\n",
     "operand 0, %2, is i64; expected lanes"},
    {"ConversionsAreBetweenTypesOfOneShape", "%1: i32x16 = iota\n%2: f64x8 = convert %1 from i32x16\n",
     "f64x8 from i32x16; expected two scalar types"},
    {"BitsKeepTheirWidth", "%1: i32 = constant\n%2: f64 = bits %1 from i32\n",
     "f64 from i32; expected types of equal width"},
    {"ASplatHasTheTypeOfItsLanes", "%1: i32 = constant\n%2: f32x16 = splat %1 from i32\n",
     "lanes from i32; expected f32"},
    {"AnExtractNamesALane", "%1: i32x16 = iota\n%2: i32 = extract %1 from i32x16 imm 16\n",
     "imm is 16; expected 0 to 15"},
    {"AReductionGivesALane", "%1: i32x16 = iota\n%2: i64 = reduce %1 from i32x16\n", "i64 of i32x16; expected i32"},
    {"AVectorIsShiftedByANumber", "%1: i32x16 = iota\n%2: i32x16 = shl %1 imm 32\n", "imm is 32; expected 0 to 31"},
    {"AMessageHasFourLanes", "%1: i64 = constant\n%2: message = pack _, %1 imm 4\n", "imm is 4; expected 0 to 3"},
    {"OnlyPackMayOmitAnOperand", "%1: i64 = constant\n%2: i64 = add _, %1\n", "operand 0 is not a value"},
    {"AnOpWithAnEffectHasNoResult", "%1: coordinate = coordinate\n%2: i64 = beacon %1\n",
     "it has a result; expected none"},
    {"APureOpHasAResult", "iota: i32x16\n", "it has no result"},
    {"AnAccessNamesATensor", "%1: f32 = load\n", "it accesses no tensor"},
    {"OtherOpsHaveNoAccess", "%1: i64 = constant x[0]\n", "it has an access"},
    {"ALoadHasTheElementsType", "%1: i32 = load x[0]\n", "i32 of a tensor of f32; expected f32"},
    {"AVectorIs32Or64BytesWide", "%1: f32x16 = load x[0] width 16\n", "the width is 16; expected 32 or 64"},
    {"AnAccessEndsInItsTensor", "%1: f32x16 = load x[196]\n",
     "it touches bytes 196 to 259; expected bytes 0 to 255 of x"},
    {"AnAccessBeginsInItsTensor", "%1: f32 = load x[-4]\n", "it touches bytes -4 to -1"},
    {"AnAccessStaysInItsTensor", "loop i0 \"\" _ trip 9 {\n%1: f32 = load x[0 + 32*i0]\n}\n",
     "it touches bytes 0 to 259"},
    {"AnAccessWithANegativeStepStaysInItsTensor", "loop i0 \"\" _ trip 9 {\n%1: f32 = load x[28 + -4*i0]\n}\n",
     "it touches bytes -4 to 31"},
    {"TermsNameEnclosingLoops", "%1: f32 = load x[0 + 4*i0]\n", "the term 4*i0"},
    {"TermsAreInOrder", "loop i0 \"\" _ trip 2 {\nloop i1 \"\" _ trip 2 {\n%1: f32 = load x[0 + 4*i1 + 4*i0]\n}\n}\n",
     "the term 4*i0"},
    {"SixteenPlacesHoldFourBytesEach", "%1: i32x16 = iota\n%2: f32x16 = load x[0 + %1*1]\n",
     "the index is i32x16; expected"},
    {"AnIndexIsAnInteger", "%1: f32 = constant\n%2: f32 = load x[0 + %1*4]\n",
     "the index is f32; expected i64 or i32x16"},
    {"ASparseTensorIsAccessedByCoordinate", "%1: i64 = load cells[0]\n",
     "a sparse tensor is accessed without a coordinate"},
    {"ADenseTensorIsNotAccessedByCoordinate", "%1: coordinate = coordinate\n%2: f32 = load x[0 @ %1 column]\n",
     "a dense tensor is accessed by coordinate"},
    {"LoopsHaveUniqueIds", "loop i0 \"\" _ trip 2 {\n}\nloop i0 \"j\" _ trip 2 @5:1 {\n}\n",
     "line 5: loop i0 'j': the id 0"},
    {"ATripCountIsAnI64", "%1: i32 = constant\nloop i0 \"\" _ trip %1 {\n}\n",
     "a trip count of type i32; expected i64"},
    {"ACarriedValueKeepsItsType",
     "%1: i64 = constant\nloop i0 \"\" _ trip 2 {\ncarry %2: i64 = %1 next %3 result %4\n%3: i32 = constant\n}\n",
     "%2 carries on with i32; expected i64"},
    {"ACarriedValueHasANextOne",
     "%1: i64 = constant\nloop i0 \"\" _ trip 2 {\ncarry %2: i64 = %1 next _ result %4\n}\n",
     "a carried value without a next one"},
    {"ACarriedResultIsVisibleOnlyAfterTheLoop",
     "%1: i64 = constant\nloop i0 \"\" _ trip 2 {\ncarry %2: i64 = %1 next %2 result %4\n%5: i64 = add %4, %2\n}\n",
     "%4 is not defined here"},
    {"AReorderableValueIsReduced",
     "%1: i64 = constant\nloop i0 \"\" _ trip 2 {\ncarry %2: i64 = %1 next %3 result %4 by min\n%3: i64 = add %2, "
     "%1\n}\n",
     "%2 is reorderable, but %3 is not min(%2, …)"},
    {"AReorderableValueHasNoOtherUse",
     "%1: i64 = constant\nloop i0 \"\" _ trip 2 {\ncarry %2: i64 = %1 next %3 result %4 by add\n%3: i64 = add %2, %1\n"
     "%5: i64 = sub %3, %1\n}\n",
     "or is used otherwise"}};

INSTANTIATE_TEST_SUITE_P(All, VerifierRule, testing::ValuesIn(kRules),
                         [](const auto& made) { return std::string(made.param.name); });

TEST(Verifier, AcceptsAccessesWhosePlaceIsUnknown) {
  EXPECT_EQ(verdict("%1: i64 = constant imm 1000\n%2: f32 = load x[0 + %1*4]\n"), "fine");
  EXPECT_EQ(verdict("%1: i64 = constant\nloop i0 \"\" _ trip %1 {\n%2: f32 = load x[0 + 4096*i0]\n}\n"), "fine");
  EXPECT_EQ(verdict("loop i0 \"\" _ trip 0 {\n%2: f32 = load x[4096]\n}\n"), "fine");
  EXPECT_EQ(verdict("prefetch: none x[4096]\n"), "fine");
}

TEST(Verifier, ChecksTensors) {
  Module module;
  module.tensors.resize(2);
  module.tensors[0].name = module.tensors[1].name = "x";
  EXPECT_EQ(verify(module).error().where, "tensor 'x'");
  module.tensors[1].name = "y";
  module.tensors[1].sparse = true;
  EXPECT_EQ(verify(module).error().found, "sparse with elements of f32");
  module.tensors[1].element = Element::i64;
  EXPECT_TRUE(verify(module).ok());
  module.tensors[0].shape = {1, 0};
  EXPECT_EQ(verify(module).error().found, "an extent of 0");
  module.tensors[0].shape = {std::int64_t{1} << 40, std::int64_t{1} << 40};
  EXPECT_FALSE(verify(module).ok());
}

// ---- the evaluator

/// The value of %1, of that type, after the body; it is passed through memory.
template <class T>
T result_of(std::string_view body, std::string_view type, std::string_view element, std::size_t at = 0) {
  const std::string text = "module \"m\"\nvalues 40\nloops 4\ntensor out: " + std::string(element) +
                           "[64] at 0.0.0.0.0.0.1.0.0.0.0\n" + std::string(body) + "store: " + std::string(type) +
                           " %1 out[0]\n";
  auto module = parse("m", text);
  EXPECT_TRUE(module.ok()) << (module.ok() ? "" : module.error().message()) << text;
  if (!module) return T{};
  Memory memory = make_memory(*module);
  const auto ok = evaluate(*module, memory);
  EXPECT_TRUE(ok.ok()) << (ok.ok() ? "" : ok.error().message());
  Datum datum;
  std::copy_n(memory[0].bytes.begin(), 64, datum.bytes.begin());
  return datum.lane<T>(at);
}
std::int64_t i64_of(std::string_view body) { return result_of<std::int64_t>(body, "i64", "i64"); }
std::int32_t i32_of(std::string_view body) { return result_of<std::int32_t>(body, "i32", "i32"); }
float f32_of(std::string_view body) { return result_of<float>(body, "f32", "f32"); }
double f64_of(std::string_view body) { return result_of<double>(body, "f64", "f64"); }
std::int32_t lane_of(std::string_view body, std::size_t k) { return result_of<std::int32_t>(body, "i32x16", "i32", k); }
float float_lane_of(std::string_view body, std::size_t k) { return result_of<float>(body, "f32x16", "f32", k); }

/// %2 and %3 as constants, before the op.
std::string two(std::string_view type, std::int64_t a, std::int64_t b, std::string_view op) {
  return "%2: " + std::string(type) + " = constant imm " + std::to_string(a) + "\n%3: " + std::string(type) +
         " = constant imm " + std::to_string(b) + "\n%1: " + std::string(op) + "\n";
}
std::int64_t bits(double x) { return std::bit_cast<std::int64_t>(x); }
std::int64_t bits(float x) { return std::bit_cast<std::uint32_t>(x); }

TEST(Evaluator, WrapsIntegersAround) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(i64_of(two("i64", kMost, 2, "i64 = add %2, %3")), std::numeric_limits<std::int64_t>::min() + 1);
  EXPECT_EQ(i64_of(two("i64", -kMost, 2, "i64 = sub %2, %3")), kMost);
  EXPECT_EQ(i64_of(two("i64", kMost, 2, "i64 = mul %2, %3")), -2);
  EXPECT_EQ(i64_of(two("i64", kMost, 2, "i64 = fma %2, %3, %3")), 0);
  EXPECT_EQ(i32_of(two("i32", 2147483647, 65536, "i32 = mul %2, %3")), -65536);
  EXPECT_EQ(lane_of(two("i32x16", 2147483647, 1, "i32x16 = add %2, %3"), 15), std::numeric_limits<std::int32_t>::min());
}

TEST(Evaluator, RoundsFloatsOncePerOp) {
  EXPECT_EQ(f32_of(two("f32", bits(1.0f), bits(0x1p-24f), "f32 = add %2, %3")), 1.0f);
  EXPECT_EQ(f32_of(two("f32", bits(1.0f), bits(3.0f), "f32 = div %2, %3")), 1.0f / 3.0f);
  EXPECT_EQ(f64_of(two("f64", bits(2.0), bits(3.0), "f64 = sqrt %2")), std::sqrt(2.0));
  const float a = 1 + 0x1p-12f;
  EXPECT_EQ(f32_of(two("f32", bits(a), bits(-1.0f), "f32 = fma %2, %2, %3")), 0x1p-11f + 0x1p-24f);
  EXPECT_EQ(f64_of(two("f64", bits(1.5), bits(0.25), "f64 = mul %2, %3")), 0.375);
  EXPECT_EQ(float_lane_of(two("f32x16", bits(1.5f), bits(0.25f), "f32x16 = sub %2, %3"), 7), 1.25f);
}

TEST(Evaluator, ReturnsTheSecondOperandOfMinAndMaxWhenNeitherIsLess) {
  const std::int64_t nan = bits(std::numeric_limits<float>::quiet_NaN());
  EXPECT_EQ(f32_of(two("f32", nan, bits(2.0f), "f32 = min %2, %3")), 2.0f);
  EXPECT_TRUE(std::isnan(f32_of(two("f32", bits(2.0f), nan, "f32 = max %2, %3"))));
  EXPECT_TRUE(std::signbit(f32_of(two("f32", bits(0.0f), bits(-0.0f), "f32 = max %2, %3"))));
  EXPECT_EQ(i64_of(two("i64", -5, 3, "i64 = min %2, %3")), -5);
  EXPECT_EQ(lane_of(two("i32x16", -5, 3, "i32x16 = max %2, %3"), 3), 3);
}

TEST(Evaluator, ComputesBitOps) {
  EXPECT_EQ(i64_of(two("i64", 12, 10, "i64 = bit_and %2, %3")), 8);
  EXPECT_EQ(i32_of(two("i32", 12, 10, "i32 = bit_or %2, %3")), 14);
  EXPECT_EQ(lane_of(two("i32x16", 12, 10, "i32x16 = bit_xor %2, %3"), 9), 6);
  EXPECT_EQ(i64_of(two("i64", 1, 65, "i64 = shl %2, %3")), 2);
  EXPECT_EQ(i32_of(two("i32", -1, 33, "i32 = shr %2, %3")), 0x7fffffff);
  EXPECT_EQ(i64_of(two("i64", -8, 1, "i64 = sar %2, %3")), -4);
  EXPECT_EQ(lane_of(two("i32x16", -8, 0, "i32x16 = sar %2 imm 2"), 9), -2);
  EXPECT_EQ(i64_of("%2: i32 = constant imm -3\n%1: i64 = extend %2\n"), -3);
  EXPECT_EQ(f32_of("%2: i32 = constant imm 1065353216\n%1: f32 = bits %2 from i32\n"), 1.0f);
}

TEST(Evaluator, ComparesAndSelects) {
  const std::int64_t nan = bits(std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(i64_of(two("i32", -1, 1, "i64 = compare %2, %3 from i32 cond lt")), 1);
  EXPECT_EQ(i64_of(two("f64", nan, nan, "i64 = compare %2, %3 from f64 cond eq")), 0);
  EXPECT_EQ(i64_of(two("f64", nan, nan, "i64 = compare %2, %3 from f64 cond ne")), 1);
  EXPECT_EQ(i64_of(two("i64", 3, 4, "i64 = select %3, %2, %3")), 3);
  const std::string lanes =
      "%2: i32x16 = iota\n%3: i32x16 = constant imm 5\n%4: lanes = compare %2, %3 from i32x16 cond ge\n"
      "%1: i32x16 = select %4, %2, %3\n";
  EXPECT_EQ(lane_of(lanes, 4), 5);
  EXPECT_EQ(lane_of(lanes, 6), 6);
}

TEST(Evaluator, ConvertsAsTheMachineDoes) {
  constexpr auto kLeast32 = std::numeric_limits<std::int32_t>::min();
  EXPECT_EQ(i32_of(two("f32", bits(-2.75f), 0, "i32 = convert %2 from f32")), -2);
  EXPECT_EQ(i32_of(two("f32", bits(3e9f), 0, "i32 = convert %2 from f32")), kLeast32);
  EXPECT_EQ(i32_of(two("f64", bits(-2147483648.5), 0, "i32 = convert %2 from f64")), kLeast32);
  EXPECT_EQ(i64_of(two("f64", bits(std::nan("")), 0, "i64 = convert %2 from f64")),
            std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(i32_of(two("i64", (std::int64_t{7} << 32) + 9, 0, "i32 = convert %2 from i64")), 9);
  EXPECT_EQ(f32_of(two("i32", 16777217, 0, "f32 = convert %2 from i32")), 16777216.0f);
  EXPECT_EQ(f64_of(two("f32", bits(0.1f), 0, "f64 = convert %2 from f32")), static_cast<double>(0.1f));
  EXPECT_EQ(float_lane_of("%2: i32x16 = iota\n%1: f32x16 = convert %2 from i32x16\n", 11), 11.0f);
}

TEST(Evaluator, MovesLanes) {
  EXPECT_EQ(lane_of("%2: i32 = constant imm -7\n%1: i32x16 = splat %2 from i32\n", 15), -7);
  EXPECT_EQ(i32_of("%2: i32x16 = iota\n%1: i32 = extract %2 from i32x16 imm 13\n"), 13);
  EXPECT_EQ(f64_of("%2: f64 = constant imm 5\n%3: f64x8 = splat %2 from f64\n%1: f64 = extract %3 from f64x8 imm 7\n"),
            std::bit_cast<double>(std::int64_t{5}));
  const std::string turned =
      "%2: i32x16 = iota\n%3: i32x16 = constant imm 17\n%4: i32x16 = sub %3, %2\n%1: i32x16 = permute %2, %4\n";
  EXPECT_EQ(lane_of(turned, 0), 1);  // 17 mod 16
  EXPECT_EQ(lane_of(turned, 4), 13);
}

TEST(Evaluator, ReducesVectorsByHalves) {
  EXPECT_EQ(i32_of("%2: i32x16 = iota\n%1: i32 = reduce %2 from i32x16\n"), 120);
  EXPECT_EQ(f32_of("%2: i32x16 = iota\n%3: f32x16 = convert %2 from i32x16\n%1: f32 = reduce %3 from f32x16 by max\n"),
            15.0f);
  // 2^24 in lane 0 and 1 elsewhere: reducing by halves adds up the ones before 2^24 joins.
  const std::string sum =
      "%2: i32x16 = iota\n%3: i32x16 = constant\n%4: lanes = compare %2, %3 from i32x16\n%5: f32x16 = constant imm " +
      std::to_string(bits(16777216.0f)) + "\n%6: f32x16 = constant imm " + std::to_string(bits(1.0f)) +
      "\n%7: f32x16 = select %4, %5, %6\n%1: f32 = reduce %7 from f32x16\n";
  EXPECT_EQ(f32_of(sum), 16777216.0f + 14.0f);  // 2^24 + 1 rounds to 2^24; then 2, 4 and 8 are added exactly
}

TEST(Evaluator, SumsProductsOfSmallElements) {
  const std::string bytes =
      "%2: i32x16 = constant imm -16777214\n%3: bytes64 = bits %2 from i32x16\n%4: i32x16 = constant imm 100\n"
      "%1: i32x16 = dot_u8i8 %4, %3, %3\n";  // bytes 2, 0, 0, 255 as unsigned times 2, 0, 0, −1 as signed
  EXPECT_EQ(lane_of(bytes, 3), 100 + 4 - 255);
  const std::string pairs =
      "%2: i32x16 = constant imm 1077952512\n%3: bytes64 = bits %2 from i32x16\n%4: f32x16 = constant imm 1065353216\n"
      "%1: f32x16 = dot_bf16 %4, %3, %3\n";  // 2 and 3 in bf16: 0x4000 and 0x4040
  EXPECT_EQ(float_lane_of(pairs, 5), 1.0f + 2.0f * 2.0f + 3.0f * 3.0f);
}

TEST(Evaluator, ReadsAndWritesElementsAsTheirTypes) {
  const auto through = [](std::string_view element, std::string_view type, std::int64_t value) {
    const std::string text = "module \"m\"\nvalues 9\nloops 0\ntensor t: " + std::string(element) +
                             "[2] at 0.0.0.0.0.0.1.0.0.0.0\ntensor out: " + (type == "f32" ? "f32" : "i32") +
                             "[1] at 0.0.0.0.0.0.2.0.0.0.0\n%0: " + std::string(type) + " = constant imm " +
                             std::to_string(value) + "\nstore: " + std::string(type) + " %0 t[" +
                             (element == "i8" || element == "u8" ? "1" : "2") + "]\n%1: " + std::string(type) +
                             " = load t[" + (element == "i8" || element == "u8" ? "1" : "2") +
                             "]\nstore: " + std::string(type) + " %1 out[0]\n";
    auto module = parse("m", text);
    EXPECT_TRUE(module.ok()) << (module.ok() ? "" : module.error().message()) << text;
    Memory memory = make_memory(*module);
    const auto ok = evaluate(*module, memory);
    EXPECT_TRUE(ok.ok()) << (ok.ok() ? "" : ok.error().message());
    std::int32_t left = 0;
    std::memcpy(&left, memory[1].bytes.data(), 4);
    return left;
  };
  EXPECT_EQ(through("i8", "i32", 255), -1);
  EXPECT_EQ(through("u8", "i32", -1), 255);
  EXPECT_EQ(through("u16", "i32", -1), 65535);
  EXPECT_EQ(std::bit_cast<float>(through("bf16", "f32", bits(1.00390625f + 0x1p-20f))), 1.0f);  // truncated, not
                                                                                                // rounded
}

TEST(Evaluator, RunsLoopsAndCarriesValues) {
  const std::string sum =
      "%2: i64 = constant imm 5\n%3: i64 = constant\nloop i0 \"\" %4 trip %2 {\n"
      "carry %5: i64 = %3 next %6 result %1\n%6: i64 = add %5, %4\n}\n";
  EXPECT_EQ(i64_of(sum), 10);
  const std::string none =
      "%2: i64 = constant imm -5\n%3: i64 = constant imm 77\nloop i0 \"\" %4 trip %2 {\n"
      "carry %5: i64 = %3 next %6 result %1\n%6: i64 = add %5, %4\n}\n";
  EXPECT_EQ(i64_of(none), 77);
  // All carried values are passed on at once: the two are swapped.
  const std::string turns =
      "%2: i64 = constant imm 1\n%3: i64 = constant imm 2\nloop i0 \"\" _ trip 3 {\n"
      "carry %5: i64 = %2 next %6 result %1\ncarry %6: i64 = %3 next %5 result %7\n}\n";
  EXPECT_EQ(i64_of(turns), 2);
}

TEST(Evaluator, StoresToSixteenPlacesAndTheHigherLaneWins) {
  Module module = read(
      "%1: i32x16 = iota\n%2: i32x16 = constant imm 3\n%3: i32x16 = bit_and %1, %2\nstore: i32x16 %1 k[16 + %3*4]\n"
      "%4: i32x16 = load k[16 + %3*4]\nstore: i32x16 %4 k[64]\n%5: i32x16 = load k[64] width 32\nstore: i32x16 %5 "
      "k[128]\n"
      "%6: i32x16 = load_splat k[16]\nstore: i32x16 %6 k[192] width 32\n");
  Memory memory = make_memory(module);
  ASSERT_TRUE(evaluate(module, memory).ok());
  const auto at = [&](std::size_t k) {
    std::int32_t x = 0;
    std::memcpy(&x, memory[2].bytes.data() + 4 * k, 4);
    return x;
  };
  EXPECT_EQ(at(4), 12);
  EXPECT_EQ(at(7), 15);
  EXPECT_EQ(at(16 + 5), 13);
  EXPECT_EQ(at(32 + 7), 15);
  EXPECT_EQ(at(32 + 8), 0);
  EXPECT_EQ(at(48 + 7), 12);
  EXPECT_EQ(at(48 + 8), 0);
}

TEST(Evaluator, FindsCellsByCoordinate) {
  Module module = read(
      "%1: coordinate = coordinate place 0.0.0.0.0.0.4.0.0.1.1\n%2: i64 = constant imm 2\nstore: i64 %2 cells[0 + %2*1 "
      "@ %1 line]\n"
      "%3: coordinate = step %1, %2 axis line\n%4: i64 = load cells[0 @ %3 column]\nstore: i64 %4 cells[0 @ %1 "
      "column]\n"
      "%5: coordinate = set_axis %3, %2 axis column\n%6: i64 = get_axis %3 axis line\n%7: i64 = distance %5, %1\n"
      "%8: i64 = mul %6, %7\nstore: i64 %8 cells[0 @ %5 column]\n");
  Memory memory = make_memory(module);
  ASSERT_TRUE(evaluate(module, memory).ok());
  const auto origin = module.tensors[3].origin;
  EXPECT_EQ(memory[3].cells.size(), 3u);
  EXPECT_EQ(memory[3].cells.at(origin), 2u);
  EXPECT_EQ(memory[3].cells.at(origin.with(phext::Axis::line, 3).with(phext::Axis::column, 2)), 6u);
}

TEST(Evaluator, PacksAndUnpacksMessages) {
  EXPECT_EQ(
      i64_of("%2: i64 = constant imm 9\n%3: message = pack _, %2 imm 1\n%4: i64 = constant imm 4\n"
             "%5: message = pack %3, %4 imm 0\n%6: message = cast %5, %2\n%1: i64 = unpack %6 imm 1\nbarrier: none\n"
             "fence: none\n"),
      9);
  EXPECT_EQ(i64_of("%2: i64 = constant imm 9\n%1: i64 = group_reduce %2 by max\n"), 9);
}

TEST(Evaluator, RefusesUnsupportedAndFaultingOps) {
  const auto refusal = [](std::string_view body, std::uint64_t most = 1000) {
    Module module = read(body);
    Memory memory = make_memory(module);
    const auto ok = evaluate(module, memory, most);
    return ok ? "fine" : ok.error().message();
  };
  EXPECT_EQ(refusal("%1: i64 = constant imm 64\n%2: f32 = load x[0 + %1*4] @7:1\n"),
            "line 7: %2: f32 = load x[0 + %1*4] @7:1: bytes 256 to 259; expected bytes 0 to 255 of x");
  EXPECT_EQ(refusal("%1: i32x16 = constant imm -1\n%2: f32x16 = load x[0 + %1*4]\n").find("bytes -4 to -1") ==
                std::string::npos,
            false);
  EXPECT_NE(refusal("%1: coordinate = coordinate place 0.0.0.0.0.0.4.0.0.1.6\n%2: i64 = load cells[0 @ %1 column]\n")
                .find("expected a coordinate of cells"),
            std::string::npos);
  EXPECT_NE(refusal("loop i0 \"\" _ trip 1000000000000 {\n}\n").find("the limit on ops"), std::string::npos);
  EXPECT_NE(refusal("%1: coordinate = coordinate\n%2: i64 = occupied %1 imm 3\n").find("one sentron"),
            std::string::npos);
  EXPECT_NE(refusal("%1: coordinate = coordinate\n%2: message = receive %1\n").find("one sentron"), std::string::npos);
  EXPECT_NE(refusal("%2: i64 = add %1, %1\n").find("operand 0"), std::string::npos);
  Module module = read("");
  Memory memory;
  EXPECT_EQ(evaluate(module, memory).error().where, "memory");
  memory = make_memory(module);
  memory[0].bytes.pop_back();
  EXPECT_EQ(evaluate(module, memory).error().where, "memory of x");
}

}  // namespace
}  // namespace vtpu::compiler::ir
