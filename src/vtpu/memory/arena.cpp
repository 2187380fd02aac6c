#include "vtpu/memory/arena.h"

#include <algorithm>
#include <utility>

#include "vtpu/base/check.h"

namespace vtpu::memory {
namespace {

constexpr std::uint64_t kMostChunk = std::uint64_t{1} << 21;

}  // namespace

std::uint64_t Arena::growth() const {
  return has_block() ? 0 : HostPages::rounded(std::clamp<std::uint64_t>(held_ / 8, HostPages::kPage, kMostChunk));
}

bool Arena::reserve() {
  if (has_block()) return true;
  try {
    if (chunks_.size() == chunks_.capacity()) chunks_.reserve(2 * chunks_.size() + 4);
  } catch (const std::bad_alloc&) {
    return false;
  }
  HostPages chunk = HostPages::map(quota_, growth());
  if (!chunk) return false;
  held_ += chunk.bytes();
  chunks_.push_back(std::move(chunk));
  used_ = 0;
  return true;
}

std::byte* Arena::take_new() {
  VTPU_CHECK(has_block(), "a block is reserved before it is taken");
  std::byte* block = chunks_.back().data() + used_;
  used_ += block_;
  return block;
}

}  // namespace vtpu::memory
