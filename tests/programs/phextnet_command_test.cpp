// Does phextnet follow its options, write the requested files, and exit with the documented status?
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "command.h"

namespace vtpu {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* kQuick = " --set simulation.batches=4 --set simulation.period_cycles=200 ";

class PhextnetCommand : public CommandTest {};

TEST_F(PhextnetCommand, RunsWithoutAFileOnDefaultsAndFlags) {
  const Outcome run = shell(std::string("phextnet run -s 4x4 -l 0.1,0.2") + kQuick);
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(run.err, "");
  EXPECT_THAT(run.out, StartsWith("network    torus 4x4: 16 chips, 32 links of 50 GB/s each way, 0 ns\n"));
  EXPECT_THAT(run.out, HasSubstr("GB = 10^9 bytes; half-way ties split evenly"));
}

TEST_F(PhextnetCommand, WritesTheSameBytesForOneThreadAndTwo) {
  const std::string command = std::string("phextnet run -s 4x4 -l 0.1,0.3,0.5") + kQuick;
  ASSERT_EQ(shell(command + "-j 1 --json one.json --csv one.csv").status, 0);
  ASSERT_EQ(shell(command + "-j 2 --json two.json --csv two.csv").status, 0);
  EXPECT_EQ(content("one.json"), content("two.json"));
  EXPECT_EQ(content("one.csv"), content("two.csv"));
  EXPECT_THAT(content("one.csv"), StartsWith("offered,accepted,stable,latency_cycles"));
  const auto written = nlohmann::json::parse(content("one.json"));
  EXPECT_EQ(written.at("curve").at("points").size(), 3U);
  EXPECT_EQ(written.at("links").size(), 64U);
  EXPECT_EQ(written.at("settings").at("network.sides"), "\"4x4\"");
  EXPECT_FALSE(written.contains("cost"));
}

TEST_F(PhextnetCommand, TheCostOfARunIsPrintedOnlyOnRequest) {
  const Outcome run = shell("phextnet run -s 4x4 -w all-to-all --time --json cost.json");
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("\ncost "));
  EXPECT_TRUE(nlohmann::json::parse(content("cost.json")).contains("cost"));
}

TEST_F(PhextnetCommand, OneOutputMayBeStandardOutputInsteadOfTheText) {
  const std::string reconfigure = "cd '" VTPU_ROOT
                                  "/src/vtpu/scenario/examples' && phextnet reconfigure "
                                  "running_job.toml twisted.toml ";
  for (const std::string& command :
       {std::string("phextnet run -s 4x4 -w all-to-all "), std::string("phextnet info -s 4 "),
        std::string("phextnet life --set life.days=1 "), reconfigure}) {
    const Outcome run = shell(command + "--json -");
    EXPECT_EQ(run.status, 0) << run.err;
    EXPECT_TRUE(nlohmann::json::accept(run.out)) << command << run.out;
  }
  EXPECT_THAT(shell("phextnet run -s 4x4 -w all-to-all --csv -").out, StartsWith("link,from,to,failed,bytes"));
  const Outcome both = shell("phextnet run -s 4 -w all-to-all --json - --csv -");
  EXPECT_EQ(both.status, 1);
  EXPECT_THAT(both.err, HasSubstr("found standard output, which is that of output.json"));
}

TEST_F(PhextnetCommand, AFileServesCommandsThatWriteOtherOutputs) {
  put("all.toml", "[output]\ncsv = \"never.csv\"\n");
  EXPECT_EQ(shell("phextnet info all.toml -s 4").status, 0);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "never.csv"));
}

TEST_F(PhextnetCommand, CommandsRefuseKeysThatTheyDoNotRead) {
  for (const std::string command : {"info", "check", "routes"}) {
    const Outcome run = shell("phextnet " + command + " -s 4x4 --set simulation.buffer_flits=3");
    EXPECT_EQ(run.status, 1);
    EXPECT_THAT(run.err, HasSubstr("simulation.buffer_flits: 'phextnet " + command + "' does not read it"));
    EXPECT_EQ(shell("phextnet " + command + " -s 4x4 -l 0.1").status, 2) << "a flag of another command";
  }
}

TEST_F(PhextnetCommand, ANetworkOfTwoBandwidthsRunsAtItsDefaultLevel) {
  const Outcome run = shell(std::string("phextnet run -t island-fat-tree --set network.chips=16 -l 0.1") + kQuick);
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("packet level"));
}

TEST_F(PhextnetCommand, TheCsvOfAWorkloadHasOneRowPerLink) {
  ASSERT_EQ(shell("phextnet run -s 4x4 -w all-to-all --csv links.csv").status, 0);
  EXPECT_THAT(content("links.csv"), StartsWith("link,from,to,failed,bytes,utilisation\n1.1 +x,1.1,2.1,false,"));
}

