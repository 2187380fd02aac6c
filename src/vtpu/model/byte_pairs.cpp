#include "vtpu/model/byte_pairs.h"

#include <algorithm>
#include <functional>

namespace vtpu::model {

void BytePairs::merge(std::string_view word, Scratch& scratch, std::vector<Token>& out) const {
  constexpr std::int32_t kNone = -1;
  const auto n = static_cast<std::int32_t>(word.size());
  auto& [token, rank, before, after, heap] = scratch;
  for (auto* const part : {&token, &rank, &before, &after}) part->resize(word.size());
  heap.clear();

  // A heap entry is a rank and the position of a pair's left part. It is stale unless the pair there has that rank.
  const auto look_up = [&](std::int32_t at) {
    const auto u = static_cast<std::size_t>(at);
    rank[u] = kNone;
    if (after[u] >= n) return;
    const auto found = merges_.find(key(token[u], token[static_cast<std::size_t>(after[u])]));
    if (found == merges_.end()) return;
    rank[u] = found->second.rank;
    heap.push_back(std::uint64_t{static_cast<std::uint32_t>(rank[u])} << 32 | static_cast<std::uint32_t>(at));
    std::push_heap(heap.begin(), heap.end(), std::greater<>());
  };

  for (std::int32_t at = 0; at < n; ++at) {
    const auto u = static_cast<std::size_t>(at);
    token[u] = bytes_[static_cast<unsigned char>(word[u])].value();
    before[u] = at - 1;
    after[u] = at + 1;
  }
  for (std::int32_t at = 0; at < n; ++at) look_up(at);
  while (!heap.empty()) {
    std::pop_heap(heap.begin(), heap.end(), std::greater<>());
    const std::uint64_t least = heap.back();
    heap.pop_back();
    const std::size_t left = least & 0xFFFFFFFF;
    if (rank[left] != static_cast<std::int32_t>(least >> 32)) continue;
    const auto right = static_cast<std::size_t>(after[left]);
    token[left] = merges_.find(key(token[left], token[right]))->second.token;
    rank[right] = kNone;
    after[left] = after[right];
    if (after[left] < n) before[static_cast<std::size_t>(after[left])] = static_cast<std::int32_t>(left);
    look_up(static_cast<std::int32_t>(left));
    if (before[left] >= 0) look_up(before[left]);
  }
  for (std::int32_t at = 0; at < n; at = after[static_cast<std::size_t>(at)])
    out.push_back(Token(token[static_cast<std::size_t>(at)]));
}

}  // namespace vtpu::model
