#include "vtpu/artifact/ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "vtpu/base/file.h"

namespace vtpu::artifact {
namespace {

using testing::HasSubstr;
using testing::Not;

measure::Metric metric(const std::string& key, double value, double low, double high) {
  return {key, value, "x", measure::Kind::measured, 20, {low, high}, "", {}};
}

/// A claim about x.q of experiment e that accepts [1, 2], with a control that breaks it.
struct Case {
  Claim claim;
  Evidence evidence;

  Case() {
    claim.id = "x";
    claim.kind = "measured";
    claim.means = "fact";
    claim.quantity = "x.q";
    claim.experiment = "e";
    claim.accept = {{1, 2, false, false}};
    claim.control = "nothing done";
    claim.control_key = "x.q.control";
    evidence.experiments = {"e"};
    evidence.results["e"].experiment = "e";
    add(metric("x.q.control", 9, 9, 9));
  }
  void add(const measure::Metric& m) { evidence.results["e"].metrics[m.key] = m; }
  Judged judged() const { return judge(claim, evidence); }
};

TEST(Verdict, AnIntervalInsideTheRegionIsReproduced) {
  Case c;
  c.add(metric("x.q", 1.5, 1.0, 2.0));
  EXPECT_EQ(c.judged().verdict, Verdict::reproduced);
}

TEST(Verdict, AnIntervalThatStraddlesTheRegionIsPartialEvenIfThePointLiesInside) {
  Case c;
  c.add(metric("x.q", 1.5, 0.9, 1.9));
  EXPECT_EQ(c.judged().verdict, Verdict::partial);
}

TEST(Verdict, AnIntervalOutsideTheRegionIsRefuted) {
  Case c;
  c.add(metric("x.q", 2.5, 2.1, 2.9));
  EXPECT_EQ(c.judged().verdict, Verdict::refuted);
  EXPECT_THAT(c.judged().reason, HasSubstr("2.500 [2.100, 2.900] lies outside [1, 2]"));
}

TEST(Verdict, AnOpenEndDoesNotBelongToTheRegion) {
  Case c;
  c.claim.accept = {{1, 2, true, false}};
  c.add(metric("x.q", 1, 1, 1));
  EXPECT_EQ(c.judged().verdict, Verdict::refuted);
}

TEST(Verdict, SeveralConfigurationsPrintKOfN) {
  Case c;
  c.add(metric("x.q.l1", 1.5, 1.4, 1.6));
  c.add(metric("x.q.l2", 3, 2.9, 3.1));
  c.add(metric("x.q.l3", 4, 3.9, 4.1));
  EXPECT_EQ(c.judged().verdict, Verdict::partial);
  EXPECT_EQ(c.judged().holds, 1);
  EXPECT_EQ(c.judged().configurations, 3);
  EXPECT_THAT(c.judged().reason, HasSubstr("1/3"));
}

TEST(Verdict, SeveralConfigurationsHaveALeastAndAGreatestValueAndOneHasNeither) {
  Case c;
  c.add(metric("x.q.l1", 3, 2.9, 3.1));
  c.add(metric("x.q.l2", 1.5, 1.4, 1.6));
  c.add(metric("x.q.l3", 2, 1.9, 2.1));
  ASSERT_TRUE(c.judged().values.has_value());
  EXPECT_EQ(c.judged().values->low, 1.5);
  EXPECT_EQ(c.judged().values->high, 3);
  EXPECT_THAT(verdicts_csv({c.judged()}), HasSubstr(",1,3,1.5,3,"));
  Case one;
  one.add(metric("x.q", 1.5, 1.4, 1.6));
  EXPECT_FALSE(one.judged().values.has_value());
}

TEST(Verdict, NoConfigurationInsideIsRefuted) {
  Case c;
  c.add(metric("x.q.l1", 3, 2.9, 3.1));
  c.add(metric("x.q.l2", 4, 3.9, 4.1));
  EXPECT_EQ(c.judged().verdict, Verdict::refuted);
}

TEST(Verdict, AClaimThatHoldsOnlyUnderTheCharitableReadingIsUnderAStatedConditionAndNamesTheReading) {
  Case c;
  c.claim.reading = "one ring only";
  c.claim.reading_key = "x.ring";
  c.add(metric("x.q", 12, 12, 12));
  c.add(metric("x.ring", 1.5, 1.5, 1.5));
  EXPECT_EQ(c.judged().verdict, Verdict::conditional);
  EXPECT_THAT(c.judged().reason, HasSubstr("only under this reading: one ring only"));
}

TEST(Verdict, ARefutedClaimWhoseCharitableReadingFailsTooShowsBoth) {
  Case c;
  c.claim.reading = "one ring only";
  c.claim.reading_key = "x.ring";
  c.add(metric("x.q", 12, 12, 12));
  c.add(metric("x.ring", 4, 4, 4));
  EXPECT_EQ(c.judged().verdict, Verdict::refuted);
  EXPECT_THAT(c.judged().reason, HasSubstr("(one ring only) gives 4"));
}

TEST(Verdict, AClaimThatHoldsUnderAConditionOfOursNamesIt) {
  Case c;
  c.claim.condition = "nearly always there";
  c.add(metric("x.q", 1.5, 1.5, 1.5));
  EXPECT_EQ(c.judged().verdict, Verdict::conditional);
  EXPECT_THAT(c.judged().reason, HasSubstr("lies in [1, 2], under this condition: nearly always there"));
  c.add(metric("x.q", 15, 15, 15));
  EXPECT_EQ(c.judged().verdict, Verdict::refuted) << "a condition saves nothing that fails under it";
}

TEST(Verdict, AClaimThatHoldsUnderItsConditionShowsItsReadingBesideForTheSameConfigurations) {
  Case c;
  c.claim.condition = "nearly always there";
  c.claim.reading = "the mean";
  c.claim.reading_key = "x.mean";
  c.add(metric("x.q.a", 1.5, 1.5, 1.5));
  c.add(metric("x.q.b", 1.75, 1.75, 1.75));
  EXPECT_EQ(c.judged().verdict, Verdict::error) << "the reading is missing";
  c.add(metric("x.mean.a", 0.5, 0.5, 0.5));
  c.add(metric("x.mean.b", 0.25, 0.25, 0.25));
  c.add(metric("x.mean.c", 0.125, 0.125, 0.125));
  EXPECT_EQ(c.judged().verdict, Verdict::conditional);
  EXPECT_THAT(c.judged().reason, HasSubstr("nearly always there; beside it, the mean: a 0.5000, b 0.2500"));
  EXPECT_THAT(c.judged().reason, Not(HasSubstr("0.1250")));
}

TEST(Verdict, ASimulationMatchesAPublishedMeasurementOrDoesNotButNeverRefutesIt) {
  Case c;
  c.claim.means = "model";
  c.add(metric("x.q", 1.5, 1.4, 1.6));
  EXPECT_EQ(c.judged().verdict, Verdict::matched);
  c.add(metric("x.q", 1.5, 0.9, 1.9));
  EXPECT_EQ(c.judged().verdict, Verdict::partly_matched);
  c.add(metric("x.q", 2.5, 2.1, 2.9));
  EXPECT_EQ(c.judged().verdict, Verdict::not_matched);
}

TEST(Verdict, ASearchThatFallsShortHasNotFoundAndPrintsItsGreatestBound) {
  Case c;
  c.claim.means = "search";
  c.claim.bound_key = "x.bound";
  c.add(metric("x.q.small", 0.5, 0.5, 0.5));
  c.add(metric("x.q.large", 0.5, 0.5, 0.5));
  EXPECT_EQ(c.judged().verdict, Verdict::error) << "the bound is missing";
  c.add(metric("x.bound.small", 1.25, 1.25, 1.25));
  c.add(metric("x.bound.large", 1.75, 1.75, 1.75));
  EXPECT_EQ(c.judged().verdict, Verdict::not_found);
  EXPECT_THAT(c.judged().reason, HasSubstr("bound: no more than 1.750 exists"));
  c.claim.bound_key = "";
  EXPECT_EQ(c.judged().verdict, Verdict::not_found);
  EXPECT_THAT(c.judged().reason, HasSubstr("no bound on what there is to find is known"));
  c.add(metric("x.q.small", 1.5, 1.5, 1.5));
  c.add(metric("x.q.large", 1.5, 1.5, 1.5));
  EXPECT_EQ(c.judged().verdict, Verdict::reproduced);
}

TEST(Verdict, EveryVerdictHasAColourInTheFigureAndInThePaper) {
  const std::filesystem::path root = VTPU_ROOT;
  const std::string figure = *read_file(root / "figures/claim_verdicts.cpp");
  const std::string paper = *read_file(root / "paper/template.latex");
  for (const VerdictWords& words : kVerdicts) {
    std::string shape(words.name);
    std::replace(shape.begin(), shape.end(), ' ', '-');
    EXPECT_THAT(figure, HasSubstr("{\"" + std::string(words.name) + "\", "));
    EXPECT_THAT(paper, HasSubstr("\\colorlet{verdict-" + shape + "}"));
  }
}

TEST(Verdict, NumbersOfItsOwnSourceCannotConfirmAClaim) {
  Case c;
  c.claim.own_inputs = "both factors";
  c.add(metric("x.q", 1.5, 1.5, 1.5));
  EXPECT_EQ(c.judged().verdict, Verdict::circular);
}

TEST(Verdict, NumbersOfItsOwnSourceCanRefuteAClaim) {
  Case c;
  c.claim.own_inputs = "both factors";
  c.add(metric("x.q", 15, 15, 15));
  EXPECT_EQ(c.judged().verdict, Verdict::refuted);
}

TEST(Verdict, AClaimWithoutAnExperimentIsOpenEvenIfTheHostDoesNotMeetItsNeed) {
  Case c;
  c.claim.experiment = "later";
  c.claim.needs = {"smt"};
  EXPECT_EQ(c.judged().verdict, Verdict::open);
}

TEST(Verdict, AClaimWhoseNeedTheHostDoesNotMeetIsNotMeasurable) {
  Case c;
  c.claim.needs = {"smt"};
  c.evidence.host_has["smt"] = false;
  c.add(metric("x.q", 1.5, 1.4, 1.6));
  EXPECT_EQ(c.judged().verdict, Verdict::not_measurable);
}

TEST(Verdict, AMeasuredValueFromTooFewUndisturbedTimingsDecidesNothing) {
  for (const double value : {1.5, 15.0}) {
    Case c;
    measure::Metric found = metric("x.q", value, value, value);
    c.add(metric("timings.e.unmeasurable", 1, 1, 1));
    found.kind = measure::Kind::simulated;
    c.add(found);
    EXPECT_NE(c.judged().verdict, Verdict::disturbed) << "no clock decides a simulated value";
    found.kind = measure::Kind::measured;
    c.add(found);
    EXPECT_EQ(c.judged().verdict, Verdict::disturbed);
    c.add(metric("timings.e.unmeasurable", 0, 0, 0));
    EXPECT_NE(c.judged().verdict, Verdict::disturbed);
  }
}

TEST(Verdict, APublishedNumberIsShownAsSuch) {
  Case c;
  c.claim.kind = "published";
  EXPECT_EQ(c.judged().verdict, Verdict::published);
}

TEST(Verdict, AClaimThatNoExperimentCanDecideIsNotMeasurableAndNamesWhatOneWouldNeed) {
  Case c;
  c.claim.experiment = "-";
  c.claim.needs = {"tpu-v4"};
  EXPECT_EQ(c.judged().verdict, Verdict::not_measurable);
  EXPECT_THAT(c.judged().reason, HasSubstr("it needs tpu-v4"));
}

TEST(Verdict, AStaleResultIsStaleAndAMissingKeyIsAnError) {
  Case c;
  EXPECT_EQ(c.judged().verdict, Verdict::error);
  c.evidence.stale = {"e"};
  EXPECT_EQ(c.judged().verdict, Verdict::stale);
}

TEST(Verdict, AnAcceptedControlHasNoPowerWhereverTheValueLies) {
  for (const double value : {1.5, 15.0}) {
    Case c;
    c.add(metric("x.q", value, value, value));
    c.add(metric("x.q.control", 1.2, 1.2, 1.2));
    EXPECT_EQ(c.judged().verdict, Verdict::no_power) << value;
    EXPECT_THAT(c.judged().reason, HasSubstr("negative control (nothing done) lies in [1, 2] too"));
  }
}

TEST(Verdict, AControlThatSatisfiesOneOfSeveralConfigurationsHasNoPower) {
  Case c;
  c.claim.accept = {*parse_acceptance("[1, 2]", "here"), *parse_acceptance("[3, 4]", "here")};
  c.add(metric("x.q.1", 1.5, 1.5, 1.5));
  c.add(metric("x.q.2", 9, 9, 9));
  c.add(metric("x.q.control", 3.5, 3.5, 3.5));
  EXPECT_EQ(c.judged().verdict, Verdict::no_power);
}

TEST(Verdict, AControlThatEqualsTheValueHasNoPower) {
  Case c;
  c.add(metric("x.q", 15, 14, 16));
  c.add(metric("x.q.control", 15, 14, 16));
  EXPECT_EQ(c.judged().verdict, Verdict::no_power);
  EXPECT_THAT(c.judged().reason, HasSubstr("equals the value"));
}

TEST(Verdict, AControlThatFailsLikeOneOfSeveralConfigurationsHasPower) {
  Case c;
  c.add(metric("x.q.1", 1.5, 1.5, 1.5));
  c.add(metric("x.q.2", 9, 9, 9));  // as the control
  EXPECT_EQ(c.judged().verdict, Verdict::partial);
}

TEST(Verdict, AMissingControlIsAnError) {
  Case c;
  c.add(metric("x.q", 1.5, 1.5, 1.5));
  c.evidence.results["e"].metrics.erase("x.q.control");
  EXPECT_EQ(c.judged().verdict, Verdict::error);
}

TEST(Acceptance, IsReadAndPrintedInIntervalNotation) {
  for (const char* text : {"[2.5, inf)", "(1, inf)", "[5, 7]", "(-inf, 0.1]"})
    EXPECT_EQ(parse_acceptance(text, "here")->text(), text);
  EXPECT_EQ(parse_acceptance("[4, 4]", "here")->text(), "4");
  EXPECT_EQ(parse_acceptance("[511500000000, inf)", "here")->text(), "[5.115e+11, inf)");
}

TEST(Acceptance, MalformedRegionsAreRejectedWithTheirPosition) {
  for (const char* text : {"", "5", "[5", "[5 7]", "[7, 5]", "(5, 5]", "[a, 2]", "[1, 2, 3]"}) {
    const Result<AcceptanceRegion> region = parse_acceptance(text, "claims.csv:7");
    ASSERT_FALSE(region) << text;
    EXPECT_THAT(region.error().message(), HasSubstr("claims.csv:7")) << text;
  }
}

TEST(Ledger, TheLedgerOfTheProjectIsWellFormed) {
  const Result<std::vector<Claim>> claims = read_claims(std::filesystem::path(VTPU_ROOT) / "data/claims.csv");
  ASSERT_TRUE(claims) << claims.error().message();
  EXPECT_GE(claims->size(), 86u);
}

/// The reader's message about a ledger with this text, which it calls "ledger.csv".
Result<std::vector<Claim>> read_text(const std::string& text) {
  const std::filesystem::path folder =
      std::filesystem::path(testing::TempDir()) / ("ledger_" + std::to_string(::getpid()));
  EXPECT_TRUE(write_file(folder / "ledger.csv", text));
  const Result<std::vector<Claim>> claims = read_claims(folder / "ledger.csv");
  std::filesystem::remove_all(folder);
  return claims;
}

std::string header_and_first_row() {
  const std::string text = *read_file(std::filesystem::path(VTPU_ROOT) / "data/claims.csv");
  return text.substr(0, text.find('\n', text.find('\n') + 1) + 1);
}

/// The first row of the project's ledger with one cell changed.
Result<std::vector<Claim>> read_with(const std::string& from, const std::string& to) {
  std::string text = header_and_first_row();
  text.replace(text.find(from, text.find('\n')), from.size(), to);
  return read_text(text);
}

TEST(Ledger, AClaimWithoutAnExperimentMustSayWhatOneWouldNeed) {
  const Result<std::vector<Claim>> claims = read_with(",core-ops-per-cycle,", ",-,");
  ASSERT_FALSE(claims);
  EXPECT_THAT(claims.error().message(), HasSubstr("neither an experiment nor needs"));
}

TEST(Ledger, AnUnknownKindIsRejectedWithFileLineAndTheNearestWord) {
  const Result<std::vector<Claim>> claims = read_with(",measured,", ",meassured,");
  ASSERT_FALSE(claims);
  EXPECT_THAT(claims.error().message(), HasSubstr("ledger.csv:2: claim 'core.poc', kind"));
  EXPECT_THAT(claims.error().message(), HasSubstr("did you mean 'measured'?"));
}

TEST(Ledger, AnUnknownMeaningIsRejectedWithFileLineAndTheNearestWord) {
  const Result<std::vector<Claim>> claims = read_with(",fact,", ",facts,");
  ASSERT_FALSE(claims);
  EXPECT_THAT(claims.error().message(), HasSubstr("ledger.csv:2: claim 'core.poc', means"));
  EXPECT_THAT(claims.error().message(), HasSubstr("did you mean 'fact'?"));
}

TEST(Ledger, ABoundOfAClaimThatIsNoSearchIsRejected) {
  const Result<std::vector<Claim>> claims = read_with(".control,,,,,", ".control,,,,x.bound,");
  ASSERT_FALSE(claims);
  EXPECT_THAT(claims.error().message(), HasSubstr("a bound_key of a claim that means fact"));
}

TEST(Ledger, AMalformedRegionIsRejectedWithFileAndLine) {
  const Result<std::vector<Claim>> claims = read_with("[2.5, inf)", "at least 2.5");
  ASSERT_FALSE(claims);
  EXPECT_THAT(claims.error().message(), HasSubstr("ledger.csv:2"));
}

TEST(Ledger, AClaimWithoutNegativeControlIsRejected) {
  const Result<std::vector<Claim>> claims = read_with(
      "one long dependence chain in place of independent words,vtpu.core.ops_per_cycle.synthetic.control", ",");
  ASSERT_FALSE(claims);
  EXPECT_THAT(claims.error().message(), HasSubstr("no negative control"));
}

TEST(Ledger, ARepeatedIdIsRejectedWithBothLines) {
  const std::string once = header_and_first_row();
  const Result<std::vector<Claim>> claims = read_text(once + once.substr(once.find('\n') + 1));
  ASSERT_FALSE(claims);
  EXPECT_THAT(claims.error().message(), HasSubstr("ledger.csv:3: found claim 'core.poc' again"));
  EXPECT_THAT(claims.error().message(), HasSubstr("line 2"));
}

}  // namespace
}  // namespace vtpu::artifact
