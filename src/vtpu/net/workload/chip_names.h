#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "vtpu/base/result.h"
#include "vtpu/net/ids.h"
#include "vtpu/net/shape.h"

namespace vtpu::net::workload {

/// The names of a topology's chips in files: their numbers from 0 and, on a grid of three dimensions, their addresses
/// `volume.book.chapter/1.1`, which are the coordinates from 1.
class ChipNames {
 public:
  /// Numbers 0..chips-1 only.
  explicit ChipNames(int chips) : chips_(chips) {}
  /// Numbers, and addresses if the grid has three dimensions.
  explicit ChipNames(const Shape& grid) : chips_(grid.count()), grid_(grid) {}

  int chip_count() const { return chips_; }
  /// The number of the chip with this name. Error: `where`, what was found, what would name a chip.
  Result<Chip> parse(std::string_view name, const std::string& where) const;

 private:
  int chips_;
  std::optional<Shape> grid_;
};

}  // namespace vtpu::net::workload
