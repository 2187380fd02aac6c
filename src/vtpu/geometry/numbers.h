#pragma once
#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

namespace vtpu::geometry {

/// An array of numbers without initial values. It is made as large as it may become, and shrunk later: the system
/// provides pages only for what was written, and large ones where the array is large.
class Numbers {
 public:
  Numbers() = default;
  explicit Numbers(std::size_t count) : size_(count) {
    const std::size_t bytes = (count * sizeof(std::uint32_t) + kHuge) / kHuge * kHuge;
    const bool large = bytes > kHuge;
    void* const data = large ? std::aligned_alloc(kHuge, bytes) : std::malloc(count * sizeof(std::uint32_t) + 1);
    if (data == nullptr) throw std::bad_alloc();
    data_.reset(static_cast<std::uint32_t*>(data));
    if (large) ::madvise(data, bytes, MADV_HUGEPAGE);  // advice: without it, only speed suffers
  }

  std::size_t size() const { return size_; }
  std::uint32_t* begin() { return data_.get(); }
  const std::uint32_t* begin() const { return data_.get(); }
  std::uint32_t& operator[](std::size_t i) { return data_.get()[i]; }
  const std::uint32_t& operator[](std::size_t i) const { return data_.get()[i]; }
  /// Gives back the memory after the first `count` numbers; `count` is at most the size.
  void shrink(std::size_t count) {
    void* const data = std::realloc(data_.release(), count * sizeof(std::uint32_t) + 1);
    if (data == nullptr) throw std::bad_alloc();
    data_.reset(static_cast<std::uint32_t*>(data));
    size_ = count;
  }

 private:
  static constexpr std::size_t kHuge = std::size_t{1} << 21;
  struct Free {
    void operator()(std::uint32_t* data) const { std::free(data); }
  };
  std::unique_ptr<std::uint32_t, Free> data_;
  std::size_t size_ = 0;
};

}  // namespace vtpu::geometry
