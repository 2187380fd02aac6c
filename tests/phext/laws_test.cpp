// Properties of every document, checked on random ones.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "documents.h"
#include "naive.h"
#include "vtpu/base/random.h"
#include "vtpu/phext/combine.h"
#include "vtpu/phext/document.h"
#include "vtpu/phext/edit.h"
#include "vtpu/phext/report.h"
#include "vtpu/phext/scan.h"
#include "vtpu/phext/scrolls.h"

namespace vtpu::phext {
namespace {

/// A coordinate of the document, a neighbour of one, or any coordinate.
Coordinate some_coordinate(const std::string& document) {
  const auto pieces = naive::take_apart(document);
  Coordinate coordinate = pieces[*rc::gen::inRange<std::size_t>(0, pieces.size())].coordinate;
  switch (*rc::gen::inRange(0, 3)) {
    case 0: return coordinate;
    case 1: {
      const auto kind = static_cast<Break>(*rc::gen::inRange(1, 10));
      RC_ASSERT(coordinate.advance(kind));
      return coordinate;
    }
    default: return *any_coordinate();
  }
}

RC_GTEST_PROP(Scan, FindsTheSameBreaksWithAndWithoutVectorInstructions, (const std::string& seed)) {
  Random random(std::hash<std::string>()(seed));
  char block[kBlock];
  for (char& byte : block) byte = static_cast<char>(random.below(random.below(2) == 0 ? 256 : 33));
  RC_ASSERT(dimension_breaks(block) == dimension_breaks_portable(block));
}

TEST(Scan, EveryByteIsClassifiedAlikeAtEveryPositionOfABlock) {
  for (int byte = 0; byte < 256; ++byte) {
    for (std::size_t place = 0; place < kBlock; ++place) {
      std::string block(kBlock, 'a');
      block[place] = static_cast<char>(byte);
      const std::uint64_t expected =
          is_dimension_break(static_cast<char>(byte)) ? std::uint64_t{1} << place : std::uint64_t{0};
      ASSERT_EQ(dimension_breaks(block.data()), expected) << byte;
      ASSERT_EQ(dimension_breaks_portable(block.data()), expected) << byte;
    }
  }
}

TEST(Scan, ScansLongDocumentsAsItScansShortOnes) {
  Random random(5);
  for (std::size_t length = 0; length < 300; ++length) {
    std::string document;
    for (std::size_t i = 0; i < length; ++i)
      document += random.below(5) == 0 ? byte_of(static_cast<Break>(1 + random.below(9))) : 'x';
    const auto pieces = naive::take_apart(document);
    const ScrollIndex index = ScrollIndex::build(document).value();
    ASSERT_EQ(index.entries().size(), pieces.size());
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      const ScrollIndex::Entry& entry = index.entries()[i];
      ASSERT_EQ(entry.coordinate, pieces[i].coordinate);
      ASSERT_EQ(document.substr(entry.start, entry.end - entry.start), pieces[i].text);
    }
  }
}

RC_GTEST_PROP(Normalize, IsIdempotent, ()) {
  const std::string document = *any_document();
  const std::string once = *normalize(document);
  RC_ASSERT(*normalize(once) == once);
  RC_ASSERT(once.size() <= document.size());
}

RC_GTEST_PROP(Normalize, KeepsEveryScroll, ()) {
  const std::string document = *any_document();
  RC_ASSERT(*explode(*normalize(document)) == *explode(document));
}

RC_GTEST_PROP(Normalize, EqualsItsTokensWrittenAgain, ()) {
  const std::string document = *any_document();
  RC_ASSERT(*dephokenize(*phokenize(document)) == *normalize(document));
  RC_ASSERT(implode(*explode(document)) == *normalize(document));
  RC_ASSERT(*normalize(document) == naive::normalize(document));
}

RC_GTEST_PROP(Insert, IntoAnEmptyDocumentIsFetchedBack, (const Coordinate& coordinate)) {
  const std::string scroll = *any_scroll();
  RC_ASSERT(*fetch(*insert("", coordinate, scroll), coordinate) == scroll);
}

RC_GTEST_PROP(Insert, AppendsAndLeavesEveryOtherScroll, ()) {
  const std::string document = *any_document();
  const Coordinate coordinate = some_coordinate(document);
  const std::string scroll = *any_scroll();
  auto expected = *explode(document);
  const std::string appended = std::string(expected[coordinate]) + scroll;
  expected[coordinate] = appended;
  const std::string edited = *insert(document, coordinate, scroll);
  RC_ASSERT(*explode(edited) == expected);
}

RC_GTEST_PROP(Replace, ReplacesAndLeavesEveryOtherScroll, ()) {
  const std::string document = *any_document();
  const Coordinate coordinate = some_coordinate(document);
  const std::string scroll = *any_scroll();
  auto expected = *explode(document);
  expected[coordinate] = scroll;
  const std::string edited = *replace(document, coordinate, scroll);
  RC_ASSERT(*explode(edited) == expected);
}

RC_GTEST_PROP(Remove, RemovesOneScrollAndLeavesEveryOther, ()) {
  const std::string document = *any_document();
  const Coordinate coordinate = some_coordinate(document);
  auto expected = *explode(document);
  expected.erase(coordinate);
  RC_ASSERT(*remove(document, coordinate) == implode(expected));
  RC_ASSERT(*remove(document, coordinate) == *normalize(*replace(document, coordinate, "")));
}

RC_GTEST_PROP(Edit, AgreesWithTheNaiveReference, ()) {
  const std::string document = *any_document();
  const Coordinate coordinate = some_coordinate(document);
  const std::string scroll = *any_document();
  RC_ASSERT(*fetch(document, coordinate) == naive::fetch(document, coordinate));
  RC_ASSERT(*insert(document, coordinate, scroll) == naive::insert(document, coordinate, scroll));
  RC_ASSERT(*replace(document, coordinate, scroll) == naive::replace(document, coordinate, scroll));
  RC_ASSERT(*remove(document, coordinate) == naive::remove(document, coordinate));
}

RC_GTEST_PROP(RangeReplace, AgreesWithTheNaiveReference, ()) {
  const std::string document = *any_document();
  const Coordinate a = some_coordinate(document);
  const Coordinate b = some_coordinate(document);
  const std::string scroll = *any_scroll();
  const Coordinate first = std::min(a, b);
  const Coordinate last = std::max(a, b);
  const std::string edited = *range_replace(document, first, last, scroll);
  RC_ASSERT(edited == naive::range_replace(document, first, last, scroll));
  RC_ASSERT(*fetch(edited, first) == scroll);
}

RC_GTEST_PROP(Range, OfOneScrollIsThatScroll, ()) {
  const std::string document = *any_document();
  const Coordinate coordinate = some_coordinate(document);
  RC_ASSERT(*range(document, coordinate, coordinate) == *fetch(document, coordinate));
}

RC_GTEST_PROP(Locate, AgreesWithTheIndex, ()) {
  const std::string document = *any_document();
  const Coordinate coordinate = some_coordinate(document);
  const Location found = *locate(document, coordinate);
  RC_ASSERT(found == ScrollIndex::build(document)->locate(coordinate));
  RC_ASSERT(found.best <= coordinate);
  RC_ASSERT(found.best == coordinate || found.start == found.end);
}

RC_GTEST_PROP(NextScroll, RepeatedGivesTheTokens, ()) {
  const std::string document = *any_document();
  std::vector<Scroll> scrolls;
  std::string_view rest = document;
  Coordinate cursor;
  while (true) {
    const NextScroll next = *next_scroll(rest, cursor);
    if (next.scroll.text.empty()) {
      RC_ASSERT(next.scroll.coordinate == cursor);
      break;
    }
    scrolls.push_back(next.scroll);
    cursor = next.next;
    rest = next.remaining;
  }
  RC_ASSERT(scrolls == *phokenize(document));
}

RC_GTEST_PROP(Merge, HoldsTheScrollsOfBothLeftBeforeRight, ()) {
  const std::string left = *any_document();
  const std::string right = *any_document();
  std::map<Coordinate, std::string> expected;
  for (const auto& document : {left, right}) {
    const auto scrolls = explode(document).value();
    for (const auto& [coordinate, text] : scrolls) expected[coordinate] += text;
  }
  std::map<Coordinate, std::string_view> views(expected.begin(), expected.end());
  RC_ASSERT(*merge(left, right) == implode(views));
}

RC_GTEST_PROP(Subtract, IsTheSetDifferenceOfCoordinates, ()) {
  const std::string left = *any_document();
  const std::string right = *any_document();
  auto expected = *explode(left);
  const auto taken = explode(right).value();
  for (const auto& [coordinate, text] : taken) expected.erase(coordinate);
  RC_ASSERT(*subtract(left, right) == implode(expected));
  RC_ASSERT(*subtract(left, left) == "");
  RC_ASSERT(*subtract(left, "") == *normalize(left));
}

RC_GTEST_PROP(Diff, IsEmptyForTheSameScrollsAndNamesEachEdit, ()) {
  const std::string document = *any_document();
  RC_ASSERT(diff(document, *normalize(document))->empty());
  const Coordinate coordinate = some_coordinate(document);
  const std::string edited = *insert(document, coordinate, *any_scroll());
  const std::vector<Difference> found = *diff(document, edited);
  RC_ASSERT(found.size() == 1u);
  RC_ASSERT(found[0].coordinate == coordinate);
  RC_ASSERT(found[0].left == *fetch(document, coordinate));
  RC_ASSERT(found[0].right == *fetch(edited, coordinate));
}

RC_GTEST_PROP(Offset, PointsAtTheScrollInTheNormalForm, ()) {
  const std::string document = *any_document();
  const std::string normal = *normalize(document);
  const std::string indexed = *index(document);
  const auto scrolls = explode(document).value();
  for (const auto& [coordinate, text] : scrolls) {
    const std::size_t start = *offset(document, coordinate);
    RC_ASSERT(normal.substr(start, text.size()) == text);
    RC_ASSERT(*fetch(indexed, coordinate) == std::to_string(start));
  }
}

RC_GTEST_PROP(ExpandAndContract, KeepTheLengthAndUndoEachOtherAwayFromTheEnds, ()) {
  const std::string document = *any_document();
  RC_ASSERT(expand(document).size() == document.size());
  if (document.find('\x01') == std::string::npos) RC_ASSERT(contract(expand(document)) == document);
  if (document.find('\n') == std::string::npos) RC_ASSERT(expand(contract(document)) == document);
}

RC_GTEST_PROP(Stat, CountsEveryByteOnce, ()) {
  const std::string document = *any_document();
  const Stat counted = *stat(document);
  std::size_t dimension_breaks_counted = 0;
  for (std::size_t kind = 0; kind < kBreakKinds; ++kind) {
    RC_ASSERT(counted.breaks[kind] == static_cast<std::size_t>(std::count(document.begin(), document.end(),
                                                                          byte_of(static_cast<Break>(kind)))));
    dimension_breaks_counted += kind > 0 ? counted.breaks[kind] : 0;
  }
  RC_ASSERT(counted.text_bytes + dimension_breaks_counted == document.size());
  RC_ASSERT(counted.scrolls == phokenize(document)->size());
}

RC_GTEST_PROP(Toc, PointsAtTheScrollsInTheGivenDocument, ()) {
  const std::string document = *any_document();
  const std::vector<TocEntry> entries = *toc(document);
  const std::vector<Scroll> scrolls = *phokenize(document);
  RC_ASSERT(entries.size() == scrolls.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    RC_ASSERT(entries[i].coordinate == scrolls[i].coordinate);
    RC_ASSERT(document.substr(entries[i].offset, entries[i].bytes) == scrolls[i].text);
  }
}

}  // namespace
}  // namespace vtpu::phext
