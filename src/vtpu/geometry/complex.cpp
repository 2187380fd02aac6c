#include "vtpu/geometry/complex.h"

#include <fmt/core.h>

#include <array>
#include <bit>
#include <cstddef>
#include <utility>

#include "vtpu/base/check.h"

namespace vtpu::geometry {
namespace {

template <std::size_t n>
using Vertices = std::array<std::uint32_t, n>;

template <std::size_t n>
void sort_few(Vertices<n>& v) {
  for (std::size_t i = 1; i < n; ++i)
    for (std::size_t j = i; j > 0; --j) {
      const std::uint32_t low = std::min(v[j - 1], v[j]), high = std::max(v[j - 1], v[j]);
      v[j - 1] = low, v[j] = high;
    }
}

/// Sorts keys that are all different and below 2^63. A place is the number of smaller keys: for a few dozen, counting
/// them without a branch is faster than a comparison sort, half of whose branches are mispredicted.
constexpr std::size_t kFew = 64;
__attribute__((target_clones("avx2", "default"))) void sort_few_keys(std::int64_t* keys, std::size_t count,
                                                                     std::int64_t* sorted) {
  typedef std::int64_t Lanes __attribute__((vector_size(32)));
  constexpr std::size_t kLanes = 4;
  for (std::size_t i = 0; i < count; i += kLanes) {
    Lanes own, places = {};
    __builtin_memcpy(&own, keys + i, sizeof own);  // the array has kLanes more
    for (std::size_t j = 0; j < count; ++j) places -= keys[j] < own;
    const std::size_t here = std::min(kLanes, count - i);
    for (std::size_t k = 0; k < here; ++k) sorted[places[k]] = keys[i + k];
  }
}

/// The faces of one first vertex. `n`: vertices of a face.
template <std::size_t n>
class Bucket {
 public:
  void begin(std::uint32_t first) { first_ = first, count_ = 0, farthest_ = 0; }
  /// `rest`: the vertices after the first one.
  void add(std::uint32_t occurrence, const std::uint32_t* rest) {
    if (count_ == entries_.size()) entries_.resize(2 * count_ + kFew);
    Entry& entry = entries_[count_++];
    entry.occurrence = occurrence;
    std::copy_n(rest, n - 1, entry.rest.begin());
    farthest_ |= rest[n - 2] - first_;
  }
  /// Calls visit(occurrence, rest, whether the face before differs) in order of the faces, then of addition.
  template <class Visit>
  void for_each_sorted(const Visit& visit) {
    // A face as one key: the distances of its vertices from the first, then its place in the order of addition.
    const auto bits = static_cast<unsigned>(std::bit_width(farthest_));
    if (count_ > kFew || bits * (n - 1) + kPlaceBits > 63) return for_each_of_many(visit);
    std::array<std::int64_t, kFew + 8> keys, sorted;
    for (std::size_t k = 0; k < count_; ++k) {
      std::uint64_t key = 0;
      for (const std::uint32_t v : entries_[k].rest) key = key << bits | (v - first_);
      keys[k] = static_cast<std::int64_t>(key << kPlaceBits | k);
    }
    sort_few_keys(keys.data(), count_, sorted.data());
    std::int64_t before = -1;
    for (std::size_t k = 0; k < count_; ++k) {
      const Entry& entry = entries_[static_cast<std::size_t>(sorted[k]) % kFew];
      const std::int64_t face = sorted[k] >> kPlaceBits;
      visit(entry.occurrence, entry.rest, face != before);
      before = face;
    }
  }

 private:
  static constexpr unsigned kPlaceBits = 6;
  static_assert(kFew == 1 << kPlaceBits);
  struct Entry {
    Vertices<n - 1> rest;
    std::uint32_t occurrence;
  };
  template <class Visit>
  void for_each_of_many(const Visit& visit) {
    std::stable_sort(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(count_),
                     [](const Entry& a, const Entry& b) { return a.rest < b.rest; });
    for (std::size_t k = 0; k < count_; ++k)
      visit(entries_[k].occurrence, entries_[k].rest, k == 0 || entries_[k].rest != entries_[k - 1].rest);
  }

