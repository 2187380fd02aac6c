#include "vtpu/memory/region.h"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "vtpu/base/check.h"
#include "vtpu/memory/arena.h"
#include "vtpu/memory/box_index.h"
#include "vtpu/memory/coordinate_map.h"

namespace vtpu::memory {
namespace {

using phext::Axis;
using phext::PackedCoordinate;

constexpr std::size_t kAxes = PackedCoordinate::kAxes;

Axis axis_of(std::size_t i) { return static_cast<Axis>(i); }
std::uint32_t side(const RegionSpec& spec, std::size_t axis) {
  return spec.last.get(axis_of(axis)) - spec.first.get(axis_of(axis)) + 1;
}

/// Moves to the next coordinate of the box; false at the last.
bool advance(const RegionSpec& spec, PackedCoordinate& at) {
  for (std::size_t i = kAxes; i-- > 0;) {
    if (at.get(axis_of(i)) < spec.last.get(axis_of(i))) {
      at = at.with(axis_of(i), at.get(axis_of(i)) + 1);
      return true;
    }
    at = at.with(axis_of(i), spec.first.get(axis_of(i)));
  }
  return false;
}

/// Which of the aligned 64 columns around `column` the box has.
std::uint64_t columns_in_box(const RegionSpec& spec, std::uint32_t column) {
  const std::uint32_t block = column & ~static_cast<std::uint32_t>(kPageColumns - 1);
  const std::uint32_t low = std::max(spec.first.get(Axis::column), block) - block;
  const std::uint32_t high = std::min<std::uint32_t>(spec.last.get(Axis::column), block + kPageColumns - 1) - block;
  return (~std::uint64_t{0} >> (63 - high)) & (~std::uint64_t{0} << low);
}

/// No access is possible to this many bytes before and after the cells of a dense box.
constexpr std::size_t kGuardBytes = kPageBytes;

struct Unmap {
  std::uint64_t bytes = 0;
  void operator()(std::byte* at) const { ::munmap(at - kGuardBytes, bytes + 2 * kGuardBytes); }
};
using Mapped = std::unique_ptr<std::byte, Unmap>;

/// Address space for a box of that many bytes, zeros, between guards. Null when the system refuses it. A box of at
/// least one huge page is aligned to huge pages, so that the system can use them, which saves TLB misses under random
/// access.
Mapped map_box(std::uint64_t bytes) {
  constexpr std::uint64_t kHugePage = std::uint64_t{1} << 21;
  const bool huge = bytes >= kHugePage;
  const std::uint64_t room = bytes + 2 * kGuardBytes + (huge ? kHugePage : 0);
  void* mapped = ::mmap(nullptr, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED) return nullptr;
  auto* data = static_cast<std::byte*>(mapped) + kGuardBytes;
  if (huge) {
    const std::uint64_t before = (kHugePage - reinterpret_cast<std::uintptr_t>(data) % kHugePage) % kHugePage;
    if (before > 0) ::munmap(data - kGuardBytes, before);
    data += before;
    if (before < kHugePage) ::munmap(data + bytes + kGuardBytes, kHugePage - before);
  }
  Mapped box(data, Unmap{bytes});
  if (::mprotect(data, bytes, PROT_READ | PROT_WRITE) != 0) return nullptr;
  if (huge) ::madvise(data, bytes, MADV_HUGEPAGE);
  return box;
}

class Dense final : public Region {
 public:
  Dense(std::uint64_t handle, const RegionSpec& spec, const BoxIndex& index, Mapped mapped, Quota& quota, Charge charge)
      : Region(handle, spec, std::move(charge)),
        index_(index),
        data_(mapped.get()),
        mapped_(std::move(mapped)),
        quota_(quota) {}

  Covered cover(PackedCoordinate c) const override {
    Covered covered;
    const std::uint64_t offset = index_.find(c) << spec().cell_log2;
    covered.at = data_ + offset;
    covered.begin = data_;
    covered.end = data_ + data_bytes();
    covered.before = static_cast<std::int64_t>(offset);
    covered.after = static_cast<std::int64_t>(data_bytes() - offset);
    const std::uint32_t column = c.get(Axis::column);
    const bool in_a_row = spec().layout == Layout::row_major && spec().on_mask(static_cast<std::size_t>(Axis::column));
    covered.columns = in_a_row ? columns_in_box(spec(), column) : std::uint64_t{1} << column % kPageColumns;
    return covered;
  }
  Covered make(PackedCoordinate c) override { return cover(c); }
  std::byte* moved(const Pointer&, PackedCoordinate to) const override {
    const std::uint64_t index = index_.find(to);
    return index == BoxIndex::kOutside ? nullptr : data_ + (index << spec().cell_log2);
  }

