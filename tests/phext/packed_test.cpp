#include "vtpu/phext/packed.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <bit>
#include <set>

#include "documents.h"
#include "vtpu/base/random.h"
#include "vtpu/phext/document.h"

namespace vtpu::phext {
namespace {

PackedCoordinate packed(std::string_view text) { return PackedCoordinate::parse(text).value(); }

PackedCoordinate random_packed(Random& random) {
  PackedCoordinate coordinate;
  for (std::size_t i = 0; i < PackedCoordinate::kAxes; ++i)
    coordinate = coordinate.with(static_cast<Axis>(i), static_cast<std::uint32_t>(random.below(2048)));
  return coordinate.with_flags(static_cast<std::uint32_t>(random.below(128)));
}

TEST(PackedCoordinate, HasTheColumnLowestTheLibraryHighestAndTheFlagsAbove) {
  EXPECT_TRUE(PackedCoordinate().with(Axis::column, 1).bits() == 1);
  EXPECT_TRUE(PackedCoordinate().with(Axis::library, 1).bits() == PackedCoordinate::Bits{1} << 110);
  EXPECT_TRUE(PackedCoordinate().with_flags(1).bits() == PackedCoordinate::Bits{1} << 121);
  EXPECT_TRUE(PackedCoordinate().with_flags(127).bits() >> 121 == 127);
}

TEST(PackedCoordinate, KeepsEveryNumberOfEveryAxisApart) {
  Random random(1);
  for (int round = 0; round < 1000; ++round) {
    const PackedCoordinate before = random_packed(random);
    const Axis axis = static_cast<Axis>(random.below(PackedCoordinate::kAxes));
    const std::uint32_t value = static_cast<std::uint32_t>(random.below(2048));
    const PackedCoordinate after = before.with(axis, value);
    for (std::size_t i = 0; i < PackedCoordinate::kAxes; ++i)
      ASSERT_EQ(after.get(static_cast<Axis>(i)),
                static_cast<Axis>(i) == axis ? value : before.get(static_cast<Axis>(i)));
    ASSERT_EQ(after.flags(), before.flags());
  }
}

RC_GTEST_PROP(PackedCoordinate, OrdersAsTheDocumentDoes, (const Coordinate& a, const Coordinate& b)) {
  RC_ASSERT((a <=> b) == (PackedCoordinate::from_coordinate(a) <=> PackedCoordinate::from_coordinate(b)));
}

RC_GTEST_PROP(PackedCoordinate, ComesBackFromAScrollCoordinate, (const Coordinate& coordinate)) {
  const PackedCoordinate there = PackedCoordinate::from_coordinate(coordinate);
  RC_ASSERT(*there.to_coordinate() == coordinate);
  RC_ASSERT(packed(coordinate.to_string()) == there);
}

TEST(PackedCoordinate, OrderEqualityAndHashIgnoreTheFlags) {
  const PackedCoordinate a = packed("1.2.3/4.5.6/7.8.9/10.11");
  const PackedCoordinate b = a.with_flags(127);
  EXPECT_EQ(a, b);
  EXPECT_FALSE(a < b || b < a);
  EXPECT_EQ(a.hash(), b.hash());
  EXPECT_LT(b, a.with(Axis::column, 12));
}

TEST(PackedCoordinate, ElevenPartTextComesBackExactly) {
  Random random(2);
  for (int round = 0; round < 1000; ++round) {
    PackedCoordinate coordinate;
    for (std::size_t i = 0; i < PackedCoordinate::kAxes; ++i)
      coordinate =
          coordinate.with(static_cast<Axis>(i), 1 + static_cast<std::uint32_t>(random.below(i < 9 ? 999 : 2047)));
    const Result<std::string> text = coordinate.to_text11();
    ASSERT_TRUE(text);
    ASSERT_TRUE(packed(*text).bits() == coordinate.bits()) << *text;
    ASSERT_EQ(*packed(*text).to_text11(), *text);
  }
}

TEST(PackedCoordinate, ZeroAnd1000To2047CanBePackedButNotWritten) {
  for (const std::uint32_t value : {0u, 1000u, 2047u}) {
    const PackedCoordinate coordinate = packed("1.1.1/1.1.1/1.1.1").with(Axis::volume, value);
    const std::string expected = "volume " + std::to_string(value);
    EXPECT_EQ(coordinate.to_coordinate().error().found, expected);
    EXPECT_EQ(coordinate.to_text11().error().found, expected);
  }
  EXPECT_EQ(PackedCoordinate().raw_text(), "0.0.0/0.0.0/0.0.0/0.0");
}

TEST(PackedCoordinate, ALineOrColumnIsNotLostInNineParts) {
  const PackedCoordinate coordinate = packed("1.1.1/1.1.1/1.1.1/2.1");
  EXPECT_EQ(coordinate.to_coordinate().error().message(), "1.1.1/1.1.1/1.1.1/2.1: line 2; expected 1");
  EXPECT_EQ(*coordinate.to_text11(), "1.1.1/1.1.1/1.1.1/2.1");
}

TEST(PackedCoordinate, BadTextIsAnErrorWithAColumn) {
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"1.1.1/1.1.1/1.1.1/5", "column 20: found the end of the text; expected '.'"},
      {"1.1.1/1.1.1/1.1.1/5.2048", "column 21: found 2048; expected a number from 1 to 2047"},
      {"1.1.1/1.1.1/1.1.1000/1.1", "column 17: found 1000; expected a number from 1 to 999"},
      {"1.1.1/1.1.1/1.1.1/1.1.1", "column 22: found '.'; expected the end of the text"},
  };
  for (const auto& [text, message] : wrong) EXPECT_EQ(PackedCoordinate::parse(text).error().message(), message);
}

