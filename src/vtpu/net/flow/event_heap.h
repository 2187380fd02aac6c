#pragma once
#include <cstddef>
#include <utility>
#include <vector>

namespace vtpu::net::flow {

/// A heap of times for the numbers 0..size-1, at most one each, the earliest at the top. Any of them can be moved or
/// removed. Each node has four children: the heap is half as deep as a binary heap, and a node's children share a cache
/// line or two.
class EventHeap {
 public:
  explicit EventHeap(int size) : place_(static_cast<std::size_t>(size), kNowhere) {}

  bool empty() const { return nodes_.empty(); }
  double earliest() const { return nodes_.front().time; }
  int top() const { return nodes_.front().number; }

  /// Adds `number`, or moves it to another time.
  void set(int number, double time) {
    std::size_t& place = place_[static_cast<std::size_t>(number)];
    if (place == kNowhere) {
      place = nodes_.size();
      nodes_.push_back({time, number});
      rise(place);
    } else {
      const double before = std::exchange(nodes_[place].time, time);
      time < before ? rise(place) : sink(place);
    }
  }

  /// Does nothing if `number` has no time.
  void remove(int number) {
    const std::size_t place = std::exchange(place_[static_cast<std::size_t>(number)], kNowhere);
    if (place == kNowhere) return;
    const Node last = nodes_.back();
    nodes_.pop_back();
    if (place == nodes_.size()) return;
    const double before = nodes_[place].time;
    put(place, last);
    last.time < before ? rise(place) : sink(place);
  }

 private:
  struct Node {
    double time;
    int number;
  };
  static constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);
  static constexpr std::size_t kChildren = 4;

  void put(std::size_t place, const Node& node) {
    nodes_[place] = node;
    place_[static_cast<std::size_t>(node.number)] = place;
  }
  void rise(std::size_t place) {
    const Node node = nodes_[place];
    while (place > 0) {
      const std::size_t parent = (place - 1) / kChildren;
      if (nodes_[parent].time <= node.time) break;
      put(place, nodes_[parent]);
      place = parent;
    }
    put(place, node);
  }
  void sink(std::size_t place) {
    const Node node = nodes_[place];
    while (true) {
      const std::size_t first = place * kChildren + 1;
      std::size_t best = place;
      double earliest = node.time;
      for (std::size_t child = first; child < first + kChildren && child < nodes_.size(); ++child)
        if (nodes_[child].time < earliest) {
          best = child;
          earliest = nodes_[child].time;
        }
      if (best == place) break;
      put(place, nodes_[best]);
      place = best;
    }
    put(place, node);
  }

  std::vector<Node> nodes_;
  std::vector<std::size_t> place_;  // by number
};

}  // namespace vtpu::net::flow
