#pragma once
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace vtpu::exec {

/// A bounded queue from one thread to one other. Each place says itself whether its element is there, by the number of
/// the sender's lap, so that an element and the news of it are one cache line. The sender keeps a copy of the
/// receiver's index and reads the index itself only when the copy says full. The sides are 128 bytes apart, because the
/// host fetches lines in pairs. (Giacomoni et al., "FastForward for efficient pipeline parallelism", PPoPP 2008.)
///
/// `T`: a class whose last byte is padding, where the number of the lap goes.
template <class T>
class SpscRing {
 public:
  static constexpr std::size_t kApart = 128;

  /// `capacity`: rounded up to a power of two.
  explicit SpscRing(std::size_t capacity)
      : mask_(std::bit_ceil(capacity) - 1),
        log_(static_cast<unsigned>(std::countr_zero(mask_ + 1))),
        slots_(std::make_unique<Slot[]>(mask_ + 1)) {}

  std::size_t capacity() const { return mask_ + 1; }

  // The sending thread.

  bool has_room() {
    if (behind_ - room_known_ <= mask_) return true;
    room_known_ = taken_.load(std::memory_order_acquire);
    return behind_ - room_known_ <= mask_;
  }
  /// Where the next element goes; only with room. `publish` sends it.
  T& back() { return slots_[behind_ & mask_]; }
  void publish() {
    slots_[behind_ & mask_].lap.store(lap_of(behind_), std::memory_order_release);
    ++behind_;
  }
  /// Only with room.
  void push(const T& element) {
    back() = element;
    publish();
  }
  /// The receiving thread is to wake the sending one when it has made room.
  void ask_for_room() { asked_.store(true, std::memory_order_relaxed); }

  // The receiving thread.

  /// The oldest element, or null.
  const T* front() const {
    const Slot& slot = slots_[next_ & mask_];
    return slot.lap.load(std::memory_order_acquire) == lap_of(next_) ? &slot : nullptr;
  }
  /// Removes the oldest element. The sending thread gets its room with the next `give_room`.
  void pop() { ++next_; }
  /// Whether anything was removed since the last call.
  bool give_room() {
    if (next_ == taken_.load(std::memory_order_relaxed)) return false;
    taken_.store(next_, std::memory_order_release);
    return true;
  }
  /// Whether the sending thread asked for room; once for each time it asked.
  bool asked_for_room() {
    if (!asked_.load(std::memory_order_relaxed)) return false;
    return asked_.exchange(false, std::memory_order_acq_rel);
  }

 private:
  struct Slot : T {
    std::atomic<std::uint8_t> lap{0};
  };
  static_assert(sizeof(Slot) == sizeof(T), "the number of the lap fits into the element's padding");
  /// Never that of the lap before, whose element lies there until it is replaced.
  std::uint8_t lap_of(std::uint64_t number) const { return static_cast<std::uint8_t>((number >> log_) + 1); }

  alignas(kApart) std::uint64_t behind_ = 0;  // of the sending thread
  std::uint64_t room_known_ = 0;              // its copy of `taken_`
  alignas(kApart) std::uint64_t next_ = 0;    // of the receiving thread
  alignas(kApart) std::atomic<std::uint64_t> taken_{0};
  alignas(kApart) std::atomic<bool> asked_{false};
  alignas(kApart) std::size_t mask_;
  unsigned log_;
  std::unique_ptr<Slot[]> slots_;
};

}  // namespace vtpu::exec