TEST(PackedCoordinate, HashesOfNeighboursDifferInAboutHalfTheirBits) {
  const PackedCoordinate origin = packed("1.1.1/1.1.1/1.1.1");
  std::set<std::uint64_t> seen;
  for (std::size_t i = 0; i < PackedCoordinate::kAxes; ++i) {
    const PackedCoordinate next = origin.with(static_cast<Axis>(i), 2);
    const int differing = std::popcount(origin.hash() ^ next.hash());
    EXPECT_TRUE(differing > 12 && differing < 52) << differing;
    seen.insert(next.hash());
  }
  EXPECT_EQ(seen.size(), PackedCoordinate::kAxes);
}

TEST(Distance, ManhattanSumsAndHammingCountsTheDifferingAxes) {
  const PackedCoordinate a = packed("1.1.1/1.1.1/1.1.1/1.1");
  const PackedCoordinate b = packed("4.1.1/1.1.1/1.1.2/1.11");
  EXPECT_EQ(manhattan_distance(a, b), 3u + 1u + 10u);
  EXPECT_EQ(manhattan_distance(b, a), 14u);
  EXPECT_EQ(hamming_distance(a, b), 3u);
  EXPECT_EQ(hamming_distance(a, a.with_flags(5)), 0u);
  EXPECT_EQ(manhattan_distance(PackedCoordinate(), PackedCoordinate::from_bits(~PackedCoordinate::Bits{0})),
            11u * 2047u);
}

TEST(Step, IsClampedAtTheEdgeAndReportsIt) {
  const PackedCoordinate from = PackedCoordinate().with(Axis::book, 2040).with_flags(3);
  EXPECT_EQ(step(from, Axis::book, 7).to.get(Axis::book), 2047u);
  EXPECT_FALSE(step(from, Axis::book, 7).saturated);
  EXPECT_EQ(step(from, Axis::book, 8).to.get(Axis::book), 2047u);
  EXPECT_TRUE(step(from, Axis::book, 8).saturated);
  EXPECT_EQ(step(from, Axis::book, -2041).to.get(Axis::book), 0u);
  EXPECT_TRUE(step(from, Axis::book, -2041).saturated);
  EXPECT_TRUE(step(from, Axis::book, INT64_MIN).saturated);
  EXPECT_TRUE(step(from, Axis::book, INT64_MAX).saturated);
  EXPECT_EQ(step(from, Axis::line, 5).to.get(Axis::line), 5u);
  EXPECT_EQ(step(from, Axis::line, 5).to.flags(), 3u);
}

