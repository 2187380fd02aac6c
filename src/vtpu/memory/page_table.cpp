#include "vtpu/memory/page_table.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <mutex>
#include <new>
#include <thread>
#include <utility>

#include "vtpu/base/keyed_hash.h"
#include "vtpu/memory/backing_file.h"
#include "vtpu/memory/quiescence.h"
#include "vtpu/memory/region.h"
#include "vtpu/phext/break.h"
#include "vtpu/phext/scrolls.h"

namespace vtpu::memory {
namespace {

/// What a read of an absent page sees: zeros for the largest page.
alignas(64) constexpr std::array<std::byte, TranslationCache::kColumns << 6> kZeros{};

/// A Place points to writable bytes, but only reads are given these.
std::byte* zeros() { return const_cast<std::byte*>(kZeros.data()); }

bool inside(std::int64_t offset, std::uint64_t bytes, std::int64_t before, std::int64_t after) {
  return offset >= -before && offset <= after && static_cast<std::uint64_t>(after - offset) >= bytes;
}
bool inside(const Pointer& translated, std::int64_t offset, std::uint64_t bytes) {
  return inside(offset, bytes, translated.base - translated.begin, translated.end - translated.base);
}

}  // namespace

using Held = StructureLock::Held;
using Kind = StructureLock::Kind;

/// Its functions are called while the structure is held as they need it.
struct PageTable::State {
  explicit State(Limits given) : quota(given.bytes), most_regions(given.regions) {}

  Quota quota;
  std::size_t most_regions;
  StructureLock structure;
  using Regions = std::map<std::uint64_t, std::unique_ptr<Region>>;
  Regions regions;                             // by handle
  RegionIndex index;                           // of boxes, and of the scrolls of documents
  std::atomic<std::uint64_t> most_visited{0};  // of the index
  std::vector<const Region*> documents;        // Walks begin with them, since a scroll is no region
  std::map<std::uint64_t, std::unique_ptr<BackingFile>> backing;
  std::optional<std::filesystem::path> next_backing;  // of the next region to be allocated
  Backing requested;
  std::uint64_t next_handle = 1;

  Quiescence quiescence;
  std::mutex freed_mutex;
  Regions freed;  // that a worker may still use, by the number of the free

  /// What the look-ups of a few threads found last.
  struct alignas(128) Memo {
    std::atomic<Region*> last{nullptr};    // most look-ups find it again
    std::atomic<std::uintptr_t> asked{0};  // the region that `isolated` was asked about last, plus its answer
  };
  std::array<Memo, StructureLock::kSlots> memos;
  Memo& memo() { return memos[structure.slot()]; }
  /// The index has changed.
  void forget_memos() {
    most_visited.store(index.most_visited(), std::memory_order_relaxed);
    for (std::size_t i = 0; i < (structure.shared() ? memos.size() : 1); ++i) {
      memos[i].last.store(nullptr, std::memory_order_relaxed);
      memos[i].asked.store(0, std::memory_order_relaxed);
    }
  }

  Region* find(phext::PackedCoordinate c) {
    std::atomic<Region*>& memo = this->memo().last;
    Region* const last = memo.load(std::memory_order_relaxed);
    if (last != nullptr && last->contains(c)) return last;
    std::uint64_t visited = 0;
    Region* const found = index.find(c, visited);
    if (found == nullptr || !found->contains(c)) return nullptr;  // a scroll has not all of its lines and columns
    memo.store(found, std::memory_order_relaxed);
    return found;
  }
  std::uint64_t look_up_items(phext::PackedCoordinate coordinate) const {
    std::uint64_t visited = 0;
    index.find(coordinate, visited);
    return visited;
  }

  /// Whether no other region has a coordinate one step outside the region's box. The last answer is kept until a region
  /// comes or goes.
  bool isolated(const Region& region) {
    static_assert(alignof(Region) > 1, "the lowest bit of its address has the answer");
    std::atomic<std::uintptr_t>& memo = this->memo().asked;
    const auto address = reinterpret_cast<std::uintptr_t>(&region);
    if (const std::uintptr_t asked = memo.load(std::memory_order_relaxed); (asked | 1) == (address | 1))
      return (asked & 1) != 0;
    bool alone = true;
    constexpr std::uint64_t kMost = 256;  // of the nodes visited; beyond that, it counts as not isolated
    std::uint64_t visited = 0;
    const Box box = region.spec().box();
    for (std::size_t i = 0; i < phext::PackedCoordinate::kAxes && alone; ++i) {
      const auto axis = static_cast<phext::Axis>(i);
      const std::uint32_t low = box.first.get(axis), high = box.last.get(axis);
      const auto beside = [&](std::uint32_t number) {
        return index.overlaps({box.first.with(axis, number), box.last.with(axis, number)}, visited);
      };
      if (low > 0 && beside(low - 1)) alone = false;
      if (high < phext::PackedCoordinate::kMax && beside(high + 1)) alone = false;
      alone &= visited <= kMost;
    }
    memo.store(address | (alone ? 1 : 0), std::memory_order_relaxed);
    return alone;
  }