  std::optional<PackedCoordinate> next_occupied(PackedCoordinate from, PackedCoordinate last, std::uint64_t& looked_at,
                                                std::uint64_t most) const override {
    std::optional<PackedCoordinate> at = spec().box().first_inside(from);
    if (!at || *at > last) return {};
    if (spec().layout == Layout::row_major) return next_in_a_row(*at, last, looked_at, most);
    do {
      if (++looked_at > most) return {};
      if (!all_zero({data_ + (index_.find(*at) << spec().cell_log2), std::size_t{1} << spec().cell_log2})) return at;
    } while (advance(spec(), *at) && *at <= last);
    return {};
  }
  std::optional<PackedCoordinate> next_cell(PackedCoordinate from) const override {
    return spec().box().first_inside(from);
  }
  void for_each_page(const VisitPage& visit) const override {
    for (std::uint64_t k = 0; k < mapped_bytes() / kPageBytes; ++k) visit(page_at(k));
  }
  std::size_t page_bytes(PageNumber number) const override {
    return number < mapped_bytes() / kPageBytes ? page_at(static_cast<std::uint64_t>(number)).bytes.size() : 0;
  }
  std::optional<Page> page(PageNumber number) override {
    if (number >= mapped_bytes() / kPageBytes) return {};
    return page_at(static_cast<std::uint64_t>(number));
  }
  bool keep_marks() override {
    marks_ = HostPages::map(&quota_, mapped_bytes() / kPageBytes * sizeof(std::uint64_t));
    return static_cast<bool>(marks_);
  }
  std::optional<PackedCoordinate> first_of_page(PageNumber number) const override {
    if (number >= mapped_bytes() / kPageBytes) return {};
    return index_.coordinate(static_cast<std::uint64_t>(number) * kPageBytes >> spec().cell_log2);
  }
  std::uint64_t bytes() const override { return mapped_bytes(); }
  std::uint64_t pages_made() const override {
    std::uint64_t made = 0;
    for_each_page([&](const Page& page) { made += !all_zero(page.bytes); });
    return made;
  }

 private:
  std::uint64_t data_bytes() const { return index_.cells() << spec().cell_log2; }
  std::uint64_t mapped_bytes() const { return (data_bytes() + kPageBytes - 1) / kPageBytes * kPageBytes; }
  Page page_at(std::uint64_t number) const {
    const std::uint64_t at = number * kPageBytes;
    auto* const marks = reinterpret_cast<std::uint64_t*>(marks_.data());
    return {
        number, {data_ + at, std::min<std::uint64_t>(kPageBytes, data_bytes() - at)}, marks ? marks + number : marks};
  }

  /// In row-major order, cells are in the order of their coordinates, so this is one pass over the bytes.
  std::optional<PackedCoordinate> next_in_a_row(PackedCoordinate first, PackedCoordinate last, std::uint64_t& looked_at,
                                                std::uint64_t most) const {
    const unsigned log2 = spec().cell_log2;
    const std::uint64_t begin = index_.find(first);
    std::uint64_t end = index_.cells();
    if (last < spec().last)
      if (const auto after = spec().box().first_inside(PackedCoordinate::from_bits(last.with_flags(0).bits() + 1)))
        end = index_.find(*after);
    std::uint64_t at = begin << log2;
    while (at < end << log2) {
      const std::uint64_t size = std::min<std::uint64_t>(kPageBytes, (end << log2) - at);
      if (all_zero({data_ + at, size})) {
        at += size;
        if (looked_at + ((at >> log2) - begin) > most) break;
        continue;
      }
      while (data_[at] == std::byte{0}) ++at;
      looked_at += (at >> log2) - begin + 1;
      return index_.coordinate(at >> log2);
    }
    looked_at += (at >> log2) - begin;
    return {};
  }

  BoxIndex index_;
  std::byte* data_;
  Mapped mapped_;
  Quota& quota_;
  HostPages marks_;  ///< of a backed region
};

class Sparse final : public Region {
 public:
  Sparse(std::uint64_t handle, const RegionSpec& spec, Quota& quota, Charge charge)
      : Region(handle, spec, std::move(charge)),
        quota_(quota),
        cells_(&quota, kPageColumns << spec.cell_log2),
        nodes_(&quota, kNodeBytes),
        pages_(quota),
        in_order_(ArenaAllocator<InOrder::value_type>(nodes_)) {}

