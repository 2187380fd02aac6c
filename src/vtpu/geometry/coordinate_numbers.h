#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "vtpu/base/keyed_hash.h"
#include "vtpu/phext/packed.h"

namespace vtpu::geometry {

/// Coordinates (without their flags), numbered in the order of their first appearance. A hash table of numbers alone,
/// by linear probing and at most half full, finds them: it takes 4 bytes a slot where a map with coordinates in it
/// takes
/// 24. The hash has a random key, so that no input can choose coordinates of one slot.
class CoordinateNumbers {
 public:
  /// The number of the coordinate, which is the next one if it is new.
  std::uint32_t number(const phext::PackedCoordinate& at) {
    if (2 * (coordinates_.size() + 1) > slots_.size()) grow();
    std::uint32_t& slot = slots_[place(at)];
    if (slot == kEmpty) {
      slot = static_cast<std::uint32_t>(coordinates_.size());
      coordinates_.push_back(at.with_flags(0));
    }
    return slot;
  }
  std::optional<std::uint32_t> find(const phext::PackedCoordinate& at) const {
    if (slots_.empty()) return {};
    const std::uint32_t found = slots_[place(at)];
    return found == kEmpty ? std::nullopt : std::optional(found);
  }
  const phext::PackedCoordinate& operator[](std::uint32_t number) const { return coordinates_[number]; }
  std::size_t size() const { return coordinates_.size(); }
  std::size_t bytes() const {
    return coordinates_.capacity() * sizeof coordinates_[0] + slots_.capacity() * sizeof slots_[0];
  }
  void shrink() { coordinates_.shrink_to_fit(); }

 private:
  static constexpr std::uint32_t kEmpty = ~std::uint32_t{0};

  /// The slot of the coordinate, or the empty one where it belongs.
  std::size_t place(const phext::PackedCoordinate& at) const {
    const auto bits = at.with_flags(0).bits();
    const auto product = static_cast<unsigned __int128>(static_cast<std::uint64_t>(bits) ^ key_.low) *
                         (static_cast<std::uint64_t>(bits >> 64) ^ key_.high);
    const std::uint64_t folded = static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
    // The last factor spreads coordinates in a row.
    std::size_t i = (folded * 0x9e3779b97f4a7c15U) >> (64 - std::countr_zero(slots_.size()));
    while (slots_[i] != kEmpty && coordinates_[slots_[i]] != at) i = (i + 1) & (slots_.size() - 1);
    return i;
  }
  void grow() {
    slots_.assign(slots_.empty() ? 16 : 2 * slots_.size(), kEmpty);
    for (std::uint32_t k = 0; k < coordinates_.size(); ++k) slots_[place(coordinates_[k])] = k;
  }

  std::vector<phext::PackedCoordinate> coordinates_;
  std::vector<std::uint32_t> slots_;
  HashKey key_ = HashKey::of_process();
};

}  // namespace vtpu::geometry
