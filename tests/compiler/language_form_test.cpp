// Each syntax diagnostic as it is printed, and the limits that make any text safe to read.
#include <cstddef>
#include <string>
#include <string_view>

#include "language_text.h"

namespace vtpu::compiler::language {
namespace {

TEST(KernelLanguageForm, AMissingSemicolonIsShownAfterTheStatement) {
  EXPECT_EQ(errors_of("kernel main() {\n"
                      "  let a = 1\n"
                      "  let b = 2;\n"
                      "}\n"),
            R"(k.phx:2:12: error: found 'let'; expected ';'
    let a = 1
             ^
  hint: a ';' is missing here
)");
}

TEST(KernelLanguageForm, AMissingBraceNamesTheLineOfItsOpening) {
  EXPECT_EQ(errors_of("kernel main() {\n"
                      "  for i in 0..4 {\n"
                      "    let a = i;\n"
                      "\n"
                      "param n = 2;\n"),
            R"(k.phx:5:1: error: found 'param'; expected '}'
  param n = 2;
  ^~~~~
  hint: the '{' in line 2 is not closed
)");
}

TEST(KernelLanguageForm, ConstructsOfOtherLanguagesGiveAHint) {
  EXPECT_EQ(errors_of("kernel main() {\n"
                      "  if (true) { let a = 1; } else { let b = 2; }\n"
                      "  while (true) { let c = 3; }\n"
                      "  for i = 0; i < 4; i++ { let d = 4; }\n"
                      "  int e = 5;\n"
                      "  x++;\n"
                      "}\n"),
            R"(k.phx:2:3: error: found 'if'; expected a statement
    if (true) { let a = 1; } else { let b = 2; }
    ^~
  hint: there is no if: write x = condition ? a : b;
k.phx:3:3: error: found 'while'; expected a statement
    while (true) { let c = 3; }
    ^~~~~
  hint: loops are counted: write for i in 0..n { … }
k.phx:4:9: error: found '='; expected 'in'
    for i = 0; i < 4; i++ { let d = 4; }
          ^
  hint: write for i in 0..n { … }
k.phx:5:3: error: found 'int'; expected a statement
    int e = 5;
    ^~~
  hint: write let x = …; or var x = …;
k.phx:6:4: error: found '+'; expected '=', '[' or '('
    x++;
     ^
  hint: write x += 1;
)");
}

TEST(KernelLanguageForm, TheParserResumesAtTheNextStatementAndItem) {
  EXPECT_EQ(errors_of("param n 4;\n"
                      "tensor x f32[4];\n"
                      "fn f(a b) { return a +; }\n"
                      "kernel main() {\n"
                      "  let = 1;\n"
                      "  x[0 = 2.0;\n"
                      "  let a = (1 + 2;\n"
                      "  let b = 3;\n"
                      "  y = f(1,;\n"
                      "}\n"
                      "const c 3;\n"),
            R"(k.phx:1:9: error: found '4'; expected '='
  param n 4;
          ^
k.phx:2:10: error: found 'f32'; expected ':'
  tensor x f32[4];
           ^~~
  hint: write tensor x: f32[n];
k.phx:3:8: error: found 'b'; expected ')'
  fn f(a b) { return a +; }
         ^
k.phx:5:7: error: found '='; expected a name
    let = 1;
        ^
k.phx:6:7: error: found '='; expected ',', ':' or ']'
    x[0 = 2.0;
        ^
k.phx:7:17: error: found ';'; expected ')'
    let a = (1 + 2;
                  ^
k.phx:9:11: error: found ';'; expected an expression
    y = f(1,;
            ^
k.phx:11:9: error: found '3'; expected '='
  const c 3;
          ^
)");
}

TEST(KernelLanguageForm, NumbersAndCoordinatesAreChecked) {
  EXPECT_EQ(errors_of("const a = 99999999999999999999;\n"
                      "const b = 0x;\n"
                      "const c = 1.5i32;\n"
                      "const d = 12abc;\n"
                      "const e = @1.1.1/1.1.1;\n"
                      "const f = 1e999;\n"
                      "const g = 3 $ 4;\n"
                      "kernel main() { }\n"),
            R"(k.phx:1:11: error: '99999999999999999999' is out of range; expected an integer below 2^63
  const a = 99999999999999999999;
            ^~~~~~~~~~~~~~~~~~~~
  hint: write 0x… to use all 64 bits
k.phx:2:11: error: found '0x'; expected 1 to 16 hexadecimal digits
  const b = 0x;
            ^~
k.phx:3:11: error: found '1.5i32'; expected an integer before 'i32'
  const c = 1.5i32;
            ^~~~~~
k.phx:4:13: error: found 'abc' after a number; expected i32, i64, f32, f64 or an operator
  const d = 12abc;
              ^~~
k.phx:5:11: error: coordinate '@1.1.1/1.1.1': column 12: found the end of the text; expected '/'
  const e = @1.1.1/1.1.1;
            ^~~~~~~~~~~~
  hint: nine parts, or eleven with line and column: @1.1.1/1.1.1/1.1.2 or @1.1.1/1.1.1/1.1.2/1.1
k.phx:6:11: error: '1e999' is out of range; expected a number within the range of f64
  const f = 1e999;
            ^~~~~
k.phx:7:13: error: found '$'; expected a name, a number or an operator
  const g = 3 $ 4;
              ^
)");
}

TEST(KernelLanguageForm, AnUnterminatedCommentIsShownWhereItBegins) {
  EXPECT_EQ(errors_of("kernel main() { }\n"
                      "/* to the end\n"),
            R"(k.phx:2:1: error: an unterminated comment; expected '*/'
  /* to the end
  ^~
)");
}

TEST(KernelLanguageForm, KeywordsAreNotAllowedAsNames) {
  EXPECT_EQ(errors_of("kernel main() { let for = 1; }\n"),
            R"(k.phx:1:21: error: found 'for'; expected a name
  kernel main() { let for = 1; }
                      ^~~
  hint: for is a keyword
)");
}

TEST(KernelLanguageForm, AttributesAreChecked) {
  EXPECT_EQ(errors_of("kernel main() {\n"
                      "  @parallel for i in 0..4 { let a = i; }\n"
                      "  @unroll(2) let b = 3;\n"
                      "}\n"),
            R"(k.phx:2:3: error: found '@parallel'; expected @unroll(k) or @independent
    @parallel for i in 0..4 { let a = i; }
    ^~~~~~~~~
k.phx:3:14: error: found 'let'; expected 'for'
    @unroll(2) let b = 3;
               ^~~
  hint: an attribute must precede a for
)");
}

TEST(KernelLanguageForm, LinesAreUnderlinedByCharacter) {
  EXPECT_EQ(errors_of("kernel main() {\n"
                      "\tlet ä = 1;\n"
                      "\tlet b = /* größer */ c;\n"
                      "}\n"),
            R"(k.phx:2:6: error: found 'ä'; expected a name, a number or an operator
  	let ä = 1;
  	    ^
)");
}

std::string repeated(std::string_view piece, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += piece;
  return text;
}

/// The first diagnostic of a text that must not be accepted.
std::string first_error(const std::string& text) {
  const Read made = read("k.phx", text);
  return made.diagnostics.empty() ? "" : made.diagnostics.front().found;
}

TEST(KernelLanguageForm, NoNestingDepthOverflowsTheStack) {
  const std::string deep = "expressions or blocks are nested too deeply";
  for (const std::string& expression :
       {repeated("(", 100000) + "1" + repeated(")", 100000), repeated("-", 100000) + "1", repeated("{", 100000),
        repeated("true ? ", 100000) + "1", repeated("sum(i in 0..2) ", 100000), repeated("f(", 100000),
        repeated("x[", 100000)})
    EXPECT_EQ(first_error("kernel main() { let a = " + expression + "; }"), deep) << expression.substr(0, 20);
  EXPECT_EQ(first_error("kernel main() { " + repeated("for i in 0..2 {", 100000)), deep);
}

TEST(KernelLanguageForm, TheLimitOfNestingIsTheOneInTheMessage) {
  const auto parentheses = [](int levels) {
    return "kernel main() { for i in 0..2 { let a = " + repeated("(", levels) + "1" + repeated(")", levels) + "; } }";
  };
  EXPECT_EQ(first_error(parentheses(256)), "");
  const Read made = read("k.phx", parentheses(257));
  ASSERT_FALSE(made.diagnostics.empty());
  EXPECT_EQ(made.diagnostics.front().expected, "at most 256 levels");
  const auto opened = [](const std::string& open, const std::string& close, int levels) {
    return first_error("fn f(x: i64) -> i64 { return x; }\ntensor x: i64[4];\nkernel main() { x[0] = " +
                       repeated(open, levels) + "1" + repeated(close, levels) + "; }");
  };
  for (const auto& [open, close] : {std::pair("-", ""), std::pair("(1 + 2 * ", ")"), std::pair("f(", ")"),
                                    std::pair("{ let a = 1; ", "}"), std::pair("x[0] + (", ")")}) {
    EXPECT_EQ(opened(open, close, 255), "") << open;
    EXPECT_EQ(opened(open, close, 257), "expressions or blocks are nested too deeply") << open;
  }
}

TEST(KernelLanguageForm, AChainOfAnyLengthIsNotNested) {
  const std::string head = "tensor x: f32[64];\ntensor n: i64[64];\nkernel main() { ";
  EXPECT_EQ(first_error("kernel main() { let a = 1" + repeated(" + 1", 100000) + "; }"), "");
  EXPECT_EQ(first_error("kernel main() { let a = " + repeated("true ? 1 : ", 100000) + "1; }"), "");
  for (const std::string& chain :
       {"x[0] = x[1]" + repeated(" + x[2]", 5000), "x[0] = x[1]" + repeated(" - x[2] * x[3]", 5000),
        "x[0] = x[1]" + repeated(" / x[2]", 5000), "n[0] = n[1]" + repeated(" ^ n[2] & n[3]", 5000),
        "n[0] = n[1]" + repeated(" + n[2] << 1", 5000),
        "let b = n[1] < 1" + repeated(" && n[2] < 5 || n[3] == 1", 2000),
        "n[0] = " + repeated("n[1] < 7 ? n[2] : ", 5000) + "0"})
    EXPECT_EQ(first_error(head + chain + "; }"), "") << chain.substr(0, 30);
}

TEST(KernelLanguageForm, AChainOfCallsHasALimit) {
  std::string text = "fn call0(x: i64) -> i64 { return x; }\n";
  for (int i = 1; i < 2000; ++i)
    text += "fn call" + std::to_string(i) + "(x: i64) -> i64 { return " + repeated("(1 + ", 50) + "call" +
            std::to_string(i - 1) + "(x)" + repeated(")", 50) + "; }\n";
  EXPECT_EQ(first_error(text + "kernel main() { let a = call1999(1); }"),
            "expressions are nested too deeply with every call inlined");
}

TEST(KernelLanguageForm, ExponentiallyManyCallsStopAtTheLimitOfOps) {
  for (const bool with_ops : {true, false}) {
    std::string text =
        "tensor k: i64[4];\nfn g0(x: i64) -> i64 { return " + std::string(with_ops ? "x * k[0]" : "x") + "; }\n";
    for (int i = 1; i < 60; ++i) {
      const std::string inner = "g" + std::to_string(i - 1) + "(x)";
      text += "fn g" + std::to_string(i) + "(x: i64) -> i64 { return " + inner + " + " + inner + "; }\n";
    }
    EXPECT_EQ(first_error(text + "kernel main() { k[0] = g59(1); }"), "the program becomes too large");
  }
}

TEST(KernelLanguageForm, ALongTextWithoutErrorsIsRead) {
  std::string text = "tensor x: f32[64];\nkernel main() {\n";
  for (int i = 0; i < 10000; ++i) text += "  let a" + std::to_string(i) + " = x[" + std::to_string(i % 64) + "];\n";
  EXPECT_TRUE(read("k.phx", text + "}\n").module.has_value());
}

}  // namespace
}  // namespace vtpu::compiler::language
