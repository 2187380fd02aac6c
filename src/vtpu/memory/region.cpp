#include "vtpu/memory/region.h"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "vtpu/base/check.h"
#include "vtpu/memory/coordinate_map.h"

namespace vtpu::memory {
namespace {

using phext::Axis;
using phext::PackedCoordinate;

constexpr std::size_t kAxes = PackedCoordinate::kAxes;

Axis axis_of(std::size_t i) { return static_cast<Axis>(i); }
bool on_mask(const RegionSpec& spec, std::size_t axis) { return (spec.mask >> (kAxes - 1 - axis) & 1) != 0; }
std::uint32_t side(const RegionSpec& spec, std::size_t axis) {
  return spec.last.get(axis_of(axis)) - spec.first.get(axis_of(axis)) + 1;
}
bool all_zero(std::span<const std::byte> bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b == std::byte{0}; });
}
PackedCoordinate at_least(PackedCoordinate a, PackedCoordinate b) { return a < b ? b : a; }

/// The least coordinate of the box at or behind `from`: numbers are kept while they are inside, and what follows the
/// first that is not starts anew.
std::optional<PackedCoordinate> first_inside(const RegionSpec& spec, PackedCoordinate from) {
  PackedCoordinate at = from.with_flags(0);
  for (std::size_t i = 0; i < kAxes; ++i) {
    const std::uint32_t low = spec.first.get(axis_of(i)), high = spec.last.get(axis_of(i)), here = at.get(axis_of(i));
    if (here >= low && here <= high) continue;
    std::size_t from_axis = i;
    if (here > high) {  // carry into the nearest axis before it that has room
      while (from_axis > 0 && at.get(axis_of(from_axis - 1)) == spec.last.get(axis_of(from_axis - 1))) --from_axis;
      if (from_axis == 0) return {};
      at = at.with(axis_of(from_axis - 1), at.get(axis_of(from_axis - 1)) + 1);
    }
    for (std::size_t j = from_axis; j < kAxes; ++j) at = at.with(axis_of(j), spec.first.get(axis_of(j)));
    return at;
  }
  return at;
}
/// The one behind it, inside the box.
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

/// Bits of the columns, among the 64 around `column`, that the box has.
std::uint64_t columns_in_box(const RegionSpec& spec, std::uint32_t column) {
  const std::uint32_t block = column & ~static_cast<std::uint32_t>(kPageColumns - 1);
  const std::uint32_t low = std::max(spec.first.get(Axis::column), block) - block;
  const std::uint32_t high = std::min<std::uint32_t>(spec.last.get(Axis::column), block + kPageColumns - 1) - block;
  return (~std::uint64_t{0} >> (63 - high)) & (~std::uint64_t{0} << low);
}

using AnyCurve = std::variant<phext::RowMajor, phext::Morton, phext::Hilbert>;

std::optional<AnyCurve> curve_of(const RegionSpec& spec) {
  std::vector<std::uint32_t> sides;
  for (std::size_t i = 0; i < kAxes; ++i)
    if (on_mask(spec, i)) sides.push_back(side(spec, i));
  const auto wrapped = [](auto curve) -> std::optional<AnyCurve> {
    if (!curve) return {};
    return *curve;
  };
  if (spec.layout == Layout::morton) return wrapped(phext::Morton::make(sides));
  if (spec.layout == Layout::hilbert) return wrapped(phext::Hilbert::make(sides));
  return wrapped(phext::RowMajor::make(sides));
}

class Dense final : public Region {
 public:
  Dense(std::uint64_t handle, const RegionSpec& spec, std::byte* data) : Region(handle, spec), curve_(*curve_of(spec)), data_(data) {
    std::uint64_t stride = 1;
    for (std::size_t i = kAxes; i-- > 0;)
      if (on_mask(spec, i)) strides_[i] = stride, stride *= side(spec, i);
  }
  ~Dense() override { ::munmap(data_, mapped_bytes()); }

  Covered cover(PackedCoordinate c) const override {
    Covered covered;
    const std::uint64_t offset = index(c) << spec().cell_log2;
    covered.at = data_ + offset;
    covered.begin = data_;
    covered.end = data_ + data_bytes();
    covered.before = static_cast<std::int64_t>(offset);
    covered.behind = static_cast<std::int64_t>(data_bytes() - offset);
    const std::uint32_t column = c.get(Axis::column);
    const bool in_a_row = spec().layout == Layout::row_major && on_mask(spec(), static_cast<std::size_t>(Axis::column));
    covered.columns = in_a_row ? columns_in_box(spec(), column) : std::uint64_t{1} << column % kPageColumns;
    return covered;
  }
  Covered make(PackedCoordinate c) override { return cover(c); }
  std::byte* moved(const Pointer&, PackedCoordinate to) const override { return data_ + (index(to) << spec().cell_log2); }

