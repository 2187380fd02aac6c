#include <gtest/gtest.h>

#include <filesystem>

#include "vtpu/base/csv.h"
#include "vtpu/base/file.h"
#include "vtpu/base/number.h"
#include "vtpu/base/random.h"
#include "vtpu/base/text.h"

namespace vtpu {
namespace {

TEST(Csv, QuotesCommasAndLineFeedsInCellsSurviveARoundTrip) {
  const std::vector<std::string> cells = {"plain", "a, b", "he said \"no\"", "two\nlines", ""};
  const Result<Csv> csv = parse_csv("a,b,c,d,e\n" + csv_line(cells), "memory");
  ASSERT_TRUE(csv);
  EXPECT_EQ(csv->rows.at(0).cells, cells);
  EXPECT_EQ(csv->rows.at(0).line, 2u);
}

TEST(Csv, ARowOfAnotherLengthIsRejectedWithItsLine) {
  const Result<Csv> csv = parse_csv("a,b\n1,2\n\"x\ny\",2\n3\n", "f.csv");
  ASSERT_FALSE(csv);
  EXPECT_EQ(csv.error().message(), "f.csv:5: found 1 cells; expected 2, as in the header");
}

TEST(Csv, AnUnclosedQuoteIsRejectedWhereItOpens) {
  const Result<Csv> csv = parse_csv("a\n1\n\"open\n\n", "f.csv");
  ASSERT_FALSE(csv);
  EXPECT_EQ(csv.error().where, "f.csv:3");
}

TEST(Csv, AnUnknownColumnIsAnErrorThatSuggestsTheNearest) {
  const Result<Csv> csv = parse_csv("value,unit\n", "f.csv");
  ASSERT_TRUE(csv);
  EXPECT_NE(csv->column("valeu").error().message().find("did you mean 'value'?"), std::string::npos);
}

TEST(Sha256, MatchesThePublishedVectorOfAbc) {
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(WriteFile, ReplacesTheWholeFileAndLeavesNothingElse) {
  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "write_file_test";
  std::filesystem::remove_all(folder);
  ASSERT_TRUE(write_file(folder / "deep" / "x", "one"));
  ASSERT_TRUE(write_file(folder / "deep" / "x", "two"));
  EXPECT_EQ(*read_file(folder / "deep" / "x"), "two");
  int files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder / "deep")) ++files;
  EXPECT_EQ(files, 1);
}

TEST(ReadFile, NamesTheMissingFile) {
  EXPECT_EQ(read_file("/no/such/file").error().message(), "/no/such/file: cannot open: No such file or directory");
}

TEST(Random, GivesTheSameBytesEverywhere) {
  Random random(1);
  EXPECT_EQ(random.next(), 0xb3f2af6d0fc710c5u);
}

TEST(Random, BelowIsUniform) {
  Random random(7);
  int counts[6] = {};
  for (int i = 0; i < 60000; ++i) ++counts[random.below(6)];
  for (const int count : counts) EXPECT_NEAR(count, 10000, 400);
}

TEST(Significant, KeepsTheRequestedDigits) {
  EXPECT_EQ(significant(31.96, 2), "32");
  EXPECT_EQ(significant(0.0123456, 3), "0.0123");
  EXPECT_EQ(significant(9.999, 3), "10.0");
  EXPECT_EQ(significant(4096, 6), "4096.00");
  EXPECT_EQ(significant(1234567890123.0, 3), "1.23e+12");
}

TEST(Nearest, SuggestsNothingDistant) {
  const std::vector<std::string> words = {"torus", "hypercube"};
  EXPECT_EQ(nearest("tours", words), "torus");
  EXPECT_EQ(nearest("zzz", words), "");
}

TEST(ParseBytes, ReadsPowersOf1000AndOf1024ByTheirUnits) {
  EXPECT_EQ(*parse_bytes("65536", "here"), 65536u);
  EXPECT_EQ(*parse_bytes(" 64 KiB ", "here"), 65536u);
  EXPECT_EQ(*parse_bytes("64kB", "here"), 64000u);
  EXPECT_EQ(*parse_bytes("1.5 GB", "here"), 1500000000u);
  EXPECT_EQ(*parse_bytes("3TiB", "here"), std::uint64_t{3} << 40);
  EXPECT_EQ(*parse_bytes("9007199254740993 B", "here"), 9007199254740993u);
}

TEST(ParseBytes, RefusesOtherUnitsAndListsTheRightOnes) {
  for (const char* text : {"64 KB", "64 K", "64 kb", "64 kib", "64 Mb", "1 PiB", "64 bytes"}) {
    const Error error = parse_bytes(text, "here").error();
    EXPECT_TRUE(error.found.starts_with("found unit '")) << error.found;
    for (const char* unit : {"B, kB, MB, GB, TB", "KiB, MiB, GiB, TiB"})
      EXPECT_NE(error.expected.find(unit), std::string::npos) << error.expected;
  }
  for (const char* text : {"", "-1", "B", "1.2.3 kB", "0x10", "+5", "1000001 TB", "99999999999999999999"})
    EXPECT_FALSE(parse_bytes(text, "here")) << text;
}

TEST(ParseBetween, TakesDecimalNumbersOfItsRangeOnly) {
  EXPECT_EQ(*parse_between<std::uint64_t>("18446744073709551615", "here", 0, ~std::uint64_t{0}), ~std::uint64_t{0});
  EXPECT_EQ(*parse_between<int>("-3", "here", -5, 5), -3);
  EXPECT_EQ(*parse_between<double>("2.5e-1", "here", 0, 1), 0.25);
  for (const char* text : {"", "-1", "18446744073709551616", "1.5", "0x10", "7x", " 7", "7 ", "+7", "1e3", "nan"})
    EXPECT_EQ(parse_between<std::uint64_t>(text, "here", 0, ~std::uint64_t{0}).error().message(),
              "here: found '" + std::string(text) + "'; expected a whole number from 0 to 18446744073709551615");
  for (const char* text : {"", "nan", "inf", "1e999", "0x1p3", "1.5", "-0.5", "1,5"})
    EXPECT_EQ(parse_between<double>(text, "here", 0, 1).error().expected, "a number from 0 to 1") << text;
}

TEST(ParseInteger, GivesItsRangeToANumberOutsideIt) {
  EXPECT_EQ(parse_integer("9223372036854775808", "here").error().expected,
            "a whole number from -9223372036854775808 to 9223372036854775807");
  EXPECT_EQ(parse_integer("x", "here").error().expected, "a whole number");
}

TEST(ParseNumber, RefusesTrailingText) {
  EXPECT_FALSE(parse_number("3x", "here"));
  EXPECT_FALSE(parse_number("", "here"));
  EXPECT_FALSE(parse_number("inf", "here"));
  EXPECT_EQ(*parse_number("-2.5e3", "here"), -2500);
}

}  // namespace
}  // namespace vtpu
