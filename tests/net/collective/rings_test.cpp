// Does the proof of rings reject every ring that is none, and does the file of rings name what is wrong in it?
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "vtpu/base/random.h"
#include "vtpu/net/collective/check_schedule.h"
#include "vtpu/net/collective/disjoint_rings.h"
#include "vtpu/net/collective/ring_file.h"
#include "vtpu/net/collective/to_workload.h"
#include "vtpu/net/network.h"
#include "vtpu/net/packet/ring_all_reduce.h"
#include "vtpu/net/packet/run_packets.h"
#include "vtpu/net/routing/table.h"
#include "vtpu/net/topology/torus.h"

namespace vtpu::net::collective {
namespace {

using testing::HasSubstr;

Ring ring_of(std::vector<int> numbers) {
  Ring ring;
  for (const int number : numbers) ring.push_back(Chip(number));
  return ring;
}

/// Two rings of the 3x3 torus, chip number 3·x + y.
const std::vector<Ring> kTwo = {ring_of({0, 1, 2, 5, 3, 4, 7, 8, 6}), ring_of({0, 3, 6, 7, 1, 4, 5, 8, 2})};
const char* const kTwoText = "chips 9\nring\nyyxyyxyyx\nring\nxxyxxyxxy\n";

Network torus() { return Network(topology::Torus{{3, 3}}); }

std::string refusal(const std::vector<Ring>& rings) {
  const auto proof = check_rings(torus(), rings);
  return proof ? "accepted" : proof.error().message();
}

TEST(CheckRings, AcceptsRingsThatVisitEveryChipOnceAndShareNoLink) { EXPECT_EQ(refusal(kTwo), "accepted"); }

TEST(CheckRings, NamesTheStepThatIsWrong) {
  EXPECT_THAT(refusal({ring_of({0, 1, 2, 5, 3, 4, 7, 8})}), HasSubstr("ring 1: found 8 chips; expected all 9"));
  EXPECT_THAT(refusal({kTwo[0], ring_of({0, 1, 2, 5, 3, 4, 7, 8, 8})}),
              HasSubstr("ring 2, step 9: found chip 3.3 again"));
  EXPECT_THAT(refusal({ring_of({0, 1, 2, 5, 3, 4, 8, 7, 6})}), HasSubstr("step 6: found no link from chip 2.2"));
  EXPECT_THAT(refusal({ring_of({0, 1, 2, 5, 3, 4, 7, 8, 9})}), HasSubstr("step 9: found chip number 9"));
  EXPECT_THAT(refusal({kTwo[0], kTwo[0]}), HasSubstr("ring 2, step 1: found the link from chip 1.1 to chip 1.2 again"));
}

TEST(CheckRings, CountsParallelLinksAsOftenAsTheyAre) {
  const Network pair(topology::Torus{{2}});
  EXPECT_TRUE(check_rings(pair, {ring_of({0, 1})}));
  EXPECT_FALSE(check_rings(pair, {ring_of({0, 1}), ring_of({0, 1})}));
}

TEST(CheckRings, EveryExchangeOfTwoChipsIsRejected) {
  const auto proof_of = [](const Ring& ring) { return check_rings(torus(), {ring, kTwo[1]}).ok(); };
  ASSERT_TRUE(proof_of(kTwo[0]));
  for (std::size_t a = 0; a < kTwo[0].size(); ++a)
    for (std::size_t b = 0; b < a; ++b) {
      Ring ring = kTwo[0];
      std::swap(ring[a], ring[b]);
      EXPECT_FALSE(proof_of(ring)) << a << " and " << b;
    }
}

TEST(RingFile, IsReadAsTheRingsThatWereWritten) {
  const auto text = rings_text(torus(), kTwo);
  ASSERT_TRUE(text) << text.error().message();
  const auto again = parse_rings(*text, "again", torus());
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(*again, kTwo);
}

TEST(RingFile, ErrorsNameLineAndColumn) {
  const auto error = [](const std::string& text) {
    const auto rings = parse_rings(text, "f", torus());
    return rings ? std::string("accepted") : rings.error().message();
  };
  EXPECT_EQ(error(kTwoText), "accepted");
  EXPECT_THAT(error(""), HasSubstr("f: found no ring; expected a line 'chips' and rings"));
  EXPECT_THAT(error("chips 8\n"), HasSubstr("f:1: found 8 chips; expected 'chips 9' for torus 3x3"));
  EXPECT_THAT(error("chips 9\nyy\n"), HasSubstr("f:2: found 'yy'; expected 'ring'"));
  EXPECT_THAT(error("chips 9\nring\nyyxqyxyyx\n"), HasSubstr("f:3:4: found 'q'"));
  EXPECT_THAT(error("chips 9\nring\n  yyz\n"), HasSubstr("f:3:5: found 'z'"));
  EXPECT_THAT(error("chips 9\nring\nyyxyyxyyxx\n"), HasSubstr("f:3:10: found one more step"));
  EXPECT_THAT(error("chips 9\nring\nyyxyyxyyy\n"), HasSubstr("f:3: found a ring that ends at chip 3.2"));
  EXPECT_THAT(error("chips 9\nring\nyyyyyyyyy\n"), HasSubstr("f, ring 1, step 4: found chip 1.1 again"));
  EXPECT_THAT(error("chips 9\nring\nyyx\n"), HasSubstr("found 3 chips; expected all 9"));
}

TEST(RingFile, EveryOtherLetterIsRejected) {
  const std::string text = kTwoText;
  for (std::size_t at = text.find("ring") + 5; at < text.size(); ++at) {
    if (text.substr(at, 4) == "ring") at += 5;
    for (const char letter : {'x', 'X', 'y', 'Y', 'z', '#'}) {
      if (text[at] == letter || text[at] == '\n') continue;
      std::string changed = text;
      changed[at] = letter;
      EXPECT_FALSE(parse_rings(changed, "changed", torus())) << at << " " << letter;
    }
  }
}

TEST(RingAllReduce, TakesAsLongAsItsScheduleAndMovesTheSameBytes) {
  const Network network(topology::Torus{{3, 3}}, LinkModel{50, 500});
  packet::Config config;
  const std::uint64_t bytes = 9 * 4 * 5000;
  const auto run = packet::run_ring_all_reduce(network, kTwo, {bytes, 1}, config);
  ASSERT_TRUE(run) << run.error().message();
  workload::Workload both;
  std::vector<Chip> chips;
  for (const Chip chip : network.chips()) chips.push_back(chip);
  for (const Ring& ring : kTwo) {
    const auto schedule = ring_all_reduce(ring);
    ASSERT_TRUE(schedule);
    EXPECT_TRUE(check_schedule(*schedule));
    append_to(both, *schedule, bytes / 2, chips);
  }
  const auto routing = routing::TableRouting::make(network, routing::Split::even);
  const auto reference = packet::run_packets(network, *routing, both, config);
  ASSERT_TRUE(reference);
  EXPECT_DOUBLE_EQ(run->time_ns, reference->time_ns);
  EXPECT_EQ(run->channel_bytes, reference->channel_bytes);
}

TEST(RingAllReduce, PiecesHideTheLatencyOfLinksAndPacketsOfAnyLengthGiveTheSameTime) {
  const Network network(topology::Torus{{3, 3}}, LinkModel{50, 500});
  const std::uint64_t bytes = 1 << 22;
  const double bound = 2.0 * 8 / 9 * bytes / 4 / 50;
  const auto time = [&](int pieces, int packet_bytes) {
    packet::Config config;
    config.packet_bytes = packet_bytes;
    return packet::run_ring_all_reduce(network, kTwo, {bytes, pieces}, config)->time_ns;
  };
  EXPECT_NEAR(time(1, 1 << 18), bound + 16 * 500, 1);
  EXPECT_NEAR(time(2, 1 << 18), bound + 500, 1);
  EXPECT_NEAR(time(2, 4096), time(2, 1 << 18), 1);
}

TEST(RingAllReduce, RefusesWhatItCannotRun) {
  const auto error = [](const std::vector<Ring>& rings, const packet::RingAllReduce& all_reduce) {
    const auto run = packet::run_ring_all_reduce(torus(), rings, all_reduce, {});
    return run ? std::string("accepted") : run.error().message();
  };
  EXPECT_THAT(error({}, {1 << 20, 1}), HasSubstr("rings: found none"));
  EXPECT_THAT(error({kTwo[0], kTwo[0]}, {1 << 20, 1}), HasSubstr("ring 2, step 1"));
  EXPECT_THAT(error(kTwo, {1 << 20, 0}), HasSubstr("pieces: found 0"));
  EXPECT_THAT(error(kTwo, {35, 1}), HasSubstr("buffer: found 35 bytes; expected 36"));
  EXPECT_EQ(error(kTwo, {36, 1}), "accepted");
}

}  // namespace
}  // namespace vtpu::net::collective
