// The small checks of the pipeline: LaTeX logs, word and page counts, comparison with the reference set, Lua literals.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vtpu/artifact/latex_log.h"
#include "vtpu/artifact/paper_metrics.h"
#include "vtpu/artifact/published.h"
#include "vtpu/artifact/verify.h"
#include "vtpu/base/file.h"

namespace vtpu::artifact {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST(LatexLog, ACleanLogHasNoComplaints) {
  EXPECT_THAT(complaints_in_latex_log("This is pdfTeX\nOverfull \\hbox (1.2pt too wide) in paragraph\n"), IsEmpty());
}

TEST(LatexLog, ABoxMoreThanTwoPointsTooWideIsAComplaint) {
  EXPECT_THAT(complaints_in_latex_log("Overfull \\hbox (2.5pt too wide) in paragraph at lines 3--4\n"), SizeIs(1));
}

TEST(LatexLog, UndefinedReferencesAndMissingGlyphsAreComplaints) {
  EXPECT_THAT(complaints_in_latex_log("LaTeX Warning: Reference `fig:x' on page 1 undefined on input line 3.\n"
                                      "Missing character: There is no x in font y!\n"),
              SizeIs(2));
}

TEST(LatexLog, AWarningBrokenAtTheLineWidthIsJoined) {
  std::string line = "LaTeX Warning: Citation `" + std::string(79 - 25, 'k');
  EXPECT_THAT(complaints_in_latex_log(line + "ey' undefined\n"), ElementsAre(HasSubstr("key' undefined")));
}

TEST(Words, TablesCodeAndFencesDoNotCount) {
  EXPECT_EQ(words_in("One two, three.\n\n| a | b |\n\n```\ncode here\n```\n::: {.figure}\n:::\n<div>\n- four 5\n"), 5);
}

TEST(Pages, ThePageOfALabelComesFromTheAuxFile) {
  EXPECT_EQ(page_of_label("\\newlabel{end-of-body}{{XIV}{13}{Conclusion}{section.14}{}}\n", "end-of-body"), 13);
  EXPECT_EQ(page_of_label("", "end-of-body"), 0);
  EXPECT_EQ(last_page("\\newlabel{end-of-body}{{XIV}{13}{Conclusion}{section.14}{}}\n"
                      "\\newlabel{tab:late}{{9}{41}{Late}{table.9}{}}\n\\newlabel{a}{{1}{2}{}{}{}}\n"),
            41);
  EXPECT_EQ(last_page(""), 0);
}

TEST(LuaString, EscapesSpecialCharacters) { EXPECT_EQ(lua_string("a\"b\\c\nd"), "\"a\\\"b\\\\c\\nd\""); }

TEST(Published, EveryFactOfTheProjectHasAUniqueIdAndASource) {
  const auto facts = read_published(std::filesystem::path(VTPU_ROOT) / "data/published");
  ASSERT_TRUE(facts) << facts.error().message();
  EXPECT_GT(facts->size(), 600u);
  for (const auto& [id, fact] : *facts) EXPECT_FALSE(fact.source.empty()) << id;
}

measure::ResultFile result_with(double computed) {
  measure::ResultFile result;
  result.experiment = "e";
  result.metrics["c"] = {"c", computed, "x", measure::Kind::computed, 1, {computed, computed}, "", {}};
  return result;
}

TEST(Verify, ComputedNumbersMustBeEqualInEveryBit) {
  Comparison comparison;
  compare_deterministic(result_with(1.0 + 1e-15), result_with(1.0), comparison);
  EXPECT_THAT(comparison.differences, ElementsAre(HasSubstr("e: c: found")));
  EXPECT_EQ(comparison.exact, 1u);
  EXPECT_EQ(comparison.exact_equal, 0u);
  EXPECT_FALSE(comparison.agrees());
}

TEST(Verify, AMissingKeyIsADifference) {
  Comparison comparison;
  measure::ResultFile less = result_with(1);
  less.metrics.erase("c");
  compare_deterministic(less, result_with(1), comparison);
  compare_deterministic(result_with(1), less, comparison);
  EXPECT_THAT(comparison.differences, ElementsAre("e: c: is missing", "e: c: is not in the reference set"));
}

TEST(Verify, ResultsWithDifferentSeedsAreNotCompared) {
  Comparison comparison;
  measure::ResultFile other = result_with(1);
  other.seed = 2;
  compare_deterministic(other, result_with(1), comparison);
  EXPECT_THAT(comparison.differences, SizeIs(1));
  EXPECT_EQ(comparison.exact_equal, 0u);
}

}  // namespace
}  // namespace vtpu::artifact
