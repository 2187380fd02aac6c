#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "vtpu/memory/page_table.h"
#include "vtpu/memory/quota.h"
#include "vtpu/phext/coordinate.h"

namespace vtpu::memory {

inline constexpr std::uint64_t kPageColumns = TranslationCache::kColumns;
inline constexpr std::size_t kPageBytes = 4096;

/// Identifies a page within its region: the number of the 4 KiB page of a dense box, the packed first coordinate of a
/// sparse page, or the number of the scroll of a document.
using PageNumber = unsigned __int128;

/// What a region costs besides its cells and their index.
inline constexpr std::uint64_t kRegionBytes = 2048;

/// A page that a region holds.
struct Page {
  PageNumber number = 0;
  std::span<std::byte> bytes;
  std::uint64_t* mark = nullptr;  ///< a number that the backing file keeps with the page, at first 0; see `keep_marks`
};

/// Whether all bytes are 0.
bool all_zero(std::span<const std::byte> bytes);

/// The address of a coordinate's cell, and what a pointer to it covers.
struct Covered {
  std::byte* at =
      nullptr;  ///< null: nothing has been written there yet; so are `begin` and `end`, and the rest is valid
  std::byte* begin = nullptr;
  std::byte* end = nullptr;
  std::int64_t before = 0;    ///< bytes covered before the cell
  std::int64_t after = 0;     ///< bytes covered from the start of the cell on
  std::uint64_t columns = 0;  ///< bit k: column k of the aligned 64 is contiguous with the cell
};

/// A region. Dense boxes own their address space, sparse regions their pages, imported documents their scrolls.
class Region {
 public:
  virtual ~Region() = default;
  Region(const Region&) = delete;
  Region& operator=(const Region&) = delete;

  std::uint64_t handle() const { return handle_; }
  const RegionSpec& spec() const { return spec_; }
  virtual bool contains(phext::PackedCoordinate c) const { return spec_.box().contains(c); }
  /// `c` is in the region.
  virtual Covered cover(phext::PackedCoordinate c) const = 0;
  /// The cells of many coordinates of the region, null where nothing has been written yet. Both spans have the same
  /// length.
  virtual void cells_at(std::span<const phext::PackedCoordinate> at, std::span<const std::byte*> cells) const {
    for (std::size_t i = 0; i < at.size(); ++i) cells[i] = cover(at[i]).at;
  }
  /// Takes from the quota and the system what `make` needs; false if they refuse. Changes no contents.
  virtual bool prepare(phext::PackedCoordinate) { return true; }
  /// As `cover`, after creating the page if it is absent; after `prepare`.
  virtual Covered make(phext::PackedCoordinate c) = 0;
  /// The cell of `to` for a pointer that this region translated; null when the pointer does not cover it.
  virtual std::byte* moved(const Pointer& pointer, phext::PackedCoordinate to) const = 0;
  /// The first coordinate in [from, last] with a non-zero byte; none if there is none or once `looked_at` exceeds
  /// `most`.
  virtual std::optional<phext::PackedCoordinate> next_occupied(phext::PackedCoordinate from,
                                                               phext::PackedCoordinate last, std::uint64_t& looked_at,
                                                               std::uint64_t most) const = 0;
  /// The first coordinate from `from` on that `next_occupied` would examine; found without examining any.
  virtual std::optional<phext::PackedCoordinate> next_cell(phext::PackedCoordinate from) const = 0;
  /// Calls visit(page) for pages that may have non-zero bytes, in order.
  using VisitPage = std::function<void(const Page& page)>;
  virtual void for_each_page(const VisitPage& visit) const = 0;
  /// The bytes of the page with this number, which need not exist yet; 0 when the region can have none.
  virtual std::size_t page_bytes(PageNumber number) const = 0;
  /// The page with this number, which is created when absent. None when the region can have none, or the quota or the
  /// system refuses the memory.
  virtual std::optional<Page> page(PageNumber number) = 0;
  /// Gives every page a mark; false if the quota or the system refuses the memory, or the region cannot be backed.
  virtual bool keep_marks() = 0;
  /// The coordinate of the first cell of a page; none when the region has no page with this number.
  virtual std::optional<phext::PackedCoordinate> first_of_page(PageNumber) const { return {}; }
  /// Of the cells that exist; the quota also counts their index.
  virtual std::uint64_t bytes() const = 0;
  virtual std::uint64_t pages_made() const = 0;
  std::uint64_t cells() const;

 protected:
  /// `charge`: what the region holds as long as it exists.
  Region(std::uint64_t handle, const RegionSpec& spec, Charge charge)
      : handle_(handle), spec_(spec), charge_(std::move(charge)) {}

 private:
  std::uint64_t handle_;
  RegionSpec spec_;
  Charge charge_;
};

/// Whether corners, mask and layout form a box. Morton and Hilbert curves need sides that are powers of two; every
/// dense layout allows at most 2^63 cells.
bool is_box(const RegionSpec& spec);

/// A box in one range of address space in the order of its curve. Null when the quota or the system refuses it.
std::unique_ptr<Region> make_dense(std::uint64_t handle, const RegionSpec& spec, Quota& quota);
/// Pages of up to 64 cells, created on the first write. Null as above.
std::unique_ptr<Region> make_sparse(std::uint64_t handle, const RegionSpec& spec, Quota& quota);

/// All lines and columns of one scroll.
RegionSpec place_of(const phext::Coordinate& scroll);

/// The scrolls of a document. A coordinate's line and column, both from 1, select a byte of its scroll according to the
/// lines at the time of import: writing a line break, or over one, changes the coordinate of no byte.
class ScrollRegion final : public Region {
 public:
  struct Held {
    std::string text;
    std::vector<std::size_t> lines;  ///< the offset of each line, then the length of the text
  };

  /// `scrolls`: none is empty. `charge`: `cost_of` these scrolls.
  ScrollRegion(std::uint64_t handle, const std::map<phext::Coordinate, std::string>& scrolls, Charge charge);
  /// What a region of these scrolls holds.
  static std::uint64_t cost_of(const std::map<phext::Coordinate, std::string>& scrolls);

  bool contains(phext::PackedCoordinate c) const override;
  Covered cover(phext::PackedCoordinate c) const override;
  Covered make(phext::PackedCoordinate c) override { return cover(c); }
  std::byte* moved(const Pointer& pointer, phext::PackedCoordinate to) const override;
  std::optional<phext::PackedCoordinate> next_occupied(phext::PackedCoordinate from, phext::PackedCoordinate last,
                                                       std::uint64_t& looked_at, std::uint64_t most) const override;
  std::optional<phext::PackedCoordinate> next_cell(phext::PackedCoordinate from) const override;
  void for_each_page(const VisitPage& visit) const override;
  std::size_t page_bytes(PageNumber number) const override;
  std::optional<Page> page(PageNumber number) override;
  bool keep_marks() override { return false; }
  std::uint64_t bytes() const override;
  std::uint64_t pages_made() const override { return scrolls_.size(); }
  const std::map<phext::Coordinate, Held>& scrolls() const { return scrolls_; }

 private:
  using Scrolls = std::map<phext::Coordinate, Held>;
  /// A byte of a scroll that has a coordinate; past the last one, `scroll` is the end.
  struct Place {
    Scrolls::const_iterator scroll;
    std::uint32_t line = 1, column = 1;
  };
  Scrolls::const_iterator first_scroll(phext::PackedCoordinate from) const;
  Place first_place(phext::PackedCoordinate from) const;
  void advance(Place& place) const;

  mutable Scrolls scrolls_;  // mutable, because cells are written in place through pointers
};

}  // namespace vtpu::memory
