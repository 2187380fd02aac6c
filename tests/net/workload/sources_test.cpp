// Do sources create packets at the rate asked of them, however rare these are, and at the times that single trials give
// where packets are not rare?
#include "vtpu/net/workload/bernoulli_sources.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>

#include "vtpu/base/random.h"
#include "vtpu/net/workload/traffic.h"

namespace vtpu::net::workload {
namespace {

constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

TEST(Sources, DrawTrialByTrialWherePacketsAreNotRare) {
  const Random random(5);
  const Traffic traffic = Traffic::uniform(3, true);
  for (const double offered : {1.0, 0.3, 0.01, 1e-4}) {
    BernoulliSources sources(traffic, offered, 1, random);
    Random trials = random.fork(1).fork(2);
    std::uint64_t cycle = 0;
    for (int packet = 0; packet < 50; ++packet, ++cycle) {
      while (trials.unit() >= offered) ++cycle;
      EXPECT_EQ(sources.next()[Chip(2)], cycle) << offered;
      sources.advance(Chip(2));
    }
  }
}

TEST(Sources, RarePacketsAreAsFarApartAsTheirProbabilitySays) {
  const Traffic traffic = Traffic::uniform(1, true);
  constexpr int kPackets = 40'000;
  for (const double offered : {1e-4, 9.9e-5, 5e-5, 1e-6, 1e-9, 1e-12}) {
    BernoulliSources sources(traffic, offered, 1, Random(9));
    // The gaps of a geometric law have a mean of 1/p and nearly the same standard deviation.
    double longer = 0;
    std::uint64_t before = sources.next()[Chip(0)];
    const std::uint64_t first = before;
    for (int packet = 0; packet < (offered == 1e-4 ? 2'000 : kPackets); ++packet) {
      sources.advance(Chip(0));
      ASSERT_GT(sources.next()[Chip(0)], before);
      longer += static_cast<double>(sources.next()[Chip(0)] - before) > 1 / offered;
      before = sources.next()[Chip(0)];
    }
    const double packets = offered == 1e-4 ? 2'000 : kPackets;
    const double mean = static_cast<double>(before - first) / packets;
    EXPECT_NEAR(mean * offered, 1, 5 / std::sqrt(packets)) << offered;
    EXPECT_NEAR(longer / packets, std::exp(-1), 5 * 0.5 / std::sqrt(packets)) << offered;
  }
}

TEST(Sources, APacketBeyondTheLastCycleNeverComes) {
  const Traffic traffic = Traffic::uniform(4, true);
  for (const double offered : {0.0, 1e-300, std::numeric_limits<double>::denorm_min()}) {
    const BernoulliSources sources(traffic, offered, 1, Random(1));
    for (const std::uint64_t next : sources.next()) EXPECT_EQ(next, kNever) << offered;
    EXPECT_TRUE(sources.all_taken_before(kNever));
  }
}

}  // namespace
}  // namespace vtpu::net::workload
