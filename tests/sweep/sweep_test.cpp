// Does a sweep give the same lines for any number of threads, shares and attempts, and reject journals that are not its
// own?
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "vtpu/base/file.h"
#include "vtpu/base/random.h"
#include "vtpu/sweep/interrupt.h"
#include "vtpu/sweep/journal.h"
#include "vtpu/sweep/meter.h"
#include "vtpu/sweep/sweep.h"

namespace vtpu::sweep {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr int kItems = 40;

std::string line_of(int item) {
  Random random(static_cast<std::uint64_t>(item));
  return std::to_string(item) + "," + std::to_string(random.below(1000000));
}

Result<std::string> done(int item, const std::function<bool()>&) { return line_of(item); }

std::vector<std::string> all_lines() {
  std::vector<std::string> lines;
  for (int item = 0; item < kItems; ++item) lines.push_back(line_of(item));
  return lines;
}

class Sweep : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) / "sweep" / testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  Options kept(int threads = 1, Share share = {}) const { return {threads, folder_, share, false}; }
  fs::path file(int index = 0, int count = 1) const {
    return folder_ / ("share-" + std::to_string(index) + "-of-" + std::to_string(count) + ".journal");
  }

  fs::path folder_;
};

/// Records the items that were computed.
class Counting {
 public:
  Result<std::string> operator()(int item, const std::function<bool()>&) const {
    const std::lock_guard lock(*mutex_);
    items_->push_back(item);
    return line_of(item);
  }
  std::set<int> different() const { return {items_->begin(), items_->end()}; }
  std::size_t count() const { return items_->size(); }

 private:
  std::shared_ptr<std::mutex> mutex_ = std::make_shared<std::mutex>();
  std::shared_ptr<std::vector<int>> items_ = std::make_shared<std::vector<int>>();
};

TEST_F(Sweep, GivesTheSameLinesInOrderForAnyNumberOfThreads) {
  for (const int threads : {1, 2, 7, 100}) {
    const auto lines = run("same", kItems, done, {threads, {}, {}, false});
    ASSERT_TRUE(lines) << lines.error().message();
    EXPECT_EQ(*lines, all_lines()) << threads;
  }
}

TEST_F(Sweep, WithoutItemsIsEmpty) {
  const auto lines = run("nothing", 0, done, kept());
  ASSERT_TRUE(lines);
  EXPECT_TRUE(lines->empty());
}

TEST_F(Sweep, RunAgainComputesNothingAndGivesTheSameLines) {
  ASSERT_TRUE(run("twice", kItems, done, kept(2)));
  const Counting counting;
  const auto again = run("twice", kItems, counting, kept(2));
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, all_lines());
  EXPECT_EQ(counting.count(), 0U);
}

TEST_F(Sweep, ResumesAfterBeingKilled) {
  const pid_t child = ::fork();
  if (child == 0) {
    const auto dying = [](int item, const std::function<bool()>&) -> Result<std::string> {
      if (item == 13) ::_exit(9);
      return line_of(item);
    };
    static_cast<void>(run("killed", kItems, dying, kept(1)));
    ::_exit(0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(WEXITSTATUS(status), 9);
  const Counting counting;
  const auto lines = run("killed", kItems, counting, kept(2));
  ASSERT_TRUE(lines) << lines.error().message();
  EXPECT_EQ(*lines, all_lines());
  EXPECT_EQ(counting.count(), static_cast<std::size_t>(kItems - 13));
  EXPECT_EQ(*counting.different().begin(), 13);
}

TEST_F(Sweep, AJournalTruncatedAnywhereLosesOnlyTheLinesAfterTheCut) {
  ASSERT_TRUE(run("cut", kItems, done, kept()));
  const std::string whole = read_file(file()).value();
  for (std::size_t length = 0; length < whole.size(); length += 7) {
    ASSERT_TRUE(write_file(file(), whole.substr(0, length)));
    const auto lines = run("cut", kItems, done, kept());
    ASSERT_TRUE(lines) << length << ": " << lines.error().message();
    EXPECT_EQ(*lines, all_lines()) << length;
    EXPECT_EQ(read_file(file()).value(), whole) << length;
  }
}

TEST_F(Sweep, TwoSharesTogetherGiveEverythingInEitherOrder) {
  const auto first = run("shares", kItems, done, kept(1, {0, 2}));
  ASSERT_TRUE(first);
  for (int item = 0; item < kItems; ++item)
    EXPECT_EQ((*first)[static_cast<std::size_t>(item)], item % 2 == 0 ? line_of(item) : "") << item;
  const auto second = run("shares", kItems, done, kept(3, {1, 2}));
  ASSERT_TRUE(second);
  EXPECT_EQ(*second, all_lines());
}

TEST_F(Sweep, AnotherNumberOfProcessesResumesTheSameJournals) {
  ASSERT_TRUE(run("more", kItems, done, kept(1, {1, 3})));
  const Counting counting;
  const auto lines = run("more", kItems, counting, kept(2));
  ASSERT_TRUE(lines);
  EXPECT_EQ(*lines, all_lines());
  for (const int item : counting.different()) EXPECT_NE(item % 3, 1);
}

TEST_F(Sweep, AJournalOfAnotherSweepIsRejectedWithFileFoundAndExpected) {
  ASSERT_TRUE(run("seed 1", kItems, done, kept()));
  const auto other = run("seed 2", kItems, done, kept());
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().where, file().string());
  EXPECT_THAT(other.error().found, HasSubstr("40 items of seed 1"));
  EXPECT_THAT(other.error().expected, HasSubstr("40 items of seed 2"));
  EXPECT_FALSE(run("seed 1", kItems + 1, done, kept()));
  EXPECT_FALSE(run("seed 2", kItems, done, kept(1, {1, 2}))) << "also where it is another share's";
}

TEST_F(Sweep, AFileThatIsNotAJournalIsNotChanged) {
  ASSERT_TRUE(write_file(file(), "my notes\n"));
  EXPECT_FALSE(run("notes", kItems, done, kept()));
  EXPECT_EQ(read_file(file()).value(), "my notes\n");
}

TEST_F(Sweep, ADamagedLineBeforeTheEndIsAnErrorWithItsLineNumber) {
  ASSERT_TRUE(run("damaged", kItems, done, kept()));
  std::string bytes = read_file(file()).value();
  bytes[bytes.find('\n') + 20] ^= 1;
  ASSERT_TRUE(write_file(file(), bytes));
  const auto lines = run("damaged", kItems, done, kept());
  ASSERT_FALSE(lines);
  EXPECT_EQ(lines.error().where, file().string() + ":2");
}

TEST_F(Sweep, TwoDifferentResultsOfOneItemAreAnError) {
  const auto other = [](int item, const std::function<bool()>&) -> Result<std::string> {
    return "other " + std::to_string(item);
  };
  ASSERT_TRUE(run("differ", kItems, done, kept()));
  fs::rename(file(), folder_ / "aside");
  ASSERT_TRUE(run("differ", kItems, other, kept()));
  fs::rename(folder_ / "aside", file(1, 2));
  const auto lines = run("differ", kItems, done, kept());
  ASSERT_FALSE(lines);
  EXPECT_THAT(lines.error().found, HasSubstr("another result of item 0"));
}

TEST_F(Sweep, OneProcessAtATimeWritesAShare) {
  const auto first = Journal::open(folder_, "lock", kItems, {});
  ASSERT_TRUE(first);
  const auto second = Journal::open(folder_, "lock", kItems, {});
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().found, HasSubstr("another process"));
  EXPECT_TRUE(Journal::open(folder_, "lock", kItems, {1, 2}));
}

