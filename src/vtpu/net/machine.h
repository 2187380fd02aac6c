#pragma once
#include <array>
#include <cstddef>

#include "vtpu/base/result.h"
#include "vtpu/net/chip_address.h"
#include "vtpu/net/ids.h"
#include "vtpu/net/shape.h"

namespace vtpu::net {

/// The construction of a machine. The defaults are TPU v4: 64 blocks of 4x4x4 chips, one block per rack, eight racks
/// per row (jouppi2023tpuv4, Sections 2.1 and 2.2), and the four spare blocks of this project's network.
struct MachineConfig {
  std::array<int, 3> sides = {16, 16, 16};  ///< active volumes, books, chapters
  int block_side = 4;                       ///< chips along a block's edge; even, so that 2x2 trays tile it
  int spare_blocks = 4;
  int links_per_chip = 6;  ///< sections of a chip address; one link per section
  int racks_per_row = 8;
};

/// The place of a chip as the switches see it: its block, and its position in the block. Blocks are numbered in the
/// order of their coordinates, the last fastest, spare blocks after the active ones; positions likewise.
struct BlockPlace {
  Block block;
  int position = 0;
  bool operator==(const BlockPlace&) const = default;
};

/// The physical place of a chip; every part counts from 1. Block b is in rack b mod 8 + 1 of row b div 8 + 1, so the
/// spare blocks fill the row after the active ones. A tray carries 2x2 chips at one z, neighbours in x and y: tray =
/// (z·s/2 + x/2)·s/2 + y/2 + 1 for block side s, slot = (x mod 2)·2 + y mod 2 + 1.
struct RackPlace {
  int row = 1;
  int rack = 1;
  int tray = 1;
  int slot = 1;
  bool operator==(const RackPlace&) const = default;
};

/// The chips of a machine under four names, with bijections between them:
///   address      volume.book.chapter/1.1; active volumes are 1..sides[0], the next one holds the spares
///   chip         0..chip_count()-1: active chips in the order of their addresses, then the spares in theirs
///   block place  block and position in it; spare s is position s mod block³ of spare block s div block³
///   rack place   row, rack, tray, slot
class Machine {
 public:
  /// Error: the field, its value, the accepted values.
  static Result<Machine> make(const MachineConfig& config);
  /// A machine of 4096, 8192, 16384, 32768 or 65536 active chips: 16 volumes; books and chapters are doubled
  /// alternately, chapters first. One spare block for every sixteen, which fill volume 17. Error: any other number.
  static Result<Machine> of_size(int active_chips);

  const MachineConfig& config() const { return config_; }
  const Shape& active_shape() const { return active_; }
  const Shape& block_shape() const { return block_; }
  int active_count() const { return active_.count(); }
  int spare_count() const { return config_.spare_blocks * block_.count(); }
  int chip_count() const { return active_count() + spare_count(); }
  int active_block_count() const { return block_grid_.count(); }
  int block_count() const { return active_block_count() + config_.spare_blocks; }
  int spare_volume() const { return active_.side(0) + 1; }

  /// The address of a chip, section 1, scroll 1. `chip`: 0..chip_count()-1.
  ChipAddress address_of(Chip chip) const;
  /// Error: the part of the address that this machine does not have. Section and scroll are checked but otherwise
  /// ignored.
  Result<Chip> chip_at(const ChipAddress& address) const;

  BlockPlace block_place_of(Chip chip) const;
  Chip chip_at(const BlockPlace& place) const;

  RackPlace rack_place_of(Chip chip) const;
  /// Error: the part that is out of range.
  Result<Chip> chip_at(const RackPlace& place) const;

 private:
  explicit Machine(const MachineConfig& config, Shape active, Shape block, Shape block_grid, Shape spare_plane);

  MachineConfig config_;
  Shape active_;
  Shape block_;
  Shape block_grid_;
  Shape spare_plane_;  // books x chapters of the spare volume
};

}  // namespace vtpu::net
