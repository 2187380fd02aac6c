// Do the bytes of a figure depend on its data alone, do its metadata name that data, and are failures reported in full?
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "vtpu/base/file.h"
#include "vtpu/measure/result_file.h"
#include "vtpu/plot/figure.h"
#include "vtpu/plot/interpreter.h"
#include "vtpu/plot/matplotlib.h"
#include "vtpu/plot/style.h"

namespace vtpu::plot {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

measure::ResultFile sample_result(double slope, measure::Mode mode) {
  measure::ResultFile result;
  result.experiment = "sample";
  result.mode = mode;
  result.metrics["sample.slope"] = {"sample.slope", slope,   "1", measure::Kind::computed, 1,
                                    {slope, slope}, "given", {}};
  measure::Table line{
      "line", {{"x", "1", measure::Column::Source::computed}, {"y", "1", measure::Column::Source::computed}}, {}};
  for (const double x : {1.0, 2.0, 3.0}) line.add({x, slope * x});
  result.tables["line"] = line;
  return result;
}

void draw_sample(Context& context) {
  const TableView line = context.table("sample", "line");
  plt::plot(line.numbers("x"), line.numbers("y"), {{"label", "y = ax → b"}, {"marker", "o"}});
  plt::fill_between(line.numbers("x"), {0, 0, 0}, line.numbers("y"), {{"alpha", 0.3}, {"hatch", "//"}});
  plt::axhline(context.value("sample", "sample.slope"), {{"linestyle", "--"}});
  plt::xlabel("x");
  plt::legend();
}

Figure sample_figure() {
  return {.name = "sample_line",
          .caption = "A line of given slope.",
          .alt = "A rising line.",
          .claims = {"sample.first", "sample.second"},
          .results = {"sample"},
          .draw = draw_sample};
}

class Render : public ::testing::Test {
 protected:
  void SetUp() override {
    // A test that runs in its own process gets the folder of the first process from the environment.
    const char* given = std::getenv("VTPU_PLOT_TEST_FOLDER");
    folder_ = given ? given : ::testing::TempDir() + "vtpu_plot_" + std::to_string(getpid());
    ASSERT_TRUE(measure::save(sample_result(2, measure::Mode::full), folder_ / "results"));
  }
  void TearDown() override {
    if (!std::getenv("VTPU_PLOT_TEST_FOLDER")) std::filesystem::remove_all(folder_);
  }
  Places places(const std::string& out) const { return {folder_, folder_ / "results", folder_ / out}; }
  std::string bytes(const std::string& out, const std::string& file) const {
    const Result<std::string> all = read_file(folder_ / out / file);
    return all ? *all : all.error().message();
  }
  void expect_equal_figures(const std::string& a, const std::string& b) const {
    EXPECT_THAT(bytes(a, "sample_line.svg"), HasSubstr("<svg"));
    EXPECT_THAT(bytes(a, "sample_line.pdf"), HasSubstr("%PDF"));
    // EXPECT_TRUE and not EXPECT_EQ, which would print both files.
    EXPECT_TRUE(bytes(a, "sample_line.svg") == bytes(b, "sample_line.svg"));
    EXPECT_TRUE(bytes(a, "sample_line.pdf") == bytes(b, "sample_line.pdf"));
    EXPECT_EQ(bytes(a, "sample_line.json"), bytes(b, "sample_line.json"));
  }

  std::filesystem::path folder_;
};

TEST_F(Render, gives_the_same_bytes_twice_in_a_row) {
  ASSERT_TRUE(render(sample_figure(), places("first")));
  ASSERT_TRUE(render(sample_figure(), places("second")));
  expect_equal_figures("first", "second");
}

TEST_F(Render, gives_the_same_bytes_after_another_figure_with_other_settings) {
  Figure other = sample_figure();
  other.name = "other";
  other.draw = [](Context& context) {
    plt::rc("lines.linewidth", 9.0);
    plt::rc("svg.hashsalt", "other");
    plt::subplots(1, 2);
    draw_sample(context);
  };
  ASSERT_TRUE(render(sample_figure(), places("first")));
  ASSERT_TRUE(render(other, places("second")));
  ASSERT_TRUE(render(sample_figure(), places("second")));
  expect_equal_figures("first", "second");
}

TEST_F(Render, gives_the_same_bytes_in_another_process) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");  // restarts the program, so with another interpreter
  setenv("VTPU_PLOT_TEST_FOLDER", folder_.c_str(), 1);
  setenv("TZ", "Asia/Kathmandu", 1);
  const auto draw_and_leave = [this] { std::_Exit(render(sample_figure(), places("second")) ? 0 : 1); };
  EXPECT_EXIT(draw_and_leave(), ::testing::ExitedWithCode(0), "");
  unsetenv("TZ");
  unsetenv("VTPU_PLOT_TEST_FOLDER");
  ASSERT_TRUE(render(sample_figure(), places("first")));
  expect_equal_figures("first", "second");
}