TEST_F(Sweep, AnIdentityWithLineBreaksDiffersFromItsEscapedForm) {
  ASSERT_TRUE(run("a\nb", kItems, done, kept()));
  EXPECT_TRUE(run("a\nb", kItems, done, kept()));
  EXPECT_FALSE(run("a\\nb", kItems, done, kept()));
}

TEST_F(Sweep, TheFirstItemInOrderThatFailsIsReportedForAnyNumberOfThreads) {
  const auto failing = [](int item, const std::function<bool()>&) -> Result<std::string> {
    if (item == 5) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    if (item == 5 || item == 6 || item == 30) return Error{"sides", "found 0", "1 or more"};
    return line_of(item);
  };
  for (const int threads : {1, 2, 7}) {
    const auto lines = run("fails", kItems, failing, {threads, {}, {}, false});
    ASSERT_FALSE(lines);
    EXPECT_EQ(lines.error().message(), "item 5: sides: found 0; expected 1 or more");
  }
}

TEST_F(Sweep, ItemsDoneBeforeAFailureAreKept) {
  const auto failing = [](int item, const std::function<bool()>&) -> Result<std::string> {
    if (item == 20) return Error{"", "found no way", ""};
    return line_of(item);
  };
  ASSERT_FALSE(run("kept", kItems, failing, kept()));
  const Counting counting;
  ASSERT_TRUE(run("kept", kItems, counting, kept()));
  EXPECT_EQ(counting.count(), static_cast<std::size_t>(kItems - 20));
}

TEST_F(Sweep, AnInterruptStopsLongItemsAndKeepsTheFinishedOnes) {
  const auto slow = [](int item, const std::function<bool()>& stop) -> Result<std::string> {
    if (item == 7) ::raise(SIGINT);
    while (item >= 8 && !stop()) std::this_thread::yield();
    if (item >= 8) return Error{"", "gave up", ""};
    return line_of(item);
  };
  const Interrupt outer;
  const auto lines = run("interrupt", kItems, slow, kept(1));
  ASSERT_FALSE(lines);
  EXPECT_THAT(lines.error().found, HasSubstr("interrupted"));
  EXPECT_THAT(lines.error().expected, HasSubstr(folder_.string()));
  EXPECT_TRUE(outer.came());
  const Counting counting;
  const auto again = run("interrupt", kItems, counting, kept(2));
  EXPECT_FALSE(again) << "the interrupt still holds while the outer one lives";
  EXPECT_EQ(counting.count(), 0U);
}

TEST_F(Sweep, TheNextRunResumesAfterAnInterrupt) {
  const auto interrupted = [](int item, const std::function<bool()>&) -> Result<std::string> {
    if (item == 7) ::raise(SIGINT);
    return line_of(item);
  };
  ASSERT_FALSE(run("next", kItems, interrupted, kept(1)));
  const Counting counting;
  const auto again = run("next", kItems, counting, kept(2));
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, all_lines());
  EXPECT_EQ(counting.count(), static_cast<std::size_t>(kItems - 8));
}

TEST_F(Sweep, AFolderThatCannotBeCreatedIsAnErrorWithItsName) {
  fs::create_directories(folder_.parent_path());
  ASSERT_TRUE(write_file(folder_, "a file"));
  const auto lines = run("folder", kItems, done, kept());
  ASSERT_FALSE(lines);
  EXPECT_THAT(lines.error().where, HasSubstr(folder_.string()));
}

TEST(Meter, TimesArePrintedAsOnAClock) {
  EXPECT_EQ(clock_text(0.4), "0:00");
  EXPECT_EQ(clock_text(67), "1:07");
  EXPECT_EQ(clock_text(3600 + 5 * 60 + 9), "1:05:09");
}

}  // namespace
}  // namespace vtpu::sweep
