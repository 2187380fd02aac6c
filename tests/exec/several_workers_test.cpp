// Sentrons of several workers over one memory. Is what one has freed unmapped for those who are ordered after it, and
// is no program able to crash the host, whatever the others do?
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "both_engines.h"
#include "places.h"
#include "vtpu/base/random.h"
#include "vtpu/isa/random_program.h"

namespace vtpu::exec {
namespace {

/// Machines of workers over one memory, each with its own exchange and one sentron.
struct Workers {
  explicit Workers(unsigned count, memory::PageTable::Limits limits = {.bytes = 64 << 20}) : table(limits) {
    for (unsigned i = 0; i < count; ++i) {
      machines.push_back(std::make_unique<Machine>(table.alias(), Exchange::Limits{64}));
      machines.back()->spawn(20000).worker = i;
    }
    for (const auto& machine : machines) machine->share(count);
  }
  Machine& machine(unsigned i) { return *machines[i]; }
  Context& sentron(unsigned i) { return *machines[i]->sentrons()[0]; }
  /// Turns of one sentron, with a quiescent point before each.
  Status turn(unsigned i, const Engine& engine) {
    table.quiescent(i);
    return engine.run(machine(i), sentron(i));
  }
  /// Runs each sentron on a thread of its own until it stops or waits.
  void run(const std::vector<const Engine*>& engines) {
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < machines.size(); ++i)
      threads.emplace_back([this, i, engine = engines[i]] {
        turn(i, *engine);
        table.away(i);
      });
    for (std::thread& thread : threads) thread.join();
  }
  /// One thread again, and all regions freed.
  void clear() {
    for (const auto& machine : machines) machine->share(1);
    for (const auto& region : table.regions()) table.free(region.handle);
  }

  memory::PageTable table;
  std::vector<std::unique_ptr<Machine>> machines;
};

TEST(SeveralWorkers, WhoReceivesAMessageSentAfterAnSfreeFindsTheRegionUnmapped) {
  // A register, a copy of it and the translation cache have translations when the message comes.
  for (const char* const access : {"sgather.i64 r1, [p0]", "sgather.i64 r1, [p2]", "sgatherc.i64 r1, [p0 @ column]"})
    for (const char* const receive : {"crecv m0, p1", "crecv.try m0, p1", "crecv m0, p1 | dmov.p p3, p0"}) {
      const std::string text =
          std::string("  sgather.i64 r1, [p0]\n  dmov.p p2, p0 | sgatherc.i64 r1, [p0 @ column]\n  cbar\n  ") +
          receive + "\n  " + access + "\n  dhalt\n";
      const Engines engines(text), frees("  sfree r1\n  dhalt\n");
      for (const NamedEngine& engine : engines) {
        SCOPED_TRACE(engine.name + ", " + receive + ", " + access);
        Workers two(2);
        const std::uint64_t handle = allocate(two.machine(0), at(1, 0), at(1, 63), 3);
        Context& reader = two.sentron(0);
        reader.p[0].coordinate = at(1, 3), reader.p[1].coordinate = at(9, 9);
        two.machine(0).exchange().enter(1);  // somebody is missing at the barrier
        ASSERT_EQ(two.turn(0, *engine.engine), Status::waiting);
        two.sentron(1).r[1] = handle;
        std::thread([&] { ASSERT_EQ(two.turn(1, *frees.begin()->engine), Status::halted); }).join();
        two.machine(0).exchange().make_room(at(9, 9));
        two.machine(0).exchange().send(at(9, 9), {});
        two.machine(0).exchange().leave(1);
        ASSERT_EQ(two.turn(0, *engine.engine), Status::trapped);
        EXPECT_EQ(reader.trap.kind, TrapKind::unmapped);
        EXPECT_EQ(reader.trap.word, 4u);
      }
    }
}

TEST(SeveralWorkers, WhoReadsWhatWasWrittenAfterAnSfreeAndPassesAFenceFindsTheRegionUnmapped) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "the programs race for the cells with which they order each other";
#endif
  const Engines readers(
      "  sgather.i64 r1, [p0] | dmov.i64 r2, #1\n  sscattr.i64 r2, [p1+8]\n"
      "l:\n  sgather.i64 r3, [p1]\n  dbr.z r3, l\n  cfence\n  sgather.i64 r1, [p0]\n  dhalt\n");
  const Engines writers(
      "l:\n  sgather.i64 r3, [p1+8]\n  dbr.z r3, l\n  sfree r1\n  dmov.i64 r2, #1\n  sscattr.i64 r2, [p1]\n  "
      "dhalt\n");
  for (const NamedEngine& reader : readers)
    for (int round = 0; round < 5; ++round) {
      SCOPED_TRACE(reader.name);
      Workers two(2);
      two.sentron(1).r[1] = allocate(two.machine(0), at(1, 0), at(1, 63), 3);
      allocate(two.machine(0), at(2, 0), at(2, 63), 3);
      for (unsigned i = 0; i < 2; ++i) {
        Context& sentron = two.sentron(i);
        sentron.fuel = std::uint64_t{1} << 40;
        sentron.p[0].coordinate = at(1, 0), sentron.p[1].coordinate = at(2, 0);
      }
      two.run({reader.engine.get(), writers.begin()->engine.get()});
      EXPECT_EQ(two.sentron(1).status, Status::halted);
      ASSERT_EQ(two.sentron(0).status, Status::trapped);
      EXPECT_EQ(two.sentron(0).trap.kind, TrapKind::unmapped);
      EXPECT_EQ(two.sentron(0).trap.word, 5u);
    }
}

