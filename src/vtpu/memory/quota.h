#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace vtpu::memory {

/// The bytes of the host's memory that the programs of a machine may hold, and those that they hold: cells, indexes,
/// bookkeeping and pending messages. Whoever allocates for a program takes the bytes first and returns them when it
/// frees them. Any thread may.
class Quota {
 public:
  explicit Quota(std::uint64_t most) : most_(most) {}
  Quota(const Quota&) = delete;
  Quota& operator=(const Quota&) = delete;

  std::uint64_t most() const { return most_; }
  std::uint64_t held() const { return held_.load(std::memory_order_relaxed); }
  bool fits(std::uint64_t bytes) const { return bytes <= most_ - held(); }
  /// Returns whether the bytes fit, and are now held.
  bool take(std::uint64_t bytes) {
    std::uint64_t held = held_.load(std::memory_order_relaxed);
    do {
      if (bytes > most_ - held) return false;
    } while (!held_.compare_exchange_weak(held, held + bytes, std::memory_order_relaxed));
    return true;
  }
  void give_back(std::uint64_t bytes) { held_.fetch_sub(bytes, std::memory_order_relaxed); }

 private:
  std::uint64_t most_;
  std::atomic<std::uint64_t> held_{0};
};

struct GiveBack {
  std::uint64_t bytes = 0;
  void operator()(Quota* quota) const { quota->give_back(bytes); }
};
/// Bytes taken from a quota, which the destructor gives back; null if they did not fit.
using Charge = std::unique_ptr<Quota, GiveBack>;
inline Charge charge(Quota& quota, std::uint64_t bytes) {
  return Charge(quota.take(bytes) ? &quota : nullptr, GiveBack{bytes});
}

/// Pages of zeros from the system, which count against a quota until the destructor returns them.
class HostPages {
 public:
  static constexpr std::size_t kPage = 4096;

  HostPages() = default;
  HostPages(HostPages&& other) noexcept { swap(other); }
  HostPages& operator=(HostPages&& other) noexcept {
    swap(other);
    return *this;
  }
  ~HostPages();

  /// Room for `bytes`, rounded up to whole pages. Empty when they exceed the quota or the system refuses them.
  /// `quota`: null if they count against none.
  static HostPages map(Quota* quota, std::uint64_t bytes);
  static std::uint64_t rounded(std::uint64_t bytes) { return (bytes + kPage - 1) / kPage * kPage; }

  explicit operator bool() const { return data_ != nullptr; }
  std::byte* data() const { return data_; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  void swap(HostPages& other) noexcept;

  std::byte* data_ = nullptr;
  std::uint64_t bytes_ = 0;
  Quota* quota_ = nullptr;
};

}  // namespace vtpu::memory
