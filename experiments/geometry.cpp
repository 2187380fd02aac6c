// Asks how fast geometric operations are, beside the strongest library for each and a bound measured in the same run.
//
// Complex: tetrahedra of a cubic lattice of coordinates, six to a cube, with 10^4 to 10^7 simplices of rank 0 to 3.
// Queries list the open star of a vertex; their cost is per simplex returned. `random`: vertices drawn uniformly, which
// beyond the caches is a miss or more each; `order`: neighbouring vertices one after the other. geo.simplex is decided
// by the slope of the cost over the number of simplices, both on logarithmic axes, for random vertices. Its control is
// a scan through all tetrahedra; its reading is the slope for neighbouring vertices. GUDHI's Simplex_tree (3.7.1) has
// no links to cofaces: star_simplex_range visits the whole tree. It is compared at 10^5 simplices.
//
// Distances, from one point to many: the compiled programs `poincare` (sixteen dimensions, f32; the distances and the
// nearest point) and `hamming` (the axes on which coordinates differ, and the nearest). Controls: two points at a time,
// in double precision or axis by axis. The error of `poincare` is measured against double precision at the same points,
// within 4 of the origin and out to 8. Rank correlation: distances in the ball over differing axes, on the leaves of
// random trees embedded in the ball (vtpu/geometry/hyperbolic.h); control: coordinates shuffled among the leaves.
//
// Tucker form: 8^4 to 32^4 elements, 22.3 MFLOP. Bound: fused multiply-adds on registers. Convolution: the shape of the
// co-citation hypergraph of Cora (2708 nodes, 1579 edges of 3.03 nodes on average, 1433 features, padded to 1440); the
// incidences are random with these counts. Control: the product with the dense incidence matrix, timed on an eighth of
// the features and counted eight times. Laplacian: a box of 1458 rows by 128, in ten dimensions of 3, 2 or 1 places and
// the columns (186,624 points). Eigen multiplies by the sparse matrix. Control: each neighbour found by hash table.
//
// geo.10x is decided by the geometric mean of the speed-ups over the strongest library, of all operations that a
// library has: GUDHI (building, stars), and the faster one of Eigen and OpenBLAS (the rest). Debian 12 has no libxsmm.
// Answers are checked before they are timed. Needs 2 GiB. Outputs: keys geo.*; tables simplices, operations.
#include <fmt/core.h>
#include <immintrin.h>

#include <gudhi/Simplex_tree.h>
#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "vtpu/base/check.h"
#include "vtpu/geometry/complex.h"
#include "vtpu/geometry/hyperbolic.h"
#include "vtpu/kernels/programs/parts.h"
#include "vtpu/measure/experiment.h"
#include "vtpu/measure/progress.h"
#include "vtpu/measure/quiet.h"
#include "vtpu/measure/sampler.h"
#include "vtpu/study/baselines/peers.h"
#include "vtpu/study/programs/program_run.h"
#include "vtpu/study/programs/program_variants.h"

