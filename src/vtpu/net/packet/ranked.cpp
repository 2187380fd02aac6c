#include <algorithm>
#include <cstdint>
#include <functional>
#include <vector>

#include "vtpu/base/check.h"
#include "vtpu/net/packet/engine.h"

namespace vtpu::net::packet {

void Engine::serve_by_rank() {
  VTPU_CHECK(!adaptive_, "packets of an adaptive routing have no ranks");
  VTPU_CHECK(packets_.empty(), "packets have ranks from the first or not at all");
  by_rank_ = true;
  ranked_.resize(lanes_.size());
}

void Engine::set_rank(std::uint32_t packet, std::uint32_t rank) {
  VTPU_CHECK(rank < kRanks, "ranks are below kRanks");
  ranks_.resize(packets_.size());
  ranks_[packet] = rank;
}

/// The bits of Ranked::order below the rank: the origin, and below it 38 bits for the number.
static constexpr int kOriginShift = 38;
static constexpr int kRankShift = kOriginShift + 2;

void Engine::join_ranked(std::uint32_t packet, std::uint32_t lane, Origin origin) {
  const std::uint64_t number = joined_ranked_++ & ((std::uint64_t{1} << kOriginShift) - 1);
  std::vector<Ranked>& heap = ranked_[lane];
  heap.push_back(
      {std::uint64_t{ranks_[packet]} << kRankShift | std::uint64_t{origin} << kOriginShift | number, packet});
  std::push_heap(heap.begin(), heap.end(), std::greater{});
}

/// Starts the packet of lowest rank among the classes whose far end has space. Among packets of equal rank origins come
/// in their order, then classes take turns. A chip's own packets wait in rising rank, so its oldest comes first.
void Engine::serve_ranked(std::uint32_t channel) {
  const std::uint32_t base = channel << class_bits_;
  std::uint8_t& turn = ends_[channel].turn;
  std::uint64_t least = ~std::uint64_t{0};
  std::uint32_t best = kNone;
  bool from_source = false;
  std::uint32_t c = turn;
  do {
    const std::uint32_t lane = base + c;
    if (++c == classes_) c = 0;
    if (rooms_[lane] == 0) continue;
    const auto consider = [&](std::uint64_t rank_and_origin, bool source) {
      if (rank_and_origin >= least) return;
      least = rank_and_origin;
      best = lane;
      from_source = source;
    };
    if (!ranked_[lane].empty()) consider(ranked_[lane].front().order >> kOriginShift, false);
    if (const std::uint32_t head = lanes_[lane].queues[kSource].head; head != kNone)
      consider(std::uint64_t{ranks_[head]} << (kRankShift - kOriginShift) | kSource, true);
  } while (c != turn);
  if (best == kNone) return;
  turn = static_cast<std::uint8_t>(best - base + 1 == classes_ ? 0 : best - base + 1);
  if (from_source) {
    --channels_[channel].queued;
    return send(pop(lanes_[best].queues[kSource]), best, true);
  }
  std::vector<Ranked>& heap = ranked_[best];
  const std::uint32_t first = heap.front().packet;
  std::pop_heap(heap.begin(), heap.end(), std::greater{});
  heap.pop_back();
  send(first, best, false);
}

}  // namespace vtpu::net::packet
