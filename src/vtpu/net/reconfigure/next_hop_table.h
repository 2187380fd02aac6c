#pragma once
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "vtpu/net/network.h"

namespace vtpu::net::reconfigure {

/// One entry of a chip's table: the next hop of packets for one destination.
struct NextHop {
  static constexpr std::uint16_t kNowhere = 0xffff;
  std::uint16_t port = kNowhere;  ///< kNowhere: the chip itself, or unreachable
  std::uint16_t hops = 0;
  bool operator==(const NextHop&) const = default;
};

/// A new value for one entry.
struct HopChange {
  std::uint32_t destination = 0;
  NextHop next;
  bool operator==(const HopChange&) const = default;
};

/// The table of one chip, by destination: of all shortest paths the one with the lowest port, as in TableRouting with
/// Split::first. It takes one search from the chip, so that a chip can compute its own table.
std::vector<NextHop> chip_table(const Network& network, Chip chip);

/// The changes that turn one table into another of the same size (an invariant), in ascending order of destination.
std::vector<HopChange> table_changes(std::span<const NextHop> before, std::span<const NextHop> after);

/// The table by which a chip forwards, in two copies. Readers see the published copy. An update is written to the
/// hidden copy and published by a single atomic store, so that a reader sees either the whole old table or the whole
/// new table and never waits. One thread updates; up to kReaders threads read.
///
/// A reader announces which copy it reads and then checks that this copy is still published. The writer publishes a
/// copy and then checks who still reads the other. Both sides are sequentially consistent, so that at least one of them
/// notices: the hidden copy is written only when no reader is left in it. Source of the idea: Ramalhete and Correia,
/// "Left-right: a concurrency control technique with wait-free population oblivious reads", 2015; the slots are those
/// of Michael, "Hazard pointers", IEEE TPDS 15(6), 2004.
class NextHopTable {
 public:
  static constexpr int kReaders = 8;

  explicit NextHopTable(std::span<const NextHop> entries);

  std::size_t size() const { return copies_[0].size(); }

  /// Calls look(std::span<const NextHop>) on one whole table, which does not change until `look` returns. `reader`: a
  /// number below kReaders that no other thread uses at the same time.
  template <class Look>
  auto read(int reader, Look look) const {
    std::atomic<std::uint32_t>& slot = slots_[static_cast<std::size_t>(reader)].in;
    const Leave leave{slot};
    std::uint32_t copy = shown_.load();
    for (slot.store(copy); shown_.load() != copy; slot.store(copy)) copy = shown_.load();
    return look(std::span<const NextHop>(copies_[copy]));
  }

  /// Writes a whole table of the same size (an invariant) and publishes it.
  void replace(std::span<const NextHop> entries);
  /// Writes some entries, whose destinations are below size() (an invariant), and publishes them together.
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
  std::vector<HopChange> pending_;  // changes that the published copy has and the hidden one lacks,
  bool all_pending_ = false;        // or the whole table
  alignas(64) std::atomic<std::uint32_t> shown_ = 0;
  std::array<Slot, kReaders> slots_;
};

}  // namespace vtpu::net::reconfigure