  std::uint32_t first_ = 0;
  std::uint32_t farthest_ = 0;  ///< the bits of all distances of last vertices
  std::size_t count_ = 0;
  std::vector<Entry> entries_;
};

}  // namespace

/// Makes the simplices of each rank from those of the next rank and from the facets of that rank, highest rank first.
/// Each occurrence of a face goes to the bucket of its first vertex. The occurrences of one face are its cofaces, and
/// its number is their boundary, so one grouping gives both.
class ComplexBuilder {
 public:
  ComplexBuilder(Complex& complex, std::uint32_t vertices, std::span<const Complex::Facets> facets)
      : complex_(complex), vertices_(vertices), facets_(facets) {}

  Result<void> build() {
    std::uint32_t highest = 0;
    for (const Complex::Facets& some : facets_)
      if (!some.vertices.empty()) highest = std::max(highest, some.rank);
    complex_.levels_.resize(vertices_ == 0 ? 0 : highest + 1);
    return build_from(highest, std::make_index_sequence<Complex::kMaxRank + 1>());
  }

 private:
  template <std::size_t... rank>
  Result<void> build_from(std::uint32_t highest, std::index_sequence<rank...>) {
    Result<void> done;
    // In order of the pack, so from the highest rank down.
    ((Complex::kMaxRank - rank <= highest && done && vertices_ > 0 ? void(done = build_rank<Complex::kMaxRank - rank>())
                                                                   : void()),
     ...);
    return done;
  }

  /// The sorted vertices of every facet of the rank.
  template <std::size_t n>
  std::vector<Vertices<n>> facets_of_rank() const {
    std::vector<Vertices<n>> all;
    for (const Complex::Facets& some : facets_) {
      if (some.rank + 1 != n) continue;
      all.reserve(all.size() + some.vertices.size() / n);
      for (std::size_t i = 0; i < some.vertices.size(); i += n) {
        Vertices<n> v;
        std::copy_n(some.vertices.begin() + static_cast<std::ptrdiff_t>(i), n, v.begin());
        sort_few(v);
        all.push_back(v);
      }
    }
    return all;
  }

  template <std::uint32_t rank>
  Result<void> build_rank() {
    constexpr std::size_t n = rank + 1;
    Complex::Level& level = complex_.levels_[rank];
    const bool has_cofaces = rank + 1 < complex_.levels_.size();
    Complex::Level* const above = has_cofaces ? &complex_.levels_[rank + 1] : nullptr;
    const std::size_t parents = has_cofaces ? above->count : 0, from_parents = parents * (n + 1);
    if (from_parents >= Complex::kMost)
      return Error{"complex", fmt::format("{} simplices of rank {}", parents, rank + 1),
                   fmt::format("at most {} vertices of them", Complex::kMost)};
    if constexpr (rank == 0)
      return build_vertices(level, above, parents);
    else {
      const auto facets = facets_of_rank<n>();
      if (facets.size() + from_parents >= Complex::kMost)
        return Error{"complex", fmt::format("{} facets of rank {}", facets.size(), rank),
                     fmt::format("at most {}", Complex::kMost)};
      if (has_cofaces) above->boundary = Numbers(from_parents);
      const std::uint32_t* const parent_vertices = has_cofaces ? above->vertices.begin() : nullptr;

      // ---- occurrences by first vertex
      // Parents are in order of their first vertex, so only their faces that lack it need a bucket, and so do facets.
      std::vector<std::uint32_t> end(vertices_ + 1, 0);
      for (std::size_t p = 0; p < parents; ++p) ++end[parent_vertices[p * (n + 1) + 1]];
      for (const auto& v : facets) ++end[v[0]];
      std::uint32_t before = 0;
      for (std::uint32_t& here : end) before += std::exchange(here, before);
      Numbers elsewhere(parents + facets.size());
      for (std::size_t p = 0; p < parents; ++p)
        elsewhere[end[parent_vertices[p * (n + 1) + 1]]++] = static_cast<std::uint32_t>(p * (n + 1));
      for (std::size_t f = 0; f < facets.size(); ++f)
        elsewhere[end[facets[f][0]]++] = static_cast<std::uint32_t>(from_parents + f);

      // ---- distinct faces of each bucket
      const std::size_t most = from_parents + facets.size();
      level.vertices = Numbers(most * n);
      if (has_cofaces) level.first_coface = Numbers(most + 1), level.first_coface[0] = 0;
      if (has_cofaces) level.cofaces = Numbers(from_parents);
      level.first_of_vertex = Numbers(vertices_ + 1);
      Bucket<n> bucket;
      std::uint32_t begin = 0, used = 0, faces = 0;
      for (std::uint32_t u = 0; u < vertices_; ++u) {
        level.first_of_vertex[u] = faces;
        bucket.begin(u);
        for (; begin < end[u]; ++begin) {
          const std::uint32_t occurrence = elsewhere[begin];
          bucket.add(occurrence, occurrence < from_parents ? parent_vertices + occurrence + 2
                                                           : facets[occurrence - from_parents].data() + 1);
        }
        const std::uint32_t own = has_cofaces ? above->first_of_vertex[u] : 0,
                            own_end = has_cofaces ? above->first_of_vertex[u + 1] : 0;
        for (std::uint32_t p = own; p < own_end; ++p) {
          const std::uint32_t* const v = parent_vertices + std::size_t{p} * (n + 1);
          Vertices<n> rest;
          std::copy_n(v + 1, n, rest.begin());
          // Without its last vertex, without the one before, and so on.
          for (std::uint32_t lacks = n; lacks >= 1; --lacks) {
            bucket.add(p * static_cast<std::uint32_t>(n + 1) + lacks, rest.data());
            if (lacks >= 2) rest[lacks - 2] = v[lacks];
          }
        }
        bucket.for_each_sorted([&](std::uint32_t occurrence, const Vertices<n - 1>& rest, bool distinct) {
          // Written for every occurrence, since a branch would be mispredicted half of the time.
          faces += distinct;
          const std::uint32_t face = faces - 1;
          std::uint32_t* const v = &level.vertices[std::size_t{face} * n];
          v[0] = u;
          std::copy_n(rest.begin(), n - 1, v + 1);
          if (!has_cofaces) return;
          if (occurrence < from_parents) {
            above->boundary[occurrence] = face;
            level.cofaces[used++] = occurrence / static_cast<std::uint32_t>(n + 1);
          }
          level.first_coface[face + 1] = used;
        });
      }
      level.first_of_vertex[vertices_] = faces;
      level.count = faces;
      level.vertices.shrink(level.count * n);
      if (has_cofaces) level.first_coface.shrink(level.count + 1);
      return {};
    }
  }