  Covered cover(PackedCoordinate c) const override {
    const std::uint64_t* page = pages_.find(key_of(c));
    return covered(page == nullptr ? nullptr : reinterpret_cast<std::byte*>(*page), c);
  }
  Covered make(PackedCoordinate c) override {
    if (const std::uint64_t* page = pages_.find(key_of(c))) return covered(reinterpret_cast<std::byte*>(*page), c);
    return covered(new_page(key_of(c)), c);
  }
  void cells_at(std::span<const PackedCoordinate> at, std::span<const std::byte*> cells) const override {
    std::array<std::uint64_t, 32> pages;
    for (std::size_t from = 0; from < at.size(); from += pages.size()) {
      const auto some = at.subspan(from, std::min(pages.size(), at.size() - from));
      pages_.find(some, std::span(pages).first(some.size()), 0, PackedCoordinate::Bits{kPageColumns - 1});
      for (std::size_t i = 0; i < some.size(); ++i) {
        const std::uint64_t column = static_cast<std::uint64_t>(some[i].bits()) % kPageColumns;
        cells[from + i] =
            pages[i] == 0 ? nullptr : reinterpret_cast<const std::byte*>(pages[i]) + (column << spec().cell_log2);
      }
    }
  }
  bool prepare(PackedCoordinate c) override { return pages_.find(key_of(c)) != nullptr || prepare_page(); }
  std::byte* moved(const Pointer& pointer, PackedCoordinate to) const override {
    if (key_of(pointer.coordinate) != key_of(to) || !contains(to)) return nullptr;
    const std::int64_t columns =
        std::int64_t{to.get(Axis::column)} - std::int64_t{pointer.coordinate.get(Axis::column)};
    return pointer.base + columns * (std::int64_t{1} << spec().cell_log2);
  }
  std::optional<PackedCoordinate> next_occupied(PackedCoordinate from, PackedCoordinate last, std::uint64_t& looked_at,
                                                std::uint64_t most) const override {
    for (auto at = in_order_.lower_bound(key_of(from)); at != in_order_.end() && at->first <= last; ++at)
      for (std::uint64_t columns = columns_from(at->first, from); columns != 0; columns &= columns - 1) {
        const auto k = static_cast<std::uint32_t>(std::countr_zero(columns));
        const PackedCoordinate c = at->first.with(Axis::column, at->first.get(Axis::column) + k);
        if (c > last || ++looked_at > most) return {};
        if (!all_zero({at->second.bytes + (std::size_t{k} << spec().cell_log2), std::size_t{1} << spec().cell_log2}))
          return c;
      }
    return {};
  }
  std::optional<PackedCoordinate> next_cell(PackedCoordinate from) const override {
    for (auto at = in_order_.lower_bound(key_of(from)); at != in_order_.end(); ++at)
      if (const std::uint64_t columns = columns_from(at->first, from); columns != 0)
        return at->first.with(Axis::column,
                              at->first.get(Axis::column) + static_cast<std::uint32_t>(std::countr_zero(columns)));
    return {};
  }
  void for_each_page(const VisitPage& visit) const override {
    for (const auto& [key, held] : in_order_) visit({key.bits(), {held.bytes, cells_.block()}, &held.mark});
  }
  std::size_t page_bytes(PageNumber number) const override {
    const PackedCoordinate key = PackedCoordinate::from_bits(number);
    if (key.bits() != number || key.flags() != 0 || key != key_of(key)) return 0;
    const Box cells{key, key.with(Axis::column, key.get(Axis::column) + kPageColumns - 1)};
    return spec().box().overlaps(cells) ? cells_.block() : 0;
  }
  std::optional<Page> page(PageNumber number) override {
    if (page_bytes(number) == 0) return {};
    const PackedCoordinate key = PackedCoordinate::from_bits(number);
    auto found = in_order_.find(key);
    if (found == in_order_.end()) {
      if (!prepare_page()) return {};
      new_page(key);
      found = in_order_.find(key);
    }
    return Page{number, {found->second.bytes, cells_.block()}, &found->second.mark};
  }
  bool keep_marks() override { return true; }  // there is room for them in the nodes of the index
  std::uint64_t bytes() const override { return in_order_.size() * cells_.block(); }
  std::uint64_t pages_made() const override { return in_order_.size(); }

