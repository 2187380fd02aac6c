// Asks what it costs to find a value by coordinate: in the project's own hash table, in std::unordered_map, in
// absl::flat_hash_map, and by computing the index in a dense box.
//
// Keys are distinct 128-bit packed coordinates scattered over all axes; values have 64 bits. All lookups hit, are in
// random order, and do not depend on each other. The tables are filled once, and every sampling process reads them.
// Every answer is checked before anything is timed, and each alternative runs once untimed right before it is timed.
// absl is timed with its own hash and with the project's. `batched` passes many keys to the table at once.
//
// Dense: a box of four axes, row-major, Morton and Hilbert. `floor` reads the same cells with their indices
// precomputed.
//
// Regions: the index in which the page table finds the region of a coordinate, by the number of regions, for families
// of boxes (study/access/region_families.h). Queries lie in boxes. `scan` compares the coordinate with each box in turn
// until one has it.
//
// Laplacian: the program laplacian_sparse as phextcc compiles it at tier 3, in time for each point, and the same
// algorithm in C++ with one entry of a hash map for each cell: 22 look-ups and the cell itself. `over_absl` divides the
// program's time by that of absl::flat_hash_map with its own hash. The packaged Boost (1.74) has no unordered_flat_map.
//
// Needs 4 GiB of memory in full mode. Parameters: entries (2^20 in both modes, 2^24 in full), lookups 2^18 (2^12 of
// regions), regions (20,000 in quick mode, 100,000 in full). No claim. Outputs: keys vtpu.lookup.*; tables lookup,
// regions.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <memory>

#include "vtpu/base/check.h"
#include "vtpu/kernels/programs/program.h"
#include "vtpu/measure/experiment.h"
#include "vtpu/measure/progress.h"
#include "vtpu/measure/quiet.h"
#include "vtpu/measure/sampler.h"
#include "vtpu/memory/box_index.h"
#include "vtpu/memory/region.h"
#include "vtpu/memory/region_index.h"
#include "vtpu/study/access/lookup_tables.h"
#include "vtpu/study/access/region_families.h"
#include "vtpu/study/programs/program_run.h"

