// The interpreter's report of every access to memory. Other files test the execution of words.
#include <gtest/gtest.h>

#include "both_engines.h"
#include "places.h"

namespace vtpu::exec {
namespace {

TEST(Interpreter, ReportsEveryAccessToMemoryOfTheWordsThatComplete) {
  const isa::ValidProgram program = program_of(R"(
  sgather.i16 r4, [p0 + 6]
  sscattr.v64 v3, [p0 + r1*8]
  sgatherc.i64 r5, [p0 @ column r1]
  sprefch [p0]
  sscattr.x16 v3, [p0 + v1*4 + 16]
  stensor v4, p0, p1, 2
  dbr stop | sgather.i8 r4, [p0 + r2] | ctemp r3
stop:
  dhalt
)");
  Machine machine;
  Context& sentron = machine.spawn(100);
  make_row(machine);
  allocate(machine, at(2, 1), at(2, 8), 6);
  sentron.p[0].coordinate = at(1, 1), sentron.p[1].coordinate = at(2, 2);
  sentron.r[1] = 5, sentron.r[3] = ~std::uint64_t{0};
  std::array<std::int32_t, 16> indices;
  for (std::int32_t i = 0; i < 16; ++i) indices[static_cast<std::size_t>(i)] = 7 * i;
  set_lanes(sentron.v[1], indices);
  const std::byte* row = machine.memory().peek(at(1, 1)).data();
  const std::byte* wide = machine.memory().peek(at(2, 2)).data();
  struct Told {
    std::uint32_t word;
    std::ptrdiff_t from_row;
    std::uint32_t bytes;
    bool write;
    bool operator==(const Told&) const = default;
  };
  std::vector<Told> told;
  EXPECT_EQ(Interpreter(program).run_observed(
                machine, sentron,
                [&](const MemoryAccess& access) {
                  told.push_back({access.word, access.address - row, access.bytes, access.write});
                }),
            Status::trapped);
  std::vector<Told> want{{0, 6, 2, false}, {1, 40, 64, true}, {2, 40, 8, false}};
  for (std::ptrdiff_t i = 0; i < 16; ++i) want.push_back({4, 16 + 28 * i, 4, true});
  want.push_back({5, 0, 8, false});
  want.push_back({5, wide - row, 128, false});
  EXPECT_EQ(told.size(), want.size());
  EXPECT_TRUE(told == want);
  EXPECT_EQ(sentron.trap.kind, TrapKind::bad_temperature) << "NaN; the word it is in tells nothing";
}

TEST(Interpreter, ExecutesOneWordAtATime) {
  const isa::ValidProgram program = program_of("  dadd.i64 r1, r1, #1\na:\n  dloop r1, a\n  dhalt\n");
  Machine machine;
  Context& sentron = machine.spawn(10);
  sentron.r[1] = 2;
  for (const std::uint64_t pc : {1, 1, 1, 2}) {
    EXPECT_EQ(execute_word(program.get(), machine, sentron), Status::ready);
    EXPECT_EQ(sentron.pc, pc);
  }
  EXPECT_EQ(execute_word(program.get(), machine, sentron), Status::halted);
  EXPECT_EQ(sentron.fuel, 5u);
  EXPECT_EQ(&Interpreter(program).program(), &program.get());
}

}  // namespace
}  // namespace vtpu::exec