 private:
  static PackedCoordinate key_of(PackedCoordinate c) {
    return c.with_flags(0).with(Axis::column, c.get(Axis::column) & ~static_cast<std::uint32_t>(kPageColumns - 1));
  }
  /// Which columns of a page, at or after that of `from`, are cells of the box at `from` or later.
  std::uint64_t columns_from(PackedCoordinate page, PackedCoordinate from) const {
    const std::uint64_t columns = columns_in_box(spec(), page.get(Axis::column));
    return page == key_of(from) ? columns & (~std::uint64_t{0} << from.get(Axis::column) % kPageColumns) : columns;
  }
  bool prepare_page() {
    const std::size_t count = in_order_.size() + 1;
    return quota_.fits(pages_.growth(count) + nodes_.growth() + cells_.growth()) && pages_.reserve(count) &&
           nodes_.reserve() && cells_.reserve();
  }
  /// A page of zeros, aligned to a cache line, which the smallest page fills.
  std::byte* new_page(PackedCoordinate key) {
    std::byte* page = cells_.take();
    pages_.insert(key, reinterpret_cast<std::uint64_t>(page));
    in_order_.try_emplace(key, page);
    return page;
  }
  Covered covered(std::byte* page, PackedCoordinate c) const {
    const std::uint32_t column = c.get(Axis::column);
    const std::uint64_t columns = columns_in_box(spec(), column);
    const std::int64_t cell = std::int64_t{1} << spec().cell_log2;
    const std::int64_t first = std::countr_zero(columns), after = 64 - std::countl_zero(columns);
    const auto here = static_cast<std::int64_t>(column % kPageColumns);
    Covered covered;
    covered.before = (here - first) * cell;
    covered.after = (after - here) * cell;
    covered.columns = columns;
    if (page != nullptr)
      covered.at = page + here * cell, covered.begin = page + first * cell, covered.end = page + after * cell;
    return covered;
  }

  struct Held {
    std::byte* bytes;
    mutable std::uint64_t mark = 0;

    explicit Held(std::byte* page) : bytes(page) {}
  };
  using InOrder =
      std::map<PackedCoordinate, Held, std::less<>, ArenaAllocator<std::pair<const PackedCoordinate, Held>>>;
  /// A node of a red-black tree: colour and three pointers, then the value.
  static constexpr std::size_t kNodeBytes = 4 * sizeof(void*) + sizeof(InOrder::value_type);

  Quota& quota_;
  Arena cells_, nodes_;
  CoordinateMap pages_;
  InOrder in_order_;
};

}  // namespace

bool all_zero(std::span<const std::byte> bytes) {
  // Compares the bytes with themselves shifted by one; memcmp compares whole vectors at once.
  return bytes.empty() ||
         (bytes[0] == std::byte{0} && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

std::uint64_t Region::cells() const {
  unsigned __int128 cells = 1;
  for (std::size_t i = 0; i < kAxes; ++i) {
    cells *= side(spec_, i);
    if (cells > ~std::uint64_t{0}) return ~std::uint64_t{0};
  }
  return static_cast<std::uint64_t>(cells);
}

bool is_box(const RegionSpec& spec) {
  if (spec.mask == 0 || spec.mask >= 1u << kAxes || spec.cell_log2 > 6) return false;
  for (std::size_t i = 0; i < kAxes; ++i) {
    const std::uint32_t low = spec.first.get(axis_of(i)), high = spec.last.get(axis_of(i));
    if (high < low || (!spec.on_mask(i) && low != high)) return false;
  }
  return spec.layout == Layout::sparse || curve_of(spec).has_value();
}

std::unique_ptr<Region> make_dense(std::uint64_t handle, const RegionSpec& spec, Quota& quota) {
  const auto index = BoxIndex::make(spec);
  const std::uint64_t bytes = ((index->cells() << spec.cell_log2) + kPageBytes - 1) / kPageBytes * kPageBytes;
  Charge charged = charge(quota, kRegionBytes + bytes);
  if (charged == nullptr) return nullptr;
  Mapped mapped = map_box(bytes);
  if (mapped == nullptr) return nullptr;
  return std::make_unique<Dense>(handle, spec, *index, std::move(mapped), quota, std::move(charged));
}

std::unique_ptr<Region> make_sparse(std::uint64_t handle, const RegionSpec& spec, Quota& quota) {
  Charge charged = charge(quota, kRegionBytes);
  if (charged == nullptr) return nullptr;
  return std::make_unique<Sparse>(handle, spec, quota, std::move(charged));
}

// ---- scrolls

RegionSpec place_of(const phext::Coordinate& scroll) {
  RegionSpec place;
  place.mask = 3;  // line and column
  place.first = PackedCoordinate::from_coordinate(scroll).with(Axis::line, 0).with(Axis::column, 0);
  place.last = place.first.with(Axis::line, PackedCoordinate::kMax).with(Axis::column, PackedCoordinate::kMax);
  place.layout = Layout::sparse;
  return place;
}

namespace {

/// The smallest box around the places of the scrolls.
RegionSpec spec_of(const std::map<phext::Coordinate, std::string>& scrolls) {
  RegionSpec spec;
  spec.cell_log2 = 0;
  spec.layout = Layout::sparse;
  spec.mask = (1u << kAxes) - 1;
  if (!scrolls.empty()) spec.first = spec.last = place_of(scrolls.begin()->first).first;
  for (const auto& [coordinate, text] : scrolls) {
    const RegionSpec place = place_of(coordinate);
    for (std::size_t i = 0; i < kAxes; ++i) {
      const Axis axis = axis_of(i);
      spec.first = spec.first.with(axis, std::min(spec.first.get(axis), place.first.get(axis)));
      spec.last = spec.last.with(axis, std::max(spec.last.get(axis), place.last.get(axis)));
    }
  }
  return spec;
}

/// The entries of Held::lines.
std::size_t line_count(std::string_view text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), phext::byte_of(phext::Break::line))) + 2;
}
std::vector<std::size_t> lines_of(std::string_view text) {
  std::vector<std::size_t> lines;
  lines.reserve(line_count(text));
  lines.push_back(0);
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == phext::byte_of(phext::Break::line)) lines.push_back(i + 1);
  lines.push_back(text.size());
  return lines;
}

