#pragma once
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace vtpu::exec {

/// A bounded queue from one thread to one other. Each side keeps a copy of the other's index and reads the index itself
/// only when the copy says full or empty, so that a run of elements moves few cache lines. The sides are 128 bytes
/// apart, because the host fetches lines in pairs.
template <class T>
class SpscRing {
 public:
  static constexpr std::size_t kApart = 128;
  static constexpr std::uint64_t kAhead = 4;  // elements

  /// `capacity`: rounded up to a power of two.
  explicit SpscRing(std::size_t capacity)
      : mask_(std::bit_ceil(capacity) - 1), slots_(std::make_unique<T[]>(mask_ + 1)) {}

  std::size_t capacity() const { return mask_ + 1; }

  // The sending thread.

  bool has_room() {
    const std::uint64_t behind = writer_.index.load(std::memory_order_relaxed);
    if (behind - writer_.other <= mask_) return true;
    writer_.other = reader_.index.load(std::memory_order_acquire);
    return behind - writer_.other <= mask_;
  }
  /// Where the next element goes; only with room. `publish` sends it.
  T& back() { return slots_[writer_.index.load(std::memory_order_relaxed) & mask_]; }
  void publish() { writer_.index.store(writer_.index.load(std::memory_order_relaxed) + 1, std::memory_order_release); }
  /// Only with room.
  void push(const T& element) {
    back() = element;
    publish();
  }
  /// The receiving thread is to wake the sending one when it has made room.
  void ask_for_room() { asked_.store(true, std::memory_order_relaxed); }

  // The receiving thread.

  /// The oldest element, or null.
  const T* front() {
    if (next_ == reader_.other) {
      reader_.other = writer_.index.load(std::memory_order_acquire);
      if (next_ == reader_.other) return nullptr;
    }
    // Elements lie in the sender's cache, from which they take long; the next ones come while this one is used.
    if (next_ + kAhead < reader_.other) __builtin_prefetch(&slots_[(next_ + kAhead) & mask_]);
    return &slots_[next_ & mask_];
  }
  /// Removes the oldest element. The sending thread gets its room with the next `give_room`.
  void pop() { ++next_; }
  /// Whether anything was removed since the last call.
  bool give_room() {
    if (next_ == reader_.index.load(std::memory_order_relaxed)) return false;
    reader_.index.store(next_, std::memory_order_release);
    return true;
  }
  /// Whether the sending thread asked for room; once for each time it asked.
  bool asked_for_room() {
    if (!asked_.load(std::memory_order_relaxed)) return false;
    return asked_.exchange(false, std::memory_order_acq_rel);
  }

 private:
  /// The index of one side, and its copy of the other's.
  struct alignas(kApart) Side {
    std::atomic<std::uint64_t> index{0};
    std::uint64_t other = 0;
  };
  Side writer_;
  Side reader_;
  std::uint64_t next_ = 0;  // of the receiving thread, beside its index
  alignas(kApart) std::atomic<bool> asked_{false};
  std::size_t mask_;
  std::unique_ptr<T[]> slots_;
};

}  // namespace vtpu::exec
