// Do sentrons on several threads end as on one where their programs fix it, and does nothing hang?
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "../exec/both_engines.h"
#include "../exec/places.h"
#include "vtpu/base/random.h"
#include "vtpu/runtime/node.h"

namespace vtpu::runtime {
namespace {

using exec::at;
using exec::Context;
using exec::Engines;
using exec::Machine;
using exec::Status;

constexpr unsigned kWorkers[] = {1, 2, 7};

const std::string kHead =
    ".coord here = 1.1.1/1.1.1/1.1.1/1.1\n.coord there = 1.1.1/1.1.1/1.1.1/9.9\n  dmov.coord p0, here\n  dmov.coord "
    "p1, there\n";

/// Sentrons after a run by a node, or by the scheduler of one thread if `workers` is 0.
struct Ran {
  std::string how;
  std::unique_ptr<Machine> machine;
  Node::Result result;

  const Context& sentron(std::size_t i) const { return *machine->sentrons()[i]; }
  std::string deadlock() const { return result.summary.deadlock; }
};

Ran run_one(std::vector<std::unique_ptr<Engines>>& engines, std::ptrdiff_t kind, unsigned workers,
            const Node::Options& given_options, const std::function<void(Machine&)>& given, std::uint64_t fuel,
            std::size_t pending = std::size_t{1} << 16) {
  std::vector<const exec::Engine*> chosen;
  for (const auto& set : engines) chosen.push_back((set->begin() + kind)->engine.get());
  Ran ran{
      fmt::format("{} by {} workers", (engines[0]->begin() + kind)->name, workers),
      std::make_unique<Machine>(memory::PageTable({.bytes = std::uint64_t{1} << 26}), exec::Exchange::Limits{pending}),
      {}};
  for (std::size_t i = 0; i < chosen.size(); ++i) ran.machine->spawn(fuel).r[15] = i;
  if (given) given(*ran.machine);
  Node::Options options = given_options;
  options.workers = workers;
  if (workers == 0)
    ran.result.summary = CooperativeScheduler(*ran.machine, chosen).run();
  else
    ran.result = Node(*ran.machine, chosen, options).run();
  return ran;
}

std::vector<std::unique_ptr<Engines>> engines_of(const std::vector<std::string>& texts) {
  std::vector<std::unique_ptr<Engines>> engines;
  for (const std::string& text : texts) engines.push_back(std::make_unique<Engines>(text));
  return engines;
}

/// Runs one sentron for each program, with its number in r15, on one thread and by 1, 2 and 7 workers, on every engine.
std::vector<Ran> run_everywhere(const std::vector<std::string>& texts, const std::function<void(Machine&)>& given = {},
                                std::uint64_t fuel = 100000, const Node::Options& options = {}) {
  auto engines = engines_of(texts);
  std::vector<Ran> all;
  for (std::ptrdiff_t kind = 0; kind < std::distance(engines[0]->begin(), engines[0]->end()); ++kind) {
    all.push_back(run_one(engines, kind, 0, options, given, fuel));
    for (const unsigned workers : kWorkers) all.push_back(run_one(engines, kind, workers, options, given, fuel));
  }
  return all;
}

/// The same, and expects every sentron to end as on one thread.
std::vector<Ran> run_alike(const std::vector<std::string>& texts, const std::function<void(Machine&)>& given = {},
                           std::uint64_t fuel = 100000, const Node::Options& options = {}) {
  std::vector<Ran> all = run_everywhere(texts, given, fuel, options);
  for (const Ran& ran : all) {
    EXPECT_EQ(ran.deadlock(), all[0].deadlock()) << ran.how;
    EXPECT_EQ(ran.result.lost, 0u);
    EXPECT_EQ(ran.machine->exchange().pending().size(), all[0].machine->exchange().pending().size()) << ran.how;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      exec::Snapshot a = snapshot(*all[0].machine, all[0].sentron(i)), b = snapshot(*ran.machine, ran.sentron(i));
      for (exec::Snapshot* each : {&a, &b})
        std::erase_if(*each, [](const auto& entry) {  // who sent first is open
          return entry.first == "sent" || entry.first.starts_with("message");
        });
      EXPECT_EQ(exec::differences(a, b), "") << ran.how << ", sentron " << i;
    }
  }
  return all;
}

TEST(Node, TwoSentronsPassANumberBackAndForth) {
  const std::string ping = kHead +
                           "  dmov.i64 r2, #2000\nloop:\n  dadd.i64 r1, r1, #1\n  cpack.i64 m0, 0, r1\n  csend m0, "
                           "p0\n  crecv m1, p1\n  dloop r2, loop | cunpack.i64 r1, m1, 0\n  dhalt\n";
  const std::string pong = kHead +
                           "  dmov.i64 r2, #2000\nloop:\n  crecv m0, p0\n  cunpack.i64 r1, m0, 0\n  dmul.i64 r1, r1, "
                           "#3\n  cpack.i64 m1, 0, r1\n  dloop r2, loop | csend m1, p1\n  dhalt\n";
  for (const Ran& ran : run_alike({ping, pong})) EXPECT_EQ(ran.sentron(0).status, Status::halted) << ran.how;
}

TEST(Node, ItsTelemetryShowsWhileItRunsWhatEverySentronHasDoneAndWaitsFor) {
  const std::string ping = kHead +
                           "  dmov.i64 r2, #4000000000000\nloop:\n  csend m0, p0\n  crecv m1, p1\n  dloop r2, loop\n  "
                           "dhalt\n",
                    pong = kHead +
                           "  dmov.i64 r2, #4000000000000\nloop:\n  crecv m0, p0\n  csend m0, p1\n  dloop r2, loop\n  "
                           "dhalt\n",
                    waits = ".coord never = 1.1.1/1.1.1/1.1.1/5.5\n  dmov.coord p0, never\n  crecv m0, p0\n  dhalt\n";
  auto engines = engines_of({ping, pong, waits});
  for (const unsigned workers : kWorkers) {
    Machine machine;
    std::vector<const exec::Engine*> chosen;
    for (const auto& set : engines) {
      const bool native = set->end() - set->begin() > 1;
      chosen.push_back((set->begin() + native)->engine.get());
      machine.spawn();
    }
    Node node(machine, chosen, {.workers = workers});
    EXPECT_TRUE(node.telemetry().sentrons.empty()) << "it has not begun";
    std::thread running([&] { node.run(); });
    // Until both exchange messages; nothing here depends on how long that takes.
    Telemetry first, second;
    const auto words = [](const Telemetry& of, std::size_t k) {
      return of.sentrons.size() == 3 ? of.sentrons[k].retired.words : 0;
    };
    while (words(first, 0) == 0 || words(first, 1) == 0 || words(first, 2) == 0) first = node.telemetry();
    while (words(second, 0) <= words(first, 0) || words(second, 1) <= words(first, 1)) second = node.telemetry();
    node.stop();
    running.join();
    EXPECT_EQ(second.workers.size(), workers);
    EXPECT_GT(second.seconds, first.seconds);
    EXPECT_EQ(second.sentrons[2].status, Status::waiting);
    EXPECT_EQ(second.sentrons[2].word, 1u);
    EXPECT_EQ(second.sentrons[2].waits_for, "a message that matches 1.1.1/1.1.1/1.1.1/5.5");
    EXPECT_GT(second.sentrons[0].retired.ops[2], first.sentrons[0].retired.ops[2]);
    for (const Telemetry::Worker& worker : second.workers)
      EXPECT_LE(static_cast<double>(worker.busy_nanoseconds), second.seconds * 1e9 + 1);
    const Telemetry last = node.telemetry();
    for (const auto& sentron : machine.sentrons())
      EXPECT_EQ(last.sentrons[sentron->id].retired.words, sentron->retired.words) << "the last answer is the end";
  }
}

/// Sentron k of n sends `count` numbers to sentron k + 1 and receives as many from sentron k − 1; r1 folds what it
/// received, in order.
std::string ring_text(std::size_t k, std::size_t n, int count) {
  return fmt::format(
      ".coord mine = 1.1.1/1.1.1/1.1.{}/1.1\n.coord next = 1.1.1/1.1.1/1.1.{}/1.1\n  dmov.coord p0, mine\n  dmov.coord "
      "p1, next\n  dmov.i64 r2, #{}\nsend:\n  dadd.i64 r3, r3, #7\n  cpack.i64 m0, 0, r3\n  csend m0, p1\n  dloop r2, "
      "send\n  dmov.i64 r2, #{}\ntake:\n  crecv m1, p0\n  cunpack.i64 r4, m1, 0\n  dmul.i64 r1, r1, #31\n  dadd.i64 "
      "r1, r1, r4\n  dloop r2, take\n  dhalt\n",
      k + 1, (k + 1) % n + 1, count, count);
}

TEST(Node, MessagesOfOneSentronArriveInOrderHoweverManyAreOnTheirWay) {
  std::vector<std::string> texts;
  for (std::size_t k = 0; k < 9; ++k) texts.push_back(ring_text(k, 9, 1500));  // more than a ring holds
  std::uint64_t want = 0;
  for (std::uint64_t i = 1; i <= 1500; ++i) want = want * 31 + 7 * i;
  for (const std::size_t letters : {std::size_t{1}, std::size_t{4}, exec::NodeExchange::kRingLetters}) {
    Node::Options options;
    options.ring_letters = letters;
    for (const Ran& ran : run_alike(texts, {}, 100000, options))
      for (std::size_t k = 0; k < 9; ++k) EXPECT_EQ(ran.sentron(k).r[1], want) << ran.how;
  }
}

TEST(Node, ARendezvousOfAnyNumberOfSentronsHasTheOutcomeOfOneThread) {
  const std::string text =
      "  dadd.i64 r1, r15, #10\n  dcvt.i64.f64 r2, r1\n  dmov.i64 r3, #0.1f64\n  dmul.f64 r2, r2, r3\n  dmov.i64 r14, "
      "#20\nloop:\n  cbar\n  creduce.i64 r4, r1, add\n  creduce.i64 r5, r1, min\n  creduce.i64 r6, r1, max\n  "
      "creduce.f64 r7, r2, add\n  creduce.f64 r8, r2, min\n  creduce.f64 r9, r2, max\n  cpack.i64 m0, 2, r1\n  ccast "
      "m1, m0, #5\n  cunpack.i64 r10, m1, 2\n  dadd.f64 r2, r2, r7\n  dloop r14, loop\n  dhalt\n";
  for (const std::size_t n : {1, 2, 3, 8, 36})
    for (const Ran& ran : run_alike(std::vector<std::string>(n, text)))
      EXPECT_EQ(ran.sentron(0).status, Status::halted) << ran.how << " " << ran.deadlock();
}

TEST(Node, ASentronThatHaltsTrapsOrRunsOutOfFuelLeavesTheRendezvousToTheOthers) {
  const std::string meets = "  creduce.i64 r1, r15, add\n  creduce.i64 r2, r15, max\n  dhalt\n";
  const std::string halts = "  dhalt\n", traps = "  sgather.i64 r1, [p0]\n  dhalt\n", spins = "a:\n  dbr a\n",
                    once = "  creduce.i64 r1, r15, add\n  dhalt\n";
  for (const Ran& ran : run_everywhere({meets, halts, meets, traps, once, meets, spins}, {}, 1000)) {
    EXPECT_EQ(ran.deadlock(), "") << ran.how;
    for (const std::size_t i : {0u, 2u, 5u}) EXPECT_EQ(ran.sentron(i).r[2], 5u) << ran.how;
    EXPECT_EQ(ran.sentron(3).trap.kind, exec::TrapKind::unmapped);
    EXPECT_EQ(ran.sentron(6).trap.kind, exec::TrapKind::out_of_fuel);
  }
}

TEST(Node, ADeadlockIsFoundAndSaysWhoWaitsForWhat) {
  const std::string receives = kHead + "  crecv m0, p1\n  dhalt\n";
  for (const Ran& ran :
       run_alike({receives, kHead + "  cbar\n  dhalt\n", "  dhalt\n", kHead + "  creduce.i64 r1, r1, add\n  dhalt\n"}))
    EXPECT_EQ(ran.deadlock(),
              "sentron 0 waits in word 2, crecv, for a message that matches 1.1.1/1.1.1/1.1.1/9.9; sentron 1 waits in "
              "word 2, cbar, for a rendezvous with sentrons 0 3; sentron 3 waits in word 2, creduce.i64, for a "
              "rendezvous with sentrons 0 3")
        << ran.how;
}

TEST(Node, ManySentronsThatAllWaitAreADeadlockHoweverTheyCameToWait) {
  // Each passes some messages on and then receives one more than was sent.
  std::vector<std::string> texts;
  for (std::size_t k = 0; k < 6; ++k) {
    std::string text = ring_text(k, 6, 40);
    text.replace(text.rfind("#40"), 3, k % 2 == 0 ? "#40" : "#41");
    texts.push_back(text);
  }
  auto engines = engines_of(texts);
  for (int round = 0; round < 100; ++round)
    for (const unsigned workers : kWorkers) {
      const Ran ran = run_one(engines, round % 2, workers, {}, {}, 100000);
      for (std::size_t k = 0; k < 6; ++k)
        ASSERT_EQ(ran.sentron(k).trap.kind, k % 2 == 0 ? exec::TrapKind::none : exec::TrapKind::deadlock)
            << ran.how << ", sentron " << k;
    }
}

TEST(Node, EveryMessageIsTakenOnceByWhoeverReceivesAtACoordinate) {
  // Two send 300 numbers each to one coordinate; four receive 150 each there, on several workers.
  const auto sends = [](int first) {
    return kHead + fmt::format(
                       "  dmov.i64 r1, #{}\n  dmov.i64 r2, #300\na:\n  cpack.i64 m0, 0, r1\n  csend m0, p0\n  "
                       "dadd.i64 r1, r1, #1\n  dloop r2, a\n  dhalt\n",
                       first);
  };
  const std::string takes = kHead +
                            "  dmov.i64 r2, #150\na:\n  crecv m0, p0\n  cunpack.i64 r3, m0, 0\n  dadd.i64 r1, r1, "
                            "r3\n  dmul.i64 r3, r3, r3\n  dadd.i64 r4, r4, r3\n  dloop r2, a\n  dhalt\n";
  for (const Ran& ran : run_everywhere({takes, sends(0), takes, takes, sends(1000), takes})) {
    std::uint64_t sum = 0, squares = 0, want = 0, want_squares = 0;
    for (const std::size_t k : {0u, 2u, 3u, 5u}) sum += ran.sentron(k).r[1], squares += ran.sentron(k).r[4];
    for (std::uint64_t i = 0; i < 300; ++i) want += 2 * i + 1000, want_squares += i * i + (1000 + i) * (1000 + i);
    EXPECT_EQ(sum, want) << ran.how << " " << ran.deadlock();
    EXPECT_EQ(squares, want_squares);
    EXPECT_TRUE(ran.machine->exchange().pending().empty());
  }
}

TEST(Node, AnAttemptFindsWhatWasSentBeforeARendezvous) {
  // 1 to 6 send to 0's coordinate, all meet, and 7 takes there; then none is left.
  std::vector<std::string> texts = {kHead + "  crecv m1, p0\n  cbar\n  cbar\n  dhalt\n"};
  for (int k = 1; k <= 6; ++k)
    texts.push_back(kHead + "  cpack.i64 m0, 0, r15\n  csend m0, p0\n  cbar\n  cbar\n  dhalt\n");
  texts.push_back(
      kHead +
      "  cbar\n  dmov.i64 r2, #6\na:\n  crecv.try m0, p0\n  cunpack.i64 r3, m0, 0\n  dmov.sr r4\n  dadd.i64 "
      "r5, r5, r4\n  dloop r2, a\n  cbar\n  dhalt\n");
  for (int round = 0; round < 5; ++round)
    for (const Ran& ran : run_everywhere(texts)) {
      ASSERT_EQ(ran.deadlock(), "") << ran.how;
      EXPECT_EQ(ran.sentron(7).r[5], exec::kEmpty) << ran.how << ": five attempts of six find a message";
    }
}

TEST(Node, AMessageArrivesBeforeThoseThatItsSendingHasCaused) {
  // 0 sends 1 to the coordinate of 2 and then asks 1 to send 2 there.
  const std::string first = kHead +
                            ".coord to = 1.1.1/1.1.1/1.1.1/5.5\n  dmov.coord p2, to\n  dmov.i64 r2, #200\na:\n  "
                            "dmov.i64 r1, #1\n  cpack.i64 m0, 0, r1\n  csend m0, p2\n  csend m0, p0\n  crecv m3, p1\n  "
                            "dloop r2, a\n  dhalt\n";
  const std::string second = kHead +
                             ".coord to = 1.1.1/1.1.1/1.1.1/5.5\n  dmov.coord p2, to\n  dmov.i64 r2, #200\na:\n  crecv "
                             "m1, p0\n  dmov.i64 r1, #2\n  cpack.i64 m0, 0, r1\n  csend m0, p2\n  dloop r2, a\n  "
                             "dhalt\n";
  const std::string third = kHead +
                            ".coord to = 1.1.1/1.1.1/1.1.1/5.5\n  dmov.coord p2, to\n  dmov.i64 r2, #200\na:\n  crecv "
                            "m1, p2\n  cunpack.i64 r3, m1, 0\n  crecv m1, p2\n  cunpack.i64 r4, m1, 0\n  dsub.i64 r5, "
                            "r4, r3\n  dadd.i64 r6, r6, r5\n  csend m1, p1\n  dloop r2, a\n  dhalt\n";
  for (const Ran& ran : run_alike({first, second, third})) EXPECT_EQ(ran.sentron(2).r[6], 200u) << ran.how;
}

TEST(Node, ReceivesWithATemperatureSeeTheMessagesOfAllWorkers) {
  // After a rendezvous, sentron k takes the nearest to column 10 k; all sent to columns 10 k + 1.
  const std::string text =
      ".coord origin = 1.1.1/1.1.1/1.1.1/1.1\n  dmov.coord p0, origin\n  dmul.i64 r1, r15, #10\n  dadd.i64 r2, r1, "
      "#2\n  sindex.set p1, p0, column, r2\n  cpack.i64 m0, 0, r15\n  csend m0, p1\n  cbar\n  dmov.i64 r3, #1.0f64\n  "
      "ctemp r3\n  dadd.i64 r2, r1, #3\n  sindex.set p2, p0, column, r2\n  crecv m1, p2\n  cunpack.i64 r4, m1, 0\n  "
      "dhalt\n";
  for (const Ran& ran : run_alike(std::vector<std::string>(8, text)))
    for (std::size_t k = 0; k < 8; ++k) EXPECT_EQ(ran.sentron(k).r[4], k) << ran.how;
}

TEST(Node, ABeaconIsFoundByTheSentronsOfAllWorkers) {
  const std::string text =
      ".coord origin = 1.1.1/1.1.1/1.1.1/1.1\n  dmov.coord p0, origin\n  dmul.i64 r1, r15, #10\n  dadd.i64 r1, r1, "
      "#10\n  sindex.set p1, p0, column, r1\n  cbeacon p1\n  cbar\n  sindex p2, p1, column, #14\n  croute r3, p2\n  "
      "dhalt\n";
  for (const Ran& ran : run_alike(std::vector<std::string>(9, text)))
    for (std::size_t k = 0; k < 9; ++k) EXPECT_EQ(ran.sentron(k).r[3], std::min<std::size_t>(k + 1, 8)) << ran.how;
}

TEST(Node, AnExchangeThatIsFullTrapsItsSendersAndLosesNothing) {
  const std::string sends =
      kHead + "  dmov.i64 r2, #2000\na:\n  csend m0, p0\n  dadd.i64 r1, r1, #1\n  dloop r2, a\n  dhalt\n";
  const std::string owns = kHead + "  crecv m0, p0\n  dhalt\n";
  auto engines = engines_of({owns, sends, sends});
  for (std::ptrdiff_t kind = 0; kind < std::distance(engines[0]->begin(), engines[0]->end()); ++kind)
    for (const unsigned workers : kWorkers) {
      Node::Options options;
      options.ring_letters = 16;
      const Ran ran = run_one(engines, kind, workers, options, {}, 100000, 100);
      std::uint64_t sent = 0;
      for (const std::size_t k : {1u, 2u}) {
        EXPECT_EQ(ran.sentron(k).trap.kind, exec::TrapKind::exchange_full) << ran.how;
        sent += ran.sentron(k).r[1];
      }
      EXPECT_EQ(ran.machine->exchange().pending().size() + 1, sent) << ran.how;
      EXPECT_LE(sent, 101u + 100 + 2 * 16 + 2) << "what the directory and the rings hold";
    }
}

TEST(Node, IdleWorkersStealSentronsThatAreReady) {
  // The first sentron does not end before it gets the message of the second, which lies in the queue behind it.
  const std::string first = kHead + "a:\n  crecv.try m0, p0\n  dmov.sr r1\n  dbr.nz r1, a\n  dhalt\n";
  const std::string second = kHead + "  csend m0, p0\n  dhalt\n";
  auto engines = engines_of({first, second, "  dhalt\n", "  dhalt\n"});
  for (std::ptrdiff_t kind = 0; kind < std::distance(engines[0]->begin(), engines[0]->end()); ++kind) {
    const Ran ran = run_one(engines, kind, 2, {}, {}, std::uint64_t{1} << 40);
    EXPECT_GT(ran.result.stolen, 0u);
    EXPECT_EQ(ran.sentron(0).status, Status::halted) << ran.how;
  }
}

TEST(Node, ATrapEndsAllWhereThatIsAsked) {
  const std::string spins = kHead + "a:\n  csend m0, p0\n  crecv m0, p0\n  cbar\n  dbr a\n",
                    traps = "  sgather.i64 r1, [p0]\n  dhalt\n";
  Node::Options options;
  options.trap_ends_all = true;
  auto engines = engines_of({spins, spins, spins, traps});
  for (const unsigned workers : kWorkers) {
    const Ran ran = run_one(engines, 0, workers, options, {}, std::uint64_t{1} << 40);
    EXPECT_TRUE(ran.result.stopped);
    EXPECT_EQ(ran.sentron(3).trap.kind, exec::TrapKind::unmapped);
    EXPECT_NE(ran.sentron(0).status, Status::trapped);
  }
}

TEST(Node, ItStopsWhenItIsToldTo) {
  const std::string spins = kHead + "a:\n  csend m0, p0\n  crecv m0, p0\n  cbar\n  dbr a\n";
  auto engines = engines_of(std::vector<std::string>(5, spins));
  std::vector<const exec::Engine*> chosen;
  for (const auto& set : engines) chosen.push_back(set->begin()->engine.get());
  for (const unsigned workers : kWorkers) {
    Machine machine;
    for (std::size_t i = 0; i < 5; ++i) machine.spawn();
    Node node(machine, chosen, {.workers = workers});
    std::thread other([&] { node.stop(); });
    EXPECT_TRUE(node.run().stopped);
    other.join();
  }
}

/// What a run of sentrons leaves that programs can observe: registers, traps and how many messages are pending.
std::string answer_of(const Ran& ran, std::size_t sentrons) {
  std::string text;
  for (std::size_t k = 0; k < sentrons; ++k) {
    const Context& c = ran.sentron(k);
    text += fmt::format("{} {} {} {}:", k, static_cast<int>(c.status), c.pc, c.trap.message());
    for (std::size_t r = 0; r < 6; ++r) text += fmt::format(" {}", c.r[r]);
    text += "\n";
  }
  return text + fmt::format("{} pending", ran.machine->exchange().pending().size());
}

/// Programs whose answer does not depend on who goes first: each coordinate has one sender and one receiver, chosen at
/// random, and rendezvous are the same for all. Many end in a deadlock, because a receive waits for a message that is
/// sent later or never.
std::vector<std::string> random_programs(Random& random, std::size_t sentrons) {
  std::vector<std::string> bodies(sentrons);
  const auto below = [&](std::uint64_t n) { return random.below(n); };
  std::uint64_t coordinates = 0;
  for (std::uint64_t step = 0; step < 6 + below(10); ++step) {
    const std::uint64_t what = below(8);
    if (what == 0) {
      const char* const meets[] = {"  cbar\n", "  creduce.i64 r5, r1, add\n", "  creduce.i64 r4, r1, max\n",
                                   "  cpack.i64 m3, 0, r1\n  ccast m2, m3, #1\n  cunpack.i64 r3, m2, 0\n"};
      const char* const meet = meets[below(4)];
      for (std::string& body : bodies) body += meet;
      continue;
    }
    const std::size_t from = below(sentrons), to = below(sentrons);
    const std::uint64_t count = 1 + below(4), column = 1 + coordinates++;
    const std::string place = fmt::format("  dmov.i64 r6, #{}\n  sindex.set p2, p0, column, r6\n", column);
    bodies[from] += place;
    bodies[to] += place;
    const bool missing = below(40) == 0;
    for (std::uint64_t i = 0; i < count; ++i) {
      bodies[from] += "  dadd.i64 r1, r1, #13\n  cpack.i64 m0, 0, r1\n  csend m0, p2\n";
      if (i > 0 || !missing) bodies[to] += "  crecv m1, p2\n";
      bodies[to] += "  cunpack.i64 r2, m1, 0\n  dmul.i64 r1, r1, #31\n  dadd.i64 r1, r1, r2\n";
    }
    if (below(60) == 0)  // nobody sends there, and nobody else receives
      bodies[from] +=
          fmt::format("  dmov.i64 r6, #{}\n  sindex.set p2, p0, column, r6\n  crecv m1, p2\n", 1 + coordinates++);
    if (below(80) == 0) bodies[to] += "  sgather.i64 r1, [p7]\n";
  }
  for (std::string& body : bodies)
    body = ".coord here = 1.1.1/1.1.1/1.1.1/1.1\n  dmov.coord p0, here\n  dadd.i64 r1, r15, #1\n" + body + "  dhalt\n";
  return bodies;
}

TEST(Node, RandomProgramsGiveTheAnswerOfOneThreadForAnyNumberOfWorkers) {
  std::size_t halted = 0, others = 0;
  std::set<std::string> answers;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    Random random(seed);
    const std::size_t sentrons = 2 + random.below(8);
    auto engines = engines_of(random_programs(random, sentrons));
    const Ran oracle = run_one(engines, 0, 0, {}, {}, 100000);
    const std::string want = answer_of(oracle, sentrons);
    answers.insert(want);
    for (std::size_t k = 0; k < sentrons; ++k) ++(oracle.sentron(k).status == Status::halted ? halted : others);
    for (const unsigned workers : kWorkers) {
      Node::Options options;
      options.ring_letters = std::size_t{1} << random.below(5);
      if (random.below(2) == 0) options.spins = 0;
      const Ran ran = run_one(engines, static_cast<std::ptrdiff_t>(random.below(2)), workers, options, {}, 100000);
      ASSERT_EQ(answer_of(ran, sentrons), want) << ran.how << "\n" << ran.deadlock();
    }
  }
  EXPECT_GT(halted, 50u);
  EXPECT_GT(others, 20u) << "some end in a deadlock";
  EXPECT_GT(answers.size(), 50u);
}

TEST(Node, SleepersAreWokenWheneverTheyGetSomething) {
  // Workers sleep as soon as they have nothing to do, so that each message and each rendezvous wakes one.
  Node::Options options;
  options.spins = 0;
  std::vector<std::string> texts;
  for (int k = 0; k < 3; ++k)
    texts.push_back(fmt::format(
        ".coord mine = 1.1.1/1.1.1/1.1.{}/1.1\n.coord next = 1.1.1/1.1.1/1.1.{}/1.1\n  dmov.coord p0, mine\n  "
        "dmov.coord p1, next\n  dmov.i64 r2, #300\na:\n  dadd.i64 r1, r1, r15\n  cpack.i64 m0, 0, r1\n  csend m0, "
        "p1\n  crecv m1, p0\n  cunpack.i64 r1, m1, 0\n  cbar\n  dloop r2, a\n  dhalt\n",
        k + 1, (k + 1) % 3 + 1));
  for (const Ran& ran : run_alike(texts, {}, 100000, options)) EXPECT_EQ(ran.sentron(0).status, Status::halted);
}

}  // namespace
}  // namespace vtpu::runtime