namespace {

using namespace vtpu::measure;
using namespace vtpu::study::access;
using vtpu::Result;
using vtpu::memory::BoxIndex;
using vtpu::memory::Layout;
using vtpu::memory::RegionSpec;
using vtpu::phext::Axis;
using Source = Column::Source;

constexpr std::size_t kLookups = std::size_t{1} << 18, kRegionLookups = std::size_t{1} << 12;

struct Setting {
  std::string name;
  std::uint64_t entries;
};

template <class Table>
std::shared_ptr<Table> filled(std::uint64_t entries) {
  auto table = std::make_shared<Table>(entries);
  for (std::uint64_t i = 0; i < entries; ++i) table->insert(key(i), i);
  return table;
}

struct Queries {
  std::vector<PackedCoordinate> at;
  std::vector<std::uint64_t> expected;
};

template <class Table>
Alternative single(std::string name, const Queries& queries, std::shared_ptr<Table> table) {
  for (std::size_t i = 0; i < kLookups; ++i)
    VTPU_CHECK(table->find(queries.at[i]) == queries.expected[i], "every key is found");
  return {std::move(name),
          kLookups,
          [table, &queries] {
            std::uint64_t sum = 0;
            for (const PackedCoordinate& c : queries.at) sum += table->find(c);
            keep(sum);
          },
          {}};
}

Alternative batched(std::string name, const Queries& queries, std::shared_ptr<OurMap> table) {
  const auto values = std::make_shared<std::vector<std::uint64_t>>(kLookups);
  table->map.find(queries.at, *values, kAbsent);
  VTPU_CHECK(*values == queries.expected, "every key is found");
  return {std::move(name), kLookups, [table, values, &queries] { table->map.find(queries.at, *values, kAbsent); }, {}};
}

/// A box over four axes with equal sides.
RegionSpec box_of(Layout layout, std::uint32_t side) {
  RegionSpec spec;
  spec.layout = layout;
  for (const Axis axis : {Axis::book, Axis::scroll, Axis::line, Axis::column}) {
    spec.mask |= 1u << (PackedCoordinate::kAxes - 1 - static_cast<std::size_t>(axis));
    spec.first = spec.first.with(axis, 64);
    spec.last = spec.last.with(axis, 64 + side - 1);
  }
  return spec;
}

void add_dense(std::vector<Alternative>& alternatives, std::vector<std::unique_ptr<Queries>>& queries,
               vtpu::Random random) {
  constexpr std::uint32_t kSide = 32;
  constexpr std::pair<const char*, Layout> kLayouts[] = {
      {"row_major", Layout::row_major}, {"morton", Layout::morton}, {"hilbert", Layout::hilbert}};
  const auto cells = std::make_shared<std::vector<std::uint64_t>>(std::size_t{1} << 20);
  for (std::size_t i = 0; i < cells->size(); ++i) (*cells)[i] = vtpu::mix64(i);
  for (const auto& [name, layout] : kLayouts) {
    const auto index = std::make_shared<BoxIndex>(*BoxIndex::make(box_of(layout, kSide)));
    auto& own = *queries.emplace_back(std::make_unique<Queries>());
    for (std::size_t i = 0; i < kLookups; ++i) {
      own.expected.push_back(random.below(index->cells()));
      own.at.push_back(index->coordinate(own.expected.back()));
      VTPU_CHECK(index->find(own.at.back()) == own.expected.back(), "a coordinate's cell is found");
    }
    alternatives.push_back({fmt::format("dense 1M box_{}", name),
                            kLookups,
                            [index, cells, &own] {
                              std::uint64_t sum = 0;
                              for (const PackedCoordinate& c : own.at) sum += (*cells)[index->find(c)];
                              keep(sum);
                            },
                            {}});
    if (layout != Layout::row_major) continue;
    alternatives.push_back({"dense 1M floor",
                            kLookups,
                            [cells, &own] {
                              std::uint64_t sum = 0;
                              for (const std::uint64_t i : own.expected) sum += (*cells)[i];
                              keep(sum);
                            },
                            {}});
  }
}

/// An index of boxes. All have one region, since only finding it is timed.
struct IndexedBoxes {
  vtpu::memory::Quota quota{vtpu::memory::kRegionBytes};
  std::unique_ptr<vtpu::memory::Region> region;
  vtpu::memory::RegionIndex index;
  std::vector<Box> boxes;
  std::vector<PackedCoordinate> at;  ///< to look up
  double visited = 0;                ///< nodes of the index, the mean over these