TEST_F(Render, puts_claims_and_the_hash_of_the_data_into_the_metadata) {
  ASSERT_TRUE(render(sample_figure(), places("out")));
  const nlohmann::json record = nlohmann::json::parse(bytes("out", "sample_line.json"));
  const std::string hash = record.at("data_sha256");
  EXPECT_EQ(hash.size(), 64u);
  EXPECT_THAT(bytes("out", "sample_line.svg"), AllOf(HasSubstr("sample.first, sample.second"),
                                                     HasSubstr("sha256:" + hash), Not(HasSubstr("<dc:date>"))));
  EXPECT_THAT(bytes("out", "sample_line.pdf"), AllOf(HasSubstr("sample.first, sample.second"),
                                                     HasSubstr("sha256:" + hash), Not(HasSubstr("CreationDate"))));
  EXPECT_EQ(record.at("svg_sha256"), sha256(bytes("out", "sample_line.svg")));
  EXPECT_EQ(record.at("pdf_sha256"), sha256(bytes("out", "sample_line.pdf")));
  EXPECT_TRUE(record.at("used").contains("metric sample/sample.slope"));
  EXPECT_TRUE(record.at("used").contains("table sample/line"));
}

TEST_F(Render, changes_the_hash_when_one_number_changes) {
  ASSERT_TRUE(render(sample_figure(), places("first")));
  ASSERT_TRUE(measure::save(sample_result(2.0000001, measure::Mode::full), folder_ / "results"));
  ASSERT_TRUE(render(sample_figure(), places("second")));
  const auto hash = [this](const std::string& out) {
    return nlohmann::json::parse(bytes(out, "sample_line.json")).at("data_sha256").get<std::string>();
  };
  EXPECT_NE(hash("first"), hash("second"));
}

TEST_F(Render, marks_a_figure_from_a_quick_run) {
  ASSERT_TRUE(render(sample_figure(), places("first")));
  ASSERT_TRUE(measure::save(sample_result(2, measure::Mode::quick), folder_ / "results"));
  ASSERT_TRUE(render(sample_figure(), places("second")));
  EXPECT_THAT(bytes("first", "sample_line.svg"), Not(HasSubstr("quick run")));
  EXPECT_THAT(bytes("second", "sample_line.svg"), HasSubstr("quick run"));
}

TEST_F(Render, names_file_and_figure_when_a_result_is_missing) {
  std::filesystem::remove(folder_ / "results" / "sample.json");
  const Result<void> done = render(sample_figure(), places("out"));
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message(), AllOf(HasSubstr("sample_line"), HasSubstr("results/sample.json")));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "out" / "sample_line.svg"));
}

TEST_F(Render, names_the_nearest_table_column_and_metric_when_one_is_missing) {
  Figure figure = sample_figure();
  figure.draw = [](Context& context) { context.table("sample", "lines"); };
  EXPECT_THAT(render(figure, places("out")).error().message(),
              AllOf(HasSubstr("sample_line"), HasSubstr("mean 'line'")));
  figure.draw = [](Context& context) { context.value("sample", "sample.slop"); };
  EXPECT_THAT(render(figure, places("out")).error().message(), HasSubstr("mean 'sample.slope'"));
  figure.draw = [](Context& context) { context.table("sample", "line").where("x", 7); };
  EXPECT_THAT(render(figure, places("out")).error().message(), HasSubstr("no row with x = 7"));
  figure.draw = [](Context& context) { context.data("data/undeclared.csv"); };
  EXPECT_THAT(render(figure, places("out")).error().message(), HasSubstr("does not declare"));
}

