// Statements next to the ops that they become, so that a change of either is easy to review: scalar and vector values.
#include "language_text.h"

namespace vtpu::compiler::language {
namespace {

TEST(KernelLanguageValues, SmallIntegersAreI32WithoutExtensions) {
  EXPECT_EQ(lowered("w[0] = (i32(b[0]) - i32(c[1])) * w[2] ^ ~w[3]; b[0] = w[0]; h[0] = h[1] * half;"), R"(
%0: i32 = load b[0]
%1: i32 = load c[1]
%2: i32 = sub %0, %1
%3: i32 = load w[8]
%4: i32 = mul %2, %3
%5: i32 = load w[12]
%6: i32 = constant imm -1
%7: i32 = bit_xor %5, %6
%8: i32 = bit_xor %4, %7
store: i32 %8 w[0]
%9: i32 = load w[0]
store: i32 %9 b[0]
%10: f32 = load h[2]
%11: f32 = constant imm 1056964608
%12: f32 = mul %10, %11
store: f32 %12 h[0]
)");
}

TEST(KernelLanguageValues, ShiftsTakeACountOfEitherType) {
  EXPECT_EQ(lowered("w[0] = w[1] << w[2]; w[1] = w[2] >> k[0]; w[2] = lshr(w[3], 5); k[1] = lshr(k[1], 3); "
                    "k[2] = 1 << k[2]; w[3] = 1 << w[4];"),
            R"(
%0: i32 = load w[4]
%1: i32 = load w[8]
%2: i32 = shl %0, %1
store: i32 %2 w[0]
%3: i32 = load w[8]
%4: i64 = load k[0]
%5: i32 = convert %4 from i64
%6: i32 = sar %3, %5
store: i32 %6 w[4]
%7: i32 = load w[12]
%8: i32 = constant imm 5
%9: i32 = shr %7, %8
store: i32 %9 w[8]
%10: i64 = load k[8]
%11: i64 = constant imm 3
%12: i64 = shr %10, %11
store: i64 %12 k[8]
%13: i64 = load k[16]
%14: i64 = constant imm 1
%15: i64 = shl %14, %13
store: i64 %15 k[16]
%16: i32 = load w[16]
%17: i32 = constant imm 1
%18: i32 = shl %17, %16
store: i32 %18 w[12]
)");
}

TEST(KernelLanguageValues, DivisionAndRemainderOfNonNegativeNumbersAreShiftsAndMasks) {
  EXPECT_EQ(
      lowered("for i in 0..n { k[i] = i / 8 + i % 8; w[i] = b[i] / 16; } for i in 0..n step 16 { x[i / 16] = 0.0; "
              "}"),
      R"(
loop i0 "i" %0 trip 64 {
  %1: i64 = constant imm 3
  %2: i64 = sar %0, %1
  %3: i64 = constant imm 7
  %4: i64 = bit_and %0, %3
  %5: i64 = add %2, %4
  store: i64 %5 k[0 + 8*i0]
  %6: i32 = load b[0 + 1*i0]
  %7: i32 = constant imm 4
  %8: i32 = sar %6, %7
  store: i32 %8 w[0 + 4*i0]
}
loop i1 "i" %9 trip 4 {
  %10: f32 = constant
  store: f32 %10 x[0 + 4*i1]
}
)");
}

TEST(KernelLanguageValues, MasksWithoutEffectAreRemoved) {
  EXPECT_EQ(lowered("for i in 0..16 { x[i & 15] = 1.0; x[(i + 1) & 15] = 2.0; }"), R"(
loop i0 "i" %0 trip 16 {
  %1: f32 = constant imm 1065353216
  store: f32 %1 x[0 + 4*i0]
  %2: i64 = constant imm 1
  %3: i64 = add %0, %2
  %4: i64 = constant imm 15
  %5: i64 = bit_and %3, %4
  %6: f32 = constant imm 1073741824
  store: f32 %6 x[0 + %5*4]
}
)");
}

TEST(KernelLanguageValues, BoolsAreZeroOrOne) {
  EXPECT_EQ(lowered("let p = x[0] < 1.0 && !(k[0] == 3) || true != (w[0] >= 2); k[0] = i64(p); w[0] = p ? 1 : 2; "
                    "x[0] = f32(p);"),
            R"(
%0: f32 = load x[0]
%1: f32 = constant imm 1065353216
%2: i64 = compare %0, %1 from f32 cond lt
%3: i64 = load k[0]
%4: i64 = constant imm 3
%5: i64 = compare %3, %4 from i64
%6: i64 = constant imm 1
%7: i64 = bit_xor %5, %6
%8: i64 = bit_and %2, %7
%9: i32 = load w[0]
%10: i32 = constant imm 2
%11: i64 = compare %9, %10 from i32 cond ge
%12: i64 = compare %6, %11 from i64 cond ne
%13: i64 = bit_or %8, %12
store: i64 %13 k[0]
%14: i32 = constant imm 1
%15: i32 = select %13, %14, %10
store: i32 %15 w[0]
%16: f32 = convert %13 from i64
store: f32 %16 x[0]
)");
}

TEST(KernelLanguageValues, AChoiceEvaluatesBothOperands) {
  EXPECT_EQ(lowered("x[0] = k[0] > 2 ? x[1] : x[2]; x[1] = true ? half : 2.0;"), R"(
%0: i64 = load k[0]
%1: i64 = constant imm 2
%2: i64 = compare %0, %1 from i64 cond gt
%3: f32 = load x[4]
%4: f32 = load x[8]
%5: f32 = select %2, %3, %4
store: f32 %5 x[0]
%6: f32 = constant imm 1056964608
store: f32 %6 x[4]
)");
}

TEST(KernelLanguageValues, AMaskSelectsLaneByLane) {
  EXPECT_EQ(lowered("let v = x[0:16]; x[0:16] = v < 0.0 ? -v : v; x[16:16] = select(v > x[16:16], 0.0, v); "
                    "d[0:8] = d[0:8] != d[8:8] ? d[0:8] : 1.5;"),
            R"(
%0: f32x16 = load x[0]
%1: f32x16 = constant
%2: lanes = compare %0, %1 from f32x16 cond lt
%3: f32x16 = constant imm 2147483648
%4: f32x16 = sub %3, %0
%5: f32x16 = select %2, %4, %0
store: f32x16 %5 x[0]
%6: f32x16 = load x[64]
%7: lanes = compare %0, %6 from f32x16 cond gt
%8: f32x16 = select %7, %1, %0
store: f32x16 %8 x[64]
%9: f64x8 = load d[0]
%10: f64x8 = load d[64]
%11: lanes = compare %9, %10 from f64x8 cond ne
%12: f64x8 = load d[0]
%13: f64x8 = constant imm 4609434218613702656
%14: f64x8 = select %11, %12, %13
store: f64x8 %14 d[0]
)");
}

TEST(KernelLanguageValues, ABoolSelectsAWholeVector) {
  EXPECT_EQ(lowered("x[0:16] = k[0] > 0 ? x[0:16] : x[16:16]; d[0:8] = k[0] > 0 ? d[0:8] : d[8:8];"), R"(
%0: i64 = load k[0]
%1: i64 = constant
%2: i64 = compare %0, %1 from i64 cond gt
%3: f32x16 = load x[0]
%4: f32x16 = load x[64]
%5: f32 = convert %2 from i64
%6: f32x16 = splat %5 from f32
%7: f32x16 = constant
%8: lanes = compare %6, %7 from f32x16 cond ne
%9: f32x16 = select %8, %3, %4
store: f32x16 %9 x[0]
%10: i64 = load k[0]
%11: i64 = compare %10, %1 from i64 cond gt
%12: f64x8 = load d[0]
%13: f64x8 = load d[64]
%14: f64 = convert %11 from i64
%15: f64x8 = splat %14 from f64
%16: f64x8 = constant
%17: lanes = compare %15, %16 from f64x8 cond ne
%18: f64x8 = select %17, %12, %13
store: f64x8 %18 d[0]
)");
}

TEST(KernelLanguageValues, AScalarFromMemoryIsLoadedIntoAllLanes) {
  EXPECT_EQ(
      lowered("x[0:16] = x[0] * x[16:16] + half; w[0:16] = w[0:16] + w[40]; let a = x[1]; x[0:16] = a + x[32:16]; "
              "x[1] = a; d[0:8] = d[0] + d[8:8];"),
      R"(
%0: f32x16 = load_splat x[0]
%1: f32x16 = load x[64]
%2: f32x16 = mul %0, %1
%3: f32x16 = constant imm 1056964608
%4: f32x16 = add %2, %3
store: f32x16 %4 x[0]
%5: i32x16 = load w[0]
%6: i32x16 = load_splat w[160]
%7: i32x16 = add %5, %6
store: i32x16 %7 w[0]
%8: f32 = load x[4]
%9: f32x16 = load x[128]
%10: f32x16 = splat %8 from f32
%11: f32x16 = add %10, %9
store: f32x16 %11 x[0]
store: f32 %8 x[4]
%12: f64 = load d[0]
%13: f64x8 = load d[64]
%14: f64x8 = splat %12 from f64
%15: f64x8 = add %14, %13
store: f64x8 %15 d[0]
)");
}

TEST(KernelLanguageValues, SlicesHaveThirtyTwoOrSixtyFourBytes) {
  EXPECT_EQ(lowered("x[0:8] = x[8:8]; d[0:4] = d[4:4]; b[0:64] = b[0:64]; h[0:16] = h[16:16];"), R"(
%0: f32x16 = load x[32] width 32
store: f32x16 %0 x[0] width 32
%1: f64x8 = load d[32] width 32
store: f64x8 %1 d[0] width 32
%2: bytes64 = load b[0]
store: bytes64 %2 b[0]
%3: bytes64 = load h[32] width 32
store: bytes64 %3 h[0] width 32
)");
}

TEST(KernelLanguageValues, DotProductsTakeBytes) {
  EXPECT_EQ(lowered("x[0:16] = dot_bf16(x[0:16], h[0:32], h[32:32]); w[0:16] = dot_u8i8(0, b[0:64], c[0:64]);"), R"(
%0: f32x16 = load x[0]
%1: bytes64 = load h[0]
%2: bytes64 = load h[64]
%3: f32x16 = dot_bf16 %0, %1, %2
store: f32x16 %3 x[0]
%4: bytes64 = load b[0]
%5: bytes64 = load c[0]
%6: i32x16 = constant
%7: i32x16 = dot_u8i8 %6, %4, %5
store: i32x16 %7 w[0]
)");
}

TEST(KernelLanguageValues, VectorsAreGatheredScatteredPermutedAndExtracted) {
  EXPECT_EQ(
      lowered("let i = iota() * 2; let v = gather(x, i); scatter(y, i, v); x[0:16] = permute(v, w[0:16]); "
              "x[0] = lane(v, 3) + reduce_add(v) + reduce_max(v); d[0] = lane(d[0:8], 1); y[0:16] = spread(half);"),
      R"(
%0: i32x16 = iota
%1: i32x16 = constant imm 2
%2: i32x16 = mul %0, %1
%3: f32x16 = load x[0 + %2*4]
store: f32x16 %3 y[0 + %2*4]
%4: i32x16 = load w[0]
%5: f32x16 = permute %3, %4
store: f32x16 %5 x[0]
%6: f32 = extract %3 from f32x16 imm 3
%7: f32 = reduce %3 from f32x16
%8: f32 = add %6, %7
%9: f32 = reduce %3 from f32x16 by max
%10: f32 = add %8, %9
store: f32 %10 x[0]
%11: f64x8 = load d[0]
%12: i32x16 = bits %11 from f64x8
%13: i32 = extract %12 from i32x16 imm 2
%14: i64 = extend %13
%15: i32 = extract %12 from i32x16 imm 3
%16: i64 = extend %15
%17: i64 = constant imm 4294967295
%18: i64 = bit_and %14, %17
%19: i64 = constant imm 32
%20: i64 = shl %16, %19
%21: i64 = bit_or %20, %18
%22: f64 = bits %21 from i64
store: f64 %22 d[0]
%23: f32x16 = constant imm 1056964608
store: f32x16 %23 y[0]
)");
}

TEST(KernelLanguageValues, MinimumMaximumAbsoluteValueAndSquareRoot) {
  EXPECT_EQ(lowered("x[0] = min(x[1], 0.0); d[0:8] = max(d[0:8], d[8:8]); x[0:16] = abs(x[0:16]); d[0] = abs(d[0]); "
                    "k[0] = abs(k[0]); w[0:16] = abs(w[0:16]); d[8:8] = abs(sqrt(d[8:8]));"),
            R"(
%0: f32 = load x[4]
%1: f32 = constant
%2: f32 = min %0, %1
store: f32 %2 x[0]
%3: f64x8 = load d[0]
%4: f64x8 = load d[64]
%5: lanes = compare %3, %4 from f64x8 cond gt
%6: f64x8 = select %5, %3, %4
store: f64x8 %6 d[0]
%7: f32x16 = load x[0]
%8: i32x16 = bits %7 from f32x16
%9: i32x16 = constant imm 2147483647
%10: i32x16 = bit_and %8, %9
%11: f32x16 = bits %10 from i32x16
store: f32x16 %11 x[0]
%12: f64 = load d[0]
%13: i64 = bits %12 from f64
%14: i64 = constant imm 9223372036854775807
%15: i64 = bit_and %13, %14
%16: f64 = bits %15 from i64
store: f64 %16 d[0]
%17: i64 = load k[0]
%18: i64 = constant
%19: i64 = sub %18, %17
%20: i64 = max %17, %19
store: i64 %20 k[0]
%21: i32x16 = load w[0]
%22: i32x16 = constant
%23: i32x16 = sub %22, %21
%24: i32x16 = max %21, %23
store: i32x16 %24 w[0]
%25: f64x8 = load d[64]
%26: f64x8 = sqrt %25
%27: i32x16 = bits %26 from f64x8
%28: f64x8 = constant imm 9223372036854775807
%29: i32x16 = bits %28 from f64x8
%30: i32x16 = bit_and %27, %29
%31: f64x8 = bits %30 from i32x16
store: f64x8 %31 d[64]
)");
}

TEST(KernelLanguageValues, NegationIsASubtractionFromMinusZero) {
  EXPECT_EQ(lowered("x[0] = -x[1]; k[0] = -k[1]; k[1] = 3 - k[2] - k[3]; w[0] = -w[1]; w[1] = -3;"), R"(
%0: f32 = load x[4]
%1: f32 = constant imm 2147483648
%2: f32 = sub %1, %0
store: f32 %2 x[0]
%3: i64 = load k[8]
%4: i64 = constant
%5: i64 = sub %4, %3
store: i64 %5 k[0]
%6: i64 = load k[16]
%7: i64 = load k[24]
%8: i64 = constant imm 3
%9: i64 = sub %8, %6
%10: i64 = sub %9, %7
store: i64 %10 k[8]
%11: i32 = load w[4]
%12: i32 = constant
%13: i32 = sub %12, %11
store: i32 %13 w[0]
%14: i32 = constant imm -3
store: i32 %14 w[4]
)");
}

TEST(KernelLanguageValues, FmaOfIntegersIsAProductAndASum) {
  EXPECT_EQ(lowered("x[0] = fma(x[1], 2.0, 1.0); k[0] = fma(k[1], k[2], k[3]); w[0:16] = fma(w[0:16], w[0], w[16:16]); "
                    "x[0:16] = fma(half, x[0:16], 1.0);"),
            R"(
%0: f32 = load x[4]
%1: f32 = constant imm 1073741824
%2: f32 = constant imm 1065353216
%3: f32 = fma %0, %1, %2
store: f32 %3 x[0]
%4: i64 = load k[8]
%5: i64 = load k[16]
%6: i64 = load k[24]
%7: i64 = mul %4, %5
%8: i64 = add %6, %7
store: i64 %8 k[0]
%9: i32x16 = load w[0]
%10: i32x16 = load_splat w[0]
%11: i32x16 = load w[64]
%12: i32x16 = mul %9, %10
%13: i32x16 = add %12, %11
store: i32x16 %13 w[0]
%14: f32x16 = load x[0]
%15: f32x16 = constant imm 1056964608
%16: f32x16 = constant imm 1065353216
%17: f32x16 = fma %15, %14, %16
store: f32x16 %17 x[0]
)");
}

TEST(KernelLanguageValues, ConversionsAndReinterpretedBits) {
  EXPECT_EQ(lowered("d[0] = f64(x[0]) + f64(k[0]); x[0] = f32(d[1]) + f32(w[0]); k[0] = i64(d[2]); "
                    "w[0] = i32(k[1]) + i32(x[3]); k[1] = i64(w[1]) + bits_i64(d[3]); w[2] = bits_i32(x[1]); "
                    "x[2] = bits_f32(w[3]); x[0:16] = f32x16(w[0:16]) + bits_f32(w[16:16]); "
                    "w[0:16] = i32x16(x[0:16]) ^ bits_i32(x[16:16]); d[0] = bits_f64(0x3ff8000000000000);"),
            R"(
%0: f32 = load x[0]
%1: f64 = convert %0 from f32
%2: i64 = load k[0]
%3: f64 = convert %2 from i64
%4: f64 = add %1, %3
store: f64 %4 d[0]
%5: f64 = load d[8]
%6: f32 = convert %5 from f64
%7: i32 = load w[0]
%8: f32 = convert %7 from i32
%9: f32 = add %6, %8
store: f32 %9 x[0]
%10: f64 = load d[16]
%11: i64 = convert %10 from f64
store: i64 %11 k[0]
%12: i64 = load k[8]
%13: i32 = convert %12 from i64
%14: f32 = load x[12]
%15: i32 = convert %14 from f32
%16: i32 = add %13, %15
store: i32 %16 w[0]
%17: i32 = load w[4]
%18: i64 = extend %17
%19: f64 = load d[24]
%20: i64 = bits %19 from f64
%21: i64 = add %18, %20
store: i64 %21 k[8]
%22: f32 = load x[4]
%23: i32 = bits %22 from f32
store: i32 %23 w[8]
%24: i32 = load w[12]
%25: f32 = bits %24 from i32
store: f32 %25 x[8]
%26: i32x16 = load w[0]
%27: f32x16 = convert %26 from i32x16
%28: i32x16 = load w[64]
%29: f32x16 = bits %28 from i32x16
%30: f32x16 = add %27, %29
store: f32x16 %30 x[0]
%31: f32x16 = load x[0]
%32: i32x16 = convert %31 from f32x16
%33: f32x16 = load x[64]
%34: i32x16 = bits %33 from f32x16
%35: i32x16 = bit_xor %32, %34
store: i32x16 %35 w[0]
%36: f64 = constant imm 4609434218613702656
store: f64 %36 d[0]
)");
}

TEST(KernelLanguageValues, LiteralsTakeTheTypeOfTheOtherOperand) {
  EXPECT_EQ(lowered("x[0] = 1 + x[1] * 2.5; w[0] = w[1] + 0xffffffff; d[0] = 3; k[0] = 7i64 + 0x10; x[1] = 1e-3f32; "
                    "w[1] = -2147483648;"),
            R"(
%0: f32 = load x[4]
%1: f32 = constant imm 1075838976
%2: f32 = mul %0, %1
%3: f32 = constant imm 1065353216
%4: f32 = add %3, %2
store: f32 %4 x[0]
%5: i32 = load w[4]
%6: i32 = constant imm -1
%7: i32 = add %5, %6
store: i32 %7 w[0]
%8: f64 = constant imm 4613937818241073152
store: f64 %8 d[0]
%9: i64 = constant imm 23
store: i64 %9 k[0]
%10: f32 = constant imm 981668463
store: f32 %10 x[4]
%11: i32 = constant imm -2147483648
store: i32 %11 w[4]
)");
}

}  // namespace
}  // namespace vtpu::compiler::language
