#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <memory>
#include <string>

#include "../phext/documents.h"
#include "model.h"
#include "vtpu/memory/page_table.h"
#include "vtpu/phext/break.h"
#include "vtpu/phext/scrolls.h"

namespace vtpu::memory {
namespace {

/// A typical document: notes of several lines, an empty scroll between them, a poem in a distant volume.
const std::string kDocument =
    "Inventory\n\nlamp, 2\nrope, 30 m\n\x17"
    "Second page of the inventory.\x17\x17"
    "A page after an empty one\twith a tab,\n\xc3\xa9\xc3\xa0 and a \x1b that splits nothing.\x18"
    "Section two.\nIts second line is the last\x19\x19"
    "Chapter three\x1c"
    "\nA poem begins below an empty line.\n\n\nIt ends here.\n\x01"
    "Another library.";

struct DocumentMachine {
  PageTable table;
  TranslationCache cache;
};

PackedCoordinate at(const phext::Coordinate& scroll, std::uint32_t line, std::uint32_t column) {
  return PackedCoordinate::from_coordinate(scroll).with(Axis::line, line).with(Axis::column, column);
}

/// Checks every byte of every scroll by line and column, and by its displacement from the first byte.
void expect_readable(PageTable& table, TranslationCache& cache, const std::string& document) {
  for (const auto& [coordinate, text] : phext::explode(document).value()) {
    std::uint32_t line = 1, column = 1;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const auto byte = static_cast<std::byte>(text[i]);
      const PackedCoordinate c = at(coordinate, line, column);
      ASSERT_TRUE(table.mapped(c));
      ASSERT_EQ(table.peek(c).front(), byte);
      ASSERT_EQ(table.peek(c).size(), text.size() - i);
      const auto cell = table.cell(c, 0, false, cache);
      ASSERT_FALSE(cell.fault);
      ASSERT_EQ(*cell.at, byte);
      Pointer pointer;
      pointer.coordinate = c;
      const auto whole = table.access(pointer, -static_cast<std::int64_t>(i), text.size(), false, cache);
      ASSERT_FALSE(whole.fault);
      ASSERT_EQ(std::string(reinterpret_cast<const char*>(whole.at), text.size()), text);
      ASSERT_EQ(table.check(pointer, -static_cast<std::int64_t>(i) - 1, 1, false), MemoryFault::out_of_bounds);
      ASSERT_EQ(table.check(pointer, 0, text.size() - i + 1, false), MemoryFault::out_of_bounds);
      const bool ends = text[i] == '\n';
      if (ends || i + 1 == text.size()) {
        ASSERT_FALSE(table.mapped(at(coordinate, line, column + 1)));
      }
      column = ends ? 1 : column + 1;
      line += ends;
    }
    ASSERT_FALSE(table.mapped(at(coordinate, line + 1, 1)));
    ASSERT_FALSE(table.mapped(at(coordinate, 0, 1)));
    ASSERT_FALSE(table.mapped(at(coordinate, 1, 0)));
  }
}

TEST(Document, EveryByteIsAtItsLineAndColumn) {
  auto m = std::make_unique<DocumentMachine>();
  ASSERT_TRUE(m->table.import_phext(kDocument).ok());
  expect_readable(m->table, m->cache, kDocument);
  const auto c = PackedCoordinate::parse("1.1.1/1.1.1/1.1.4/2.6");
  EXPECT_EQ(m->table.peek(*c).front(), std::byte{'a'});
}

TEST(Document, IsExportedInNormalForm) {
  PageTable table;
  const auto handle = table.import_phext(kDocument + "\x17\x18");
  ASSERT_TRUE(handle.ok());
  EXPECT_EQ(table.export_phext(*handle).value(), phext::normalize(kDocument).value());
}

RC_GTEST_PROP(Document, OfAnyBytesIsReadableAndComesBackInItsNormalForm, ()) {
  const std::string document = *phext::any_document();
  auto m = std::make_unique<DocumentMachine>();
  const auto handle = m->table.import_phext(document);
  RC_ASSERT(handle.ok());
  RC_ASSERT(m->table.export_phext(*handle).value() == phext::normalize(document).value());
  expect_readable(m->table, m->cache, document);
  RC_ASSERT(!testing::Test::HasFatalFailure());
}

TEST(Document, WithoutTextIsAnEmptyRegion) {
  for (const char* text : {"", "\x17\x17\x01"}) {
    PageTable table;
    const auto handle = table.import_phext(text);
    ASSERT_TRUE(handle.ok());
    EXPECT_EQ(table.export_phext(*handle).value(), "");
    EXPECT_FALSE(table.mapped(*PackedCoordinate::parse("1.1.1/1.1.1/1.1.1")));
    std::uint64_t looked_at = 0;
    EXPECT_FALSE(
        table.next_occupied({}, PackedCoordinate::from_bits((PackedCoordinate::Bits{1} << 121) - 1), looked_at));
    EXPECT_EQ(looked_at, 0u);
  }
}

TEST(Document, WritesThroughAPointerAreExported) {
  auto m = std::make_unique<DocumentMachine>();
  const std::uint64_t handle = m->table.import_phext("abc\x17xyz").value();
  Pointer pointer;
  pointer.coordinate = *PackedCoordinate::parse("1.1.1/1.1.1/1.1.2/1.2");
  const auto place = m->table.access(pointer, 0, 2, true, m->cache);
  ASSERT_FALSE(place.fault);
  place.at[0] = std::byte{'-'};
  place.at[1] = std::byte{'+'};
  EXPECT_EQ(m->table.export_phext(handle).value(), "abc\x17x-+");
}

TEST(Document, AWrittenLineBreakChangesNoByteCoordinate) {
  auto m = std::make_unique<DocumentMachine>();
  const std::uint64_t handle = m->table.import_phext("ab\ncd").value();
  const auto origin = phext::Coordinate();
  *m->table.cell(at(origin, 1, 1), 0, true, m->cache).at = std::byte{'\n'};
  *m->table.cell(at(origin, 1, 3), 0, true, m->cache).at = std::byte{'-'};
  EXPECT_EQ(m->table.peek(at(origin, 2, 2)).front(), std::byte{'d'});
  EXPECT_EQ(m->table.peek(at(origin, 1, 2)).front(), std::byte{'b'});
  EXPECT_FALSE(m->table.mapped(at(origin, 3, 1)));
  EXPECT_EQ(m->table.export_phext(handle).value(), "\nb-cd");
}

TEST(Document, AWrittenDimensionBreakIsAnErrorOfExport) {
  auto m = std::make_unique<DocumentMachine>();
  const std::uint64_t handle = m->table
                                   .import_phext(
                                       "a\x17"
                                       "bc")
                                   .value();
  std::byte* cell = m->table.cell(*PackedCoordinate::parse("1.1.1/1.1.1/1.1.2"), 0, true, m->cache).at;
  *cell = std::byte{0x18};
  EXPECT_EQ(m->table.export_phext(handle).error().where, "1.1.1/1.1.1/1.1.2");
  *cell = std::byte{0x1b};
  EXPECT_EQ(m->table.export_phext(handle).value(),
            "a\x17\x1b"
            "c");
}

TEST(Document, APointerStepsThroughItsScrollAndLosesItsTranslationInTheNext) {
  auto m = std::make_unique<DocumentMachine>();
  ASSERT_TRUE(m->table.import_phext("abc\nde\x17xyz").ok());
  Pointer pointer;
  pointer.coordinate = at(phext::Coordinate(), 1, 2);
  ASSERT_FALSE(m->table.access(pointer, 0, 1, false, m->cache).fault);
  EXPECT_FALSE(PageTable::step(pointer, Axis::line, 1));
  ASSERT_TRUE(pointer.translated());
  EXPECT_EQ(*pointer.base, std::byte{'e'});
  PageTable::step(pointer, Axis::column, 1);
  EXPECT_FALSE(pointer.translated());
  pointer.coordinate = at(phext::Coordinate(), 1, 2);
  ASSERT_FALSE(m->table.access(pointer, 0, 1, false, m->cache).fault);
  PageTable::step(pointer, Axis::scroll, 1);
  EXPECT_FALSE(pointer.translated());
  ASSERT_FALSE(m->table.access(pointer, 0, 1, false, m->cache).fault);
  EXPECT_EQ(*pointer.base, std::byte{'y'});
}

TEST(Document, NextOccupiedFindsEveryByteThatIsNotZeroInOrder) {
  auto m = std::make_unique<DocumentMachine>();
  const std::string document =
      kDocument + std::string("\x17zero \0 within\n", 15) + std::string(3000, 'x') + "\nbehind a long line";
  ASSERT_TRUE(m->table.import_phext(document).ok());
  std::vector<PackedCoordinate> expected;
  for (const auto& [coordinate, text] : phext::explode(document).value()) {
    std::uint32_t line = 1, column = 1;
    for (const char c : text) {
      if (c != 0 && column <= PackedCoordinate::kMax) expected.push_back(at(coordinate, line, column));
      column = c == '\n' ? 1 : column + 1;
      line += c == '\n';
    }
  }
  const auto last = PackedCoordinate::from_bits((PackedCoordinate::Bits{1} << 121) - 1);
  std::vector<PackedCoordinate> found;
  std::uint64_t looked_at = 0;
  for (auto c = m->table.next_occupied({}, last, looked_at); c;
       c = m->table.next_occupied(PackedCoordinate::from_bits(c->bits() + 1), last, looked_at))
    found.push_back(*c);
  EXPECT_EQ(found, expected);
  EXPECT_EQ(looked_at, expected.size() + 1);
  EXPECT_FALSE(m->table.next_occupied({}, at(phext::Coordinate(), 1, 0), looked_at));
}

TEST(Document, OverlapsRegionsOnlyInItsScrolls) {
  PageTable table;
  ASSERT_TRUE(table
                  .import_phext("a\x17\x17"
                                "c")
                  .ok());
  const auto scroll = [](std::uint32_t number) {
    RegionSpec spec = box({{Axis::line, 5, 1}}, Layout::sparse);
    spec.first = spec.first.with(Axis::scroll, number);
    spec.last = spec.last.with(Axis::scroll, number);
    return spec;
  };
  EXPECT_EQ(table.allocate(scroll(1)).fault, MemoryFault::overlap);
  EXPECT_EQ(table.allocate(scroll(2)).fault, std::nullopt);
  EXPECT_EQ(table.allocate(scroll(3)).fault, MemoryFault::overlap);
  EXPECT_EQ(table
                .import_phext("\x17"
                              "b")
                .error()
                .where,
            "1.1.1/1.1.1/1.1.2");
  EXPECT_TRUE(table
                  .import_phext("\x17\x17\x17"
                                "d")
                  .ok());
}

TEST(Document, ItsRegionIsTheBoxAroundItsScrolls) {
  PageTable table;
  ASSERT_TRUE(table
                  .import_phext("\x17\x17"
                                "one\x18two")
                  .ok());
  const RegionSpec spec = table.regions()[0].spec;
  EXPECT_EQ(spec.first.get(Axis::section), 1u);
  EXPECT_EQ(spec.last.get(Axis::section), 2u);
  EXPECT_EQ(spec.first.get(Axis::scroll), 1u);
  EXPECT_EQ(spec.last.get(Axis::scroll), 3u);
  EXPECT_EQ(table.regions()[0].cells, 6u * 2048 * 2048);
  EXPECT_EQ(table.regions()[0].bytes, 6u);
}

TEST(Document, BeyondTheLimitsIsRefused) {
  const auto cost = [](const std::string& text) {
    PageTable table;
    EXPECT_TRUE(table.import_phext(text).ok());
    return table.quota().held();
  };
  PageTable small(PageTable::Limits{.bytes = cost("ten bytes.")});
  EXPECT_FALSE(small.import_phext("eleven byte").ok());
  EXPECT_TRUE(small.import_phext("ten bytes.").ok());
  EXPECT_FALSE(small.import_phext("\x17x").ok());
  EXPECT_GE(cost(std::string(1000, '\n')), cost(std::string(1000, 'x')) + 8 * 1000) << "a line has an index entry";
  PageTable few(PageTable::Limits{.regions = 1});
  EXPECT_TRUE(few.import_phext("a").ok());
  EXPECT_FALSE(few.import_phext("\x17x").ok());
}

TEST(Document, PastTheLastScrollIsAnError) {
  PageTable table;
  EXPECT_FALSE(table.import_phext(std::string(999, '\x17') + "x").ok());
  EXPECT_TRUE(table.regions().empty());
  EXPECT_FALSE(table.export_phext(1).ok());
}

}  // namespace
}  // namespace vtpu::memory
