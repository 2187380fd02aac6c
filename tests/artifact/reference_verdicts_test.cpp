// The shipped results of quick and full runs: may quick runs differ in a verdict, and do the documents say what the
// full run found?
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "shell.h"
#include "vtpu/artifact/ledger.h"
#include "vtpu/artifact/reference.h"
#include "vtpu/artifact/values.h"
#include "vtpu/artifact/verify.h"
#include "vtpu/base/file.h"

namespace vtpu::artifact {
namespace {

const std::filesystem::path kProject = VTPU_ROOT;

/// The shipped results of a mode as evidence, on a host that meets every need.
Evidence shipped(measure::Mode mode, const std::vector<Claim>& claims) {
  const auto set = ReferenceSet::open(kProject, mode);
  EXPECT_TRUE(set);
  Evidence evidence;
  for (const Claim& claim : claims) {
    evidence.experiments.insert(claim.experiment);
    for (const std::string& need : claim.needs) evidence.host_has[need] = true;
  }
  for (const std::string& experiment : evidence.experiments)
    if (const auto result = set->load_any(experiment)) evidence.results[experiment] = *result;
  return evidence;
}

/// Whether the results hold all that judging the claim needs.
bool has_keys(const Claim& claim, const Evidence& evidence) {
  const auto& metrics = evidence.results.at(claim.experiment).metrics;
  const auto quantity = metrics.lower_bound(claim.quantity);
  return quantity != metrics.end() && quantity->first.starts_with(claim.quantity) &&
         metrics.contains(claim.control_key) && (claim.bound_key.empty() || metrics.contains(claim.bound_key));
}

TEST(ReferenceVerdicts, QuickAndFullRunsAgreeOnEveryVerdictThatNoClockDecides) {
  const auto claims = read_claims(kProject / "data/claims.csv");
  ASSERT_TRUE(claims) << claims.error().message();
  const Evidence quick = shipped(measure::Mode::quick, *claims), full = shipped(measure::Mode::full, *claims);
  int compared = 0;
  for (const Claim& claim : *claims) {
    if (claim.kind != "simulated" && claim.kind != "computed") continue;
    if (!quick.results.contains(claim.experiment) || !full.results.contains(claim.experiment)) continue;
    // A claim that is newer than the reference set lacks keys in it; `make verify` reports each such key.
    if (!has_keys(claim, quick) && !has_keys(claim, full)) continue;
    const Judged in_quick = judge(claim, quick), in_full = judge(claim, full);
    ++compared;
    EXPECT_EQ(name_of(in_quick.verdict), name_of(in_full.verdict))
        << claim.id << "\n  quick: " << in_quick.reason << "\n  full: " << in_full.reason;
    EXPECT_NE(in_full.verdict, Verdict::error) << claim.id << ": " << in_full.reason;
  }
  EXPECT_GT(compared, 20);
}

TEST(ReferenceVerdicts, ResultsDifferFromTheSetOfTheOtherModeAndFromAnotherValueOnly) {
  const auto claims = read_claims(kProject / "data/claims.csv");
  ASSERT_TRUE(claims) << claims.error().message();
  std::map<std::string, measure::ResultFile> results = shipped(measure::Mode::quick, *claims).results;
  const auto differ = [&](measure::Mode mode, bool as_if_equal) {
    const auto count = values_that_differ(results, kProject, mode, as_if_equal);
    EXPECT_TRUE(count && *count);
    return count && *count ? **count : 0;
  };
  EXPECT_EQ(differ(measure::Mode::quick, false), 0u);
  EXPECT_GT(differ(measure::Mode::full, true), 100u);
  results.at("net-topology").metrics.at("net.active_chips").value += 1;
  EXPECT_EQ(differ(measure::Mode::quick, false), 1u);
  EXPECT_FALSE(values_that_differ(results, kProject / "no-project", measure::Mode::quick, false).value().has_value());
  EXPECT_FALSE(values_that_differ({}, kProject, measure::Mode::quick, false).value().has_value());
}

TEST(ReferenceVerdicts, SimulatedIntervalsOfTheTwistClaimsComeFromTwentySeeds) {
  for (const measure::Mode of_mode : {measure::Mode::quick, measure::Mode::full}) {
    const std::string mode = choice_name(of_mode);
    const auto set = ReferenceSet::open(kProject, of_mode);
    ASSERT_TRUE(set) << set.error().message();
    const auto result = set->load_deterministic("net-alltoall");
    ASSERT_TRUE(result) << result.error().message();
    for (const std::string slice : {"4x4x8", "4x8x8"}) {
      const measure::Metric& gain = result->metrics.at("net.alltoall.twist_gain_" + slice);
      EXPECT_GE(gain.n, 20u) << mode << " " << slice;
      EXPECT_THAT(gain.method, testing::HasSubstr("95 % interval")) << mode << " " << slice;
      EXPECT_LT(gain.value, result->metrics.at("net.alltoall.twist_gain_bound_" + slice).value) << mode << " " << slice;
    }
  }
}

/// Runs the paper's filter of judgements over documents, with the verdicts of the shipped full run. Claims that the
/// shipped results do not decide, because they are older, agree with every word.
Ended judge_documents(const std::filesystem::path& root, const std::vector<std::string>& documents) {
  const auto claims = read_claims(kProject / "data/claims.csv");
  EXPECT_TRUE(claims) << claims.error().message();
  const Evidence full = shipped(measure::Mode::full, *claims);
  std::vector<Judged> judged;
  for (const Claim& claim : *claims) {
    judged.push_back(judge(claim, full));
    const bool recorded = claim.experiment == "-" || full.results.contains(claim.experiment);
    if (!recorded || judged.back().verdict == Verdict::error) judged.back().verdict = Verdict::stale;
  }
  std::string pattern = (std::filesystem::temp_directory_path() / "documents-XXXXXX").string();
  const std::filesystem::path folder = mkdtemp(pattern.data());
  std::string text;
  for (const std::string& name : documents)
    text += "\n\n```{=section-file}\n" + name + "\n```\n\n" + read_file(root / name).value();
  EXPECT_TRUE(write_file(folder / "values.lua", values_lua(0, measure::Mode::full, {}, {}, judged, {}, {})));
  EXPECT_TRUE(write_file(folder / "documents.md", text));
  const std::string at = "='" + folder.string() + "' ";
  const Ended ended =
      run("env VTPU_PAPER_BUILD" + at + "VTPU_PAPER_RESULTS" + at + "VTPU_PAPER_ROOT" + at + "VTPU_PAPER_SECTIONS='" +
          root.string() + "' pandoc --from markdown --metadata document=yes " +
          "--lua-filter '" VTPU_ROOT "/paper/filters/judgements.lua' --to native --output /dev/null '" +
          folder.string() + "/documents.md'");
  std::filesystem::remove_all(folder);
  return ended;
}

TEST(ReferenceVerdicts, DocumentsJudgeClaimsByTheirIdsAndAgreeWithTheFullRun) {
  std::vector<std::string> documents = {"README.md", "ARTIFACT.md", "data/README.md", "data/published/README.md"};
  for (const auto& entry : std::filesystem::directory_iterator(kProject / "docs"))
    if (entry.path().extension() == ".md") documents.push_back("docs/" + entry.path().filename().string());
  std::sort(documents.begin(), documents.end());
  const Ended ended = judge_documents(kProject, documents);
  EXPECT_EQ(ended.status, 0) << ended.output;
}

TEST(ReferenceVerdicts, ADocumentThatDisagreesOrNamesNoClaimIsFoundWithItsLine) {
  std::string pattern = (std::filesystem::temp_directory_path() / "page-XXXXXX").string();
  const std::filesystem::path folder = mkdtemp(pattern.data());
  ASSERT_TRUE(write_file(
      folder / "page.md",
      "# Page\n\nThe mean of `net.hops.3d` is confirmed.\n\nOur model confirms\nthis.\n\n| claims | expected "
      "|\n|---|---|\n| net.chips, net.hops.2d | reproduced |\n| net.hops.2d | refuted |\n"));
  const Ended ended = judge_documents(folder, {"page.md"});
  std::filesystem::remove_all(folder);
  EXPECT_NE(ended.status, 0);
  for (const char* found :
       {"paper: 3 problem(s)",
        "page.md:3, section \"Page\": found \"confirmed\" of the claim net.hops.3d, whose verdict is \"refuted\"",
        "page.md:5, section \"Page\": found \"confirms\", which judges, without a claim",
        "found \"reproduced\" of the claim net.hops.2d, whose verdict is \"refuted\""})
    EXPECT_THAT(ended.output, testing::HasSubstr(found));
}

}  // namespace
}  // namespace vtpu::artifact
