#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <queue>
#include <span>
#include <vector>

#include "vtpu/memory/box.h"

namespace vtpu::memory {

class Region;

/// Finds the one of many disjoint boxes that has a coordinate.
///
/// A tree. A node divides its boxes by a plane across one axis: those before it, those after it, and those on both
/// sides, which are disjoint along the other axes. A look-up visits the node of its side and, if the box around them
/// has the coordinate, that of the boxes on both sides. Of n disjoint boxes, some plane leaves at least n/44 on either
/// side: one axis separates 1/11 of the pairs, and planes that left less on the smaller side would separate fewer. A
/// node takes a plane with at least a quarter of the best, so the depth is O(log n) whatever the boxes are. A look-up
/// takes O(log n) where planes cut no boxes, as in rows, grids, nested rows and boxes that interleave in the order of
/// coordinates. Otherwise it may have to visit both nodes again and again, at most as often as there are boxes. Boxes
/// are stored once.
///
/// What look-ups visit depends on the boxes inserted and erased before, and on nothing else. The inner nodes that an
/// operation visits are added to `visited`.
class RegionIndex {
 public:
  /// Bytes of memory for each of many boxes.
  static constexpr std::uint64_t kBoxBytes = 192;

  RegionIndex();
  ~RegionIndex();
  RegionIndex(const RegionIndex&) = delete;
  RegionIndex& operator=(const RegionIndex&) = delete;

  /// `box`: overlaps no other. `searched`: whether a Walk visits the region from now on. Throws std::bad_alloc, and has
  /// then changed nothing.
  void insert(const Box& box, Region& region, bool searched);
  /// `box`: one that was inserted, here and below.
  void erase(const Box& box);
  /// A Walk visits the region from now on.
  void search(const Box& box);

  Region* find(const phext::PackedCoordinate& c, std::uint64_t& visited) const;
  bool overlaps(const Box& box, std::uint64_t& visited) const;
  /// No operation visits as many inner nodes.
  std::uint64_t most_visited() const;

 private:
  struct Node;
  struct Entry {
    Box box;
    Region* region = nullptr;
    bool searched = false;
  };
  using Entries = std::vector<Entry>;
  static std::unique_ptr<Node> build(std::span<Entry> entries);
  static void collect(Node& node, Entries& entries);
  static std::unique_ptr<Node>& child_of(Node& node, const Box& box);
  static Region* find(const Node& node, const phext::PackedCoordinate& c, std::uint64_t& visited);
  static bool overlaps(const Node& node, const Box& box, std::uint64_t& visited);

  std::unique_ptr<Node> root_;

 public:
  /// Visits the regions to be searched that may have a coordinate of an interval, when it reaches them: in the order of
  /// the first coordinate that the box around them, or they themselves, have at or after the place of the search.
  class Walk {
   public:
    /// The index must not change meanwhile.
    Walk(const RegionIndex& index, phext::PackedCoordinate from);
    /// A region and a place: it has a cell to be examined there, and none between the place of the search and it.
    struct Place {
      phext::PackedCoordinate at;
      const Region* region = nullptr;
    };
    void add(const Place& place) { heap_.push({place, nullptr}); }
    /// Takes out the first place of those added and of the regions reached; none at the end.
    std::optional<Place> next(std::uint64_t& visited);
    /// No remaining place is before this one; none at the end.
    std::optional<phext::PackedCoordinate> peek() const;

   private:
    struct Item {
      Place place;
      const Node* node = nullptr;  ///< or null, and then the place has a region
      bool operator<(const Item& other) const { return place.at > other.place.at; }  // the first is the greatest
    };
    void add_node(const Node* node, phext::PackedCoordinate from);

    std::priority_queue<Item> heap_;
  };
};

}  // namespace vtpu::memory
