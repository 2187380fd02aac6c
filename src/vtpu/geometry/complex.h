#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/geometry/coordinate_numbers.h"
#include "vtpu/geometry/numbers.h"
#include "vtpu/phext/packed.h"

namespace vtpu::geometry {

/// One simplex of a complex. Its index counts the simplices of its rank.
struct Simplex {
  std::uint32_t rank = 0;  ///< its number of vertices minus 1
  std::uint32_t index = 0;
  bool operator==(const Simplex&) const = default;
};

/// A simplicial complex over packed coordinates. It does not change once it is built.
///
/// The vertices are numbered from 0, and simplices of a rank are in lexicographic order of their vertices' numbers. For
/// each rank, three arrays hold the vertices of every simplex, its boundary, and its cofaces of the next rank. Every
/// query walks along these, and takes time in proportion to what it returns, times at most the rank of the results.
/// `find` searches by bisection among the simplices with the same first vertex.
class Complex {
 public:
  static constexpr std::uint32_t kMaxRank = 7;
  /// No array of a complex is longer.
  static constexpr std::size_t kMost = std::size_t{1} << 31;

  /// Simplices of one rank, without their faces, as a list of vertices: `rank` + 1 for each, in any order.
  struct Facets {
    std::uint32_t rank = 0;
    std::span<const std::uint32_t> vertices;
  };
  struct FacetsOfCoordinates {
    std::uint32_t rank = 0;
    std::span<const phext::PackedCoordinate> vertices;
  };

  /// The complex of the facets and all their faces, over vertices 0 to `vertices` - 1, all of which belong to it.
  /// Error: a rank above kMaxRank; a list whose length is no multiple of its rank + 1; a vertex that is too large or
  /// occurs twice in a facet; a complex above kMost.
  static Result<Complex> from_facets(std::uint32_t vertices, std::span<const Facets> facets);
  /// The same over coordinates (without their flags), numbered in the order of their first appearance.
  static Result<Complex> from_coordinates(std::span<const FacetsOfCoordinates> facets);

  /// The greatest rank of a simplex plus 1, or 0 if there is none.
  std::uint32_t ranks() const { return static_cast<std::uint32_t>(levels_.size()); }
  std::size_t count(std::uint32_t rank) const { return rank < ranks() ? levels_[rank].count : 0; }
  std::size_t count() const;
  /// Bytes held, all arrays together.
  std::size_t bytes() const;

  /// The vertices of a simplex, ascending.
  std::span<const std::uint32_t> vertices(Simplex s) const {
    return {&levels_[s.rank].vertices[std::size_t{s.index} * (s.rank + 1)], s.rank + 1};
  }
  /// The faces of one rank less: the i-th lacks the i-th vertex. Its sign in the boundary is that of (-1)^i. Rank of
  /// the simplex: at least 1.
  std::span<const std::uint32_t> boundary(Simplex s) const {
    return {&levels_[s.rank].boundary[std::size_t{s.index} * (s.rank + 1)], s.rank + 1};
  }
  /// The cofaces of one rank more, ascending.
  std::span<const std::uint32_t> cofaces(Simplex s) const {
    const Level& level = levels_[s.rank];
    if (level.cofaces.size() == 0) return {};
    const std::uint32_t first = level.first_coface[s.index];
    return {level.cofaces.begin() + first, level.first_coface[s.index + 1] - first};
  }
  /// The simplex with these vertices, in any order; none if there is none.
  std::optional<Simplex> find(std::span<const std::uint32_t> vertices) const;

  /// Of a complex over coordinates: the vertex at a coordinate, and back.
  std::optional<std::uint32_t> vertex(const phext::PackedCoordinate& at) const { return numbers_.find(at); }
  phext::PackedCoordinate coordinate(std::uint32_t vertex) const { return numbers_[vertex]; }

  /// Calls visit(face) once for each face of a simplex of a lower rank.
  template <class Visit>
  void for_each_face(Simplex s, const Visit& visit) const {
    faces_from(s, 0, visit);
  }
  /// Calls visit(coface) once for each simplex of at most `highest` rank that contains `s`, and differs from it.
  template <class Visit>
  void for_each_coface(Simplex s, const Visit& visit, std::uint32_t highest = kMaxRank) const {
    cofaces_from(s, vertices(s), std::min(highest + 1, ranks()), visit);
  }
  /// The same with `s` itself: its open star.
  template <class Visit>
  void for_each_in_star(Simplex s, const Visit& visit) const {
    visit(s);
    for_each_coface(s, visit);
  }
  /// Calls visit(simplex) once for each simplex of the link of `s`: what its cofaces contain beyond it.
  template <class Visit>
  void for_each_in_link(Simplex s, const Visit& visit) const {
    for_each_coface(s, [&](Simplex coface) { visit(opposite(coface, s)); });
  }
  /// Appends the simplices of rank `rank` that contain the vertex.
  void containing(std::uint32_t vertex, std::uint32_t rank, std::vector<std::uint32_t>& found) const;

 private:
  /// Simplices of one rank. Vertices have the list 0, 1, … too, so that no query branches.
  struct Level {
    std::size_t count = 0;
    Numbers vertices;
    Numbers boundary;         ///< empty for vertices
    Numbers first_coface;     ///< one more than simplices
    Numbers cofaces;          ///< empty for the highest rank
    Numbers first_of_vertex;  ///< where the simplices with that first vertex begin; one more
  };
  friend class ComplexBuilder;

  template <class Visit>
  void faces_from(Simplex s, std::uint32_t lacks, const Visit& visit) const {
    // What lacks several vertices is reached once, by leaving them out in ascending order.
    if (s.rank == 0) return;
    const auto faces = boundary(s);
    for (std::uint32_t i = lacks; i <= s.rank; ++i) {
      const Simplex face{s.rank - 1, faces[i]};
      visit(face);
      faces_from(face, i, visit);
    }
  }
  template <class Visit>
  void cofaces_from(Simplex face, std::span<const std::uint32_t> base, std::uint32_t end, const Visit& visit) const {
    if (face.rank + 1 >= end) return;
    for (const std::uint32_t index : cofaces(face)) {
      const Simplex coface{face.rank + 1, index};
      // A coface is reached from several faces; only that which lacks the first vertex beyond the base counts.
      const auto all = vertices(coface);
      std::size_t i = 0;
      while (i < base.size() && all[i] == base[i]) ++i;
      if (boundary(coface)[i] != face.index) continue;
      visit(coface);
      cofaces_from(coface, base, end, visit);
    }
  }
  /// The face of `s` that lacks the vertices of its face `without`.
  Simplex opposite(Simplex s, Simplex without) const;

  std::vector<Level> levels_;
  CoordinateNumbers numbers_;  ///< empty: over numbers alone
};

}  // namespace vtpu::geometry