  /// Walks visit the region from now on.
  void search(const Region& region) { index.search(region.spec().box()); }

  /// Takes a region, or the first `scrolls` of a document, out of the index.
  void forget(const Region& region, std::size_t scrolls = ~std::size_t{0}) {
    if (const auto* const document = dynamic_cast<const ScrollRegion*>(&region); document == nullptr) {
      index.erase(region.spec().box());
    } else {
      std::erase(documents, &region);
      for (const auto& [coordinate, scroll] : document->scrolls())
        if (scrolls-- > 0)
          index.erase(place_of(coordinate).box());
        else
          break;
    }
    forget_memos();
  }

  std::optional<MemoryFault> check(const RegionSpec& spec, std::uint64_t& looked_at) const {
    if (!is_box(spec)) return MemoryFault::bad_box;
    if (index.overlaps(spec.box(), looked_at)) return MemoryFault::overlap;
    if (regions.size() >= most_regions || !quota.fits(kRegionBytes)) return MemoryFault::quota;
    if (spec.layout == Layout::sparse) return {};
    unsigned __int128 wanted = std::uint64_t{1} << spec.cell_log2;
    for (std::size_t i = 0; i < phext::PackedCoordinate::kAxes; ++i) {
      const auto axis = static_cast<phext::Axis>(i);
      wanted *= spec.last.get(axis) - spec.first.get(axis) + 1;
      if (wanted > quota.most()) return MemoryFault::quota;
    }
    wanted = (wanted + kPageBytes - 1) / kPageBytes * kPageBytes + kRegionBytes;
    if (wanted > quota.most() || !quota.fits(static_cast<std::uint64_t>(wanted))) return MemoryFault::quota;
    return {};
  }

  /// The fault of an access to `size` bytes at `offset` from an untranslated coordinate that `covered` describes.
  static std::optional<MemoryFault> fault(Region& region, const Covered& covered, phext::PackedCoordinate c,
                                          std::int64_t offset, std::uint64_t size, bool write) {
    if (!inside(offset, size, covered.before, covered.after)) return MemoryFault::out_of_bounds;
    if (write && covered.at == nullptr && !region.prepare(c)) return MemoryFault::quota;
    return {};
  }

  /// Translates a coordinate that `covered` describes, creates its page on a write, and counts one hit or one miss.
  /// Cannot fail.
  Covered translate(Region& region, Covered covered, phext::PackedCoordinate c, bool write, TranslationCache& cache) {
    const unsigned cell_log2 = region.spec().cell_log2;
    const std::uint64_t low = TranslationCache::tag_low(c), high = TranslationCache::tag_high(c, cell_log2);
    const std::uint32_t column = c.get(phext::Axis::column) % kPageColumns;
    const TranslationCache::Entry* entry = cache.find(low, high);
    const bool hit = entry != nullptr && (entry->columns >> column & 1) != 0;
    if (write && covered.at == nullptr) {
      covered = region.make(c);
      if (region.pages_made() == 1) search(region);
    }
    ++(hit ? cache.counters.hits : cache.counters.misses);
    if (!hit && covered.at != nullptr)
      cache.insert({low, high, covered.at - (std::int64_t{column} << cell_log2), covered.columns}, region.handle());
    return covered;
  }

