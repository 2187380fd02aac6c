// Statements next to the ops that they become, so that a change of either is easy to review: loops, places, reductions,
// functions.
#include "language_text.h"

namespace vtpu::compiler::language {
namespace {

TEST(KernelLanguage, ConstantsAreFolded) {
  EXPECT_EQ(lowered("for i in 0..n / 32 { x[i + 3 * 2 - (n >> 4)] = half * 4.0 + sqrt(f32(n)); }"), R"(
loop i0 "i" %0 trip 2 {
  %1: f32 = constant imm 1092616192
  store: f32 %1 x[8 + 4*i0]
}
)");
}

TEST(KernelLanguage, APlaceIsAffineInItsLoopsAndHasOneDynamicValue) {
  EXPECT_EQ(lowered("for i in 0..4 { for j in 0..4 { x[i * 4 + j + k[i]] = 1.0; } }"), R"(
loop i0 "i" %0 trip 4 {
  loop i1 "j" %1 trip 4 {
    %2: i64 = load k[0 + 8*i0]
    %3: f32 = constant imm 1065353216
    store: f32 %3 x[0 + 16*i0 + 4*i1 + %2*4]
  }
}
)");
}

TEST(KernelLanguage, ADynamicIndexTimesAPowerOfTwoScalesTheAccess) {
  EXPECT_EQ(lowered("x[2 * k[0] + 1] = 0.0; b[8 * k[0]] = 1;"), R"(
%0: i64 = load k[0]
%1: f32 = constant
store: f32 %1 x[4 + %0*8]
%2: i64 = load k[0]
%3: i32 = constant imm 1
store: i32 %3 b[0 + %2*8]
)");
}

TEST(KernelLanguage, SeveralDynamicPartsBecomeOneIndex) {
  EXPECT_EQ(lowered("g[k[0], i64(w[1]) + k[2] - 1] = 0.0;"), R"(
%0: i64 = load k[0]
%1: i32 = load w[4]
%2: i64 = extend %1
%3: i64 = load k[16]
%4: i64 = constant imm 4
%5: i64 = shl %0, %4
%6: i64 = add %5, %2
%7: i64 = add %6, %3
%8: f32 = constant
store: f32 %8 g[-4 + %7*4]
)");
}

TEST(KernelLanguage, LongSumsAreMaterialisedInParts) {
  EXPECT_EQ(lowered("k[0] = k[1] + k[2] - k[3] + k[4] + k[5] + k[6] + 7;"), R"(
%0: i64 = load k[8]
%1: i64 = load k[16]
%2: i64 = load k[24]
%3: i64 = load k[32]
%4: i64 = load k[40]
%5: i64 = add %0, %1
%6: i64 = add %5, %3
%7: i64 = add %6, %4
%8: i64 = sub %7, %2
%9: i64 = load k[48]
%10: i64 = add %8, %9
%11: i64 = constant imm 7
%12: i64 = add %10, %11
store: i64 %12 k[0]
)");
}

TEST(KernelLanguage, PlacesAreRowMajor) {
  EXPECT_EQ(lowered("for i in 0..4 { for j in 0..8 { g[3 - i, 2 * j + 1] = 0.0; } }"), R"(
loop i0 "i" %0 trip 4 {
  loop i1 "j" %1 trip 8 {
    %2: f32 = constant
    store: f32 %2 g[196 + -64*i0 + 8*i1]
  }
}
)");
}

TEST(KernelLanguage, AnInnerLoopFromAMultipleOfTheOuterCounterHasAConstantTripCount) {
  EXPECT_EQ(lowered("for i in 0..n step 16 { for j in i..i + 16 { x[j] = 0.0; } }"), R"(
loop i0 "i" %0 trip 4 {
  loop i1 "j" %1 trip 16 {
    %2: f32 = constant
    store: f32 %2 x[0 + 64*i0 + 4*i1]
  }
}
)");
}

TEST(KernelLanguage, AStepRoundsTheTripCountUp) {
  EXPECT_EQ(lowered("for i in 1..8 step 3 { x[i] = 0.0; }"), R"(
loop i0 "i" %0 trip 3 {
  %1: f32 = constant
  store: f32 %1 x[4 + 12*i0]
}
)");
}

TEST(KernelLanguage, DynamicBoundsGiveATripValueAndTheLowerBoundIsAnIndex) {
  EXPECT_EQ(lowered("for i in k[0]..k[1] step 4 { x[i] = 0.0; }"), R"(
%0: i64 = load k[0]
%1: i64 = load k[8]
%2: i64 = max %1, %0
%3: i64 = sub %2, %0
%4: i64 = constant imm 3
%5: i64 = bit_and %3, %4
%6: i64 = add %5, %4
%7: i64 = constant imm 2
%8: i64 = shr %6, %7
%9: i64 = sub %2, %0
%10: i64 = shr %9, %7
%11: i64 = add %8, %10
loop i0 "i" %12 trip %11 {
  %13: f32 = constant
  store: f32 %13 x[0 + 16*i0 + %0*4]
}
)");
}

TEST(KernelLanguage, BoundsOfI32AreExtended) {
  EXPECT_EQ(lowered("for i in w[0]..w[1] { x[i] = 0.0; }"), R"(
%0: i32 = load w[0]
%1: i64 = extend %0
%2: i32 = load w[4]
%3: i64 = extend %2
%4: i64 = sub %3, %1
loop i0 "i" %5 trip %4 {
  %6: f32 = constant
  store: f32 %6 x[0 + 4*i0 + %1*4]
}
)");
}

TEST(KernelLanguage, ALoopThatDoesNotRunIsRemoved) {
  EXPECT_EQ(lowered("var a = 1; for i in 5..5 { a += 1; x[1000] = 0.0; } k[0] = a;"), R"(
%0: i64 = constant imm 1
store: i64 %0 k[0]
)");
}

TEST(KernelLanguage, ACounterIsAValueOnlyIfItIsUsedAsOne) {
  EXPECT_EQ(lowered("for i in 3..n { k[i] = 5 * i; k[i - 3] = i * i; }"), R"(
loop i0 "i" %0 trip 61 {
  %1: i64 = constant imm 5
  %2: i64 = mul %0, %1
  %3: i64 = constant imm 15
  %4: i64 = add %2, %3
  store: i64 %4 k[24 + 8*i0]
  %5: i64 = constant imm 3
  %6: i64 = add %0, %5
  %7: i64 = add %0, %5
  %8: i64 = mul %6, %7
  store: i64 %8 k[0 + 8*i0]
}
)");
}

TEST(KernelLanguage, VariablesAssignedInALoopAreCarriedInTheOrderOfTheirDeclaration) {
  EXPECT_EQ(
      lowered("var a = 0; var p: f32 = 1.0; for i in 0..n { p = p * x[i]; for j in 0..4 { a += k[j]; } let q = a; "
              "k[i] = q; } k[0] = a; x[0] = p;"),
      R"(
%0: i64 = constant
%1: f32 = constant imm 1065353216
loop i0 "i" %2 trip 64 {
  carry %3: i64 = %0 next %11 result %12
  carry %4: f32 = %1 next %6 result %13
  %5: f32 = load x[0 + 4*i0]
  %6: f32 = mul %4, %5
  loop i1 "j" %7 trip 4 {
    carry %8: i64 = %3 next %10 result %11
    %9: i64 = load k[0 + 8*i1]
    %10: i64 = add %8, %9
  }
  store: i64 %11 k[0 + 8*i0]
}
store: i64 %12 k[0]
store: f32 %13 x[0]
)");
}

TEST(KernelLanguage, AnInnerVariableOfTheSameNameIsNotCarried) {
  EXPECT_EQ(lowered("var a = 1; for i in 0..4 { var a = 2; a += i; k[i] = a; } k[4] = a;"), R"(
loop i0 "i" %0 trip 4 {
  %1: i64 = constant imm 2
  %2: i64 = add %0, %1
  store: i64 %2 k[0 + 8*i0]
}
%3: i64 = constant imm 1
store: i64 %3 k[32]
)");
}

TEST(KernelLanguage, SumMinAndMaxMayBeReordered) {
  EXPECT_EQ(lowered("d[0] = sum(i in 0..n) d[i]; w[0] = min(i in 0..n) w[i]; x[0] = max(i in 0..n step 2) x[i];"), R"(
%4: f64 = constant
loop i0 "i" %0 trip 64 {
  carry %2: f64 = %4 next %3 result %5 by add
  %1: f64 = load d[0 + 8*i0]
  %3: f64 = add %2, %1
}
store: f64 %5 d[0]
%10: i32 = constant imm 2147483647
loop i1 "i" %6 trip 64 {
  carry %8: i32 = %10 next %9 result %11 by min
  %7: i32 = load w[0 + 4*i1]
  %9: i32 = min %8, %7
}
store: i32 %11 w[0]
%16: f32 = constant imm 4286578688
loop i2 "i" %12 trip 32 {
  carry %14: f32 = %16 next %15 result %17 by max
  %13: f32 = load x[0 + 8*i2]
  %15: f32 = max %14, %13
}
store: f32 %17 x[0]
)");
}

TEST(KernelLanguage, ATermMayBeABlockOrAReduction) {
  EXPECT_EQ(lowered("x[0] = sum(i in 0..4) { let r = max(j in 0..16) g[i, j]; r * r };"), R"(
%10: f32 = constant
loop i0 "i" %0 trip 4 {
  carry %8: f32 = %10 next %9 result %11 by add
  %5: f32 = constant imm 4286578688
  loop i1 "j" %1 trip 16 {
    carry %3: f32 = %5 next %4 result %6 by max
    %2: f32 = load g[0 + 64*i0 + 4*i1]
    %4: f32 = max %3, %2
  }
  %7: f32 = mul %6, %6
  %9: f32 = add %8, %7
}
store: f32 %11 x[0]
)");
}

TEST(KernelLanguage, ArgminCarriesTheBestTermAndItsIndex) {
  EXPECT_EQ(lowered("k[0] = argmin(i in 8..n) d[i]; k[1] = argmax(i in 0..n) w[i];"), R"(
%9: f64 = constant imm 9218868437227405312
%10: i64 = constant imm 8
loop i0 "i" %0 trip 56 {
  carry %2: f64 = %9 next %7 result %11
  carry %3: i64 = %10 next %8 result %12
  %1: f64 = load d[64 + 8*i0]
  %4: i64 = compare %1, %2 from f64 cond lt
  %5: i64 = constant imm 8
  %6: i64 = add %0, %5
  %7: f64 = select %4, %1, %2
  %8: i64 = select %4, %6, %3
}
store: i64 %12 k[0]
%20: i32 = constant imm -2147483648
%21: i64 = constant
loop i1 "i" %13 trip 64 {
  carry %15: i32 = %20 next %18 result %22
  carry %16: i64 = %21 next %19 result %23
  %14: i32 = load w[0 + 4*i1]
  %17: i64 = compare %14, %15 from i32 cond gt
  %18: i32 = select %17, %14, %15
  %19: i64 = select %17, %13, %16
}
store: i64 %23 k[8]
)");
}

TEST(KernelLanguage, EmptyReductionsAreConstants) {
  EXPECT_EQ(lowered("d[0] = sum(i in 3..3) d[i]; d[1] = min(i in 3..0) d[i]; w[0] = max(i in 0..0) w[i]; "
                    "k[0] = argmax(i in 7..2) d[i];"),
            R"(
%4: f64 = constant
store: f64 %4 d[0]
%9: f64 = constant imm 9218868437227405312
store: f64 %9 d[8]
%14: i32 = constant imm -2147483648
store: i32 %14 w[0]
%23: i64 = constant imm 7
store: i64 %23 k[0]
)");
}

TEST(KernelLanguage, FunctionsAreInlined) {
  EXPECT_EQ(lowered("let q = mean(x, 0) + mean(y, 16); x[0] = twice(q); clear(y);"), R"(
%4: f32 = constant
loop i0 "i" %0 trip 16 {
  carry %2: f32 = %4 next %3 result %5 by add
  %1: f32 = load x[0 + 4*i0]
  %3: f32 = add %2, %1
}
%6: f32 = constant imm 1098907648
%7: f32 = div %5, %6
loop i1 "i" %8 trip 16 {
  carry %10: f32 = %4 next %11 result %12 by add
  %9: f32 = load y[64 + 4*i1]
  %11: f32 = add %10, %9
}
%13: f32 = div %12, %6
%14: f32 = add %7, %13
%15: f32 = add %14, %14
store: f32 %15 x[0]
loop i2 "i" %16 trip 64 {
  store: f32 %4 y[0 + 4*i2]
}
)");
}

TEST(KernelLanguage, AParameterWithoutATypeTakesTheTypeOfItsArgument) {
  EXPECT_EQ(lowered("x[0] = squared(x[1]); d[0:8] = squared(d[0:8]); k[0] = squared(3);"), R"(
%0: f32 = load x[4]
%1: f32 = mul %0, %0
store: f32 %1 x[0]
%2: f64x8 = load d[0]
%3: f64x8 = mul %2, %2
store: f64x8 %3 d[0]
%4: i64 = constant imm 9
store: i64 %4 k[0]
)");
}

TEST(KernelLanguage, AttributesAreStoredInTheLoop) {
  EXPECT_EQ(lowered("@independent @unroll(4) for i in 0..n { x[w[i]] = 0.0; }"), R"(
loop i0 "i" %0 trip 64 unroll 4 independent {
  %1: i32 = load w[0 + 4*i0]
  %2: i64 = extend %1
  %3: f32 = constant
  store: f32 %3 x[0 + %2*4]
}
)");
}

}  // namespace
}  // namespace vtpu::compiler::language
