#pragma once
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace vtpu::net::packet {

using Picoseconds = std::int64_t;
inline Picoseconds picoseconds(double ns) { return static_cast<Picoseconds>(std::llround(1000 * ns)); }

/// Events in order of time. A ring of buckets covers the near future. A bucket is sorted when its turn comes, so an
/// event costs one store and one load instead of a heap operation, and the events of one time are adjacent in memory.
/// Events beyond the ring wait in a heap. Source: Brown, "Calendar queues", CACM 31(10), 1988.
///
/// Events of equal time come in order of their numbers, independent of the order in which they were pushed, so that
/// arrays indexed by number are traversed in order. Events pushed for the current time come last.
class TimingWheel {
 public:
  /// The arguments are typical values that determine sizes; any other delay works too. `shortest`, `longest`: delays,
  /// at least 1. `pending`: number of events that wait at a time.
  TimingWheel(Picoseconds shortest, Picoseconds longest, std::size_t pending);

  /// `time`: not before now().
  void push(Picoseconds time, std::uint32_t event) {
    const auto when = static_cast<std::uint64_t>(time);
    const std::uint64_t bucket = when >> shift_;
    const std::uint64_t entry = (when & ((std::uint64_t{1} << shift_) - 1)) << 32 | event;
    if (bucket == latest_bucket_)
      latest_->push_back(entry);
    else
      push_elsewhere(bucket, entry);
  }

  /// Advances to the next event; false if there is none.
  bool next() {
    if (cursor_ == current_.size() && !open_next_bucket()) return false;
    const std::uint64_t entry = current_[cursor_++];
    event_ = static_cast<std::uint32_t>(entry);
    now_ = static_cast<Picoseconds>((bucket_ << shift_) + (entry >> 32));
    return true;
  }
  std::uint32_t event() const { return event_; }
  Picoseconds now() const { return now_; }

  /// Whether the next event has the same time.
  bool more_now() const { return cursor_ < current_.size() && current_[cursor_] >> 32 == current_[cursor_ - 1] >> 32; }
  /// The event `ahead` places after the current one in its bucket, for prefetching; the current one if there is none.
  std::uint32_t upcoming(std::size_t ahead) const {
    const std::size_t place = cursor_ + ahead - 1;
    return place < current_.size() ? static_cast<std::uint32_t>(current_[place]) : event_;
  }

 private:
  static constexpr std::uint64_t kNoBucket = std::numeric_limits<std::uint64_t>::max();
  using Entries = std::vector<std::uint64_t>;  // picoseconds from the bucket's start, event
  struct Far {
    std::uint64_t bucket;
    std::uint64_t entry;
    bool operator<(const Far& other) const {  // the earliest at the top of a max-heap
      return bucket != other.bucket ? bucket > other.bucket : entry > other.entry;
    }
  };

  Entries& put(std::uint64_t bucket, std::uint64_t entry);
  void push_elsewhere(std::uint64_t bucket, std::uint64_t entry);
  bool open_next_bucket();
  /// Buckets from the current one to the next that is not empty; 0 if all are empty.
  std::uint64_t distance_to_next() const;

  int shift_;                            // a bucket is 2^shift_ ps long, at most 2^32
  std::vector<Entries> buckets_;         // by bucket modulo their number, a power of two
  std::vector<std::uint64_t> occupied_;  // one bit per bucket
  std::vector<Entries> spare_;           // storage of emptied buckets, as much as was ever in use at once
  std::vector<Far> far_;                 // heap
  Entries* latest_ = nullptr;            // bucket of the last push, since consecutive pushes often go to the same one
  std::uint64_t latest_bucket_ = kNoBucket;
  Entries scratch_;  // for sorting
  Entries current_;
  std::size_t cursor_ = 0;
  std::uint64_t bucket_ = 0;  // number of the current bucket, from time 0
  Picoseconds now_ = 0;
  std::uint32_t event_ = 0;
};

}  // namespace vtpu::net::packet
