// Do sentrons that take turns end in the same state on either engine, always in the same order, and are deadlocks
// reported?
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "../exec/both_engines.h"
#include "../exec/places.h"
#include "vtpu/isa/random_program.h"
#include "vtpu/runtime/scheduler.h"

namespace vtpu::runtime {
namespace {

using exec::at;
using exec::Context;
using exec::Engines;
using exec::Machine;
using exec::NamedEngine;
using exec::Status;

/// A group of sentrons after a run.
struct Group {
  std::string engine;
  std::unique_ptr<Machine> machine;
  Summary summary;

  const Context& sentron(std::size_t i) const { return *machine->sentrons()[i]; }
};

/// Runs one sentron for each program, with its number in r15, on every engine of this host, and expects equal final
/// states.
std::vector<Group> run_together(const std::vector<std::string>& texts, const std::function<void(Machine&)>& given = {},
                                std::uint64_t fuel = 100000, const std::vector<isa::Program>& programs = {}) {
  std::vector<std::unique_ptr<Engines>> engines;
  for (const std::string& text : texts) engines.push_back(std::make_unique<Engines>(text));
  for (const isa::Program& program : programs) engines.push_back(std::make_unique<Engines>(exec::valid(program)));
  const auto kinds = static_cast<std::size_t>(std::distance(engines[0]->begin(), engines[0]->end()));
  std::vector<Group> groups;
  for (std::size_t kind = 0; kind < kinds; ++kind) {
    std::vector<const exec::Engine*> chosen;
    for (const auto& set : engines) chosen.push_back((set->begin() + static_cast<std::ptrdiff_t>(kind))->engine.get());
    memory::PageTable::Limits limits;
    limits.bytes = std::uint64_t{1} << 26;
    Group group{(engines[0]->begin() + static_cast<std::ptrdiff_t>(kind))->name,
                std::make_unique<Machine>(memory::PageTable(limits)),
                {}};
    for (std::size_t i = 0; i < chosen.size(); ++i) group.machine->spawn(fuel).r[15] = i;
    if (given) given(*group.machine);
    group.summary = CooperativeScheduler(*group.machine, chosen).run();
    groups.push_back(std::move(group));
    const Group &first = groups[0], &last = groups.back();
    EXPECT_EQ(first.summary.deadlock, last.summary.deadlock) << last.engine;
    EXPECT_EQ(first.summary.switches, last.summary.switches) << last.engine;
    EXPECT_EQ(last.summary.rounds, last.summary.deadlock.empty() ? 0U : 1U) << "who can continue is called";
    for (std::size_t i = 0; i < chosen.size(); ++i)
      EXPECT_EQ(exec::differences(snapshot(*first.machine, first.sentron(i)), snapshot(*last.machine, last.sentron(i))),
                "")
          << last.engine << ", sentron " << i;
  }
  return groups;
}

const std::string kPlaces =
    ".coord here = 1.1.1/1.1.1/1.1.1/1.1\n.coord there = 1.1.1/1.1.1/1.1.1/9.9\n  dmov.coord p0, here\n  dmov.coord "
    "p1, there\n";

TEST(Scheduler, TwoSentronsPassANumberBackAndForth) {
  const std::string ping = kPlaces +
                           "  dmov.i64 r2, #50\nloop:\n  dadd.i64 r1, r1, #1\n  dmov.i64 r3, r3 | nop | cpack.i64 m0, "
                           "0, r1\n  csend m0, p0\n  crecv m1, p1\n"
                           "  dloop r2, loop | cunpack.i64 r1, m1, 0\n  dhalt\n";
  const std::string pong = kPlaces +
                           "  dmov.i64 r2, #50\nloop:\n  crecv m0, p0\n  cunpack.i64 r1, m0, 0\n  dmul.i64 r1, r1, "
                           "#3\n  cpack.i64 m1, 0, r1\n  dloop r2, loop | csend m1, p1\n  dhalt\n";
  std::uint64_t want = 0;
  for (int i = 0; i < 50; ++i) want = (want + 1) * 3;
  std::string ping_text = ping;
  ping_text.replace(ping_text.find("nop | "), 6, "");
  for (const Group& group : run_together({ping_text, pong})) {
    EXPECT_EQ(group.sentron(0).r[1], want) << group.engine;
    EXPECT_EQ(group.sentron(1).status, Status::halted);
    EXPECT_EQ(group.summary.deadlock, "");
    EXPECT_EQ(group.summary.switches, 101u) << "each waits for the other's answer";
    EXPECT_TRUE(group.machine->exchange().pending().empty());
    EXPECT_EQ(group.machine->exchange().sent(), 100u);
  }
}

TEST(Scheduler, SentronsTakeTurnsInTheOrderOfTheirNumbers) {
  // Each sends its number, waits in a barrier and sends again, so that the messages are in the order of the turns.
  const std::string text =
      kPlaces + "  cpack.i64 m0, 0, r15\n  csend m0, p0\n  cbar\n  cpack.i64 m0, 1, r15\n  csend m0, p0\n  dhalt\n";
  for (const Group& group : run_together(std::vector<std::string>(5, text))) {
    std::vector<std::uint64_t> senders;
    for (const auto& message : group.machine->exchange().pending())
      senders.push_back(exec::lanes<std::uint64_t>(message.payload)[0]);
    // The last to arrive completes the barrier and continues at once; the others follow in the next round.
    EXPECT_EQ(senders, (std::vector<std::uint64_t>{0, 1, 2, 3, 4, 4, 0, 1, 2, 3})) << group.engine;
    EXPECT_EQ(group.summary.switches, 9u);
  }
}

TEST(Scheduler, AMessageCallsOneOfThoseThatWaitForIt) {
  // Nine receive one message each, in three ways; the tenth sends nine, first to one coordinate and then to another.
  const std::string here = kPlaces + "  crecv m0, p0\n  dhalt\n", there = kPlaces + "  crecv m0, p1\n  dhalt\n",
                    anywhere = kPlaces + "  dmov.i64 r1, #1e9f64\n  ctemp r1\n  crecv m0, p1\n  dhalt\n";
  const std::string sends = kPlaces +
                            "  dmov.i64 r2, #3\na:\n  csend m0, p0\n  dloop r2, a\n"
                            "  dmov.i64 r2, #6\nb:\n  csend m0, p1\n  dloop r2, b\n  dhalt\n";
  const std::vector<std::string> texts = {anywhere, here, there, anywhere, here, there, anywhere, here, there, sends};
  for (const Group& group : run_together(texts)) {
    for (std::size_t i = 0; i < texts.size(); ++i) EXPECT_EQ(group.sentron(i).status, Status::halted) << i;
    EXPECT_EQ(group.summary.switches, 19u) << "nobody is called in vain";
    EXPECT_TRUE(group.machine->exchange().pending().empty());
  }
}

TEST(Scheduler, AMessageForASentronThatTrapsCallsAnother) {
  const std::string reads = kPlaces + "  sgather.i64 r2, [p0] | crecv m0, p0\n  dhalt\n",
                    waits = kPlaces + "  crecv m0, p0\n  dhalt\n",
                    frees = kPlaces + "  sfree r1\n  csend m0, p0\n  dhalt\n";
  const auto given = [](Machine& m) { m.sentrons()[2]->r[1] = exec::allocate(m, at(1, 1), at(1, 64), 3); };
  for (const Group& group : run_together({reads, waits, frees}, given)) {
    EXPECT_EQ(group.sentron(0).trap.kind, exec::TrapKind::unmapped) << group.engine;
    EXPECT_EQ(group.sentron(1).status, Status::halted);
    EXPECT_EQ(group.summary.deadlock, "");
  }
}

TEST(Scheduler, ADeadlockReportSaysWhatEverySentronWaitsFor) {
  const std::string receives = kPlaces + "  dmov.i64 r1, #3 | sindex.get r2, p1, line | crecv m0, p1\n  dhalt\n";
  for (const Group& group : run_together(
           {receives, kPlaces + "  cbar\n  dhalt\n", "  dhalt\n", kPlaces + "  creduce.i64 r1, r1, add\n  dhalt\n"})) {
    EXPECT_EQ(group.summary.deadlock,
              "sentron 0 waits in word 2, crecv, for a message that matches 1.1.1/1.1.1/1.1.1/9.9; sentron 1 waits in "
              "word 2, "
              "cbar, for a rendezvous with sentrons 0 3; sentron 3 waits in word 2, creduce.i64, for a rendezvous with "
              "sentrons 0 3")
        << group.engine;
    for (const std::size_t i : {0u, 1u, 3u}) {
      EXPECT_EQ(group.sentron(i).status, Status::trapped);
      EXPECT_EQ(group.sentron(i).trap, (exec::Trap{exec::TrapKind::deadlock, 2, isa::Slot::C, {}, 0}));
      EXPECT_EQ(group.sentron(i).retired.words, 2u) << "a word that waits is not counted";
    }
    EXPECT_EQ(group.sentron(0).r[1], 0u);
    EXPECT_EQ(group.sentron(2).status, Status::halted);
  }
}

TEST(Scheduler, ASentronThatHaltsOrTrapsLeavesTheRendezvousToTheOthers) {
  const std::string meets = "  creduce.i64 r1, r15, add\n  creduce.i64 r2, r15, max\n  dhalt\n";
  const std::string halts = "  dhalt\n", traps = "  sgather.i64 r1, [p0]\n  dhalt\n",
                    meets_once = "  creduce.i64 r1, r15, add\n  dhalt\n";
  for (const Group& group : run_together({meets, halts, meets, traps, meets_once, meets})) {
    EXPECT_EQ(group.summary.deadlock, "");
    for (const std::size_t i : {0u, 2u, 4u, 5u}) EXPECT_EQ(group.sentron(i).r[1], 0u + 2 + 4 + 5) << group.engine;
    for (const std::size_t i : {0u, 2u, 5u}) EXPECT_EQ(group.sentron(i).r[2], 5u);
    EXPECT_EQ(group.sentron(3).trap.kind, exec::TrapKind::unmapped);
  }
}

TEST(Scheduler, ASentronOutOfFuelLeavesTheRendezvousToTheOthers) {
  const std::string spins = "a:\n  dbr a\n", meets = "  cbar\n  dmov.i64 r1, #1\n  dhalt\n";
  for (const Group& group : run_together({meets, spins, meets}, {}, 1000)) {
    EXPECT_EQ(group.sentron(0).r[1], 1u) << group.engine;
    EXPECT_EQ(group.sentron(1).trap.kind, exec::TrapKind::out_of_fuel);
    EXPECT_EQ(group.sentron(1).retired.words, 1000u);
  }
}

TEST(Scheduler, ARendezvousOfOneToEightSentronsGivesAllTheSameResult) {
  const std::string text =
      "  dadd.i64 r1, r15, #10\n  dcvt.i64.f64 r2, r1\n  dmov.i64 r3, #0.1f64\n  dmul.f64 r2, r2, r3 | nop\n  cbar\n  "
      "creduce.i64 r4, r1, add\n  creduce.i64 r5, r1, min\n"
      "  creduce.i64 r6, r1, max\n  creduce.f64 r7, r2, add\n  creduce.f64 r8, r2, min\n  creduce.f64 r9, r2, max\n  "
      "cpack.i64 m0, 2, r1\n  ccast m1, m0, #5\n"
      "  cunpack.i64 r10, m1, 2\n  cbar\n  dhalt\n";
  std::string plain = text;
  plain.replace(plain.find(" | nop"), 6, "");
  for (std::size_t n = 1; n <= 8; ++n) {
    std::uint64_t sum = 0;
    double floats = 0;
    for (std::size_t i = 0; i < n; ++i) {
      sum += 10 + i;
      const double x = static_cast<double>(10 + i) * 0.1;
      floats = i == 0 ? x : floats + x;  // in the order of sentrons
    }
    for (const Group& group : run_together(std::vector<std::string>(n, plain)))
      for (std::size_t i = 0; i < n; ++i) {
        const Context& c = group.sentron(i);
        EXPECT_EQ(c.status, Status::halted) << group.engine << " " << group.summary.deadlock;
        EXPECT_EQ(c.r[4], sum);
        EXPECT_EQ(c.r[5], 10u);
        EXPECT_EQ(c.r[6], 10 + n - 1);
        EXPECT_EQ(c.r[7], std::bit_cast<std::uint64_t>(floats));
        EXPECT_EQ(c.r[8], std::bit_cast<std::uint64_t>(1.0));
        EXPECT_EQ(c.r[9], std::bit_cast<std::uint64_t>(static_cast<double>(9 + n) * 0.1));
        EXPECT_EQ(c.r[10], 10 + 5 % n) << "the root is counted modulo the group";
      }
  }
}

TEST(Scheduler, SentronsInALoopOfRendezvousStayInStep) {
  const std::string text =
      "  dmov.i64 r2, #40\nloop:\n  dadd.i64 r1, r1, r15\n  creduce.i64 r3, r1, add\n  dloop r2, loop | nop | cbar\n  "
      "dhalt\n";
  std::string plain = text;
  plain.replace(plain.find("| nop | "), 8, "| ");
  for (const Group& group : run_together(std::vector<std::string>(6, plain)))
    for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(group.sentron(i).r[3], 40u * (0 + 1 + 2 + 3 + 4 + 5)) << group.engine;
}

TEST(Scheduler, ASentronIsFoundByTheBeaconNearestToACoordinate) {
  // Sentron k sets its beacon at column 10 k; then each looks for column 10 k + 14.
  const std::string text =
      ".coord origin = 1.1.1/1.1.1/1.1.1/1.1\n  dmov.coord p0, origin\n  dmul.i64 r1, r15, #10\n  dadd.i64 r1, r1, "
      "#10\n  sindex.set p1, p0, column, r1\n"
      "  croute r2, p0\n  cbeacon p1\n  cbar\n  sindex p2, p1, column, #14\n  croute r3, p2\n  sindex p2, p1, column, "
      "#15\n  croute r4, p2\n  dhalt\n";
  for (const Group& group : run_together(std::vector<std::string>(5, text)))
    for (std::size_t i = 0; i < 5; ++i) {
      EXPECT_EQ(group.sentron(i).r[2], i == 0 ? ~std::uint64_t{0} : 0u)
          << group.engine << ": before it, those with lower numbers have a beacon";
      EXPECT_EQ(group.sentron(i).r[3], std::min<std::size_t>(i + 1, 4));
      EXPECT_EQ(group.sentron(i).r[4], std::min<std::size_t>(i + 1, 4)) << "of two at one distance the lower number";
    }
}

TEST(Scheduler, ARegionThatOneSentronFreesIsUnmappedForAll) {
  const std::string ends = "  sscattr.i64 r15, [p0]\n  cbar\n  sfree r1\n  cbar\n  dhalt\n",
                    reads = "  sgather.i64 r2, [p0 + 8]\n  cbar\n  cbar\n  sgather.i64 r2, [p0 + 8]\n  dhalt\n";
  const auto given = [](Machine& m) {
    const std::uint64_t handle = exec::allocate(m, at(1, 1), at(1, 64), 3);
    for (const auto& sentron : m.sentrons()) sentron->p[0].coordinate = at(1, 1), sentron->r[1] = handle;
  };
  for (const Group& group : run_together({ends, reads, reads}, given)) {
    EXPECT_EQ(group.sentron(0).status, Status::halted) << group.engine;
    for (const std::size_t i : {1u, 2u})
      EXPECT_EQ(group.sentron(i).trap, (exec::Trap{exec::TrapKind::unmapped, 3, isa::Slot::S, at(1, 1), 8}));
  }
}

TEST(Scheduler, ManySentronsWithRandomProgramsEndInEqualStatesOnEveryEngine) {
  std::size_t halted = 0, trapped = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    // One program for all, whose rendezvous operations then match; or one for each, which mostly ends in a deadlock.
    const bool one = seed % 2 == 0;
    std::vector<isa::Program> programs;
    for (std::uint64_t i = 0; i < 6; ++i)
      programs.push_back(isa::random_program(
          {.seed = one ? seed : 100 * seed + i, .words = 60, .memory = !one && i < 2, .faults = !one}));
    const std::vector<Group> groups = run_together({}, {}, 20000, programs);
    for (std::size_t i = 0; i < 6; ++i) ++(groups[0].sentron(i).status == Status::halted ? halted : trapped);
    if (HasFailure()) return;
  }
  EXPECT_GT(halted, 20u);
  EXPECT_GT(trapped, 20u);
}

}  // namespace
}  // namespace vtpu::runtime