  Result<void> build_vertices(Complex::Level& level, Complex::Level* edges, std::size_t count) {
    level.count = vertices_;
    level.vertices = Numbers(vertices_);
    for (std::uint32_t v = 0; v < vertices_; ++v) level.vertices[v] = v;
    if (edges == nullptr) return {};
    level.first_coface = Numbers(std::size_t{vertices_} + 1);
    std::vector<std::uint32_t> next(vertices_ + 1, 0);
    for (std::size_t i = 0; i < 2 * count; ++i) ++next[edges->vertices[i]];
    std::uint32_t before = 0;
    for (std::uint32_t v = 0; v <= vertices_; ++v) {
      before += std::exchange(next[v], before);
      level.first_coface[v] = next[v];
    }
    level.cofaces = Numbers(2 * count);
    edges->boundary = Numbers(2 * count);
    for (std::size_t e = 0; e < count; ++e) {
      const std::uint32_t a = edges->vertices[2 * e], b = edges->vertices[2 * e + 1];
      edges->boundary[2 * e] = b;
      edges->boundary[2 * e + 1] = a;
      level.cofaces[next[a]++] = static_cast<std::uint32_t>(e);
      level.cofaces[next[b]++] = static_cast<std::uint32_t>(e);
    }
    return {};
  }

