#pragma once
#include <sys/mman.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "vtpu/base/check.h"
#include "vtpu/phext/packed.h"

namespace vtpu::memory {

/// An unordered map from coordinates (without their flags) to 64-bit values: linear probing over slots of 24 bytes, at
/// most three quarters full.
class CoordinateMap {
 public:
  CoordinateMap() = default;
  explicit CoordinateMap(std::size_t expected) { reserve(expected); }
  CoordinateMap(const CoordinateMap&) = delete;
  CoordinateMap& operator=(const CoordinateMap&) = delete;

  std::size_t size() const { return size_; }
  void reserve(std::size_t expected) {
    std::size_t slots = 16;
    while (slots * 3 / 4 < expected) slots *= 2;
    if (slots > slots_) rehash(slots);
  }

  /// Sets the value at the coordinate.
  void insert(const phext::PackedCoordinate& at, std::uint64_t value) {
    if ((size_ + 1) * 4 > slots_ * 3) rehash(slots_ == 0 ? 16 : 2 * slots_);
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

  /// The values at many coordinates, `absent` where there is none. Prefetches the slots of later coordinates while it
  /// compares earlier ones. Both spans have the same length.
  void find(std::span<const phext::PackedCoordinate> at, std::span<std::uint64_t> values, std::uint64_t absent) const {
    VTPU_CHECK(at.size() == values.size(), "a batch has as many values as coordinates");
    if (size_ == 0) {
      for (std::uint64_t& value : values) value = absent;
      return;
    }
    constexpr std::size_t kAhead = 16;
    const std::size_t fetched = at.size() < kAhead ? at.size() : kAhead;
    for (std::size_t i = 0; i < fetched; ++i) fetch(at[i]);
    for (std::size_t i = 0; i < at.size(); ++i) {
      if (i + kAhead < at.size()) fetch(at[i + kAhead]);
      const std::uint64_t* found = find(Key(at[i]));
      values[i] = found == nullptr ? absent : *found;
    }
  }

  /// Returns whether there was a value. Later entries move up, so that no tombstone remains.
  bool erase(const phext::PackedCoordinate& at) {
    const std::uint64_t* found = find(at);
    if (found == nullptr) return false;
    std::size_t hole = static_cast<std::size_t>(reinterpret_cast<const std::byte*>(found) -
                                                reinterpret_cast<const std::byte*>(table_.get())) /
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
  struct Unmap {
    std::size_t bytes;
    Unmap() : bytes(0) {}
    explicit Unmap(std::size_t b) : bytes(b) {}
    void operator()(Slot* slots) const { ::munmap(slots, bytes); }
  };

  std::size_t home(const Key& key) const {
    const std::uint64_t mixed = (key.low ^ std::rotl(key.high * 0xd6e8feb86659fd93U, 32)) * 0x9e3779b97f4a7c15U;
    return mixed >> shift_;
  }
  void fetch(const phext::PackedCoordinate& at) const {
    const Slot* slot = &table_[home(Key(at))];
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

  void rehash(std::size_t slots) {
    const std::size_t bytes = slots * sizeof(Slot);
    void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    VTPU_CHECK(memory != MAP_FAILED, "the system has memory for a table");
    ::madvise(memory, bytes, MADV_HUGEPAGE);
    std::unique_ptr<Slot[], Unmap> old(static_cast<Slot*>(memory), Unmap{bytes});
    old.swap(table_);
    const std::size_t old_slots = slots_;
    slots_ = slots;
    shift_ = 64 - static_cast<unsigned>(std::countr_zero(slots));
    for (std::size_t i = 0; i < slots; ++i) table_[i] = Slot{};
    for (std::size_t i = 0; i < old_slots; ++i) {
      if (old[i].empty()) continue;
      std::size_t to = home({old[i].low, old[i].high});
      while (!table_[to].empty()) to = (to + 1) & (slots_ - 1);
      table_[to] = old[i];
    }
  }

  std::unique_ptr<Slot[], Unmap> table_;
  std::size_t slots_ = 0;
  std::size_t size_ = 0;
  unsigned shift_ = 64;
};

}  // namespace vtpu::memory
