#include "vtpu/memory/quota.h"

#include <sys/mman.h>

#include <utility>

namespace vtpu::memory {

HostPages HostPages::map(Quota* quota, std::uint64_t bytes) {
  HostPages pages;
  bytes = rounded(bytes);
  if (quota != nullptr && !quota->take(bytes)) return pages;
  void* mapped = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) {
    if (quota != nullptr) quota->give_back(bytes);
    return pages;
  }
  pages.data_ = static_cast<std::byte*>(mapped);
  pages.bytes_ = bytes;
  pages.quota_ = quota;
  return pages;
}

HostPages::~HostPages() {
  if (data_ == nullptr) return;
  ::munmap(data_, bytes_);
  if (quota_ != nullptr) quota_->give_back(bytes_);
}

void HostPages::swap(HostPages& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(bytes_, other.bytes_);
  std::swap(quota_, other.quota_);
}

}  // namespace vtpu::memory
