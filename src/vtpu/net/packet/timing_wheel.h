#pragma once
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace vtpu::net::packet {

using Picoseconds = std::int64_t;
inline Picoseconds picoseconds(double ns) { return static_cast<Picoseconds>(std::llround(1000 * ns)); }

/// Events in order of time. A ring of buckets covers the near future; a bucket is put in order when its turn comes, so
/// that an event costs a store and a load where a heap would walk its depth, and the events of one moment lie side by
/// side. What is beyond the ring waits in a heap. Source: Brown, "Calendar queues", CACM 31(10), 1988.
///
/// Events of one time come by their numbers, whatever the order of their pushes: lists indexed by them are walked from
/// one end to the other. Those pushed for the present moment come last.
class TimingWheel {
 public:
  /// Sized by what is usual; any other delay works too. `shortest`, `longest`: delays, 1 or more. `pending`: events
  /// that wait at a time.
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

  /// Goes to the next event; false if there is none.
  bool next() {
    if (cursor_ == current_.size() && !open_next_bucket()) return false;
    const std::uint64_t entry = current_[cursor_++];
    event_ = static_cast<std::uint32_t>(entry);
    now_ = static_cast<Picoseconds>((bucket_ << shift_) + (entry >> 32));
    return true;
  }
  std::uint32_t event() const { return event_; }
  Picoseconds now() const { return now_; }

  /// Whether the next event is one of the same moment.
  bool more_now() const { return cursor_ < current_.size() && current_[cursor_] >> 32 == current_[cursor_ - 1] >> 32; }
  /// The event `ahead` places behind the present one in its bucket, for prefetching; the present one if there is none.
  std::uint32_t upcoming(std::size_t ahead) const {
    const std::size_t place = cursor_ + ahead - 1;
    return place < current_.size() ? static_cast<std::uint32_t>(current_[place]) : event_;
  }

 private:
  static constexpr std::uint64_t kNoBucket = std::numeric_limits<std::uint64_t>::max();
  using Entries = std::vector<std::uint64_t>;  // picoseconds into the bucket, event
  struct Far {
    std::uint64_t bucket;
    std::uint64_t entry;
    bool operator<(const Far& other) const {  // the earliest on top of a max-heap
      return bucket != other.bucket ? bucket > other.bucket : entry > other.entry;
    }
  };

  void put(std::uint64_t bucket, std::uint64_t entry);
  void push_elsewhere(std::uint64_t bucket, std::uint64_t entry);
  bool open_next_bucket();
  /// Buckets from the present one to the next that holds something, 0 if none does.
  std::uint64_t distance_to_next() const;

  int shift_;                            // a bucket is 2^shift_ ps long, at most 2^32
  std::vector<Entries> buckets_;         // by bucket modulo their number, a power of two
  std::vector<std::uint64_t> occupied_;  // one bit a bucket
  std::vector<Entries> spare_;           // storage of emptied buckets: as much as was ever in use at once
  std::vector<Far> far_;                 // heap
  Entries* latest_ = nullptr;            // where the last event went, as most that follow one another go alike
  std::uint64_t latest_bucket_ = kNoBucket;
  Entries scratch_;  // for sorting
  Entries current_;
  std::size_t cursor_ = 0;
  std::uint64_t bucket_ = 0;  // number of the present one, from time 0
  Picoseconds now_ = 0;
  std::uint32_t event_ = 0;
};

}  // namespace vtpu::net::packet
