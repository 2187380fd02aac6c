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

TEST(Fetch, PlainTextIncludesNulTabEscapeAndLineFeeds) {
  const std::string plain("\0\t\r\n\x1b\xef\xbb\xbf", 8);
  EXPECT_EQ(*fetch(plain + "\x17z", Coordinate()), plain);
  EXPECT_EQ(*fetch(plain + "\x17z", at("1.1.1/1.1.1/1.1.2")), "z");
}

TEST(Fetch, AnAbsentScrollPastTheEndIsEmpty) { EXPECT_EQ(*fetch("a", at("2.1.1/1.1.1/1.1.1")), ""); }

TEST(Insert, AppendsToAnExistingScroll) {
  EXPECT_EQ(*insert("a\x17"
                    "b\x17"
                    "c",
                    at("1.1.1/1.1.1/1.1.2"), "!"),
            "a\x17"
            "b!\x17"
            "c");
}

TEST(Insert, ABreakInTheTextRenumbersWhatFollowsInTheSameParent) {
  const std::string edited = *insert(
      "a\x17"
      "b\x18"
      "c",
      Coordinate(), "\x17new");
  EXPECT_EQ(*fetch(edited, at("1.1.1/1.1.1/1.1.3")), "b");
  EXPECT_EQ(*fetch(edited, at("1.1.1/1.1.1/1.2.1")), "c");
}

TEST(Replace, ByAnEmptyTextPastTheEndLeavesTheBreaksThatLeadThere) {
  EXPECT_EQ(*replace("a", at("1.1.1/1.1.1/1.2.2"), ""), "a\x18\x17");
}

TEST(Remove, OfTheOnlyScrollLeavesNothing) { EXPECT_EQ(*remove("a", Coordinate()), ""); }

TEST(Remove, LetsOtherScrollsKeepTheirCoordinates) {
  EXPECT_EQ(*remove("a\x17"
                    "b\x17"
                    "c",
                    at("1.1.1/1.1.1/1.1.2")),
            "a\x17\x17"
            "c");
}

TEST(RangeReplace, RemovesInnerBreaksAndMovesLaterScrollsDown) {
  EXPECT_EQ(*range_replace("a\x17"
                           "b\x17"
                           "c\x17"
                           "d",
                           Coordinate(), at("1.1.1/1.1.1/1.1.3"), "x"),
            "x\x17"
            "d");
}

TEST(RangeReplace, AnAbsentLastCoordinateCutsUpToTheBreakThatPassesIt) {
  EXPECT_EQ(*range_replace("a\x17"
                           "b\x18"
                           "c",
                           Coordinate(), at("1.1.1/1.1.1/1.1.7"), "x"),
            "x\x18"
            "c");
  EXPECT_EQ(*range_replace("a\x17"
                           "b",
                           Coordinate(), at("1.1.1/1.1.1/9.9.9"), "x"),
            "x");
}

TEST(Range, HoldsTheBreaksBetweenItsScrolls) {
  EXPECT_EQ(*range("a\x17"
                   "b\x18"
                   "c\x17"
                   "d",
                   at("1.1.1/1.1.1/1.1.2"), at("1.1.1/1.1.1/1.2.1")),
            "b\x18"
            "c");
}

TEST(NextScroll, GivesTheScrollTheCoordinateAfterItsBreakAndTheRest) {
  const NextScroll next = *next_scroll(
      "\x17\x18"
      "ab\x17\x17"
      "c",
      at("1.1.1/1.1.1/1.1.5"));
  EXPECT_EQ(next.scroll, (Scroll{at("1.1.1/1.1.1/1.2.1"), "ab"}));
  EXPECT_EQ(next.next, at("1.1.1/1.1.1/1.2.2"));
  EXPECT_EQ(next.remaining,
            "\x17"
            "c");
}

TEST(NextScroll, WithoutAnyTextIsEmptyAtTheGivenCoordinate) {
  const NextScroll next = *next_scroll("\x17\x18", at("1.1.1/1.1.1/1.1.5"));
  EXPECT_EQ(next.scroll, (Scroll{at("1.1.1/1.1.1/1.1.5"), ""}));
  EXPECT_EQ(next.next, at("1.1.1/1.1.1/1.2.1"));
  EXPECT_EQ(next.remaining, "");
}

TEST(Phokenize, GivesTheScrollsWithText) {
  EXPECT_THAT(*phokenize("\x17"
                         "a\x01\x1f"
                         "b\x17\x17"),
              ElementsAre(Scroll{at("1.1.1/1.1.1/1.1.2"), "a"}, Scroll{at("2.2.1/1.1.1/1.1.1"), "b"}));
}

