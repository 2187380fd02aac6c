// What a mask removes from a topology, beside a naive removal from a list of links.
#include "vtpu/net/masked_topology.h"

#include <gtest/gtest.h>

#include <iterator>
#include <map>

#include "vtpu/base/random.h"
#include "vtpu/net/network.h"
#include "vtpu/net/topology/all.h"

namespace vtpu::net {
namespace {

using topology::Torus;

template <Topology T>
std::map<Port, Port> links_of(const T& topology) {
  std::map<Port, Port> links;
  for_each_link(topology, [&](Port from, Port to) { links[from] = to; });
  return links;
}

TEST(AMaskedTopology, HasTheLinksThatAreLeftWithTheirNumbers) {
  topology::for_each_example([](const auto& whole) {
    Random random(7);
    MaskedTopology masked(whole);
    std::map<Port, Port> left = links_of(whole);
    ASSERT_FALSE(left.empty()) << whole.name();
    const Chip node(static_cast<int>(random.below(static_cast<std::uint64_t>(node_count(whole)))));
    const Port port = std::next(left.begin(), static_cast<long>(random.below(left.size())))->first;
    masked.remove_link(port);
    masked.remove_node(node);
    masked.remove_link(port);  // has no link any more
    std::erase_if(left, [&](const auto& link) {
      return link.first.chip == node || link.second.chip == node || link.first == port || link.second == port;
    });
    EXPECT_EQ(links_of(masked), left) << whole.name();
    for (const auto& [from, to] : left) {
      EXPECT_EQ(masked.peer(to), from);
      EXPECT_EQ(link_of(masked, from, LinkModel{}), link_of(whole, from, LinkModel{}));
    }
    EXPECT_TRUE(masked.mask().node(node));
    EXPECT_EQ(masked.node_count(), node_count(whole));
    EXPECT_EQ(masked.chip_count(), whole.chip_count());
    EXPECT_EQ(masked.port_count(), whole.port_count());
  });
}

TEST(AMaskedTopology, EqualsTheWholeOneUnderAMaskThatRemovesNothing) {
  const Torus torus{{4, 4, 4}};
  EXPECT_EQ(links_of(MaskedTopology(torus)), links_of(torus));
  EXPECT_EQ(links_of(MaskedTopology(torus, Mask())), links_of(torus));
  EXPECT_FALSE(Mask().any());
  EXPECT_FALSE(MaskedTopology(torus).mask().any());
}

TEST(AMaskedTopology, HasALinkAgainWhenBothOfItsEndsAreBack) {
  const Torus torus{{4, 4}};
  MaskedTopology masked(torus);
  const Port near{Chip(5), PortNumber(0)}, far = torus.peer(near);
  masked.set_end(near, true);
  masked.set_end(far, true);
  masked.set_end(near, false);
  EXPECT_EQ(masked.peer(near), kNoPort);
  EXPECT_EQ(masked.peer(far), kNoPort);
  EXPECT_TRUE(masked.mask().any());
  masked.set_end(far, false);
  masked.set_end(far, false);
  EXPECT_FALSE(masked.mask().any());
  EXPECT_EQ(links_of(masked), links_of(torus));
}

TEST(AMaskedTopology, BecomesANetworkWithTheChannelsThatAreNotMasked) {
  const Torus torus{{4, 4, 4}};
  const Network whole(torus);
  for (const MaskedTopology<Torus>& masked : MaskedTopology<Torus>::examples()) EXPECT_TRUE(masked.mask().any());
  MaskedTopology masked(torus);
  masked.remove_node(Chip(9));
  masked.remove_link({Chip(0), PortNumber(5)});
  const Network left(masked);
  EXPECT_EQ(left.attached_count(), whole.attached_count() - 2 * 6 - 2);
  for (const Channel channel : whole.channels()) EXPECT_EQ(left.attached(channel), !masked.mask().channel(channel));
}

}  // namespace
}  // namespace vtpu::net