  IndexedBoxes(const RegionFamily& family, std::size_t count, vtpu::Random random) {
    RegionSpec any;
    any.layout = Layout::sparse;
    region = vtpu::memory::make_sparse(1, any, quota);
    std::uint64_t nodes = 0;
    for (const Box& box : family.make(count))
      if (family.disjoint || !index.overlaps(box, nodes)) {
        index.insert(box, *region, false);
        boxes.push_back(box);
      }
    nodes = 0;
    for (std::size_t i = 0; i < kRegionLookups; ++i) {
      at.push_back(families::any_in(boxes[random.below(boxes.size())], random));
      VTPU_CHECK(index.find(at.back(), nodes) == region.get(), "every coordinate is in a box");
    }
    visited = static_cast<double>(nodes) / kRegionLookups;
  }
};

/// The time to find the region of a coordinate, by family and number of regions.
Result<void> look_up_regions(Run& run) {
  Table& table = run.table("regions", {{"family", "", Source::label},
                                       {"regions", "1", Source::label},
                                       {"nodes", "1", Source::computed},
                                       {"time", "ns", Source::measured},
                                       {"low", "ns", Source::measured},
                                       {"high", "ns", Source::measured}});
  const auto largest = run.parameter<std::size_t>("most_regions", 20000, 100000);
  constexpr std::size_t kMostCrossing = 5000;  // to check that one more overlaps none takes as long as to visit many
  std::vector<Alternative> alternatives;
  std::vector<std::string> families;
  std::vector<std::shared_ptr<IndexedBoxes>> all;
  for (const RegionFamily& family : kRegionFamilies)
    for (const std::size_t most : {std::size_t{10}, std::size_t{1000}, largest}) {
      const std::size_t count = family.disjoint ? most : std::min(most, kMostCrossing);
      const auto boxes = all.emplace_back(std::make_shared<IndexedBoxes>(family, count, run.random(300 + all.size())));
      families.push_back(family.name);
      alternatives.push_back({fmt::format("{}.{}", family.name, count),
                              kRegionLookups,
                              [boxes] {
                                std::uint64_t visited = 0;
                                for (const PackedCoordinate& c : boxes->at) keep(boxes->index.find(c, visited));
                              },
                              {}});
    }
  for (std::size_t i = 0; i < 3; ++i) {  // of the first family
    families.emplace_back("scan");
    const auto boxes = all.emplace_back(all[i]);
    const std::size_t lookups = i < 2 ? kRegionLookups / 16 : 16;
    alternatives.push_back({fmt::format("scan.{}", boxes->boxes.size()),
                            static_cast<double>(lookups),
                            [boxes, lookups] {
                              for (std::size_t k = 0; k < lookups; ++k) {
                                const PackedCoordinate c = boxes->at[k];
                                keep(std::find_if(boxes->boxes.begin(), boxes->boxes.end(),
                                                  [&](const Box& box) { return box.contains(c); }));
                              }
                            },
                            {}});
  }
  for (Alternative& one : alternatives) one.prepare = one.run;
  SamplingRule rule;
  rule.least = rule.most = 10;
  rule.rounds = 1;
  rule.seconds = 20;
  rule.seed = run.random(299).next();
  const auto sampled = sample_in_processes(
      run, [&] { return alternatives; }, rule);
  if (!sampled) return sampled.error();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Estimate ns = (*sampled)[i].ns_per_unit();
    run.measured("vtpu.lookup.regions." + alternatives[i].name, ns, "ns");
    const bool scans = families[i] == "scan";
    table.add({families[i], static_cast<double>(all[i]->boxes.size()),
               scans ? Cell(std::string("-")) : Cell(all[i]->visited), ns.value, ns.ci.low, ns.ci.high});
  }
  return {};
}

/// The sparse tensor of the program laplacian_sparse in a hash map, and the same work as one repetition of it.
template <class Map>
struct HashedLaplacian {
  Map map;
  PackedCoordinate first;
  std::array<std::uint32_t, 3> sides;  ///< scrolls, lines, columns
  std::vector<double> flow;
  std::vector<std::int64_t> apart;

  HashedLaplacian(std::span<const double> u, std::array<std::uint32_t, 3> sides_of_points)
      : map(u.size()), sides(sides_of_points) {
    first = PackedCoordinate::parse("1.1.1/1.1.1/9.1.1").value();
    std::array<std::uint32_t, PackedCoordinate::kAxes> side;
    side.fill(2);
    std::copy(sides.begin(), sides.end(), side.end() - 3);
    for (std::size_t i = 0; i < u.size(); ++i) {
      PackedCoordinate c = first;
      std::size_t rest = i;
      for (std::size_t k = side.size(); k-- > 0; rest /= side[k]) {
        const auto axis = static_cast<Axis>(k);
        c = c.with(axis, first.get(axis) + static_cast<std::uint32_t>(rest % side[k]));
      }
      map.insert(c, std::bit_cast<std::uint64_t>(u[i]));
    }
    flow.resize(std::size_t{sides[0]} * sides[1] * sides[2]);
    apart.resize(flow.size());
  }
  void run() {
    std::size_t i = 0;
    for (std::uint32_t s = 0; s < sides[0]; ++s)
      for (std::uint32_t l = 0; l < sides[1]; ++l)
        for (std::uint32_t k = 0; k < sides[2]; ++k, ++i) {
          const PackedCoordinate c = first.with(Axis::scroll, first.get(Axis::scroll) + s)
                                         .with(Axis::line, first.get(Axis::line) + l)
                                         .with(Axis::column, first.get(Axis::column) + k);
          flow[i] = at(c);
          apart[i] = vtpu::phext::hamming_distance(first, c);
        }
  }
  double at(PackedCoordinate c) const {
    const double here = std::bit_cast<double>(map.find(c));
    double sum = 0;
    auto unit = static_cast<PackedCoordinate::Bits>(1) << 110;
    for (std::size_t a = 0; a < PackedCoordinate::kAxes; ++a, unit >>= PackedCoordinate::kAxisBits) {
      const std::uint32_t number = c.get(static_cast<Axis>(a));
      const auto add = [&](PackedCoordinate::Bits bits) {
        const std::uint64_t there = map.find(PackedCoordinate::from_bits(bits));
        if (there != kAbsent) sum += std::bit_cast<double>(there) - here;
      };
      if (number > 0) add(c.bits() - unit);
      if (number < PackedCoordinate::kMax) add(c.bits() + unit);
    }
    return sum;
  }
};