  Complex& complex_;
  std::uint32_t vertices_;
  std::span<const Complex::Facets> facets_;
};

namespace {

/// Checks the shape of a list of facets.
template <class Facets>
Result<void> check_shape(const Facets& some, std::size_t at) {
  const std::string where = fmt::format("list {} of facets", at);
  if (some.rank > Complex::kMaxRank)
    return Error{where, fmt::format("rank {}", some.rank), fmt::format("at most {}", Complex::kMaxRank)};
  if (some.vertices.size() % (some.rank + 1) != 0)
    return Error{where, fmt::format("{} vertices", some.vertices.size()),
                 fmt::format("a multiple of {}", some.rank + 1)};
  if (some.vertices.size() >= Complex::kMost)
    return Error{where, fmt::format("{} vertices", some.vertices.size()), fmt::format("fewer than {}", Complex::kMost)};
  return {};
}

}  // namespace

Result<Complex> Complex::from_facets(std::uint32_t vertices, std::span<const Facets> facets) {
  if (vertices >= kMost)
    return Error{"complex", fmt::format("{} vertices", vertices), fmt::format("fewer than {}", kMost)};
  for (std::size_t list = 0; list < facets.size(); ++list) {
    const Facets& some = facets[list];
    if (const auto good = check_shape(some, list); !good) return good.error();
    const std::size_t n = some.rank + 1;
    for (std::size_t i = 0; i < some.vertices.size(); ++i) {
      const std::uint32_t v = some.vertices[i];
      bool twice = false;
      for (std::size_t j = i / n * n; j < i; ++j) twice |= some.vertices[j] == v;
      if (v >= vertices || twice)
        return Error{fmt::format("list {} of facets, facet {}", list, i / n),
                     twice ? fmt::format("vertex {} twice", v) : fmt::format("vertex {}", v),
                     twice ? "different vertices" : fmt::format("at most {}", std::int64_t{vertices} - 1)};
    }
  }
  Complex made;
  if (auto done = ComplexBuilder(made, vertices, facets).build(); !done) return done.error();
  return made;
}

Result<Complex> Complex::from_coordinates(std::span<const FacetsOfCoordinates> facets) {
  std::vector<std::vector<std::uint32_t>> lists;
  std::vector<Facets> numbered;
  CoordinateNumbers numbers;
  for (std::size_t list = 0; list < facets.size(); ++list) {
    if (const auto good = check_shape(facets[list], list); !good) return good.error();
    auto& vertices = lists.emplace_back();
    vertices.reserve(facets[list].vertices.size());
    for (const phext::PackedCoordinate& at : facets[list].vertices) vertices.push_back(numbers.number(at));
    numbered.push_back({facets[list].rank, vertices});
  }
  auto made = from_facets(static_cast<std::uint32_t>(numbers.size()), numbered);
  if (!made) return made;
  numbers.shrink();
  made->numbers_ = std::move(numbers);
  return made;
}

std::size_t Complex::count() const {
  std::size_t all = 0;
  for (const Level& level : levels_) all += level.count;
  return all;
}

std::size_t Complex::bytes() const {
  std::size_t words = 0;
  for (const Level& level : levels_)
    words += level.vertices.size() + level.boundary.size() + level.first_coface.size() + level.cofaces.size() +
             level.first_of_vertex.size();
  return words * sizeof(std::uint32_t) + numbers_.bytes();
}

std::optional<Simplex> Complex::find(std::span<const std::uint32_t> vertices) const {
  if (vertices.empty() || vertices.size() > ranks()) return {};
  const auto rank = static_cast<std::uint32_t>(vertices.size() - 1);
  std::array<std::uint32_t, kMaxRank + 1> wanted;
  std::copy(vertices.begin(), vertices.end(), wanted.begin());
  for (std::uint32_t i = 1; i <= rank; ++i)
    for (std::uint32_t j = i; j > 0 && wanted[j] < wanted[j - 1]; --j) std::swap(wanted[j], wanted[j - 1]);
  if (wanted[rank] >= count(0)) return {};
  if (rank == 0) return Simplex{0, wanted[0]};
  const auto compare = [&](std::uint32_t index) {
    const auto here = this->vertices({rank, index});
    return std::lexicographical_compare_three_way(here.begin(), here.end(), wanted.begin(), wanted.begin() + rank + 1);
  };
  std::uint32_t low = levels_[rank].first_of_vertex[wanted[0]], high = levels_[rank].first_of_vertex[wanted[0] + 1];
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    const auto order = compare(middle);
    if (order == 0) return Simplex{rank, middle};
    (order < 0 ? low : high) = order < 0 ? middle + 1 : middle;
  }
  return {};
}

Simplex Complex::opposite(Simplex s, Simplex without) const {
  const auto gone = vertices(without);
  // From the last vertex on, so that the places of the others stay.
  std::size_t left = gone.size();
  for (std::uint32_t i = s.rank + 1; i-- > 0 && left > 0;)
    if (vertices(s)[i] == gone[left - 1]) s = {s.rank - 1, boundary(s)[i]}, --left;
  return s;
}

void Complex::containing(std::uint32_t vertex, std::uint32_t rank, std::vector<std::uint32_t>& found) const {
  if (vertex >= count(0)) return;
  if (rank == 0) return found.push_back(vertex);
  for_each_coface(
      {0, vertex},
      [&](Simplex s) {
        if (s.rank == rank) found.push_back(s.index);
      },
      rank);
}

}  // namespace vtpu::geometry
