#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "vtpu/base/result.h"

namespace vtpu::search {

/// A finite group whose elements number the blocks of a slice; 0 is the identity.
class BlockGroup {
 public:
  /// Z_a x Z_b x ...: elements are numbered with the last factor fastest, as blocks are on the grid of a slice.
  /// `orders`: at least one, each ≥ 1.
  static BlockGroup cyclic(std::span<const int> orders);
  /// `table`: times(a, b) at a · order + b. Error: the first violation of the axioms of a group with identity 0.
  static Result<BlockGroup> make(std::string name, std::vector<int> table);

  const std::string& name() const { return name_; }
  int order() const { return order_; }
  int times(int a, int b) const {
    return table_[static_cast<std::size_t>(a) * static_cast<std::size_t>(order_) + static_cast<std::size_t>(b)];
  }
  /// times(a, b) at b · order + a: for each translation b, its target from every element.
  const std::vector<int>& by_translation() const { return by_translation_; }
  int inverse(int a) const { return inverse_[static_cast<std::size_t>(a)]; }

 private:
  BlockGroup(std::string name, int order, std::vector<int> table, std::vector<int> inverse);

  std::string name_;
  int order_;
  std::vector<int> table_;
  std::vector<int> by_translation_;
  std::vector<int> inverse_;
};

}  // namespace vtpu::search
