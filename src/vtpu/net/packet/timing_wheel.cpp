#include "vtpu/net/packet/timing_wheel.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "vtpu/base/check.h"

namespace vtpu::net::packet {

namespace {

constexpr std::uint64_t kMostBuckets = 1 << 16;
constexpr std::uint64_t kUsualCrowd = 64;  // number of events in a bucket that is cheap to sort

bool earlier(std::uint64_t a, std::uint64_t b) { return a >> 32 < b >> 32; }

/// Radix sort from the lowest digit, skipping digits in which all entries agree: a few passes for a bucket with many
/// channels at one time.
void sort_entries(std::vector<std::uint64_t>& entries, std::vector<std::uint64_t>& scratch) {
  constexpr int kDigitBits = 11;
  constexpr std::size_t kDigits = 1 << kDigitBits;
  constexpr std::size_t kFew = 512;
  if (std::is_sorted(entries.begin(), entries.end())) return;
  if (entries.size() < kFew) {
    std::sort(entries.begin(), entries.end());
    return;
  }
  std::uint64_t differing = 0;
  for (const std::uint64_t entry : entries) differing |= entry ^ entries.front();
  scratch.resize(entries.size());
  for (int shift = 0; shift < 64; shift += kDigitBits) {
    if ((differing >> shift & (kDigits - 1)) == 0) continue;
    std::array<std::uint32_t, kDigits> place{};
    for (const std::uint64_t entry : entries) ++place[entry >> shift & (kDigits - 1)];
    std::uint32_t sum = 0;
    for (std::uint32_t& count : place) sum += std::exchange(count, sum);
    for (const std::uint64_t entry : entries) scratch[place[entry >> shift & (kDigits - 1)]++] = entry;
    entries.swap(scratch);
  }
}

}  // namespace

TimingWheel::TimingWheel(Picoseconds shortest, Picoseconds longest, std::size_t pending) {
  VTPU_CHECK(shortest >= 1 && longest >= shortest, "delays of events are positive");
  const auto delay = static_cast<std::uint64_t>(shortest);
  const std::uint64_t width = std::max<std::uint64_t>(1, std::min(delay, delay * kUsualCrowd / (pending + 1)));
  shift_ = std::min(static_cast<int>(std::bit_width(width)) - 1, 32);
  const std::uint64_t reach = (static_cast<std::uint64_t>(longest) >> shift_) + 2;
  buckets_.resize(std::clamp<std::uint64_t>(std::bit_ceil(reach), 64, kMostBuckets));
  occupied_.resize(buckets_.size() / 64);
}

inline TimingWheel::Entries& TimingWheel::put(std::uint64_t bucket, std::uint64_t entry) {
  const std::size_t place = bucket & (buckets_.size() - 1);
  Entries& entries = buckets_[place];
  if (entries.empty()) {
    occupied_[place / 64] |= std::uint64_t{1} << (place % 64);
    if (!spare_.empty()) {
      entries = std::move(spare_.back());
      spare_.pop_back();
    }
  }
  entries.push_back(entry);
  return entries;
}

void TimingWheel::push_elsewhere(std::uint64_t bucket, std::uint64_t entry) {
  VTPU_CHECK(bucket >= bucket_, "an event lies in the past");
  if (bucket == bucket_) {
    const auto rest = current_.begin() + static_cast<std::ptrdiff_t>(cursor_);
    current_.insert(std::upper_bound(rest, current_.end(), entry, earlier), entry);
  } else if (bucket - bucket_ < buckets_.size()) {
    latest_ = &put(bucket, entry);
    latest_bucket_ = bucket;
  } else {
    far_.push_back({bucket, entry});
    std::push_heap(far_.begin(), far_.end());
  }
}

std::uint64_t TimingWheel::distance_to_next() const {
  const std::size_t words = occupied_.size();
  const std::size_t here = bucket_ & (buckets_.size() - 1);
  // The word of the current bucket comes first without the bits before it and last with them.
  std::uint64_t word = occupied_[here / 64] & ~std::uint64_t{0} << (here % 64);
  for (std::size_t i = 0; i <= words; ++i) {
    if (word != 0) {
      const std::size_t place = (here / 64 + i) % words * 64 + static_cast<std::size_t>(std::countr_zero(word));
      return (place - here) & (buckets_.size() - 1);
    }
    word = occupied_[(here / 64 + i + 1) % words];
  }
  return 0;
}

bool TimingWheel::open_next_bucket() {
  current_.clear();
  cursor_ = 0;
  latest_bucket_ = kNoBucket;
  if (const std::uint64_t distance = distance_to_next(); distance > 0) {
    bucket_ += distance;
    const std::size_t place = bucket_ & (buckets_.size() - 1);
    occupied_[place / 64] &= ~(std::uint64_t{1} << (place % 64));
    spare_.push_back(std::move(current_));
    current_ = std::exchange(buckets_[place], {});
  } else if (!far_.empty()) {
    bucket_ = far_.front().bucket;
  } else {
    return false;
  }
  while (!far_.empty() && far_.front().bucket - bucket_ < buckets_.size()) {
    std::pop_heap(far_.begin(), far_.end());
    const Far event = far_.back();
    far_.pop_back();
    if (event.bucket == bucket_)
      current_.push_back(event.entry);
    else
      put(event.bucket, event.entry);
  }
  sort_entries(current_, scratch_);
  return true;
}

}  // namespace vtpu::net::packet