namespace {

using namespace vtpu::measure;
using vtpu::Random;
using vtpu::Result;
using vtpu::geometry::Complex;
using vtpu::geometry::Simplex;
using vtpu::kernels::CompiledProgram;
using vtpu::phext::Axis;
using vtpu::phext::PackedCoordinate;
using vtpu::study::programs::ProgramVariants;
using Source = Column::Source;

SamplingRule rule_of(Run& run, std::uint64_t stream) {
  SamplingRule rule;
  rule.least = rule.most = run.quick() ? kQuickProcesses : 20;
  rule.rounds = 1;
  if (run.quick()) rule.repeats = 1;
  rule.seed = run.random(stream).next();
  return rule;
}

// ---- complexes

/// The tetrahedra of a cubic lattice: each cube is split along the six ways from one corner to the opposite one.
std::vector<PackedCoordinate> tetrahedra(std::uint32_t side) {
  constexpr int kWays[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
  constexpr Axis kAxes[3] = {Axis::scroll, Axis::line, Axis::column};
  std::vector<PackedCoordinate> all;
  for (std::uint32_t z = 1; z < side; ++z)
    for (std::uint32_t y = 1; y < side; ++y)
      for (std::uint32_t x = 1; x < side; ++x)
        for (const auto& way : kWays) {
          PackedCoordinate at = PackedCoordinate().with(kAxes[0], z).with(kAxes[1], y).with(kAxes[2], x);
          all.push_back(at);
          for (const int step : way) {
            at = at.with(kAxes[step], at.get(kAxes[step]) + 1);
            all.push_back(at);
          }
        }
  return all;
}

struct Lattice {
  std::vector<PackedCoordinate> corners;
  Complex complex;
  std::vector<std::uint32_t> numbers;  ///< of the corners
  std::vector<std::uint32_t> drawn;    ///< vertices in random order
  Gudhi::Simplex_tree<> gudhi;

  std::size_t star_of(const std::vector<std::uint32_t>& some, std::size_t count) const {
    std::size_t found = 0;
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < count; ++i)
      complex.for_each_in_star({0, some[i % some.size()]}, [&](Simplex s) { ++found, sum += s.index; });
    keep(sum);
    return found;
  }
  /// The star of the first vertex drawn, by GUDHI.
  std::size_t star_in_gudhi() {
    std::size_t found = 0;
    for (const auto& handle : gudhi.star_simplex_range(gudhi.find({static_cast<int>(drawn[0])}))) keep(handle), ++found;
    return found;
  }
  /// The mean over all vertices: a simplex of rank k is in the stars of k + 1 vertices.
  double mean_star() const {
    double in_stars = 0;
    for (std::uint32_t rank = 0; rank < complex.ranks(); ++rank)
      in_stars += (rank + 1) * static_cast<double>(complex.count(rank));
    return in_stars / static_cast<double>(complex.count(0));
  }
  /// Tetrahedra that contain a vertex, by looking at all.
  std::size_t scan(std::uint32_t vertex) const {
    std::size_t found = 0;
    for (std::uint32_t t = 0; t < complex.count(3); ++t)
      for (const std::uint32_t v : complex.vertices({3, t})) found += v == vertex;
    return found;
  }
};

std::size_t insert_into(Gudhi::Simplex_tree<>& tree, const std::vector<std::uint32_t>& numbers) {
  for (std::size_t i = 0; i < numbers.size(); i += 4) {
    const int facet[] = {static_cast<int>(numbers[i]), static_cast<int>(numbers[i + 1]),
                         static_cast<int>(numbers[i + 2]), static_cast<int>(numbers[i + 3])};
    tree.insert_simplex_and_subfaces(facet);
  }
  return tree.num_simplices();
}

std::shared_ptr<Lattice> make_lattice(std::uint32_t side, Random random) {
  auto lattice = std::make_shared<Lattice>();
  lattice->corners = tetrahedra(side);
  const Complex::FacetsOfCoordinates facets[] = {{3, lattice->corners}};
  auto made = Complex::from_coordinates(facets);
  VTPU_CHECK(made.ok(), "tetrahedra make a complex");
  lattice->complex = *std::move(made);
  for (const PackedCoordinate& at : lattice->corners) lattice->numbers.push_back(*lattice->complex.vertex(at));
  for (std::uint32_t v = 0; v < lattice->complex.count(0); ++v) lattice->drawn.push_back(v);
  random.shuffle(lattice->drawn);
  return lattice;
}

/// Slope of log(cost) over log(simplices) by least squares, in each process.
Estimate slope_of(const std::vector<double>& sizes, const std::vector<Estimate>& costs) {
  std::vector<double> samples;
  for (std::size_t process = 0; process < costs[0].samples.size(); ++process) {
    double x = 0, y = 0, xx = 0, xy = 0;
    for (std::size_t k = 0; k < sizes.size(); ++k) {
      const double a = std::log(sizes[k]), b = std::log(costs[k].samples[process]);
      x += a, y += b, xx += a * a, xy += a * b;
    }
    const auto n = static_cast<double>(sizes.size());
    samples.push_back((n * xy - x * y) / (n * xx - x * x));
  }
  Estimate slope = estimate_over_time(std::move(samples));
  slope.method += "; least squares within each process";
  return slope;
}

/// An operation beside the libraries that have it, in microseconds.
struct Compared {
  std::string name;
  double vtpu = 0;
  std::optional<double> plain = {}, gudhi = {}, eigen = {}, openblas = {};
  std::optional<Estimate> speed_up = {};  ///< over the strongest library; none if no library has it
};

Result<std::vector<Compared>> study_complexes(Run& run) {
  // Sides whose lattices have about 10^4 to 10^7 simplices.
  constexpr std::uint32_t kSides[] = {9, 17, 35, 74};
  constexpr std::size_t kScanned = 3;  // the smallest ones, in which GUDHI and the scan are timed
  constexpr std::size_t kBeside = 1;   // where GUDHI is compared
  constexpr std::size_t kQueries = 256;
  std::vector<std::shared_ptr<Lattice>> lattices;
  for (const std::uint32_t side : kSides) lattices.push_back(make_lattice(side, run.random(side)));
  for (std::size_t k = 0; k < kScanned; ++k) {
    Lattice& here = *lattices[k];
    VTPU_CHECK(insert_into(here.gudhi, here.numbers) == here.complex.count(), "GUDHI has as many simplices");
    VTPU_CHECK(here.star_of(here.drawn, 1) == here.star_in_gudhi(), "GUDHI finds the same star");
  }
  Lattice& beside = *lattices[kBeside];

  std::vector<Alternative> alternatives;
  for (std::size_t k = 0; k < lattices.size(); ++k) {
    const auto lattice = lattices[k];
    std::vector<std::uint32_t> ordered(kQueries);
    for (std::size_t i = 0; i < kQueries; ++i)
      ordered[i] = static_cast<std::uint32_t>(lattice->complex.count(0) / 2 + i) %
                   static_cast<std::uint32_t>(lattice->complex.count(0));
    // Each timing takes other vertices, so that large complexes are not in a cache from the one before.
    alternatives.push_back({fmt::format("random {}", k),
                            lattice->mean_star() * kQueries,
                            [lattice, at = std::size_t{0}]() mutable {
                              std::vector<std::uint32_t> some(kQueries);
                              for (std::uint32_t& v : some) v = lattice->drawn[at++ % lattice->drawn.size()];
                              lattice->star_of(some, kQueries);
                            },
                            {}});
    alternatives.push_back({fmt::format("order {}", k),
                            static_cast<double>(lattice->star_of(ordered, kQueries)),
                            [lattice, ordered] { lattice->star_of(ordered, kQueries); },
                            {}});
  }
  const double count = static_cast<double>(beside.complex.count());
  const auto lattice = lattices[kBeside];
  alternatives.push_back({"build coordinates",
                          count,
                          [lattice] {
                            const Complex::FacetsOfCoordinates facets[] = {{3, lattice->corners}};
                            keep(Complex::from_coordinates(facets).ok());
                          },
                          {}});
  alternatives.push_back(
      {"build numbers",
       count,
       [lattice] {
         const Complex::Facets facets[] = {{3, lattice->numbers}};
         keep(Complex::from_facets(static_cast<std::uint32_t>(lattice->complex.count(0)), facets).ok());
       },
       {}});
  const SamplingRule rule = rule_of(run, 1);
  auto all = sample_in_processes(
      run, [&] { return alternatives; }, rule);
  if (!all) return all.error();
  // GUDHI and the scan take so long that each process times them once.
  std::vector<Alternative> slow;
  for (std::size_t k = 0; k < kScanned; ++k) {
    const auto here = lattices[k];
    slow.push_back({fmt::format("scan {}", k), 1, [here] { keep(here->scan(5)); }, {}});
    slow.push_back({fmt::format("gudhi {}", k),
                    static_cast<double>(here->star_in_gudhi()),
                    [here] { keep(here->star_in_gudhi()); },
                    {}});
  }
  slow.push_back(
      {"gudhi again", static_cast<double>(beside.star_in_gudhi()), [lattice] { keep(lattice->star_in_gudhi()); }, {}});
  slow.push_back({"build gudhi",
                  count,
                  [lattice] {
                    Gudhi::Simplex_tree<> tree;
                    keep(insert_into(tree, lattice->numbers));
                  },
                  {}});
  SamplingRule once = rule_of(run, 4);
  once.repeats = 1;
  const auto timed = sample_in_processes(
      run, [&] { return slow; }, once);
  if (!timed) return timed.error();
  all->insert(all->end(), timed->begin(), timed->end());
  const auto ns = [&](const std::string& name) { return named(*all, name).ns_per_unit(); };

  Table& table = run.table("simplices", {{"simplices", "", Source::computed},
                                         {"bytes", "B", Source::computed},
                                         {"random", "ns", Source::measured},
                                         {"low", "ns", Source::measured},
                                         {"high", "ns", Source::measured},
                                         {"order", "ns", Source::measured},
                                         {"gudhi", "ns", Source::measured},
                                         {"scan", "us", Source::measured}});
  std::vector<double> sizes, scanned_sizes;
  std::vector<Estimate> random, order, scan;
  for (std::size_t k = 0; k < lattices.size(); ++k) {
    const Complex& complex = lattices[k]->complex;
    sizes.push_back(static_cast<double>(complex.count()));
    random.push_back(ns(fmt::format("random {}", k)));
    order.push_back(ns(fmt::format("order {}", k)));
    const bool scanned = k < kScanned;
    if (scanned) scan.push_back(ns(fmt::format("scan {}", k))), scanned_sizes.push_back(sizes.back());
    const auto if_scanned = [&](double value) { return scanned ? Cell(value) : Cell(std::string()); };
    table.add({sizes.back(), static_cast<double>(complex.bytes()) / sizes.back(), random.back().value,
               random.back().ci.low, random.back().ci.high, order.back().value,
               if_scanned(scanned ? ns(fmt::format("gudhi {}", k)).value : 0),
               if_scanned(scanned ? scan.back().value * 1e-3 : 0)});
  }
  run.computed("geo.simplex_bytes", static_cast<double>(lattices.back()->complex.bytes()) / sizes.back(), "B",
               "all arrays and the table of coordinates, over the simplices of the largest lattice");
  run.measured("geo.simplex_scaling_exponent", slope_of(sizes, random), "log-log slope");
  run.measured("geo.simplex_scaling_in_order", slope_of(sizes, order), "log-log slope");
  run.measured("geo.simplex_scaling_exponent.control", slope_of(scanned_sizes, scan), "log-log slope");
  run.measured("geo.star_ns", random[kBeside], "ns");
  const auto rate = [&](const std::string& name) {
    Estimate made = named(*all, name).units_per_ns();
    for (double* x : {&made.value, &made.ci.low, &made.ci.high}) *x *= 1e3;
    for (double& x : made.samples) x *= 1e3;
    return made;
  };
  run.measured("geo.build_rate", rate("build numbers"), "M/s");
  run.measured("geo.build_rate_coordinates", rate("build coordinates"), "M/s");
  run.measured("geo.build_rate.control", rate("build gudhi"), "M/s");
  Estimate built = estimate_ratio(ns("build gudhi").samples, ns("build numbers").samples);
  built.method += "; time to build by GUDHI over ours";
  Estimate faster = estimate_ratio(ns(fmt::format("gudhi {}", kBeside)).samples, random[kBeside].samples);
  faster.method += "; time per simplex of a star by GUDHI over ours";
  run.measured("geo.star_over_gudhi", faster, "x");
  Estimate itself = estimate_ratio(ns(fmt::format("gudhi {}", kBeside)).samples, ns("gudhi again").samples);
  itself.method += "; GUDHI's star against itself";
  run.measured("geo.speedup_geomean.control", itself, "x");
  const auto us = [&](const std::string& name, double units) { return ns(name).value * units * 1e-3; };
  const double in_star = beside.mean_star();
  return std::vector<Compared>{
      {.name = "build", .vtpu = us("build numbers", count), .gudhi = us("build gudhi", count), .speed_up = built},
      {.name = "star",
       .vtpu = us(fmt::format("random {}", kBeside), in_star),
       .gudhi = us(fmt::format("gudhi {}", kBeside), in_star),
       .speed_up = faster}};
}

// ---- correlation and accuracy

void study_correlation(Run& run) {
  const auto trees = run.parameter<std::uint64_t>("trees", 8, 24);
  const auto leaves = run.parameter<std::uint64_t>("leaves", 120, 200);
  std::vector<double> as_given, shuffled;
  for (std::uint64_t k = 0; k < trees; ++k) {
    const auto tree = vtpu::geometry::embed_random_tree(leaves, 3, 16, 1.0, run.random(1000 + k));
    std::vector<std::size_t> other(leaves);
    for (std::size_t i = 0; i < leaves; ++i) other[i] = i;
    Random random = run.random(2000 + k);
    random.shuffle(other);
    std::vector<double> far, axes, moved;
    for (std::size_t i = 0; i < leaves; ++i)
      for (std::size_t j = 0; j < i; ++j) {
        far.push_back(vtpu::geometry::poincare_distance(tree.points[i], tree.points[j]));
        axes.push_back(hamming_distance(tree.coordinates[i], tree.coordinates[j]));
        moved.push_back(hamming_distance(tree.coordinates[other[i]], tree.coordinates[other[j]]));
      }
    as_given.push_back(vtpu::geometry::rank_correlation(far, axes));
    shuffled.push_back(vtpu::geometry::rank_correlation(far, moved));
  }
  // Means over trees are the same on every host but for the last bits of the C library.
  run.simulated("geo.hyperbolic_rank_correlation", estimate_median(as_given), "Spearman rho");
  run.simulated("geo.hyperbolic_rank_correlation.control", estimate_median(shuffled), "Spearman rho");
}

Result<void> study_accuracy(Run& run) {
  // The program's own data reach 8 from the origin, from a query within 4 of it.
  const CompiledProgram& program = *vtpu::kernels::find_program("poincare");
  constexpr std::int64_t kPoints = 4096;
  vtpu::compiler::Options options;
  auto made = vtpu::study::programs::ProgramRun::compiled(program, {{"n", kPoints}, {"repeat", 1}}, options,
                                                          vtpu::study::engines::Runnable::By::native);
  if (!made) return made.error();
  double near = 0, far = 0;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    made->fill(seed);
    if (const auto done = made->run(); !done) return done.error();
    const auto tensors = made->tensors();
    const auto query = vtpu::kernels::elements<float>(tensors, 0), data = vtpu::kernels::elements<float>(tensors, 1),
               found = vtpu::kernels::elements<float>(tensors, 3);
    for (std::size_t i = 0; i < kPoints; ++i) {
      std::vector<double> q(16), x(16), origin(16);
      for (std::size_t k = 0; k < 16; ++k) q[k] = query[k], x[k] = data[k * kPoints + i];
      const double error = std::abs(found[i] - vtpu::geometry::poincare_distance(q, x));
      double& worst = vtpu::geometry::poincare_distance(origin, x) < 4 ? near : far;
      worst = std::max(worst, error);
    }
  }
  run.measured("geo.poincare_error.near", near, "1", "largest of 32,768 points that lie within 4 of the origin");
  run.measured("geo.poincare_error.far", far, "1", "largest of 32,768 points that lie from 4 to 8 from the origin");
  return {};
}

