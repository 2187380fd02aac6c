#pragma once
#include <array>
#include <atomic>
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
#include "vtpu/memory/box.h"
#include "vtpu/memory/pointer.h"
#include "vtpu/memory/quota.h"
#include "vtpu/memory/region_index.h"
#include "vtpu/memory/structure_lock.h"
#include "vtpu/memory/translation_cache.h"
#include "vtpu/phext/packed.h"

namespace vtpu::memory {

enum class Layout : std::uint8_t { row_major, morton, hilbert, sparse };

/// A region over the box from `first` to `last` (inclusive) on the axes of `mask`; on the other axes both are equal.
/// Bit 0 of the mask is the column, bit 10 the library.
struct RegionSpec {
  phext::PackedCoordinate first;
  phext::PackedCoordinate last;
  std::uint32_t mask = 0;
  unsigned cell_log2 = 3;  ///< log2 of the bytes of a cell, 0 to 6
  Layout layout = Layout::row_major;

  Box box() const { return {first, last}; }
  /// Whether the axis is in the mask; axis 0 is the library.
  bool on_mask(std::size_t axis) const { return (mask >> (phext::PackedCoordinate::kAxes - 1 - axis) & 1) != 0; }
};

/// Why a translation or an allocation failed.
enum class MemoryFault : std::uint8_t {
  unmapped,       ///< no region has the coordinate
  out_of_bounds,  ///< the bytes are outside what the pointer covers
  cell_size,      ///< an access by coordinate to a region with cells of another size
  bad_box,        ///< corners that differ off the mask or are out of order, an empty mask, sides that the curve refuses
  overlap,        ///< the box overlaps an existing region
  quota,          ///< more bytes than the table may hold, or than the system gives
  bad_handle,     ///< no region has this handle
  io              ///< the backing file could not be written
};

/// Regions, their cells, and the translation from coordinates to cells. A dense box is one range of address space in
/// the order of its curve; the system materialises its pages on the first write. A sparse region has pages of up to 64
/// cells, found by hash and created on the first write. Bytes that were never written read as 0.
///
/// One thread may use a table, or several between `share` and the next `share`; see README.md for what they see of each
/// other. Each function is then one step for the others, except that the bytes of cells are read and written in place.
class PageTable {
 public:
  struct Limits {
    /// Of the host's memory that regions with their cells and indexes, backing files and pending messages hold. The
    /// host's real use exceeds what is counted by less than a tenth.
    std::uint64_t bytes = std::uint64_t{1} << 30;
    std::size_t regions = 4096;
  };

  explicit PageTable(Limits limits);
  PageTable();
  ~PageTable();
  PageTable(PageTable&&) noexcept;
  PageTable& operator=(PageTable&&) noexcept;
  /// Another table over the same regions and quota, for another machine.
  PageTable alias() const;

  /// Handles count from 1 and are not reused. Fault: bad_box, overlap, quota, io (see back_next_region).
  struct Allocated {
    std::uint64_t handle = 0;
    std::optional<MemoryFault> fault;
  };
  Allocated allocate(const RegionSpec& spec);
  /// Frees a region. Fault: bad_handle. The caller drops all translations to it (by handle) from its pointers and
  /// caches. If the table is shared, the others do so when they ask for `frees`, and the memory is returned, also to
  /// the quota, once every worker has passed a quiescent point.
  std::optional<MemoryFault> free(std::uint64_t handle);
  /// Makes the region's contents durable in its backing file; does nothing without one. Fault: bad_handle, io.
  std::optional<MemoryFault> flush(std::uint64_t handle);

  /// The address of the `bytes` at layout displacement `offset` from the pointer. An untranslated pointer is first
  /// translated through the cache, which counts one hit or one miss. A write creates an absent sparse page. A read of
  /// an absent page gives shared zeros, leaves the pointer untranslated and counts a miss.
  struct Place {
    std::byte* at = nullptr;
    std::optional<MemoryFault> fault;
  };
  Place access(Pointer& pointer, std::int64_t offset, std::uint64_t bytes, bool write, TranslationCache& cache);

  /// The cell of 2^cell_log2 bytes at a coordinate, through the cache; counts one hit or one miss.
  Place cell(phext::PackedCoordinate coordinate, unsigned cell_log2, bool write, TranslationCache& cache);

  /// The fault of `access`, `cell` or `allocate` with these arguments; changes no contents and counts no translation.
  /// Takes from the quota and the system what a write needs for its page, so that the write itself cannot fail.
  std::optional<MemoryFault> check(const Pointer& pointer, std::int64_t offset, std::uint64_t bytes, bool write) const;
  std::optional<MemoryFault> check_cell(phext::PackedCoordinate coordinate, unsigned cell_log2, bool write) const;
  std::optional<MemoryFault> check_allocation(const RegionSpec& spec) const;
  /// The same; adds the nodes of the region index that it visited to `looked_at`.
  std::optional<MemoryFault> check_allocation(const RegionSpec& spec, std::uint64_t& looked_at) const;
  /// Whether a region has this handle.
  bool has(std::uint64_t handle) const;
  /// The nodes of the region index that finding the region of this coordinate visits: about the logarithm of the number
  /// of regions unless their boxes are arranged to prevent it. 0 where no coordinate needs `least`.
  std::uint64_t look_up_items(phext::PackedCoordinate coordinate, std::uint64_t least) const;
  /// How many pages a flush of this region has to look at; 0 without a backing file.
  std::uint64_t backed_pages(std::uint64_t handle) const;

  /// Moves a pointer along an axis and keeps its translation if that covers the new coordinate. Returns whether the
  /// step was clamped.
  static bool step(Pointer& pointer, phext::Axis axis, std::int64_t distance);