std::optional<phext::Coordinate> scroll_of(PackedCoordinate c) {
  const auto coordinate = c.with(Axis::line, 1).with(Axis::column, 1).to_coordinate();
  if (!coordinate) return {};
  return *coordinate;
}

/// The offset in its scroll of the byte at a line and column, if there is one.
std::optional<std::size_t> offset_of(const ScrollRegion::Held& scroll, PackedCoordinate c) {
  const std::size_t line = c.get(Axis::line), column = c.get(Axis::column);
  if (line == 0 || line >= scroll.lines.size() || column == 0) return {};
  const std::size_t at = scroll.lines[line - 1] + column - 1;
  if (at >= scroll.lines[line]) return {};
  return at;
}

PackedCoordinate coordinate_of(const phext::Coordinate& scroll, std::uint32_t line, std::uint32_t column) {
  return PackedCoordinate::from_coordinate(scroll).with(Axis::line, line).with(Axis::column, column);
}

std::span<std::byte> bytes_of(ScrollRegion::Held& scroll) { return std::as_writable_bytes(std::span(scroll.text)); }

}  // namespace

ScrollRegion::ScrollRegion(std::uint64_t handle, const std::map<phext::Coordinate, std::string>& scrolls, Charge charge)
    : Region(handle, spec_of(scrolls), std::move(charge)) {
  for (const auto& [coordinate, text] : scrolls) scrolls_[coordinate] = {text, lines_of(text)};
}

std::uint64_t ScrollRegion::cost_of(const std::map<phext::Coordinate, std::string>& scrolls) {
  constexpr std::uint64_t kAllocation = 16;  // what the allocator adds to each of three
  constexpr std::uint64_t kScroll = 4 * sizeof(void*) + sizeof(std::pair<const phext::Coordinate, Held>);
  std::uint64_t bytes = kRegionBytes;
  for (const auto& [coordinate, text] : scrolls)
    bytes +=
        kScroll + RegionIndex::kBoxBytes + text.size() + 1 + line_count(text) * sizeof(std::size_t) + 3 * kAllocation;
  return bytes;
}

bool ScrollRegion::contains(PackedCoordinate c) const {
  const auto scroll = scroll_of(c);
  if (!scroll) return false;
  const auto found = scrolls_.find(*scroll);
  return found != scrolls_.end() && offset_of(found->second, c).has_value();
}