// ---- compiled programs

/// Fused multiply-adds of the widest vectors of this host. Unrolled, so that the sums stay in registers.
__attribute__((target("avx2,fma"))) void multiply_add_halves(std::size_t times) {
  __m256 sum[12];
#pragma GCC unroll 12
  for (std::size_t k = 0; k < 12; ++k) sum[k] = _mm256_set1_ps(static_cast<float>(k));  // all different
  const __m256 a = _mm256_set1_ps(0.5F);
  for (std::size_t i = 0; i < times; ++i) {
#pragma GCC unroll 12
    for (std::size_t k = 0; k < 12; ++k) sum[k] = _mm256_fmadd_ps(sum[k], a, a);
  }
#pragma GCC unroll 12
  for (std::size_t k = 0; k < 12; ++k) keep(sum[k]);
}
__attribute__((target("avx512f"))) void multiply_add_lines(std::size_t times) {
  __m512 sum[12];
#pragma GCC unroll 12
  for (std::size_t k = 0; k < 12; ++k) sum[k] = _mm512_set1_ps(static_cast<float>(k));
  const __m512 a = _mm512_set1_ps(0.5F);
  for (std::size_t i = 0; i < times; ++i) {
#pragma GCC unroll 12
    for (std::size_t k = 0; k < 12; ++k) sum[k] = _mm512_fmadd_ps(sum[k], a, a);
  }
#pragma GCC unroll 12
  for (std::size_t k = 0; k < 12; ++k) keep(sum[k]);
}
Alternative peak_alternative() {
  constexpr std::size_t kTimes = 20'000;
  const bool lines = __builtin_cpu_supports("avx512f");
  return {"peak",
          12.0 * kTimes * (lines ? 32 : 16),
          [lines] { lines ? multiply_add_lines(kTimes) : multiply_add_halves(kTimes); },
          {}};
}

