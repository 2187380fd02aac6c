// Does the guess repeat what followed the last tokens before?
#include <gtest/gtest.h>

#include <vector>

#include "vtpu/model/continuation.h"

namespace vtpu::model {
namespace {

std::vector<int> guess(const std::vector<int>& sequence, std::size_t most) {
  const std::vector<Token> tokens(sequence.begin(), sequence.end());
  std::vector<int> numbers;
  for (const Token token : guess_continuation(tokens, most)) numbers.push_back(token.value());
  return numbers;
}

TEST(Continuation, FollowsTheLastOccurrenceOfTheLongestPattern) {
  EXPECT_EQ(guess({1, 2, 3, 4, 5, 1, 2, 3}, 2), (std::vector<int>{4, 5}));
  EXPECT_EQ(guess({1, 2, 3, 4, 9, 2, 3, 5, 1, 2, 3}, 1), std::vector<int>{4});
  EXPECT_EQ(guess({9, 2, 3, 4, 9, 2, 3, 5, 1, 2, 3}, 3), (std::vector<int>{5, 1, 2}));
  EXPECT_EQ(guess({7, 7, 7, 7}, 5), std::vector<int>{7});
}

TEST(Continuation, IsEmptyWithoutAnEarlierOccurrence) {
  EXPECT_EQ(guess({1, 2, 3, 4}, 5), std::vector<int>{});
  EXPECT_EQ(guess({1, 2}, 5), std::vector<int>{});
  EXPECT_EQ(guess({}, 5), std::vector<int>{});
  EXPECT_EQ(guess({1, 2, 3, 1, 2}, 0), std::vector<int>{});
}

}  // namespace
}  // namespace vtpu::model