template <class Map>
Alternative hashed(std::string name, std::span<const std::span<std::byte>> tensors, std::array<std::uint32_t, 3> sides,
                   std::uint64_t repeat) {
  const auto numbers = [&](std::size_t i) {
    return std::span(reinterpret_cast<const double*>(tensors[i].data()), tensors[i].size() / sizeof(double));
  };
  const auto made = std::make_shared<HashedLaplacian<Map>>(numbers(2), sides);
  made->run();
  VTPU_CHECK(std::equal(made->flow.begin(), made->flow.end(), numbers(0).begin()), "both have the same Laplacian");
  VTPU_CHECK(std::memcmp(made->apart.data(), tensors[1].data(), tensors[1].size()) == 0, "and the same distances");
  return {std::move(name),
          static_cast<double>(made->flow.size() * repeat),
          [made, repeat] {
            for (std::uint64_t k = 0; k < repeat; ++k) {
              made->run();
              keep(made->flow.data());
            }
          },
          {}};
}

/// The program laplacian_sparse at tier 3, and the same algorithm in C++ over hash maps.
Result<void> laplacians(Run& run) {
  const auto& program = *vtpu::kernels::find_program("laplacian_sparse");
  for (std::size_t size = 0; size < 2; ++size) {
    auto parameters = program.sizes[size].parameters;
    const auto side = [&](const char* name) { return static_cast<std::uint32_t>(parameters.at(name)); };
    const std::array<std::uint32_t, 3> sides{side("scrolls"), side("lines"), side("columns")};
    const std::uint64_t points = std::uint64_t{sides[0]} * sides[1] * sides[2], repeat = 2000 / points;
    parameters["repeat"] = static_cast<std::int64_t>(repeat);
    vtpu::compiler::Options options;
    options.machine = vtpu::compiler::MachineModel::reference();
    auto compiled = vtpu::study::programs::ProgramRun::compiled(program, parameters, options,
                                                                vtpu::study::engines::Runnable::By::native);
    if (!compiled) return compiled.error();
    const auto ours = std::make_shared<vtpu::study::programs::ProgramRun>(std::move(*compiled));
    ours->fill(1);
    if (const auto ran = ours->run(); !ran) return ran.error();
    const auto tensors = ours->tensors();
    std::vector<Alternative> alternatives;
    alternatives.push_back({"phextcc",
                            static_cast<double>(points * repeat),
                            [ours] { VTPU_CHECK(ours->run().ok(), "the program halts"); },
                            {}});
    for (auto one : {hashed<AbslOwnHash>("absl", tensors, sides, repeat),
                     hashed<AbslProjectHash>("absl_project_hash", tensors, sides, repeat),
                     hashed<StdMap>("std", tensors, sides, repeat)})
      alternatives.push_back(std::move(one));
    for (Alternative& one : alternatives) one.prepare = one.run;
    SamplingRule rule;
    rule.least = rule.most = 10;
    rule.rounds = 1;
    rule.seconds = 20;
    rule.seed = run.random(400 + size).next();
    const auto sampled = sample_in_processes(
        run, [&] { return alternatives; }, rule);
    if (!sampled) return sampled.error();
    const std::string prefix = size == 0 ? "vtpu.lookup.laplacian.l1." : "vtpu.lookup.laplacian.l2.";
    for (const Sampled& one : *sampled) run.measured(prefix + one.name, one.ns_per_unit(), "ns");
    run.measured(prefix + "over_absl",
                 estimate_ratio((*sampled)[0].ns_per_unit().samples, (*sampled)[1].ns_per_unit().samples), "x");
  }
  return {};
}

