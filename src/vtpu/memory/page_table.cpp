#include "vtpu/memory/page_table.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <map>

#include "vtpu/base/check.h"
#include "vtpu/memory/backing_file.h"
#include "vtpu/memory/region.h"
#include "vtpu/phext/scrolls.h"

namespace vtpu::memory {
namespace {

/// What a read of a page that nobody has written sees.
alignas(64) std::array<std::byte, kPageBytes> zeros{};

}  // namespace

struct PageTable::State {
  Limits limits;
  std::map<std::uint64_t, std::unique_ptr<Region>> regions;  // by handle
  std::map<std::uint64_t, std::unique_ptr<BackingFile>> backing;
  std::uint64_t next_handle = 1;
  std::uint64_t bytes = 0;
  Region* last = nullptr;  // the region found last, which most look-ups want again

  Region* find(phext::PackedCoordinate c) {
    if (last != nullptr && last->contains(c)) return last;
    for (const auto& [handle, region] : regions)
      if (region->contains(c)) return last = region.get();
    return nullptr;
  }

  std::optional<MemoryFault> check(const RegionSpec& spec) const {
    if (!is_box(spec)) return MemoryFault::bad_box;
    for (const auto& [handle, region] : regions)
      if (region->meets(spec)) return MemoryFault::overlap;
    if (regions.size() >= limits.regions) return MemoryFault::quota;
    if (spec.layout == Layout::sparse) return {};
    unsigned __int128 wanted = std::uint64_t{1} << spec.cell_log2;
    for (std::size_t i = 0; i < phext::PackedCoordinate::kAxes; ++i) {
      const auto axis = static_cast<phext::Axis>(i);
      wanted *= spec.last.get(axis) - spec.first.get(axis) + 1;
      if (wanted > limits.bytes) return MemoryFault::quota;
    }
    wanted = (wanted + kPageBytes - 1) / kPageBytes * kPageBytes;
    if (wanted > limits.bytes - bytes) return MemoryFault::quota;
    return {};
  }

