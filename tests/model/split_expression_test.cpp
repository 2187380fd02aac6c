// Does a split expression cut a text as a backtracking matcher would, and refuse what it does not support?
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "vtpu/model/split_expression.h"

namespace vtpu::model {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> words(const std::string& expression, std::string_view text) {
  const SplitExpression split = SplitExpression::compile(expression, "here").value();
  std::vector<std::string> found;
  while (!text.empty()) {
    const std::size_t bytes = std::max<std::size_t>(split.match(text), 1);
    found.emplace_back(text.substr(0, bytes));
    text.remove_prefix(bytes);
  }
  return found;
}

constexpr const char* kLlama =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

TEST(SplitExpression, TheFirstAlternativeThatMatchesIsTaken) {
  EXPECT_THAT(words("a|ab|b", "ab"), ElementsAre("a", "b"));
  EXPECT_THAT(words("ab|a|b", "ab"), ElementsAre("ab"));
}

TEST(SplitExpression, ARepetitionTakesAsManyAsItsBoundsAllow) {
  EXPECT_THAT(words(R"(\d{1,3})", "12345"), ElementsAre("123", "45"));
  EXPECT_THAT(words("a{2}|a", "aaaaa"), ElementsAre("aa", "aa", "a"));
  EXPECT_THAT(words("a{2,}|a", "aaaaa"), ElementsAre("aaaaa"));
}

TEST(SplitExpression, ARepetitionGivesBackWhatTheRestNeeds) {
  EXPECT_THAT(words(R"(\s*[\r\n]+|\s)", " \n \n  x"), ElementsAre(" \n \n", " ", " ", "x"));
  EXPECT_THAT(words("a*ab|c", "aaabc"), ElementsAre("aaab", "c"));
}

TEST(SplitExpression, TheLastBlankBeforeAWordBelongsToIt) {
  EXPECT_THAT(words(kLlama, "a   b  "), ElementsAre("a", "  ", " b", "  "));
}

TEST(SplitExpression, AContractionIsFoundInAnyCaseAndWithTheLongS) {
  EXPECT_THAT(words(kLlama, "it's IT'LL"), ElementsAre("it", "'s", " IT", "'LL"));
  EXPECT_THAT(words(kLlama, "it\u0027\u017f"), ElementsAre("it", "'\u017f"));
}

TEST(SplitExpression, ClassesAreThoseOfUnicode) {
  EXPECT_THAT(words(kLlama, "М世٣1\u00a0x"), ElementsAre("М世", "٣1", "\u00a0x"));
}

TEST(SplitExpression, AGroupThatMayBeAbsentIsTakenIfItIsThere) {
  EXPECT_THAT(words(R"([\p{Lu}]*[\p{Ll}]+(?i:'s|'t)?|\s)", "Ab's c't d"), ElementsAre("Ab's", " ", "c't", " ", "d"));
}

TEST(SplitExpression, WhatIsNotSupportedIsRefusedWithItsPlace) {
  const auto error = [](const char* expression) {
    const auto compiled = SplitExpression::compile(expression, "here");
    return compiled ? std::string("accepted") : compiled.error().message();
  };
  EXPECT_THAT(error("ab++"), HasSubstr("here, byte 4 of the expression: found a possessive repetition"));
  EXPECT_THAT(error("a+?"), HasSubstr("lazy"));
  EXPECT_THAT(error("^a"), HasSubstr("anchor '^'"));
  EXPECT_THAT(error(R"(\bword)"), HasSubstr(R"(the escape '\b')"));
  EXPECT_THAT(error(R"((a)\1)"), HasSubstr(R"(the escape '\1')"));
  EXPECT_THAT(error("(?<=a)b"), HasSubstr("(?<="));
  EXPECT_THAT(error("(?!ab)c"), HasSubstr("group without ')'"));
  EXPECT_THAT(error("(a"), HasSubstr("without ')'"));
  EXPECT_THAT(error("a)"), HasSubstr("without '('"));
  EXPECT_THAT(error("[a"), HasSubstr("without ']'"));
  EXPECT_THAT(error("[a-z&&[b]]"), HasSubstr("operation on classes"));
  EXPECT_THAT(error("[z-a]"), HasSubstr("from low to high"));
  EXPECT_THAT(error(R"(\p{Lettters})"), HasSubstr("Lettters"));
  EXPECT_THAT(error("a*"), HasSubstr("matches the empty text"));
  EXPECT_THAT(error("(?!a)|b"), HasSubstr("matches the empty text"));
  EXPECT_THAT(error("(a{1,256}){1,256}"), HasSubstr("too many"));
  EXPECT_THAT(error("a{3,2}"), HasSubstr("a repetition that is not"));
}

}  // namespace
}  // namespace vtpu::model
