#pragma once
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "vtpu/net/network.h"

namespace vtpu::net::reconfigure {

/// One entry of a chip's table: how packets for one destination go on.
struct NextHop {
  static constexpr std::uint16_t kNowhere = 0xffff;
  std::uint16_t port = kNowhere;  ///< kNowhere: the chip itself, or out of reach
  std::uint16_t hops = 0;
  bool operator==(const NextHop&) const = default;
};

/// An entry that becomes another.
struct HopChange {
  std::uint32_t destination = 0;
  NextHop next;
  bool operator==(const HopChange&) const = default;
};

/// The table of one chip, by destination: of all shortest ways the one by the lowest port, as
/// TableRouting with Split::first has it. One search from the chip, so that a chip can find its own.
std::vector<NextHop> chip_table(const Network& network, int chip);

/// What turns one table into another of the same size (an invariant), by rising destination.
std::vector<HopChange> table_changes(std::span<const NextHop> before, std::span<const NextHop> after);

/// The table a chip forwards by, in two copies. Readers see the shown one; an update is written to the hidden one and
/// shown by a single atomic store, so that a reader sees the whole table before it or the whole table after it and
/// never waits. One thread updates, up to kReaders read.
///
/// A reader says which copy it is in and then looks whether that one is still shown. The writer shows a copy and then
/// looks who is in the other. Both sides are sequentially consistent, so one of the two notices: the hidden copy is
/// written only when no reader is left in it. Source of the idea: Ramalhete and Correia, "Left-right: a concurrency
/// control technique with wait-free population oblivious reads", 2015; the slots are those of Michael, "Hazard
/// pointers", IEEE TPDS 15(6), 2004.
class NextHopTable {
 public:
  static constexpr int kReaders = 8;

  explicit NextHopTable(std::span<const NextHop> entries);

  std::size_t size() const { return copies_[0].size(); }

  /// look(std::span<const NextHop>) on one whole table, which stays as it is until `look` returns. `reader`: a number
  /// below kReaders that no other thread uses meanwhile.
  template <class Look>
  auto read(int reader, Look look) const {
    std::atomic<std::uint32_t>& slot = slots_[static_cast<std::size_t>(reader)].in;
    const Leave leave{slot};
    std::uint32_t copy = shown_.load();
    for (slot.store(copy); shown_.load() != copy; slot.store(copy)) copy = shown_.load();
    return look(std::span<const NextHop>(copies_[copy]));
  }

  /// Writes a whole table of the same size (an invariant) and shows it.
  void replace(std::span<const NextHop> entries);
  /// Writes some entries, whose destinations are below size() (an invariant), and shows them together.
  void apply(std::span<const HopChange> changes);

 private:
  static constexpr std::uint32_t kNone = 2;
  struct alignas(64) Slot {
    mutable std::atomic<std::uint32_t> in = kNone;  // the copy that a reader is in
  };
  struct Leave {
    std::atomic<std::uint32_t>& slot;
    ~Leave() { slot.store(kNone, std::memory_order_release); }
  };

  /// The hidden copy, once no reader is left in it.
  std::vector<NextHop>& hidden();
  void show() { shown_.store(1 - shown_.load(std::memory_order_relaxed)); }

  std::array<std::vector<NextHop>, 2> copies_;
  std::vector<HopChange> behind_;  // what the shown copy has and the hidden one lacks,
  bool all_behind_ = false;        // or all of it
  alignas(64) std::atomic<std::uint32_t> shown_ = 0;
  std::array<Slot, kReaders> slots_;
};

}  // namespace vtpu::net::reconfigure
