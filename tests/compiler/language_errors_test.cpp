// Each semantic diagnostic, as it is printed.
#include "language_text.h"

namespace vtpu::compiler::language {
namespace {

TEST(KernelLanguageErrors, AKernelMainIsNeeded) {
  EXPECT_EQ(errors_of("param n = 4;\n"),
            R"(k.phx:2:1: error: found no kernel; expected kernel main() { … }
  
  ^
)");
  EXPECT_EQ(errors_of("kernel other(a: i64) -> i64 { return 1; }\n"
                      "kernel main() { }\n"),
            R"(k.phx:1:8: error: kernel 'other'; expected kernel main
  kernel other(a: i64) -> i64 { return 1; }
         ^~~~~
k.phx:1:14: error: a kernel with a parameter; expected kernel main()
  kernel other(a: i64) -> i64 { return 1; }
               ^
  hint: declare a param and set it with -D
k.phx:1:25: error: a kernel with a result; expected kernel main() { … }
  kernel other(a: i64) -> i64 { return 1; }
                          ^~~
k.phx:1:38: error: the kernel returns a value; expected return;
  kernel other(a: i64) -> i64 { return 1; }
                                       ^
k.phx:2:8: error: a second kernel; expected one kernel main
  kernel main() { }
         ^~~~
)");
}

TEST(KernelLanguageErrors, AnUnknownNameSuggestsASimilarOne) {
  EXPECT_EQ(errors_of("param count = 4;\n"
                      "tensor vector: f32[count];\n"
                      "kernel main() {\n"
                      "  vectr[0] = 1.0;\n"
                      "  let a = cout + 1;\n"
                      "  let b = sqroot(2.0);\n"
                      "  vector[0] = reduce_ad(vector[0:4]);\n"
                      "  result = 3;\n"
                      "}\n"),
            R"(k.phx:4:3: error: unknown tensor 'vectr'; expected the name of a tensor
    vectr[0] = 1.0;
    ^~~~~~~~
  hint: did you mean 'vector'?
k.phx:5:11: error: undeclared name 'cout'; expected a name declared above
    let a = cout + 1;
            ^~~~
  hint: did you mean 'count'?
k.phx:6:11: error: unknown function 'sqroot'; expected a fn of this file or a built-in function
    let b = sqroot(2.0);
            ^~~~~~~~~~~
  hint: did you mean 'sqrt'?
k.phx:7:15: error: unknown function 'reduce_ad'; expected a fn of this file or a built-in function
    vector[0] = reduce_ad(vector[0:4]);
                ^~~~~~~~~~~~~~~~~~~~~~
  hint: did you mean 'reduce_add'?
k.phx:8:3: error: undeclared variable 'result'; expected a var declared above
    result = 3;
    ^~~~~~
  hint: declare it with var result = …;
)");
}

TEST(KernelLanguageErrors, ThereIsNoImplicitConversion) {
  EXPECT_EQ(errors_of("tensor x: f32[4];\n"
                      "tensor k: i64[4];\n"
                      "kernel main() {\n"
                      "  let a = x[0] + k[0];\n"
                      "  x[0] = k[1];\n"
                      "  let b: i32 = k[2];\n"
                      "  let c = k[0] && true;\n"
                      "  let d = x[0] << 1;\n"
                      "  let e: i64 = 1.5;\n"
                      "  let f = 5000000000i32;\n"
                      "  let g = k[0] ? 1 : 2;\n"
                      "}\n"),
            R"(k.phx:4:16: error: '+' of f32 and i64; expected operands of one type
    let a = x[0] + k[0];
                 ^
  hint: there is no implicit conversion: write f32(…) or i64(…) around one of them
k.phx:5:10: error: an element of 'x' is f32, but the value is i64; expected f32
    x[0] = k[1];
           ^~~~
  hint: write f32(…)
k.phx:6:16: error: 'b' is i32, but the value is i64; expected i32
    let b: i32 = k[2];
                 ^~~~
  hint: write i32(…)
k.phx:7:16: error: '&&' of i64 and bool; expected two bools
    let c = k[0] && true;
                 ^~
  hint: write … != 0
k.phx:8:16: error: '<<' of f32; expected an integer
    let d = x[0] << 1;
                 ^~
k.phx:9:16: error: a number with a point where i64 is required; expected an integer
    let e: i64 = 1.5;
                 ^~~
k.phx:10:11: error: 5000000000 does not fit an i32; expected a number from −2^31 to 2^31 − 1
    let f = 5000000000i32;
            ^~~~~~~~~~~~~
k.phx:11:16: error: a condition of type i64; expected a bool or a mask
    let g = k[0] ? 1 : 2;
                 ^
  hint: write … != 0
)");
}

TEST(KernelLanguageErrors, OnlyAVarIsAssigned) {
  EXPECT_EQ(errors_of("param n = 4;\n"
                      "tensor x: f32[n];\n"
                      "kernel main() {\n"
                      "  let a = 1;\n"
                      "  a = 2;\n"
                      "  n = 3;\n"
                      "  x = 1.0;\n"
                      "  for i in 0..n { i += 1; }\n"
                      "}\n"),
            R"(k.phx:5:3: error: assignment to 'a', which is immutable; expected a var
    a = 2;
    ^
  hint: declare it with var in line 4
k.phx:6:3: error: 'n' is a constant; expected a var
    n = 3;
    ^
  hint: declared in line 1
k.phx:7:3: error: 'x' is a tensor; expected an element of it
    x = 1.0;
    ^
  hint: write x[i] = …;
k.phx:8:19: error: assignment to 'i', which is immutable; expected a var
    for i in 0..n { i += 1; }
                    ^
  hint: assign to a copy: var copy = i;
)");
}

TEST(KernelLanguageErrors, APlaceOutsideItsTensorNamesIndexRangeAndDimension) {
  EXPECT_EQ(errors_of("tensor g: f32[4, 16];\n"
                      "kernel main() {\n"
                      "  for i in 0..4 {\n"
                      "    for j in 0..16 { g[i, j + 1] = 0.0; }\n"
                      "    g[i - 1, 0] = 0.0;\n"
                      "    g[0, 1:16] = 0.0;\n"
                      "    g[i] = 0.0;\n"
                      "  }\n"
                      "  g[0, 16] = 1.0;\n"
                      "}\n"),
            R"(k.phx:4:29: error: index 1 of 'g' goes from 1 to 16; expected 0 to 15
      for j in 0..16 { g[i, j + 1] = 0.0; }
                              ^
  hint: dimension 1 of g is 16
k.phx:5:9: error: index 0 of 'g' goes from -1 to 2; expected 0 to 3
      g[i - 1, 0] = 0.0;
          ^
  hint: dimension 0 of g is 4
k.phx:6:10: error: index 1 of 'g' is 1 for a slice of 16; expected 0
      g[0, 1:16] = 0.0;
           ^
  hint: dimension 1 of g is 16
k.phx:7:5: error: 'g' has 2 dimensions, not 1; expected 2 indexes
      g[i] = 0.0;
      ^~~~
k.phx:9:8: error: index 1 of 'g' is 16; expected 0 to 15
    g[0, 16] = 1.0;
         ^~
  hint: dimension 1 of g is 16
)");
}

TEST(KernelLanguageErrors, SlicesHaveTheWidthOfAVector) {
  EXPECT_EQ(errors_of("tensor x: f32[64]; tensor k: i64[64];\n"
                      "kernel main() {\n"
                      "  let a = x[0:15];\n"
                      "  let b = k[0:8];\n"
                      "  let c = x[0:16] + 1i32;\n"
                      "}\n"),
            R"(k.phx:3:11: error: a slice of 15 elements of f32; expected 16 or 8
    let a = x[0:15];
            ^~~~~~~
  hint: a vector has 64 bytes, or 32 with the upper half 0
k.phx:4:11: error: a slice of i64; expected one element
    let b = k[0:8];
            ^~~~~~
k.phx:5:19: error: '+' of f32x16 and i32; expected operands of one type
    let c = x[0:16] + 1i32;
                    ^
)");
}

TEST(KernelLanguageErrors, RecursionShowsItsChain) {
  EXPECT_EQ(errors_of("fn a(x: i64) -> i64 { return b(x); }\n"
                      "fn b(x: i64) -> i64 { return a(x); }\n"
                      "kernel main() { let c = a(1); }\n"),
            R"(k.phx:2:30: error: 'a' calls itself: a → b → a; expected no recursion
  fn b(x: i64) -> i64 { return a(x); }
                               ^~~~
  hint: every call is inlined; use a for loop
)");
}

TEST(KernelLanguageErrors, UncalledFunctionsAreChecked) {
  EXPECT_EQ(errors_of("fn f(x: f32, t: i64[,]) -> f32 { return x + t[0, 1 << 30]; }\n"
                      "kernel main() { }\n"),
            R"(k.phx:1:43: error: '+' of f32 and i64; expected operands of one type
  fn f(x: f32, t: i64[,]) -> f32 { return x + t[0, 1 << 30]; }
                                            ^
  hint: there is no implicit conversion: write f32(…) or i64(…) around one of them
)");
}

TEST(KernelLanguageErrors, AWrongCallShowsTheUsage) {
  EXPECT_EQ(errors_of("tensor x: f32[4];\n"
                      "fn f(a: f32, t: f32[]) -> f32 { return a * t[0]; }\n"
                      "fn nothing() { barrier(); }\n"
                      "kernel main() {\n"
                      "  let a = fma(1.0, 2.0);\n"
                      "  let b = f(1.0);\n"
                      "  let c = f(1.0, 2.0);\n"
                      "  let d = nothing();\n"
                      "  let e = exp(1i64);\n"
                      "  let g = sum(x);\n"
                      "  let h = x;\n"
                      "}\n"),
            R"(k.phx:5:11: error: 2 arguments given to 'fma'; expected 3 arguments
    let a = fma(1.0, 2.0);
            ^~~~~~~~~~~~~
  hint: write fma(a, b, c)
k.phx:6:11: error: 1 argument given to 'f'; expected 2 arguments
    let b = f(1.0);
            ^~~~~~
k.phx:7:18: error: an expression for 't'; expected the name of a tensor
    let c = f(1.0, 2.0);
                   ^~~
k.phx:8:11: error: a call that returns no value; expected a value
    let d = nothing();
            ^~~~~~~~~
k.phx:9:15: error: 'exp' of i64; expected an f32 or f32x16
    let e = exp(1i64);
                ^~~~
  hint: write f32(…)
k.phx:10:11: error: unknown function 'sum'; expected a fn of this file or a built-in function
    let g = sum(x);
            ^~~~~~
  hint: write sum(i in 0..n) x[i]
k.phx:11:11: error: 'x' is a tensor; expected an element of it
    let h = x;
            ^
  hint: write x[…]
)");
}

TEST(KernelLanguageErrors, AReturnIsTheLastStatementOfAFunction) {
  EXPECT_EQ(errors_of("fn f(a: f32) -> f32 { for i in 0..4 { return a; } return a; }\n"
                      "fn g() -> f32 { barrier(); }\n"
                      "kernel main() { let a = f(1.0); let b = g(); return 3; }\n"),
            R"(k.phx:1:39: error: an early return; expected return as the last statement of a fn
  fn f(a: f32) -> f32 { for i in 0..4 { return a; } return a; }
                                        ^~~~~~
  hint: select a value with condition ? a : b
k.phx:2:4: error: 'g' returns no value; expected a return of f32
  fn g() -> f32 { barrier(); }
     ^
k.phx:3:53: error: the kernel returns a value; expected return;
  kernel main() { let a = f(1.0); let b = g(); return 3; }
                                                      ^
)");
}

TEST(KernelLanguageErrors, BoundsAndStepsAreChecked) {
  EXPECT_EQ(errors_of("tensor k: i64[4];\n"
                      "kernel main() {\n"
                      "  for i in 0..k[0] step 3 { k[0] = i; }\n"
                      "  for i in 0..4 step 0 { k[0] = i; }\n"
                      "  for i in 0.5..4 { k[0] = i; }\n"
                      "  @unroll(k[0]) for i in 0..4 { k[0] = i; }\n"
                      "}\n"),
            R"(k.phx:3:25: error: step 3 between bounds that are not constant; expected a power of two
    for i in 0..k[0] step 3 { k[0] = i; }
                          ^
  hint: count iterations with step 1 and multiply
k.phx:4:22: error: a step of 0; expected a constant of at least 1
    for i in 0..4 step 0 { k[0] = i; }
                       ^
k.phx:5:12: error: a number with a point where i64 is required; expected an integer
    for i in 0.5..4 { k[0] = i; }
             ^~~
k.phx:6:11: error: a number of copies that is not constant; expected a constant from 1 to 64
    @unroll(k[0]) for i in 0..4 { k[0] = i; }
            ^~~~
)");
}

TEST(KernelLanguageErrors, DivisionIsByPowersOfTwo) {
  EXPECT_EQ(errors_of("tensor k: i64[4];\n"
                      "kernel main() {\n"
                      "  k[0] = k[1] / 3;\n"
                      "  k[1] = k[1] / 4;\n"
                      "  k[2] = k[1] % 6;\n"
                      "  k[3] = k[1] / k[2];\n"
                      "}\n"),
            R"(k.phx:3:15: error: '/' of integers by 3; expected a constant power of two
    k[0] = k[1] / 3;
                ^
  hint: divide floats: f64(a) / f64(b)
k.phx:4:15: error: '/' of an integer that may be negative; expected one known to be non-negative
    k[1] = k[1] / 4;
                ^
  hint: write >> 2, which rounds down
k.phx:5:15: error: '%' of integers by 6; expected a constant power of two
    k[2] = k[1] % 6;
                ^
k.phx:6:15: error: '/' of integers by a value; expected a constant power of two
    k[3] = k[1] / k[2];
                ^
  hint: divide floats: f64(a) / f64(b)
)");
}

TEST(KernelLanguageErrors, TensorsAreChecked) {
  EXPECT_EQ(errors_of("param n = 4;\n"
                      "tensor a: f33[n];\n"
                      "tensor b: u8[n] sparse;\n"
                      "tensor c: f32[0];\n"
                      "tensor d: f32[4096] at @1.1.1/1.1.1/1.1.1;\n"
                      "tensor e: f32[16] at @1.1.1/1.1.1/1.1.1;\n"
                      "tensor f: f32[4, 4] at @1.1.1/1.1.1/1.1.1/1.9;\n"
                      "tensor g: f64[2048, 2048, 2048, 2048];\n"
                      "tensor h: f32[4, 4096];\n"
                      "tensor e: f32[1];\n"
                      "kernel main() { a[0] = 1.0; }\n"),
            R"(k.phx:2:11: error: found 'f33'; expected i8, u8, u16, bf16, i32, f32, i64 or f64
  tensor a: f33[n];
            ^~~
k.phx:3:11: error: a sparse tensor of 'u8'; expected i64 or f64
  tensor b: u8[n] sparse;
            ^~
k.phx:4:15: error: a size of 0; expected a constant of at least 1
  tensor c: f32[0];
                ^
k.phx:5:8: error: 'd': dimension 0 has 4096 elements; expected at most 2047 after column 1
  tensor d: f32[4096] at @1.1.1/1.1.1/1.1.1;
         ^
  hint: give it more dimensions, or leave out `at`
k.phx:7:8: error: 'f' overlaps 'e'; expected disjoint boxes
  tensor f: f32[4, 4] at @1.1.1/1.1.1/1.1.1/1.9;
         ^
  hint: give another coordinate after at
k.phx:8:8: error: 'g' is too large; expected at most 2^40 bytes, sparse ones 2^63
  tensor g: f64[2048, 2048, 2048, 2048];
         ^
k.phx:9:8: error: 'h': dimension 1 has 4096 elements; expected at most 2048
  tensor h: f32[4, 4096];
         ^
  hint: give it more dimensions
k.phx:10:8: error: 'e' is already defined; expected another name
  tensor e: f32[1];
         ^
  hint: declared in line 6
)");
}

TEST(KernelLanguageErrors, ConstantsAreConstant) {
  EXPECT_EQ(errors_of("tensor x: f32[4];\n"
                      "param n = 2.5;\n"
                      "param m: i32 = 3;\n"
                      "const c = x[0];\n"
                      "kernel main() { }\n"),
            R"(k.phx:3:8: error: found ':'; expected '='
  param m: i32 = 3;
         ^
  hint: a param is an i64
)");
  EXPECT_EQ(errors_of("tensor x: f32[4];\n"
                      "param n = 2.5;\n"
                      "const c = x[0];\n"
                      "const d = e; const e = 3;\n"
                      "kernel main() { }\n"),
            R"(k.phx:2:11: error: a param of type f64; expected an i64
  param n = 2.5;
            ^~~
  hint: const n may have any type
k.phx:3:11: error: 'c' is not constant; expected an expression of numbers and of params and consts declared above
  const c = x[0];
            ^~~~
k.phx:4:11: error: undeclared name 'e'; expected a name declared above
  const d = e; const e = 3;
            ^
)");
}

TEST(KernelLanguageErrors, TheTermOfAReductionEndsBeforeAnOperator) {
  EXPECT_EQ(errors_of("tensor x: f32[4];\n"
                      "kernel main() { x[0] = sum(i in 0..4) x[i] * x[i]; }\n"),
            R"(k.phx:2:48: error: undeclared name 'i'; expected a name declared above
  kernel main() { x[0] = sum(i in 0..4) x[i] * x[i]; }
                                                 ^
  hint: the term of a reduction ends before an operator: put it in parentheses
)");
}

TEST(KernelLanguageErrors, AMaskIsUsedOnlyInChoices) {
  EXPECT_EQ(errors_of("tensor x: f32[64]; tensor d: f64[8];\n"
                      "kernel main() {\n"
                      "  let m = x[0:16] < x[16:16];\n"
                      "  let a = m && m;\n"
                      "  let b = m ? d[0:8] : 0.0;\n"
                      "  let c: bool = 1;\n"
                      "}\n"),
            R"(k.phx:4:13: error: '&&' of a mask of 16 lanes and a mask of 16 lanes; expected two bools
    let a = m && m;
              ^~
k.phx:5:13: error: a choice of f64x8 by a mask of 16 lanes; expected vectors of 16 lanes
    let b = m ? d[0:8] : 0.0;
              ^
k.phx:6:17: error: 'c' is bool, but the value is i64; expected bool
    let c: bool = 1;
                  ^
  hint: write … != 0
)");
}

TEST(KernelLanguageErrors, NamesAreDefinedOnce) {
  EXPECT_EQ(errors_of("fn exp(x: f32) -> f32 { return x; }\n"
                      "fn f() { }\n"
                      "fn f() { }\n"
                      "kernel main() { let a = 1; let a = 2; }\n"),
            R"(k.phx:1:4: error: 'exp' is built in; expected another name
  fn exp(x: f32) -> f32 { return x; }
     ^~~
k.phx:3:4: error: 'f' is already defined; expected another name
  fn f() { }
     ^
  hint: declared in line 2
k.phx:4:32: error: 'a' is already defined; expected another name
  kernel main() { let a = 1; let a = 2; }
                                 ^
  hint: declared in line 4
)");
}

TEST(KernelLanguageErrors, AnUnknownParameterIsReportedInLineOne) {
  EXPECT_EQ(errors_of("param size = 4;\nkernel main() { }\n", {{"siez", 3}}),
            R"(k.phx:1:1: error: -D siez=3: no param of that name; expected one of size
  param size = 4;
  ^
  hint: did you mean 'size'?
)");
}

TEST(KernelLanguageErrors, AtMostTwentyErrorsAreReported) {
  std::string text = "kernel main() {\n";
  for (int i = 0; i < 50; ++i) text += "  let a" + std::to_string(i) + " = missing;\n";
  EXPECT_EQ(read("k.phx", text + "}\n").diagnostics.size(), 20u);
}

TEST(KernelLanguageErrors, AFaultyExpressionIsReportedOnce) {
  EXPECT_EQ(read("k.phx",
                 "tensor x: f32[4];\n"
                 "fn f(a: f32) -> f32 { return a + missing; }\n"
                 "kernel main() { let a = f(1.0); let b = f(2.0) + a; x[0] = b; var c = a; c = c + b; }\n")
                .diagnostics.size(),
            1u);
}

}  // namespace
}  // namespace vtpu::compiler::language
