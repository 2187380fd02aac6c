#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "vtpu/net/collective/cut.h"
#include "vtpu/net/collective/names.h"
#include "vtpu/net/collective/schedule.h"
#include "vtpu/net/shape.h"
#include "vtpu/net/workload/workload.h"

namespace vtpu::net::collective {

/// A schedule on a torus that looks the same from every chip, told once: what a chip at the origin does. Chip c does
/// the same, displaced by c. It has as many steps as one chip has transfers, however large the machine is.
///
/// The data is in streams, each with its own order of dimensions and its weight among the others, and each stream in
/// segments that are alike; a part is one segment: part p is segment p mod segments of stream p / segments. Chunks of a
/// part are numbered by digits: the coordinates of a block's owner, or for all-to-all those of its source and then
/// those of its destination, in the stream's order of dimensions. A step carries the chunks whose middle digits lie at
/// `offset` from the chip and whose `leading` first and `trailing` last digits are anything.
class ChipProgram {
 public:
  struct Step {
    int part = 0;
    Coordinates hop{};                             ///< from the chip to the destination
    std::array<int, 2 * kMaxDimensions> offset{};  ///< by digit, modulo the digit's side
    int leading = 0;
    int trailing = 0;
    bool carries = true;  ///< false: only brings together what it comes after
    Effect effect = Effect::copy;
    std::vector<int> after = {};  ///< earlier steps, once they have arrived at this chip
  };

  struct Stream {
    std::vector<int> order;    ///< dimensions of the digits, the slowest first; those of side 1 may be left out
    std::uint64_t weight = 1;  ///< of its data; equal in an all-to-all
  };

  /// `digits`: of a chunk, one or two rounds of the order.
  ChipProgram(Collective collective, Algorithm algorithm, const Shape& grid, std::vector<Stream> streams, int segments,
              int digits);

  /// Returns the step's number.
  int add(Step step);

  Collective collective() const { return collective_; }
  Algorithm algorithm() const { return algorithm_; }
  const Shape& grid() const { return grid_; }
  const std::vector<Stream>& streams() const { return streams_; }
  int segments() const { return segments_; }
  int parts() const { return static_cast<int>(streams_.size()) * segments_; }
  int digits() const { return digits_; }
  /// The dimension that a digit of a part counts along, and its side.
  int dimension(int part, int digit) const;
  int side(int part, int digit) const { return grid_.side(dimension(part, digit)); }
  int size() const { return static_cast<int>(steps_.size()); }
  const Step& step(int id) const { return steps_[static_cast<std::size_t>(id)]; }
  /// Chunks that a step carries.
  std::int64_t carried(int id) const;
  /// Pieces of a chip's buffer: a block for each chip in each part.
  int pieces() const { return parts() * grid_.count(); }
  /// Chunks in all: int does not hold those of an all-to-all on a large machine.
  std::int64_t chunks() const;

  /// What all chips do. Transfer k·N + c is step k of chip c. `rank_of`: by place on the grid, empty where they are the
  /// same. Chunks and transfers must fit an int.
  Schedule expand(const std::vector<int>& rank_of = {}) const;

  /// The messages of chip 0; message k is step k, its destination the displacement. `after` means: once message k of
  /// whichever chip has arrived here, which by symmetry is when message k of chip 0 is delivered. Shares of a buffer
  /// that does not divide evenly are rounded up, so that all chips send alike.
  workload::Workload of_first_chip(std::uint64_t buffer_bytes) const;

 private:
  const Stream& stream(int part) const { return streams_[static_cast<std::size_t>(part / segments_)]; }
  Cut cut() const;
  /// Values that digits first_digit..last_digit - 1 of a part take together.
  std::int64_t combinations(int part, int first_digit, int last_digit) const;

  Collective collective_;
  Algorithm algorithm_;
  Shape grid_;
  std::vector<Stream> streams_;
  int segments_;
  int digits_;
  std::vector<Step> steps_;
};

/// An all-gather run backwards is a reduce-scatter. Its first segment is what was the last, so that segments come in
/// the same order in both.
ChipProgram reduce_scatter_of(const ChipProgram& all_gather);
/// A reduce-scatter and then an all-gather with the same parts; each part goes on as soon as it is reduced.
ChipProgram all_reduce_of(const ChipProgram& reduce_scatter, const ChipProgram& all_gather);

}  // namespace vtpu::net::collective