/// A program at the sizes of this experiment.
CompiledProgram at_size(const char* name, const vtpu::kernels::Parameters& parameters) {
  CompiledProgram program = *vtpu::kernels::find_program(name);
  program.sizes[0] = {"shape", parameters};
  return program;
}

/// The Laplacian of a box by Eigen's product of a sparse matrix and a vector, on the tensors of the program
/// `laplacian`: the same points without the columns at the sides.
struct BoxMatrix {
  std::vector<std::int32_t> start = {0}, column;
  std::vector<float> value, from, to;

  BoxMatrix(std::span<const std::int32_t> neighbour, std::int64_t rows, std::int64_t width) {
    for (std::int64_t i = 0; i < rows; ++i)
      for (std::int64_t j = 0; j < width; ++j) {
        std::vector<std::int64_t> around;
        if (j > 0) around.push_back(i * width + j - 1);
        if (j + 1 < width) around.push_back(i * width + j + 1);
        for (std::int64_t k = 0; k < 20; ++k)
          if (const std::int64_t row = neighbour[static_cast<std::size_t>(i * 20 + k)]; row != i)
            around.push_back(row * width + j);
        around.push_back(i * width + j);
        std::sort(around.begin(), around.end());
        for (const std::int64_t there : around) {
          column.push_back(static_cast<std::int32_t>(there));
          value.push_back(there == i * width + j ? 1 - static_cast<float>(around.size()) : 1);
        }
        start.push_back(static_cast<std::int32_t>(column.size()));
      }
    from.resize(static_cast<std::size_t>(rows * width));
    to.resize(from.size());
  }
  void multiply() {
    static const auto product = vtpu::study::baselines::eigen_peer("spmv");
    const auto points = static_cast<std::int64_t>(from.size());
    const std::int64_t parameters[] = {points, points, static_cast<std::int64_t>(column.size())};
    void* const tensors[] = {start.data(), column.data(), value.data(), from.data(), to.data()};
    product(parameters, tensors);
  }
  /// The same sums with each neighbour found in a hash table.
  void by_hash(const std::unordered_map<std::int64_t, float>& cells) {
    for (std::size_t i = 0; i < from.size(); ++i) {
      float sum = 0;
      for (std::int32_t k = start[i]; k < start[i + 1]; ++k) {
        const auto at = static_cast<std::size_t>(k);
        sum += value[at] * cells.find(column[at])->second;
      }
      to[i] = sum;
    }
  }
};

