// Asks what happens to vocabulary ids when they are turned into coordinates: are they spread evenly over the chips, how
// many coordinates are there, into how many groups does a batch fall, and how many hops does grouping save?
//
// Claims: sparse.hash, sparse.capacity, sparse.memory, sparse.sparsity, net.batch, net.batch.groups. Maps: base100, the
// decimal split of the source documents (wave 5), and mixed, our bijection (net/sparse/id_map.h).
//
// A map is well distributed over cells if no draw of ids shows that it is not. The value of a configuration is
// therefore the smallest chi-square p-value of all its draws, times the number of draws of all configurations
// (Bonferroni), at most 1: a map that is even falls below 0.01 with a probability below 0.01.
//
// Message-hop model. One requesting chip, drawn again for every batch, looks up a batch of ids on a torus with shortest
// paths. A message of any size that crosses one link counts as one hop. Replies take the requests' paths back, so that
// every count is doubled.
//   random        one request for every id of the batch, repetitions included, straight to the owning chip
//   flat          one request for every distinct owning chip
//   hierarchical  the requester sends one message to a leader in every volume that it needs, the leader sends one for
//                 every book needed there, and that book's leader one for every chapter needed; a leader shares all
//                 other coordinates with its sender
//   multicast     as hierarchical, but messages that leave a leader in the same direction share their links: a ring
//                 costs as many links as its farthest target in either direction
// On the 64x64 torus the levels are row and column. Bytes behave differently: under every scheme a row travels from its
// owner to the requester along a shortest path, so that only removing repetitions saves bytes (row_hop_ratio).
//
// Parameters: batches for the groups (1000 in both modes), ids looked up at every point of the hop table (10^5 quick,
// 10^6 full), chi-square samples (21 quick, 101 full) of 200,000 ids. Tables: groups, hops, pipeline, distribution.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "vtpu/measure/experiment.h"
#include "vtpu/net/machine.h"
#include "vtpu/net/shape.h"
#include "vtpu/net/sparse/id_map.h"

namespace {

using vtpu::Random;
using vtpu::Result;
using vtpu::measure::Cell;
using vtpu::measure::Column;
using vtpu::measure::Estimate;
using vtpu::measure::Run;
using vtpu::measure::Table;
using vtpu::net::Chip;
using vtpu::net::Shape;
using vtpu::net::sparse::SparseCoordinate;
using Ids = std::vector<std::uint64_t>;

constexpr std::uint64_t kVocabulary = 1'000'000'000;  // the source's example
constexpr std::uint64_t kIdsInVolume = 100'000'000;
constexpr int kChips = 4096;
const Shape kCube{16, 16, 16};
const Shape kPlane{64, 64};

struct Map {
  std::string name;
  SparseCoordinate (*coordinate)(std::uint64_t id);
  int first_volume;  // the map's own cells: the volumes x books into which vocabulary ids fall
  int volumes;
  int first_book;
  int books;
};
const std::vector<Map> kMaps = {{"base100", vtpu::net::sparse::base100_coordinate, 0, 10, 0, 100},
                                {"mixed", vtpu::net::sparse::mixed_coordinate, 1, 96, 1, 96}};

Chip chip_of(const Map& map, std::uint64_t id) {
  return Chip(vtpu::net::sparse::owner_chip(map.coordinate(id), kCube));
}

// ---- populations of ids

/// Draws ranks 1..limit with probability proportional to rank^-exponent. Ranks are grouped into classes [2^j, 2^(j+1)).
/// A class is drawn with the weight that it would have if all its ranks weighed as much as its first; a rank is drawn
/// uniformly within the class and accepted with its true weight over the first rank's. The method is exact and needs no
/// logarithm whose last bit could change a rank.
class Zipf {
 public:
  Zipf(double exponent, std::uint64_t limit) : exponent_(exponent), limit_(limit) {
    double total = 0;
    for (std::uint64_t first = 1; first <= limit; first *= 2) {
      total += static_cast<double>(width(first)) * std::pow(static_cast<double>(first), -exponent);
      cumulative_.push_back(total);
    }
  }

  std::uint64_t draw(Random& random) const {
    while (true) {
      const double at = random.unit() * cumulative_.back();
      const auto found = std::upper_bound(cumulative_.begin(), cumulative_.end() - 1, at);
      const std::uint64_t first = 1ULL << (found - cumulative_.begin());
      const std::uint64_t rank = first + random.below(width(first));
      const double weight = std::pow(static_cast<double>(rank) / static_cast<double>(first), -exponent_);
      if (random.unit() < weight) return rank;
    }
  }

