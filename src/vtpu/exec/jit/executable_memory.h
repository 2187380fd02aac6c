#pragma once
#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace vtpu::exec::jit {

/// Host code in pages of its own, which cannot be written any more.
class ExecutableMemory {
 public:
  ExecutableMemory() = default;
  ExecutableMemory(const ExecutableMemory&) = delete;
  ExecutableMemory& operator=(const ExecutableMemory&) = delete;
  ~ExecutableMemory() {
    if (at_ != nullptr) ::munmap(at_, bytes_);
  }

  /// Null if the system refuses the memory. To be called once.
  const void* hold(std::span<const std::uint8_t> code) {
    // Populated at once: a page fault for each page would take longer than copying into it.
    void* const at =
        ::mmap(nullptr, code.size(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (at == MAP_FAILED) return nullptr;
    at_ = at;
    bytes_ = code.size();
    std::memcpy(at, code.data(), code.size());
    return ::mprotect(at, bytes_, PROT_READ | PROT_EXEC) == 0 ? at : nullptr;
  }

 private:
  void* at_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace vtpu::exec::jit