/// The first scroll that has `from` or a later coordinate.
ScrollRegion::Scrolls::const_iterator ScrollRegion::first_scroll(PackedCoordinate from) const {
  static const Box kScrolls = [] {
    Box all;
    for (std::size_t i = 0; i < kAxes; ++i) {
      const bool of_line = axis_of(i) == Axis::line || axis_of(i) == Axis::column;
      all.first = all.first.with(axis_of(i), of_line ? 0 : 1);
      all.last = all.last.with(axis_of(i), of_line ? PackedCoordinate::kMax : phext::Coordinate::kMax);
    }
    return all;
  }();
  const auto at = kScrolls.first_inside(from);
  return at ? scrolls_.lower_bound(*scroll_of(*at)) : scrolls_.end();
}

ScrollRegion::Place ScrollRegion::first_place(PackedCoordinate from) const {
  Place place{first_scroll(from)};
  if (place.scroll == scrolls_.end()) return place;
  const Held& scroll = place.scroll->second;
  const std::uint32_t line = from.get(Axis::line), column = from.get(Axis::column);
  if (place_of(place.scroll->first).first >= from.with_flags(0) || line == 0) return place;
  // `from` is in this scroll, or where its lines end.
  place.line = line;
  if (line >= scroll.lines.size()) {
    place = {std::next(place.scroll)};
  } else {
    place.column = std::max(column, 1u) - 1;
    advance(place);
  }
  return place;
}

/// Every line has a byte, except possibly the last.
void ScrollRegion::advance(Place& place) const {
  const std::vector<std::size_t>& lines = place.scroll->second.lines;
  const auto room = [&] {
    return std::min<std::size_t>(lines[place.line] - lines[place.line - 1], PackedCoordinate::kMax);
  };
  if (++place.column <= room()) return;
  place.column = 1;
  if (++place.line < std::min<std::size_t>(lines.size(), PackedCoordinate::kMax + 1) && room() > 0) return;
  place = {std::next(place.scroll)};
}

Covered ScrollRegion::cover(PackedCoordinate c) const {
  Held& scroll = scrolls_.find(*scroll_of(c))->second;
  const std::size_t offset = *offset_of(scroll, c);
  Covered covered;
  covered.begin = bytes_of(scroll).data();
  covered.at = covered.begin + offset;
  covered.end = covered.begin + scroll.text.size();
  covered.before = static_cast<std::int64_t>(offset);
  covered.after = static_cast<std::int64_t>(scroll.text.size() - offset);
  covered.columns = std::uint64_t{1} << c.get(Axis::column) % kPageColumns;
  return covered;
}

std::byte* ScrollRegion::moved(const Pointer& pointer, PackedCoordinate to) const {
  return scroll_of(pointer.coordinate) == scroll_of(to) && contains(to) ? cover(to).at : nullptr;
}

std::optional<PackedCoordinate> ScrollRegion::next_occupied(PackedCoordinate from, PackedCoordinate last,
                                                            std::uint64_t& looked_at, std::uint64_t most) const {
  for (Place place = first_place(from); place.scroll != scrolls_.end(); advance(place)) {
    const PackedCoordinate at = coordinate_of(place.scroll->first, place.line, place.column);
    if (at > last || ++looked_at > most) return {};
    const Held& scroll = place.scroll->second;
    if (scroll.text[scroll.lines[place.line - 1] + place.column - 1] != 0) return at;
  }
  return {};
}

std::optional<PackedCoordinate> ScrollRegion::next_cell(PackedCoordinate from) const {
  const Place place = first_place(from);
  if (place.scroll == scrolls_.end()) return {};
  return coordinate_of(place.scroll->first, place.line, place.column);
}

void ScrollRegion::for_each_page(const VisitPage& visit) const {
  PageNumber number = 0;
  for (auto& [coordinate, scroll] : scrolls_) visit({number++, bytes_of(scroll)});
}
std::size_t ScrollRegion::page_bytes(PageNumber number) const {
  if (number >= scrolls_.size()) return 0;
  return std::next(scrolls_.begin(), static_cast<std::ptrdiff_t>(number))->second.text.size();
}
std::optional<Page> ScrollRegion::page(PageNumber number) {
  if (number >= scrolls_.size()) return {};
  return Page{number, bytes_of(std::next(scrolls_.begin(), static_cast<std::ptrdiff_t>(number))->second)};
}
std::uint64_t ScrollRegion::bytes() const {
  std::uint64_t sum = 0;
  for (const auto& [coordinate, scroll] : scrolls_) sum += scroll.text.size();
  return sum;
}

}  // namespace vtpu::memory
