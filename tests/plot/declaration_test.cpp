// Are declarations that the paper cannot use refused, and is data found by name? These tests do not start Python.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vtpu/plot/figure.h"
#include "vtpu/plot/table_view.h"

namespace vtpu::plot {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Figure good_figure() {
  return {.name = "ladder",
          .caption = "Latency by footprint.",
          .alt = "A staircase.",
          .results = {"host"},
          .draw = [](Context&) {}};
}

std::string refusal(const Figure& figure) {
  const Result<void> valid = validate({figure});
  return valid ? "" : valid.error().message();
}

TEST(Declaration, is_refused_with_the_figures_name_and_the_reason) {
  EXPECT_EQ(refusal(good_figure()), "");
  Figure figure = good_figure();
  figure.alt = "";
  EXPECT_EQ(refusal(figure), "figure 'ladder': found no alternative text");
  figure = good_figure();
  figure.results = {};
  EXPECT_THAT(refusal(figure), HasSubstr("neither results nor data"));
  figure = good_figure();
  figure.name = "Ladder 1";
  EXPECT_THAT(refusal(figure), HasSubstr("file name"));
  EXPECT_THAT(validate({good_figure(), good_figure()}).error().message(), HasSubstr("twice"));
}

TEST(Declaration, takes_digits_in_a_caption_only_where_they_are_marked) {
  Figure figure = good_figure();
  figure.caption = "Latency is 4 cycles.";
  EXPECT_THAT(refusal(figure), HasSubstr("naked digit"));
  figure.caption = "[TPU v4]{.lit} takes [?]{.num key=host.l1} cycles [@jouppi2023tpuv4].";
  EXPECT_EQ(refusal(figure), "");
}

TEST(TableView, finds_rows_and_columns_by_name) {
  const Csv csv =
      *parse_csv("id,system,value,condition\na,TPU,1.5,chips=64; round=v1.0\nb,GPU,,\nc,TPU,2,a remark\n", "f.csv");
  const TableView view(csv);
  EXPECT_THAT(view.where("system", "TPU").numbers("value"), ElementsAre(1.5, 2));
  EXPECT_THAT(view.distinct("system"), ElementsAre("TPU", "GPU"));
  EXPECT_EQ(view.where("id", "c").number("value"), 2);
  EXPECT_TRUE(std::isnan(view.where("id", "b").number("value")));
  EXPECT_EQ(condition(view.label(0, "condition"), "round"), "v1.0");
  EXPECT_EQ(condition(view.label(2, "condition"), "round"), "");
}

TEST(TableView, names_file_column_and_row_of_what_is_missing) {
  const TableView view(*parse_csv("id,value\na,1\nb,x\n", "f.csv"));
  const auto message = [](const auto& ask) -> std::string {
    try {
      ask();
    } catch (const MissingData& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(message([&] { view.numbers("valeu"); }), "f.csv: no column 'valeu'; did you mean 'value'?");
  EXPECT_EQ(message([&] { view.where("id", "z"); }), "f.csv: no row with id = 'z'");
  EXPECT_THAT(message([&] { view.where("id", "b").number("value"); }), HasSubstr("f.csv, column value"));
  EXPECT_EQ(message([&] { view.number("value"); }), "f.csv: found 2 rows; expected one");
}

}  // namespace
}  // namespace vtpu::plot