TEST_F(Render, reports_an_exception_of_python_with_its_traceback) {
  Figure figure = sample_figure();
  figure.draw = [](Context&) { plt::plot({1, 2}, {1, 2, 3}); };
  const Result<void> done = render(figure, places("out"));
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message(), AllOf(HasSubstr("sample_line"), HasSubstr("Traceback"), HasSubstr("ValueError"),
                                            HasSubstr("must have same first dimension")));
}

TEST_F(Render, fails_on_a_glyph_that_no_font_has) {
  Figure figure = sample_figure();
  figure.draw = [](Context&) { plt::title("\xF3\xB0\x80\x80"); };  // a private-use character
  const Result<void> done = render(figure, places("out"));
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message(), HasSubstr("missing from current font"));
}

TEST(Matplotlib, fails_in_the_call_that_has_an_unknown_keyword) {
  apply_style();
  plt::figure_size(2, 2);
  EXPECT_THROW(plt::plot({1, 2}, {1, 2}, {{"colour", "black"}}), PythonError);
  EXPECT_THROW(plt::fill_between({1, 2}, {0, 0}, {1, 2}, {{"alpha", "0.3"}}), PythonError);
  EXPECT_THROW(plt::rc("lines.linewidht", 1.0), PythonError);
  EXPECT_THAT(plt::render("svg"), HasSubstr("</svg>"));  // the failures leave nothing behind
  plt::close();
}

TEST(Matplotlib, passes_every_kind_of_keyword) {
  apply_style();
  plt::figure_size(2, 2);
  plt::plot({1, 2}, {1, 2}, {{"color", "black"}, {"linewidth", 1.5}, {"zorder", 3L}, {"clip_on", false}});
  plt::bar({1, 2}, {1, 2}, {{"color", plt::Strings{"red", "blue"}}, {"bottom", plt::Numbers{1, 2}}});
  plt::errorbar({1, 2}, {1, 2}, {0.5, 1.5}, {1.5, 3}, {{"fmt", "none"}});
  EXPECT_THAT(plt::render("svg"), HasSubstr("</svg>"));
  plt::close();
}

TEST(Matplotlib, draws_lines_on_the_scales_of_their_names) {
  apply_style();
  const auto bytes_of = [](const auto& draw) {
    plt::figure_size(2, 2);
    draw();
    const std::string svg = plt::render("svg");
    plt::close();
    return svg;
  };
  const plt::Numbers x = {1, 10, 100}, y = {1, 20, 300};
  const auto plotted = [&](const char* x_scale, const char* y_scale) {
    return bytes_of([&] {
      plt::plot(x, y);
      plt::xscale(x_scale);
      plt::yscale(y_scale);
    });
  };
  EXPECT_TRUE(bytes_of([&] { plt::loglog(x, y); }) == plotted("log", "log"));
  EXPECT_TRUE(bytes_of([&] { plt::semilogx(x, y); }) == plotted("log", "linear"));
  EXPECT_TRUE(bytes_of([&] { plt::semilogy(x, y); }) == plotted("linear", "log"));
  EXPECT_FALSE(plotted("log", "log") == plotted("linear", "log"));
}

TEST(Matplotlib, writes_a_file_in_the_format_of_its_extension) {
  apply_style();
  plt::figure_size(2, 2);
  plt::plot({1, 2}, {1, 2});
  const std::filesystem::path path = ::testing::TempDir() + "vtpu_savefig_" + std::to_string(getpid()) + ".pdf";
  plt::savefig(path);
  EXPECT_THAT(*read_file(path), ::testing::StartsWith("%PDF"));
  EXPECT_THROW(plt::savefig(path.string() + ".unknown"), PythonError);
  std::filesystem::remove(path);
  plt::close();
}

TEST(Interpreter, refuses_a_second_one_in_a_process) {
  GTEST_FLAG_SET(death_test_style, "fast");
  EXPECT_DEATH(Interpreter(), "a process starts Python once");
}

}  // namespace
}  // namespace vtpu::plot