 private:
  std::uint64_t width(std::uint64_t first) const { return std::min(2 * first, limit_ + 1) - first; }

  double exponent_;
  std::uint64_t limit_;
  std::vector<double> cumulative_;
};

const Zipf& zipf() {
  static const Zipf sampler(1.05, kVocabulary);
  return sampler;
}

/// `count` ids as a batch requests them, with repetitions. Zipf: the id is the rank minus one, because vocabularies are
/// sorted by frequency.
Ids draw_ids(const std::string& population, std::size_t count, Random& random) {
  Ids ids(count);
  if (population == "sequential") {
    const std::uint64_t begin = random.below(kVocabulary - count);
    for (std::size_t i = 0; i < count; ++i) ids[i] = begin + i;
  } else {
    for (std::uint64_t& id : ids) id = population == "zipf" ? zipf().draw(random) - 1 : random.below(kVocabulary);
  }
  return ids;
}

Ids distinct(Ids ids) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

Estimate mean_with_interval(std::vector<double> samples, const std::string& what) {
  const double n = static_cast<double>(samples.size());
  double sum = 0;
  for (const double sample : samples) sum += sample;
  const double mean = sum / n;
  double squares = 0;
  for (const double sample : samples) squares += (sample - mean) * (sample - mean);
  const double t = boost::math::quantile(boost::math::students_t(n - 1), 0.975);
  const double half = t * std::sqrt(squares / (n - 1) / n);
  Estimate estimate{mean, {mean - half, mean + half}, std::move(samples), 0, what + "; mean, Student t interval"};
  estimate.n = estimate.samples.size();
  return estimate;
}

// ---- distribution

/// Probability of a chi-square value at least this large if all cells were equally likely.
double chi_square_p(const std::vector<int>& counts) {
  double total = 0;
  for (const int count : counts) total += count;
  const double expected = total / static_cast<double>(counts.size());
  double chi_square = 0;
  for (const int count : counts) chi_square += (count - expected) * (count - expected) / expected;
  return boost::math::gamma_q(static_cast<double>(counts.size() - 1) / 2, chi_square / 2);
}

struct Configuration {
  std::string name;
  std::string population;
  bool own_cells;
  std::string method;
};
const std::vector<Configuration> kConfigurations = {
    {"uniform_cells", "uniform", true, "uniform ids over the map's own cells of volume and book"},
    {"uniform_chips", "uniform", false, "uniform ids over 4096 chips, parts folded onto sides of 16"},
    {"sequential_chips", "sequential", false, "a block of consecutive ids over 4096 chips"},
    {"zipf_chips", "zipf", false, "distinct ids of a Zipf(1.05) draw over 4096 chips"}};

std::vector<int> cell_counts(const Map& map, const Configuration& configuration, const Ids& ids) {
  std::vector<int> counts(configuration.own_cells ? static_cast<std::size_t>(map.volumes * map.books) : kChips);
  for (const std::uint64_t id : ids) {
    const SparseCoordinate c = map.coordinate(id);
    const int cell = configuration.own_cells ? (c.parts[0] - map.first_volume) * map.books + c.parts[1] - map.first_book
                                             : vtpu::net::sparse::owner_chip(c, kCube);
    ++counts[static_cast<std::size_t>(cell)];
  }
  return counts;
}

void test_distribution(Run& run) {
  const auto samples = run.parameter<std::size_t>("chi_square.samples", 21, 101);
  const auto ids_each = run.parameter<std::size_t>("chi_square.ids", 200'000);
  const std::size_t tests = samples * kConfigurations.size();
  for (const Configuration& configuration : kConfigurations) {
    std::vector<double> least(kMaps.size(), 1);
    for (std::size_t sample = 0; sample < samples; ++sample) {
      Random random = run.random(1).fork(sample);
      const Ids ids = distinct(draw_ids(configuration.population, ids_each, random));
      for (std::size_t m = 0; m < kMaps.size(); ++m)
        least[m] = std::min(least[m], chi_square_p(cell_counts(kMaps[m], configuration, ids)));
    }
    for (std::size_t m = 0; m < kMaps.size(); ++m) {
      const std::string prefix = kMaps[m].name == "base100" ? "sparse.hash" : "sparse.mixed";
      run.simulated(prefix + ".chi2_p." + configuration.name, std::min(1.0, least[m] * static_cast<double>(tests)), "1",
                    fmt::format("least chi-square p-value of {} samples of {}, {} ids each, times {} tests of the map",
                                samples, configuration.method, ids_each, tests));
    }
  }
  std::vector<int> one_cell(kChips);
  one_cell[0] = static_cast<int>(ids_each);
  run.simulated("sparse.hash.chi2_p.control", chi_square_p(one_cell), "1", "all ids on one chip of 4096");
}

/// How many of the parts first..first+count-1 map to each coordinate of a side of 16.
std::vector<double> fold(int first, int count) {
  std::vector<double> places(16);
  for (int part = first; part < first + count; ++part) {
    places[static_cast<std::size_t>(vtpu::net::sparse::owner_chip({{part, 1, 1, 1, 1}}, Shape{16, 1, 1}))] += 1;
  }
  return places;
}

/// Counts exactly, without sampling, the chips of all 10^9 ids of base100 and of all 96^5 ids of the mixing map.
void count_exactly(Run& run) {
  for (const Map& map : kMaps) {
    const std::vector<double> volumes = fold(map.first_volume, map.volumes);
    const std::vector<double> books = fold(map.first_book, map.books);
    const auto reached = [](const std::vector<double>& places) {
      return static_cast<double>(std::count_if(places.begin(), places.end(), [](double n) { return n > 0; }));
    };
    const auto skew = [](const std::vector<double>& places) {
      double sum = 0;
      for (const double n : places) sum += n;
      return *std::max_element(places.begin(), places.end()) * 16 / sum;
    };
    run.computed("sparse." + map.name + ".chips_reached", reached(volumes) * reached(books) * reached(books), "chips",
                 "chips of 4096 that own at least one id; chapters are mapped like books");
    run.computed("sparse." + map.name + ".chip_skew", skew(volumes) * skew(books) * skew(books), "x",
                 "ids on the fullest chip over the mean of all 4096, for the map's whole range of ids");
  }
}

void tabulate_distribution(Run& run) {
  const auto ids_each = run.parameter<std::size_t>("distribution.ids", 1'000'000);
  Table& table = run.table("distribution", {{"map", "", Column::Source::label},
                                            {"ids", "", Column::Source::label},
                                            {"load_low", "x", Column::Source::computed},
                                            {"load_high", "x", Column::Source::computed},
                                            {"chips", "chips", Column::Source::simulated}});
  for (const std::string population : {"uniform", "zipf"}) {
    Random random = run.random(2).fork(population == "zipf");
    const Ids ids = distinct(draw_ids(population, ids_each, random));
    for (const Map& map : kMaps) {
      const std::vector<int> counts = cell_counts(map, kConfigurations[1], ids);
      const double mean = static_cast<double>(ids.size()) / kChips;
      std::vector<int> chips(26);  // the last bin holds all loads from 2.5 times the mean
      for (const int count : counts) ++chips[std::min<std::size_t>(25, static_cast<std::size_t>(count / mean * 10))];
      for (std::size_t bin = 0; bin < chips.size(); ++bin) {
        const double low = static_cast<double>(bin) / 10;
        const double high = bin < 25 ? low + 0.1 : *std::max_element(counts.begin(), counts.end()) / mean;
        table.add({map.name, population, low, std::max(high, low), static_cast<double>(chips[bin])});
      }
    }
  }
}

// ---- capacity and memory, from the source's own numbers

/// The coordinates that ids reach whose base-100 digits are below `base`, with `digits` of them: the product of the
/// values that each part of the map takes.
double capacity(int digits, std::uint64_t base) {
  double product = 1;
  std::uint64_t weight = 1;
  for (int k = 0; k < digits; ++k, weight *= 100) {
    std::vector<std::uint64_t> values;
    const std::size_t part = vtpu::net::sparse::base100_coordinate(0).parts.size() - 1 - static_cast<std::size_t>(k);
    for (std::uint64_t digit = 0; digit < base; ++digit)
      values.push_back(static_cast<std::uint64_t>(vtpu::net::sparse::base100_coordinate(digit * weight).parts[part]));
    product *= static_cast<double>(distinct(std::move(values)).size());
  }
  return product;
}

/// The share of the ids below kVocabulary whose coordinate has no part of 0. The digits of an id are independent.
double valid_share() {
  double share = 1;
  for (std::uint64_t weight = 1; weight < kVocabulary; weight *= 100) {
    const std::uint64_t digits = std::min<std::uint64_t>(100, kVocabulary / weight);
    double valid = 0;
    for (std::uint64_t digit = 0; digit < digits; ++digit) {
      // All other digits are 1, so that this one decides.
      const std::uint64_t ones = 1'01'01'01'01;
      valid += vtpu::net::sparse::base100_coordinate(ones - weight + digit * weight).valid();
    }
    share *= valid / static_cast<double>(digits);
  }
  return share;
}

void count_capacity(Run& run) {
  const std::string method = "product of the values that each part of the source's map takes, ";
  run.computed("sparse.coordinate_capacity", capacity(5, 100), "coordinates", method + "five digits of base 100");
  run.computed("sparse.coordinate_capacity.four_digits", capacity(4, 100), "coordinates",
               method + "four digits of base 100");
  run.computed("sparse.coordinate_capacity.control", capacity(5, 10), "coordinates",
               method + "ids whose five digits are decimal");
  run.computed("sparse.mixed.capacity", static_cast<double>(vtpu::net::sparse::kMixedIds), "coordinates", "96^5");

  const std::uint64_t example = 847'293'102;
  const std::string printed = "8.47.29/31.02";  // as printed in the source
  const std::string ours = to_string(vtpu::net::sparse::base100_coordinate(example));
  run.computed("sparse.example.matches", ours == printed, "bool",
               "the source prints " + printed + " for id 847293102; its own code gives " + ours);
  run.computed("sparse.base100.invalid_share", 1 - valid_share(), "fraction",
               "share of ids below 10^9 with a part of 0, which no phext coordinate has; exact, part by part");
}

void count_memory(Run& run) {
  const double rows = 1e9;
  const double occupied = 1e6;
  const double row_bytes = 128 * 4;
  const std::string own = " (rows, width and bytes of the source's example)";
  const auto ratio = [&](double used, double bytes) { return rows * row_bytes / (used * bytes); };
  run.computed("sparse.memory_ratio", ratio(occupied, row_bytes), "x", "512 GB over 512 MB" + own);
  run.computed("sparse.memory_ratio.control", ratio(10 * occupied, row_bytes), "x", "ten times as many rows occupied");
  run.computed("sparse.memory_ratio.with_keys", ratio(occupied, row_bytes + 8), "x",
               "including the 8-byte id by which a sparse row is found" + own);
  run.computed("sparse.occupancy", occupied / rows, "fraction", "10^6 occupied of 10^9 rows" + own);
  run.computed("sparse.occupancy.control", 10 * occupied / rows, "fraction", "ten times as many rows occupied");
}

// ---- groups

double expected_groups(double groups, double ids) { return groups * (1 - std::pow(1 - 1 / groups, ids)); }

/// The number of groups (volume, then book, under the source's map) of a batch drawn uniformly from
/// begin..begin+range-1.
double count_groups(std::size_t batch, std::uint64_t begin, std::uint64_t range, Random& random) {
  std::vector<std::uint64_t> groups(batch);
  for (std::uint64_t& group : groups) {
    const SparseCoordinate c = vtpu::net::sparse::base100_coordinate(begin + random.below(range));
    group = static_cast<std::uint64_t>(c.parts[0] * 100 + c.parts[1]);
  }
  return static_cast<double>(distinct(std::move(groups)).size());
}

Estimate estimate_groups(std::size_t batches, std::size_t batch, std::uint64_t range, Random random,
                         const std::string& what) {
  std::vector<double> samples(batches);
  for (double& sample : samples) {
    sample = count_groups(batch, range * random.below(kVocabulary / range), range, random);
  }
  return mean_with_interval(std::move(samples), what);
}

Estimate measure_groups(Run& run) {
  const auto batches = run.parameter<std::size_t>("groups.batches", 1000);
  const std::string group = "distinct (volume, book) of 1000 ids under the base-100 map, ";
  const Estimate claim = estimate_groups(batches, 1000, kVocabulary, run.random(3), group + "uniform over 10^9");
  run.simulated("sparse.batching.groups", claim, "groups");
  run.computed("sparse.batching.groups.expected", expected_groups(1000, 1000), "groups",
               "1000 cells, 1000 ids: 1000 (1 - (1 - 1/1000)^1000)");
  run.simulated("sparse.batching.groups.control",
                estimate_groups(batches, 1000, 2 * kIdsInVolume, run.random(4), group + "all in two volumes"),
                "groups");
  run.simulated("sparse.reading.one_volume_groups",
                estimate_groups(batches, 1000, kIdsInVolume, run.random(5), group + "all in one volume"), "groups");

  Table& table = run.table("groups", {{"batch_size", "ids", Column::Source::label},
                                      {"groups", "groups", Column::Source::simulated},
                                      {"ci_low", "groups", Column::Source::simulated},
                                      {"ci_high", "groups", Column::Source::simulated},
                                      {"expected", "groups", Column::Source::computed},
                                      {"one_volume_expected", "groups", Column::Source::computed}});
  for (const std::size_t batch : {10, 30, 100, 300, 1000, 3000, 10'000}) {
    const Estimate e = estimate_groups(run.quick() ? 100 : 1000, batch, kVocabulary, run.random(6).fork(batch), "");
    const double size = static_cast<double>(batch);
    table.add({size, e.value, e.ci.low, e.ci.high, expected_groups(1000, size), expected_groups(100, size)});
  }
  return claim;
}

// ---- hops

struct Hops {
  double random = 0;
  double flat = 0;
  double hierarchical = 0;
  double multicast = 0;
  double hottest_share = 0;  // share of the batch's lookups at the chip that gets most of them

  Hops& operator+=(const Hops& other) {
    random += other.random;
    flat += other.flat;
    hierarchical += other.hierarchical;
    multicast += other.multicast;
    hottest_share += other.hottest_share;
    return *this;
  }
};

/// Signed steps from one position of a ring to another by the shorter way. Forward is positive and wins ties.
int ring_steps(int from, int to, int side) {
  const int forward = (to - from + side) % side;
  return forward <= side / 2 ? forward : forward - side;
}

int torus_distance(const Shape& torus, Chip from, Chip to) {
  int sum = 0;
  for (int d = 0; d < torus.dimensions(); ++d) {
    sum +=
        std::abs(ring_steps(torus.coordinate_of(from.value(), d), torus.coordinate_of(to.value(), d), torus.side(d)));
  }
  return sum;
}

/// `owners`: the owning chip of every lookup, in any order.
Hops count_hops(const Shape& torus, Chip requester, std::vector<Chip> owners) {
  std::sort(owners.begin(), owners.end());
  Hops hops;
  // The farthest needed position in each direction on the ring along which the present leader of each level sends.
  std::array<int, vtpu::net::kMaxDimensions> ahead{};
  std::array<int, vtpu::net::kMaxDimensions> behind{};
  const auto leave_ring = [&](int level) {
    const auto at = static_cast<std::size_t>(level);
    hops.multicast += ahead[at] - behind[at];
    ahead[at] = behind[at] = 0;
  };
  Chip previous = Chip::none();
  for (std::size_t begin = 0, end = 0; begin < owners.size(); begin = end) {
    const Chip owner = owners[begin];
    while (end < owners.size() && owners[end] == owner) ++end;
    const double lookups = static_cast<double>(end - begin);
    const double distance = torus_distance(torus, requester, owner);
    hops.random += lookups * distance;
    hops.flat += distance;
    hops.hottest_share = std::max(hops.hottest_share, lookups / static_cast<double>(owners.size()));
    bool entered = !previous.valid();
    for (int level = 0; level < torus.dimensions(); ++level) {
      if (!entered && owner.value() / torus.stride(level) == previous.value() / torus.stride(level)) continue;
      if (entered && level > 0) leave_ring(level);
      entered = true;
      const auto at = static_cast<std::size_t>(level);
      const int steps = ring_steps(torus.coordinate_of(requester.value(), level),
                                   torus.coordinate_of(owner.value(), level), torus.side(level));
      hops.hierarchical += std::abs(steps);
      ahead[at] = std::max(ahead[at], steps);
      behind[at] = std::min(behind[at], steps);
    }
    previous = owner;
  }
  for (int level = 0; level < torus.dimensions(); ++level) leave_ring(level);
  hops.random *= 2;  // requests and replies
  hops.flat *= 2;
  hops.hierarchical *= 2;
  hops.multicast *= 2;
  return hops;
}

struct Point {
  Hops sum;
  std::vector<double> hierarchical_ratio;  // of every batch in which at least one message moved
  std::vector<double> multicast_ratio;
  std::vector<double> flat_ratio;
  double rows = 0;           // row-hops of replies with repetitions …
  double distinct_rows = 0;  // … and without

  void add(const Hops& hops) {
    sum += hops;
    if (hops.random == 0) return;
    hierarchical_ratio.push_back(hops.random / hops.hierarchical);
    multicast_ratio.push_back(hops.random / hops.multicast);
    flat_ratio.push_back(hops.random / hops.flat);
  }
};

struct Network {
  std::string name;
  const Shape* torus;
};
const std::vector<Network> kNetworks = {{"torus 16x16x16", &kCube}, {"torus 64x64", &kPlane}};

/// Every map on every network, over the same batches; indexed [map][network].
std::vector<std::vector<Point>> run_batches(const std::string& population, std::size_t batch, std::size_t batches,
                                            Random random) {
  std::vector<std::vector<Point>> points(kMaps.size(), std::vector<Point>(kNetworks.size()));
  for (std::size_t b = 0; b < batches; ++b) {
    const Ids ids = draw_ids(population, batch, random);
    const Ids once = distinct(ids);
    const Chip requester(static_cast<int>(random.below(kChips)));
    for (std::size_t m = 0; m < kMaps.size(); ++m) {
      std::vector<Chip> owners(ids.size());
      for (std::size_t i = 0; i < ids.size(); ++i) owners[i] = chip_of(kMaps[m], ids[i]);
      for (std::size_t n = 0; n < kNetworks.size(); ++n) {
        Point& point = points[m][n];
        const Shape& torus = *kNetworks[n].torus;
        const Hops hops = count_hops(torus, requester, owners);
        point.add(hops);
        point.rows += hops.random / 2;
        for (const std::uint64_t id : once) {
          point.distinct_rows += torus_distance(torus, requester, chip_of(kMaps[m], id));
        }
      }
    }
  }
  return points;
}

void record_claimed_batch(Run& run, const std::vector<std::vector<Point>>& points) {
  const std::string of = " message-hops of 1000 uniform ids, requests and replies, torus 16x16x16; ";
  const Point& source = points[0][0];
  const Point& mixed = points[1][0];
  run.simulated("sparse.batching.hop_ratio",
                mean_with_interval(source.hierarchical_ratio, "random over hierarchical" + of + "base-100 map"), "x");
  run.simulated("sparse.batching.hop_ratio.mixed",
                mean_with_interval(mixed.hierarchical_ratio, "random over hierarchical" + of + "mixing map"), "x");
  run.simulated("sparse.batching.hop_ratio.multicast",
                mean_with_interval(source.multicast_ratio, "random over multicast" + of + "base-100 map"), "x");
  run.simulated("sparse.batching.hop_ratio.flat",
                mean_with_interval(source.flat_ratio, "random over flat batched" + of + "base-100 map"), "x");
  run.simulated("sparse.batching.row_hop_ratio", source.rows / source.distinct_rows, "x",
                "row-hops with repetitions over row-hops without, which is what batching saves in bytes; base-100 map");
}

void measure_hops(Run& run) {
  const auto budget = run.parameter<std::size_t>("hops.ids_per_point", 100'000, 1'000'000);
  Table& table = run.table("hops", {{"topology", "", Column::Source::label},
                                    {"map", "", Column::Source::label},
                                    {"ids", "", Column::Source::label},
                                    {"batch_size", "ids", Column::Source::label},
                                    {"batches", "batches", Column::Source::label},
                                    {"random", "hops", Column::Source::simulated},
                                    {"flat", "hops", Column::Source::simulated},
                                    {"hierarchical", "hops", Column::Source::simulated},
                                    {"multicast", "hops", Column::Source::simulated},
                                    {"ratio", "x", Column::Source::simulated},
                                    {"ratio_low", "x", Column::Source::simulated},
                                    {"ratio_high", "x", Column::Source::simulated},
                                    {"multicast_ratio", "x", Column::Source::simulated},
                                    {"row_hop_ratio", "x", Column::Source::simulated},
                                    {"hottest_share", "fraction", Column::Source::simulated}});
  for (const std::string population : {"uniform", "zipf"}) {
    for (const std::size_t batch : {10, 30, 100, 300, 1000, 3000, 10'000, 30'000, 100'000}) {
      const std::size_t batches = std::clamp<std::size_t>(budget / batch, 5, 1000);
      const auto points =
          run_batches(population, batch, batches, run.random(7).fork(batch * 2 + (population == "zipf")));
      if (population == "uniform" && batch == 1000) record_claimed_batch(run, points);
      for (std::size_t n = 0; n < kNetworks.size(); ++n) {
        for (std::size_t m = 0; m < kMaps.size(); ++m) {
          const Point& p = points[m][n];
          const double count = static_cast<double>(batches);
          const Estimate ratio = mean_with_interval(p.hierarchical_ratio, "");
          const Estimate multicast = mean_with_interval(p.multicast_ratio, "");
          table.add({kNetworks[n].name, kMaps[m].name, population, static_cast<double>(batch), count,
                     p.sum.random / count, p.sum.flat / count, p.sum.hierarchical / count, p.sum.multicast / count,
                     ratio.value, ratio.ci.low, ratio.ci.high, multicast.value, p.rows / p.distinct_rows,
                     p.sum.hottest_share / count});
        }
      }
    }
  }
  const Point pairs = run_batches("uniform", 2, 1000, run.random(8))[0][0];
  run.simulated(
      "sparse.batching.hop_ratio.control",
      mean_with_interval(pairs.hierarchical_ratio,
                         "random over hierarchical hops of batches of two ids, where there is little to group"),
      "x");
}

void follow_source_arithmetic(Run& run, const Estimate& groups) {
  const double random = 1000 * 10;
  const auto batched = [](double group_count) { return group_count * 3 + 1000 * 1; };
  run.computed("sparse.batching.source_arithmetic", random / batched(100), "x",
               "the source's arithmetic: 1000 x 10 hops over 100 groups x 3 hops + 1000 x 1 hop");
  const std::string method = "the source's formula with the number of groups counted here instead of its 100";
  run.simulated("sparse.reading.source_formula_real_groups", random / batched(groups.value), "x", method);
}

// ---- example

/// A small skewed batch that includes the source's example id, in sending order.
void tabulate_pipeline(Run& run) {
  Table& table = run.table("pipeline", {{"id", "", Column::Source::label},
                                        {"lookups", "ids", Column::Source::computed},
                                        {"base100", "", Column::Source::label},
                                        {"mixed", "", Column::Source::label},
                                        {"group", "", Column::Source::label},
                                        {"chip", "", Column::Source::label}});
  Random random = run.random(9);
  Ids ids = {847'293'102};
  while (distinct(ids).size() < 12) ids.push_back(zipf().draw(random) - 1);
  std::map<std::pair<SparseCoordinate, std::uint64_t>, int> lookups;  // in the order of coordinates
  for (const std::uint64_t id : ids) ++lookups[{vtpu::net::sparse::mixed_coordinate(id), id}];
  for (const auto& [key, count] : lookups) {
    const auto& [coordinate, id] = key;
    const vtpu::net::Coordinates place = kCube.coordinates_of(vtpu::net::sparse::owner_chip(coordinate, kCube));
    const vtpu::net::ChipAddress chip{place[0] + 1, place[1] + 1, place[2] + 1, 1, 1};
    table.add({std::to_string(id), static_cast<double>(count), to_string(vtpu::net::sparse::base100_coordinate(id)),
               to_string(coordinate), fmt::format("{}.{}", coordinate.parts[0], coordinate.parts[1]), to_string(chip)});
  }
}

Result<void> run_sparse_ids(Run& run) {
  count_capacity(run);
  count_memory(run);
  count_exactly(run);
  test_distribution(run);
  tabulate_distribution(run);
  follow_source_arithmetic(run, measure_groups(run));
  measure_hops(run);
  tabulate_pipeline(run);
  return {};
}

const vtpu::measure::Experiment kExperiment{
    .name = "sparse-ids",
    .question = "Do coordinates spread vocabulary ids evenly, and how many hops does grouping a batch save?",
    .claims = {"sparse.hash", "sparse.capacity", "sparse.memory", "sparse.sparsity", "net.batch", "net.batch.groups"},
    .inputs = {},
    .quick_seconds = 3,
    .full_seconds = 12,
    .times_the_host = false,
    .run = run_sparse_ids};

}  // namespace

int main(int argc, char** argv) { return vtpu::measure::experiment_main(kExperiment, argc, argv); }
