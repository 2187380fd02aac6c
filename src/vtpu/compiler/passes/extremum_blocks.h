#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "vtpu/compiler/ir/ir.h"

namespace vtpu::compiler::passes {

/// A vector loop that finds an extremum and its place, in blocks. Keeping the best of every lane takes one op for each
/// vector, but keeping its iteration number, too, takes three. In blocks, the numbers are kept once per block. After
/// the loop, the block that holds the extremum is searched for its first place.
class ExtremumBlocks {
 public:
  /// Places of the carried values in the vector loop: the best lanes, their numbers, and the lanes' iteration numbers.
  struct Carried {
    std::size_t best = 0, index = 0, numbers = 0;
  };
  /// None if the loop does more than that, if its loads are not affine, or if it has no whole number of blocks.
  static std::optional<ExtremumBlocks> of(const ir::Module& module, const ir::Loop& vector_loop, Carried carried,
                                          std::int64_t lanes);

  /// The loop over the blocks; its constants are appended to `front`. Its `index` is the number of the first element of
  /// the block, plus the lane.
  ir::Loop loop(ir::Module& module, std::vector<ir::Node>& front) const;

  /// Appends the search. `number`: the least `index` of a lane that holds the extremum, valid if `found`, which is an
  /// i64. `extremum`: in every lane. Gives the number of the first element that equals it.
  ir::Value search(ir::Module& module, ir::Value number, ir::Value found, ir::Value extremum,
                   std::vector<ir::Node>& into) const;

 private:
  ir::Loop loop_;  // as given
  Carried carried_;
  std::int64_t lanes_ = 0, vectors_ = 0;  // per vector; per block
  ir::Op compare_;
  ir::Value term_ = ir::kNone;   // the vector that is compared
  std::vector<ir::Node> terms_;  // the ops that compute it
};

}  // namespace vtpu::compiler::passes
