// Does a scenario hold the settings of its file and flags, and does every error give its place and the expected values?
#include "vtpu/scenario/scenario.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "vtpu/base/file.h"
#include "vtpu/base/random.h"
#include "vtpu/base/text.h"
#include "vtpu/scenario/keys.h"

namespace vtpu::scenario {
namespace {

using ::testing::HasSubstr;

std::string error_of(const std::string& toml) {
  const auto read = parse_scenario(toml, "net.toml");
  if (!read) return read.error().message();
  const auto right = check(*read);
  return right ? "none" : right.error().message();
}

TEST(Scenario, AnEmptyFileHasEveryDefault) {
  const auto read = parse_scenario("", "net.toml");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->network.topology, TopologyKind::torus);
  EXPECT_EQ(read->network.bandwidth_gbytes_per_s, 50);
  EXPECT_TRUE(read->given.empty());
  EXPECT_TRUE(check(*read));
}

TEST(Scenario, EveryDefaultIsWithinItsLimitsAndSurvivesARoundTrip) {
  Scenario scenario;
  for (const Key& key : keys()) {
    EXPECT_TRUE(check_limits(key, scenario, key.full())) << key.full();
    const auto read = parse_scenario("[" + key.section + "]\n" + key.name + " = " + value_text(key, scenario), "own");
    ASSERT_TRUE(read) << read.error().message();
    EXPECT_EQ(value_text(key, *read), value_text(key, scenario)) << key.full();
  }
}

TEST(Scenario, EveryConditionNamesAKeyAndItsWords) {
  for (const Key& key : keys()) {
    if (key.when.key.empty()) continue;
    const Key* other = find_key(key.when.key);
    ASSERT_NE(other, nullptr) << key.full();
    if (other->limits.words.empty()) continue;
    for (const std::string& word : key.when.words)
      EXPECT_THAT(other->limits.words, ::testing::Contains(word)) << key.full();
  }
}

TEST(Scenario, KeysAndListsOfAnyDepthAreRefusedWithTheirPlace) {
  const auto repeated = [](const std::string& text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) all += text;
    return all;
  };
  const std::string dotted = "found a key of more than 16 parts; expected section.key";
  EXPECT_EQ(error_of("a" + repeated(".b", 40000) + " = 1"), "net.toml:1:32: " + dotted);
  EXPECT_EQ(error_of("x = 1\n[a" + repeated(" . 'b.c'", 40000) + "]"), "net.toml:2:124: " + dotted);
  EXPECT_EQ(error_of("x = {\"\"\"\n.\n\"\"\" = 1, a" + repeated(".\"b\\\".\"", 40000) + " = 1}").substr(0, 11),
            "net.toml:3:");
  for (const std::string& deep : {"x = " + repeated("[", 100000), "x = " + repeated("{a = ", 100000),
                                  "x = " + repeated("[{a.b.c.d.e.f = ", 100000), repeated("[a.b.c]\n", 2)})
    EXPECT_THAT(error_of(deep), ::testing::StartsWith("net.toml:"));
  EXPECT_THAT(error_of("[network" + repeated(".b", 15) + "]"), HasSubstr("found key 'b'"));
  EXPECT_EQ(error_of("# a" + repeated(".b", 100) + "\n[network]\nsides = \"4\"  # " + repeated("a.", 50)), "none");
}

TEST(Scenario, ASizeWithAnotherUnitIsRefusedWithTheUnits) {
  EXPECT_EQ(
      error_of("[workload]\nkind = \"all-to-all\"\nbytes_per_pair = \"64 KB\""),
      "net.toml:3:18: workload.bytes_per_pair: found unit 'KB' in '64 KB'; expected a number of bytes, alone or with "
      "B, "
      "kB, MB, GB, TB (powers of 1000) or KiB, MiB, GiB, TiB (powers of 1024), as 65536, \"64 KiB\" or \"1.5 GB\"");
}

TEST(Scenario, HoldsTheSettingsOfTheFile) {
  const auto read = parse_scenario(
      "[network]\ntopology = \"twisted-torus\"\nsides = \"4x4x8\"\nlatency_ns = 20\n"
      "[workload]\nkind = \"all-to-all\"\nbytes_per_pair = \"64 KiB\"\n[faults]\nchips = [\"1.1.1\"]\n",
      "net.toml");
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(read->network.sides, "4x4x8");
  EXPECT_EQ(read->network.latency_ns, 20);
  EXPECT_EQ(read->workload.bytes_per_pair.count, 65536U);
  EXPECT_EQ(read->faults.chips, Texts{"1.1.1"});
  EXPECT_EQ(read->where("network.sides"), "net.toml:3:9: network.sides");
  EXPECT_EQ(read->where("network.file"), "network.file (default)");
  EXPECT_TRUE(check(*read));
}