TEST_F(PhextnetCommand, RejectsARoutingThatCanDeadlockAndShowsTheCycle) {
  const Outcome run = shell("phextnet run -s 4x4 --set routing.dateline=none");
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.out, HasSubstr("diameter 4, 2.1333 hops"));
  EXPECT_THAT(run.out, HasSubstr("more virtual channels do not break it: they all belong to the same class"));
  EXPECT_THAT(run.out, HasSubstr("deadlock-free: routing.dateline = \"plain\" with 2 virtual channels"));
  EXPECT_THAT(run.err, HasSubstr("can deadlock: 1.1 +x class 0, then 2.1 +x class 0, then 3.1 +x class 0, then 4.1 +x "
                                 "class 0, then 1.1 +x class 0"));
  EXPECT_EQ(shell("phextnet check -s 4x4 --set routing.dateline=none").status, 1);
  EXPECT_EQ(shell("phextnet check -s 4x4").status, 0);
  const Outcome info = shell("phextnet info -s 4x4 --set routing.dateline=none");
  EXPECT_EQ(info.status, 0);
  EXPECT_THAT(info.out, HasSubstr("CAN DEADLOCK"));
  EXPECT_EQ(shell(std::string("phextnet run -s 4x4 -l 0.05 --set routing.dateline=none --set "
                              "routing.allow_deadlock=true") +
                  kQuick)
                .status,
            0);
}

TEST_F(PhextnetCommand, ANetworkThatOnlyNeedsMoreVirtualChannelsSaysHowManyAndItsDistances) {
  const std::string few = "-t pentagon -r table --vcs 1";
  for (const char* command : {"phextnet info ", "phextnet run "}) {
    const Outcome done = shell(command + few);
    EXPECT_EQ(done.status, std::string(command) == "phextnet info " ? 0 : 1);
    EXPECT_THAT(done.out, HasSubstr("diameter 2, 1.5000 hops on average"));
    EXPECT_THAT(done.out, HasSubstr("TOO FEW VIRTUAL CHANNELS: 2 would do, routing.vcs = 2"));
  }
  EXPECT_THAT(shell("phextnet check " + few).err, HasSubstr("--set routing.vcs: found 1; expected at least the 2"));
  EXPECT_EQ(shell("phextnet run -t pentagon -r table --vcs 2 -l 0.05" + std::string(kQuick)).status, 0);
}

TEST_F(PhextnetCommand, ARoutingThatCannotBeBuiltLeavesTheDistances) {
  const Outcome info = shell("phextnet info -t pentagon -r e-cube");
  EXPECT_EQ(info.status, 1);
  EXPECT_THAT(info.out, HasSubstr("diameter 2, 1.5000 hops on average"));
  EXPECT_THAT(info.err, HasSubstr("routing.algorithm: found e-cube for torus 5"));
}

TEST_F(PhextnetCommand, ErrorsAreOneLineWithFileLineAndKey) {
  put("bad.toml", "[network]\ntopolgy = \"torus\"\n");
  const Outcome run = shell("phextnet run bad.toml");
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.err, StartsWith("phextnet: bad.toml:2:1: network.topolgy: found key 'topolgy'; did you mean "
                                  "'topology'?; expected one of "));
  EXPECT_EQ(shell("phextnet run none.toml").status, 1);
  EXPECT_EQ(shell("phextnet run -s 4by4").status, 1);
  EXPECT_EQ(shell("phextnet fly").status, 2);
  EXPECT_EQ(shell("phextnet run --fly").status, 2);
  EXPECT_EQ(shell("phextnet").status, 2);
}

TEST_F(PhextnetCommand, PrintsTheRoutingTable) {
  const Outcome run = shell("phextnet routes -s 4x4x4 --from 1.1.1");
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("1.1.1"));
}

TEST_F(PhextnetCommand, RingsArePrintedAsPlacesInBlocksOfAState) {
  const std::string state = " --state " VTPU_ROOT "/data/states/uniform-4x4x8.ocs ";
  const Outcome run = shell("phextnet rings --json" + state);
  ASSERT_EQ(run.status, 0) << run.err;
  const auto rings = nlohmann::json::parse(run.out).at("rings");
  ASSERT_EQ(rings.size(), 3U);
  for (const auto& ring : rings) {
    std::set<std::vector<int>> chips;
    for (const auto& chip : ring) {
      const auto place = chip.get<std::vector<int>>();
      ASSERT_EQ(place.size(), 4U);
      EXPECT_LT(place[0], 2);
      for (const int axis : {1, 2, 3}) EXPECT_LT(place[static_cast<std::size_t>(axis)], 4);
      chips.insert(place);
    }
    EXPECT_EQ(chips.size(), 128U);
    EXPECT_EQ(ring.size(), 128U);
  }
  ASSERT_EQ(shell("phextnet rings" + state + "--json rings.json --out made.rings").status, 0);
  EXPECT_EQ(content("rings.json"), run.out);
  std::ifstream shipped(VTPU_ROOT "/data/states/uniform-4x4x8.rings");
  const std::string text{std::istreambuf_iterator<char>(shipped), {}}, made = content("made.rings");
  EXPECT_EQ(made.substr(made.find("\nchips")), text.substr(text.find("\nchips")))
      << "the shipped rings are those that the command finds";
}