  std::optional<PackedCoordinate> next_occupied(PackedCoordinate from, PackedCoordinate last, std::uint64_t& looked_at) const override {
    std::optional<PackedCoordinate> at = first_inside(spec(), from);
    while (at && *at <= last) {
      ++looked_at;
      if (!all_zero({data_ + (index(*at) << spec().cell_log2), std::size_t{1} << spec().cell_log2})) return at;
      if (!advance(spec(), *at)) break;
    }
    return {};
  }
  void for_each_page(const VisitPage& visit) const override {
    for (std::uint64_t at = 0; at < data_bytes(); at += kPageBytes)
      visit(at / kPageBytes, {data_ + at, std::min<std::uint64_t>(kPageBytes, data_bytes() - at)});
  }
  std::span<std::byte> page(std::uint64_t number) override {
    if (number * kPageBytes >= data_bytes()) return {};
    return {data_ + number * kPageBytes, std::min<std::uint64_t>(kPageBytes, data_bytes() - number * kPageBytes)};
  }
  std::uint64_t bytes() const override { return mapped_bytes(); }
  std::uint64_t pages_made() const override {
    std::uint64_t made = 0;
    for_each_page([&](std::uint64_t, std::span<std::byte> bytes) { made += !all_zero(bytes); });
    return made;
  }

 private:
  std::uint64_t data_bytes() const { return cells() << spec().cell_log2; }
  std::uint64_t mapped_bytes() const { return (data_bytes() + kPageBytes - 1) / kPageBytes * kPageBytes; }
  std::uint64_t index(PackedCoordinate c) const {
    if (spec().layout == Layout::row_major) {
      std::uint64_t sum = 0;
      for (std::size_t i = 0; i < kAxes; ++i) sum += strides_[i] * (c.get(axis_of(i)) - spec().first.get(axis_of(i)));
      return sum;
    }
    phext::Point point{};
    std::size_t d = 0;
    for (std::size_t i = 0; i < kAxes; ++i)
      if (on_mask(spec(), i)) point[d++] = c.get(axis_of(i)) - spec().first.get(axis_of(i));
    return std::visit([&](const auto& curve) { return curve.index(point); }, curve_);
  }

  AnyCurve curve_;
  std::array<std::uint64_t, kAxes> strides_{};
  std::byte* data_;
};

class Sparse final : public Region {
 public:
  Sparse(std::uint64_t handle, const RegionSpec& spec) : Region(handle, spec) {}

  Covered cover(PackedCoordinate c) const override {
    const std::uint64_t* page = pages_.find(key_of(c));
    return covered(page == nullptr ? nullptr : reinterpret_cast<std::byte*>(*page), c);
  }
  Covered make(PackedCoordinate c) override {
    if (const std::uint64_t* page = pages_.find(key_of(c))) return covered(reinterpret_cast<std::byte*>(*page), c);
    return covered(new_page(key_of(c)), c);
  }
  std::uint64_t cost_of(PackedCoordinate c) const override { return pages_.find(key_of(c)) == nullptr ? page_bytes() : 0; }
  std::byte* moved(const Pointer& pointer, PackedCoordinate to) const override {
    if (key_of(pointer.coordinate) != key_of(to)) return nullptr;
    const std::int64_t columns = std::int64_t{to.get(Axis::column)} - std::int64_t{pointer.coordinate.get(Axis::column)};
    return pointer.base + columns * (std::int64_t{1} << spec().cell_log2);
  }
  std::optional<PackedCoordinate> next_occupied(PackedCoordinate from, PackedCoordinate last, std::uint64_t& looked_at) const override {
    for (auto at = in_order_.lower_bound(key_of(from)); at != in_order_.end() && at->first <= last; ++at)
      for (std::uint32_t k = 0; k < kPageColumns; ++k) {
        const PackedCoordinate c = at->first.with(Axis::column, at->first.get(Axis::column) + k);
        if (c < from.with_flags(0) || c > last || !contains(c)) continue;
        ++looked_at;
        if (!all_zero({at->second + (std::size_t{k} << spec().cell_log2), std::size_t{1} << spec().cell_log2})) return c;
      }
    return {};
  }
  void for_each_page(const VisitPage& visit) const override {
    for (const auto& [key, bytes] : in_order_) visit(number_of(key), {bytes, page_bytes()});
  }
  std::span<std::byte> page(std::uint64_t number) override {
    const PackedCoordinate key = key_with(number);
    if (!contains(key) && !meets({key, key.with(Axis::column, key.get(Axis::column) + kPageColumns - 1), 1, 0, Layout::sparse})) return {};
    const std::uint64_t* page = pages_.find(key);
    return {page == nullptr ? new_page(key) : reinterpret_cast<std::byte*>(*page), page_bytes()};
  }
  std::uint64_t bytes() const override { return storage_.size() * page_bytes(); }
  std::uint64_t pages_made() const override { return storage_.size(); }

