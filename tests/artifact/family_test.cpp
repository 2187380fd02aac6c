// Does the family-wise rule of the ledger do what its source says, and does it separate claims that only hold alone?
#include "vtpu/artifact/family.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vtpu/artifact/ledger.h"

namespace vtpu::artifact {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::Optional;

const AcceptanceRegion kRegion{1, 2, false, false};

measure::Metric metric(double value, double low, double high, std::size_t n) {
  return {"x.q", value, "x", measure::Kind::measured, n, {low, high}, "", {}};
}

TEST(Holm, RejectsTheTwoSmallestOfATextbookExample) {
  EXPECT_THAT(holm({0.01, 0.04, 0.03, 0.005}, 0.05), ElementsAre(true, false, false, true));
}

TEST(Holm, StopsAtTheFirstThatFailsEvenIfALaterOneWouldPass) {
  EXPECT_THAT(holm({0.03, 0.03, 0.04}, 0.05), ElementsAre(false, false, false));
  EXPECT_THAT(holm({0.04}, 0.05), ElementsAre(true));
  EXPECT_THAT(holm({}, 0.05), ElementsAre());
}

TEST(Chance, AnIntervalWhoseEndTouchesTheRegionsEndHasTheIntervalsOwnFivePerCent) {
  EXPECT_THAT(chance_of(metric(1.2, 1.0, 1.4, 100), kRegion), Optional(DoubleNear(0.05, 1e-9)));
  EXPECT_THAT(chance_of(metric(2.2, 2.0001, 2.4, 100), kRegion), Optional(DoubleNear(0.05, 1e-3)));
}

TEST(Chance, TheArmTowardsAnEndOfTheRegionCounts) {
  EXPECT_THAT(chance_of(metric(1.2, 1.0, 1.3, 100), kRegion), Optional(DoubleNear(0.05, 1e-9)));
  EXPECT_LT(*chance_of(metric(1.2, 1.1, 1.6, 100), kRegion), 0.002);
}

TEST(Chance, FewSamplesCannotExcludeChance) {
  EXPECT_THAT(chance_of(metric(1.5, 1.49, 1.51, 3), kRegion), Optional(0.25));
  EXPECT_THAT(chance_of(metric(1.5, 1.49, 1.51, 1), kRegion), Optional(1.0));
}

TEST(Chance, AValueWithoutSpreadHasNoneAndAStraddlingIntervalDecidesNothing) {
  EXPECT_THAT(chance_of(metric(1.5, 1.5, 1.5, 1), kRegion), Optional(0.0));
  EXPECT_EQ(chance_of(metric(1.1, 0.9, 1.3, 20), kRegion), std::nullopt);
}

/// Claims that each accept [1, 2], with these metrics.
std::vector<Judged> ledger(const std::vector<measure::Metric>& found) {
  Claim claim;
  claim.kind = "measured";
  claim.means = "fact";
  claim.quantity = "x.q";
  claim.experiment = "e";
  claim.accept = {kRegion};
  claim.control = "nothing done";
  claim.control_key = "x.q.control";
  std::vector<Judged> judged;
  for (const measure::Metric& one : found) {
    Evidence evidence;
    evidence.experiments = {"e"};
    evidence.results["e"].metrics = {{"x.q", one}, {"x.q.control", metric(9, 9, 9, 1)}};
    judged.push_back(judge(claim, evidence));
  }
  judge_family(judged);
  return judged;
}

TEST(Family, AClaimThatHoldsAloneMayNotStandInALargeLedger) {
  const measure::Metric close = metric(1.23, 1.03, 1.43, 100);
  EXPECT_EQ(ledger({close})[0].family, Family::stands);
  const std::vector<Judged> many = ledger({close, close, close, metric(1.5, 1.49, 1.51, 100)});
  EXPECT_EQ(many[0].verdict, Verdict::reproduced) << "its own verdict remains";
  EXPECT_EQ(many[0].family, Family::falls);
  EXPECT_EQ(many[3].family, Family::stands);
  EXPECT_EQ(count_family(many).members, 4);
  EXPECT_EQ(count_family(many).stand, 1);
}

TEST(Family, ExactAndUndecidedClaimsAreNoMembers) {
  const std::vector<Judged> judged = ledger({metric(1.5, 1.5, 1.5, 1), metric(1.1, 0.9, 1.3, 20)});
  EXPECT_EQ(judged[0].family, Family::exact);
  EXPECT_EQ(judged[1].family, Family::undecided);
  EXPECT_EQ(count_family(judged).members, 0);
}

}  // namespace
}  // namespace vtpu::artifact
