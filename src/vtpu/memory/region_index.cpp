#include "vtpu/memory/region_index.h"

#include <algorithm>
#include <new>
#include <utility>

#include "vtpu/base/check.h"
#include "vtpu/memory/region.h"

namespace vtpu::memory {

using phext::Axis;
using phext::PackedCoordinate;

namespace {

constexpr std::size_t kLeaf = 8;

}  // namespace

/// A leaf of up to kLeaf entries, or a plane with three children, each of which may be absent.
struct RegionIndex::Node {
  Box around;  ///< around all boxes that were in it since it was built
  std::size_t size = 0;
  std::size_t built = 0;     ///< its size when it was built
  std::size_t searched = 0;  ///< of its entries
  Entries entries;           ///< of a leaf
  Axis axis = Axis::library;
  std::uint32_t plane = 0;  ///< boxes before it have smaller numbers only, those after it none
  std::unique_ptr<Node> before, after, both;

  bool leaf() const { return built <= kLeaf; }
  /// Whether it is to be built anew at this size: the depth stays logarithmic, and each insertion and removal pays for
  /// a part of the building.
  bool unbalanced(std::size_t at_size) const {
    return leaf() ? at_size > kLeaf : at_size > 2 * built || 4 * at_size < built;
  }
};

namespace {

struct Plane {
  Axis axis = Axis::library;
  std::uint32_t at = 0;
  std::size_t before = 0, after = 0;

