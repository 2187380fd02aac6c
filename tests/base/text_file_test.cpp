// Is every text read by the same rules, and does every error say where?
#include "vtpu/base/text_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "vtpu/base/csv.h"
#include "vtpu/base/file.h"

namespace vtpu {
namespace {

using namespace std::string_view_literals;

std::string error_of(std::string_view bytes) {
  const Result<std::string> text = to_text(std::string(bytes), "f");
  return text ? "none" : text.error().message();
}

TEST(Text, DropsOneByteOrderMarkOfUtf8) {
  EXPECT_EQ(*to_text("\xEF\xBB\xBFx y\n", "f"), "x y\n");
  EXPECT_EQ(*to_text("\xEF\xBB\xBF", "f"), "");
  EXPECT_EQ(*to_text("a\xEF\xBB\xBFz", "f"), "a\xEF\xBB\xBFz");
}

TEST(Text, EndsEveryLineWithALineFeed) {
  EXPECT_EQ(*to_text("a\r\nb\rc\n\r\r\n", "f"), "a\nb\nc\n\n\n");
  EXPECT_EQ(*to_text("\r", "f"), "\n");
}

TEST(Text, KeepsEveryCharacterOfUtf8) {
  const std::string all =
      "\x01\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF\xF0\x90\x80\x80\xF4\x8F\xBF\xBF";
  EXPECT_EQ(*to_text(all, "f"), all);
}

TEST(Text, RefusesOtherEncodingsByName) {
  EXPECT_EQ(error_of("\xFF\xFE"
                     "a\0"sv),
            "f:1:1: found the byte order mark of UTF-16; expected text in UTF-8");
  EXPECT_EQ(error_of("\xFE\xFF\0a"sv), "f:1:1: found the byte order mark of UTF-16; expected text in UTF-8");
  EXPECT_EQ(error_of("\xFF\xFE\0\0a\0\0\0"sv), "f:1:1: found the byte order mark of UTF-32; expected text in UTF-8");
  EXPECT_EQ(error_of("\0\0\xFE\xFF"sv), "f:1:1: found the byte order mark of UTF-32; expected text in UTF-8");
}

TEST(Text, RefusesNulWithItsPlace) {
  EXPECT_EQ(error_of("ab\ncd\0e"sv), "f:2:3: found a NUL byte; expected text in UTF-8");
  EXPECT_EQ(error_of("\xEF\xBB\xBF"
                     "a\r\nb\rc\0"sv),
            "f:3:2: found a NUL byte; expected text in UTF-8");
}

TEST(Text, RefusesWhatIsNotUtf8WithItsPlace) {
  for (const std::string_view wrong :
       {"\x80"sv, "\xBF"sv, "\xC0\x80"sv, "\xC1\xBF"sv, "\xC3"sv, "\xC3("sv, "\xE0\x80\x80"sv, "\xE0\x9F\xBF"sv,
        "\xE2\x82"sv, "\xED\xA0\x80"sv, "\xED\xBF\xBF"sv, "\xF0\x80\x80\x80"sv, "\xF0\x8F\xBF\xBF"sv, "\xF0\x9F\x98"sv,
        "\xF4\x90\x80\x80"sv, "\xF5\x80\x80\x80"sv, "\xFF"sv}) {
    const std::string error = error_of("one\nä" + std::string(wrong) + "\n");
    EXPECT_TRUE(error.starts_with("f:2:3: found byte 0x") &&
                error.ends_with(", which is not UTF-8; expected text in UTF-8"))
        << error;
  }
}

TEST(Text, OfAFileWithAMarkHasTheLinesAndColumnsOfTheRest) {
  const std::filesystem::path file = std::filesystem::path(testing::TempDir()) / "text_file_test.csv";
  ASSERT_TRUE(write_file(file,
                         "\xEF\xBB\xBF"
                         "a,b\r\n1,2\r\n3\r\n"));
  EXPECT_EQ(read_csv(file).error().message(), file.string() + ":3: found 1 cells; expected 2, as in the header");
}

TEST(Drawable, ReplacesControlCharactersAndWhatIsNotUtf8) {
  EXPECT_EQ(drawable("a\tb\x01\xC3\xA4\xFF<&>"), "a\uFFFDb\uFFFD\u00E4\uFFFD<&>");
  EXPECT_EQ(drawable("\xC2\x85 \xED\xA0\x80"), "\uFFFD \uFFFD\uFFFD\uFFFD");
}

TEST(ReadFile, EndsAtALimitWhereADeviceDoesNotEnd) {
  const Result<std::string> zeros = read_file("/dev/zero");
  ASSERT_FALSE(zeros);
  EXPECT_EQ(zeros.error().where, "/dev/zero");
}

TEST(ReadFile, RefusesAFileLargerThanTheMemory) {
  const std::filesystem::path file = std::filesystem::path(testing::TempDir()) / "sparse";
  ASSERT_TRUE(write_file(file, ""));
  std::filesystem::resize_file(file, std::uintmax_t{1} << 43);
  const Result<std::string> bytes = read_file(file);
  std::filesystem::remove(file);
  ASSERT_FALSE(bytes);
  EXPECT_TRUE(bytes.error().message().starts_with(file.string() + ": found 8796093022208 bytes; expected at most "));
}

}  // namespace
}  // namespace vtpu
