// Can every negative control fail? A control that is a constant whatever the experiment does shows nothing.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <regex>
#include <string>
#include <vector>

#include "vtpu/artifact/ledger.h"
#include "vtpu/artifact/reference.h"
#include "vtpu/base/file.h"
#include "vtpu/measure/result_file.h"

namespace vtpu::artifact {
namespace {

const std::filesystem::path kRoot = VTPU_ROOT;

using measure::Metric;
using Metrics = std::map<std::string, Metric>;

/// Why controls in a source are constants by construction: a literal, an empty input, a number over itself.
std::vector<std::string> constant_controls(const std::string& source) {
  static const std::regex kConstant(
      R"re("[^"]*\.control",\s*([-+]?[0-9][-+.0-9'eE]*|\w+\(""[^)]*\)|\w+\([^)"]*"no-[^)]*\)|(\w+) / \2)\s*,)re");
  std::vector<std::string> found;
  for (std::sregex_iterator one(source.begin(), source.end(), kConstant), end; one != end; ++one)
    found.push_back((*one)[1]);
  return found;
}

bool spreads(const Metric& metric) { return metric.ci.low < metric.ci.high; }

/// The metrics of a claim's quantity, without its control.
std::vector<const Metric*> values_of(const Claim& claim, const Metrics& metrics) {
  std::vector<const Metric*> values;
  for (const auto& [key, metric] : metrics)
    if (key == claim.quantity || (key.starts_with(claim.quantity + ".") && key != claim.control_key))
      values.push_back(&metric);
  if (metrics.contains(claim.quantity)) values = {&metrics.at(claim.quantity)};
  return values;
}

/// What is wrong with a claim's control, judged by one result; empty if nothing is.
std::string idle(const Claim& claim, const Metrics& metrics) {
  const auto control = metrics.find(claim.control_key);
  const auto values = values_of(claim, metrics);
  if (control == metrics.end() || values.empty()) return "";
  const double value = control->second.value;
  bool all_spread = true;
  for (const Metric* one : values) {
    // Different work can reach the end of a range, such as a probability of 0.
    if (one->value == value && value != 0 && value != 1) return "equals the configuration " + one->key;
    all_spread = all_spread && spreads(*one);
  }
  if (all_spread && !spreads(control->second)) return "is the same in every draw, and the values are not";
  return "";
}

TEST(Controls, NoneIsAConstantByConstruction) {
  std::vector<std::filesystem::path> sources{kRoot / "src/vtpu/artifact/paper_metrics.cpp"};
  for (const auto& entry : std::filesystem::directory_iterator(kRoot / "experiments"))
    if (entry.path().extension() == ".cpp") sources.push_back(entry.path());
  for (const auto& path : sources) EXPECT_EQ(constant_controls(*read_file(path)), std::vector<std::string>{}) << path;
}

TEST(Controls, ConstantsAreFoundInASource) {
  EXPECT_EQ(constant_controls(R"(record("a.control", 0, "x"); run("b.control", 1e10, "y"); f("c.control", words(""), u);
      f("d.control", in(build / "no-sections"), u); f("e.control", rows / rows, u); f("f.control", rows / more, u);
      f("g.control", count(spares), u);)"),
            (std::vector<std::string>{"0", "1e10", "words(\"\")", "in(build / \"no-sections\")", "rows / rows"}));
}

TEST(Controls, NoneRepeatsAConfigurationOrIgnoresTheSeed) {
  const auto claims = read_claims(kRoot / "data/claims.csv");
  ASSERT_TRUE(claims.ok()) << claims.error().message();
  const auto set = ReferenceSet::open(kRoot, measure::Mode::quick);
  ASSERT_TRUE(set) << set.error().message();
  int judged = 0;
  for (const Claim& claim : *claims) {
    const auto result = set->load_any(claim.experiment);
    if (!result) continue;  // an open or published claim, or one about the paper
    EXPECT_EQ(idle(claim, result->metrics), "") << claim.id << ": " << claim.control;
    ++judged;
  }
  EXPECT_GT(judged, 50);
}

TEST(Controls, RepeatedConfigurationsAndConstantsAreFound) {
  Claim claim;
  claim.quantity = "q";
  claim.control_key = "q.control";
  const auto metric = [](const std::string& key, double value, double half) {
    return std::pair{key, Metric{key, value, "", measure::Kind::simulated, 5, {value - half, value + half}, "", {}}};
  };
  EXPECT_EQ(idle(claim, {metric("q.a", 3, 0), metric("q.b", 2, 0), metric("q.control", 2, 0)}),
            "equals the configuration q.b");
  EXPECT_EQ(idle(claim, {metric("q", 3, 0.1), metric("q.control", 1, 0)}),
            "is the same in every draw, and the values are not");
  EXPECT_EQ(idle(claim, {metric("q", 3, 0.1), metric("q.control", 1, 0.2)}), "");
  EXPECT_EQ(idle(claim, {metric("q.a", 0, 0), metric("q.b", 2, 0), metric("q.control", 0, 0)}), "");
}

TEST(Controls, AClaimStatesTheKindOfItsValues) {
  const auto claims = read_claims(kRoot / "data/claims.csv");
  ASSERT_TRUE(claims.ok()) << claims.error().message();
  const auto set = ReferenceSet::open(kRoot, measure::Mode::quick);
  ASSERT_TRUE(set) << set.error().message();
  int compared = 0;
  for (const Claim& claim : *claims) {
    const auto result = set->load_any(claim.experiment);
    if (!result) continue;  // an open or published claim, or one about the paper
    // What follows from a model or a structure is computed.
    const std::string expected = claim.kind == "structural" || claim.kind == "modelled" ? "computed" : claim.kind;
    for (const Metric* one : values_of(claim, result->metrics)) {
      EXPECT_EQ(measure::name_of(one->kind), expected) << claim.id << ": " << one->key;
      ++compared;
    }
  }
  EXPECT_GT(compared, 100);
}

}  // namespace
}  // namespace vtpu::artifact
