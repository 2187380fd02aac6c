// Does a text in double quotes say what was put into it?
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "vtpu/base/text.h"

namespace vtpu {
namespace {

TEST(Quotes, EveryTextIsReadAsItWasWritten) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  for (const std::string& text : {std::string(), all, std::string("\"\\\""), std::string("\xC3\xBC")})
    for (const std::size_t spelt_out : {0U, 1U, 3U, 1000U}) {
      const std::string written = in_quotes(text, spelt_out) + " rest";
      std::string_view rest = written;
      EXPECT_EQ(take_quoted(rest), text);
      EXPECT_EQ(rest, " rest");
    }
  EXPECT_EQ(in_quotes("a\"\n\x01"), R"("a\"\n\u0001")");
  EXPECT_EQ(in_quotes("ab", 1), R"("\u0061b")");
}

TEST(Quotes, AnIncompleteTextIsLeftAlone) {
  for (const char* text :
       {"", "a", "\"", "\"a", "\"a\\", "\"a\\\"", "\"\\q\"", "\"\\u00\"", "\"\\u00E4\"", "\"\\u00", "a\"b\""}) {
    std::string_view rest = text;
    EXPECT_EQ(take_quoted(rest), std::nullopt) << text;
    EXPECT_EQ(rest, text);
  }
}

TEST(Split, SeparatorsInsideQuotesDoNotCount) {
  using Parts = std::vector<std::string_view>;
  EXPECT_EQ(split_outside_quotes("a,b", ','), (Parts{"a", "b"}));
  EXPECT_EQ(split_outside_quotes("", ','), (Parts{""}));
  EXPECT_EQ(split_outside_quotes(R"("a,b",c -> "d,\"e", f)", ','), (Parts{R"("a,b")", R"(c -> "d,\"e")", " f"}));
  EXPECT_EQ(split_outside_quotes(R"(5" disk,6")", ','), (Parts{R"(5" disk)", R"(6")"}))
      << "no quote opens within a word";
  EXPECT_EQ(split_outside_quotes(R"("open,b)", ','), (Parts{R"("open)", "b"})) << "nor one that never closes";
}

TEST(Nearest, ALongWordHasNoHint) {
  const std::vector<std::string> words = {std::string(100000, 'x')};
  EXPECT_EQ(nearest(std::string(100000, 'y') + "x", words), "");
}

}  // namespace
}  // namespace vtpu
