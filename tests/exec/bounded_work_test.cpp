// Is the work of a word bounded for each unit of its fuel, whatever the machine holds? The fuel that a word takes is
// compared with the number of items that it goes through; one test measures time, with a wide margin.
#include <fmt/core.h>

#include <chrono>
#include <ctime>

#include "both_engines.h"
#include "places.h"
#include "vtpu/study/access/region_families.h"

namespace vtpu::exec {
namespace {

constexpr std::uint64_t kMuchFuel = 1 << 22;
using Given = std::function<void(Machine&, Context&)>;

/// The regions that a test makes lie in other sections than what it accesses, each in the first column of a line.
void make_regions(Machine& machine, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const PackedCoordinate c =
        at(1 + static_cast<std::uint32_t>(i % 2000), 1).with(Axis::section, 100 + static_cast<std::uint32_t>(i / 2000));
    allocate(machine, c, c.with(Axis::column, 2), 3, memory::Layout::sparse);
  }
}

/// The fuel that the program's words take, on every engine.
std::uint64_t fuel_of(const std::string& text, const Given& given, Status expected = Status::halted) {
  const Engines engines(text);
  std::optional<std::uint64_t> taken;
  for (const NamedEngine& engine : engines) {
    auto machine = std::make_unique<Machine>();
    Context& sentron = machine->spawn(kMuchFuel);
    given(*machine, sentron);
    EXPECT_EQ(engine.engine->run(*machine, sentron), expected) << engine.name << ": " << sentron.trap.message();
    const std::uint64_t here = kMuchFuel - sentron.fuel;
    if (taken) {
      EXPECT_EQ(here, *taken) << engine.name;
    }
    taken = here;
  }
  return *taken;
}

TEST(BoundedWork, ALookUpTakesNoFuelForRegionsThatPlanesSeparate) {
  for (const std::size_t regions : {0u, 62u, 640u, 4000u}) {
    const auto given = [&](Machine& m, Context& c) {
      make_regions(m, regions);
      make_row(m);
      c.p[0].coordinate = c.p[1].coordinate = at(1, 1);
    };
    SCOPED_TRACE(fmt::format("{} regions", regions));
    EXPECT_EQ(fuel_of("  sgather.i64 r1, [p0]\n  sgather.i64 r1, [p0 + 8]\n  sscattr.i64 r1, [p1]\n  dhalt\n", given),
              4u);
    EXPECT_EQ(fuel_of("  sgather.x16 v1, [p0 + v0*4]\n  sgather.x16 v1, [p0 + v0*4]\n  dhalt\n", given), 3u);
    EXPECT_EQ(fuel_of("  sgatherc.i64 r1, [p0 @ column r2]\n  sscattrc.i64 r1, [p0 @ column r2]\n  dhalt\n", given),
              3u);
    EXPECT_EQ(fuel_of("  slaplace r1, p0\n  dhalt\n", given), 2u);
    EXPECT_EQ(fuel_of("  shyper.next p2, r1, p0, 0\n  dhalt\n", given), 2u);
    EXPECT_EQ(fuel_of("  sindex p1, p0, line, #1\n  sindex p2, p1, column, #3\n  salloc r1, p1, p2, column, cell=8, "
                      "layout=row_major\n  dhalt\n",
                      given),
              4u);
  }
}

TEST(BoundedWork, AnAllocationAndALookUpTakeFuelForTheNodesThatTheyVisit) {
  // Boxes that nearly every plane cuts. The corners of one more are in p0 and p1.
  std::vector<memory::RegionSpec> specs;
  for (const memory::Box& box : study::access::families::crossing(3000)) {
    memory::RegionSpec spec;
    spec.layout = memory::Layout::sparse;
    spec.first = box.first, spec.last = box.last, spec.mask = 0x7ff;
    specs.push_back(spec);
  }
  std::uint64_t for_allocation = 0, for_look_up = 0;
  const auto given = [&](Machine& m, Context& c) {
    for (std::size_t i = 1; i < specs.size(); ++i) m.memory().allocate(specs[i]);  // few overlap others
    for_allocation = 0;
    EXPECT_EQ(m.memory().check_allocation(specs[0], for_allocation), std::nullopt);
    c.p[0].coordinate = specs[0].first, c.p[1].coordinate = specs[0].last;
    c.p[2].coordinate = specs[1].first;
    for_look_up = m.memory().look_up_items(specs[1].first, 1);
  };
  const std::string all = "library+shelf+series+collection+volume+book+chapter+section+scroll+line+column";
  const std::uint64_t fuel = fuel_of("  salloc r1, p0, p1, " + all + ", cell=8, layout=sparse\n  dhalt\n", given);
  EXPECT_EQ(fuel, 2 + for_allocation / 64);
  EXPECT_GT(for_allocation, 128u);
  EXPECT_EQ(fuel_of("  sgatherc.i64 r1, [p2 @ column r2]\n  dhalt\n", given), 2 + for_look_up / 64);
  EXPECT_GT(for_look_up, 0u);
  EXPECT_LT(for_look_up, 100u);
}

TEST(BoundedWork, ASearchTakesFuelForTheCellsAndNodesThatItVisits) {
  for (const std::size_t regions : {10u, 63u, 640u}) {
    const auto given = [&](Machine& m, Context& c) {
      make_row(m);
      make_regions(m, regions);
      c.p[0].coordinate = at(1, 1);
      for (std::size_t i = 0; i < regions; ++i)
        poke(m, at(1 + static_cast<std::uint32_t>(i % 2000), 1).with(Axis::section, 100), std::uint64_t{1});
    };
    const std::uint64_t fuel = fuel_of("  shyper r1, p0, 0\n  dhalt\n", given);
    EXPECT_GE(fuel, 2 + (128 + 2 * regions) / 64);
    EXPECT_LE(fuel, 2 + (128 + 3 * regions) / 64) << "at most one node for each region";
  }
}

TEST(BoundedWork, AReceiveByTemperatureTakesFuelForTheMessagesThatItCompares) {
  for (const std::size_t places : {0u, 1u, 63u, 64u, 6400u}) {
    const auto given = [&](double temperature, bool here) {
      return [=](Machine& m, Context& c) {
        if (here) m.exchange().send(at(1, 1), {});
        for (std::size_t i = 0; i < places; ++i)
          m.exchange().send(at(2 + static_cast<std::uint32_t>(i % 2000), 5 + static_cast<std::uint32_t>(i / 2000)), {});
        c.p[0].coordinate = at(1, 1);
        c.temperature = temperature;
      };
    };
    const std::string text = "  crecv.try m0, p0\n  dhalt\n";
    SCOPED_TRACE(fmt::format("{} places", places));
    const double infinite = std::numeric_limits<double>::infinity();
    EXPECT_EQ(fuel_of(text, given(0, false)), 2u);
    EXPECT_EQ(fuel_of(text, given(0, true)), 2u);
    EXPECT_EQ(fuel_of(text, given(1, true)), 2u) << "no other message is as near";
    EXPECT_EQ(fuel_of(text, given(1, false)), 2 + places / 64);
    EXPECT_EQ(fuel_of(text, given(infinite, true)), 2 + (places + 1) / 64);
  }
}

TEST(BoundedWork, ManyMessagesAtOneCoordinateAreOneItem) {
  const auto given = [](Machine& m, Context& c) {
    for (int i = 0; i < 60000; ++i) m.exchange().send(at(1, 2), {});
    c.p[0].coordinate = at(1, 1);
    c.temperature = 1;
  };
  EXPECT_EQ(fuel_of("  crecv m0, p0\n  dhalt\n", given), 2u);
}

TEST(BoundedWork, OtherOpsTakeFuelForBeaconsAndRows) {
  const auto given = [](Machine& m, Context& c) {
    for (std::uint32_t i = 0; i < 640; ++i) m.exchange().set_beacon(i, at(1 + i, 1));
    allocate(m, at(1, 1), at(8, 2000), 3);
    c.p[0].coordinate = c.p[1].coordinate = at(1, 1);
  };
  EXPECT_EQ(fuel_of("  croute r1, p0\n  dhalt\n", given), 2u + 10);
  EXPECT_EQ(fuel_of("  stensor v0, p0, p1, 640\n  dhalt\n", given), 2u + 10);
  EXPECT_EQ(fuel_of("  stensor v0, p0, p1, 63\n  dhalt\n", given), 2u);
}

double seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

TEST(BoundedWork, AWordThatWaitsDoesItsOtherSlotsOnlyWhenItStopsWaiting) {
  const Engines engines("  shyper r2, p0, 0 | crecv m0, p1\n  dhalt\n");
  for (const NamedEngine& engine : engines) {
    Machine machine;
    Context& sentron = machine.spawn(kMuchFuel);
    allocate(machine, at(1, 1), at(512, 2000), 3);  // a million cells
    poke(machine, at(512, 2000), std::uint64_t{1});
    sentron.p[0].coordinate = at(1, 1), sentron.p[1].coordinate = at(9, 9);
    const double start = seconds();
    for (int turn = 0; turn < 20000; ++turn) ASSERT_EQ(engine.engine->run(machine, sentron), Status::waiting);
    EXPECT_LT(seconds() - start, 1.0) << engine.name << ": a search takes about a tenth of a millisecond";
    EXPECT_EQ(sentron.fuel, kMuchFuel);
    machine.exchange().send(at(9, 9), {});
    EXPECT_EQ(engine.engine->run(machine, sentron), Status::halted) << engine.name;
    EXPECT_EQ(sentron.r[2], 1u);
    EXPECT_EQ(kMuchFuel - sentron.fuel, 2 + 512 * 2000 / 64u) << "the search is paid for once";
  }
}

TEST(BoundedWork, AUnitOfFuelTakesLessThanAMillisecond) {
  struct Case {
    std::string name, text;
    Given given;
  };
  const auto many_messages = [](Machine& m, Context& c) {
    for (std::uint32_t i = 0; i < 65000; ++i) m.exchange().send(at(2 + i % 2000, 5 + i / 2000), {});
    c.p[0].coordinate = at(1, 1), c.temperature = 1, c.r[1] = 300;
  };
  const auto many_regions = [](Machine& m, Context& c) {
    make_regions(m, 2000);
    make_row(m);
    c.p[0].coordinate = at(1, 1), c.p[1].coordinate = at(5, 5).with(Axis::section, 9), c.r[1] = 300;
  };
  const auto document = [](Machine& m, Context& c) {
    std::string text;
    for (int i = 0; i < 4000; ++i) text += std::string(50, 'x') + "\n";
    if (!m.memory().import_phext(text + "\x17" + std::string(2000, 'y'))) throw std::runtime_error("no document");
    c.p[0].coordinate = phext::PackedCoordinate(), c.r[1] = 300;
  };
  const std::vector<Case> cases = {
      {"receives", "l:\n  crecv m0, p0\n  dloop r1, l\n  dhalt\n", many_messages},
      {"translations",
       "l:\n  sindex p2, p0, column, #1 | dmov.p p3, p1\n  sgather.i64 r2, [p2]\n  dloop r1, l\n  dhalt\n",
       many_regions},
      {"laplacians", "l:\n  slaplace r2, p0\n  dloop r1, l\n  dhalt\n", many_regions},
      {"searches", "l:\n  shyper r2, p0, 0\n  dloop r1, l\n  dhalt\n", many_regions},
      {"counts of a document", "l:\n  shyper r2, p0, 0\n  dloop r1, l\n  dhalt\n", document},
      {"a walk through a document", "l:\n  shyper.next p0, r2, p0, 0\n  dbr.nz r2, l\n  dhalt\n", document},
  };
  for (const Case& each : cases) {
    const isa::ValidProgram program = program_of(each.text);
    auto machine = std::make_unique<Machine>();
    Context& sentron = machine->spawn(20000);
    each.given(*machine, sentron);
    const double start = seconds();
    Interpreter(program).run(*machine, sentron);
    const double took = seconds() - start;
    EXPECT_GT(sentron.retired.words, 20u) << each.name << ": " << sentron.trap.message();
    EXPECT_LT(took, 1e-3 * static_cast<double>(20000 - sentron.fuel)) << each.name;
  }
}

}  // namespace
}  // namespace vtpu::exec