 private:
  std::size_t page_bytes() const { return kPageColumns << spec().cell_log2; }
  static PackedCoordinate key_of(PackedCoordinate c) {
    return c.with_flags(0).with(Axis::column, c.get(Axis::column) & ~static_cast<std::uint32_t>(kPageColumns - 1));
  }
  /// A page's number: the places of its coordinate within the box, in row-major order, over the masked axes; for the
  /// column, which 64.
  std::uint64_t number_of(PackedCoordinate key) const {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < kAxes; ++i) {
      if (!on_mask(spec(), i)) continue;
      if (axis_of(i) == Axis::column) number = number * 32 + key.get(Axis::column) / kPageColumns;
      else number = number * side(spec(), i) + (key.get(axis_of(i)) - spec().first.get(axis_of(i)));
    }
    return number;
  }
  PackedCoordinate key_with(std::uint64_t number) const {
    PackedCoordinate key = key_of(spec().first);
    for (std::size_t i = kAxes; i-- > 0;) {
      if (!on_mask(spec(), i)) continue;
      const bool column = axis_of(i) == Axis::column;
      const std::uint64_t base = column ? 32 : side(spec(), i);
      const auto digit = static_cast<std::uint32_t>(number % base);
      number /= base;
      key = key.with(axis_of(i), column ? digit * static_cast<std::uint32_t>(kPageColumns) : spec().first.get(axis_of(i)) + digit);
    }
    return key;
  }
  std::byte* new_page(PackedCoordinate key) {
    storage_.push_back(std::make_unique<std::byte[]>(page_bytes()));
    std::byte* page = storage_.back().get();
    pages_.insert(key, reinterpret_cast<std::uint64_t>(page));
    in_order_[key] = page;
    return page;
  }
  Covered covered(std::byte* page, PackedCoordinate c) const {
    const std::uint32_t column = c.get(Axis::column);
    const std::uint64_t columns = columns_in_box(spec(), column);
    const std::int64_t cell = std::int64_t{1} << spec().cell_log2;
    const std::int64_t first = std::countr_zero(columns), behind = 64 - std::countl_zero(columns);
    const auto here = static_cast<std::int64_t>(column % kPageColumns);
    Covered covered;
    covered.before = (here - first) * cell;
    covered.behind = (behind - here) * cell;
    covered.columns = columns;
    if (page != nullptr) covered.at = page + here * cell, covered.begin = page + first * cell, covered.end = page + behind * cell;
    return covered;
  }

  CoordinateMap pages_;
  std::map<PackedCoordinate, std::byte*> in_order_;
  std::vector<std::unique_ptr<std::byte[]>> storage_;
};

}  // namespace

bool Region::contains(PackedCoordinate c) const {
  for (std::size_t i = 0; i < kAxes; ++i) {
    const std::uint32_t x = c.get(axis_of(i));
    if (x < spec_.first.get(axis_of(i)) || x > spec_.last.get(axis_of(i))) return false;
  }
  return true;
}

bool Region::meets(const RegionSpec& other) const {
  for (std::size_t i = 0; i < kAxes; ++i)
    if (spec_.last.get(axis_of(i)) < other.first.get(axis_of(i)) || other.last.get(axis_of(i)) < spec_.first.get(axis_of(i))) return false;
  return true;
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
    if (high < low || (!on_mask(spec, i) && low != high)) return false;
  }
  return spec.layout == Layout::sparse || curve_of(spec).has_value();
}

std::unique_ptr<Region> make_dense(std::uint64_t handle, const RegionSpec& spec) {
  std::uint64_t bytes = std::uint64_t{1} << spec.cell_log2;
  for (std::size_t i = 0; i < kAxes; ++i) bytes *= side(spec, i);
  bytes = (bytes + kPageBytes - 1) / kPageBytes * kPageBytes;
  void* data = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (data == MAP_FAILED) return nullptr;
  return std::make_unique<Dense>(handle, spec, static_cast<std::byte*>(data));
}

std::unique_ptr<Region> make_sparse(std::uint64_t handle, const RegionSpec& spec) {
  return std::make_unique<Sparse>(handle, spec);
}

// ---- scrolls

namespace {

RegionSpec spec_of(const std::map<phext::Coordinate, std::string>& scrolls) {
  RegionSpec spec;
  spec.cell_log2 = 0;
  spec.layout = Layout::sparse;
  spec.mask = (1u << kAxes) - 1;
  if (!scrolls.empty()) {
    spec.first = PackedCoordinate::from_coordinate(scrolls.begin()->first);
    spec.last = PackedCoordinate::from_coordinate(scrolls.rbegin()->first);
  }
  return spec;
}

std::optional<phext::Coordinate> scroll_of(PackedCoordinate c) {
  const auto coordinate = c.with(Axis::line, 1).with(Axis::column, 1).to_coordinate();
  if (!coordinate) return {};
  return *coordinate;
}

}  // namespace

