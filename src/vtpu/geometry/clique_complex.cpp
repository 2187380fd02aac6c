#include "vtpu/geometry/clique_complex.h"

#include <fmt/core.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>
#include <vector>

namespace vtpu::geometry {
namespace {

using phext::PackedCoordinate;
using List = std::vector<std::uint32_t>;

/// Finds all pairs of neighbours by splitting the coordinates axis by axis: only parts whose numbers on the axis differ
/// by at most 1 are compared on the next one.
class Pairs {
 public:
  explicit Pairs(std::span<const PackedCoordinate> all) : greater(all.size()), all_(all) {}
  void find() {
    List everyone(all_.size());
    for (std::uint32_t i = 0; i < everyone.size(); ++i) everyone[i] = i;
    join(everyone, everyone, 0);
    for (auto& some : greater) std::sort(some.begin(), some.end());
  }

  std::vector<List> greater;  ///< of each coordinate, its neighbours with greater numbers, ascending

 private:
  using Parts = std::vector<std::pair<std::uint32_t, List>>;
  Parts split(const List& some, std::size_t axis) const {
    List sorted = some;
    const auto on_axis = [&](std::uint32_t i) { return all_[i].get(static_cast<phext::Axis>(axis)); };
    std::stable_sort(sorted.begin(), sorted.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return on_axis(a) < on_axis(b); });
    Parts parts;
    for (const std::uint32_t i : sorted) {
      if (parts.empty() || parts.back().first != on_axis(i)) parts.push_back({on_axis(i), {}});
      parts.back().second.push_back(i);
    }
    return parts;
  }
  void join(const List& left, const List& right, std::size_t axis) {
    if (axis == PackedCoordinate::kAxes) {
      for (const std::uint32_t a : left)
        for (const std::uint32_t b : right)
          if (a < b) greater[a].push_back(b);
      return;
    }
    const Parts lefts = split(left, axis), rights = split(right, axis);
    std::size_t first = 0;
    for (const auto& [here, a] : lefts) {
      while (first < rights.size() && rights[first].first + 1 < here) ++first;
      for (std::size_t k = first; k < rights.size() && rights[k].first <= here + 1; ++k)
        join(a, rights[k].second, axis + 1);
    }
  }

  std::span<const PackedCoordinate> all_;
};

}  // namespace

Result<Complex> clique_complex(std::span<const PackedCoordinate> occupied, std::uint32_t highest) {
  if (highest > Complex::kMaxRank)
    return Error{"highest rank", fmt::format("{}", highest), fmt::format("at most {}", Complex::kMaxRank)};
  std::vector<PackedCoordinate> all(occupied.begin(), occupied.end());
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  Pairs pairs(all);
  pairs.find();
  // Cliques in the order of their vertices; all of a rank are listed, so that no clique has to be found maximal.
  std::vector<std::vector<PackedCoordinate>> lists(highest + 1);
  List clique;
  const std::function<void(const List&)> grow = [&](const List& candidates) {
    for (const std::uint32_t next : candidates) {
      clique.push_back(next);
      for (const std::uint32_t v : clique) lists[clique.size() - 1].push_back(all[v]);
      if (clique.size() <= highest) {
        List common;
        std::set_intersection(candidates.begin(), candidates.end(), pairs.greater[next].begin(),
                              pairs.greater[next].end(), std::back_inserter(common));
        grow(common);
      }
      clique.pop_back();
    }
  };
  List everyone(all.size());
  for (std::uint32_t i = 0; i < everyone.size(); ++i) everyone[i] = i;
  grow(everyone);
  std::vector<Complex::FacetsOfCoordinates> facets;
  for (std::uint32_t rank = 0; rank <= highest; ++rank) facets.push_back({rank, lists[rank]});
  return Complex::from_coordinates(facets);
}

}  // namespace vtpu::geometry
