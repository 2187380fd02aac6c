// At least one test for each defect of the reference implementation, named by its number in README.md.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "documents.h"
#include "vtpu/phext/combine.h"
#include "vtpu/phext/document.h"
#include "vtpu/phext/edit.h"
#include "vtpu/phext/report.h"
#include "vtpu/phext/scrolls.h"

namespace vtpu::phext {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string kGap =
    "aaa\x18"
    "bbb";  // 1.1.1/1.1.1/1.1.2 is absent

std::string breaks(std::size_t count, char byte) { return std::string(count, byte); }

TEST(Q1, AFetchInAGapIsEmpty) { EXPECT_EQ(*fetch(kGap, at("1.1.1/1.1.1/1.1.2")), ""); }

TEST(Q1, AGapIsLocatedAtTheBreakThatPassesIt) {
  const Location expected{3, 3, at("1.1.1/1.1.1/1.1.1")};
  EXPECT_EQ(*locate(kGap, at("1.1.1/1.1.1/1.1.2")), expected);
}

TEST(Q1, AReplaceInAGapInserts) {
  EXPECT_EQ(*replace(kGap, at("1.1.1/1.1.1/1.1.3"), "x"),
            "aaa\x17\x17x\x18"
            "bbb");
}

TEST(Q1, ARemoveInAGapOnlyNormalizes) {
  EXPECT_EQ(*remove(kGap, at("1.1.1/1.1.1/1.1.2")), kGap);
  EXPECT_EQ(*remove("a\x17\x17\x18"
                    "b\x17",
                    at("1.1.1/1.1.1/1.1.9")),
            "a\x18"
            "b");
}

TEST(Q1, ARangeReplaceThatStartsInAGapKeepsEarlierTextAndStartsAtItsFirstCoordinate) {
  const std::string edited = *range_replace(kGap +
                                                "\x18"
                                                "ccc",
                                            at("1.1.1/1.1.1/1.1.2"), at("1.1.1/1.1.1/1.2.1"), "x");
  EXPECT_EQ(edited,
            "aaa\x17x\x18"
            "ccc");
}

TEST(Q2, AnInsertAtTheFinalEmptyScrollLandsThere) {
  EXPECT_EQ(*insert("a\x17", at("1.1.1/1.1.1/1.1.2"), "x"), "a\x17x");
  EXPECT_EQ(*replace("a\x17", at("1.1.1/1.1.1/1.1.2"), "x"), "a\x17x");
}

TEST(Q2, AnInsertAfterTrailingBreaksCountsThem) {
  EXPECT_EQ(*insert("a\x17", at("1.1.1/1.1.1/1.1.4"), "x"), "a\x17\x17\x17x");
  EXPECT_EQ(*insert("a\x19\x17", at("1.1.1/1.1.1/2.1.3"), "x"), "a\x19\x17\x17x");
  EXPECT_EQ(*insert("a\x19\x17", at("1.1.1/1.1.1/2.2.2"), "x"), "a\x19\x17\x18\x17x");
}

TEST(Q2, PastTheEndTheBestCoordinateIsThatOfTheFinalScrollEvenWhenEmpty) {
  const Location expected{3, 3, at("1.1.1/1.1.1/1.1.3")};
  EXPECT_EQ(*locate("a\x17\x17", at("1.1.1/1.1.1/1.1.9")), expected);
  EXPECT_EQ(*locate("a\x17\x17", at("1.1.1/1.1.1/1.1.3")), expected);
}

TEST(Q3, Part999IsReachableAndPart1000IsNotACoordinate) {
  const std::string document = *insert("", at("999.1.1/1.1.1/1.1.999"), "x");
  EXPECT_EQ(document, breaks(998, '\x01') + breaks(998, '\x17') + "x");
  EXPECT_EQ(*fetch(document, at("999.1.1/1.1.1/1.1.999")), "x");
  EXPECT_FALSE(Coordinate::parse("1000.1.1/1.1.1/1.1.1"));
}

TEST(Q4, APartOfZeroIsNotACoordinate) {
  EXPECT_THAT(Coordinate::parse("1.1.1/1.1.1/1.1.0").error().message(), HasSubstr("column 17: found 0"));
  EXPECT_FALSE(Coordinate::from_parts(*to_coordinate("0.1")));
}

TEST(Q5, TheStrictParseNamesThePlaceAndTheLenientOneHasItsOwnName) {
  EXPECT_EQ(Coordinate::parse("a.b.c/d.e.f/g.h").error().where, "column 1");
  EXPECT_EQ(raw_text(*to_coordinate("a.b.c/d.e.f/g.h")), "1.1.1/1.1.1/1.1.1");
}

TEST(Q6, AnEmptyDocumentAndOneOfBreaksHaveNoTokens) {
  for (const std::string document : {"", "\x17", "\x17\x18\x01"}) {
    EXPECT_TRUE(phokenize(document)->empty());
    EXPECT_TRUE(explode(document)->empty());
    EXPECT_EQ(*normalize(document), "");
    EXPECT_EQ(*textmap(document), "");
    EXPECT_EQ(*navmap("", document), "<ul>\n</ul>\n");
    EXPECT_EQ(*manifest(document), "");
    EXPECT_EQ(*soundex(document), "");
    EXPECT_EQ(*index(document), "");
  }
}

TEST(Q6, TrailingBreaksAreNotATokenOfTheirOwn) {
  EXPECT_THAT(*phokenize("a\x17\x17\x17"), ElementsAre(Scroll{Coordinate(), "a"}));
  EXPECT_EQ(*merge("a\x17\x17\x17",
                   "\x18"
                   "b\x17\x17"),
            "a\x18"
            "b");
}

TEST(Q7, AnEmptyEntryMovesNothing) {
  const std::vector<Scroll> scrolls = {
      {at("1.1.1/1.1.1/1.1.1"), "a"}, {at("1.1.1/1.1.1/1.1.2"), ""}, {at("1.1.1/1.1.1/1.1.3"), "c"}};
  EXPECT_EQ(*dephokenize(scrolls),
            "a\x17\x17"
            "c");
  EXPECT_EQ(implode({{scrolls[0].coordinate, "a"}, {scrolls[1].coordinate, ""}, {scrolls[2].coordinate, "c"}}),
            "a\x17\x17"
            "c");
}

TEST(Q8, SubtractIsATrueSetDifference) {
  EXPECT_EQ(*subtract("a\x17"
                      "b\x17"
                      "c\x17"
                      "d",
                      "\x17x"),
            "a\x17\x17"
            "c\x17"
            "d");
  EXPECT_EQ(*subtract("\x17"
                      "b\x18"
                      "c",
                      "x\x18y"),
            "\x17"
            "b");
  EXPECT_EQ(*subtract("a\x17"
                      "b",
                      ""),
            "a\x17"
            "b");
}

TEST(Q9, ASummaryIsCutBeforeTheCharacterThatWouldNotFit) {
  const std::string thirty_one(31, 'x');
  EXPECT_EQ(summary(thirty_one + "\xc3\xa9"
                                 "z"),
            thirty_one + "...");
  EXPECT_EQ(summary(std::string(30, 'x') + "\xc3\xa9"
                                           "z"),
            std::string(30, 'x') + "\xc3\xa9...");
  EXPECT_EQ(summary(std::string(29, 'x') + "\xf0\x9f\x98\x80z"), std::string(29, 'x') + "...");
  EXPECT_EQ(summary(std::string(31, 'x') + "\xe2\x82\xac"), thirty_one + "...");
}

TEST(Q9, BytesThatAreNotUtf8AreCutAt32) {
  EXPECT_EQ(summary(std::string(40, '\x80')), std::string(32, '\x80') + "...");
}

TEST(Q10, TheOffsetBeforeEveryScrollIs0) {
  const std::string document =
      "\x17\x17"
      "abc\x18"
      "d";
  EXPECT_EQ(*offset(document, at("1.1.1/1.1.1/1.1.1")), 0u);
  EXPECT_EQ(*offset(document, at("1.1.1/1.1.1/1.1.3")), 2u);
  EXPECT_EQ(*offset(document, at("1.1.1/1.1.1/1.1.9")), 2u);
  EXPECT_EQ(*offset(document, at("9.1.1/1.1.1/1.1.1")), 6u);
  EXPECT_EQ(*offset("", at("9.1.1/1.1.1/1.1.1")), 0u);
}

TEST(Q11, PassingABreakPast999IsAnErrorWithItsByte) {
  const std::string document = breaks(999, '\x17') + "x";
  const std::string expected = "byte 998: a scroll break at 1.1.1/1.1.1/1.1.999; expected at most 999 per dimension";
  EXPECT_EQ(normalize(document).error().message(), expected);
  EXPECT_EQ(phokenize(document).error().message(), expected);
  EXPECT_EQ(explode(document).error().message(), expected);
  EXPECT_EQ(ScrollIndex::build(document).error().message(), expected);
  EXPECT_EQ(fetch(document, at("1.1.1/1.1.1/1.1.999")).error().message(), expected);
  EXPECT_EQ(insert(document, at("1.1.1/1.1.1/1.2.1"), "y").error().message(), expected);
  EXPECT_EQ(merge("", document).error().message(), "right, " + expected);
  EXPECT_TRUE(normalize(breaks(998, '\x17') + "x"));
}

TEST(Q11, AScrollBeforeTheBreakPast999IsStillFound) {
  EXPECT_EQ(*fetch("a" + breaks(1200, '\x17'), at("1.1.1/1.1.1/1.1.1")), "a");
}

TEST(Q11, AnEditThatWouldMoveAScrollPast999IsAnError) {
  const std::string full = breaks(998, '\x17') + "last";
  EXPECT_EQ(
      insert(full, at("1.1.1/1.1.1/1.1.1"),
             "a\x17"
             "b")
          .error()
          .message(),
      "the edited document, byte 1000: a scroll break at 1.1.1/1.1.1/1.1.999; expected at most 999 per dimension");
  const std::string two_sections = breaks(499, '\x17') + "\x18" + breaks(600, '\x17');
  EXPECT_FALSE(range_replace(two_sections, at("1.1.1/1.1.1/1.1.500"), at("1.1.1/1.1.1/1.2.1"), "x"));
}

TEST(Q12, AReversedRangeIsAnError) {
  EXPECT_EQ(range_replace("a\x17"
                          "b",
                          at("1.1.1/1.1.1/1.1.2"), at("1.1.1/1.1.1/1.1.1"), "x")
                .error()
                .message(),
            "range: found 1.1.1/1.1.1/1.1.2 to 1.1.1/1.1.1/1.1.1; expected the first coordinate not after the last");
  EXPECT_FALSE(range("a", at("1.1.1/1.1.1/1.1.2"), at("1.1.1/1.1.1/1.1.1")));
}

TEST(Q12, ARangePastTheEndIsReachedByBreaks) {
  EXPECT_EQ(*range_replace("a", at("1.1.1/1.1.1/1.1.3"), at("1.1.1/1.1.1/2.1.1"), "x"), "a\x17\x17x");
}

TEST(Q13, UnsortedTokensAreRefusedByDephokenizeAndSortedByImplode) {
  const std::vector<Scroll> scrolls = {{at("1.1.1/1.1.1/1.1.2"), "b"}, {at("1.1.1/1.1.1/1.1.1"), "a"}};
  EXPECT_EQ(
      dephokenize(scrolls).error().message(),
      "scroll 2 of 2: found 1.1.1/1.1.1/1.1.1 after 1.1.1/1.1.1/1.1.2; expected ascending coordinates, each once");
  EXPECT_EQ(*implode(scrolls),
            "a\x17"
            "b");
}

TEST(Q13, ACoordinateClaimedTwiceIsAnError) {
  const std::vector<Scroll> twice = {{Coordinate(), "b"}, {Coordinate(), "a"}};
  EXPECT_FALSE(dephokenize(twice));
  EXPECT_FALSE(implode(twice));
}

TEST(Q14, AnInvalidCoordinateIsAnErrorAndNeverAnEmptyText) {
  EXPECT_EQ(Coordinate::from_parts(*to_coordinate("1000.1")).error().message(),
            "1000.1.1/1.1.1/1.1.1: library 1000; expected a number from 1 to 999");
}

TEST(Q15, ANavmapEscapesBaseAndSummary) {
  EXPECT_EQ(*navmap("/?a=1&c=\"", "<b> & \"q\""),
            "<ul>\n<li><a href=\"/?a=1&amp;c=&quot;1.1.1;1.1.1;1.1.1\">1.1.1/1.1.1/1.1.1 &lt;b&gt; &amp; "
            "&quot;q&quot;</a></li>\n</ul>\n");
}

}  // namespace
}  // namespace vtpu::phext