Result<void> run_lookup(Run& run) {
  warn_of_disturbance("mem-lookup");
  std::vector<Setting> settings{{"1M", std::uint64_t{1} << 20}};
  if (!run.quick()) settings.push_back({"16M", std::uint64_t{1} << 24});
  run.parameter<std::uint64_t>("largest_table", settings.front().entries, std::uint64_t{1} << 24);
  Progress progress("mem-lookup", settings.size() + 3);
  Table& table = run.table("lookup", {{"kind", "", Source::label},
                                      {"entries", "", Source::label},
                                      {"way", "", Source::label},
                                      {"time", "ns", Source::measured},
                                      {"low", "ns", Source::measured},
                                      {"high", "ns", Source::measured}});
  const auto sample = [&](std::vector<Alternative> alternatives, std::uint64_t stream) -> Result<void> {
    // Each alternative runs once untimed right before it is timed, so that data that fit a cache are in it whichever
    // alternative ran before.
    for (Alternative& one : alternatives) one.prepare = one.run;
    SamplingRule rule;
    rule.least = rule.most = run.quick() ? kQuickProcesses : 20;
    rule.rounds = run.quick() ? 1 : 3;
    rule.seconds = 60;
    rule.seed = run.random(stream).next();
    const auto all = sample_in_processes(
        run, [&] { return alternatives; }, rule);
    if (!all) return all.error();
    const Sampled* ours = nullptr;
    for (const Sampled& one : *all) {
      const Estimate ns = one.ns_per_unit();
      std::string name = one.name;
      std::replace(name.begin(), name.end(), ' ', '.');
      run.measured("vtpu.lookup." + name, ns, "ns");
      const std::size_t first = one.name.find(' '), second = one.name.rfind(' ');
      table.add({one.name.substr(0, first), one.name.substr(first + 1, second - first - 1), one.name.substr(second + 1),
                 ns.value, ns.ci.low, ns.ci.high});
      if (one.name.ends_with(" batched")) ours = &one;
    }
    if (ours == nullptr) return {};
    const std::string prefix = ours->name.substr(0, ours->name.rfind(' ') + 1);
    for (const Sampled& one : *all)
      if (one.name.starts_with(prefix) && &one != ours) {
        std::string name = one.name;
        std::replace(name.begin(), name.end(), ' ', '.');
        run.measured("vtpu.lookup.over_batched." + name,
                     estimate_ratio(one.ns_per_unit().samples, ours->ns_per_unit().samples), "x");
      }
    return {};
  };
  std::uint64_t stream = 1;
  for (const Setting& setting : settings) {
    vtpu::Random random = run.random(100 + stream);
    Queries queries;
    for (std::size_t i = 0; i < kLookups; ++i) {
      queries.expected.push_back(random.below(setting.entries));
      queries.at.push_back(key(queries.expected.back()));
    }
    std::vector<Alternative> alternatives;
    const std::string prefix = "sparse " + setting.name + " ";
    const auto ours = filled<OurMap>(setting.entries);
    alternatives.push_back(batched(prefix + "batched", queries, ours));
    alternatives.push_back(single(prefix + "single", queries, ours));
    alternatives.push_back(single(prefix + "std", queries, filled<StdMap>(setting.entries)));
    alternatives.push_back(single(prefix + "absl", queries, filled<AbslOwnHash>(setting.entries)));
    alternatives.push_back(single(prefix + "absl_project_hash", queries, filled<AbslProjectHash>(setting.entries)));
    if (auto done = sample(alternatives, stream++); !done) return done;
    progress.step("next size");
  }
  std::vector<Alternative> dense;
  std::vector<std::unique_ptr<Queries>> dense_queries;
  add_dense(dense, dense_queries, run.random(200));
  if (auto done = sample(dense, stream); !done) return done;
  progress.step("regions");
  if (auto done = look_up_regions(run); !done) return done;
  progress.step("laplacian");
  if (auto done = laplacians(run); !done) return done;
  progress.step("");
  return {};
}

const Experiment kExperiment{.name = "mem-lookup",
                             .question = "What does it cost to find a value by its coordinate?",
                             .claims = {},
                             .inputs = {},
                             .quick_seconds = 15,
                             .full_seconds = 60,
                             .times_the_host = true,
                             .run = run_lookup};

}  // namespace

int main(int argc, char** argv) { return vtpu::measure::experiment_main(kExperiment, argc, argv); }
