#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/memory/pointer.h"
#include "vtpu/memory/translation_cache.h"
#include "vtpu/phext/packed.h"

namespace vtpu::memory {

enum class Layout : std::uint8_t { row_major, morton, hilbert, sparse };

/// A region over the box from `first` to `last` (both inside) on the axes of `mask`; off the mask both are equal. Bit 0
/// of the mask is the column, bit 10 the library.
struct RegionSpec {
  phext::PackedCoordinate first;
  phext::PackedCoordinate last;
  std::uint32_t mask = 0;
  unsigned cell_log2 = 3;  ///< log2 of the bytes of a cell, 0 to 6
  Layout layout = Layout::row_major;

  /// Whether the box extends along the axis, which is counted from the library, 0.
  bool on_mask(std::size_t axis) const { return (mask >> (phext::PackedCoordinate::kAxes - 1 - axis) & 1) != 0; }
};

/// Why a translation or an allocation failed.
enum class MemoryFault : std::uint8_t {
  unmapped,       ///< no region has the coordinate
  out_of_bounds,  ///< the bytes leave what the pointer covers
  cell_size,      ///< an access by coordinate to a region with cells of another size
  bad_box,        ///< corners that disagree off the mask or are out of order, an empty mask; a curve over unequal…
  overlap,        ///< the box meets a region that exists
  quota,          ///< more bytes than the table may hold
  bad_handle,     ///< no region has this handle
  io              ///< the backing file could not be written
};

/// Regions, their cells, and the way from a coordinate to a cell. A dense box lies in one piece of address space in the
/// order of its curve, and the system makes its pages real when they are first written. A sparse region holds pages of
/// up to 64 cells, found by hash, each made when it is first written; what was never written reads as 0. Not shared
/// between threads.
class PageTable {
 public:
  struct Limits {
    std::uint64_t bytes = std::uint64_t{1} << 30;  ///< of all dense boxes and sparse pages together
    std::size_t regions = 4096;
  };

  explicit PageTable(Limits limits);
  PageTable();
  ~PageTable();
  PageTable(PageTable&&) noexcept;
  PageTable& operator=(PageTable&&) noexcept;

  /// A handle from 1; handles are not used again. Fault: bad_box, overlap, quota.
  struct Allocated {
    std::uint64_t handle = 0;
    std::optional<MemoryFault> fault;
  };
  Allocated allocate(const RegionSpec& spec);
  /// Ends a region. The caller drops translations to it (`forget`) from every pointer and cache. Fault: bad_handle.
  std::optional<MemoryFault> free(std::uint64_t handle, const Region** ended = nullptr);
  /// Fault: bad_handle, io. A region without a backing file has nothing to do.
  std::optional<MemoryFault> flush(std::uint64_t handle);

  /// The place of the `bytes` at layout displacement `offset` from the pointer. A pointer that is not translated is
  /// translated first, through the cache: that is one hit or one miss. An absent sparse page is made when `write`;
  /// else the bytes are zeros that belong to nobody, the pointer stays untranslated, and the access counts a miss.
  struct Place {
    std::byte* at = nullptr;
    std::optional<MemoryFault> fault;
  };
  Place access(Pointer& pointer, std::int64_t offset, std::uint64_t bytes, bool write, TranslationCache& cache);

  /// The cell at a coordinate, through the cache: always one hit or one miss. Cells of 2^cell_log2 bytes.
  Place cell(phext::PackedCoordinate coordinate, unsigned cell_log2, bool write, TranslationCache& cache);

  /// Whether `access` or `cell` with these arguments would fail, and how; changes and counts nothing.
  std::optional<MemoryFault> check(const Pointer& pointer, std::int64_t offset, std::uint64_t bytes, bool write) const;
  std::optional<MemoryFault> check_cell(phext::PackedCoordinate coordinate, unsigned cell_log2, bool write) const;
  std::optional<MemoryFault> check_allocation(const RegionSpec& spec) const;
  /// Whether a region has that handle.
  bool has(std::uint64_t handle) const;

  /// Moves a pointer along an axis, keeping its translation where it still covers the new coordinate. True: cut short.
  static bool step(Pointer& pointer, phext::Axis axis, std::int64_t distance);

  // What needs no sentron: straight access for tools, tests and the geometric operations. No cache, no counts.

  /// The bytes of the cell at a coordinate, in place; of an imported scroll, all from that byte on. Empty where nothing
  /// is mapped, or a sparse page is absent.
  std::span<const std::byte> peek(phext::PackedCoordinate coordinate) const;
  /// Whether a region has the coordinate.
  bool mapped(phext::PackedCoordinate coordinate) const;
  /// The first coordinate at or behind `from` whose cell holds a byte that is not 0, below or at `last`. `looked_at`
  /// grows by the number of cells it took; the search is given up once that is beyond `most`.
  std::optional<phext::PackedCoordinate> next_occupied(phext::PackedCoordinate from, phext::PackedCoordinate last,
                                                       std::uint64_t& looked_at,
                                                       std::uint64_t most = ~std::uint64_t{0}) const;

  struct RegionInfo {
    std::uint64_t handle = 0;
    RegionSpec spec;
    std::uint64_t cells = 0;       ///< of the box, at most 2^64 − 1
    std::uint64_t bytes = 0;       ///< of address space (dense) or of pages made (sparse)
    std::uint64_t pages_made = 0;  ///< pages of 4 KiB with a byte that is not 0 (dense), sparse pages made
    std::string backing;           ///< file, or empty
  };
  std::vector<RegionInfo> regions() const;

  /// All bytes of all regions in one hash: equal memories have equal ones.
  std::uint64_t digest() const;

  /// A dense or sparse region whose flushed contents live in `file` (made when absent, read when present; then its spec
  /// must be equal). One table at a time may have it. Error: the file, the place in it, what is wrong; torn or damaged
  /// pages by number.
  Result<std::uint64_t> attach(const RegionSpec& spec, const std::filesystem::path& file);

  /// Makes the next `allocate` attach its region to `file`. When the file cannot be used, `allocate` returns the fault
  /// io and `backing` says why.
  void back_next_region(std::filesystem::path file);
  /// What became of the file of `back_next_region`.
  struct Backing {
    std::uint64_t handle = 0;          ///< of the region attached to it; 0: none yet
    std::uint64_t restored_pages = 0;  ///< read from the file
    std::uint64_t dropped_bytes = 0;   ///< of an interrupted flush, cut off
    std::optional<Error> error;        ///< why attaching it or the last flush to it failed
  };
  const Backing& backing() const;

  /// The scrolls of a phext document, each readable at its coordinate: its bytes in a row, line and column finding a
  /// byte within, in the lines it has now. Error: a bad document, a coordinate that is already mapped, a full table.
  Result<std::uint64_t> import_phext(std::string_view text);
  /// The document of all imported scrolls as they are now. Error: a handle of no document, a scroll into which a
  /// dimension break was written.
  Result<std::string> export_phext(std::uint64_t handle) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace vtpu::memory
