// Does a run on simulated chips take the time that follows from its words, its messages and the network?
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "vtpu/base/random.h"
#include "vtpu/cluster/chip_run.h"
#include "vtpu/exec/interpreter.h"
#include "vtpu/exec/jit/native_engine.h"
#include "vtpu/isa/assembler.h"
#include "vtpu/isa/opcode.h"
#include "vtpu/runtime/scheduler.h"

namespace vtpu::cluster {
namespace {

using testing::HasSubstr;

/// Programs with one sentron each, and what they did.
class Programs {
 public:
  explicit Programs(const std::vector<std::string>& texts) {
    for (const std::string& text : texts)
      programs_.push_back(std::make_unique<isa::ValidProgram>(
          isa::ValidProgram::make(isa::assemble(text, "test.sasm").value()).value()));
  }
  std::unique_ptr<exec::Machine> machine() const {
    auto machine = std::make_unique<exec::Machine>();
    for (std::size_t i = 0; i < programs_.size(); ++i) {
      exec::Context& sentron = machine->spawn(100'000);
      sentron.r[isa::kNumberRegister] = i;
    }
    return machine;
  }
  std::vector<const isa::ValidProgram*> each() const {
    std::vector<const isa::ValidProgram*> each;
    for (const auto& program : programs_) each.push_back(program.get());
    return each;
  }
  Recording recording() const { return record(*machine(), each()).value(); }

 private:
  std::vector<std::unique_ptr<isa::ValidProgram>> programs_;
};

scenario::Scenario network(const std::string& toml) { return scenario::parse_scenario(toml, "net.toml").value(); }
const std::string kFour = "[network]\nsides = \"4\"\nlatency_ns = 100\n";

ChipRun run(const Recording& recording, const std::string& toml, double ns_per_word = 1) {
  auto ran = run_on_chips(recording, turns_by_words(recording, ns_per_word), network(toml));
  EXPECT_TRUE(ran.ok()) << ran.error().message();
  return *ran;
}

std::string coordinates() {
  std::string text;
  for (int i = 0; i < 8; ++i) text += fmt::format(".coord c{} = 1.1.1/1.1.1/1.1.{}/1.1\n", i, i + 1);
  return text;
}

constexpr double kPerByte = 1 / 50.0;  // ns, at 50 GB/s

TEST(ChipRun, AMessageTakesTheWordsBeforeItItsBytesAndTheLinks) {
  const std::string send = coordinates() + "  dmov.coord p0, c0\n  dadd.i64 r1, r1, #1\n  csend m0, p0\n  dhalt\n";
  const std::string nothing = "  dhalt\n";
  const std::string receive = coordinates() + "  dmov.coord p0, c0\n  crecv m0, p0\n  dhalt\n";
  // From chip 1 to chip 3: three words, two links, 24 bytes over each side of the ring, and the receiver's last two
  // words.
  const ChipRun ran = run(Programs({send, nothing, receive}).recording(), kFour);
  const double on_the_way = 24 * kPerByte + 200;
  EXPECT_NEAR(ran.time_ns, 3 + on_the_way + 2, 1e-6);
  EXPECT_EQ(ran.messages, 1u);
  EXPECT_EQ(ran.bytes, 48u);
  EXPECT_NEAR(ran.work_ns, 4 + 1 + 3, 1e-9);
  EXPECT_NEAR(ran.wait_ns, 3 + on_the_way - 1, 1e-6);
  EXPECT_NEAR(ran.critical_work_ns, 5, 1e-6);
  EXPECT_NEAR(ran.critical_network_ns, on_the_way, 1e-6);
  EXPECT_NEAR(ran.busiest_bytes, 24, 1e-9);
  EXPECT_EQ(ran.open_receives, 0u);
}

TEST(ChipRun, EveryLevelOfTheNetworkGivesAnUnhinderedMessageItsTime) {
  const Recording recording = Programs({coordinates() + "  dmov.coord p0, c0\n  csend m0, p0\n  dhalt\n",
                                        coordinates() + "  dmov.coord p0, c0\n  crecv m0, p0\n  dhalt\n"})
                                  .recording();
  const double flow = run(recording, kFour + "[simulation]\nlevel = \"flow\"\n").time_ns;
  EXPECT_NEAR(run(recording, kFour + "[simulation]\nlevel = \"packet\"\nrouter_ns = 0\n").time_ns, flow, 0.1);
  const double flit = run(recording, kFour + "[simulation]\nlevel = \"flit\"\n").time_ns;
  EXPECT_GE(flit, flow);
  EXPECT_LE(flit, flow + 40);  // stages of the routers
}

TEST(ChipRun, SentronsOfOneChipShareItsCore) {
  std::string work;
  for (int i = 0; i < 99; ++i) work += "  dadd.i64 r1, r1, #1\n";
  const std::vector<std::string> eight(8, work + "  dhalt\n");
  EXPECT_NEAR(run(Programs(eight).recording(), kFour).time_ns, 200, 1e-9);
  EXPECT_NEAR(run(Programs(eight).recording(), "[network]\nsides = \"8\"\n").time_ns, 100, 1e-9);
  const ChipRun shared = run(Programs(eight).recording(), kFour, 0.5);
  EXPECT_NEAR(shared.time_ns, 100, 1e-9);
  EXPECT_NEAR(shared.work_share(), 1, 1e-9);
}

TEST(ChipRun, ARendezvousGathersAndAnswersAlongATree) {
  // Four chips in a ring: places 1 and 3 are one link from their parents. Place 2 is two from the root, over both sides
  // of the ring. On the way down, the root's two messages share a link, and each has two thirds of its bandwidth.
  const auto there_and_back = [](double bytes) { return 2 * (100 + 200) + bytes * kPerByte * (1 + 0.5 + 1.5 + 1); };
  const ChipRun bar = run(Programs(std::vector<std::string>(4, "  cbar\n  dhalt\n")).recording(), kFour);
  EXPECT_NEAR(bar.time_ns, there_and_back(16) + 2, 1e-6);
  EXPECT_EQ(bar.messages, 6u);
  const std::string late = "  dadd.i64 r1, r1, #1\n  creduce.i64 r1, r1, add\n  dhalt\n";
  const std::string early = "  creduce.i64 r1, r1, add\n  dhalt\n";
  const ChipRun reduced = run(Programs({early, early, early, late}).recording(), kFour);
  EXPECT_NEAR(reduced.time_ns, 1 + there_and_back(24) + 2, 1e-6);
  EXPECT_EQ(reduced.bytes, 6u * 24);
}

/// A token goes round a ring of chips.
std::vector<std::string> ring(int chips, int laps) {
  std::vector<std::string> texts;
  for (int i = 0; i < chips; ++i) {
    std::string text = coordinates() + fmt::format("  dmov.coord p0, c{}\n  dmov.coord p1, c{}\n", i, (i + 1) % chips);
    for (int lap = 0; lap < laps; ++lap)
      text += i == 0 ? "  csend m0, p1\n  crecv m0, p0\n" : "  crecv m0, p0\n  csend m0, p1\n";
    texts.push_back(text + "  dhalt\n");
  }
  return texts;
}

TEST(ChipRun, ARingIsAsLongAsItsHops) {
  const ChipRun ran = run(Programs(ring(4, 3)).recording(), kFour);
  // Every hop: a link, 48 bytes, and the words that receive and send. Chip 1 begins with two words and ends with one.
  EXPECT_NEAR(ran.time_ns, 2 + 12 * (100 + 48 * kPerByte + 2) + 1, 1e-6);
  EXPECT_NEAR(ran.critical_network_ns, 12 * (100 + 48 * kPerByte), 1e-6);
}

TEST(ChipRun, TheLongestChainOfCausesIsTheWholeTime) {
  Random random(7);
  for (int round = 0; round < 40; ++round) {
    const int chips = 2 + static_cast<int>(random.below(7));
    std::vector<std::string> texts;
    std::vector<std::string> bodies(static_cast<std::size_t>(chips));
    for (int step = 0; step < 30; ++step) {
      const auto from = random.below(static_cast<std::uint64_t>(chips)),
                 to = random.below(static_cast<std::uint64_t>(chips));
      for (std::uint64_t k = random.below(4); k > 0; --k) bodies[from] += "  dadd.i64 r1, r1, #1\n";
      if (random.below(5) == 0) {
        for (std::string& body : bodies) body += random.below(2) == 0 ? "  cbar\n" : "  dadd.i64 r2, r2, #1\n  cbar\n";
      } else {
        bodies[from] += fmt::format("  dmov.coord p1, c{}\n  csend m0, p1\n", to);
        bodies[to] += fmt::format("  dmov.coord p0, c{}\n  crecv m0, p0\n", to);
      }
    }
    for (const std::string& body : bodies) texts.push_back(coordinates() + body + "  dhalt\n");
    const Recording recording = Programs(texts).recording();
    ASSERT_EQ(recording.deadlock, "");
    const ChipRun ran = run(recording, kFour, 3);
    EXPECT_NEAR(ran.critical_work_ns + ran.critical_network_ns, ran.time_ns, 1e-6 * ran.time_ns);
    // Stretches of a sentron follow each other without a gap, unless the chip is shared, and none overlap.
    std::map<std::uint32_t, double> ends;
    for (const ChipRun::Span& span : ran.spans) {
      if (chips <= 4) EXPECT_NEAR(span.begin_ns, ends[span.sentron], 1e-6 * ran.time_ns);
      EXPECT_GE(span.begin_ns, ends[span.sentron] - 1e-6 * ran.time_ns);
      EXPECT_GT(span.end_ns, span.begin_ns);
      ends[span.sentron] = span.end_ns;
    }
    // Moving time apart from the network changes the time by no more than it is.
    EXPECT_GE(ran.time_ns, ran.work_ns / std::min(chips, 4) - 1e-6);
  }
}

TEST(Recording, ReceivesThatTimeCouldChangeAreCounted) {
  const std::string send = coordinates() + "  dmov.coord p0, c0\n  csend m0, p0\n  dhalt\n";
  const std::string two = coordinates() + "  dmov.coord p0, c0\n  crecv m0, p0\n  crecv m1, p0\n  dhalt\n";
  EXPECT_EQ(Programs({send, send, two}).recording().open_receives, 2u);
  const std::string tries = coordinates() + "  dmov.coord p0, c0\n  crecv.try m0, p0\n  dhalt\n";
  EXPECT_EQ(Programs({send, tries}).recording().open_receives, 1u);
  const std::string one = coordinates() + "  dmov.coord p0, c0\n  crecv m0, p0\n  dhalt\n";
  EXPECT_EQ(Programs({send, one}).recording().open_receives, 0u);
}

TEST(Recording, AMessageThatNobodyReceivesIsNotCharged) {
  const ChipRun ran =
      run(Programs({coordinates() + "  dmov.coord p0, c0\n  csend m0, p0\n  dhalt\n", "  dhalt\n"}).recording(), kFour);
  EXPECT_EQ(ran.never_received, 1u);
  EXPECT_EQ(ran.messages, 0u);
  EXPECT_EQ(ran.busiest_link, "");
}

TEST(Recording, ADeadlockAndATrapAreRecordedUpToThem) {
  const std::string waits = coordinates() + "  dmov.coord p0, c0\n  crecv m0, p0\n  dhalt\n";
  const Recording stuck = Programs({waits, "  dhalt\n"}).recording();
  EXPECT_THAT(stuck.deadlock, HasSubstr("sentron 0"));
  run(stuck, kFour);
  const std::string traps = coordinates() + "  dmov.coord p0, c0\n  sgather.i64 r1, [p0]\n  dhalt\n";
  EXPECT_NEAR(run(Programs({traps}).recording(), kFour).time_ns, 1, 1e-9);
}

TEST(Recording, ARunWithTooManyEventsIsRefused) {
  const Programs programs(ring(4, 3));
  const auto machine = programs.machine();
  const auto refused = record(*machine, programs.each(), 10);
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().message(), HasSubstr("more than 10"));
}

TEST(Recording, TheNativeEngineHasTheSameTurnsAndTheSameEnd) {
  const auto form = exec::jit::host_form();
  if (!form) GTEST_SKIP() << "no form of host code runs here";
  const Programs programs(ring(5, 2));
  const auto recorded = programs.machine();
  const Recording recording = record(*recorded, programs.each()).value();
  std::vector<std::unique_ptr<exec::jit::NativeEngine>> engines;
  std::vector<const exec::Engine*> each;
  for (const isa::ValidProgram* program : programs.each()) {
    engines.push_back(
        std::make_unique<exec::jit::NativeEngine>(exec::jit::NativeEngine::compile(*program, {}).value()));
    each.push_back(engines.back().get());
  }
  std::unique_ptr<exec::Machine> last;
  const auto make = [&]() -> Result<std::unique_ptr<exec::Machine>> { return programs.machine(); };
  const auto times = measure_turns(recording, make, each, 3);
  ASSERT_TRUE(times.ok()) << times.error().message();
  EXPECT_EQ(times->ns.size(), recording.turns.size());
  EXPECT_EQ(times->sums.size(), 3u);
  const auto native = programs.machine();
  runtime::CooperativeScheduler(*native, each).run();
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(native->sentrons()[i]->r, recorded->sentrons()[i]->r);
    EXPECT_EQ(native->sentrons()[i]->retired, recorded->sentrons()[i]->retired);
  }
}

TEST(ChipRun, WrongNetworksAreRefusedWithTheirPlace) {
  const Recording recording = Programs(ring(4, 1)).recording();
  const auto error = [&](const std::string& toml) {
    const auto ran = run_on_chips(recording, turns_by_words(recording, 1), network(toml));
    return ran ? std::string() : ran.error().message();
  };
  EXPECT_THAT(error(kFour + "[workload]\nkind = \"all-to-all\"\n"),
              testing::AllOf(HasSubstr("net.toml:5"), HasSubstr("without [traffic] and [workload]")));
  EXPECT_THAT(
      error("[network]\nsides = \"4\"\n[routing]\nalgorithm = \"table\"\n[faults]\nlinks = [\"1 +x\", \"3 +x\"]\n"),
      HasSubstr("no path from chip"));
}

TEST(Timeline, IsWhatATraceViewerReads) {
  const ChipRun ran = run(Programs(ring(4, 1)).recording(), kFour);
  const auto json = nlohmann::json::parse(timeline(ran));
  int processes = 0, threads = 0;
  double end = 0;
  for (const auto& event : json.at("traceEvents")) {
    processes += event.at("name") == "process_name";
    threads += event.at("name") == "thread_name";
    if (event.at("ph") == "X") end = std::max(end, event.at("ts").get<double>() + event.at("dur").get<double>());
  }
  EXPECT_EQ(processes, 4);
  EXPECT_EQ(threads, 4);
  EXPECT_NEAR(end, ran.time_ns / 1000, 1e-9);
}

}  // namespace
}  // namespace vtpu::cluster
