#pragma once
#include <cstddef>
#include <new>
#include <utility>
#include <vector>

#include "vtpu/memory/quota.h"

namespace vtpu::memory {

/// Blocks of one size. The address space grows by an eighth of what it is, so that the quota counts little more than
/// the blocks in use. Blocks that were given back are used again; the system gets them when the arena ends.
class Arena {
 public:
  /// `quota`: null if the memory counts against none. `block`: bytes of a block; divides 4096.
  Arena(Quota* quota, std::size_t block) : quota_(quota), block_(block) {}
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  std::size_t block() const { return block_; }
  /// Whether the next `take` succeeds: there is a free block, or the quota and the system give room for one.
  bool reserve();
  /// What `reserve` takes from the quota.
  std::uint64_t growth() const;
  bool has_given_back() const { return free_ != nullptr; }
  /// A block, after `reserve`: of zeros, unless it was given back.
  std::byte* take() {
    if (free_ != nullptr) return reinterpret_cast<std::byte*>(std::exchange(free_, free_->next));
    return take_new();
  }
  void give_back(void* block) { free_ = new (block) Free{free_}; }

 private:
  struct Free {
    Free* next;
  };
  std::byte* take_new();
  bool has_block() const { return free_ != nullptr || (!chunks_.empty() && chunks_.back().bytes() - used_ >= block_); }

  Quota* quota_;
  std::size_t block_;
  std::vector<HostPages> chunks_;
  std::uint64_t held_ = 0;
  std::size_t used_ = 0;  ///< bytes of the last chunk
  Free* free_ = nullptr;  ///< blocks that were given back
};

/// Lets a node-based container take its nodes from an arena.
template <class T>
struct ArenaAllocator {
  using value_type = T;
  Arena* arena;

  explicit ArenaAllocator(Arena& from) : arena(&from) {}
  template <class U>
  ArenaAllocator(const ArenaAllocator<U>& other) : arena(other.arena) {}

  T* allocate(std::size_t count) {
    if (count * sizeof(T) > arena->block() || !arena->reserve()) throw std::bad_alloc();
    return reinterpret_cast<T*>(arena->take());
  }
  void deallocate(T* block, std::size_t) { arena->give_back(block); }
  template <class U>
  bool operator==(const ArenaAllocator<U>& other) const {
    return arena == other.arena;
  }
};

}  // namespace vtpu::memory
