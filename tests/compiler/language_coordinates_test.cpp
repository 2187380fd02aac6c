// Statements next to the ops that they become, so that a change of either is easy to review: coordinates and messages.
#include "language_text.h"

namespace vtpu::compiler::language {
namespace {

TEST(KernelLanguageCoordinates, KnownCoordinatesAreFolded) {
  EXPECT_EQ(lowered("let a = @1.1.1/1.1.1/1.1.2; let e = put(step(a, scroll, 3), column, 7); "
                    "k[0] = distance(a, e) + part(e, scroll); k[1] = part(step(e, line, k[2]), line); "
                    "k[2] = distance(put(a, book, k[3]), e);"),
            R"(
%0: i64 = constant imm 7
store: i64 %0 k[0]
%1: i64 = load k[16]
%2: coordinate = coordinate place 1.1.1.1.1.1.1.1.5.1.7
%3: coordinate = step %2, %1 axis line
%4: i64 = get_axis %3 axis line
store: i64 %4 k[8]
%5: i64 = load k[24]
%6: coordinate = coordinate place 1.1.1.1.1.1.1.1.2.1.1
%7: coordinate = set_axis %6, %5 axis book
%8: i64 = distance %7, %2
store: i64 %8 k[16]
)");
}

TEST(KernelLanguageCoordinates, AChoiceOfCoordinatesChoosesTheNumbersOnTheAxesThatDiffer) {
  EXPECT_EQ(lowered("let e = k[0] > 3 ? @1.1.1/1.1.1/1.1.2 : @1.1.1/1.1.1/5.1.2; k[1] = part(e, chapter);"), R"(
%0: i64 = load k[0]
%1: i64 = constant imm 3
%2: i64 = compare %0, %1 from i64 cond gt
%3: i64 = constant imm 1
%4: i64 = constant imm 5
%5: i64 = select %2, %3, %4
%6: coordinate = coordinate place 1.1.1.1.1.1.5.1.2.1.1
%7: coordinate = set_axis %6, %5 axis chapter
%8: i64 = get_axis %7 axis chapter
store: i64 %8 k[8]
)");
}

TEST(KernelLanguageCoordinates, ThePlaceOfAnElementIsACoordinate) {
  EXPECT_EQ(lowered("let e = place(g, 2, 3); k[0] = part(e, line) + part(e, column); "
                    "k[1] = part(place(g, k[2], 3), column);"),
            R"(
%0: i64 = constant imm 5
store: i64 %0 k[0]
%1: i64 = load k[16]
%2: coordinate = coordinate place 0.0.0.0.0.0.3.0.0.0.3
%3: coordinate = step %2, %1 axis line
%4: i64 = get_axis %3
store: i64 %4 k[8]
)");
}

TEST(KernelLanguageCoordinates, SparseTensorsAreAccessedByCoordinate) {
  EXPECT_EQ(
      lowered("for i in 1..7 { for j in 1..9 { s[i, j] = s[i - 1, j] + s[3, 2 * j] + laplace(place(s, i, j)); } } "
              "k[0] = occupied(place(s, 0, 0), 3) + simplices(@1.1.1/1.1.1/1.1.1, 2);"),
      R"(
loop i0 "i" %0 trip 6 {
  loop i1 "j" %1 trip 8 {
    %2: coordinate = coordinate place 0.0.0.0.0.0.10.0.0.0.0
    %3: i64 = constant imm 1
    %4: i64 = add %0, %3
    %5: coordinate = step %2, %4 axis line
    %6: i64 = add %1, %3
    %7: coordinate = step %2, %0 axis line
    %8: i64 = add %1, %3
    %9: f64 = load s[0 + %8*1 @ %7 column]
    %10: coordinate = coordinate place 0.0.0.0.0.0.10.0.0.3.0
    %11: i64 = shl %1, %3
    %12: i64 = constant imm 2
    %13: i64 = add %11, %12
    %14: f64 = load s[0 + %13*1 @ %10 column]
    %15: f64 = add %9, %14
    %16: i64 = add %0, %3
    %17: coordinate = step %2, %16 axis line
    %18: i64 = add %1, %3
    %19: coordinate = step %17, %18
    %20: f64 = laplace %19
    %21: f64 = add %15, %20
    store: f64 %21 s[0 + %6*1 @ %5 column]
  }
}
%22: coordinate = coordinate place 0.0.0.0.0.0.10.0.0.0.0
%23: i64 = occupied %22 imm 3
%24: coordinate = coordinate place 1.1.1.1.1.1.1.1.1.1.1
%25: i64 = simplices %24 imm 2
%26: i64 = add %23, %25
store: i64 %26 k[0]
)");
}

TEST(KernelLanguageCoordinates, MessagesKeepTheirOrder) {
  EXPECT_EQ(lowered("send(@1.1.1/1.1.1/1.1.5, 1, w[0], x[0], d[0]); let m = receive(@1.1.1/1.1.1/1.1.6); "
                    "k[0] = lane(m, 0); d[0] = lane_f64(m, 1); x[0] = lane_f32(m, 2); w[0] = lane_i32(m, 3); "
                    "send(@1.1.1/1.1.1/1.1.7, m);"),
            R"(
%0: i32 = load w[0]
%1: i64 = extend %0
%2: f32 = load x[0]
%3: f64 = load d[0]
%4: i64 = constant imm 1
%5: message = pack _, %4
%6: message = pack %5, %1 imm 1
%7: message = pack %6, %2 imm 2
%8: message = pack %7, %3 imm 3
%9: coordinate = coordinate place 1.1.1.1.1.1.1.1.5.1.1
send: none %8, %9
%10: coordinate = coordinate place 1.1.1.1.1.1.1.1.6.1.1
%11: message = receive %10
%12: i64 = unpack %11
store: i64 %12 k[0]
%13: f64 = unpack %11 imm 1
store: f64 %13 d[0]
%14: f32 = unpack %11 imm 2
store: f32 %14 x[0]
%15: i32 = unpack %11 imm 3
store: i32 %15 w[0]
%16: coordinate = coordinate place 1.1.1.1.1.1.1.1.7.1.1
send: none %11, %16
)");
}

TEST(KernelLanguageCoordinates, GroupOperationsAreLowered) {
  EXPECT_EQ(lowered("beacon(@1.1.1/1.1.1/1.1.2); temperature(0.5); barrier(); fence(); d[0] = all_sum(d[0]); "
                    "k[0] = all_min(k[0]) + all_max(3); "
                    "let m = broadcast(packed(k[0], x[0] > 1.0), route(@1.1.1/1.1.1/1.1.3)); k[1] = lane(m, 0);"),
            R"(
%0: coordinate = coordinate place 1.1.1.1.1.1.1.1.2.1.1
beacon: none %0
%1: f64 = constant imm 4602678819172646912
temperature: none %1
barrier: none
fence: none
%2: f64 = load d[0]
%3: f64 = group_reduce %2
store: f64 %3 d[0]
%4: i64 = load k[0]
%5: i64 = group_reduce %4 by min
%6: i64 = constant imm 3
%7: i64 = group_reduce %6 by max
%8: i64 = add %5, %7
store: i64 %8 k[0]
%9: i64 = load k[0]
%10: f32 = load x[0]
%11: f32 = constant imm 1065353216
%12: i64 = compare %10, %11 from f32 cond gt
%13: message = pack _, %9
%14: message = pack %13, %12 imm 1
%15: coordinate = coordinate place 1.1.1.1.1.1.1.1.3.1.1
%16: i64 = route %15
%17: message = cast %14, %16
%18: i64 = unpack %17
store: i64 %18 k[8]
)");
}

TEST(KernelLanguageCoordinates, APrefetchMayPointOutside) {
  EXPECT_EQ(lowered("for i in 0..n { prefetch(x, i + 64); y[i] = x[i]; }"), R"(
loop i0 "i" %0 trip 64 {
  prefetch: none x[256 + 4*i0]
  %1: f32 = load x[0 + 4*i0]
  store: f32 %1 y[0 + 4*i0]
}
)");
}

}  // namespace
}  // namespace vtpu::compiler::language