  void count(const Region& region, std::uint64_t before) { bytes += region.bytes() - before; }
};

PageTable::PageTable(Limits limits) : state_(std::make_unique<State>()) { state_->limits = limits; }
PageTable::PageTable() : PageTable(Limits()) {}
PageTable::~PageTable() = default;
PageTable::PageTable(PageTable&&) noexcept = default;
PageTable& PageTable::operator=(PageTable&&) noexcept = default;

std::optional<MemoryFault> PageTable::check_allocation(const RegionSpec& spec) const { return state_->check(spec); }

PageTable::Allocated PageTable::allocate(const RegionSpec& spec) {
  if (const auto fault = state_->check(spec)) return {0, fault};
  const std::uint64_t handle = state_->next_handle;
  RegionSpec plain = spec;
  plain.first = spec.first.with_flags(0);
  plain.last = spec.last.with_flags(0);
  auto region = spec.layout == Layout::sparse ? make_sparse(handle, plain) : make_dense(handle, plain);
  if (region == nullptr) return {0, MemoryFault::quota};
  ++state_->next_handle;
  state_->count(*region, 0);
  state_->regions[handle] = std::move(region);
  return {handle, {}};
}

bool PageTable::has(std::uint64_t handle) const { return state_->regions.contains(handle); }

std::optional<MemoryFault> PageTable::free(std::uint64_t handle, const Region** ended) {
  const auto found = state_->regions.find(handle);
  if (found == state_->regions.end()) return MemoryFault::bad_handle;
  if (ended != nullptr) *ended = found->second.get();
  if (state_->last == found->second.get()) state_->last = nullptr;
  state_->bytes -= found->second->bytes();
  state_->backing.erase(handle);
  state_->regions.erase(found);
  return {};
}

std::optional<MemoryFault> PageTable::flush(std::uint64_t handle) {
  const auto found = state_->regions.find(handle);
  if (found == state_->regions.end()) return MemoryFault::bad_handle;
  const auto file = state_->backing.find(handle);
  if (file == state_->backing.end()) return {};
  return file->second->flush(*found->second) ? std::nullopt : std::optional(MemoryFault::io);
}

std::optional<MemoryFault> PageTable::check(const Pointer& pointer, std::int64_t offset, std::uint64_t bytes, bool write) const {
  const auto inside = [&](std::int64_t before, std::int64_t behind) {
    return offset >= -before && offset <= behind && static_cast<std::uint64_t>(behind - offset) >= bytes;
  };
  if (pointer.translated())
    return inside(pointer.base - pointer.begin, pointer.end - pointer.base) ? std::nullopt : std::optional(MemoryFault::out_of_bounds);
  Region* region = state_->find(pointer.coordinate);
  if (region == nullptr) return MemoryFault::unmapped;
  const Covered covered = region->cover(pointer.coordinate);
  if (!inside(covered.before, covered.behind)) return MemoryFault::out_of_bounds;
  if (write && covered.at == nullptr && region->cost_of(pointer.coordinate) > state_->limits.bytes - state_->bytes) return MemoryFault::quota;
  return {};
}

std::optional<MemoryFault> PageTable::check_cell(phext::PackedCoordinate coordinate, unsigned cell_log2, bool write) const {
  Region* region = state_->find(coordinate);
  if (region == nullptr) return MemoryFault::unmapped;
  if (region->spec().cell_log2 != cell_log2) return MemoryFault::cell_size;
  if (write && region->cost_of(coordinate) > state_->limits.bytes - state_->bytes) return MemoryFault::quota;
  return {};
}

PageTable::Place PageTable::access(Pointer& pointer, std::int64_t offset, std::uint64_t bytes, bool write, TranslationCache& cache) {
  if (const auto fault = check(pointer, offset, bytes, write)) return {nullptr, fault};
  if (pointer.translated()) return {pointer.base + offset, {}};
  Region* region = state_->find(pointer.coordinate);
  const std::uint64_t low = TranslationCache::tag_low(pointer.coordinate);
  const std::uint64_t high = TranslationCache::tag_high(pointer.coordinate, region->spec().cell_log2);
  const std::uint32_t column = pointer.coordinate.get(phext::Axis::column) % kPageColumns;
  const TranslationCache::Entry* entry = cache.find(low, high);
  const bool hit = entry != nullptr && (entry->columns >> column & 1) != 0;
  const std::uint64_t before = region->bytes();
  const Covered covered = write ? region->make(pointer.coordinate) : region->cover(pointer.coordinate);
  state_->count(*region, before);
  ++(hit ? cache.counters.hits : cache.counters.misses);
  if (covered.at == nullptr) return {zeros.data(), {}};
  pointer.base = covered.at;
  pointer.begin = covered.begin;
  pointer.end = covered.end;
  pointer.region = region;
  if (!hit) cache.insert({low, high, covered.at - (std::int64_t{column} << region->spec().cell_log2), covered.columns}, region);
  return {pointer.base + offset, {}};
}

PageTable::Place PageTable::cell(phext::PackedCoordinate coordinate, unsigned cell_log2, bool write, TranslationCache& cache) {
  const std::uint64_t low = TranslationCache::tag_low(coordinate);
  const std::uint64_t high = TranslationCache::tag_high(coordinate, cell_log2);
  const std::uint32_t column = coordinate.get(phext::Axis::column) % kPageColumns;
  const TranslationCache::Entry* entry = cache.find(low, high);
  if (entry != nullptr && (entry->columns >> column & 1) != 0) {
    ++cache.counters.hits;
    return {entry->base + (std::int64_t{column} << cell_log2), {}};
  }
  if (const auto fault = check_cell(coordinate, cell_log2, write)) return {nullptr, fault};
  Region* region = state_->find(coordinate);
  const std::uint64_t before = region->bytes();
  const Covered covered = write ? region->make(coordinate) : region->cover(coordinate);
  state_->count(*region, before);
  ++cache.counters.misses;
  if (covered.at == nullptr) return {zeros.data(), {}};
  cache.insert({low, high, covered.at - (std::int64_t{column} << cell_log2), covered.columns}, region);
  return {covered.at, {}};
}

bool PageTable::step(Pointer& pointer, phext::Axis axis, std::int64_t distance) {
  const phext::Step step = phext::step(pointer.coordinate, axis, distance);
  if (pointer.translated()) {
    std::byte* base = pointer.region->contains(step.to) ? pointer.region->moved(pointer, step.to) : nullptr;
    if (base == nullptr) pointer.forget();
    else pointer.base = base;
  }
  pointer.coordinate = step.to;
  return step.saturated;
}

std::span<const std::byte> PageTable::peek(phext::PackedCoordinate coordinate) const {
  Region* region = state_->find(coordinate);
  if (region == nullptr) return {};
  const Covered covered = region->cover(coordinate);
  if (covered.at == nullptr) return {};
  if (dynamic_cast<const ScrollRegion*>(region) != nullptr) return {covered.at, static_cast<std::size_t>(covered.behind)};
  return {covered.at, std::size_t{1} << region->spec().cell_log2};
}

bool PageTable::mapped(phext::PackedCoordinate coordinate) const { return state_->find(coordinate) != nullptr; }

std::optional<phext::PackedCoordinate> PageTable::next_occupied(phext::PackedCoordinate from, phext::PackedCoordinate last,
                                                                std::uint64_t& looked_at) const {
  std::optional<phext::PackedCoordinate> best;
  for (const auto& [handle, region] : state_->regions)
    if (const auto found = region->next_occupied(from, best ? *best : last, looked_at); found && (!best || *found < *best)) best = found;
  return best;
}

std::vector<PageTable::RegionInfo> PageTable::regions() const {
  std::vector<RegionInfo> all;
  for (const auto& [handle, region] : state_->regions) {
    const auto file = state_->backing.find(handle);
    all.push_back({handle, region->spec(), region->cells(), region->bytes(), region->pages_made(),
                   file == state_->backing.end() ? "" : file->second->path().string()});
  }
  return all;
}

std::uint64_t PageTable::digest() const {
  XXH3_state_t* state = XXH3_createState();
  XXH3_64bits_reset(state);
  for (const auto& [handle, region] : state_->regions) {
    XXH3_64bits_update(state, &handle, sizeof handle);
    region->for_each_page([&](std::uint64_t page, std::span<std::byte> bytes) {
      // A page of zeros is as good as none.
      if (std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b == std::byte{0}; })) return;
      XXH3_64bits_update(state, &page, sizeof page);
      XXH3_64bits_update(state, bytes.data(), bytes.size());
    });
  }
  const std::uint64_t hash = XXH3_64bits_digest(state);
  XXH3_freeState(state);
  return hash;
}

