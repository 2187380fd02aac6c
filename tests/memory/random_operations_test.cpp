// Compares every result and counter of the page table with a map from coordinates to bytes and one list per cache set.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <memory>
#include <vector>

#include "model.h"
#include "vtpu/memory/page_table.h"
#include "vtpu/memory/region.h"

namespace vtpu::memory {
namespace {

constexpr std::uint64_t kQuota = 320 << 10;
constexpr std::uint32_t kRange = 200;  // of each of the four axes in use

class Pair {
 public:
  explicit Pair(std::uint64_t seed) : random_(seed), table_(PageTable::Limits{.bytes = kQuota, .regions = 6}) {}

  void round() {
    const std::uint64_t what = random_.below(100);
    if (what < 4)
      allocate();
    else if (what < 5)
      free();
    else if (what < 40)
      cell();
    else if (what < 85)
      access();
    else if (what < 97)
      step();
    else
      occupied();
    ASSERT_EQ(cache_->counters, naive_cache_.counters);
    ASSERT_EQ(table_.quota().held(), used());
  }

  void expect_equal_memories() {
    std::uint64_t looked_at = 0;
    std::optional<PackedCoordinate> at = PackedCoordinate(), expected = PackedCoordinate();
    Numbers most;
    most.fill(PackedCoordinate::kMax);
    while (true) {
      at = table_.next_occupied(*at, packed(most), looked_at);
      expected = naive_.next_occupied(*expected, packed(most));
      ASSERT_EQ(at.has_value(), expected.has_value());
      if (!at) break;
      ASSERT_EQ(*at, *expected);
      const auto bytes = table_.peek(*at);
      const auto& cell = naive_.find(*at)->cells.at(*at);
      ASSERT_EQ(std::vector<std::byte>(bytes.begin(), bytes.end()), cell);
      at = expected = PackedCoordinate::from_bits(at->bits() + 1);
    }
    ASSERT_EQ(table_.regions().size(), naive_.regions.size());
    for (const auto& info : table_.regions()) {
      const auto& region = naive_.regions.at(info.handle);
      if (info.spec.layout == Layout::sparse) {
        ASSERT_EQ(info.pages_made, region.pages.size());
        ASSERT_EQ(info.bytes, region.pages.size() * (64u << info.spec.cell_log2));
      }
    }
  }

 private:
  PackedCoordinate anywhere() {
    if (!naive_.regions.empty() && random_.below(8) != 0) {
      auto at = naive_.regions.begin();
      std::advance(at, static_cast<std::ptrdiff_t>(random_.below(naive_.regions.size())));
      return any_inside(at->second.spec, random_).with_flags(static_cast<std::uint32_t>(random_.below(2)));
    }
    Numbers numbers;
    numbers.fill(1);
    for (const std::size_t i : {3, 5, 9, 10})
      numbers[i] = static_cast<std::uint32_t>(random_.below(i == 10 ? kRange : 4));
    return packed(numbers);
  }

  // What a region holds, by the comments of its members.
  static std::uint64_t whole_pages(std::uint64_t bytes) { return (bytes + 4095) / 4096 * 4096; }
  /// The bytes of an arena after that many blocks.
  static std::uint64_t arena_bytes(std::uint64_t blocks, std::uint64_t block) {
    std::uint64_t held = 0;
    while (held < blocks * block) held += whole_pages(std::max<std::uint64_t>(held / 8, 4096));
    return held;
  }
  static std::uint64_t table_bytes(std::uint64_t pages) {
    if (pages == 0) return 0;
    std::uint64_t slots = 16;
    while (slots / 4 * 3 < pages) slots *= 2;
    return whole_pages(slots * 24);
  }
  static std::uint64_t sparse_bytes(const RegionSpec& spec, std::uint64_t pages) {
    return kRegionBytes + arena_bytes(pages, 64u << spec.cell_log2) + arena_bytes(pages, 64) + table_bytes(pages);
  }
  static std::uint64_t bytes_of(const NaiveMemory::NaiveRegion& region) {
    if (region.spec.layout == Layout::sparse) return sparse_bytes(region.spec, region.pages.size());
    return kRegionBytes + whole_pages(cells_of(region.spec).size() << region.spec.cell_log2);
  }
  std::uint64_t used() const {
    std::uint64_t bytes = 0;
    for (const auto& [handle, region] : naive_.regions) bytes += bytes_of(region);
    return bytes;
  }

