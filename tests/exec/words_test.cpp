// Properties of whole words: slots read the state before the word, a fault leaves no effect, fuel ends at an exact
// word, and loops with hoisted checks obey all of this.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <set>

#include "both_engines.h"
#include "places.h"
#include "vtpu/memory/region.h"

namespace vtpu::exec {
namespace {

TEST(Words, SlotsExchangeRegistersSinceEachReadsTheStateBefore) {
  const auto given = [](Machine& m, Context& c) {
    make_row(m);
    c.r[1] = 1, c.r[2] = 2, c.r[3] = 3;
    c.p[1].coordinate = at(1, 10), c.p[2].coordinate = at(1, 20);
    c.v[1].bytes.fill(std::byte{1}), c.v[2].bytes.fill(std::byte{2});
    c.m[1].bytes.fill(std::byte{7});
  };
  struct Swap {
    std::string word;
    std::function<void(const Context&)> expect;
  };
  const std::vector<Swap> swaps{
      {"dmov.i64 r1, r2 | sindex.get r2, p1, column | cunpack.i64 r3, m1, 0",
       [](const Context& c) {
         EXPECT_EQ(c.r[1], 2u);
         EXPECT_EQ(c.r[2], 10u);
         EXPECT_EQ(c.r[3], 0x0707070707070707U);
       }},
      {"dmov.p p1, p2 | sindex p2, p1, column, #0",
       [](const Context& c) {
         EXPECT_EQ(c.p[1].coordinate, at(1, 20));
         EXPECT_EQ(c.p[2].coordinate, at(1, 10));
       }},
      {"dadd.i64 r1, r2, #100 | sgather.i8 r2, [p1 + r1] | cpack.i64 m1, 1, r2",
       [](const Context& c) {
         EXPECT_EQ(c.r[1], 102u);
         EXPECT_EQ(c.r[2], std::to_integer<std::uint64_t>(pattern(73)));
         EXPECT_EQ(lanes<std::uint64_t>(c.m[1])[1], 2u);
       }},
      {"dbcast.i64x8 v1, r1 | sgather.v64 v2, [p1] | cpack.v m1, v2, 1",
       [](const Context& c) {
         EXPECT_EQ(lanes<std::uint64_t>(c.v[1])[7], 1u);
         EXPECT_EQ(c.v[2].bytes[0], pattern(72));
         EXPECT_EQ(c.m[1].bytes[31], std::byte{2});
       }},
      {"dmov.v v1, v2 | sdedup v2, r1, v1 | cunpack.i64 r2, m1, 3",
       [](const Context& c) {
         EXPECT_EQ(c.v[1].bytes[5], std::byte{2});
         EXPECT_EQ(c.v[2].bytes[3], std::byte{1});
         EXPECT_EQ(c.v[2].bytes[4], std::byte{0});
         EXPECT_EQ(c.r[1], 1u);
       }},
      // The access translates p1, but the value that another slot writes to p1 remains.
      {"dmov.p p1, p2 | sgather.i64 r1, [p1]",
       [](const Context& c) {
         EXPECT_EQ(c.p[1].coordinate, at(1, 20));
         EXPECT_FALSE(c.p[1].translated());
       }},
      {"dmov.p p3, p1 | sscattr.i64 r1, [p1] | cbeacon p1",
       [](const Context& c) {
         EXPECT_FALSE(c.p[3].translated()) << "the copy is of the state before";
         EXPECT_TRUE(c.p[1].translated());
       }},
      {"dbr.z r1, 1 | sgather.i64 r1, [p1]", [](const Context& c) { EXPECT_NE(c.r[1], 1u); }},
  };
  for (const Swap& swap : swaps) {
    SCOPED_TRACE(swap.word);
    for (const Ran& ran : run_all("  " + swap.word + "\n  dhalt\n", {.given = given})) {
      SCOPED_TRACE(ran.engine);
      swap.expect(*ran.context);
    }
  }
}

/// A program whose last executed word traps, and the trap.
struct Faulting {
  std::string text;
  TrapKind kind;
  isa::Slot slot = isa::Slot::S;
  PackedCoordinate coordinate{};
  std::int64_t offset = 0;
  Conditions conditions{};
};

/// What `busy_machine` holds: three times the bookkeeping of a region, two pages of cells, and three for the message.
constexpr std::uint64_t kFull = 3 * memory::kRegionBytes + 2 * 4096 + 3 * 4096;

void busy_machine(Machine& m, Context& c) {
  make_row(m);
  allocate(m, at(5, 1), at(5, 2), 0);
  allocate(m, at(6, 1), at(6, 900), 3, memory::Layout::sparse);
  for (std::size_t i = 0; i < 16; ++i) c.r[i] = 3 * i;
  c.p[0].coordinate = at(1, 1), c.p[1].coordinate = at(1, 128), c.p[2].coordinate = at(9, 9),
  c.p[3].coordinate = at(5, 1), c.p[4].coordinate = at(6, 1);
  c.p[6].coordinate = PackedCoordinate().with(Axis::library, 7), c.p[7].coordinate = c.p[6].coordinate;
  for (const Axis axis : {Axis::section, Axis::scroll, Axis::line, Axis::column})
    c.p[7].coordinate = c.p[7].coordinate.with(axis, 2047);
  c.v[1].bytes.fill(std::byte{0x11});
  c.m[1].bytes.fill(std::byte{0x77});
  m.exchange().send(at(1, 1), c.m[1]);
}

Conditions with_pending(std::size_t pending) {
  Conditions conditions;
  conditions.pending = pending;
  return conditions;
}
Conditions with_memory(std::uint64_t bytes) {
  Conditions conditions;
  conditions.memory_bytes = bytes;
  return conditions;
}
Conditions with_fuel(std::uint64_t fuel) {
  Conditions conditions;
  conditions.fuel = fuel;
  return conditions;
}

std::vector<Faulting> faulting() {
  using isa::Slot;
  // Earlier words create translations and counts that could be changed; the other slots of the trapping word have
  // effects.
  const std::string before =
      "  dbr on | sgather.i64 r1, [p0]\non:\n  dadd.i64 r2, r1, #5 | sscattr.i64 r1, [p0 + 8] | cpack.i64 m0, 2, r1\n";
  const std::string effects = " | cpack.i64 m1, 0, r3\n  dhalt\n", sends = " | csend m1, p0\n  dhalt\n",
                    receives = " | crecv m2, p0\n  dhalt\n";
  std::vector<Faulting> all;
  const auto add = [&](std::string word, TrapKind kind, PackedCoordinate c = {}, std::int64_t offset = 0) {
    for (const std::string& rest : {effects, sends, receives})
      all.push_back({before + "  " + word + rest, kind, Slot::S, c, offset});
  };
  for (const std::string op : {"sgather.i8 r4", "sgather.i16 r4", "sgather.i32 r4", "sgather.i64 r4", "sgather.v32 v4",
                               "sgather.v64 v4", "sgather.bcast v4", "sscattr.i8 r4", "sscattr.i16 r4",
                               "sscattr.i32 r4", "sscattr.i64 r4", "sscattr.v32 v4", "sscattr.v64 v4"}) {
    add("dmov.i64 r5, #1 | " + op + ", [p0 - 1]", TrapKind::out_of_bounds, at(1, 1), -1);
    add("dmov.i64 r5, #1 | " + op + ", [p0 + 1024]", TrapKind::out_of_bounds, at(1, 1), 1024);
    add("dmov.p p0, p1 | " + op + ", [p0 + r2*8 + 123456]", TrapKind::out_of_bounds, at(1, 1), 0);
    add("dmov.v v1, v2 | " + op + ", [p2]", TrapKind::unmapped, at(9, 9), 0);
    add("dmov.coord p0, 0 | " + op + ", [p3 + 64]", TrapKind::out_of_bounds, at(5, 1), 64);
  }
  add("dmov.i64 r5, #1 | sgather.v64 v4, [p1 - 48]", TrapKind::out_of_bounds, at(1, 128), -48);
  add("dmov.i64 r5, #1 | sscattr.i64 r4, [p4 + 505]", TrapKind::out_of_bounds, at(6, 1), 505);
  add("dmov.i64 r5, #1 | sgather.x16 v4, [p0 + v1*4]", TrapKind::out_of_bounds, at(1, 1), 4 * std::int64_t{0x11111111});
  add("dmov.i64 r5, #1 | sscattr.x16 v4, [p0 + v1*4 - 8]", TrapKind::out_of_bounds, at(1, 1),
      4 * std::int64_t{0x11111111} - 8);
  add("dmov.i64 r5, #1 | sgather.x16 v4, [p2 + v0*4]", TrapKind::unmapped, at(9, 9), 0);
  add("dmov.i64 r5, #1 | sgatherc.i64 r4, [p0 @ line r1]", TrapKind::axis_range, at(1, 1), 0);
  add("dmov.i64 r5, #1 | sscattrc.i64 r4, [p1 @ column r15]", TrapKind::unmapped, at(1, 173));
  add("dmov.i64 r5, #1 | sgatherc.v64 v4, [p0 @ column]", TrapKind::cell_size, at(1, 1));
  add("dmov.i64 r5, #1 | sscattrc.v64 v4, [p0 @ column r3]", TrapKind::cell_size, at(1, 10));
  add("dmov.i64 r5, #1 | sgatherc.i64 r4, [p3 @ column]", TrapKind::cell_size, at(5, 1));
  add("dmov.i64 r5, #1 | slaplace r4, p2", TrapKind::unmapped, at(9, 9));
  add("dmov.i64 r5, #1 | slaplace r4, p3", TrapKind::cell_size, at(5, 1));
  add("dmov.i64 r5, #1 | stensor v4, p0, p1, 3", TrapKind::out_of_bounds, at(1, 128));
  add("dmov.i64 r5, #1 | stensor v4, p2, p0, 3", TrapKind::unmapped, at(9, 9));
  add("dmov.i64 r5, #1 | salloc r4, p1, p0, column, cell=8, layout=row_major", TrapKind::bad_box, at(1, 128));
  add("dmov.i64 r5, #1 | salloc r4, p0, p1, column, cell=8, layout=sparse", TrapKind::overlap, at(1, 1));
  add("dmov.i64 r5, #1 | sfree r15", TrapKind::bad_handle, {}, 45);
  add("dmov.i64 r5, #1 | sflush r15", TrapKind::bad_handle, {}, 45);
  // A trap of the C slot prevents the effects of D and S.
  const std::string writes = "dmov.i64 r5, #1 | sscattr.i64 r4, [p0 + 16]",
                    makes = "dmov.p p5, p0 | sscattr.i64 r4, [p4]",
                    allocates = "dmov.i64 r5, #1 | salloc r4, p2, p2, column, cell=8, layout=row_major",
                    frees = "dmov.i64 r5, #1 | sfree r7";
  for (const std::string& word : {writes, makes, allocates, frees}) {
    all.push_back({before + "  dmov.i64 r6, #-1.5f64\n  dmov.i64 r7, #1\n  " + word + " | ctemp r6\n  dhalt\n",
                   TrapKind::bad_temperature, Slot::C});
    all.push_back(
        {before + "  dmov.i64 r6, #0x7ff8000000000000\n  dmov.i64 r7, #2\n  " + word + " | ctemp r6\n  dhalt\n",
         TrapKind::bad_temperature, Slot::C});
    all.push_back({before + "  dmov.i64 r7, #3\n  " + word + " | csend m1, p2\n  dhalt\n", TrapKind::exchange_full,
                   Slot::C, at(9, 9), 0, with_pending(1)});
  }
  all.push_back(
      {before + "  dmov.i64 r5, #1 | salloc r4, p2, p2, column, cell=8, layout=row_major | csend m1, p0\n  dhalt\n",
       TrapKind::quota, Slot::S, at(9, 9), 0, with_memory(kFull)});
  // 2^50 bytes: more than the system's address space, which only the attempt shows.
  all.push_back({before + "  dmov.i64 r5, #1 | salloc r4, p6, p7, column+line+scroll+section, cell=64, "
                          "layout=row_major | csend m1, p0\n  dhalt\n",
                 TrapKind::quota, Slot::S, PackedCoordinate().with(Axis::library, 7), 0,
                 with_memory(std::uint64_t{1} << 60)});
  all.push_back({before + "  dmov.i64 r5, #1 | sscattr.i64 r4, [p4 + 8] | csend m1, p0\n  dhalt\n", TrapKind::quota,
                 Slot::S, at(6, 1), 8, with_memory(kFull)});
  all.push_back({before + "  dmov.i64 r5, #1 | sscattrc.i64 r4, [p4 @ column r1] | csend m1, p0\n  dhalt\n",
                 TrapKind::quota, Slot::S, at(6, 1), 0, with_memory(kFull)});
  all.push_back({before + "again:\n  dbr again | sscattr.i64 r3, [p0 + 16] | csend m1, p0\n", TrapKind::quota, Slot::C,
                 at(1, 1), 0, with_memory(kFull)});
  all.push_back({before + "  dmov.i64 r5, #1 | sscattr.i64 r4, [p0] | csend m1, p0\n  dhalt\n",
                 TrapKind::out_of_fuel,
                 Slot::D,
                 {},
                 0,
                 with_fuel(2)});
  return all;
}

TEST(Words, AWordThatTrapsHasChangedNothingOnAnyEngine) {
  std::set<TrapKind> kinds;
  for (Faulting one : faulting()) {
    SCOPED_TRACE(one.text);
    kinds.insert(one.kind);
    one.conditions.given = busy_machine;
    if (one.text.find("column r1]") != std::string::npos)
      one.conditions.given = [](Machine& m, Context& c) { busy_machine(m, c), poke(m, at(1, 1), std::uint64_t{0}); };
    if (one.text.find("dmov.coord") != std::string::npos) one.text = ".coord home = 1.1.1/1.1.1/1.1.1\n" + one.text;
    const Engines engines(one.text);
    const std::vector<Ran> all = run_all(engines, one.conditions);
    const Context& sentron = *all[0].context;
    EXPECT_EQ(sentron.status, Status::trapped);
    EXPECT_EQ(name_of(sentron.trap.kind), name_of(one.kind));
    EXPECT_EQ(sentron.trap.slot, one.slot);
    EXPECT_EQ(sentron.trap.word, sentron.pc);
    EXPECT_EQ(sentron.trap.coordinate.raw_text(), one.coordinate.raw_text());
    if (one.offset != 0) {
      EXPECT_EQ(sentron.trap.offset, one.offset);
    }
    // The same program with just enough fuel to reach that word gives the state before it.
    Conditions stopped = one.conditions;
    stopped.fuel = sentron.retired.words;
    for (const Ran& ran : run_all(engines, stopped)) {
      EXPECT_EQ(ran.context->trap.kind, TrapKind::out_of_fuel);
      Snapshot before = ran.state(), after = all[0].state();
      for (const char* aside : {"fuel", "trap"}) before.erase(aside), after.erase(aside);
      EXPECT_EQ(differences(before, after), "") << ran.engine;
    }
    if (HasFailure()) return;
  }
  // flush_failed has its own test; the scheduler sets deadlock.
  for (auto kind = TrapKind::unmapped; kind <= TrapKind::deadlock;
       kind = static_cast<TrapKind>(static_cast<int>(kind) + 1))
    EXPECT_TRUE(kinds.contains(kind) || kind == TrapKind::flush_failed || kind == TrapKind::deadlock) << name_of(kind);
}

TEST(Words, MessagesThatWereReceivedLeaveTheirMemoryToLaterOnes) {
  // To each of a hundred coordinates, a thousand messages, of which one is left.
  Machine machine(memory::PageTable({.bytes = 1 << 20, .regions = 1}));
  Exchange& exchange = machine.exchange();
  for (std::uint32_t k = 0; k < 100; ++k) {
    for (int i = 0; i < 1000; ++i) {
      ASSERT_TRUE(exchange.make_room(at(2, k)));
      exchange.send(at(2, k), {});
    }
    for (int i = 0; i < 999; ++i) exchange.take(exchange.match(at(2, k), 0));
  }
  EXPECT_EQ(exchange.pending().size(), 100u);
  EXPECT_LE(machine.memory().quota().held(), 200u << 10);
}

/// Machines whose first region is in a file. Each run has a file of its own, named by a number.
class FlushedWords : public ::testing::Test {
 protected:
  FlushedWords() : folder_(std::filesystem::temp_directory_path() / ("vtpu-exec-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(folder_);
  }
  ~FlushedWords() override { std::filesystem::remove_all(folder_); }

  static memory::RegionSpec row() {
    memory::RegionSpec spec;
    spec.first = at(1, 1), spec.last = at(1, 64), spec.mask = 1;
    return spec;
  }
  /// r1 = 77, to be stored at p0; r2 is the handle.
  void back(Machine& m, Context& c) {
    const auto handle = m.memory().attach(row(), folder_ / std::to_string(files_++));
    ASSERT_TRUE(handle);
    c.p[0].coordinate = at(1, 1), c.r[1] = 77, c.r[2] = *handle;
  }
  /// The first cell in each of the files, once no machine has them open.
  std::vector<std::uint64_t> stored() {
    std::vector<std::uint64_t> all;
    for (int file = 0; file < files_; ++file) {
      memory::PageTable table;
      EXPECT_TRUE(table.attach(row(), folder_ / std::to_string(file)));
      std::memcpy(&all.emplace_back(), table.peek(at(1, 1)).data(), 8);
    }
    return all;
  }

  std::filesystem::path folder_;
  int files_ = 0;
};

TEST_F(FlushedWords, AFlushThatTheFileRefusesTrapsAndLeavesTheSentronAsItWas) {
  for (const std::string beside : {"csend m1, p0", "crecv m0, p0", "cbar"}) {
    SCOPED_TRACE(beside);
    const Engines engines("  dbr on | sscattr.i64 r1, [p0]\non:\n  dmov.i64 r5, #1 | sflush r2 | " + beside +
                          "\n  dhalt\n");
    const auto given = [&](Machine& m, Context& c) {
      back(m, c);
      m.exchange().send(at(1, 1), c.m[1]);
    };
    rlimit usual{};
    ::getrlimit(RLIMIT_FSIZE, &usual);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{12400, usual.rlim_max};  // room for the header, not for a page
    ::setrlimit(RLIMIT_FSIZE, &small);
    {
      std::vector<Ran> all = run_all(engines, {.given = given});
      ::setrlimit(RLIMIT_FSIZE, &usual);
      std::signal(SIGXFSZ, handler);
      EXPECT_EQ(all[0].context->trap, (Trap{TrapKind::flush_failed, 1, isa::Slot::S, {}, 1}));
      EXPECT_EQ(all[0].context->r[5], 0u);
      EXPECT_EQ(all[0].context->retired.words, 1u);
      EXPECT_EQ(all[0].machine->exchange().sent(), 1u);
      EXPECT_EQ(all[0].machine->exchange().pending().size(), 1u) << "nothing was sent or received";
    }
    for (const std::uint64_t cell : stored()) EXPECT_EQ(cell, 0u) << "the file holds what it held before";
  }
}

TEST_F(FlushedWords, AFlushBesideAnOpThatTrapsWritesNothing) {
  for (const std::string beside : {"csend m1, p0", "ctemp r4"}) {
    SCOPED_TRACE(beside);
    const Engines engines("  dbr on | sscattr.i64 r1, [p0]\non:\n  dmov.i64 r5, #1 | sflush r2 | " + beside +
                          "\n  dhalt\n");
    const auto given = [&](Machine& m, Context& c) {
      back(m, c);
      m.exchange().send(at(9, 9), {});
      c.r[4] = ~std::uint64_t{0};  // not a temperature
    };
    const auto trap = run_all(engines, {.pending = 1, .given = given})[0].context->trap;
    EXPECT_EQ(trap.slot, isa::Slot::C);
    for (const std::uint64_t cell : stored()) EXPECT_EQ(cell, 0u);
  }
}

TEST_F(FlushedWords, AFlushBesideAReceiveWritesWhenTheMessageComes) {
  const Engines engines("  dbr on | sscattr.i64 r1, [p0]\non:\n  sflush r2 | crecv m0, p1\n  dhalt\n");
  for (const bool comes : {false, true}) {
    for (const NamedEngine& engine : engines) {
      Machine machine;
      Context& sentron = machine.spawn(1000);
      back(machine, sentron);
      sentron.p[1].coordinate = at(9, 9);
      for (int turn = 0; turn < 3; ++turn) ASSERT_EQ(engine.engine->run(machine, sentron), Status::waiting);
      if (!comes) continue;
      machine.exchange().send(at(9, 9), {});
      EXPECT_EQ(engine.engine->run(machine, sentron), Status::halted);
    }
    const std::vector<std::uint64_t> cells = stored();
    for (std::size_t file = 0; file < cells.size() / (comes ? 2 : 1); ++file) EXPECT_EQ(cells[file], 0u);
    for (std::size_t file = cells.size() / 2; comes && file < cells.size(); ++file) EXPECT_EQ(cells[file], 77u);
  }
}

TEST(Words, AWordThatWaitsIsNeitherExecutedNorCounted) {
  const std::string text =
      "  dbr on | sgather.i64 r1, [p0]\non:\n  dadd.i64 r2, r2, #1 | sscattr.i64 r2, [p4] | crecv m0, p0\n  dhalt\n";
  const Engines engines(text);
  const auto given = [](Machine& m, Context& c) {
    busy_machine(m, c), m.exchange().take(m.exchange().match(at(1, 1), 0));
  };
  const Snapshot before = run_all(engines, {.fuel = 1, .given = given})[0].state();
  std::vector<Ran> all = run_all(engines, {.given = given});
  std::size_t i = 0;
  for (const NamedEngine& engine : engines) {
    Ran& ran = all[i++];
    for (int again = 0; again < 3; ++again) {
      EXPECT_EQ(ran.context->status, Status::waiting);
      Snapshot waiting = ran.state(), stopped = before;
      for (const char* aside : {"fuel", "trap", "status"}) waiting.erase(aside), stopped.erase(aside);
      EXPECT_EQ(differences(waiting, stopped), "") << engine.name;
      engine.engine->run(*ran.machine, *ran.context);
    }
    Message message;
    message.bytes.fill(std::byte{9});
    ran.machine->exchange().send(at(1, 1), message);
    EXPECT_EQ(engine.engine->run(*ran.machine, *ran.context), Status::halted);
    EXPECT_EQ(ran.context->retired, (Retired{3, {1, 2, 1}, 2}));
    EXPECT_EQ(ran.context->m[0], message);
    EXPECT_EQ(ran.context->r[2], 7u);
    EXPECT_EQ(ran.context->fuel, 100000u - 3);
    EXPECT_EQ(engine.engine->run(*ran.machine, *ran.context), Status::halted) << "a sentron that has ended stays so";
    EXPECT_EQ(differences(all[0].state(), ran.state()), "") << engine.name;
  }
}

// Loops of one block: with hoisted checks, with checks in place (indices that are loaded), with more registers than the
// host has, and with called words.
const std::vector<std::string>& loops() {
  static const std::vector<std::string> all = [] {
    std::string wide = "  dbr on | sgather.i64 r15, [p0]\non:\n  dmov.i64 r14, #9\nloop:\n";
    for (int i = 0; i < 13; ++i)
      wide += "  dadd.i64 r" + std::to_string(i) + ", r" + std::to_string((i + 5) % 13) + ", r" + std::to_string(i) +
              (i == 4 ? " | sprefch [p0 + r5*8]" : " | sgather.i8 r15, [p0 + " + std::to_string(i) + "]") + "\n";
    wide += "  dloop r14, loop\n  dadd.i64 r0, r0, r15\n  dhalt\n";
    return std::vector<std::string>{
        "  dmov.i64 r2, #12\nloop:\n  dadd.i64 r3, r3, #8 | sscattr.i64 r2, [p0 + r3 + 64] | cpack.i64 m0, 1, r2\n"
        "  dadd.i64 r4, r4, r2 | sgather.i64 r5, [p0 + r3*1 - 8]\n  dloop r2, loop | cunpack.i64 r6, m0, 1\n  dhalt\n",
        "  dmov.i64 r2, #7\nloop:\n  dand.i64 r5, r6, #63 | sgather.i64 r6, [p0 + r5*8]\n  dadd.i64 r6, r6, #11 | "
        "sscattr.i16 r5, [p0 + r6*8 + 8]\n  dloop r2, loop\n  dhalt\n",
        wide,
        "  dmov.i64 r2, #8\nloop:\n  dadd.i64 r3, r3, #1 | sgatherc.i64 r4, [p0 @ column r3]\n  dadd.i64 r5, r5, r4 | "
        "sscattrc.i64 r5, [p0 @ column r2]\n  dloop r2, loop\n  dhalt\n",
        "  dmov.i64 r2, #5\nouter:\n  dmov.i64 r3, #3\ninner:\n  dadd.i64 r4, r4, #1 | sgather.i32 r5, [p0 + r4*4]\n  "
        "dloop r3, inner | sindex p1, p0, column, r4\n"
        "  dloop r2, outer | shypdist r6, p0, p1 | csend m0, p1\n  dhalt\n",
        // Loops that cross a bound halfway: the upper one, the lower one, and one that only a word in the middle
        // crosses.
        "  dmov.i64 r2, #500\nloop:\n  dadd.i64 r3, r3, #8 | sscattr.i64 r2, [p0 + r3 + 64] | cpack.i64 m0, 1, r2\n  "
        "dloop r2, loop | sgather.i64 r5, [p0 + r3 - 8]\n  dhalt\n",
        "  dmov.i64 r2, #500\n  dmov.i64 r3, #40\nloop:\n  dadd.i64 r3, r3, #-2 | sgather.i16 r5, [p0 + r3*2]\n  "
        "dadd.i64 r4, r4, r5\n  dloop r2, loop\n  dhalt\n",
        "  dbr on | sgather.i64 r15, [p0]\non:\n  dmov.i64 r2, #50\nloop:\n  dadd.i64 r3, r3, r2 | sgather.i8 r5, [p0 "
        "+ 5]\n  dadd.i64 r4, r4, #1 | sgather.i8 r6, [p0 + r3]\n  dloop r2, loop | sgather.i8 r7, [p0 + r4]\n  "
        "dhalt\n",
        // Cells by coordinate, past the last and the first column of the row.
        "  dmov.i64 r2, #90\nloop:\n  dadd.i64 r3, r3, #9 | sgatherc.i64 r4, [p0 @ column r3]\n  dadd.i64 r5, r5, r4 | "
        "sscattrc.i64 r5, [p0 @ column r2]\n  dloop r2, loop\n  dhalt\n",
        "  dmov.i64 r2, #50\n  dmov.i64 r3, #70\nloop:\n  dadd.i64 r3, r3, #-3 | sgatherc.i64 r4, [p0 @ column r3]\n  "
        "dadd.i64 r5, r5, r4 | sindex.get r6, p0, book\n  dloop r2, loop | sgatherc.i64 r7, [p0 @ column r2]\n  "
        "dhalt\n",
        // A counter of 0 means 2^64 iterations.
        "loop:\n  dadd.i64 r3, r3, #1 | sgather.i8 r5, [p0 + 5]\n  dloop r2, loop\n  dhalt\n"};
  }();
  return all;
}

TEST(Words, GeometricOpsTakeFuelForTheCellsTheyExamine) {
  // 128 cells, in units of 64. The op traps only if there is fuel for fewer cells than it must examine; fuel missing
  // beyond that is ignored.
  const auto given = [](Machine& m, Context& c) {
    make_row(m);
    c.p[0].coordinate = at(1, 1);
  };
  const Engines engines("  dmov.i64 r1, #1\n  shyper r2, p0, 9\n  dmov.i64 r1, #2\n  dhalt\n");
  for (const std::uint64_t fuel : {0, 1, 2, 3, 4, 5, 6, 7})
    for (const Ran& ran : run_all(engines, {.fuel = fuel, .given = given})) {
      constexpr std::uint64_t kWords[] = {0, 1, 1, 2, 2, 3, 4, 4};
      EXPECT_EQ(ran.context->retired.words, kWords[fuel]) << ran.engine << ", " << fuel;
      EXPECT_EQ(ran.context->fuel, fuel == 2 || fuel == 7 ? 1u : 0u);
      if (fuel == 2) {
        EXPECT_EQ(ran.context->trap.slot, isa::Slot::S);
      }
    }
}

TEST(Loops, EndAtTheSameWordWithTheSameCountsForEveryFuel) {
  const auto given = [](Machine& m, Context& c) {
    make_row(m);
    for (std::uint32_t column = 1; column <= 128; ++column) poke(m, at(1, column), std::uint64_t{column % 7});
    c.p[0].coordinate = at(1, 1);
  };
  for (const std::string& text : loops()) {
    SCOPED_TRACE(text);
    const Engines engines(text);
    const Ran whole = run_by(*engines.begin(), {.fuel = 260, .given = given});
    const std::uint64_t words = whole.context->retired.words;
    EXPECT_GE(words, 20u);
    const std::uint64_t most = whole.context->trap.kind == TrapKind::out_of_fuel ? words : words + 1;
    for (std::uint64_t fuel = 0; fuel <= most; ++fuel) {
      SCOPED_TRACE("fuel " + std::to_string(fuel));
      for (const Ran& ran : run_all(engines, {.fuel = fuel, .given = given})) {
        EXPECT_EQ(ran.context->retired.words, std::min(fuel, words)) << ran.engine;
        EXPECT_EQ(ran.context->fuel, fuel - std::min(fuel, words)) << ran.engine;
      }
      if (HasFailure()) return;
    }
    run_all(engines, {.fuel = 5000, .given = given});
  }
}

TEST(Loops, ThatCrossABoundHalfwayRefundWhatTheyHadCountedAhead) {
  const auto given = [](Machine& m, Context& c) {
    make_row(m);
    c.p[0].coordinate = at(1, 1);
  };
  // 1024 bytes; r3 grows by 8 per iteration, and [p0 + r3 + 64] in iteration k is at 8k + 64.
  const std::vector<Ran> above = run_all(loops()[5], {.given = given});
  EXPECT_EQ(above[0].context->retired, (Retired{1 + 2 * 120, {1 + 120, 240, 120}, 120}));
  EXPECT_EQ(above[0].context->trap, (Trap{TrapKind::out_of_bounds, 1, isa::Slot::S, at(1, 1), 1024}));
  EXPECT_EQ(above[0].context->fuel, 100000u - 241);
  EXPECT_EQ(above[0].context->r[2], 380u);
  // Reads at 80, 76 … 0 and then at −4.
  const std::vector<Ran> below = run_all(loops()[6], {.given = given});
  EXPECT_EQ(below[0].context->retired, (Retired{2 + 3 * 21, {2 + 42, 21, 0}, 21}));
  EXPECT_EQ(below[0].context->trap.offset, -4);
  // The check of the second word fails when 50 + 49 + … passes 1023, after the first word was executed.
  const std::vector<Ran> middle = run_all(loops()[7], {.given = given});
  EXPECT_EQ(middle[0].context->trap.word, 3u);
  EXPECT_EQ(middle[0].context->trap.offset, 1044);
  EXPECT_EQ(middle[0].context->retired, (Retired{2 + 3 * 28 + 1, {1 + 28 * 2 + 1, 1 + 3 * 28 + 1, 0}, 1 + 28}));
}

TEST(Loops, WhoseIndexExceedsHostAddressesFallBackToTheInterpreter) {
  const auto given = [](std::uint64_t index) {
    return [index](Machine& m, Context& c) {
      make_row(m);
      c.p[0].coordinate = at(1, 1);
      c.r[3] = index;
    };
  };
  const std::string text =
      "  dbr on | sgather.i64 r15, [p0]\non:\n  dmov.i64 r2, #5\nloop:\n  dadd.i64 r3, r3, #8 | sgather.i64 r5, [p0 + "
      "r3*8]\n  dloop r2, loop\n  dhalt\n";
  const Engines engines(text);
  for (const unsigned bit : {20u, 42u, 43u, 44u, 45u, 60u, 61u, 62u, 63u})
    for (const std::uint64_t sign : {std::uint64_t{1}, ~std::uint64_t{0}}) {
      const std::vector<Ran> all = run_all(engines, {.given = given(sign << bit)});
      // r × 8 is computed modulo 2^64: at 2^61 it is 0 again.
      EXPECT_EQ(all[0].context->status, bit >= 61 ? Status::halted : Status::trapped) << bit;
    }
}

TEST(Loops, WhoseDisplacementsLeadBelowAllAddressesFallBackToTheInterpreter) {
  // The index goes 2^47 or more below the pointer and returns within each iteration; only the word in between reads.
  isa::Program program = *isa::assemble("  dbr on | sgather.i64 r15, [p0]\non:\n  dmov.i64 r2, #2\n", "far.sasm");
  const auto first = static_cast<std::int64_t>(program.words.size());
  constexpr int kSteps = 1 << 18;
  const auto step = [&](std::int64_t by) {
    isa::Word word;
    word.dense.opcode = isa::Opcode::dadd_i64;
    word.dense.d = word.dense.a = 3;
    word.dense.flags = isa::Op::kImmediate;
    word.dense.imm = by;
    program.words.push_back(word);
  };
  for (int i = 0; i < kSteps; ++i) step(-(1 << 29));
  program.words.back().sparse.opcode = isa::Opcode::sgather_i8;
  program.words.back().sparse.d = 5, program.words.back().sparse.c = 3;
  for (int i = 0; i < kSteps; ++i) step(1 << 29);
  program.words.back().sparse = program.words[static_cast<std::size_t>(first)].sparse;
  program.words.emplace_back();
  program.words.back().dense.opcode = isa::Opcode::dloop;
  program.words.back().dense.d = 2, program.words.back().dense.imm = first;
  // A read that stays inside.
  program.words.back().sparse.opcode = isa::Opcode::sgather_i8;
  program.words.back().sparse.d = 6, program.words.back().sparse.c = 3;
  program.words.emplace_back();
  program.words.back().dense.opcode = isa::Opcode::dhalt;
  const std::vector<Ran> all =
      run_all(Engines(valid(std::move(program))), {.fuel = 1 << 22, .given = [](Machine& m, Context& c) {
                                                     make_row(m);
                                                     c.p[0].coordinate = at(1, 1);
                                                   }});
  EXPECT_EQ(all[0].context->trap.kind, TrapKind::out_of_bounds);
  EXPECT_EQ(all[0].context->trap.offset, -(std::int64_t{1} << 29) * (kSteps - 1));
}

TEST(Loops, WithAPrefetchAndMoreRegistersThanTheHostHasKeepAllRegisters) {
  // Fourteen registers that are live throughout the loop; two hold bases and one the counter.
  std::string text = "  dbr on | sgather.i64 r15, [p0]\non:\n";
  for (int i = 0; i < 13; ++i) text += "  dmov.i64 r" + std::to_string(i) + ", #" + std::to_string(1000 + i) + "\n";
  text += "  dmov.i64 r13, #20\nloop:\n";
  for (int i = 0; i < 13; ++i)
    text += "  dadd.i64 r" + std::to_string(i) + ", r" + std::to_string(i) + ", r" + std::to_string((i + 1) % 13) +
            " | sprefch [p0 + r" + std::to_string(i) + "]\n";
  text += "  dloop r13, loop\n  dhalt\n";
  std::array<std::uint64_t, 13> want;
  for (std::size_t i = 0; i < 13; ++i) want[i] = 1000 + i;
  for (int time = 0; time < 20; ++time)
    for (std::size_t i = 0; i < 13; ++i) want[i] += want[(i + 1) % 13];
  for (const Ran& ran :
       run_all(text, {.given = [](Machine&m, Context&c) { make_row(m), c.p[0].coordinate = at(1, 1); }}))
    for (std::size_t i = 0; i < 13; ++i) EXPECT_EQ(ran.context->r[i], want[i]) << ran.engine << ", r" << i;
}

}  // namespace
}  // namespace vtpu::exec
