#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "vtpu/base/random.h"

namespace vtpu::measure {

/// An element of a linked list.
struct Node {
  std::uint64_t value;
  const Node* next;
};

/// Data of the ten loops. The numbers are small integers, so that sums in double are exact in any order.
struct OrdinaryData {
  static constexpr std::size_t kCount = 1024;
  static constexpr std::size_t kSide = 24;   // rows and columns of the matrices
  static constexpr std::size_t kGroup = 32;  // elements sorted at a time

  std::vector<std::uint64_t> left, right, sorted, scratch = std::vector<std::uint64_t>(kCount);
  std::vector<double> x, y, z = std::vector<double>(kCount);
  std::vector<Node> nodes;
  const Node* head = nullptr;
  std::string text;
  std::array<std::uint32_t, 256> bins{};

  explicit OrdinaryData(Random random);
  OrdinaryData(const OrdinaryData&) = delete;  // the list points into `nodes`
  OrdinaryData& operator=(const OrdinaryData&) = delete;
};

/// One loop of ordinary code: plain C++ over data in L1 or L2.
///
/// An op is a load or store of an array element or field, an arithmetic or logical operation, a comparison, or a
/// selection on data. Ops are counted in the source text, whatever instructions they become. Address arithmetic and
/// loop control are not ops. `control` counts loop control separately: two for each iteration of a loop with a counter
/// (step, test), one for each iteration of a loop without (test).
struct OrdinaryLoop {
  const char* name;
  std::uint64_t (*run)(OrdinaryData&);
  double ops;      ///< in one run
  double control;  ///< loop control in one run
  std::uint64_t answer;
};

/// The ten loops. Each `answer` is computed by another method than its loop.
std::vector<OrdinaryLoop> ordinary_loops(OrdinaryData& data);

}  // namespace vtpu::measure
