#include <gmock/gmock.h>

#include "backend_code.h"
#include "vtpu/compiler/backend/dependences.h"
#include "vtpu/compiler/backend/memory_order.h"
#include "vtpu/compiler/backend/mii.h"
#include "vtpu/compiler/backend/modulo_schedule.h"

namespace vtpu::compiler::backend {
namespace {

using isa::Opcode;

Graph graph_of(const Block& block, bool carried = false, bool status_read = false) {
  GraphOptions options;
  options.latencies = latencies_of({});
  options.carried = carried;
  options.status_read = status_read;
  options.inductions = find_inductions(block);
  if (carried) options.locals = find_locals(block), options.skip_merged = true;
  return make_graph(block, options);
}

/// The delay of the edge, if there is one.
std::optional<std::int32_t> delay(const Graph& graph, std::uint32_t from, std::uint32_t to,
                                  std::uint32_t distance = 0) {
  for (const Dependence& e : graph.from(from))
    if (e.to == to && e.distance == distance) return e.delay;
  return {};
}

MemoryReference affine(std::int64_t offset, std::int64_t step, std::int64_t bytes) {
  return {0, true, 1, offset, step, bytes};
}

TEST(Dependences, AReadWaitsForTheLatencyAWriteForEarlierReadsAndWrites) {
  Maker make;
  const Register a = make.r(), b = make.r();
  make.block(0);
  make.op(Opcode::dmul_i64, a, b, b);  // 0
  make.op(Opcode::dadd_i64, b, a, a);  // 1: reads a, writes a register that 0 reads
  make.op(Opcode::dsub_i64, a, b, b);  // 2: writes a again
  const Graph graph = graph_of(make.here());
  EXPECT_EQ(delay(graph, 0, 1), 3);  // latency of a multiplication, more than the 0 of the write after read
  EXPECT_EQ(delay(graph, 1, 2), 1);
  EXPECT_EQ(delay(graph, 0, 2), 1);
}

TEST(Dependences, AnAddressDoesNotWaitForTheStepOfItsIndex) {
  Maker make;
  const Register p = make.code.fresh(isa::File::p), i = make.r(), x = make.r(), y = make.r(), counter = make.r();
  make.loop(10);
  make.load(Opcode::sgather_i64, x, {p, i, 3, 0, affine(0, 8, 8)});  // 0
  make.imm(Opcode::dadd_i64, i, i, 1);                               // 1
  make.load(Opcode::sgather_i64, y, {p, i, 3, 0, affine(8, 8, 8)});  // 2
  make.op(Opcode::dxor_i64, x, x, i);                                // 3: uses the index as a number
  make.close(counter);
  const Graph graph = graph_of(make.code.blocks[1]);
  EXPECT_EQ(delay(graph, 0, 1), std::nullopt);
  EXPECT_EQ(delay(graph, 1, 2), std::nullopt);
  EXPECT_EQ(delay(graph, 1, 3), 1);
  const auto found = find_inductions(make.code.blocks[1]);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_FALSE(found[0].addresses_only);
}

TEST(Dependences, MessagesKeepTheirOrderAndFencesOrderMemory) {
  Maker make;
  const Register p = make.code.fresh(isa::File::p), m = make.m(), n = make.m(), x = make.r();
  make.block(0);
  make.store(Opcode::sscattr_i64, x, {p, kNoRegister, 0, 0, {0, false, 0, 0, 0, 0}});  // 0
  make.op(Opcode::csend, kNoRegister, m, p);                                           // 1
  make.add(Maker::make(Opcode::cfence, {}));                                           // 2
  make.op(Opcode::crecv, n, p);                                                        // 3
  make.load(Opcode::sgather_i64, x, {p, kNoRegister, 0, 8, {1, false, 0, 0, 0, 0}});   // 4
  make.load(Opcode::sprefch, kNoRegister, {p, kNoRegister, 0, 64, {}});                // 5
  const Graph graph = graph_of(make.here());
  EXPECT_EQ(delay(graph, 0, 1), std::nullopt);
  EXPECT_EQ(delay(graph, 0, 2), 1);
  EXPECT_EQ(delay(graph, 1, 2), 1);
  EXPECT_EQ(delay(graph, 2, 3), 1);
  EXPECT_EQ(delay(graph, 2, 4), 1);
  for (std::uint32_t other = 0; other < 5; ++other) EXPECT_EQ(delay(graph, other, 5), std::nullopt);
}

TEST(Dependences, AccessesConflictAtTheDistanceOfTheirBytes) {
  const auto meet = [](MemoryReference early, MemoryReference late, std::uint32_t least) {
    return overlap_distance(early, late, least);
  };
  EXPECT_EQ(meet(affine(0, 8, 8), affine(0, 8, 8), 0), 0u);
  EXPECT_EQ(meet(affine(0, 8, 8), affine(0, 8, 8), 1), std::nullopt);
  EXPECT_EQ(meet(affine(32, 8, 8), affine(0, 8, 8), 0), 4u);  // stored four elements ahead, read four iterations later
  EXPECT_EQ(meet(affine(0, 8, 8), affine(32, 8, 8), 1), std::nullopt);
  EXPECT_EQ(meet(affine(0, -8, 8), affine(32, -8, 8), 1), 4u);
  EXPECT_EQ(meet(affine(64, 16, 64), affine(0, 16, 64), 0), 1u);
  EXPECT_EQ(meet(affine(0, 0, 8), affine(4, 0, 8), 1), 1u);
  EXPECT_EQ(meet(affine(0, 0, 8), affine(8, 0, 8), 1), std::nullopt);
  EXPECT_EQ(meet(affine(0, 16, 8), affine(8, 16, 8), 1), std::nullopt);  // odd and even elements
  MemoryReference elsewhere = affine(0, 8, 8);
  elsewhere.tensor = 1;
  EXPECT_EQ(meet(affine(0, 8, 8), elsewhere, 0), std::nullopt);
  MemoryReference unknown = affine(0, 8, 8);
  unknown.affine = false;
  EXPECT_EQ(meet(affine(0, 8, 8), unknown, 0), 0u);
  EXPECT_EQ(meet(affine(0, 8, 8), unknown, 1), 1u);
}

/// A loop of x = (x op x) with a load and a store `apart` elements apart.
Block recurrence(Opcode opcode, std::int64_t apart) {
  Maker make;
  const Register p = make.code.fresh(isa::File::p), i = make.r(), x = make.r(), y = make.r(), counter = make.r();
  make.loop(100);
  make.load(Opcode::sgather_i64, x, {p, i, 3, 0, affine(0, 8, 8)});
  make.op(opcode, y, x, x);
  make.store(Opcode::sscattr_i64, y, {p, i, 3, static_cast<std::int32_t>(8 * apart), affine(8 * apart, 8, 8)});
  make.imm(Opcode::dadd_i64, i, i, 1);
  make.close(counter);
  return make.code.blocks[1];
}

TEST(Mii, ARecurrenceThroughMemoryBoundsTheIntervalByDelayOverDistance) {
  // A load of 4 words, a division of 10, and one word from store to load.
  EXPECT_EQ(rec_mii(graph_of(recurrence(Opcode::ddiv_f64, 1), true)), 15u);
  EXPECT_EQ(rec_mii(graph_of(recurrence(Opcode::ddiv_f64, 2), true)), 8u);
  EXPECT_EQ(rec_mii(graph_of(recurrence(Opcode::ddiv_f64, 5), true)), 3u);
  EXPECT_EQ(rec_mii(graph_of(recurrence(Opcode::dadd_i64, 1), true)), 6u);
  EXPECT_EQ(rec_mii(graph_of(recurrence(Opcode::dadd_i64, -1), true)), 1u);
}

TEST(Mii, TheFullestSlotBoundsTheInterval) {
  const Block block = recurrence(Opcode::dadd_i64, 1);
  EXPECT_EQ(slots_of(block, {}), (std::array<unsigned, 3>{2, 2, 0}));
  EXPECT_EQ(slots_of(block, {3}), (std::array<unsigned, 3>{1, 2, 0}));
  EXPECT_EQ(res_mii({1, 2, 0}), 2u);
  EXPECT_EQ(res_mii({0, 0, 0}), 1u);
}

TEST(ModuloSchedule, ObeysEveryDependenceAndPutsOneOpInASlot) {
  for (const std::int64_t apart : {-1, 1, 2, 5})
    for (const Opcode opcode : {Opcode::ddiv_f64, Opcode::dadd_i64})
      for (const Priority priority : {Priority::height, Priority::source}) {
        const Block block = recurrence(opcode, apart);
        const Graph graph = graph_of(block, true);
        const unsigned least = std::max(rec_mii(graph), res_mii(slots_of(block, {3})));
        const auto schedule = modulo_schedule(block, graph, least, {3}, priority);
        ASSERT_TRUE(schedule.has_value());
        for (const Dependence& e : graph.edges)
          EXPECT_GE(schedule->time[e.to] + static_cast<std::int32_t>(least * e.distance),
                    schedule->time[e.from] + e.delay);
        EXPECT_NE(schedule->row(0), schedule->row(2));
      }
}

TEST(ModuloSchedule, AValueThatLivesForSeveralIntervalsHasACopyForEach) {
  const Block block = recurrence(Opcode::ddiv_f64, -1);
  ModuloSchedule schedule;
  schedule.interval = 2;
  schedule.time = {0, 4, 14 + 1, ModuloSchedule::kApart};
  const std::vector<Register> locals = find_locals(block);
  const std::vector<isa::File> files(16, isa::File::r);
  const Expansion expansion = expand_variables(block, schedule, locals, files, false);
  ASSERT_EQ(locals.size(), 2u);
  EXPECT_EQ(expansion.copies, (std::vector<unsigned>{2, 8}));  // live ranges of 4 and 11 words at an interval of 2,
                                                               // rounded up to powers of two
  EXPECT_EQ(expansion.factor, 8u);
}

}  // namespace
}  // namespace vtpu::compiler::backend
