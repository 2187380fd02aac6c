#pragma once
#include <cstdint>
#include <vector>

namespace vtpu::net::collective {

/// How a buffer is cut: into parts in proportion to their weights, and each part into as many equal pieces as the
/// others. Pieces are numbered through all parts. What does not divide evenly is rounded so that the pieces of a buffer
/// always add up to it; pieces of equal weight differ by a byte at most.
class Cut {
 public:
  /// Equal pieces, one part. Not explicit: most schedules are cut so and say only how many pieces.
  Cut(int pieces) : Cut({1}, pieces) {}
  /// `weights`: by part, ≥ 1; all of them times the pieces of a part are at most 2^63.
  Cut(std::vector<std::uint64_t> weights, int pieces_of_part);

  int pieces() const { return static_cast<int>(weights_.size()) * pieces_of_part_; }
  /// Where a piece begins in a buffer of so many bytes; where the buffer ends, for the number of pieces.
  std::uint64_t begin(int piece, std::uint64_t buffer_bytes) const;
  /// The most bytes that so many successive pieces of a part can have, wherever in the part they lie: rounded up.
  std::uint64_t most(int part, int pieces, std::uint64_t buffer_bytes) const;

 private:
  int pieces_of_part_;
  std::vector<std::uint64_t> weights_;  // by part
  std::vector<std::uint64_t> before_;   // by part: weights of earlier ones; then all of them
};

}  // namespace vtpu::net::collective