TEST(Scenario, FilesAreRelativeToTheFileThatNamesThem) {
  const auto read =
      parse_scenario("[network]\ntopology = \"graph\"\nfile = \"ring.graphml\"\n", "some/folder/net.toml");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->network.file.path, std::filesystem::path("some/folder/ring.graphml"));
}

TEST(Scenario, AFlagOverridesTheFile) {
  auto read = parse_scenario("[network]\nsides = \"4x4\"\n", "net.toml");
  ASSERT_TRUE(read);
  ASSERT_TRUE(set(*read, "network.sides=8x8"));
  ASSERT_TRUE(set(*read, "traffic.loads=0.1, 0.25"));
  ASSERT_TRUE(set(*read, "workload.bytes=1.5 GB"));
  EXPECT_EQ(read->network.sides, "8x8");
  EXPECT_EQ(read->traffic.loads, (Numbers{0.1, 0.25}));
  EXPECT_EQ(read->workload.bytes.count, 1'500'000'000U);
  EXPECT_EQ(read->where("network.sides"), "--set network.sides");
}

TEST(ScenarioErrors, AnUnknownKeyOrSectionNamesTheNearest) {
  EXPECT_EQ(error_of("[network]\ntopolgy = \"torus\"\n"),
            "net.toml:2:1: network.topolgy: found key 'topolgy'; did you mean 'topology'?; expected one of topology, "
            "sides, dimensions, chips, radix, file, ignore, bandwidth_gbytes_per_s, latency_ns");
  EXPECT_THAT(error_of("[netwrk]\n"),
              HasSubstr("net.toml:1:2: netwrk: found section 'netwrk'; did you mean 'network'?"));
  EXPECT_THAT(error_of("seed = 1\n"), HasSubstr("net.toml:1:1: seed: found section 'seed'"));
  EXPECT_THAT(error_of("network = 1\n"), HasSubstr("found a whole number; expected a section, [network]"));
  Scenario scenario;
  EXPECT_EQ(
      set(scenario, "network.side=4").error().message(),
      "--set network.side: found key 'network.side'; did you mean 'network.sides'?; expected a key that 'phextnet "
      "keys' lists");
  EXPECT_THAT(set(scenario, "sides").error().message(), HasSubstr("expected section.key=value"));
}

TEST(ScenarioErrors, AnUnknownNameOfAnEnumerationNamesTheNearest) {
  EXPECT_EQ(error_of("[network]\ntopology = \"tours\"\n"),
            "net.toml:2:12: network.topology: found 'tours'; did you mean 'torus'?; expected one of " +
                join(choice_names<TopologyKind>(), ", "));
}

TEST(Scenario, TheWordsOfATopologysKeysAreTheRowsThatReadThem) {
  for (const Key& key : keys())
    if (key.section == "network" && !key.when.key.empty()) {
      EXPECT_EQ(key.when.key, "network.topology") << key.full();
      EXPECT_FALSE(key.when.words.empty()) << key.full() << ": no row of topologies.def reads it";
    }
}

TEST(ScenarioErrors, AWrongTypeGivesTheFoundAndTheExpectedType) {
  EXPECT_EQ(error_of("[simulation]\nseed = \"one\"\n"),
            "net.toml:2:8: simulation.seed: found a text; expected whole number of 0..9000000000000000");
  EXPECT_THAT(error_of("[routing]\nvcs = 2.5\n"), HasSubstr("found a number; expected whole number of 1..32"));
  EXPECT_THAT(error_of("[traffic]\nloads = [0.1, \"x\"]\n"), HasSubstr("found a list; expected list of numbers"));
  EXPECT_THAT(error_of("[traffic]\nloads = 0.1\n"), HasSubstr("found a number; expected list of numbers"));
  EXPECT_THAT(error_of("[routing]\nallow_deadlock = 1\n"), HasSubstr("expected true or false"));
  EXPECT_THAT(error_of("[workload]\nbytes = \"3 bananas\"\n"),
              HasSubstr("found unit 'bananas' in '3 bananas'; expected a number of bytes"));
  EXPECT_THAT(error_of("[network]\nsides = 2020-01-01\n"), HasSubstr("found a date or time; expected text"));
}

TEST(ScenarioErrors, AValueOutOfRangeNamesTheRange) {
  EXPECT_EQ(error_of("[routing]\nvcs = 0\n"), "net.toml:2:7: routing.vcs: found 0; expected whole number of 1..32");
  EXPECT_THAT(error_of("[network]\nlatency_ns = nan\n"), HasSubstr("found nan"));
  EXPECT_THAT(error_of("[network]\nlatency_ns = -1.0\n"), HasSubstr("found -1"));
  EXPECT_THAT(error_of("[traffic]\nloads = [0.1, 65]\n"), HasSubstr("found 65; expected list of numbers of 0..64"));
  EXPECT_THAT(error_of("[workload]\nkind = \"collective\"\nbytes = 0\n"), HasSubstr("found 0; expected bytes of 1.."));
}

TEST(ScenarioErrors, SettingsThatContradictEachOtherNameBoth) {
  EXPECT_EQ(error_of("[network]\ntopology = \"hypercube\"\nsides = \"4x4\"\n"),
            "net.toml:3:9: network.sides: has no meaning with network.topology = \"hypercube\"; "
            "expected network.topology = torus or mesh or twisted-torus");
  EXPECT_THAT(error_of("[traffic]\npattern = \"uniform\"\n[workload]\nkind = \"trace\"\nfile = \"x\"\n"),
              HasSubstr("traffic.pattern: has no meaning with workload.kind = \"trace\""));
  EXPECT_THAT(error_of("[traffic]\nloads = [0.2, 0.1]\n"), HasSubstr("expected positive loads that rise"));
  EXPECT_THAT(error_of("[traffic]\nloads = []\n"), HasSubstr("found no loads"));
  EXPECT_THAT(error_of("[network]\ntopology = \"graph\"\n"),
              HasSubstr("network.file (default): found no file name; expected the name of a file"));
}

TEST(ScenarioErrors, InvalidTomlIsAnErrorAtItsPlace) {
  EXPECT_THAT(error_of("[network\n"), HasSubstr("net.toml:1:9: found invalid TOML: "));
  EXPECT_THAT(error_of("[network]\nsides = \"4\"\nsides = \"5\"\n"), HasSubstr("net.toml:3:"));
  EXPECT_THAT(read_scenario("no/such/file.toml").error().message(), HasSubstr("no/such/file.toml"));
}

TEST(Keys, EveryKeyIsInTheTextAndInTheTable) {
  const std::string text = keys_text();
  const std::string table = keys_markdown();
  for (const Key& key : keys()) {
    EXPECT_THAT(text, HasSubstr("\n#" + key.name + " = "));
    EXPECT_THAT(table, HasSubstr("| `" + key.full() + "` |"));
    EXPECT_FALSE(key.meaning.empty());
  }
}

TEST(Keys, TheTableOfThePageIsTheTableOfTheKeys) {
  const std::filesystem::path file = std::filesystem::path(VTPU_ROOT) / "src/vtpu/scenario/README.md";
  const std::string page = read_file(file).value();
  EXPECT_NE(page.find("\n" + keys_markdown()), std::string::npos)
      << "replace the table of " << file << " by what 'phextnet keys --markdown' prints";
}

TEST(ScenarioFuzz, MutatedFilesEndWithAScenarioOrAnError) {
  std::vector<std::string> corpus;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(VTPU_ROOT) / "src/vtpu/scenario/examples"))
    if (entry.path().extension() == ".toml") corpus.push_back(read_file(entry.path()).value());
  corpus.push_back(keys_text());
  Random random(1);
  for (int i = 0; i < 4000; ++i) {
    std::string text = corpus[random.below(corpus.size())];
    const std::uint64_t edits = 1 + random.below(6);
    for (std::uint64_t e = 0; e < edits && !text.empty(); ++e) {
      const std::size_t at = random.below(text.size());
      switch (random.below(4)) {
        case 0: text.insert(at, 1, static_cast<char>(random.below(256))); break;
        case 1: text.erase(at, 1 + random.below(8)); break;
        case 2: text[at] = static_cast<char>(random.below(128)); break;
        default: text.insert(at, text.substr(random.below(text.size()), random.below(24))); break;
      }
    }
    const auto read = parse_scenario(text, "fuzz");
    if (read)
      static_cast<void>(check(*read));
    else
      EXPECT_FALSE(read.error().message().empty());
    Scenario scenario;
    static_cast<void>(set(scenario, text.substr(0, random.below(64))));
    static_cast<void>(
        set(scenario, keys()[random.below(keys().size())].full() + "=" + text.substr(0, random.below(16))));
  }
}

}  // namespace
}  // namespace vtpu::scenario