  Allocated allocate(const RegionSpec& spec);
  std::optional<MemoryFault> free(std::uint64_t handle);
  Result<std::uint64_t> attach(const RegionSpec& spec, const std::filesystem::path& file);
  /// Returns the memory of freed regions that nobody uses any longer; called by someone who holds nothing.
  void reclaim();
};

PageTable::PageTable(Limits limits) : state_(std::make_shared<State>(limits)) {}
PageTable::PageTable() : PageTable(Limits()) {}
PageTable::PageTable(std::shared_ptr<State> state) : state_(std::move(state)) {}
PageTable PageTable::alias() const { return PageTable(state_); }
PageTable::~PageTable() = default;
PageTable::PageTable(PageTable&&) noexcept = default;
PageTable& PageTable::operator=(PageTable&&) noexcept = default;

std::optional<MemoryFault> PageTable::check_allocation(const RegionSpec& spec) const {
  std::uint64_t looked_at = 0;
  return check_allocation(spec, looked_at);
}
std::optional<MemoryFault> PageTable::check_allocation(const RegionSpec& spec, std::uint64_t& looked_at) const {
  const Held held(state_->structure, Kind::reading);
  return state_->check(spec, looked_at);
}

PageTable::Allocated PageTable::allocate(const RegionSpec& spec) {
  const Held held(state_->structure, Kind::writing);
  return state_->allocate(spec);
}
PageTable::Allocated PageTable::State::allocate(const RegionSpec& spec) {
  std::uint64_t looked_at = 0;
  if (const auto fault = check(spec, looked_at)) return {0, fault};
  if (next_backing) {
    const std::filesystem::path file = *std::exchange(next_backing, {});
    const auto attached = attach(spec, file);
    if (!attached) {
      requested.error = attached.error();
      return {0, MemoryFault::io};
    }
    requested.handle = *attached;
    requested.restored_pages = backing[*attached]->restored_pages();
    requested.dropped_bytes = backing[*attached]->dropped_bytes();
    return {*attached, {}};
  }
  const std::uint64_t handle = next_handle;
  RegionSpec plain = spec;
  plain.first = spec.first.with_flags(0);
  plain.last = spec.last.with_flags(0);
  try {
    auto region = spec.layout == Layout::sparse ? make_sparse(handle, plain, quota) : make_dense(handle, plain, quota);
    if (region == nullptr) return {0, MemoryFault::quota};
    Region& placed = *regions.emplace(handle, std::move(region)).first->second;
    try {
      index.insert(plain.box(), placed, spec.layout != Layout::sparse);
    } catch (const std::bad_alloc&) {
      regions.erase(handle);
      throw;
    }
  } catch (const std::bad_alloc&) {
    return {0, MemoryFault::quota};
  }
  forget_memos();
  ++next_handle;
  return {handle, {}};
}

bool PageTable::has(std::uint64_t handle) const {
  const Held held(state_->structure, Kind::reading);
  return state_->regions.contains(handle);
}

std::uint64_t PageTable::look_up_items(phext::PackedCoordinate coordinate, std::uint64_t least) const {
  if (state_->most_visited.load(std::memory_order_relaxed) < least) return 0;
  const Held held(state_->structure, Kind::reading);
  return state_->look_up_items(coordinate);
}

std::uint64_t PageTable::backed_pages(std::uint64_t handle) const {
  const Held held(state_->structure, Kind::reading);
  if (!state_->backing.contains(handle)) return 0;
  return state_->regions.at(handle)->bytes() / kPageBytes;
}

std::optional<MemoryFault> PageTable::free(std::uint64_t handle) {
  {
    const Held held(state_->structure, Kind::writing);
    if (const auto fault = state_->free(handle)) return fault;
  }
  if (state_->structure.shared()) state_->reclaim();  // all workers may be away
  return {};
}
std::optional<MemoryFault> PageTable::State::free(std::uint64_t handle) {
  const auto found = regions.find(handle);
  if (found == regions.end()) return MemoryFault::bad_handle;
  forget(*found->second);
  backing.erase(handle);
  if (!structure.shared()) {
    regions.erase(found);
    return {};
  }
  const std::lock_guard lock(freed_mutex);
  auto ended = regions.extract(found);  // and no memory is needed for it
  ended.key() = quiescence.frees() + 1;
  freed.insert(std::move(ended));
  quiescence.count_free();
  return {};
}

// ---- several workers

void PageTable::State::reclaim() {
  Regions unused;  // ended below, when nothing is held
  const std::lock_guard lock(freed_mutex);
  const std::uint64_t passed = quiescence.passed();
  while (!freed.empty() && freed.begin()->first <= passed) unused.insert(freed.extract(freed.begin()));
}

void PageTable::share(unsigned workers) {
  state_->structure.share(true);
  state_->forget_memos();
  state_->structure.share(workers > 1);
  state_->quiescence.share(workers);
  state_->reclaim();
}

bool PageTable::shared() const { return state_->structure.shared(); }

void PageTable::quiescent(unsigned worker) {
  if (state_->quiescence.pass(worker)) state_->reclaim();
}

void PageTable::away(unsigned worker) {
  state_->quiescence.leave(worker);
  state_->reclaim();
}

const std::atomic<std::uint64_t>& PageTable::frees() const { return state_->quiescence.frees(); }

std::uint64_t PageTable::forget_freed(std::span<Pointer> pointers, TranslationCache* cache) const {
  const Held held(state_->structure, Kind::reading);
  std::uint64_t latest = 0;  // most entries are of the same region as those before them
  bool answer = false;
  const auto gone = [&](std::uint64_t handle) {
    if (handle != latest) latest = handle, answer = !state_->regions.contains(handle);
    return answer;
  };
  for (Pointer& pointer : pointers)
    if (pointer.translated() && gone(pointer.handle)) pointer.forget();
  if (cache != nullptr) cache->forget_where(gone);
  return state_->quiescence.frees();
}

bool PageTable::wait_for_freed(unsigned worker) {
  using Clock = std::chrono::steady_clock;
  if (!shared()) return false;
  const auto first = [&] {
    const std::lock_guard lock(state_->freed_mutex);
    return state_->freed.empty() ? ~std::uint64_t{0} : state_->freed.begin()->first;
  };
  const std::uint64_t wanted = frees(), before = first();
  if (before > wanted) return false;
  away(worker);
  auto pause = std::chrono::microseconds(10);
  for (const auto until = Clock::now() + std::chrono::seconds(1); first() <= wanted && Clock::now() < until;) {
    std::this_thread::sleep_for(pause);
    pause = std::min(2 * pause, std::chrono::microseconds(1000));
  }
  quiescent(worker);
  return first() > before;
}

// ----

std::optional<MemoryFault> PageTable::flush(std::uint64_t handle) {
  const Held held(state_->structure, Kind::holding);
  const auto found = state_->regions.find(handle);
  if (found == state_->regions.end()) return MemoryFault::bad_handle;
  const auto file = state_->backing.find(handle);
  if (file == state_->backing.end()) return {};
  const auto flushed = file->second->flush(*found->second);
  if (flushed) return {};
  if (handle == state_->requested.handle) state_->requested.error = flushed.error();
  return MemoryFault::io;
}

std::optional<MemoryFault> PageTable::check(const Pointer& pointer, std::int64_t offset, std::uint64_t bytes,
                                            bool write) const {
  if (pointer.translated())
    return inside(pointer, offset, bytes) ? std::nullopt : std::optional(MemoryFault::out_of_bounds);
  Held held(state_->structure, Kind::reading);
  while (true) {
    Region* region = state_->find(pointer.coordinate);
    if (region == nullptr) return MemoryFault::unmapped;
    const Covered covered = region->cover(pointer.coordinate);
    if (write && covered.at == nullptr && held.upgrade()) continue;
    return state_->fault(*region, covered, pointer.coordinate, offset, bytes, write);
  }
}

std::optional<MemoryFault> PageTable::check_cell(phext::PackedCoordinate coordinate, unsigned cell_log2,
                                                 bool write) const {
  Held held(state_->structure, Kind::reading);
  while (true) {
    Region* region = state_->find(coordinate);
    if (region == nullptr) return MemoryFault::unmapped;
    if (region->spec().cell_log2 != cell_log2) return MemoryFault::cell_size;
    if (write && region->cover(coordinate).at == nullptr) {
      if (held.upgrade()) continue;
      if (!region->prepare(coordinate)) return MemoryFault::quota;
    }
    return {};
  }
}

PageTable::Place PageTable::access(Pointer& pointer, std::int64_t offset, std::uint64_t bytes, bool write,
                                   TranslationCache& cache) {
  if (!pointer.translated()) {
    Held held(state_->structure, Kind::reading);
    while (true) {
      Region* region = state_->find(pointer.coordinate);
      if (region == nullptr) return {nullptr, MemoryFault::unmapped};
      Covered covered = region->cover(pointer.coordinate);
      if (write && covered.at == nullptr && held.upgrade()) continue;
      if (const auto fault = state_->fault(*region, covered, pointer.coordinate, offset, bytes, write))
        return {nullptr, fault};
      covered = state_->translate(*region, covered, pointer.coordinate, write, cache);
      if (covered.at == nullptr) return {zeros(), {}};
      pointer.base = covered.at;
      pointer.begin = covered.begin;
      pointer.end = covered.end;
      pointer.region = region;
      pointer.handle = region->handle();
      break;
    }
  } else if (!inside(pointer, offset, bytes)) {
    return {nullptr, MemoryFault::out_of_bounds};
  }
  return {pointer.base + offset, {}};
}

PageTable::Place PageTable::cell(phext::PackedCoordinate coordinate, unsigned cell_log2, bool write,
                                 TranslationCache& cache) {
  const std::uint32_t column = coordinate.get(phext::Axis::column) % kPageColumns;
  const TranslationCache::Entry* entry =
      cache.find(TranslationCache::tag_low(coordinate), TranslationCache::tag_high(coordinate, cell_log2));
  if (entry != nullptr && (entry->columns >> column & 1) != 0) {
    ++cache.counters.hits;
    return {entry->base + (std::int64_t{column} << cell_log2), {}};
  }
  Held held(state_->structure, Kind::reading);
  while (true) {
    Region* region = state_->find(coordinate);
    if (region == nullptr) return {nullptr, MemoryFault::unmapped};
    if (region->spec().cell_log2 != cell_log2) return {nullptr, MemoryFault::cell_size};
    Covered covered = region->cover(coordinate);
    if (write && covered.at == nullptr && held.upgrade()) continue;
    if (const auto fault = state_->fault(*region, covered, coordinate, 0, std::uint64_t{1} << cell_log2, write))
      return {nullptr, fault};
    covered = state_->translate(*region, covered, coordinate, write, cache);
    return {covered.at == nullptr ? zeros() : covered.at, {}};
  }
}

bool PageTable::step(Pointer& pointer, phext::Axis axis, std::int64_t distance) {
  const phext::Step step = phext::step(pointer.coordinate, axis, distance);
  if (pointer.translated()) {
    std::byte* base = pointer.region->moved(pointer, step.to);
    if (base == nullptr)
      pointer.forget();
    else
      pointer.base = base;
  }
  pointer.coordinate = step.to;
  return step.saturated;
}

std::span<const std::byte> PageTable::peek(phext::PackedCoordinate coordinate) const {
  const Held held(state_->structure, Kind::reading);
  Region* region = state_->find(coordinate);
  if (region == nullptr) return {};
  const Covered covered = region->cover(coordinate);
  if (covered.at == nullptr) return {};
  if (dynamic_cast<const ScrollRegion*>(region) != nullptr)
    return {covered.at, static_cast<std::size_t>(covered.after)};
  return {covered.at, std::size_t{1} << region->spec().cell_log2};
}

PageTable::Neighbourhood PageTable::neighbourhood(phext::PackedCoordinate coordinate, std::uint64_t least) const {
  using phext::PackedCoordinate;
  using Bits = PackedCoordinate::Bits;
  constexpr unsigned kLog2 = 3;
  const Held held(state_->structure, Kind::reading);
  Neighbourhood all;
  const bool charged = state_->most_visited.load(std::memory_order_relaxed) >= least;
  const auto charge = [&](PackedCoordinate c) {
    const std::uint64_t visited = state_->look_up_items(c);
    all.items += visited - visited % least;
  };
  const PackedCoordinate c = coordinate.with_flags(0);
  if (charged) charge(c);
  Region* const region = state_->find(c);
  if (region == nullptr) return {MemoryFault::unmapped, nullptr, {}, all.items};
  if (region->spec().cell_log2 != kLog2) return {MemoryFault::cell_size, nullptr, {}, all.items};
  // The neighbours in this region, which most are, are looked up together at the end.
  constexpr std::size_t kMost = 1 + 2 * PackedCoordinate::kAxes;
  alignas(PackedCoordinate) std::array<std::byte, kMost * sizeof(PackedCoordinate)> room;  // not cleared
  auto* const at = reinterpret_cast<PackedCoordinate*>(room.data());
  std::array<std::uint8_t, kMost> place;
  std::construct_at(at, c);
  std::size_t count = 1;
  const bool isolated = state_->isolated(*region);
  const auto elsewhere = [&](PackedCoordinate to, std::size_t k) {
    std::uint64_t visited = 0;
    const Region* const other = state_->index.find(to, visited);
    if (other == nullptr || other->spec().cell_log2 != kLog2) return;
    const std::byte* const cell = other->cover(to).at;
    all.around[k] = cell == nullptr ? zeros() : cell;
  };
  const Bits bits = c.bits(), first = region->spec().first.bits(), last = region->spec().last.bits();
  const auto along = [&]<std::size_t kAxis>() {
    constexpr unsigned kShift = (PackedCoordinate::kAxes - 1 - kAxis) * PackedCoordinate::kAxisBits;
    constexpr Bits kUnit = static_cast<Bits>(1) << kShift;
    const auto of = [](Bits from) { return static_cast<std::uint32_t>(from >> kShift) & PackedCoordinate::kMax; };
    const auto neighbour = [&](bool exists, bool inside, Bits to, std::size_t k) {
      if (!exists) return;
      if (charged) charge(PackedCoordinate::from_bits(to));
      if (!inside) {
        if (!isolated) elsewhere(PackedCoordinate::from_bits(to), k);
        return;
      }
      std::construct_at(at + count, PackedCoordinate::from_bits(to));
      place[count++] = static_cast<std::uint8_t>(k);
    };
    const std::uint32_t here = of(bits);
    neighbour(here > 0, here > of(first), bits - kUnit, 2 * kAxis);
    neighbour(here < PackedCoordinate::kMax, here < of(last), bits + kUnit, 2 * kAxis + 1);
  };
  [&]<std::size_t... kAxes>(std::index_sequence<kAxes...>) { (along.template operator()<kAxes>(), ...); }
  (std::make_index_sequence<PackedCoordinate::kAxes>());
  std::array<const std::byte*, kMost> cells;
  region->cells_at({at, count}, std::span(cells).first(count));
  all.here = cells[0] == nullptr ? zeros() : cells[0];
  for (std::size_t n = 1; n < count; ++n) all.around[place[n]] = cells[n] == nullptr ? zeros() : cells[n];
  return all;
}

bool PageTable::mapped(phext::PackedCoordinate coordinate) const {
  const Held held(state_->structure, Kind::reading);
  return state_->find(coordinate) != nullptr;
}

std::optional<phext::PackedCoordinate> PageTable::next_occupied(phext::PackedCoordinate from,
                                                                phext::PackedCoordinate last, std::uint64_t& looked_at,
                                                                std::uint64_t most) const {
  return OccupiedCells(*this, from, last, looked_at, most).next();
}

OccupiedCells::OccupiedCells(const PageTable& table, phext::PackedCoordinate from, phext::PackedCoordinate last,
                             std::uint64_t& looked_at, std::uint64_t most)
    : held_(table.state_->structure, Kind::reading),
      walk_(table.state_->index, from.with_flags(0)),
      last_(last),
      looked_at_(looked_at),
      most_(most) {
  for (const Region* document : table.state_->documents)
    if (const auto at = document->next_cell(from.with_flags(0))) walk_.add({*at, document});
}

void OccupiedCells::resume(const Region& region, phext::PackedCoordinate after) {
  constexpr auto kLast = (static_cast<phext::PackedCoordinate::Bits>(1) << 121) - 1;
  if (after.with_flags(0).bits() == kLast) return;
  const auto from = phext::PackedCoordinate::from_bits(after.with_flags(0).bits() + 1);
  if (const auto at = region.next_cell(from)) walk_.add({*at, &region});
}

std::optional<phext::PackedCoordinate> OccupiedCells::next() {
  if (const Region* const region = std::exchange(latest_.region, nullptr)) resume(*region, latest_.at);
  while (const auto place = walk_.next(looked_at_)) {
    if (looked_at_ > most_ || place->at > last_) return {};
    // Up to where another region may have a cell.
    const auto other = walk_.peek();
    const phext::PackedCoordinate limit = other && *other < last_ ? *other : last_;
    const auto found = place->region->next_occupied(place->at, limit, looked_at_, most_);
    if (looked_at_ > most_) return {};
    if (found) {
      latest_ = {*found, place->region};
      return found;
    }
    resume(*place->region, limit);
  }
  return {};
}

std::vector<PageTable::RegionInfo> PageTable::regions() const {
  const Held held(state_->structure, Kind::reading);
  std::vector<RegionInfo> all;
  for (const auto& [handle, region] : state_->regions) {
    const auto file = state_->backing.find(handle);
    all.push_back({handle, region->spec(), region->cells(), region->bytes(), region->pages_made(),
                   file == state_->backing.end() ? "" : file->second->path().string()});
  }
  return all;
}

std::uint64_t PageTable::digest() const {
  const Held held(state_->structure, Kind::reading);
  KeyedHash hash(HashKey::of_process());
  for (const auto& [handle, region] : state_->regions) {
    hash.add_value(handle);
    region->for_each_page([&](const Page& page) {
      if (all_zero(page.bytes)) return;  // equal to an absent page
      hash.add_value(page.number);
      hash.add(page.bytes.data(), page.bytes.size());
    });
  }
  return hash.value();
}

Quota& PageTable::quota() { return state_->quota; }
const Quota& PageTable::quota() const { return state_->quota; }

Result<std::uint64_t> PageTable::attach(const RegionSpec& spec, const std::filesystem::path& file) {
  const Held held(state_->structure, Kind::writing);
  return state_->attach(spec, file);
}
Result<std::uint64_t> PageTable::State::attach(const RegionSpec& spec, const std::filesystem::path& file) {
  Error error{file.string(), "out of memory", {}};
  const Allocated allocated = allocate(spec);
  if (allocated.fault)
    return Error{
        file.string(), "the region cannot be allocated: its box is malformed, overlaps another or is too large", {}};
  try {
    auto opened = BackingFile::open(file, *regions[allocated.handle], quota);
    if (opened) {
      if ((*opened)->restored_pages() > 0) search(*regions[allocated.handle]);
      backing.emplace(allocated.handle, std::move(*opened));
      return allocated.handle;
    }
    error = opened.error();
  } catch (const std::bad_alloc&) {  // the error says it
  }
  free(allocated.handle);
  return error;
}

void PageTable::back_next_region(std::filesystem::path file) {
  state_->next_backing = std::move(file);
  state_->requested = {};
}
const PageTable::Backing& PageTable::backing() const { return state_->requested; }

Result<std::uint64_t> PageTable::import_phext(std::string_view text) {
  const auto scrolls = phext::phokenize(text);
  if (!scrolls) return scrolls.error();
  const Held held(state_->structure, Kind::writing);
  std::map<phext::Coordinate, std::string> owned;
  for (const phext::Scroll& scroll : *scrolls) owned.emplace(scroll.coordinate, std::string(scroll.text));
  const std::uint64_t cost = ScrollRegion::cost_of(owned);
  const std::uint64_t room = state_->quota.most() - state_->quota.held();
  Charge charged = charge(state_->quota, cost);
  if (charged == nullptr) return Error{"document", fmt::format("{} bytes", cost), fmt::format("at most {} more", room)};
  auto region = std::make_unique<ScrollRegion>(state_->next_handle, owned, std::move(charged));
  for (const auto& [coordinate, scroll] : region->scrolls())
    if (std::uint64_t visited = 0; state_->index.overlaps(place_of(coordinate).box(), visited))
      return Error{coordinate.to_string(), "the scroll is already mapped", {}};
  if (state_->regions.size() >= state_->most_regions)
    return Error{"document", fmt::format("{} regions exist", state_->regions.size()), "fewer"};
  std::size_t placed = 0;
  try {
    for (const auto& [coordinate, scroll] : region->scrolls()) {
      state_->index.insert(place_of(coordinate).box(), *region, false);
      ++placed;
    }
    state_->documents.push_back(region.get());
    state_->regions[state_->next_handle] = std::move(region);
  } catch (const std::bad_alloc&) {
    state_->forget(*region, placed);
    return Error{"document", "out of memory", {}};
  }
  state_->forget_memos();
  return state_->next_handle++;
}

Result<std::string> PageTable::export_phext(std::uint64_t handle) const {
  const Held held(state_->structure, Kind::reading);
  const auto found = state_->regions.find(handle);
  const auto* scrolls =
      found == state_->regions.end() ? nullptr : dynamic_cast<const ScrollRegion*>(found->second.get());
  if (scrolls == nullptr) return Error{fmt::format("handle {}", handle), "no imported document has this handle", {}};
  std::vector<phext::Scroll> views;
  for (const auto& [coordinate, scroll] : scrolls->scrolls()) {
    if (std::any_of(scroll.text.begin(), scroll.text.end(), phext::is_dimension_break))
      return Error{coordinate.to_string(), "a dimension break was written into the scroll",
                   "text without dimension breaks"};
    views.push_back({coordinate, scroll.text});
  }
  return phext::dephokenize(views);
}

}  // namespace vtpu::memory