TEST_F(PhextnetCommand, RingsOfOtherNetworksAreNamedByCoordinatesOrNumbers) {
  EXPECT_THAT(shell("phextnet rings -t torus -s 3x3 --json").out, StartsWith("{\"rings\":[[[0,0],["));
  EXPECT_THAT(shell("phextnet rings -t hypercube --set network.dimensions=4 --json").out,
              StartsWith("{\"rings\":[[[0],["));
  EXPECT_THAT(shell("phextnet rings -t twisted-torus -s 4x4x8").out, HasSubstr("rings      3 through all chips"));
  EXPECT_THAT(shell("phextnet rings -t torus -s 4x4x4 --count 1").out, HasSubstr("64 in rings, 128 left over"));
  const Outcome dark = shell("phextnet rings --state " VTPU_ROOT "/data/states/uniform-4x4x8.ocs --dark 'x(1,1)'");
  EXPECT_THAT(dark.out, HasSubstr("128 chips, 382 links\nrings      2 through all chips"));
}

TEST_F(PhextnetCommand, WithoutRingsTheErrorSaysWhetherThereAreNoneOrNoneWasFound) {
  const auto error = [&](const std::string& options) {
    const Outcome run = shell("phextnet rings " + options);
    EXPECT_EQ(run.status, 1) << run.out;
    EXPECT_EQ(run.out, "");
    return run.err;
  };
  EXPECT_THAT(error("-t mesh -s 3x3"), HasSubstr("no rings exist: every link joins one of 5 chips with one of 4"));
  EXPECT_THAT(error("-t mesh -s 4x4 --count 2"), HasSubstr("no 2 rings exist: chip 1.1 has 2 links"));
  EXPECT_THAT(error("-s 4x4 --set faults.chips=1.1"), HasSubstr("chip 1.1 has 0 links"));
  EXPECT_THAT(error("-s 8x8x8 --steps 9"), HasSubstr("no 3 rings found, though there may be some: 9 steps left"));
  EXPECT_THAT(error("-t fat-tree"), HasSubstr("expected a network of chips alone"));
  EXPECT_THAT(error("-s 4x4 --dark 'x(0,0)'"), HasSubstr("--dark: found without a state"));
  const std::string state = "--state " VTPU_ROOT "/data/states/uniform-4x4x8.ocs ";
  EXPECT_THAT(error(state + "--dark 'x(0,4)'"), HasSubstr("expected a switch, x(0,0) to z(3,3)"));
  EXPECT_THAT(error(state + "-t torus"), HasSubstr("found beside network.topology"));
  EXPECT_THAT(error("--state missing.ocs"), StartsWith("phextnet: missing.ocs: "));
}

TEST_F(PhextnetCommand, ItsKeysAreAScenarioThatChangesNothing) {
  const Outcome keys = shell("phextnet keys");
  EXPECT_EQ(keys.status, 0);
  put("all.toml", keys.out);
  EXPECT_EQ(shell("phextnet info all.toml").out, shell("phextnet info").out);
}

TEST_F(PhextnetCommand, AnInterruptGivesTheResultsSoFarAndStatus130) {
  const Outcome run = shell(
      "phextnet run -s 16x16 -l 0.1,0.2,0.3,0.4 --set simulation.batches=10000 -j 1 & pid=$!; sleep 1; kill -INT $pid; "
      "wait $pid");
  EXPECT_EQ(run.status, 130) << run.err;
  EXPECT_THAT(run.out, HasSubstr("PARTIAL"));
}

TEST_F(PhextnetCommand, AnInterruptedSearchForRingsSaysHowFarItCame) {
  const Outcome run = shell("phextnet rings -s 32x32x32 & pid=$!; sleep 1; kill -INT $pid; wait $pid");
  EXPECT_EQ(run.status, 130) << run.err;
  EXPECT_THAT(run.err, HasSubstr("stopped after "));
}

TEST_F(PhextnetCommand, DrawsWithRenderFiguresOrReportsThatItIsMissing) {
  const std::string draw = "phextnet run -s 4x4 -w all-to-all --plot machine.svg";
  if (std::filesystem::exists(VTPU_BUILD "/bin/render_figures")) {
    const Outcome run = shell(draw);
    EXPECT_EQ(run.status, 0) << run.err;
    EXPECT_THAT(content("machine.svg"), HasSubstr("<svg"));
  }
  const Outcome alone = shell("cp \"$(command -v phextnet)\" . && ./" + draw);
  EXPECT_EQ(alone.status, 1);
  EXPECT_THAT(alone.err, HasSubstr("no program"));
  EXPECT_THAT(alone.err, HasSubstr("Python"));
}

}  // namespace
}  // namespace vtpu
