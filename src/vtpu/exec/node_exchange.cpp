#include "vtpu/exec/node_exchange.h"

#include <algorithm>
#include <utility>

namespace vtpu::exec {

NodeExchange::NodeExchange(const Options& options)
    : options_(options),
      stations_(options.workers),
      visits_(options.sentrons),
      rendezvous_(options.workers, options.sentrons, [this] { wake_all(); }) {
  for (unsigned from = 0; from < workers(); ++from)
    for (unsigned to = 0; to < workers(); ++to)
      rings_.push_back(from == to ? nullptr : std::make_unique<SpscRing<Letter>>(options.ring_letters));
}

unsigned NodeExchange::home_of(phext::PackedCoordinate at) {
  if (collects()) return 0;
  at = Exchange::without_flags(at);
  Shard& its = shard(at);
  const std::scoped_lock hold(its.lock);
  if (const auto found = its.entries.find(at); found != its.entries.end()) return found->second.home;
  return its.entries.size() < kMostHomes / kShards ? kNoHome : home_by_hash(at);
}

unsigned NodeExchange::claim(phext::PackedCoordinate at, unsigned worker, std::vector<Letter>& early) {
  if (collects()) return 0;
  at = Exchange::without_flags(at);
  Shard& its = shard(at);
  const std::scoped_lock hold(its.lock);
  auto found = its.entries.find(at);
  if (found == its.entries.end()) {
    if (its.entries.size() >= kMostHomes / kShards) return home_by_hash(at);
    found = its.entries.try_emplace(at).first;
  }
  Entry& entry = found->second;
  if (entry.home == kNoHome) {
    entry.home = worker;
    early = std::exchange(entry.early, {});
    early_.fetch_sub(early.size(), std::memory_order_relaxed);
  }
  return entry.home;
}

unsigned NodeExchange::send_early(const Letter& letter) {
  if (collects()) return 0;
  const phext::PackedCoordinate at = Exchange::without_flags(letter.at);
  Shard& its = shard(at);
  const std::scoped_lock hold(its.lock);
  auto found = its.entries.find(at);
  if (found == its.entries.end()) {
    if (its.entries.size() >= kMostHomes / kShards) return home_by_hash(at);
    found = its.entries.try_emplace(at).first;
  }
  Entry& entry = found->second;
  if (entry.home == kNoHome) {
    entry.early.push_back(letter);
    early_.fetch_add(1, std::memory_order_relaxed);
  }
  return entry.home;
}

std::vector<Letter> NodeExchange::all_early() {
  std::vector<Letter> all;
  for (Shard& each : shards_) {
    const std::scoped_lock hold(each.lock);
    for (auto& [at, entry] : each.entries) {
      all.insert(all.end(), entry.early.begin(), entry.early.end());
      entry.early.clear();
    }
  }
  early_.store(0, std::memory_order_relaxed);
  return all;
}

void NodeExchange::set_beacon(std::uint32_t sentron, phext::PackedCoordinate at) {
  const std::scoped_lock hold(beacon_lock_);
  beacons_[sentron] = at;
}

std::optional<std::uint32_t> NodeExchange::nearest_beacon(phext::PackedCoordinate to) const {
  const std::scoped_lock hold(beacon_lock_);
  std::optional<std::uint32_t> best;
  std::uint32_t best_distance = 0;
  for (const auto& [sentron, at] : beacons_) {  // in the order of sentrons
    const std::uint32_t distance = phext::manhattan_distance(at, to);
    if (!best || distance < best_distance) best = sentron, best_distance = distance;
  }
  return best;
}

}  // namespace vtpu::exec
