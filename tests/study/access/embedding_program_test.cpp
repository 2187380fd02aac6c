#include "vtpu/study/access/embedding_program.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "vtpu/base/random.h"
#include "vtpu/exec/interpreter.h"
#include "vtpu/study/access/regions.h"

namespace vtpu::study::access {
namespace {

class EmbeddingProgram : public testing::TestWithParam<std::pair<std::size_t, std::size_t>> {};

TEST_P(EmbeddingProgram, AddsTheRowsOfEveryBag) {
  const auto [lines, bag] = GetParam();
  constexpr std::size_t kRows = 50, kLookups = 192;
  const std::size_t floats = lines * 16;
  exec::Machine machine;
  const EmbeddingRegions regions;
  const auto table = allocate<float>(machine, regions.table, kRows * floats * sizeof(float));
  const auto ids =
      allocate<std::uint32_t>(machine, regions.ids, sizeof(std::uint32_t) * (kLookups + kEmbeddingLinesAhead));
  const auto bags = allocate<float>(machine, regions.bags, kLookups / bag * floats * sizeof(float));
  Random random(lines);
  for (float& x : table) x = static_cast<float>(random.below(16));
  for (std::uint32_t& id : ids) id = static_cast<std::uint32_t>(random.below(kRows) * (lines * 8));
  auto program = isa::ValidProgram::make(embedding_program(lines, kLookups, bag, regions));
  ASSERT_TRUE(program.ok());
  exec::Interpreter interpreter(*program);
  ASSERT_EQ(interpreter.run(machine, machine.spawn()), exec::Status::halted);
  for (std::size_t b = 0; b < kLookups / bag; ++b)
    for (std::size_t k = 0; k < floats; ++k) {
      float sum = 0;
      for (std::size_t i = b * bag; i < (b + 1) * bag; ++i) sum += table[2 * std::size_t{ids[i]} + k];
      ASSERT_EQ(bags[b * floats + k], sum) << "bag " << b << ", element " << k;
    }
}

INSTANTIATE_TEST_SUITE_P(LinesAndBags, EmbeddingProgram,
                         testing::Values(std::pair{1, 32}, std::pair{8, 32}, std::pair{8, 96}, std::pair{3, 192}));

}  // namespace
}  // namespace vtpu::study::access
