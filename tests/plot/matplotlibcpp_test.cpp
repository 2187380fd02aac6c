// Do the calls that go through matplotlibcpp.h draw what the binding draws, and fail where the binding fails?
// Compiled twice: into test_plot, with whatever header vtpu_plot was configured with, and into test_plot_matplotlibcpp,
// with the header of the fixture.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "vtpu/plot/interpreter.h"
#include "vtpu/plot/matplotlib.h"
#include "vtpu/plot/style.h"
#include "vtpu/plot/system_matplotlibcpp.h"

namespace vtpu::plot {
namespace {

using ::testing::HasSubstr;

const plt::Numbers kX = {1, 2, 3};
const plt::Numbers kY = {2, 1, 4};

class ThroughMatplotlibcpp : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!plt::uses_system_matplotlibcpp())
      GTEST_SKIP() << "no matplotlibcpp.h: this build draws through the binding alone (see src/vtpu/plot/README.md)";
    apply_style();
    plt::figure_size(2, 2);
  }
  void TearDown() override {
    if (plt::uses_system_matplotlibcpp()) plt::close();
  }
};

TEST_F(ThroughMatplotlibcpp, every_call_that_its_interface_can_express_is_made_by_the_header) {
  const plt::Keywords blue = {{"color", "blue"}};
  EXPECT_TRUE(plt::drawn_by_system_matplotlibcpp("plot", {kX, kY}, {{"label", "line"}, {"linestyle", "--"}}));
  EXPECT_TRUE(plt::drawn_by_system_matplotlibcpp("title", {std::string("title")}, blue));
  EXPECT_TRUE(plt::drawn_by_system_matplotlibcpp("xlabel", {std::string("x")}, blue));
  EXPECT_TRUE(plt::drawn_by_system_matplotlibcpp("ylabel", {std::string("y")}, blue));
  EXPECT_TRUE(plt::drawn_by_system_matplotlibcpp("legend", {}, {{"loc", "upper left"}}));
  EXPECT_TRUE(plt::drawn_by_system_matplotlibcpp("grid", {true}, {}));
  EXPECT_THAT(plt::render("svg"), HasSubstr("</svg>"));
}

TEST_F(ThroughMatplotlibcpp, a_call_with_a_number_as_keyword_or_of_another_function_is_left_to_the_binding) {
  EXPECT_FALSE(plt::drawn_by_system_matplotlibcpp("plot", {kX, kY}, {{"linewidth", 1.5}}));
  EXPECT_FALSE(plt::drawn_by_system_matplotlibcpp("bar", {kX, kY}, {}));
  EXPECT_FALSE(plt::drawn_by_system_matplotlibcpp("grid", {true}, {{"axis", "y"}}));
}

TEST_F(ThroughMatplotlibcpp, the_same_drawing_through_the_header_and_through_the_binding_has_the_same_bytes) {
  // A number among the keywords sends a call through the binding. Each of these numbers is the default, so that the
  // drawing stays the same.
  const auto bytes = [](const plt::Keywords& line, const plt::Keywords& text, const plt::Keywords& legend) {
    plt::figure_size(2, 2);
    plt::Keywords line_keywords = line;
    line_keywords.insert({{"label", "y = ax → b"}, {"color", "black"}});
    plt::plot(kX, kY, line_keywords);
    plt::title("title", text);
    plt::xlabel("x", text);
    plt::ylabel("flits/chip/cycle", text);
    plt::legend(legend);
    const std::string svg = plt::render("svg");
    plt::close();
    return svg;
  };
  const std::string through_header = bytes({}, {}, {});
  const std::string through_binding = bytes({{"zorder", 2L}}, {{"zorder", 3L}}, {{"ncol", 1L}});
  EXPECT_THAT(through_header, HasSubstr("</svg>"));
  EXPECT_TRUE(through_header == through_binding);
  EXPECT_FALSE(through_header == bytes({{"zorder", 2L}, {"linewidth", 3.0}}, {}, {}));
}

TEST_F(ThroughMatplotlibcpp, an_exception_of_python_surfaces_in_the_call_that_failed) {
  EXPECT_THROW(plt::plot({1, 2}, {1, 2, 3}), PythonError);  // the header's plot leaves the exception pending
  EXPECT_THROW(plt::plot(kX, kY, {{"colour", "black"}}), PythonError);
  EXPECT_THROW(plt::title("title", {{"colour", "black"}}), PythonError);  // the header's title throws no reason
  try {
    plt::xlabel("x", {{"colour", "black"}});
    FAIL() << "an unknown keyword was accepted";
  } catch (const PythonError& error) {
    EXPECT_THAT(error.what(), HasSubstr("colour"));
  }
  EXPECT_THAT(plt::render("svg"), HasSubstr("</svg>"));  // the failures leave nothing behind
}

}  // namespace
}  // namespace vtpu::plot