TEST(SeveralWorkers, WhoFindsTheQuotaExhaustedByWhatWasFreedGetsTheMemoryOnceTheOthersDoNotUseIt) {
  const Engines engines(
      "  salloc r1, p0, p1, column, cell=8, layout=row_major\n  sfree r1\n"
      "  salloc r1, p0, p1, column, cell=8, layout=row_major\n  dhalt\n");
  for (const bool passes : {true, false}) {
    Workers two(2, {.bytes = memory::HostPages::rounded(8 * 1024) + 4096});
    two.sentron(0).p[0].coordinate = at(1, 0), two.sentron(0).p[1].coordinate = at(1, 1023);
    two.table.quiescent(1);
    std::thread worker([&] { two.turn(0, *engines.begin()->engine); });
    if (passes) {
      while (two.table.frees() == 0) std::this_thread::yield();
      two.table.quiescent(1);
    }
    worker.join();
    EXPECT_EQ(two.sentron(0).status, passes ? Status::halted : Status::trapped);
    EXPECT_EQ(two.sentron(0).trap.kind, passes ? TrapKind::none : TrapKind::quota);
  }
}

/// What a sentron leaves behind.
std::string outcome_of(const Context& sentron) {
  std::string text = fmt::format("{} at word {}, {} words, {} fuel, hits {}, misses {}, evictions {}",
                                 sentron.trap.kind == TrapKind::none ? "ends" : sentron.trap.message(), sentron.pc,
                                 sentron.retired.words, sentron.fuel, sentron.cache->counters.hits,
                                 sentron.cache->counters.misses, sentron.cache->counters.evictions);
  for (const std::uint64_t r : sentron.r) text += fmt::format(" {:x}", r);
  for (const Vector& v : sentron.v)
    for (const std::byte b : v.bytes) text += fmt::format("{:02x}", static_cast<unsigned>(b));
  return text;
}

/// The program with a word after each salloc that replaces the handle by a constant, and without sfree: handles count
/// all regions of a memory, so what a program computes from one depends on others.
isa::Program without_handles(const isa::Program& program) {
  const isa::Op constant = program_of("  dmov.i64 r0, #1\n  dhalt\n")->words[0].dense;
  isa::Program result = program;
  result.words.clear();
  std::vector<std::int64_t> place;
  for (const isa::Word& word : program.words) {
    place.push_back(static_cast<std::int64_t>(result.words.size()));
    result.words.push_back(word);
    if (word.sparse.opcode == isa::Opcode::sfree) result.words.back().sparse = {};
    if (word.sparse.opcode != isa::Opcode::salloc) continue;
    result.words.emplace_back().dense = constant;
    result.words.back().dense.d = word.sparse.d;
  }
  for (isa::Word& word : result.words)
    if (isa::info(word.dense.opcode).has_target()) word.dense.imm = place[static_cast<std::size_t>(word.dense.imm)];
  return result;
}

/// Runs random programs, each on a worker of its own, over one memory: of the same seed, so that they use the same
/// coordinates, or of different ones.
void run_random(std::uint64_t programs, bool same, bool hostile) {
  Random random(same ? 5 : 6);
  for (std::uint64_t seed = 1; seed <= programs;) {
    const auto count = static_cast<unsigned>(2 + random.below(6));
    std::vector<isa::ValidProgram> all;
    for (unsigned i = 0; i < count; ++i) {
      const isa::Program program = isa::random_program(
          {.seed = seed + (same ? 0 : i), .words = 40, .slow = same, .faults = same, .hostile = hostile});
      all.push_back(valid(same ? program : without_handles(program)));
    }
    std::vector<std::unique_ptr<Engine>> engines;
    std::vector<const Engine*> each;
    for (const isa::ValidProgram& program : all) {
      auto native = jit::NativeEngine::compile(program);
      if (native && random.below(2) == 0)
        engines.push_back(std::make_unique<jit::NativeEngine>(std::move(*native)));
      else
        engines.push_back(std::make_unique<Interpreter>(program));
      each.push_back(engines.back().get());
    }
    Workers workers(count, {.bytes = 256 << 20});
    workers.run(each);
    for (unsigned i = 0; i < count; ++i) {
      const Context& sentron = workers.sentron(i);
      ASSERT_NE(sentron.trap.kind, TrapKind::stray_access) << "seed " << seed;
      if (same) continue;
      Machine alone(memory::PageTable({.bytes = 256 << 20}), Exchange::Limits{64});
      each[i]->run(alone, alone.spawn(20000));
      ASSERT_EQ(outcome_of(sentron), outcome_of(*alone.sentrons()[0])) << "seed " << seed + i;
    }
    workers.clear();
    workers.machines.clear();  // with their messages
    ASSERT_EQ(workers.table.quota().held(), 0u) << "seed " << seed;
    seed += count;
  }
}

TEST(SeveralWorkers, ProgramsThatShareNoCoordinateEndAsEachDoesAlone) { run_random(4000, false, false); }

TEST(SeveralWorkers, ProgramsThatShareAllCoordinatesNeverTakeTheHostDown) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "the programs race for cells";
#endif
  run_random(4000, true, false);
  run_random(2000, true, true);
}

}  // namespace
}  // namespace vtpu::exec
