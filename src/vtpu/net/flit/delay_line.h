#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace vtpu::net::flit {

/// A delay line for all channels of one kind: an item sent now arrives within a fixed range of later cycles. A ring of
/// lists, one per cycle, so that the cost of a cycle depends on its items and not on the number of channels.
template <class T>
class DelayLine {
 public:
  explicit DelayLine(int longest_delay)
      : lists_(std::bit_ceil(static_cast<std::size_t>(longest_delay) + 1)), mask_(lists_.size() - 1) {}

  /// `due`: a later cycle, at most the longest delay away.
  void send(std::uint64_t due, const T& item) {
    lists_[due & mask_].push_back(item);
    ++size_;
  }
  const std::vector<T>& due(std::uint64_t now) const { return lists_[now & mask_]; }
  /// Drops all items in flight.
  void clear(std::uint64_t now) {
    size_ -= lists_[now & mask_].size();
    lists_[now & mask_].clear();
  }
  bool empty() const { return size_ == 0; }
  /// The first cycle from `now` on in which an item arrives, but at most `limit`.
  std::uint64_t next_due(std::uint64_t now, std::uint64_t limit) const {
    if (empty()) return limit;
    while (now < limit && due(now).empty()) ++now;
    return now;
  }

  template <class Visit>
  void for_each(Visit visit) const {
    for (const std::vector<T>& list : lists_)
      for (const T& item : list) visit(item);
  }

 private:
  std::vector<std::vector<T>> lists_;
  std::size_t mask_;
  std::size_t size_ = 0;
};

}  // namespace vtpu::net::flit
