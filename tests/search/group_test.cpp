#include "vtpu/search/block_group.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "vtpu/search/families.h"

namespace vtpu::search {
namespace {

bool commutes(const BlockGroup& group) {
  for (int a = 0; a < group.order(); ++a)
    for (int b = 0; b < group.order(); ++b)
      if (group.times(a, b) != group.times(b, a)) return false;
  return true;
}

int involutions(const BlockGroup& group) {
  int count = 0;
  for (int a = 1; a < group.order(); ++a) count += group.times(a, a) == 0;
  return count;
}

TEST(BlockGroup, NumbersAProductOfCyclicGroupsAsBlocksOnAGrid) {
  const BlockGroup group = BlockGroup::cyclic(std::vector<int>{2, 3});
  EXPECT_EQ(group.order(), 6);
  EXPECT_EQ(group.name(), "Z2 x Z3");
  EXPECT_EQ(group.times(1 * 3 + 2, 1 * 3 + 2), 0 * 3 + 1);
  EXPECT_EQ(group.inverse(1 * 3 + 1), 1 * 3 + 2);
  for (int a = 0; a < 6; ++a)
    for (int b = 0; b < 6; ++b)
      EXPECT_EQ(group.by_translation()[static_cast<std::size_t>(b * 6 + a)], group.times(a, b));
}

TEST(BlockGroup, RejectsATableThatIsNotAGroup) {
  EXPECT_NE(BlockGroup::make("short", {0, 1, 1}).error().message().find("square"), std::string::npos);
  EXPECT_NE(BlockGroup::make("far", {0, 1, 1, 2}).error().message().find("0 to 1"), std::string::npos);
  EXPECT_NE(BlockGroup::make("and", {0, 1, 1, 1}).error().message().find("no inverse"), std::string::npos);
  EXPECT_NE(BlockGroup::make("shifted", {1, 0, 0, 1}).error().message().find("identity"), std::string::npos);
}

TEST(Families, DihedralAndQuaternionGroupsDifferInTheirInvolutions) {
  const BlockGroup dihedral = *metacyclic(4, 2, 3, 0), quaternion = *metacyclic(4, 2, 3, 2);
  EXPECT_FALSE(commutes(dihedral));
  EXPECT_FALSE(commutes(quaternion));
  EXPECT_EQ(involutions(dihedral), 5);
  EXPECT_EQ(involutions(quaternion), 1);
  EXPECT_TRUE(commutes(*metacyclic(4, 2, 1, 0)));
}

TEST(Families, RelationsThatCollapseTheGroupAreRejected) {
  EXPECT_NE(metacyclic(4, 2, 2, 0).error().message().find("k^b = 1"), std::string::npos);
  EXPECT_FALSE(metacyclic(4, 2, 3, 1));
  EXPECT_FALSE(metacyclic(0, 2, 1, 0));
}

TEST(Families, AProductContainsBothFactors) {
  const BlockGroup both = product(*metacyclic(3, 2, 2, 0), BlockGroup::cyclic(std::vector<int>{2}));
  EXPECT_EQ(both.order(), 12);
  EXPECT_EQ(both.times(1, 1), 0);
  EXPECT_EQ(involutions(both), 3 + 1 + 3);
}

TEST(Families, ListsAllGroupsOfSmallOrdersOnce) {
  // 1, 1, 1, 2, 1, 2, 1, 5 groups of orders 1 to 8
  const std::vector<std::size_t> known = {1, 1, 1, 2, 1, 2, 1, 5};
  for (int order = 1; order <= 8; ++order) {
    const std::vector<BlockGroup> groups = groups_of_order(order);
    EXPECT_EQ(groups.size(), known[static_cast<std::size_t>(order - 1)]) << order;
    std::set<std::string> names;
    for (const BlockGroup& group : groups) {
      EXPECT_EQ(group.order(), order);
      EXPECT_TRUE(names.insert(group.name()).second);
    }
  }
  EXPECT_GE(groups_of_order(16).size(), 10u);
}

}  // namespace
}  // namespace vtpu::search