TEST(Normalize, RewritesRunsOfBreaksInTheirShortestForm) {
  EXPECT_EQ(*normalize("\x17\x18x"), "\x18x");
  EXPECT_EQ(*normalize("a\x17\x17\x1a\x18\x19"
                       "b\x17"),
            "a\x1a\x19"
            "b");
}

TEST(Merge, PutsTextAtTheSameCoordinateLeftBeforeRight) {
  EXPECT_EQ(*merge("a\x17"
                   "b",
                   "A\x18"
                   "C"),
            "aA\x17"
            "b\x18"
            "C");
}

TEST(Diff, NamesTheFirstDifferingLineAndColumn) {
  const std::vector<Difference> found = *diff("same\x17one\ntwo", "same\x17one\ntwenty\x17new");
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].coordinate, at("1.1.1/1.1.1/1.1.2"));
  const Place place = first_difference(found[0]);
  EXPECT_EQ(place.line, 2u);
  EXPECT_EQ(place.column, 3u);
  EXPECT_EQ(found[1].left, "");
  EXPECT_EQ(found[1].right, "new");
}

TEST(ExpandAndContract, ShiftEveryBreakByOneKind) {
  const std::string all = "\n\x17\x18\x19\x1a\x1c\x1d\x1e\x1f\x01";
  EXPECT_EQ(expand("x" + all + "\x1b"), "x\x17\x18\x19\x1a\x1c\x1d\x1e\x1f\x01\x01\x1b");
  EXPECT_EQ(contract("x" + all + "\x1b"), "x\n\n\x17\x18\x19\x1a\x1c\x1d\x1e\x1f\x1b");
}

TEST(Checksum, MatchesTheReferenceValuesOfXxh3) {
  EXPECT_EQ(checksum(""), "99aa06d3014798d86001c324468d497f");
  EXPECT_EQ(checksum("a"), "a96faf705af16834e6c632b61e964e1f");
}

TEST(Manifest, ReplacesEachTextByItsChecksum) {
  EXPECT_EQ(*manifest("\x17"
                      "a\x18"),
            "\x17"
            "a96faf705af16834e6c632b61e964e1f");
}

TEST(Soundex, AddsTheWeightsOfLowerCaseLettersModulo99) {
  EXPECT_EQ(*soundex("bdlmr\x17XYZ aeiou\x17" + std::string(49, 'c')),
            "20\x17"
            "1\x17"
            "0");
  EXPECT_EQ(*soundex("bpfv\x17"
                     "cskgjqxz\x17"
                     "dt\x17l\x17mn\x17r"),
            "5\x17"
            "17\x17"
            "7\x17"
            "5\x17"
            "11\x17"
            "7");
}

TEST(Index, GivesOffsetsInTheNormalForm) {
  EXPECT_EQ(*index("\x17\x18"
                   "abc\x18"
                   "d\x17"),
            "\x18"
            "1\x18"
            "5");
}

TEST(Summary, EndsAtTheFirstBreakAndShowsThatMoreFollows) {
  EXPECT_EQ(summary(""), "");
  EXPECT_EQ(summary("short"), "short");
  EXPECT_EQ(summary("line\n"), "line...");
  EXPECT_EQ(summary("a\x17"
                    "b"),
            "a...");
  EXPECT_EQ(summary(std::string(32, 'x')), std::string(32, 'x'));
  EXPECT_EQ(summary(std::string(33, 'x')), std::string(32, 'x') + "...");
}

TEST(Textmap, ListsCoordinatesAndSummaries) {
  EXPECT_EQ(*textmap("a\nb\x17\x17"
                     "c"),
            "* 1.1.1/1.1.1/1.1.1: a...\n* 1.1.1/1.1.1/1.1.3: c\n");
}

TEST(Cowbell, IsTheByte7) {
  EXPECT_TRUE(cowbell("more \x07"));
  EXPECT_FALSE(cowbell("less"));
}

TEST(Stat, CountsBytesScrollsAndBreaks) {
  const Stat counted = *stat(
      "ab\nc\x17\x18"
      "d\x17");
  EXPECT_EQ(counted.bytes, 8u);
  EXPECT_EQ(counted.text_bytes, 5u);
  EXPECT_EQ(counted.scrolls, 2u);
  EXPECT_EQ(counted.longest, 4u);
  EXPECT_EQ(counted.last, at("1.1.1/1.1.1/1.2.1"));
  EXPECT_THAT(counted.breaks, ElementsAre(1, 2, 1, 0, 0, 0, 0, 0, 0, 0));
}

}  // namespace
}  // namespace vtpu::phext
