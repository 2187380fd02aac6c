// Are the bytes of a run those that its work consists of, at every level and for sizes that do not divide?
#include "settings.h"
#include "vtpu/scenario/run.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "vtpu/base/file.h"
#include "vtpu/net/collective/names.h"
#include "vtpu/net/shape.h"
#include "vtpu/scenario/report.h"

namespace vtpu::scenario {
namespace {

using net::collective::Algorithm;
using net::collective::Collective;
using ::testing::HasSubstr;

constexpr const char* kTraceHeader = "id,source,destination,bytes,after,not_before_ns,compute_ns\n";

CompletionFacts completed(const std::vector<std::string>& settings) {
  const auto done = run(with(settings), {});
  EXPECT_TRUE(done) << done.error().message();
  return done && done->report.completion ? *done->report.completion : CompletionFacts{};
}

/// Bytes that cross from one chip to another, where that follows from the operation alone.
/// 0: it depends on the rounds of the algorithm.
std::uint64_t moved(Collective collective, Algorithm algorithm, std::uint64_t chips, std::uint64_t bytes) {
  const bool blocks_go_once = algorithm == Algorithm::ring || algorithm == Algorithm::bidirectional_ring ||
                              algorithm == Algorithm::bucket || algorithm == Algorithm::direct;
  if (!blocks_go_once) return 0;
  if (collective == Collective::all_reduce && algorithm != Algorithm::direct) return 2 * (chips - 1) * bytes;
  if (collective == Collective::all_gather || collective == Collective::reduce_scatter) return (chips - 1) * bytes;
  return 0;
}

TEST(Bytes, OfEveryCollectiveAreTheSameAtEveryLevelAndAsManyAsTheOperationMoves) {
  for (const char* sides : {"3", "5", "3x4", "4x4"})
    for (const std::uint64_t bytes : {1U, 7U, 1009U})
      for (const Collective collective : net::collective::all_collectives()) {
        if (collective == Collective::sparse_exchange) continue;
        for (const Algorithm algorithm : net::collective::algorithms_of(collective)) {
          std::vector<std::string> settings = {std::string("network.sides=") + sides, "workload.kind=collective",
                                               fmt::format("workload.bytes={}", bytes),
                                               "workload.collective=" + to_string(collective),
                                               "workload.algorithm=" + to_string(algorithm)};
          const std::string name =
              fmt::format("{} {} of {} bytes on {}", to_string(collective), to_string(algorithm), bytes, sides);
          if (const auto possible = run(with(settings), {}); !possible) {
            EXPECT_THAT(possible.error().message(), HasSubstr("workload.algorithm")) << name;
            continue;
          }
          const auto chips = static_cast<std::uint64_t>(net::parse_shape(sides)->count());
          std::uint64_t injected = moved(collective, algorithm, chips, bytes);
          for (const char* level : {"packet", "flit", "flow"}) {
            std::vector<std::string> all = settings;
            all.push_back(std::string("simulation.level=") + level);
            const CompletionFacts done = completed(all);
            if (injected == 0) injected = done.injected_bytes;
            EXPECT_EQ(done.injected_bytes, injected) << name << " at " << level << " level";
            EXPECT_EQ(done.delivered_bytes, injected) << name << " at " << level << " level";
            for (const Bound& bound : done.bounds)
              EXPECT_LE(bound.time_ns, *done.time_ns * 1.000001) << name << " at " << level << ": " << bound.name;
          }
        }
      }
}

TEST(Bytes, OfAnAllToAllAreThoseOfAllPairsAtEveryLevel) {
  for (const auto& [sides, chips] : {std::pair{"3", 3U}, {"5", 5U}, {"3x4", 12U}, {"4x4", 16U}})
    for (const unsigned bytes : {1U, 7U, 1009U})
      for (const char* level : {"flow", "packet", "flit"}) {
        const CompletionFacts done =
            completed({std::string("network.sides=") + sides, "workload.kind=all-to-all",
                       fmt::format("workload.bytes_per_pair={}", bytes), std::string("simulation.level=") + level});
        EXPECT_EQ(done.injected_bytes, std::uint64_t{chips} * (chips - 1) * bytes) << sides << " " << level;
        EXPECT_EQ(done.delivered_bytes, done.injected_bytes) << sides << " " << level;
      }
}

TEST(Bytes, OfTracesAndSparseExchangesAreThoseOfTheirFiles) {
  const std::string file = ::testing::TempDir() + "vtpu_bytes.csv";
  ASSERT_TRUE(
      write_file(file, std::string(kTraceHeader) + "a,0,5,1,,0,0\nb,1,4,7,,0,0\nc,2,2,1009,,0,0\nd,11,0,0,,0,0\n"));
  for (const char* level : {"flow", "packet", "flit"}) {
    const std::string at = std::string("simulation.level=") + level;
    EXPECT_EQ(completed({"network.sides=3x4", "workload.kind=trace", "workload.file=" + file, at}).injected_bytes,
              1017U);
    const std::vector<std::string> sparse = {
        "network.sides=3x4",      "workload.kind=collective",  "workload.collective=sparse-exchange",
        "workload.items=" + file, "workload.algorithm=direct", at};
    EXPECT_EQ(completed(sparse).injected_bytes, 8U) << "an item for its own chip does not move";
  }
}

TEST(Bytes, OfACollectiveWithTooManyMessagesToListAreExactToo) {
  // 16 steps of a ring of 512 chips would be listed; here every chip runs the largest shares.
  const std::vector<std::string> settings = {"network.sides=8x8x8", "workload.kind=collective", "workload.bytes=1009",
                                             "workload.algorithm=ring"};
  const auto done = run(with(settings), {});
  ASSERT_TRUE(done) << done.error().message();
  const CompletionFacts& facts = *done->report.completion;
  EXPECT_EQ(facts.injected_bytes, 2U * 511 * 1009);
  EXPECT_EQ(facts.delivered_bytes, facts.injected_bytes);
  double on_links = 0;
  for (const LinkRow& link : done->report.links) on_links += *link.load;
  EXPECT_GE(on_links, 2.0 * 511 * 1009 * (1 - 1e-9)) << "every message crosses at least one link";
  EXPECT_LE(on_links, 2.0 * 511 * 1009 * 1.5) << "and the ring's neighbours are close";
  for (const Bound& bound : facts.bounds) EXPECT_LE(bound.time_ns, *facts.time_ns * 1.000001) << bound.name;
}

TEST(Bytes, SumsThatDoNotFitAreRefused) {
  const auto refused = [](const std::vector<std::string>& settings) {
    const auto done = run(with(settings), {});
    return done ? "ran" : done.error().message();
  };
  EXPECT_THAT(refused({"network.sides=16x16", "workload.kind=all-to-all", "workload.bytes_per_pair=1000000000000000"}),
              HasSubstr("--set workload.bytes_per_pair: found 1000000000000000 bytes for 256 chips; expected at most"));
  EXPECT_THAT(refused({"network.sides=16x16x16", "workload.kind=collective", "workload.bytes=1000000000000000"}),
              HasSubstr("--set workload.bytes: found 1000000000000000 bytes for 4096 chips; expected at most"));
}

}  // namespace
}  // namespace vtpu::scenario