const Estimate& least(const Estimate& a, const Estimate& b) { return a.value < b.value ? a : b; }

Result<std::vector<Compared>> study_programs(Run& run) {
  constexpr std::int64_t kRows = 1458, kWidth = 128, kNodes = 2708, kEdges = 1579, kFeatures = 1440;
  const std::vector<CompiledProgram> programs = {
      at_size("poincare", {{"n", 256}}), at_size("hamming", {{"n", 800}}),
      at_size("tucker", {{"inner", 8}, {"outer", 32}, {"last", 32}, {"block", 256}}),
      at_size("convolution", {{"nodes", kNodes}, {"edges", kEdges}, {"entries", 4784}, {"width", kFeatures}}),
      at_size("laplacian", {{"rows", kRows}, {"width", kWidth}})};
  std::vector<std::pair<std::string, vtpu::study::baselines::References>> modules;
  for (const vtpu::study::baselines::Baseline& level : vtpu::study::baselines::kReferenceLevels) {
    if (std::string_view(level.name) != "o3_native" && std::string_view(level.name) != "o3_native_fast") continue;
    const auto module = vtpu::study::baselines::load_references(level);
    if (!module) return module.error();
    modules.emplace_back(level.name, *module);
  }
  std::vector<ProgramVariants> prepared;
  for (const CompiledProgram& program : programs) {
    auto variants = ProgramVariants::prepare(program, 0, vtpu::study::programs::tier3_only(), modules, {});
    if (!variants) return variants.error();
    prepared.push_back(*std::move(variants));
  }

  // The box, with the values and neighbours of the program.
  const CompiledProgram& box = programs.back();
  const auto shapes = prepared.back().compiled(*prepared.back().find("tier3")).tensors;
  vtpu::study::programs::ReferenceRun reference(box, {{"rows", kRows}, {"width", kWidth}}, shapes);
  reference.fill(1);
  reference.run(vtpu::kernels::reference_of("laplacian"));
  const auto tensors = reference.tensors();
  const auto matrix = std::make_shared<BoxMatrix>(vtpu::kernels::elements<std::int32_t>(tensors, 1), kRows, kWidth);
  const auto cells = std::make_shared<std::unordered_map<std::int64_t, float>>();
  constexpr std::size_t kPitch = kWidth + 32;
  for (std::size_t i = 0; i < matrix->from.size(); ++i) {
    matrix->from[i] = vtpu::kernels::elements<float>(tensors, 0)[i / kWidth * kPitch + 16 + i % kWidth];
    (*cells)[static_cast<std::int64_t>(i)] = matrix->from[i];
  }
  const auto as_expected = [&] {
    for (std::size_t i = 0; i < matrix->to.size(); ++i) {
      const float wanted = vtpu::kernels::elements<float>(tensors, 2)[i / kWidth * kPitch + 16 + i % kWidth];
      if (std::abs(matrix->to[i] - wanted) > 1e-4F) return false;
    }
    return true;
  };
  matrix->multiply();
  VTPU_CHECK(as_expected(), "Eigen gives the Laplacian of the reference");
  matrix->by_hash(*cells);
  VTPU_CHECK(as_expected(), "the hash table gives the Laplacian of the reference");

  // Two points at a time, and a dense product in place of the incidences.
  const auto points = std::make_shared<std::vector<std::vector<double>>>();
  const auto coordinates = std::make_shared<std::vector<PackedCoordinate>>();
  const auto tree = vtpu::geometry::embed_random_tree(64, 3, 16, 0.5, run.random(7));
  *points = tree.points;
  *coordinates = tree.coordinates;
  constexpr std::int64_t kPart = 8;  // of the features, in the dense product
  const auto dense = std::make_shared<std::vector<float>>(kEdges * kNodes, 0.5F);
  const auto features = std::make_shared<std::vector<float>>(kNodes * kFeatures / kPart, 0.5F);
  const auto of_edges = std::make_shared<std::vector<float>>(kEdges * kFeatures / kPart);
  const auto make = [&] {
    std::vector<Alternative> all;
    for (const ProgramVariants& one : prepared)
      for (Alternative& alternative : one.alternatives()) all.push_back(std::move(alternative));
    all.push_back(peak_alternative());
    all.push_back({"box eigen", 1, [matrix] { matrix->multiply(); }, {}});
    all.push_back({"pair",
                   64.0 * 64,
                   [points] {
                     double sum = 0;
                     for (const auto& a : *points)
                       for (const auto& b : *points) sum += vtpu::geometry::poincare_distance(a, b);
                     keep(sum);
                   },
                   {}});
    all.push_back({"axis by axis",
                   64.0 * 64,
                   [coordinates] {
                     std::uint32_t sum = 0;
                     for (const PackedCoordinate& a : *coordinates)
                       for (const PackedCoordinate& b : *coordinates)
                         for (std::size_t axis = 0; axis < PackedCoordinate::kAxes; ++axis)
                           sum += a.get(static_cast<Axis>(axis)) != b.get(static_cast<Axis>(axis)) ? 1 : 0;
                     keep(sum);
                   },
                   {}});
    return all;
  };
  const SamplingRule rule = rule_of(run, 2);
  const auto all = sample_in_processes(run, make, rule);
  if (!all) return all.error();
  // These take so long that each process times them once.
  SamplingRule once = rule_of(run, 3);
  once.repeats = 1;
  const auto slow = sample_in_processes(
      run,
      [&] {
        return std::vector<Alternative>{{"by hash", 1, [matrix, cells] { matrix->by_hash(*cells); }, {}},
                                        {"dense",
                                         1,
                                         [dense, features, of_edges] {
                                           static const auto product = vtpu::study::baselines::openblas_peer("gemm");
                                           const std::int64_t there[] = {kEdges, kFeatures / kPart, kNodes};
                                           void* const operands[] = {dense->data(), features->data(), of_edges->data()};
                                           product(there, operands);
                                         },
                                         {}}};
      },
      once);
  if (!slow) return slow.error();

  const auto scaled = [](Estimate estimate, double factor) {
    for (double* x : {&estimate.value, &estimate.ci.low, &estimate.ci.high}) *x *= factor;
    for (double& x : estimate.samples) x *= factor;
    return estimate;
  };
  const auto ns = [&](const std::string& name) { return named(*all, name).ns_per_unit(); };
  const auto ratio = [](const Estimate& slower, const Estimate& faster, const std::string& what) {
    Estimate made = estimate_ratio(slower.samples, faster.samples);
    made.method += "; " + what;
    return made;
  };
  run.measured("geo.poincare_ns", scaled(ns("poincare tier3"), 1 / 256.0), "ns");
  run.measured("geo.poincare_ns.control", ns("pair"), "ns");
  run.measured("geo.hyperbolic_distance_ns", scaled(ns("hamming tier3"), 1 / 800.0), "ns");
  run.measured("geo.hyperbolic_distance_ns.control", ns("axis by axis"), "ns");
  run.measured("geo.tensor_contraction_us", scaled(ns("tucker tier3"), 1e-3), "us");
  run.measured("geo.tensor_contraction_us.control", scaled(ns("tucker o3_native"), 1e-3), "us");
  run.measured("geo.hypergraph_conv_ms", scaled(ns("convolution tier3"), 1e-6), "ms");
  run.measured("geo.hypergraph_conv_ms.control", scaled(named(*slow, "dense").ns_per_unit(), kPart * 1e-6), "ms");
  run.measured("geo.laplacian_us", scaled(ns("laplacian tier3"), 1e-3), "us");
  run.measured("geo.laplacian_us.control", scaled(named(*slow, "by hash").ns_per_unit(), 1e-3), "us");
  const Estimate peak = named(*all, "peak").units_per_ns();
  const double flop = programs[2].flop(programs[2].sizes[0].parameters);
  const Estimate share = ratio(scaled(named(*all, "peak").ns_per_unit(), flop), ns("tucker tier3"),
                               "time of as many operations at the peak over the time of the program");
  run.measured("geo.tensor_share_of_peak", share, "1");
  run.measured("geo.tensor_share_of_peak.control",
               ratio(scaled(named(*all, "peak").ns_per_unit(), flop), ns("tucker o3_native"),
                     "time of as many operations at the peak over the time of the plain loops"),
               "1");
  run.measured("geo.laplacian_over_eigen.control",
               ratio(ns("box eigen"), named(*slow, "by hash").ns_per_unit(), "time by Eigen over that of hash tables"),
               "x");
  run.measured("geo.peak_gflops", peak, "GFLOP/s");

  std::vector<Compared> compared;
  for (std::size_t k = 0; k < programs.size(); ++k) {
    const std::string name(programs[k].name);
    const bool is_box = name == "laplacian";
    const Estimate ours = ns(name + " tier3");
    const auto us = [](const Estimate& estimate) { return estimate.value * 1e-3; };
    Compared one{
        .name = name, .vtpu = us(ours), .plain = us(least(ns(name + " o3_native"), ns(name + " o3_native_fast")))};
    if (is_box || prepared[k].find("eigen") != nullptr) {
      const Estimate eigen = ns(is_box ? "box eigen" : name + " eigen");
      Estimate strongest = eigen;
      one.eigen = us(eigen);
      if (prepared[k].find("openblas") != nullptr) {
        const Estimate openblas = ns(name + " openblas");
        one.openblas = us(openblas);
        strongest = least(eigen, openblas);
      }
      one.speed_up = ratio(strongest, ours, "time by the faster one of Eigen and OpenBLAS over ours");
      run.measured("geo.speedup_over_eigen." + name, ratio(eigen, ours, "time by Eigen over ours"), "x");
      run.measured("geo.speedup_over_eigen." + name + ".control",
                   ratio(eigen, ns(name + " o3_native"), "time by Eigen over that of the plain loops"), "x");
    }
    compared.push_back(std::move(one));
  }
  return compared;
}

