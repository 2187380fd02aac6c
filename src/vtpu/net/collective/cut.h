#pragma once
#include <cstdint>
#include <vector>

namespace vtpu::net::collective {

/// How a buffer is cut: into parts in proportion to their weights, and each part into the same number of equal pieces.
/// Pieces are numbered across all parts. Rounding never changes the sum of the pieces of a buffer; pieces of equal
/// weight differ by at most one byte.
class Cut {
 public:
  /// Equal pieces, one part. Not explicit, because most schedules use such a cut and state only the number of pieces.
  Cut(int pieces) : Cut({1}, pieces) {}
  /// `weights`: by part, ≥ 1. Their sum times the number of pieces per part is at most 2^63.
  Cut(std::vector<std::uint64_t> weights, int pieces_of_part);

  int pieces() const { return static_cast<int>(weights_.size()) * pieces_of_part_; }
  /// The offset of a piece in a buffer of `buffer_bytes`. For the number of pieces it is the end of the buffer.
  std::uint64_t begin(int piece, std::uint64_t buffer_bytes) const;
  /// The maximum size in bytes of `pieces` successive pieces of a part, wherever in the part they lie: rounded up.
  std::uint64_t most(int part, int pieces, std::uint64_t buffer_bytes) const;

 private:
  int pieces_of_part_;
  std::vector<std::uint64_t> weights_;  // by part
  std::vector<std::uint64_t> before_;   // by part: sum of the weights of earlier parts; then the total
};

}  // namespace vtpu::net::collective