TEST(PrefixPattern, MatchesOneIntervalOfTheOrder) {
  const PrefixPattern pattern = *PrefixPattern::parse("1.1.1/2.*.*/*.*.*");
  EXPECT_EQ(pattern.fixed(), 4u);
  EXPECT_EQ(pattern.to_text(), "1.1.1/2.*.*/*.*.*/*.*");
  EXPECT_TRUE(pattern.matches(packed("1.1.1/2.1.1/1.1.1")));
  EXPECT_TRUE(pattern.matches(packed("1.1.1/2.999.999/9.9.9/5.5").with_flags(127)));
  EXPECT_FALSE(pattern.matches(packed("1.1.1/3.1.1/1.1.1")));
  Random random(3);
  for (int round = 0; round < 1000; ++round) {
    PackedCoordinate coordinate = random_packed(random);
    for (std::size_t i = 0; i < 4; ++i)
      if (random.below(8) > 0) coordinate = coordinate.with(static_cast<Axis>(i), i == 3 ? 2 : 1);
    ASSERT_EQ(pattern.matches(coordinate), pattern.first() <= coordinate && coordinate <= pattern.last());
  }
}

TEST(PrefixPattern, NineFixedPartsLeaveLineAndColumnOpenAndAllWildcardsMatchEverything) {
  const PrefixPattern scroll = *PrefixPattern::parse("1.1.1/1.1.1/1.1.7");
  EXPECT_TRUE(scroll.matches(packed("1.1.1/1.1.1/1.1.7/30.40")));
  EXPECT_FALSE(scroll.matches(packed("1.1.1/1.1.1/1.1.8")));
  const PrefixPattern everything = *PrefixPattern::parse("*.*.*/*.*.*/*.*.*/*.*");
  EXPECT_TRUE(everything.matches(PackedCoordinate()));
  EXPECT_EQ(everything.fixed(), 0u);
  EXPECT_TRUE(PrefixPattern::parse("1.1.1/1.1.1/1.1.1/1.1")->matches(packed("1.1.1/1.1.1/1.1.1")));
}

TEST(PrefixPattern, AfterAWildcardOnlyWildcardsAreAllowed) {
  EXPECT_EQ(PrefixPattern::parse("1.*.1/1.1.1/1.1.1").error().message(),
            "column 5: found '1'; expected '*', as before it");
  EXPECT_EQ(PrefixPattern::parse("1.x.*/*.*.*/*.*.*").error().message(),
            "column 3: found 'x'; expected a number from 1 to 999, or '*'");
  EXPECT_EQ(PrefixPattern::parse("1.1.1/2.*.*").error().message(),
            "column 12: found the end of the text; expected '/'");
}

TEST(Place, CountsLinesSinceTheLastDimensionBreakAndColumnsInBytes) {
  const std::string text = "ab\nc\xc3\xa9z\x18\nq\n";
  const std::vector<std::string> expected = {"1.1.1/1.1.1/1.1.1/1.1", "1.1.1/1.1.1/1.1.1/1.2", "1.1.1/1.1.1/1.1.1/1.3",
                                             "1.1.1/1.1.1/1.1.1/2.1", "1.1.1/1.1.1/1.1.1/2.2", "1.1.1/1.1.1/1.1.1/2.3",
                                             "1.1.1/1.1.1/1.1.1/2.4", "1.1.1/1.1.1/1.1.1/2.5", "1.1.1/1.1.1/1.2.1/1.1",
                                             "1.1.1/1.1.1/1.2.1/2.1", "1.1.1/1.1.1/1.2.1/2.2", "1.1.1/1.1.1/1.2.1/3.1"};
  for (std::size_t offset = 0; offset <= text.size(); ++offset)
    EXPECT_EQ(*pack(*place_of(text, offset))->to_text11(), expected.at(offset)) << offset;
  EXPECT_EQ(place_of(text, 13).error().message(), "byte 13: the document has 11 bytes; expected an offset inside");
}

TEST(Place, ALinePast2047DoesNotFitThePackedForm) {
  const std::string text(2047, '\n');
  EXPECT_TRUE(pack(*place_of(text, 2046)));
  EXPECT_EQ(pack(*place_of(text, 2047)).error().found, "line 2048");
  EXPECT_EQ(pack(*place_of(std::string(3000, 'a'), 3000)).error().found, "column 3001");
}

}  // namespace
}  // namespace vtpu::phext
