#include <cstdint>
#include <iterator>

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

static constexpr int kRankShift = 2;  // of Ranked::key, above the origin

void Engine::join_ranked(std::uint32_t packet, std::uint32_t lane, Origin origin) {
  const std::uint32_t key = ranks_[packet] << kRankShift | origin;
  RankedLane& ranked = ranked_[lane];
  auto at = ranked.end();
  while (at != ranked.begin() && std::prev(at)->key < key) --at;
  if (at == ranked.begin() || std::prev(at)->key != key) at = std::next(ranked.insert(at, {key, {}}));
  append(std::prev(at)->queue, packet);
}

/// Starts the packet of lowest rank among the classes whose far end has space. Among packets of equal rank origins come
/// in their order, then classes take turns. A chip's own packets wait in rising rank, so its oldest comes first.
void Engine::serve_ranked(std::uint32_t channel) {
  const std::uint32_t base = channel << class_bits_;
  std::uint8_t& turn = ends_[channel].turn;
  std::uint32_t least = kNone;
  std::uint32_t best = kNone;
  bool from_source = false;
  std::uint32_t c = turn;
  do {
    const std::uint32_t lane = base + c;
    if (++c == classes_) c = 0;
    if (rooms_[lane] == 0) continue;
    const auto consider = [&](std::uint32_t key, bool source) {
      if (key >= least) return;
      least = key;
      best = lane;
      from_source = source;
    };
    if (!ranked_[lane].empty()) consider(ranked_[lane].back().key, false);
    if (const std::uint32_t head = lanes_[lane].queues[kSource].head; head != kNone)
      consider(ranks_[head] << kRankShift | kSource, true);
  } while (c != turn);
  if (best == kNone) return;
  turn = static_cast<std::uint8_t>(best - base + 1 == classes_ ? 0 : best - base + 1);
  if (from_source) {
    --channels_[channel].queued;
    return send(pop(lanes_[best].queues[kSource]), best, true);
  }
  Queue& first = ranked_[best].back().queue;
  const std::uint32_t packet = pop(first);
  if (first.head == kNone) ranked_[best].pop_back();
  send(packet, best, false);
}

}  // namespace vtpu::net::packet
