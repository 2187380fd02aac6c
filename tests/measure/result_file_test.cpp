// Is a result read back as it was written, is all damage to it detected, and does the source hash depend on code only?
#include "vtpu/measure/result_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "vtpu/base/file.h"

namespace vtpu::measure {
namespace {

using testing::HasSubstr;

class ResultFiles : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("vtpu-result-" + std::to_string(::getpid()) + "-" +
                                                        testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string text_of(const std::filesystem::path& path) { return read_file(path).value(); }
  void write(const std::filesystem::path& path, const std::string& text) { ASSERT_TRUE(write_file(path, text).ok()); }
  /// Replaces the first `from` in a file.
  void edit(const std::filesystem::path& path, const std::string& from, const std::string& to) {
    std::string text = text_of(path);
    const std::size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    write(path, text.replace(at, from.size(), to));
  }
  std::filesystem::path exact() const { return deterministic_path(folder_, "example"); }
  std::filesystem::path timed() const { return volatile_path(folder_, "example"); }

  std::filesystem::path folder_;
};

ResultFile example_result() {
  ResultFile result;
  result.experiment = "example";
  result.mode = Mode::full;
  result.seed = 7;
  result.configuration.set("side", std::int64_t{4});
  result.configuration.set("share", 2.0);
  result.configuration.set("large", ~std::uint64_t{0});
  result.configuration.set("small", std::uint64_t{5});
  result.configuration.set("wide", true);
  result.configuration.set("shape", std::string("4x4"));
  result.input_hashes["data/a.csv"] = "abc";
  result.source_hash = "def";
  result.metrics["x.computed"] = {"x.computed", 0.25, "1", Kind::computed, 1, {0.25, 0.25}, "counted", {}};
  result.metrics["x.simulated"] = {"x.simulated", 3, "hops", Kind::simulated, 3, {2, 4}, "batches", {2, 3, 4}};
  result.metrics["x.measured"] = {"x.measured", 1.5, "ns", Kind::measured, 3, {1, 2}, "median", {1, 1.5, 2}};
  Table exact{"exact", {{"name", "", Column::Source::label}, {"hops", "hops", Column::Source::computed}}, {}};
  exact.add({std::string("ring, \"quoted\""), 2.0});
  Table timed{"timed", {{"name", "", Column::Source::label}, {"time", "ns", Column::Source::measured}}, {}};
  timed.add({std::string("a"), 0.1});
  result.tables = {{"exact", exact}, {"timed", timed}};
  result.provenance = R"({"commit":"0123"})";
  return result;
}

TEST_F(ResultFiles, ReadBackWhatWasWritten) {
  const ResultFile written = example_result();
  ASSERT_TRUE(save(written, folder_).ok());
  const Result<ResultFile> read = load(folder_, "example");
  ASSERT_TRUE(read.ok()) << read.error().message();
  EXPECT_EQ(read->experiment, "example");
  EXPECT_EQ(read->mode, Mode::full);
  EXPECT_EQ(read->seed, 7U);
  EXPECT_EQ(read->configuration, written.configuration);
  EXPECT_EQ(read->input_hashes, written.input_hashes);
  EXPECT_EQ(read->source_hash, "def");
  EXPECT_EQ(read->provenance, written.provenance);
  ASSERT_EQ(read->metrics.size(), 3U);
  for (const auto& [key, metric] : written.metrics) {
    const Metric& again = read->metrics.at(key);
    EXPECT_EQ(again.value, metric.value);
    EXPECT_EQ(again.unit, metric.unit);
    EXPECT_EQ(again.kind, metric.kind);
    EXPECT_EQ(again.n, metric.n);
    EXPECT_EQ(again.ci.low, metric.ci.low);
    EXPECT_EQ(again.ci.high, metric.ci.high);
    EXPECT_EQ(again.method, metric.method);
    EXPECT_EQ(again.samples, metric.samples);
  }
  ASSERT_EQ(read->tables.size(), 2U);
  EXPECT_EQ(read->tables.at("exact").rows, written.tables.at("exact").rows);
  EXPECT_EQ(read->tables.at("timed").columns[1].source, Column::Source::measured);
}

TEST_F(ResultFiles, KeepMeasuredNumbersOutOfTheDeterministicPart) {
  ResultFile result = example_result();
  ASSERT_TRUE(save(result, folder_).ok());
  const std::string before = text_of(exact());
  EXPECT_THAT(before, Not(HasSubstr("x.measured")));
  EXPECT_THAT(before, Not(HasSubstr("timed")));
  EXPECT_THAT(before, Not(HasSubstr("commit")));
  result.metrics["x.measured"].value = 99;
  result.tables["timed"].rows[0][1] = 99.0;
  result.provenance = R"({"commit":"4567"})";
  ASSERT_TRUE(save(result, folder_).ok());
  EXPECT_EQ(text_of(exact()), before);
}

TEST_F(ResultFiles, RefuseADeterministicPartWithOneDigitFlipped) {
  ASSERT_TRUE(save(example_result(), folder_).ok());
  edit(exact(), "0.25", "0.35");
  const Result<ResultFile> read = load(folder_, "example");
  ASSERT_FALSE(read.ok());
  EXPECT_THAT(read.error().message(), HasSubstr("example.json"));
  EXPECT_THAT(read.error().message(), HasSubstr("SHA-256"));
}

TEST_F(ResultFiles, NameFileAndLineOfMalformedJson) {
  ASSERT_TRUE(save(example_result(), folder_).ok());
  write(exact(), "{\n \"schema\": 1,\n \"mode\" oops\n}\n");
  const Result<ResultFile> read = load(folder_, "example");
  ASSERT_FALSE(read.ok());
  EXPECT_THAT(read.error().message(), HasSubstr("example.json:3"));
}

TEST_F(ResultFiles, AreReadWithAByteOrderMarkAndOtherLineEndsAndRefusedWhenTheyAreNotUtf8) {
  ASSERT_TRUE(save(example_result(), folder_).ok());
  const std::string plain = text_of(exact());
  std::string windows = "\xEF\xBB\xBF";
  for (const char c : plain) windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
  write(exact(), windows);
  write(timed(), "\xEF\xBB\xBF" + text_of(timed()));
  ASSERT_TRUE(load(folder_, "example").ok()) << load(folder_, "example").error().message();
  for (const std::string& wrong : {std::string("\xFF"), std::string(1, '\0')}) {
    write(exact(), "{\n" + wrong + plain.substr(2));
    EXPECT_THAT(load(folder_, "example").error().message(), HasSubstr("example.json:2:1: found "));
  }
}

TEST_F(ResultFiles, RefuseJsonOfAnyDepth) {
  ASSERT_TRUE(save(example_result(), folder_).ok());
  edit(timed(), "{\n  \"commit\": \"0123\"\n }", std::string(1000000, '[') + std::string(1000000, ']'));
  EXPECT_THAT(load(folder_, "example").error().message(), HasSubstr("nested more than 200 levels deep"));
}

TEST_F(ResultFiles, NameTheVolatilePartWhenItIsMalformed) {
  ASSERT_TRUE(save(example_result(), folder_).ok());
  write(timed(), "{");
  const Result<ResultFile> read = load(folder_, "example");
  ASSERT_FALSE(read.ok());
  EXPECT_THAT(read.error().message(), HasSubstr("example.run.json:1"));
}

TEST_F(ResultFiles, RefuseOtherShapesOfJsonWithoutThrowing) {
  for (const char* text : {"[]", "3", "null", "{}", "{\"schema\": \"one\"}"}) {
    ASSERT_TRUE(save(example_result(), folder_).ok());
    write(exact(), text);
    EXPECT_FALSE(load(folder_, "example").ok()) << text;
  }
}

TEST_F(ResultFiles, RefuseAnUnknownSchemaAndAnUnknownMode) {
  ASSERT_TRUE(save(example_result(), folder_).ok());
  edit(exact(), "\"schema\": 1", "\"schema\": 999");
  EXPECT_THAT(load(folder_, "example").error().message(), HasSubstr("999"));
  ASSERT_TRUE(save(example_result(), folder_).ok());
  edit(exact(), "\"full\"", "\"slow\"");
  EXPECT_THAT(load(folder_, "example").error().message(), HasSubstr("slow"));
}

TEST_F(ResultFiles, OneDeterministicPartIsReadWithTheVolatilePartOfAnotherRun) {
  ASSERT_TRUE(save(example_result(), folder_).ok());
  ResultFile other = example_result();
  other.source_hash = "another commit";
  other.metrics["x.measured"].value = 99;
  ASSERT_TRUE(save(other, folder_ / "other").ok());
  Result<ResultFile> read = load_deterministic(folder_, "example");
  ASSERT_TRUE(read.ok()) << read.error().message();
  EXPECT_FALSE(read->metrics.contains("x.measured"));
  ASSERT_TRUE(add_volatile(*read, folder_ / "other").ok());
  EXPECT_EQ(read->metrics.at("x.measured").value, 99);
  EXPECT_EQ(read->metrics.at("x.computed").value, 0.25);
  EXPECT_EQ(read->source_hash, "def");
}

TEST_F(ResultFiles, RefuseTheVolatilePartOfAnotherExperiment) {
  ASSERT_TRUE(save(example_result(), folder_).ok());
  edit(timed(), "\"experiment\": \"example\"", "\"experiment\": \"sample\"");
  EXPECT_THAT(load(folder_, "example").error().message(), HasSubstr("found a result of sample; expected example"));
}

TEST_F(ResultFiles, ThatAreMissingAreNamed) {
  ASSERT_TRUE(save(example_result(), folder_).ok());
  std::filesystem::remove(timed());
  EXPECT_THAT(load(folder_, "example").error().message(), HasSubstr("example.run.json"));
}

TEST(WithoutComments, DropsCommentsAndFoldsWhiteSpace) {
  EXPECT_EQ(without_comments("int a; // why\nint  b;"), "int a; int b;");
  EXPECT_EQ(without_comments("f(/* one\n * two */ x)"), "f( x)");
  EXPECT_EQ(without_comments("a // no end"), "a ");
}

TEST(WithoutComments, KeepsStringAndCharacterLiteralsAsTheyAre) {
  EXPECT_EQ(without_comments("s = \"//  not /* a comment\";"), "s = \"//  not /* a comment\";");
  EXPECT_EQ(without_comments("s = \"a \\\" // b\"; // c"), "s = \"a \\\" // b\"; ");
  EXPECT_EQ(without_comments("c = '\"'; // d"), "c = '\"'; ");
  EXPECT_EQ(without_comments("c = '\\''; // d"), "c = '\\''; ");
}

TEST(WithoutComments, KeepsRawStringsAndDigitSeparators) {
  EXPECT_EQ(without_comments("s = R\"(a  // \" b)\"; // c"), "s = R\"(a  // \" b)\"; ");
  EXPECT_EQ(without_comments("s = R\"x(a )\"  // b)x\"; // c"), "s = R\"x(a )\"  // b)x\"; ");
  EXPECT_EQ(without_comments("n = 1'000'000; // 'x'"), "n = 1'000'000; ");
}

TEST_F(ResultFiles, SourceHashDependsOnCodeAndNotOnComments) {
  write(folder_ / "src/a.cpp", "int a; // first\n");
  write(folder_ / "src/b.h", "int b;\n");
  const std::string before = source_hash(folder_, {"src"}).value();
  write(folder_ / "src/a.cpp", "int   a; /* second */\n");
  write(folder_ / "src/README.md", "text\n");
  EXPECT_EQ(source_hash(folder_, {"src"}).value(), before);
  write(folder_ / "src/b.h", "int c;\n");
  EXPECT_NE(source_hash(folder_, {"src"}).value(), before);
  EXPECT_FALSE(source_hash(folder_, {"src", "missing.cpp"}).ok());
}

}  // namespace
}  // namespace vtpu::measure
