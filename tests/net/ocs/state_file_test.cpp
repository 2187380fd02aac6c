#include "vtpu/net/ocs/state_file.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "vtpu/base/random.h"
#include "vtpu/net/ocs/builders.h"
#include "vtpu/net/topology/analysis.h"
#include "vtpu/net/topology/ocs_topology.h"

namespace vtpu::net::ocs {
namespace {

const std::string kHeader = "block_side 4\nblocks 68\nshape 4x4x8\nslice 0 1\n";

std::string complaint(const std::string& text) { return parse_ocs_state(text, "s.ocs").error().message(); }

TEST(OcsStateFile, RoundTripsThroughItsText) {
  const OcsLayout layout;
  const Slice slice = *Slice::make(layout, {4, 8, 8}, std::vector<Block>{Block{7}, Block{67}, Block{0}, Block{3}});
  OcsState state(layout);
  ASSERT_TRUE(connect_twisted_torus(state, slice));
  const std::string text = ocs_state_text(state, slice);
  const Result<StateOfSlice> again = parse_ocs_state(text, "s.ocs");
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(again->state, state);
  EXPECT_EQ(again->slice.blocks(), slice.blocks());
  EXPECT_EQ(again->slice.shape(), slice.shape());
  EXPECT_EQ(ocs_state_text(again->state, again->slice), text);
  EXPECT_EQ(distances(*topology::OcsTopology::make(again->state, again->slice, "again")),
            distances(*topology::OcsTopology::make(state, slice, "first")));
}

TEST(OcsStateFile, RoundTripsRandomMatchings) {
  Random random(9);
  const OcsLayout layout{2, 5};
  const Slice slice = *Slice::make(layout, {2, 2, 2});
  for (int i = 0; i < 50; ++i) {
    OcsState state(layout);
    for (int tries = 0; tries < 60; ++tries)
      static_cast<void>(
          state.connect({Ocs(static_cast<int>(random.below(12))), OcsPort(static_cast<int>(random.below(10))),
                         OcsPort(static_cast<int>(random.below(10)))}));
    EXPECT_EQ(parse_ocs_state(ocs_state_text(state, slice), "s.ocs")->state, state);
  }
}

TEST(OcsStateFile, AcceptsCommentsAndEmptyLines) {
  const Result<StateOfSlice> read =
      parse_ocs_state("# found by search\n\n" + kHeader + "z(3,1): 0+ - 1- # one\r\n", "s");
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(read->state.circuits(), (std::vector<Circuit>{{Ocs{2 * 16 + 3 * 4 + 1}, OcsPort{0}, OcsPort{3}}}));
  EXPECT_TRUE(parse_ocs_state(kHeader, "s")->state.circuits().empty());
}

TEST(OcsStateFile, ErrorsNameTheLine) {
  EXPECT_EQ(complaint("block_side 4\nblock 68\n"),
            "s.ocs:2: found 'block'; did you mean 'blocks'?; expected block_side, blocks, shape, slice or a circuit as "
            "x(2,3): 5+ - 6-");
  EXPECT_EQ(complaint(kHeader + "w(0,0): 0+ - 1-\n"),
            "s.ocs:5: found 'w(0,0): 0+ - 1-' at 'w(0,0): 0+ - 1-'; expected the dimension x, y or z");
  EXPECT_EQ(complaint(kHeader + "x(0,0): 0+ = 1-\n"),
            "s.ocs:5: found 'x(0,0): 0+ = 1-' at '= 1-'; expected a circuit as x(2,3): 5+ - 6-");
  EXPECT_EQ(complaint(kHeader + "x(0,4): 0+ - 1-\n"), "s.ocs:5: found face position 4; expected 0 to 3");
  EXPECT_EQ(complaint(kHeader + "x(0,0): 0+ - 68-\n"), "s.ocs:5: found block 68; expected 0 to 67");
  EXPECT_EQ(complaint(kHeader + "x(0,0): 0+ - 1-\nx(0,0): 0+ - 2-\n"),
            "s.ocs:6, OCS state, switch 0: port 0+ is already in 'x(0,0): 0+ - 1-'; expected a dark port");
  EXPECT_EQ(complaint(kHeader + "x(0,0): 0+ - 0+\n").substr(0, 8), "s.ocs:5,");
  EXPECT_EQ(complaint(kHeader + "blocks 3\n"), "s.ocs:5: found 'blocks' again, as on line 2; expected each once");
  EXPECT_EQ(complaint("blocks 68\nx(0,0): 0+ - 1-\n"),
            "s.ocs:2: found no line 'block_side' so far; expected the header");
  EXPECT_EQ(complaint("block_side 0\n"), "s.ocs:1: found '0'; expected a whole number from 1 to 64");
  EXPECT_EQ(complaint("block_side 4\nblocks 68\nshape 4x4x8\nslice 0 0\n"),
            "s.ocs:4, slice 4x4x8: found block 0 twice; expected every block once");
  EXPECT_FALSE(parse_ocs_state("block_side 64\nblocks 1048576\nshape 64x64x64\nslice 0\n", "s.ocs"));
  EXPECT_FALSE(parse_ocs_state("", "s.ocs"));
}

}  // namespace
}  // namespace vtpu::net::ocs