  void allocate() {
    static constexpr Layout kLayouts[] = {Layout::row_major, Layout::morton, Layout::hilbert, Layout::sparse,
                                          Layout::sparse};
    const Layout layout = kLayouts[random_.below(5)];
    const bool curve = layout == Layout::morton || layout == Layout::hilbert;
    const auto side = [&](std::uint32_t most) {
      return curve ? 1u << random_.below(static_cast<std::uint64_t>(std::bit_width(most)))
                   : 1 + static_cast<std::uint32_t>(random_.below(most));
    };
    const RegionSpec spec = box({{Axis::collection, static_cast<std::uint32_t>(random_.below(4)), side(2)},
                                 {Axis::book, static_cast<std::uint32_t>(random_.below(4)), side(2)},
                                 {Axis::line, static_cast<std::uint32_t>(random_.below(4)), side(4)},
                                 {Axis::column, static_cast<std::uint32_t>(random_.below(kRange)), side(150)}},
                                layout, static_cast<unsigned>(random_.below(7)));
    std::optional<MemoryFault> expected;
    for (const auto& [handle, region] : naive_.regions)
      for (const PackedCoordinate c : cells_of(spec))
        if (inside(region.spec, c)) expected = MemoryFault::overlap;
    NaiveMemory::NaiveRegion region{0, spec, {}, {}};
    if (!expected && (naive_.regions.size() == 6 || bytes_of(region) > kQuota - used())) expected = MemoryFault::quota;
    ASSERT_EQ(table_.check_allocation(spec), expected);
    const auto allocated = table_.allocate(spec);
    ASSERT_EQ(allocated.fault, expected);
    if (expected) return;
    region.handle = allocated.handle;
    naive_.regions[allocated.handle] = std::move(region);
  }

  void free() {
    const std::uint64_t handle = 1 + random_.below(12);
    const bool there = naive_.regions.erase(handle) == 1;
    ASSERT_EQ(table_.has(handle), there);
    ASSERT_EQ(table_.free(handle), there ? std::nullopt : std::optional(MemoryFault::bad_handle));
    if (!there) return;
    cache_->forget(handle);
    naive_cache_.forget(handle);
    for (Pointer& p : pointers_)
      if (p.handle == handle) p.forget();
  }

  /// Models the counters of a translation, and the page that it creates.
  void translate(NaiveMemory::NaiveRegion& region, PackedCoordinate c, bool write, std::byte* at, std::uint64_t owner) {
    const std::uint32_t column = c.get(Axis::column);
    const PackedCoordinate page = c.with_flags(0).with(Axis::column, column / 64 * 64);
    const bool sparse = region.spec.layout == Layout::sparse;
    if (sparse && write) region.pages[page] = true;
    const std::uint64_t low = TranslationCache::tag_low(c), high = TranslationCache::tag_high(c, region.spec.cell_log2);
    const auto* entry = naive_cache_.find(low, high);
    if (entry != nullptr && (entry->columns >> column % 64 & 1) != 0) {
      ++naive_cache_.counters.hits;
      return;
    }
    ++naive_cache_.counters.misses;
    if (sparse && !region.pages.contains(page)) return;
    std::uint64_t columns = 0;  // contiguous with it, within the box
    for (std::uint32_t k = 0; k < 64; ++k) {
      const bool row = sparse || region.spec.layout == Layout::row_major;
      if (inside(region.spec, page.with(Axis::column, page.get(Axis::column) + k)) && (row || k == column % 64))
        columns |= std::uint64_t{1} << k;
    }
    naive_cache_.insert({low, high, at - (std::int64_t{column % 64} << region.spec.cell_log2), columns, owner});
  }

  void cell() {
    const PackedCoordinate c = anywhere();
    const bool write = random_.below(2) == 0;
    auto* region = naive_.find(c);
    unsigned log2 = static_cast<unsigned>(random_.below(7));
    if (region != nullptr && random_.below(8) != 0) log2 = region->spec.cell_log2;
    std::optional<MemoryFault> expected;
    if (region == nullptr)
      expected = MemoryFault::unmapped;
    else if (region->spec.cell_log2 != log2)
      expected = MemoryFault::cell_size;
    else if (write && lacks_room(*region, c))
      expected = MemoryFault::quota;
    const std::uint64_t digest = table_.digest();
    ASSERT_EQ(table_.check_cell(c, log2, write), expected);
    ASSERT_EQ(table_.digest(), digest);
    const auto place = table_.cell(c, log2, write, *cache_);
    ASSERT_EQ(place.fault, expected);
    if (expected) return;
    translate(*region, c, write, place.at, owner_of(c));
    const std::size_t k = random_.below(std::size_t{1} << log2);
    if (write)
      place.at[k] = naive_.byte(*region, c, k) = any_byte();
    else
      ASSERT_EQ(place.at[k], naive_.byte(*region, c, k));
  }

