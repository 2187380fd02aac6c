// Are results compared with references of their host's class only, and do only sound results become references?
#include "vtpu/artifact/reference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "vtpu/artifact/verify.h"
#include "vtpu/base/file.h"
#include "vtpu/measure/provenance.h"

namespace vtpu::artifact {
namespace {

namespace fs = std::filesystem;
using measure::Kind;
using measure::Mode;
using measure::ResultFile;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr const char* kClass = "amd-25-17-kvm-32K-1M-32M-3.5GHz";

/// The record of a quiet run on a made-up host.
nlohmann::ordered_json quiet_run(double ghz = 3.5, const std::string& family = "25 model 17 stepping 1") {
  measure::Host host;
  host.vendor = "AuthenticAMD";
  host.family = family;
  host.virtualised = true;
  host.hypervisor = "kvm";
  host.caches = {
      {1, "Data", 32 << 10, 64, 8, "0"}, {2, "Unified", 1 << 20, 64, 8, "0"}, {3, "Unified", 32 << 20, 64, 16, "0-1"}};
  const nlohmann::ordered_json look = {{"load", 1.9},
                                       {"steal", 0.05},
                                       {"core_ghz", ghz},
                                       {"calibration_jitter", 0.001},
                                       {"competing", nlohmann::ordered_json::array()},
                                       {"warnings", nlohmann::ordered_json::array()}};
  return {{"commit", "0123456789abcdef"},
          {"dirty", "no"},
          {"host", measure::to_json(host)},
          {"before", look},
          {"during", {{"other_load", 0.01}, {"steal", 0.0}}},
          {"after", look}};
}

/// `measured`: the values m0, m1, …, each with an interval of ± 1.
ResultFile result_with(const std::string& experiment, double computed, const std::vector<double>& measured = {}) {
  ResultFile result;
  result.experiment = experiment;
  result.seed = 1;
  result.metrics["c"] = {"c", computed, "x", Kind::computed, 1, {computed, computed}, "", {}};
  for (std::size_t i = 0; i < measured.size(); ++i) {
    const std::string key = "m" + std::to_string(i);
    const double value = measured[i];
    result.metrics[key] = {key,    value, "ns", Kind::measured, 20, {value - 1, value + 1}, "median of 20 processes",
                           {value}};
  }
  result.provenance = quiet_run().dump();
  return result;
}

class References : public testing::Test {
 protected:
  References()
      : root_(fs::path(testing::TempDir()) / ("reference_" + std::to_string(::getpid()) + "_" +
                                              testing::UnitTest::GetInstance()->current_test_info()->name())) {
    fs::remove_all(root_);
  }
  ~References() override { fs::remove_all(root_); }

  void save(const ResultFile& result) { ASSERT_TRUE(measure::save(result, root_ / "results/json")); }
  Recording record(const std::vector<std::string>& experiments) {
    const Result<Recording> recording = record_reference(root_, Mode::quick, 1, experiments);
    EXPECT_TRUE(recording) << recording.error().message();
    return recording.value_or({});
  }
  /// Saves the results and makes them references.
  void refer(const std::vector<ResultFile>& results) {
    std::vector<std::string> names;
    for (const ResultFile& result : results) {
      save(result);
      names.push_back(result.experiment);
    }
    const Recording recording = record(names);
    for (const Error& objection : recording.objections) ADD_FAILURE() << objection.message();
  }
  Comparison verified() {
    const Result<Comparison> comparison = verify(root_, Mode::quick);
    EXPECT_TRUE(comparison) << comparison.error().message();
    return comparison.value_or({});
  }
  /// The only objection, as text.
  std::string objection(const std::vector<std::string>& experiments) {
    const Recording recording = record(experiments);
    EXPECT_THAT(recording.objections, SizeIs(1));
    EXPECT_FALSE(fs::exists(root_ / "data/reference/quick")) << "nothing is written after an objection";
    return recording.objections.empty() ? "" : recording.objections.front().message();
  }
  /// Changes the record of a saved run.
  template <class Change>
  void record_of(ResultFile result, const Change& change) {
    auto json = nlohmann::ordered_json::parse(result.provenance);
    change(json);
    result.provenance = json.dump();
    save(result);
  }

