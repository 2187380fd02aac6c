#include "vtpu/exec/jit/executable_memory.h"

#include <asmjit/core.h>

#include <cstring>

namespace vtpu::exec::jit {
namespace {

/// All programs of the process share one allocator, as they share the heap: pages of their own would take longer to map
/// and to release than a short program takes to compile. It may be called from several threads.
asmjit::JitAllocator& allocator() {
  static asmjit::JitAllocator shared;
  return shared;
}

}  // namespace

ExecutableMemory::~ExecutableMemory() {
  if (at_ != nullptr) allocator().release(at_);
}

const void* ExecutableMemory::hold(std::span<const std::uint8_t> code) {
  void* writable = nullptr;
  if (allocator().alloc(&at_, &writable, code.size()) != asmjit::kErrorOk) return at_ = nullptr;
  asmjit::VirtMem::ProtectJitReadWriteScope scope(at_, code.size());
  std::memcpy(writable, code.data(), code.size());
  return at_;
}

}  // namespace vtpu::exec::jit
