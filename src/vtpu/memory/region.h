#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "vtpu/memory/page_table.h"
#include "vtpu/phext/coordinate.h"

namespace vtpu::memory {

inline constexpr std::uint64_t kPageColumns = TranslationCache::kColumns;
inline constexpr std::size_t kPageBytes = 4096;

/// Which page of its region: of a dense box, which 4 KiB; of a sparse one, its first coordinate, packed; of a document,
/// which scroll.
using PageNumber = unsigned __int128;

/// Whether there is nothing but zeros.
bool all_zero(std::span<const std::byte> bytes);

/// Where a coordinate's cell lies, and what a pointer to it covers.
struct Covered {
  std::byte* at = nullptr;  ///< null: nothing has been written there yet; the other fields then tell of zeros
  std::byte* begin = nullptr;
  std::byte* end = nullptr;
  std::int64_t before = 0;    ///< bytes covered before the cell
  std::int64_t behind = 0;    ///< and from its start on
  std::uint64_t columns = 0;  ///< bit k: column k of the 64 around it lies in a row with it
};

/// One region. Dense boxes own their address space, sparse ones their pages, imported documents their scrolls.
class Region {
 public:
  virtual ~Region() = default;
  Region(const Region&) = delete;
  Region& operator=(const Region&) = delete;

  std::uint64_t handle() const { return handle_; }
  const RegionSpec& spec() const { return spec_; }
  virtual bool contains(phext::PackedCoordinate c) const;
  /// Whether a box of these corners has a coordinate of this region.
  virtual bool meets(const RegionSpec& other) const;
  /// Of a coordinate that it contains.
  virtual Covered cover(phext::PackedCoordinate c) const = 0;
  /// As `cover`, after making the page if it is not there.
  virtual Covered make(phext::PackedCoordinate c) = 0;
  /// Bytes that `make` would take from the quota.
  virtual std::uint64_t cost_of(phext::PackedCoordinate) const { return 0; }
  /// Of a pointer that this region translated and that moves to `to`: the new cell, or null when the pointer does not
  /// cover it.
  virtual std::byte* moved(const Pointer& pointer, phext::PackedCoordinate to) const = 0;
  /// The first coordinate in [from, last] with a byte that is not 0; nothing also once `looked_at` is beyond `most`.
  virtual std::optional<phext::PackedCoordinate> next_occupied(phext::PackedCoordinate from,
                                                               phext::PackedCoordinate last, std::uint64_t& looked_at,
                                                               std::uint64_t most) const = 0;
  /// Calls visit(page number, bytes) for pages that may hold anything but zeros, in order.
  using VisitPage = std::function<void(PageNumber page, std::span<std::byte> bytes)>;
  virtual void for_each_page(const VisitPage& visit) const = 0;
  /// The bytes of a page, made if need be; empty when the region has no page of that number.
  virtual std::span<std::byte> page(PageNumber number) = 0;
  /// The coordinate of the first cell of a page; none where the region has no page of that number.
  virtual std::optional<phext::PackedCoordinate> first_of_page(PageNumber) const { return {}; }
  virtual std::uint64_t bytes() const = 0;
  virtual std::uint64_t pages_made() const = 0;
  std::uint64_t cells() const;

 protected:
  Region(std::uint64_t handle, const RegionSpec& spec) : handle_(handle), spec_(spec) {}

 private:
  std::uint64_t handle_;
  RegionSpec spec_;
};

/// Whether corners, mask and layout make a box. Morton and Hilbert curves need sides that are powers of two, and every
/// dense layout at most 2^63 cells.
bool is_box(const RegionSpec& spec);

/// A box in one piece of address space in the order of its curve. Null: the system gives no address space.
std::unique_ptr<Region> make_dense(std::uint64_t handle, const RegionSpec& spec);
/// Pages of up to 64 cells, made when first written.
std::unique_ptr<Region> make_sparse(std::uint64_t handle, const RegionSpec& spec);

/// All lines and columns of one scroll.
RegionSpec place_of(const phext::Coordinate& scroll);

/// The scrolls of a document. A coordinate's line and column, both from 1, find a byte of its scroll, in the lines that
/// it had when it was imported: writing a line break, or over one, moves no byte to another coordinate.
class ScrollRegion final : public Region {
 public:
  struct Held {
    std::string text;
    std::vector<std::size_t> lines;  ///< where each begins, and the length of the text
  };

  /// `scrolls`: none of them empty.
  ScrollRegion(std::uint64_t handle, const std::map<phext::Coordinate, std::string>& scrolls);

  bool contains(phext::PackedCoordinate c) const override;
  bool meets(const RegionSpec& other) const override;
  Covered cover(phext::PackedCoordinate c) const override;
  Covered make(phext::PackedCoordinate c) override { return cover(c); }
  std::byte* moved(const Pointer& pointer, phext::PackedCoordinate to) const override;
  std::optional<phext::PackedCoordinate> next_occupied(phext::PackedCoordinate from, phext::PackedCoordinate last,
                                                       std::uint64_t& looked_at, std::uint64_t most) const override;
  void for_each_page(const VisitPage& visit) const override;
  std::span<std::byte> page(PageNumber number) override;
  std::uint64_t bytes() const override;
  std::uint64_t pages_made() const override { return scrolls_.size(); }
  const std::map<phext::Coordinate, Held>& scrolls() const { return scrolls_; }

 private:
  mutable std::map<phext::Coordinate, Held> scrolls_;  // cells are written in place through pointers
};

}  // namespace vtpu::memory