  fs::path root_;
};

// ---- make verify

TEST_F(References, OverlappingIntervalsOfTheSameClassAgree) {
  refer({result_with("e", 1, {5, 7})});
  ResultFile fresh = result_with("e", 1, {6.9, 7});
  fresh.provenance = quiet_run(3.7).dump();
  save(fresh);
  const Comparison comparison = verified();
  EXPECT_TRUE(comparison.agrees());
  EXPECT_EQ(comparison.report(), std::string("deterministic: 1 of 1 values and tables equal in every bit\n"
                                             "measured: class ") +
                                     kClass + ": 2 of 2 intervals overlap (100.0 %), 0 values have no interval\n");
}

TEST_F(References, DisjointIntervalsOfTheSameClassAreListedAndFail) {
  refer({result_with("e", 1, {5, 7})});
  save(result_with("e", 1, {7.1, 7}));
  const Comparison comparison = verified();
  EXPECT_FALSE(comparison.agrees());
  EXPECT_THAT(comparison.disjoint, ElementsAre("e: m0: found [6.1, 8.1] ns; reference [4, 6]"));
  EXPECT_THAT(comparison.report(), AllOf(HasSubstr("disjoint: e: m0: found"), HasSubstr("1 of 2 intervals overlap")));
}

TEST_F(References, OneDisjointIntervalOfTwentyIsListedAndPassesButNotTwo) {
  std::vector<double> values(20, 5);
  refer({result_with("e", 1, values)});
  values[3] = 9;
  save(result_with("e", 1, values));
  EXPECT_THAT(verified().disjoint, SizeIs(1));
  EXPECT_TRUE(verified().agrees());
  values[4] = 1;
  save(result_with("e", 1, values));
  EXPECT_THAT(verified().disjoint, SizeIs(2));
  EXPECT_FALSE(verified().agrees());
}

TEST_F(References, MeasuredValuesOfAnotherClassAreNotComparedAndBothClassesAreNamed) {
  refer({result_with("e", 1, {5, 7})});
  for (const auto& [run, name] : {std::pair(quiet_run(3.5, "26 model 2 stepping 1"), "amd-26-2-kvm-32K-1M-32M-3.5GHz"),
                                  std::pair(quiet_run(4.42), "amd-25-17-kvm-32K-1M-32M-4.4GHz")}) {
    ResultFile fresh = result_with("e", 1, {500, 700});
    fresh.provenance = run.dump();
    save(fresh);
    const Comparison comparison = verified();
    EXPECT_TRUE(comparison.agrees());
    EXPECT_EQ(comparison.intervals, 0u);
    EXPECT_THAT(comparison.report(), HasSubstr(std::string("measured: class ") + name +
                                               ": 2 values not compared; the reference set has " + kClass + "\n"));
  }
}

TEST_F(References, DeterministicValuesMustBeEqualOnEveryClass) {
  refer({result_with("e", 1)});
  ResultFile fresh = result_with("e", 1 + 1e-15);
  fresh.provenance = quiet_run(3.5, "26 model 2 stepping 1").dump();
  save(fresh);
  EXPECT_FALSE(verified().agrees());
  EXPECT_THAT(verified().differences, ElementsAre(HasSubstr("e: c: found 1.000000000000001")));
}

TEST_F(References, AValueOfOneSampleHasNoIntervalAndIsNotCompared) {
  ResultFile reference = result_with("e", 1, {5});
  reference.metrics["m0"].n = 1;
  refer({reference});
  save(result_with("e", 1, {50}));
  EXPECT_EQ(verified().intervals, 0u);
  EXPECT_EQ(verified().without_interval, 1u);
  EXPECT_TRUE(verified().agrees());
}

TEST_F(References, AMeasuredKeyThatOnlyOneSideHasIsADifference) {
  refer({result_with("e", 1, {5, 7})});
  save(result_with("e", 1, {5}));
  EXPECT_THAT(verified().differences, ElementsAre("e: m1: is missing"));
  EXPECT_FALSE(verified().agrees());
}

TEST_F(References, EachResultIsComparedWithTheClassOfItsOwnRun) {
  refer({result_with("e", 1, {5}), result_with("f", 1, {5})});
  ResultFile other = result_with("f", 1, {500});
  other.provenance = quiet_run(4.42).dump();
  save(result_with("e", 1, {5}));
  save(other);
  const Comparison comparison = verified();
  EXPECT_EQ(comparison.overlapping, 1u);
  EXPECT_THAT(comparison.report(),
              AllOf(HasSubstr("1 of 1 intervals overlap"), HasSubstr("4.4GHz: 1 values not compared")));
}

TEST_F(References, WithoutTheResultOfAnExperimentVerifyNamesTheFile) {
  refer({result_with("e", 1)});
  fs::remove_all(root_ / "results");
  const Result<Comparison> comparison = verify(root_, Mode::quick);
  ASSERT_FALSE(comparison);
  EXPECT_THAT(comparison.error().message(), HasSubstr("results/json/e.json"));
}

// ---- artifact reference

TEST_F(References, AreStoredOnceForAllHostsAndByClass) {
  refer({result_with("e", 1, {5}), result_with("f", 2)});
  ResultFile other = result_with("e", 1, {9});
  other.provenance = quiet_run(3.5, "26 model 2 stepping 1").dump();
  ResultFile without_values = result_with("f", 2);
  without_values.provenance = other.provenance;
  refer({other, without_values});
  const Result<ReferenceSet> set = ReferenceSet::open(root_, Mode::quick);
  ASSERT_TRUE(set);
  EXPECT_THAT(set->experiments(), ElementsAre("e", "f"));
  EXPECT_THAT(set->classes(), ElementsAre(testing::Pair(kClass, ElementsAre("e", "f")),
                                          testing::Pair("amd-26-2-kvm-32K-1M-32M-3.5GHz", ElementsAre("e", "f"))));
  EXPECT_EQ(set->load("e", kClass)->metrics.at("m0").value, 5);
  EXPECT_TRUE(fs::exists(root_ / "data/reference/quick/e.json"));
}

TEST_F(References, OfTheSameClassReplaceTheOldOnesAndTheirFolderKeepsItsName) {
  refer({result_with("e", 1, {5}), result_with("gone", 1, {5})});
  ResultFile faster = result_with("e", 1, {9});
  faster.provenance = quiet_run(3.7).dump();
  refer({faster});
  const Result<ReferenceSet> set = ReferenceSet::open(root_, Mode::quick);
  ASSERT_TRUE(set);
  EXPECT_THAT(set->experiments(), ElementsAre("e"));
  EXPECT_THAT(set->classes(), ElementsAre(testing::Pair(kClass, ElementsAre("e"))));
  EXPECT_EQ(set->load("e", kClass)->metrics.at("m0").value, 9);
}

TEST_F(References, KeepValuesAndIntervalsButNotSamples) {
  refer({result_with("e", 1, {5})});
  const std::string text = *read_file(root_ / "data/reference/quick" / kClass / "e.run.json");
  EXPECT_THAT(text, Not(HasSubstr("samples\"")));
  EXPECT_THAT(text, Not(HasSubstr("samples_sha256")));
  const Result<ReferenceSet> set = ReferenceSet::open(root_, Mode::quick);
  ASSERT_TRUE(set);
  const Result<ResultFile> stored = set->load("e", kClass);
  ASSERT_TRUE(stored) << stored.error().message();
  const measure::Metric& metric = stored->metrics.at("m0");
  EXPECT_EQ(metric.value, 5);
  EXPECT_EQ(metric.n, 20u);
  EXPECT_EQ(metric.ci.low, 4);
  EXPECT_EQ(metric.method, "median of 20 processes");
}

TEST(WithoutSamples, PutsEachMetricAndEachRowOfALongTableOnOneLine) {
  nlohmann::ordered_json run = {{"metrics", {{{"key", "a"}, {"samples", {1.5, 2}}}}}, {"tables", {{{"rows", {}}}}}};
  for (int i = 0; i < 100; ++i) run["tables"][0]["rows"].push_back({"row", 0.1 * i});
  const Result<std::string> text = without_samples(run.dump());
  ASSERT_TRUE(text);
  EXPECT_EQ(nlohmann::json::parse(*text).at("tables"), nlohmann::json(run.at("tables")));
  EXPECT_THAT(*text, HasSubstr("\n \"metrics\": [{\"key\":\"a\"}],\n"));
  EXPECT_THAT(*text, HasSubstr("\n    [\"row\",0.1],\n"));
  EXPECT_FALSE(without_samples("[]"));
}

TEST_F(References, AreRefusedWhenAnExperimentHasNoResult) {
  save(result_with("e", 1, {5}));
  EXPECT_THAT(objection({"e", "f", "g"}),
              HasSubstr("found no result of f, g; expected one of each of the 3 experiments"));
}

TEST_F(References, AreRefusedFromUncommittedSources) {
  record_of(result_with("e", 1, {5}), [](auto& json) { json["dirty"] = "yes"; });
  EXPECT_EQ(objection({"e"}), "uncommitted changes: found yes (e); expected no");
}

TEST_F(References, AreRefusedFromSeveralCommits) {
  save(result_with("e", 1, {5}));
  record_of(result_with("f", 1), [](auto& json) { json["commit"] = "fedcba9876543210"; });
  EXPECT_EQ(objection({"e", "f"}), "commit: found 0123456789ab (e); fedcba987654 (f); expected results of one commit");
}

TEST_F(References, AreRefusedFromAnotherModeOrSeed) {
  ResultFile result = result_with("e", 1);
  result.mode = Mode::full;
  save(result);
  EXPECT_EQ(objection({"e"}), "mode: found full (e); expected quick");
  result = result_with("e", 1);
  result.seed = 2;
  save(result);
  EXPECT_EQ(objection({"e"}), "seed: found 2 (e); expected 1");
}

TEST_F(References, AreRefusedFromSeveralClasses) {
  save(result_with("e", 1, {5}));
  record_of(result_with("f", 1, {5}), [](auto& json) { json = quiet_run(4.42); });
  EXPECT_THAT(objection({"e", "f"}), AllOf(HasSubstr("host class: found"), HasSubstr("3.5GHz (e)"),
                                           HasSubstr("4.4GHz (f)"), HasSubstr("expected one class")));
}

TEST_F(References, WithoutMeasuredValuesMayComeFromAnyClassAndANoisyMachine) {
  save(result_with("e", 1, {5}));
  record_of(result_with("f", 1), [](auto& json) {
    json = quiet_run(4.42);
    json["during"]["other_load"] = 1.5;
  });
  EXPECT_THAT(record({"e", "f"}).objections, IsEmpty());
}

TEST_F(References, AreRefusedFromAMachineThatWasNotQuiet) {
  const auto refused_after = [&](const auto& change) {
    record_of(result_with("e", 1, {5}), change);
    return objection({"e"});
  };
  EXPECT_EQ(refused_after([](auto& json) { json["during"]["other_load"] = 0.5; }),
            "e: found other processes kept 0.50 processors busy during the run; expected a quiet machine");
  EXPECT_THAT(refused_after([](auto& json) { json["during"]["steal"] = 0.02; }),
              HasSubstr("the hypervisor gives 2.0 %"));
  EXPECT_THAT(refused_after([](auto& json) { json["before"]["competing"] = {"compiler (12)"}; }),
              HasSubstr("before the run, other processes are running: compiler (12)"));
  EXPECT_THAT(refused_after([](auto& json) {
                json["before"]["calibration_jitter"] = 0.05;
                json["after"]["calibration_jitter"] = 0.04;
              }),
              HasSubstr("after the run, the core clock differs by 4.0 %"));
  EXPECT_THAT(refused_after([](auto& json) { json["after"]["core_ghz"] = 4.42; }),
              HasSubstr("the core clock was 3.50 GHz before the run and 4.42 GHz after it"));
}

TEST_F(References, MayComeFromARunWithOneUnsteadyLookAtTheClock) {
  record_of(result_with("e", 1, {5}), [](auto& json) { json["before"]["calibration_jitter"] = 0.04; });
  EXPECT_THAT(record({"e"}).objections, IsEmpty());
}

TEST_F(References, AreRefusedWithValuesThatAreNotMeasurableNow) {
  ResultFile result = result_with("e", 1, {5});
  result.metrics["m0"].method = "median of 20 processes; not measurable now: 9 of 9 timings discarded";
  save(result);
  EXPECT_EQ(objection({"e"}),
            "e: found 1 values that are not measurable now, such as m0; expected enough undisturbed timings");
}

TEST_F(References, AreRefusedWithEveryReasonAtOnce) {
  record_of(result_with("e", 1, {5}), [](auto& json) {
    json["dirty"] = "yes";
    json["during"]["other_load"] = 0.5;
  });
  EXPECT_THAT(record({"e", "f"}).objections, SizeIs(3));
}

// ---- the shipped set

TEST(ShippedReferences, EveryFileIsReadAndEachClassFolderHoldsOneClass) {
  for (const Mode mode : {Mode::quick, Mode::full}) {
    const Result<ReferenceSet> set = ReferenceSet::open(VTPU_ROOT, mode);
    ASSERT_TRUE(set) << set.error().message();
    for (const std::string& experiment : set->experiments())
      EXPECT_TRUE(set->load_any(experiment)) << choice_name(mode) << ": " << experiment;
    for (const auto& [name, experiments] : set->classes()) {
      std::optional<measure::HostClass> first;
      for (const std::string& experiment : experiments) {
        const Result<ResultFile> result = set->load(experiment, name);
        ASSERT_TRUE(result) << name << ": " << result.error().message();
        const Result<measure::RunRecord> run = measure::read_provenance(result->provenance);
        ASSERT_TRUE(run) << name << ": " << experiment << ": " << run.error().message();
        if (std::none_of(result->metrics.begin(), result->metrics.end(),
                         [](const auto& entry) { return entry.second.kind == Kind::measured; }))
          continue;
        if (!first) first = run->host;
        const bool alike =
            run->host.ghz > 0 ? measure::same_class(*first, run->host) : first->name() == run->host.name();
        EXPECT_TRUE(alike) << name << ": " << experiment << ": " << run->host.name();
      }
    }
  }
}

}  // namespace
}  // namespace vtpu::artifact
