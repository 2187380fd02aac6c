#include "vtpu/phext/coordinate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "documents.h"
#include "vtpu/phext/break.h"

namespace vtpu::phext {
namespace {

using testing::HasSubstr;

std::string lenient(std::string_view text) {
  const Result<Parts> parts = to_coordinate(text);
  return parts ? raw_text(*parts) : parts.error().message();
}

TEST(Break, TenBytesAreDelimitersAndEscapeIsNot) {
  std::string found;
  for (int byte = 0; byte < 256; ++byte)
    if (is_break(static_cast<char>(byte))) found += static_cast<char>(byte);
  EXPECT_EQ(found, "\x01\n\x17\x18\x19\x1a\x1c\x1d\x1e\x1f");
}

TEST(Break, ALineBreakIsADelimiterButChangesNoCoordinate) {
  EXPECT_TRUE(is_break('\n'));
  EXPECT_FALSE(is_dimension_break('\n'));
  Coordinate coordinate = at("1.2.3/4.5.6/7.8.9");
  EXPECT_TRUE(coordinate.advance(Break::line));
  EXPECT_EQ(coordinate.to_string(), "1.2.3/4.5.6/7.8.9");
}

TEST(Break, EachAddsOneToItsOwnPartResetsTheLowerAndLeavesTheHigher) {
  const std::vector<std::pair<Break, const char*>> expected = {
      {Break::scroll, "2.3.4/5.6.7/8.9.11"}, {Break::section, "2.3.4/5.6.7/8.10.1"},
      {Break::chapter, "2.3.4/5.6.7/9.1.1"}, {Break::book, "2.3.4/5.6.8/1.1.1"},
      {Break::volume, "2.3.4/5.7.1/1.1.1"},  {Break::collection, "2.3.4/6.1.1/1.1.1"},
      {Break::series, "2.3.5/1.1.1/1.1.1"},  {Break::shelf, "2.4.1/1.1.1/1.1.1"},
      {Break::library, "3.1.1/1.1.1/1.1.1"},
  };
  for (const auto& [kind, text] : expected)
    EXPECT_EQ(at("2.3.4/5.6.7/8.9.10").after(std::vector{kind})->to_string(), text) << name_of(kind);
}

TEST(Break, NamesAndKindsAreTheSameList) {
  for (std::size_t kind = 0; kind < kBreakKinds; ++kind)
    EXPECT_EQ(break_named(kBreakNames[kind]), static_cast<Break>(kind));
  EXPECT_EQ(break_named("page"), std::nullopt);
}

TEST(Coordinate, ABreakAt999IsAnErrorAndChangesNothing) {  // Q3, Q11
  Coordinate coordinate = at("1.1.1/1.1.1/1.999.5");
  EXPECT_FALSE(coordinate.advance(Break::section));
  EXPECT_EQ(coordinate.to_string(), "1.1.1/1.1.1/1.999.5");
  const auto after = coordinate.after(std::vector{Break::scroll, Break::section});
  EXPECT_EQ(after.error().message(), "break 2: a section break at 1.1.1/1.1.1/1.999.6; expected a section below 999");
}

TEST(Coordinate, ValidPartsGoFrom1To999) {  // Q3, Q4, Q14
  Parts parts;
  parts.fill(1);
  EXPECT_TRUE(Coordinate::from_parts(parts));
  parts.fill(999);
  EXPECT_TRUE(Coordinate::from_parts(parts));
  parts[5] = 1000;
  EXPECT_EQ(Coordinate::from_parts(parts).error().message(),
            "999.999.999/999.999.1000/999.999.999: book 1000; expected a number from 1 to 999");
  parts[5] = 0;
  EXPECT_THAT(Coordinate::from_parts(parts).error().found, HasSubstr("book 0"));
}

TEST(Coordinate, OrderIsThatOfTheDocument) {
  EXPECT_LT(at("1.1.1/1.1.1/1.1.999"), at("1.1.1/1.1.1/1.2.1"));
  EXPECT_LT(at("1.999.999/999.999.999/999.999.999"), at("2.1.1/1.1.1/1.1.1"));
  EXPECT_EQ(at("1.1.1/1.1.1/1.1.1"), Coordinate());
}

TEST(StrictParse, NamesTheColumnAndWhatWasFoundThere) {
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"", "column 1: found the end of the text; expected a number from 1 to 999"},
      {"1.1.1/1.1.1/1.1", "column 16: found the end of the text; expected '.'"},
      {"1.1.1/1.x.1/1.1.1", "column 9: found 'x'; expected a number from 1 to 999"},
      {"1.1.1.1/1.1/1.1.1", "column 6: found '.'; expected '/'"},
      {"1.1.1/1.1.1/1.1.1/1", "column 18: found '/'; expected the end of the text"},
      {"1.1.1/1.1.1/1.1.1 ", "column 18: found ' '; expected the end of the text"},
      {"1.1.1/0.1.1/1.1.1", "column 7: found 0; expected a number from 1 to 999"},
      {"1.1.1/1.1.1/1.1.1000", "column 17: found 1000; expected a number from 1 to 999"},
      {"1.1.99999999999999999999999/1.1.1/1.1.1",
       "column 5: found 99999999999999999999...; expected a number from 1 to 999"},
      {"1.1.1;1.1.1;1.1.1", "column 6: found ';'; expected '/'; ';' is for URLs only"},
      {"1.1.-1/1.1.1/1.1.1", "column 5: found '-'; expected a number from 1 to 999"},
      {"1.1.1/1.1.1/1.1.\x17", "column 17: found byte 0x17; expected a number from 1 to 999"},
  };
  for (const auto& [text, message] : wrong) {
    ASSERT_FALSE(Coordinate::parse(text)) << text;
    EXPECT_EQ(Coordinate::parse(text).error().message(), message);
  }
}