  std::size_t smaller() const { return std::min(before, after); }
  /// Greater is better: boxes on either side, few on both.
  std::int64_t merit(std::size_t boxes) const {
    return 2 * static_cast<std::int64_t>(smaller()) - static_cast<std::int64_t>(boxes - before - after);
  }
};

/// Calls visit(plane) for the planes across an axis at the first number of any box.
template <class Entries, class Visit>
void for_each_plane(const Entries& entries, Axis axis, std::vector<std::uint16_t>& numbers, Visit visit) {
  const std::size_t count = entries.size();
  numbers.resize(2 * count);
  for (std::size_t i = 0; i < count; ++i) {
    numbers[i] = static_cast<std::uint16_t>(entries[i].box.first.get(axis));
    numbers[count + i] = static_cast<std::uint16_t>(entries[i].box.last.get(axis));
  }
  const auto firsts = std::span(numbers).first(count), lasts = std::span(numbers).last(count);
  std::sort(firsts.begin(), firsts.end());
  std::sort(lasts.begin(), lasts.end());
  for (std::size_t i = 0, before = 0; i < count; ++i) {
    if (i > 0 && firsts[i] == firsts[i - 1]) continue;
    while (before < count && lasts[before] < firsts[i]) ++before;
    visit(Plane{axis, firsts[i], before, count - i});
  }
}

}  // namespace

namespace {

/// As Box::contains. The order of coordinates rules out most boxes, and costs less to compare than eleven numbers.
bool has(const Box& box, const PackedCoordinate& c) { return box.first <= c && c <= box.last && box.contains(c); }

}  // namespace

RegionIndex::RegionIndex() = default;
RegionIndex::~RegionIndex() = default;

std::unique_ptr<RegionIndex::Node> RegionIndex::build(std::span<Entry> entries) {
  if (entries.empty()) return nullptr;
  auto node = std::make_unique<Node>();
  node->around = entries.front().box;
  node->size = node->built = entries.size();
  for (const Entry& entry : entries) node->around.extend(entry.box), node->searched += entry.searched;
  if (node->leaf()) {
    node->entries.assign(entries.begin(), entries.end());
    return node;
  }
  std::vector<std::uint16_t> numbers;
  std::size_t most = 0;
  std::vector<Plane> planes;
  for (std::size_t i = 0; i < PackedCoordinate::kAxes; ++i) {
    const auto axis = static_cast<Axis>(i);
    if (node->around.first.get(axis) == node->around.last.get(axis)) continue;
    // Of an axis, the plane with the most on its smaller side, and the best one.
    std::optional<Plane> even, best;
    for_each_plane(entries, axis, numbers, [&](const Plane& plane) {
      if (plane.smaller() == 0) return;
      if (!even || plane.smaller() > even->smaller()) even = plane;
      if (!best || plane.merit(entries.size()) > best->merit(entries.size())) best = plane;
    });
    if (!even) continue;
    most = std::max(most, even->smaller());
    planes.push_back(*best);
    planes.push_back(*even);
  }
  const Plane* chosen = nullptr;  // the outermost axis of equal ones, for boxes in the order of their coordinates
  for (const Plane& plane : planes)
    if (4 * plane.smaller() >= most &&
        (chosen == nullptr || plane.merit(entries.size()) > chosen->merit(entries.size())))
      chosen = &plane;
  VTPU_CHECK(chosen != nullptr, "some plane lies between two disjoint boxes");
  node->axis = chosen->axis;
  node->plane = chosen->at;
  const auto middle = std::partition(entries.begin(), entries.end(),
                                     [&](const Entry& e) { return e.box.last.get(node->axis) < node->plane; });
  const auto end =
      std::partition(middle, entries.end(), [&](const Entry& e) { return e.box.first.get(node->axis) >= node->plane; });
  node->before = build({entries.begin(), middle});
  node->after = build({middle, end});
  node->both = build({end, entries.end()});
  return node;
}

void RegionIndex::collect(Node& node, Entries& entries) {
  entries.insert(entries.end(), node.entries.begin(), node.entries.end());
  for (auto* child : {&node.before, &node.after, &node.both})
    if (*child) collect(**child, entries);
}

std::unique_ptr<RegionIndex::Node>& RegionIndex::child_of(Node& node, const Box& box) {
  if (box.last.get(node.axis) < node.plane) return node.before;
  return box.first.get(node.axis) >= node.plane ? node.after : node.both;
}

void RegionIndex::insert(const Box& box, Region& region, bool searched) {
  const Entry entry{box, &region, searched};
  // The first node that becomes unbalanced is built anew with the box; else a leaf takes it, or a new leaf.
  std::vector<Node*> path;
  std::unique_ptr<Node>* at = &root_;
  while (*at != nullptr && !(*at)->unbalanced((*at)->size + 1)) {
    path.push_back(at->get());
    if ((*at)->leaf()) break;
    at = &child_of(**at, box);
  }
  if (!path.empty() && path.back() == at->get()) {
    path.back()->entries.push_back(entry);
  } else {
    Entries entries;
    if (*at != nullptr) {
      entries.reserve((*at)->size + 1);
      collect(**at, entries);
    }
    entries.push_back(entry);
    *at = build(entries);
  }
  for (Node* node : path) {
    if (node->size == 0) node->around = box;
    node->around.extend(box);
    ++node->size;
    node->searched += searched;
  }
}

void RegionIndex::erase(const Box& box) {
  std::unique_ptr<Node>* unbalanced = nullptr;
  std::unique_ptr<Node>* at = &root_;
  const auto find_in = [&](Node& leaf) {
    return std::find_if(leaf.entries.begin(), leaf.entries.end(),
                        [&](const Entry& e) { return e.box.first == box.first; });
  };
  // Whether the region is searched is known in its leaf.
  Node* leaf = root_.get();
  while (!leaf->leaf()) leaf = child_of(*leaf, box).get();
  const bool searched = find_in(*leaf)->searched;
  while (true) {
    Node& node = **at;
    --node.size;
    node.searched -= searched;
    if (unbalanced == nullptr && (node.size == 0 || (!node.leaf() && node.unbalanced(node.size)))) unbalanced = at;
    if (node.leaf()) break;
    at = &child_of(node, box);
  }
  leaf->entries.erase(find_in(*leaf));
  if (unbalanced == nullptr) return;
  try {
    Entries entries;
    entries.reserve((*unbalanced)->size);
    collect(**unbalanced, entries);
    *unbalanced = build(entries);
  } catch (const std::bad_alloc&) {  // it stays as it is, which costs time only
  }
}

void RegionIndex::search(const Box& box) {
  Node* leaf = root_.get();
  while (!leaf->leaf()) leaf = child_of(*leaf, box).get();
  const auto entry = std::find_if(leaf->entries.begin(), leaf->entries.end(),
                                  [&](const Entry& e) { return e.box.first == box.first; });
  if (std::exchange(entry->searched, true)) return;
  for (Node* node = root_.get(); ++node->searched, node != leaf;) node = child_of(*node, box).get();
}

std::uint64_t RegionIndex::most_visited() const { return root_ == nullptr ? 0 : 4 * root_->size; }

Region* RegionIndex::find(const PackedCoordinate& c, std::uint64_t& visited) const {
  return root_ == nullptr ? nullptr : find(*root_, c, visited);
}
Region* RegionIndex::find(const Node& node, const PackedCoordinate& c, std::uint64_t& visited) {
  if (!has(node.around, c)) return nullptr;
  if (node.leaf()) {
    for (const Entry& entry : node.entries)
      if (has(entry.box, c)) return entry.region;
    return nullptr;
  }
  ++visited;
  const Node* const side = (c.get(node.axis) < node.plane ? node.before : node.after).get();
  if (side != nullptr)
    if (Region* const found = find(*side, c, visited)) return found;
  return node.both == nullptr ? nullptr : find(*node.both, c, visited);
}

bool RegionIndex::overlaps(const Box& box, std::uint64_t& visited) const {
  return root_ != nullptr && overlaps(*root_, box, visited);
}
bool RegionIndex::overlaps(const Node& node, const Box& box, std::uint64_t& visited) {
  if (!node.around.overlaps(box)) return false;
  if (node.leaf())
    return std::any_of(node.entries.begin(), node.entries.end(), [&](const Entry& e) { return e.box.overlaps(box); });
  ++visited;
  return (node.before && box.first.get(node.axis) < node.plane && overlaps(*node.before, box, visited)) ||
         (node.after && box.last.get(node.axis) >= node.plane && overlaps(*node.after, box, visited)) ||
         (node.both && overlaps(*node.both, box, visited));
}

RegionIndex::Walk::Walk(const RegionIndex& index, PackedCoordinate from) { add_node(index.root_.get(), from); }

void RegionIndex::Walk::add_node(const Node* node, PackedCoordinate from) {
  if (node == nullptr || node->searched == 0) return;
  if (const auto at = node->around.first_inside(from)) heap_.push({{*at}, node});
}

std::optional<PackedCoordinate> RegionIndex::Walk::peek() const {
  if (heap_.empty()) return {};
  return heap_.top().place.at;
}

std::optional<RegionIndex::Walk::Place> RegionIndex::Walk::next(std::uint64_t& visited) {
  while (!heap_.empty()) {
    const Item item = heap_.top();
    heap_.pop();
    if (item.node == nullptr) return item.place;
    for (const Entry& entry : item.node->entries)
      if (entry.searched)
        if (const auto at = entry.region->next_cell(item.place.at)) add({*at, entry.region});
    if (item.node->leaf()) continue;
    ++visited;
    for (const auto* child : {&item.node->before, &item.node->after, &item.node->both})
      add_node(child->get(), item.place.at);
  }
  return {};
}

}  // namespace vtpu::memory