  void access() {
    Pointer& pointer = pointers_[random_.below(pointers_.size())];
    if (random_.below(3) == 0) {
      pointer.forget();
      pointer.coordinate = anywhere();
    }
    const bool write = random_.below(2) == 0;
    auto* region = naive_.find(pointer.coordinate);
    const std::int64_t cell = region == nullptr ? 1 : std::int64_t{1} << region->spec.cell_log2;
    std::int64_t offset = static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(cell)));
    std::uint64_t bytes = 1 + random_.below(static_cast<std::uint64_t>(cell - offset));
    if (random_.below(6) == 0) offset += 4096 * (static_cast<std::int64_t>(random_.below(65)) - 32);
    const bool here = offset >= 0 && offset < cell;
    const auto foretold = table_.check(pointer, offset, bytes, write);
    const bool translated = pointer.translated();
    const auto place = table_.access(pointer, offset, bytes, write, *cache_);
    ASSERT_EQ(place.fault, foretold);
    if (region == nullptr) {
      ASSERT_EQ(place.fault, MemoryFault::unmapped);
    } else if (here) {
      ASSERT_EQ(place.fault,
                write && lacks_room(*region, pointer.coordinate) ? std::optional(MemoryFault::quota) : std::nullopt);
    } else if (region->spec.layout == Layout::sparse && (offset <= -4096 || offset >= 4096 + cell)) {
      ASSERT_EQ(place.fault, MemoryFault::out_of_bounds);
    }
    if (place.fault) {
      ASSERT_EQ(pointer.translated(), translated);
      return;
    }
    if (!translated) translate(*region, pointer.coordinate, write, place.at - offset, pointer.handle);
    if (!here) return;  // the bytes belong to another coordinate, which `cell` checks
    for (std::uint64_t k = 0; k < bytes; ++k) {
      std::byte& expected = naive_.byte(*region, pointer.coordinate, static_cast<std::size_t>(offset) + k);
      if (write)
        place.at[k] = expected = any_byte();
      else
        ASSERT_EQ(place.at[k], expected);
    }
  }

  void step() {
    Pointer& pointer = pointers_[random_.below(pointers_.size())];
    static constexpr Axis kAxes[] = {Axis::collection, Axis::book,   Axis::line,
                                     Axis::column,     Axis::column, Axis::column};
    PageTable::step(pointer, kAxes[random_.below(6)], static_cast<std::int64_t>(random_.below(9)) - 4);
    if (!pointer.translated()) return;
    auto* region = naive_.find(pointer.coordinate);
    ASSERT_NE(region, nullptr);
    ASSERT_EQ(table_.peek(pointer.coordinate).data(), pointer.base);
  }

  void occupied() {
    const PackedCoordinate from = anywhere(), last = anywhere();
    std::uint64_t looked_at = 0;
    ASSERT_EQ(table_.next_occupied(from, last, looked_at), naive_.next_occupied(from, last));
  }

  bool lacks_room(const NaiveMemory::NaiveRegion& region, PackedCoordinate c) const {
    if (region.spec.layout != Layout::sparse) return false;
    if (region.pages.contains(c.with_flags(0).with(Axis::column, c.get(Axis::column) / 64 * 64))) return false;
    const std::uint64_t pages = region.pages.size(), before = table_bytes(pages), after = table_bytes(pages + 1);
    const std::uint64_t both = after == before ? 0 : before;  // while the table grows, it is there twice
    return sparse_bytes(region.spec, pages + 1) + both - sparse_bytes(region.spec, pages) > kQuota - used();
  }
  /// The handle of the region of a coordinate, from a pointer translated through another cache.
  std::uint64_t owner_of(PackedCoordinate c) {
    Pointer probe;
    probe.coordinate = c;
    table_.access(probe, 0, 1, false, *other_cache_);
    return probe.handle;
  }
  std::byte any_byte() { return static_cast<std::byte>(random_.below(3) == 0 ? 0 : random_.below(256)); }

  Random random_;
  PageTable table_;
  NaiveMemory naive_;
  std::unique_ptr<TranslationCache> cache_ = std::make_unique<TranslationCache>(),
                                    other_cache_ = std::make_unique<TranslationCache>();
  NaiveCache naive_cache_;
  std::array<Pointer, 6> pointers_;
};

TEST(PageTable, EqualsAMapFromCoordinatesToBytesUnderRandomOperations) {
  for (std::uint64_t seed = 1; seed <= 24; ++seed) {
    Pair pair(seed);
    for (int i = 0; i < 1500; ++i) {
      pair.round();
      ASSERT_FALSE(testing::Test::HasFatalFailure()) << "seed " << seed << ", operation " << i;
    }
    pair.expect_equal_memories();
    ASSERT_FALSE(testing::Test::HasFatalFailure()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace vtpu::memory