TEST(StrictParse, SkipsALeadingPlusAndLeadingZeros) {
  EXPECT_EQ(Coordinate::parse("+1.02.3/4.5.6/7.8.0009")->to_string(), "1.2.3/4.5.6/7.8.9");
}

TEST(StrictParse, TheUrlFormHasItsOwnFunctionWhichRefusesTheSlash) {
  EXPECT_EQ(*Coordinate::parse_url("1.2.3;4.5.6;7.8.9"), at("1.2.3/4.5.6/7.8.9"));
  EXPECT_EQ(Coordinate::parse_url("1.2.3/4.5.6/7.8.9").error().message(), "column 6: found '/'; expected ';'");
}

RC_GTEST_PROP(StrictParse, ReadsBackBothForms, (const Coordinate& coordinate)) {
  RC_ASSERT(at(coordinate.to_string()) == coordinate);
  RC_ASSERT(*Coordinate::parse_url(coordinate.to_urlencoded()) == coordinate);
  RC_ASSERT(raw_text(*parse_parts(coordinate.to_string())) == coordinate.to_string());
  RC_ASSERT(lenient(coordinate.to_string()) == coordinate.to_string());
  RC_ASSERT(lenient(coordinate.to_urlencoded()) == coordinate.to_string());
}

TEST(LenientParse, ReadsWhatItCan) {  // Q5
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"", "1.1.1/1.1.1/1.1.1"},
      {"HOME", "1.1.1/1.1.1/1.1.1"},
      {"5", "1.1.1/1.1.1/1.1.5"},
      {"2.3", "2.1.1/1.1.1/1.1.3"},
      {"2.3.4/5.6.7/8.9", "2.3.4/5.6.7/8.1.9"},
      {"1.2.3/4.5.6/7.8.9/10", "1.2.3/4.5.6/7.8.10"},
      {"1.2.3/4.5.6/7.8.9/10.11.12", "1.2.3/4.5.6/7.8.12"},
      {"1.2.3/4.5.6/7.8.9/", "1.2.3/4.5.6/7.8.0"},
      {"1..3", "1.0.1/1.1.1/1.1.3"},
      {"../;7", "1.1.1/1.1.1/1.1.7"},
      {"-1", "1.1.1/1.1.1/1.1.1"},
      {"1a2", "1.1.1/1.1.1/1.1.12"},
      {"0.1000;5000", "0.1000.1/1.1.1/1.1.5000"},
      {"4294967295", "1.1.1/1.1.1/1.1.4294967295"},
  };
  for (const auto& [text, raw] : expected) EXPECT_EQ(lenient(text), raw) << text;
}

TEST(LenientParse, ANumberPast32BitsIsAnErrorWithItsColumn) {  // Q5
  EXPECT_EQ(lenient("1.4294967296"), "column 12: found a number past 32 bits; expected a number from 1 to 999");
}

}  // namespace
}  // namespace vtpu::phext