ScrollRegion::ScrollRegion(std::uint64_t handle, std::map<phext::Coordinate, std::string> scrolls)
    : Region(handle, spec_of(scrolls)), scrolls_(std::move(scrolls)) {}

std::optional<std::size_t> ScrollRegion::offset_of(const std::string& scroll, PackedCoordinate c) const {
  std::size_t at = 0;
  for (std::uint32_t line = 1; line < c.get(Axis::line); ++line) {
    at = scroll.find('\n', at);
    if (at == std::string::npos) return {};
    ++at;
  }
  if (c.get(Axis::line) == 0 || c.get(Axis::column) == 0) return {};
  const std::size_t end = std::min(scroll.find('\n', at), scroll.size() - 1) + 1;  // a line ends behind its break
  at += c.get(Axis::column) - 1;
  if (at >= end) return {};
  return at;
}

bool ScrollRegion::contains(PackedCoordinate c) const {
  const auto scroll = scroll_of(c);
  if (!scroll) return false;
  const auto found = scrolls_.find(*scroll);
  return found != scrolls_.end() && offset_of(found->second, c).has_value();
}

bool ScrollRegion::meets(const RegionSpec& other) const {
  for (const auto& [coordinate, text] : scrolls_) {
    RegionSpec scroll;
    scroll.first = PackedCoordinate::from_coordinate(coordinate).with(Axis::line, 0).with(Axis::column, 0);
    scroll.last = scroll.first.with(Axis::line, PackedCoordinate::kMax).with(Axis::column, PackedCoordinate::kMax);
    bool apart = false;
    for (std::size_t i = 0; i < kAxes; ++i)
      apart |= scroll.last.get(axis_of(i)) < other.first.get(axis_of(i)) || other.last.get(axis_of(i)) < scroll.first.get(axis_of(i));
    if (!apart) return true;
  }
  return false;
}

Covered ScrollRegion::cover(PackedCoordinate c) const {
  std::string& text = scrolls_.find(*scroll_of(c))->second;
  const std::size_t offset = *offset_of(text, c);
  Covered covered;
  covered.begin = reinterpret_cast<std::byte*>(text.data());
  covered.at = covered.begin + offset;
  covered.end = covered.begin + text.size();
  covered.before = static_cast<std::int64_t>(offset);
  covered.behind = static_cast<std::int64_t>(text.size() - offset);
  covered.columns = std::uint64_t{1} << c.get(Axis::column) % kPageColumns;
  return covered;
}

std::byte* ScrollRegion::moved(const Pointer& pointer, PackedCoordinate to) const {
  return scroll_of(pointer.coordinate) == scroll_of(to) ? cover(to).at : nullptr;
}

std::optional<PackedCoordinate> ScrollRegion::next_occupied(PackedCoordinate from, PackedCoordinate last, std::uint64_t& looked_at) const {
  for (auto& [coordinate, text] : scrolls_) {
    PackedCoordinate at = PackedCoordinate::from_coordinate(coordinate);
    if (at.with(Axis::line, PackedCoordinate::kMax).with(Axis::column, PackedCoordinate::kMax) < from) continue;
    for (const char byte : text) {
      if (at > last) return {};
      ++looked_at;
      if (at >= at_least(from, at) && byte != 0) return at;
      const bool breaks = byte == '\n';
      if ((breaks ? at.get(Axis::line) : at.get(Axis::column)) == PackedCoordinate::kMax) break;  // no coordinate reaches further
      at = breaks ? at.with(Axis::line, at.get(Axis::line) + 1).with(Axis::column, 1) : at.with(Axis::column, at.get(Axis::column) + 1);
    }
  }
  return {};
}

void ScrollRegion::for_each_page(const VisitPage& visit) const {
  std::uint64_t number = 0;
  for (auto& [coordinate, text] : scrolls_) visit(number++, {reinterpret_cast<std::byte*>(text.data()), text.size()});
}
std::span<std::byte> ScrollRegion::page(std::uint64_t number) {
  if (number >= scrolls_.size()) return {};
  std::string& text = std::next(scrolls_.begin(), static_cast<std::ptrdiff_t>(number))->second;
  return {reinterpret_cast<std::byte*>(text.data()), text.size()};
}
std::uint64_t ScrollRegion::bytes() const {
  std::uint64_t sum = 0;
  for (const auto& [coordinate, text] : scrolls_) sum += text.size();
  return sum;
}

}  // namespace vtpu::memory