Result<std::uint64_t> PageTable::attach(const RegionSpec& spec, const std::filesystem::path& file) {
  const Allocated allocated = allocate(spec);
  if (allocated.fault) return Error{file.string(), "the region cannot be made: its box is no box, meets another, or is too large", {}};
  Region& region = *state_->regions[allocated.handle];
  const std::uint64_t before = region.bytes();
  auto backing = BackingFile::open(file, region);
  if (!backing) {
    const Error error = backing.error();
    state_->bytes += region.bytes() - before;
    free(allocated.handle);
    return error;
  }
  state_->count(region, before);
  state_->backing[allocated.handle] = std::move(*backing);
  return allocated.handle;
}

Result<std::uint64_t> PageTable::import_phext(std::string_view text) {
  const auto scrolls = phext::phokenize(text);
  if (!scrolls) return scrolls.error();
  std::map<phext::Coordinate, std::string> owned;
  for (const phext::Scroll& scroll : *scrolls) owned.emplace(scroll.coordinate, std::string(scroll.text));
  auto region = std::make_unique<ScrollRegion>(state_->next_handle, std::move(owned));
  for (const auto& [handle, other] : state_->regions)
    for (const auto& [coordinate, bytes] : region->scrolls()) {
      RegionSpec scroll;
      scroll.first = phext::PackedCoordinate::from_coordinate(coordinate).with(phext::Axis::line, 0).with(phext::Axis::column, 0);
      scroll.last = scroll.first.with(phext::Axis::line, phext::PackedCoordinate::kMax).with(phext::Axis::column, phext::PackedCoordinate::kMax);
      if (other->meets(scroll)) return Error{coordinate.to_string(), "the scroll's place is mapped already", {}};
    }
  if (region->bytes() > state_->limits.bytes - state_->bytes)
    return Error{"document", fmt::format("{} bytes", region->bytes()), fmt::format("at most {} more", state_->limits.bytes - state_->bytes)};
  state_->count(*region, 0);
  const std::uint64_t handle = state_->next_handle++;
  state_->regions[handle] = std::move(region);
  return handle;
}

Result<std::string> PageTable::export_phext(std::uint64_t handle) const {
  const auto found = state_->regions.find(handle);
  const auto* scrolls = found == state_->regions.end() ? nullptr : dynamic_cast<const ScrollRegion*>(found->second.get());
  if (scrolls == nullptr) return Error{fmt::format("handle {}", handle), "no imported document has it", {}};
  std::vector<phext::Scroll> views;
  for (const auto& [coordinate, text] : scrolls->scrolls()) views.push_back({coordinate, text});
  return phext::dephokenize(views);
}

}  // namespace vtpu::memory
