#pragma once
#include <pthread.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>

namespace vtpu::memory {

/// Keeps the structure of a table (its regions, their index and their sparse pages) in order while several threads use
/// it. Readers count themselves in a slot that they share with few other threads, so that they do not wait for each
/// other's cache lines. Someone who writes keeps all others out. Someone who holds the structure keeps it from being
/// changed and lets readers pass. A thread that has to wait spins shortly and then sleeps; a reader that finds someone
/// writing queues with those who write, so nobody waits for ever. Until `share`, all of this costs a test.
class StructureLock {
 public:
  enum class Kind : std::uint8_t { reading, holding, writing };
  static constexpr std::size_t kSlots = 32;

  /// Whether several threads use the table from now on. Nobody else may use it meanwhile.
  void share(bool several) { shared_ = several; }
  bool shared() const { return shared_; }
  /// The slot of the calling thread; 0 if the table is not shared.
  std::size_t slot() const { return shared_ ? slot_of_thread() : 0; }

  /// Not recursive: a thread that has one takes no other.
  class Held {
   public:
    Held(StructureLock& lock, Kind kind) : lock_(lock.shared_ ? &lock : nullptr), kind_(kind) {
      if (lock_ != nullptr) lock_->enter(kind_);
    }
    ~Held() {
      if (lock_ != nullptr) lock_->leave(kind_);
    }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;

    /// From reading to writing. True if others may have changed the structure before that succeeded, so that what was
    /// found has to be looked up again.
    bool upgrade() {
      if (lock_ == nullptr || kind_ == Kind::writing) return false;
      lock_->leave(kind_);
      kind_ = Kind::writing;
      lock_->enter(kind_);
      return true;
    }

   private:
    StructureLock* lock_;
    Kind kind_;
  };

 private:
  static std::size_t slot_of_thread() {
    static_assert(kSlots == 32, "the top five bits of the hash");
    return (static_cast<std::uint64_t>(::pthread_self()) * 0x9e3779b97f4a7c15U) >> 59;
  }
  void enter(Kind kind);
  void leave(Kind kind);
  void enter_reading(std::atomic<std::uint32_t>& readers);
  void leave_reading(std::atomic<std::uint32_t>& readers);

  struct alignas(128) Slot {
    std::atomic<std::uint32_t> readers{0};
  };
  bool shared_ = false;
  alignas(128) std::mutex mutex_;          ///< of those who hold or write
  std::atomic<std::uint32_t> writing_{0};  ///< somebody writes, or waits for the readers to leave
  std::array<Slot, kSlots> slots_;
};

}  // namespace vtpu::memory
