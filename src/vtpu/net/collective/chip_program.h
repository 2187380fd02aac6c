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

/// A schedule on a torus that looks the same from every chip, stated once as what a chip at the origin does. Chip c
/// does the same, displaced by c. The program has as many steps as one chip has transfers, however large the machine
/// is.
///
/// The data is divided into streams, each with its own order of dimensions and its weight relative to the others. Each
/// stream is divided into identical segments. A part is one segment: part p is segment p mod segments of stream p /
/// segments. Chunks of a part are numbered by digits: the coordinates of a block's owner, or for all-to-all those of
/// its source followed by those of its destination, in the stream's order of dimensions. A step carries the chunks
/// whose middle digits lie at `offset` from the chip; their first `leading` and last `trailing` digits are arbitrary.
class ChipProgram {
 public:
  struct Step {
    int part = 0;
    Coordinates hop{};                             ///< from the chip to the destination
    std::array<int, 2 * kMaxDimensions> offset{};  ///< by digit, modulo the digit's side
    int leading = 0;
    int trailing = 0;
    bool carries = true;  ///< false: only joins the steps that it waits for
    Effect effect = Effect::copy;
    std::vector<int> after = {};  ///< earlier steps that must have arrived at this chip
  };

  struct Stream {
    std::vector<int> order;    ///< dimensions of the digits, slowest first; dimensions of side 1 may be left out
    std::uint64_t weight = 1;  ///< share of the data; equal in an all-to-all
  };

  /// `digits`: of a chunk, one or two times the length of the order.
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
  /// The dimension that a digit of a part counts along; `side` gives that dimension's side.
  int dimension(int part, int digit) const;
  int side(int part, int digit) const { return grid_.side(dimension(part, digit)); }
  int size() const { return static_cast<int>(steps_.size()); }
  const Step& step(int id) const { return steps_[static_cast<std::size_t>(id)]; }
  /// The number of chunks that a step carries.
  std::int64_t carried(int id) const;
  /// Pieces of a chip's buffer: a block for each chip in each part.
  int pieces() const { return parts() * grid_.count(); }
  /// The total number of chunks. For an all-to-all on a large machine it does not fit an int.
  std::int64_t chunks() const;

  /// The transfers of all chips: transfer k·N + c is step k of chip c. `rank_of`: ranks by position on the grid; empty
  /// if they are the same. Chunks and transfers must fit an int.
  Schedule expand(const std::vector<int>& rank_of = {}) const;

  /// The messages of chip 0. Message k is step k; its destination is the displacement. `after` means: once message k of
  /// some chip has arrived here, which by symmetry is when message k of chip 0 is delivered. Shares of a buffer that
  /// does not divide evenly are rounded up, so that all chips send the same amount.
  workload::Workload of_first_chip(std::uint64_t buffer_bytes) const;
  /// What all chips together send in each step, without rounding.
  std::vector<std::uint64_t> bytes_of_all_chips(std::uint64_t buffer_bytes) const;

 private:
  const Stream& stream(int part) const { return streams_[static_cast<std::size_t>(part / segments_)]; }
  Cut cut() const;
  /// The number of combined values of digits first_digit..last_digit - 1 of a part.
  std::int64_t combinations(int part, int first_digit, int last_digit) const;

  Collective collective_;
  Algorithm algorithm_;
  Shape grid_;
  std::vector<Stream> streams_;
  int segments_;
  int digits_;
  std::vector<Step> steps_;
};

/// An all-gather run backwards is a reduce-scatter. Segments are also reversed, so that they come in the same order in
/// both.
ChipProgram reduce_scatter_of(const ChipProgram& all_gather);
/// A reduce-scatter followed by an all-gather with the same parts. Each part continues as soon as it is reduced.
ChipProgram all_reduce_of(const ChipProgram& reduce_scatter, const ChipProgram& all_gather);

}  // namespace vtpu::net::collective
