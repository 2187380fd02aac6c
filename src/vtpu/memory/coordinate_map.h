#pragma once
#include <sys/mman.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <utility>

#include "vtpu/base/check.h"
#include "vtpu/base/keyed_hash.h"
#include "vtpu/memory/quota.h"
#include "vtpu/phext/packed.h"

namespace vtpu::memory {

/// An unordered map from coordinates (without their flags) to 64-bit values: linear probing over slots of 24 bytes, at
/// most three quarters full. The hash has a random key, so that no program can choose coordinates of one slot.
class CoordinateMap {
 public:
  CoordinateMap() = default;
  /// A map whose memory counts against the quota.
  explicit CoordinateMap(Quota& quota) : quota_(&quota) {}
  explicit CoordinateMap(std::size_t expected) {
    if (!reserve(expected)) throw std::bad_alloc();
  }
  CoordinateMap(const CoordinateMap&) = delete;
  CoordinateMap& operator=(const CoordinateMap&) = delete;

  std::size_t size() const { return size_; }
  /// Whether there is room for that many coordinates; none if the quota or the system refuses the memory.
  bool reserve(std::size_t expected) { return expected <= slots_ / 4 * 3 || rehash(slots_for(expected)); }
  /// What `reserve` takes from the quota. The former table is there until its entries have moved.
  std::uint64_t growth(std::size_t expected) const {
    return expected <= slots_ / 4 * 3 ? 0 : HostPages::rounded(slots_for(expected) * sizeof(Slot));
  }

  /// Sets the value at the coordinate. Throws std::bad_alloc without room for it.
  void insert(const phext::PackedCoordinate& at, std::uint64_t value) {
    if (!reserve(size_ + 1)) throw std::bad_alloc();
    const Key key(at);
    for (std::size_t i = home(key);; i = (i + 1) & (slots_ - 1)) {
      Slot& slot = table_[i];
      if (slot.empty()) {
        slot = {key.low, key.high, value};
        ++size_;
        return;
      }
      if (slot.low == key.low && slot.high == key.high) {
        slot.value = value;
        return;
      }
    }
  }

  /// The value at the coordinate, or null.
  const std::uint64_t* find(const phext::PackedCoordinate& at) const {
    if (size_ == 0) return nullptr;
    return find(Key(at));
  }

  /// The values at many coordinates with the bits of `without` cleared, `absent` where there is none. Prefetches the
  /// slots of later coordinates while it compares earlier ones. Both spans have the same length.
  void find(std::span<const phext::PackedCoordinate> at, std::span<std::uint64_t> values, std::uint64_t absent,
            phext::PackedCoordinate::Bits without = 0) const {
    VTPU_CHECK(at.size() == values.size(), "a batch has as many values as coordinates");
    if (size_ == 0) {
      for (std::uint64_t& value : values) value = absent;
      return;
    }
    constexpr std::size_t kAhead = 16;
    const auto key = [&](std::size_t i) { return Key(phext::PackedCoordinate::from_bits(at[i].bits() & ~without)); };
    const std::size_t fetched = at.size() < kAhead ? at.size() : kAhead;
    for (std::size_t i = 0; i < fetched; ++i) fetch(key(i));
    for (std::size_t i = 0; i < at.size(); ++i) {
      if (i + kAhead < at.size()) fetch(key(i + kAhead));
      const std::uint64_t* found = find(key(i));
      values[i] = found == nullptr ? absent : *found;
    }
  }

  /// Returns whether there was a value. Later entries move up, so that no tombstone remains.
  bool erase(const phext::PackedCoordinate& at) {
    const std::uint64_t* found = find(at);
    if (found == nullptr) return false;
    std::size_t hole = static_cast<std::size_t>(reinterpret_cast<const std::byte*>(found) -
                                                reinterpret_cast<const std::byte*>(table_)) /
                       sizeof(Slot);
    for (std::size_t i = hole;;) {
      i = (i + 1) & (slots_ - 1);
      if (table_[i].empty()) break;
      const std::size_t wanted = home({table_[i].low, table_[i].high});
      if (((i - wanted) & (slots_ - 1)) >= ((i - hole) & (slots_ - 1))) table_[hole] = table_[i], hole = i;
    }
    table_[hole] = {};
    --size_;
    return true;
  }

 private:
  /// No coordinate without flags has an upper word of all ones.
  static constexpr std::uint64_t kEmpty = ~std::uint64_t{0};
  struct Slot {
    std::uint64_t low = 0;
    std::uint64_t high = kEmpty;
    std::uint64_t value = 0;
    bool empty() const { return high == kEmpty; }
  };
  struct Key {
    std::uint64_t low = 0, high = 0;
    Key(std::uint64_t l, std::uint64_t h) : low(l), high(h) {}
    explicit Key(const phext::PackedCoordinate& at)
        : low(static_cast<std::uint64_t>(at.bits())),
          high(static_cast<std::uint64_t>(at.bits() >> 64) & ((std::uint64_t{1} << 57) - 1)) {}
  };
  /// Folds the product of two keyed words: with known factors, anyone could list the coordinates of one slot. The last
  /// factor spreads coordinates in a row, which the unlucky one of many keys would leave in clusters.
  std::size_t home(const Key& key) const {
    const auto product = static_cast<unsigned __int128>(key.low ^ key_.low) * (key.high ^ key_.high);
    const std::uint64_t folded = static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
    return (folded * 0x9e3779b97f4a7c15U) >> shift_;
  }
  void fetch(const Key& key) const {
    const Slot* slot = &table_[home(key)];
    __builtin_prefetch(slot);
    __builtin_prefetch(&slot->value);  // a quarter of the slots cross a cache line
  }
  const std::uint64_t* find(const Key& key) const {
    for (std::size_t i = home(key);; i = (i + 1) & (slots_ - 1)) {
      const Slot& slot = table_[i];
      if (slot.low == key.low && slot.high == key.high) return &slot.value;
      if (slot.empty()) return nullptr;
    }
  }

  std::size_t slots_for(std::size_t expected) const {
    std::size_t slots = slots_ == 0 ? 16 : slots_;
    while (slots / 4 * 3 < expected) slots *= 2;
    return slots;
  }
  bool rehash(std::size_t slots) {
    HostPages pages = HostPages::map(quota_, slots * sizeof(Slot));
    if (!pages) return false;
    ::madvise(pages.data(), pages.bytes(), MADV_HUGEPAGE);
    const Slot* const old = table_;
    const std::size_t old_slots = slots_;
    table_ = reinterpret_cast<Slot*>(pages.data());
    slots_ = slots;
    shift_ = 64 - static_cast<unsigned>(std::countr_zero(slots));
    for (std::size_t i = 0; i < slots; ++i) new (&table_[i]) Slot;
    for (std::size_t i = 0; i < old_slots; ++i) {
      if (old[i].empty()) continue;
      std::size_t to = home({old[i].low, old[i].high});
      while (!table_[to].empty()) to = (to + 1) & (slots_ - 1);
      table_[to] = old[i];
    }
    pages_ = std::move(pages);  // and frees the old ones
    return true;
  }

  Slot* table_ = nullptr;
  std::size_t slots_ = 0;
  std::size_t size_ = 0;
  unsigned shift_ = 64;
  HashKey key_ = HashKey::of_process();
  HostPages pages_;
  Quota* quota_ = nullptr;
};

}  // namespace vtpu::memory
