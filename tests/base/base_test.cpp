#include <gtest/gtest.h>

#include <filesystem>

#include "vtpu/base/csv.h"
#include "vtpu/base/file.h"
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

TEST(ParseNumber, RefusesTrailingText) {
  EXPECT_FALSE(parse_number("3x", "here"));
  EXPECT_FALSE(parse_number("", "here"));
  EXPECT_FALSE(parse_number("inf", "here"));
  EXPECT_EQ(*parse_number("-2.5e3", "here"), -2500);
}

}  // namespace
}  // namespace vtpu
