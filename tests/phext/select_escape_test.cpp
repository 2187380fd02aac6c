// Do `select` and the escapes keep what they should, and nothing else?
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>

#include "vtpu/phext/break.h"
#include "vtpu/phext/edit.h"
#include "vtpu/phext/escape.h"
#include "vtpu/phext/scrolls.h"
#include "vtpu/phext/select.h"

namespace vtpu::phext {
namespace {

std::string selected(const std::string& text, const std::string& selection) {
  return *select(text, *Selection::parse(selection));
}

const std::string kShelf =
    "a\x17"
    "b\x17"
    "c\x18"
    "d\x17"
    "e";

TEST(Select, KeepsScrollsAtTheirCoordinates) {
  EXPECT_EQ(selected(kShelf, "1.1.1/1.1.1/1.1.2"),
            "\x17"
            "b");
  EXPECT_EQ(selected(kShelf, "1.1.1/1.1.1/1.*.1"),
            "a\x18"
            "d");
  EXPECT_EQ(selected(kShelf, "1.1.1/1.1.1/1.1.2-3"),
            "\x17"
            "b\x17"
            "c");
  EXPECT_EQ(selected(kShelf, "*.*.*/*.*.*/*.*.*"), kShelf);
  EXPECT_EQ(selected(kShelf, "2.*.*/*.*.*/*.*.*"), "");
}

TEST(Select, NamesTheColumnOfAWrongSelection) {
  const auto message = [](const char* text) { return Selection::parse(text).error().message(); };
  EXPECT_EQ(message("1.1.1/1.1.1/1.1"), "column 16: ends here; expected '.'");
  EXPECT_EQ(message("1.1.1/1.1.1/1.1.0"),
            "column 17: found '0'; expected '*', a number from 1 to 999, or a range of them such as 2-5");
  EXPECT_EQ(message("1.1.1/1.1.1/1.1.5-2"), "column 18: the range ends before it begins");
  EXPECT_EQ(message("1.1.1/1.1.1/1.1.5-"),
            "column 19: ends here; expected the number from 1 to 999 at which the range ends");
  EXPECT_EQ(message("1.1.1/1.1.1/1.1.1.1"), "column 18: found '.'; expected the end after nine parts");
  EXPECT_EQ(message("1.1.1.1.1.1/1.1.1"), "column 6: found '.'; expected '/'");
}

TEST(Escape, WritesBreaksAndBackslashesAsText) {
  EXPECT_EQ(escape("a\x17"
                   "b\\c\n\x01"),
            "a\\x17b\\\\c\n\\x01");
  EXPECT_EQ(*unescape("\\x17\\x1F\\\\x17"), "\x17\x1f\\x17");
}

TEST(Escape, NamesTheByteOfABackslashThatBeginsNothing) {
  for (const char* wrong : {"ab\\", "ab\\x", "ab\\x1", "ab\\xg0", "ab\\n", "ab\\x+1", "ab\\x-1"})
    EXPECT_EQ(unescape(wrong).error().where, "byte 2") << wrong;
}

TEST(Escape, AnyTextSurvivesInsideOneScroll) {
  rc::check([](const std::string& text) {
    const std::string escaped = escape(text);
    for (const char byte : escaped) RC_ASSERT(!is_dimension_break(byte));
    RC_ASSERT(*unescape(escaped) == text);
    const Coordinate place = *Coordinate::parse("1.1.1/1.1.1/1.1.2");
    RC_ASSERT(phokenize(*insert("first\x17", place, escaped))->size() == (text.empty() ? 1u : 2u));
  });
}

}  // namespace
}  // namespace vtpu::phext