  // Several workers.

  /// From now on, that many workers, numbered from 0, may use the table and its aliases at once; 1: one thread. Called
  /// while nobody uses them. Returns the memory of all freed regions: translations to them are dropped (`frees`) before
  /// a sentron runs again.
  void share(unsigned workers);
  bool shared() const;
  /// A quiescent point of a worker: none of its sentrons is inside a word, and each of them asks for `frees` before it
  /// runs again. Costs two loads unless a region was freed since the last one.
  void quiescent(unsigned worker);
  /// A quiescent point after which the worker runs no sentron until it calls `quiescent`: a worker that sleeps must not
  /// hold back memory. Initially all workers are away.
  void away(unsigned worker);
  /// How many regions were freed while the table was shared. Who has translations and finds that this has changed calls
  /// `forget_freed` before it uses them.
  const std::atomic<std::uint64_t>& frees() const;
  /// Drops the translations to freed regions. `cache`: or null. Returns the number of frees up to which they were
  /// dropped.
  std::uint64_t forget_freed(std::span<Pointer> pointers, TranslationCache* cache) const;
  /// Waits until the memory of the regions freed so far is returned, at most a second; meanwhile the worker is away, so
  /// that its present sentron, too, must not use what was freed. Returns whether memory was returned.
  bool wait_for_freed(unsigned worker);

  // Direct access for tools, tests and the geometric operations, without a translation cache and its counters.

  /// The bytes of the cell at a coordinate, in place; of an imported scroll, all bytes from there on. Empty where
  /// nothing is mapped or a sparse page is absent.
  std::span<const std::byte> peek(phext::PackedCoordinate coordinate) const;
  /// The cells of 8 bytes at a coordinate and one step from it along each axis, with the look-ups in flight together.
  struct Neighbourhood {
    std::optional<MemoryFault> fault;  ///< of the coordinate itself; then nothing else is set
    const std::byte* here = nullptr;
    /// Library first, backwards first; null where no cell of 8 bytes is mapped.
    std::array<const std::byte*, 2 * phext::PackedCoordinate::kAxes> around{};
    std::uint64_t items = 0;  ///< see look_up_items; of each coordinate, down to a multiple of `least`
  };
  Neighbourhood neighbourhood(phext::PackedCoordinate coordinate, std::uint64_t least) const;
  /// Whether a region has the coordinate.
  bool mapped(phext::PackedCoordinate coordinate) const;
  /// The first result of OccupiedCells.
  std::optional<phext::PackedCoordinate> next_occupied(phext::PackedCoordinate from, phext::PackedCoordinate last,
                                                       std::uint64_t& looked_at,
                                                       std::uint64_t most = ~std::uint64_t{0}) const;

  struct RegionInfo {
    std::uint64_t handle = 0;
    RegionSpec spec;
    std::uint64_t cells = 0;       ///< of the box, at most 2^64 − 1
    std::uint64_t bytes = 0;       ///< of address space (dense) or of created pages (sparse)
    std::uint64_t pages_made = 0;  ///< pages of 4 KiB with a non-zero byte (dense), sparse pages created
    std::string backing;           ///< file, or empty
  };
  std::vector<RegionInfo> regions() const;

  /// A hash of all bytes of all regions under the key of this process: equal memories have equal digests, and no
  /// program can make different memories with equal ones.
  std::uint64_t digest() const;
  /// What the regions hold of the host. Whoever else holds memory for the programs of this table takes it from here.
  Quota& quota();
  const Quota& quota() const;

  /// Allocates a dense or sparse region whose flushed contents are stored in `file`. The file is created when absent;
  /// otherwise it must have an equal spec and is read. Only one table may have it open. Error: the file, the position
  /// in it, what is wrong; damaged pages by number and first coordinate; a file that another table has open.
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

  /// Imports the scrolls of a phext document as one region and returns its handle. The bytes of a scroll are
  /// contiguous; line and column select a byte, according to the lines at the time of import. Error: a malformed
  /// document, a coordinate that is already mapped, a full table.
  Result<std::uint64_t> import_phext(std::string_view text);
  /// The imported document with its current contents. Error: the handle is not that of a document; a dimension break
  /// was written into a scroll.
  Result<std::string> export_phext(std::uint64_t handle) const;

 private:
  friend class OccupiedCells;
  struct State;
  explicit PageTable(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;  // of all aliases
};

/// Finds the coordinates of an interval whose cells have a non-zero byte, in order. The table must not change
/// meanwhile; if it is shared, nobody can change it as long as this exists, and the same thread must not use it
/// otherwise. Adds the cells examined and the nodes of the region index visited to `looked_at`, and ends when that
/// exceeds `most`. The time for each of these is bounded: a region is visited only where it has a cell to be examined,
/// and a sparse region without pages never.
class OccupiedCells {
 public:
  OccupiedCells(const PageTable& table, phext::PackedCoordinate from, phext::PackedCoordinate last,
                std::uint64_t& looked_at, std::uint64_t most = ~std::uint64_t{0});
  /// The next coordinate; none after the last.
  std::optional<phext::PackedCoordinate> next();

 private:
  /// Goes on with a region after this coordinate.
  void resume(const Region& region, phext::PackedCoordinate after);

  StructureLock::Held held_;
  RegionIndex::Walk walk_;
  RegionIndex::Walk::Place latest_;  ///< the last result; no region before the first
  phext::PackedCoordinate last_;
  std::uint64_t& looked_at_;
  std::uint64_t most_;
};

}  // namespace vtpu::memory
