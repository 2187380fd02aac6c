#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

namespace vtpu::exec::jit {

/// The host code of one program.
class ExecutableMemory {
 public:
  ExecutableMemory() = default;
  ExecutableMemory(const ExecutableMemory&) = delete;
  ExecutableMemory& operator=(const ExecutableMemory&) = delete;
  ~ExecutableMemory();

  /// Copies the code. Null if the system refuses the memory. To be called once.
  const void* hold(std::span<const std::uint8_t> code);

 private:
  void* at_ = nullptr;
};

}  // namespace vtpu::exec::jit