Result<void> run_geometry(Run& run) {
  warn_of_disturbance("geometry");
  study_correlation(run);
  Progress progress("geometry", 3);
  if (const auto done = study_accuracy(run); !done) return done.error();
  progress.step("accuracy");
  auto all = study_complexes(run);
  if (!all) return all.error();
  progress.step("complexes");
  const auto programs = study_programs(run);
  if (!programs) return programs.error();
  progress.step("programs");
  all->insert(all->end(), programs->begin(), programs->end());

  Table& table = run.table("operations", {{"operation", "", Source::label},
                                          {"vtpu", "us", Source::measured},
                                          {"plain", "us", Source::measured},
                                          {"gudhi", "us", Source::measured},
                                          {"eigen", "us", Source::measured},
                                          {"openblas", "us", Source::measured},
                                          {"speedup", "x", Source::measured},
                                          {"low", "x", Source::measured},
                                          {"high", "x", Source::measured}});
  const auto cell = [](const std::optional<double>& value) { return value ? Cell(*value) : Cell(std::string()); };
  // Speed-ups are ratios of medians, so the interval of their mean takes the ends of theirs.
  double middle = 0, low = 0, high = 0, n = 0;
  Estimate mean;
  for (const Compared& one : *all) {
    std::vector<Cell> row = {one.name,           one.vtpu,      cell(one.plain), cell(one.gudhi), cell(one.eigen),
                             cell(one.openblas), std::string(), std::string(),   std::string()};
    if (one.speed_up) {
      const Estimate& here = *one.speed_up;
      run.measured("geo.speedup." + one.name, here, "x");
      row[6] = here.value, row[7] = here.ci.low, row[8] = here.ci.high;
      middle += std::log(here.value), low += std::log(here.ci.low), high += std::log(here.ci.high), ++n;
      mean.n = here.n;
    }
    table.add(std::move(row));
  }
  mean.value = std::exp(middle / n), mean.ci = {std::exp(low / n), std::exp(high / n)};
  mean.method = fmt::format("geometric mean of {} speed-ups over the strongest library; interval from the ends", n);
  run.measured("geo.speedup_geomean", mean, "x");
  return {};
}

const Experiment kExperiment{
    .name = "geometry",
    .question = "How fast are geometric operations beside the strongest library for each?",
    .claims = {"geo.hyper", "geo.simplex", "geo.hypdist", "geo.hypdist.same", "geo.tensor", "geo.laplace", "geo.10x",
               "geo.build", "geo.star", "geo.poincare", "geo.tucker", "geo.tucker.peak", "geo.convolution", "geo.box"},
    .inputs = {},
    .uses = {{Dependency::Kind::module, "references_o3_native"},
             {Dependency::Kind::module, "references_o3_native_fast"},
             {Dependency::Kind::library, "libopenblas"}},
    .quick_seconds = 8,
    .full_seconds = 30,
    .times_the_host = true,
    .run = run_geometry};

}  // namespace

int main(int argc, char** argv) { return experiment_main(kExperiment, argc, argv); }
