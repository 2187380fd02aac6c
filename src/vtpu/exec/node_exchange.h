#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "vtpu/exec/exchange.h"
#include "vtpu/exec/letter.h"
#include "vtpu/exec/node_rendezvous.h"
#include "vtpu/exec/parking_place.h"
#include "vtpu/exec/spsc_ring.h"

namespace vtpu::exec {

/// What the exchanges of a node's workers share: a ring from each worker to each other, the homes of coordinates, and
/// the state of sentrons that does not belong to one worker.
///
/// **Homes.** All messages of a coordinate are pending in the exchange of one worker, its home: the worker whose
/// sentron first received there. Messages that were sent before lie in the directory, in the order of sending, and the
/// first receive takes them along. A home never changes, so a coordinate that was looked up once may be remembered. A
/// receive by a sentron of another worker asks the home, which grants it a message. With `collects`, every home is
/// worker 0, which can then compare all pending messages: receives with a temperature above 0 need that.
///
/// **Order.** Letters carry a logical clock, and a worker takes the letter of the smallest stamp of all that it sees
/// (Exchange::take_letters). So a message arrives before every message that its sending has caused, by messages or
/// rendezvous, also over other workers; in particular, those of one sentron to one coordinate arrive in order.
///
/// **Memory.** The directory holds at most `kMostHomes` coordinates; the homes of further ones follow from a hash. A
/// home that is full or has no memory says so, and sentrons that send to it trap as on one thread; what is in the rings
/// at that moment is kept outside the quota, which the capacity of the rings bounds.
class NodeExchange {
 public:
  static constexpr std::size_t kMostHomes = std::size_t{1} << 16;
  static constexpr std::size_t kRingLetters = 256;

  struct Options {
    unsigned workers = 1;
    std::size_t sentrons = 0;
    std::size_t ring_letters = kRingLetters;
    bool collects = false;
    std::size_t pending = 0;  ///< messages that may wait in the directory
  };
  explicit NodeExchange(const Options& options);

  unsigned workers() const { return options_.workers; }
  bool collects() const { return options_.collects; }
  std::size_t sentrons() const { return options_.sentrons; }

  /// What others read of a worker.
  struct alignas(128) Station {
    ParkingPlace parking;
    enum class Accepts : std::uint8_t { all, full, no_memory };
    std::atomic<Accepts> accepts{Accepts::all};
    // Written by the worker when it has nothing to do; they tell whether all have.
    alignas(128) std::atomic<std::uint64_t> rests{0};  ///< odd while it rests
    std::atomic<std::uint64_t> sent{0}, taken{0};      ///< letters
    std::atomic<std::uint64_t> meetings{0};            ///< rendezvous of which it knows that they have ended
  };
  Station& station(unsigned worker) { return stations_[worker]; }
  void wake_all() {
    for (unsigned w = 0; w < workers(); ++w) stations_[w].parking.wake();
  }

  SpscRing<Letter>& ring(unsigned from, unsigned to) { return *rings_[from * workers() + to]; }

  /// Where a coordinate's messages are, or that nobody has received there yet.
  static constexpr unsigned kNoHome = ~0u;
  unsigned home_of(phext::PackedCoordinate at);
  /// The home, which is `worker` if there was none; then `early` gets the messages that were sent before.
  unsigned claim(phext::PackedCoordinate at, unsigned worker, std::vector<Letter>& early);
  /// Keeps a message for a coordinate without home, and returns kNoHome; else only returns the home.
  unsigned send_early(const Letter& letter);
  bool takes_early() const { return early_.load(std::memory_order_relaxed) < options_.pending; }
  /// Removes all that nobody has received.
  std::vector<Letter> all_early();

  /// What a sentron has asked of a home elsewhere. Only the worker that has the sentron uses it.
  struct Visit {
    enum class State : std::uint8_t { nothing, asked, granted, denied } state = State::nothing;
    unsigned home = 0;
    Exchange::Pending message;
  };
  Visit& visit(std::uint32_t sentron) { return visits_[sentron]; }

  NodeRendezvous& rendezvous() { return rendezvous_; }
  const NodeRendezvous& rendezvous() const { return rendezvous_; }

  void set_beacon(std::uint32_t sentron, phext::PackedCoordinate at);
  std::optional<std::uint32_t> nearest_beacon(phext::PackedCoordinate to) const;
  const std::map<std::uint32_t, phext::PackedCoordinate>& beacons() const { return beacons_; }

 private:
  struct Entry {
    unsigned home = kNoHome;
    std::vector<Letter> early;
  };
  struct Before {
    bool operator()(phext::PackedCoordinate a, phext::PackedCoordinate b) const { return a.bits() < b.bits(); }
  };
  static constexpr std::size_t kShards = 16;
  struct alignas(128) Shard {
    std::mutex lock;
    std::map<phext::PackedCoordinate, Entry, Before> entries;
  };
  Shard& shard(phext::PackedCoordinate at) { return shards_[at.hash() % kShards]; }
  unsigned home_by_hash(phext::PackedCoordinate at) const {
    return static_cast<unsigned>(at.hash() / kShards % workers());
  }

  Options options_;
  std::vector<Station> stations_;
  std::vector<std::unique_ptr<SpscRing<Letter>>> rings_;
  std::array<Shard, kShards> shards_;
  std::atomic<std::size_t> early_{0};
  std::vector<Visit> visits_;
  NodeRendezvous rendezvous_;
  mutable std::mutex beacon_lock_;
  std::map<std::uint32_t, phext::PackedCoordinate> beacons_;
};

inline bool Exchange::send_elsewhere(const Place& place, phext::PackedCoordinate at, const Message& payload) {
  NodeExchange::Station& station = node_->station(place.home);
  SpscRing<Letter>& ring = node_->ring(worker_, place.home);
  if (!posts_quickly_ || letters_held_back_ > 0 || !ring.has_room() ||
      station.accepts.load(std::memory_order_relaxed) != NodeExchange::Station::Accepts::all)
    return false;
  Letter& letter = ring.back();
  letter.payload = payload, letter.at = at, letter.stamp = ++clock_, letter.kind = Letter::Kind::message;
  ++letters_sent_;
  ring.publish();
  station.parking.wake();
  return true;
}

}  // namespace vtpu::exec
