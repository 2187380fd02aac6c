// Does the history of the ledger name each edit, and does it know which came after a result?
#include "vtpu/artifact/history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "vtpu/artifact/process.h"
#include "vtpu/base/file.h"

namespace vtpu::artifact {
namespace {

namespace fs = std::filesystem;

class History : public testing::Test {
 protected:
  History() : root_(fs::path(testing::TempDir()) / ("history_" + std::to_string(::getpid()))) {
    fs::remove_all(root_);
    fs::create_directories(root_);
  }
  ~History() override { fs::remove_all(root_); }

  void git(std::vector<std::string> arguments) {
    std::vector<std::string> command = {"git", "-C", root_.string(), "-c", "user.name=A", "-c", "user.email=a@b.c"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    const Result<Finished> finished = run_program(command, true);
    ASSERT_TRUE(finished && finished->status == 0);
  }
  void commit(const std::string& path, const std::string& text) {
    ASSERT_TRUE(write_file(root_ / path, text));
    git({"add", "-A"});
    git({"commit", "-q", "-m", "x"});
  }

  fs::path root_;
};

TEST_F(History, NamesEachEditAndWhetherItCameBeforeOrAfterTheFirstResult) {
  git({"init", "-q"});
  commit("data/claims.csv", "id,experiment,note\na,e,\nb,f,\n");
  commit("data/claims.csv", "id,experiment,note\na,e,first\nb,f,\n");
  commit("data/reference/quick/e.json", "{}\n");
  commit("data/claims.csv", "id,experiment,note,means\na,e,\"second, longer\",fact\nc,e,,\n");
  const Result<std::vector<LedgerChange>> changes = ledger_history(root_);
  ASSERT_TRUE(changes) << changes.error().message();
  std::vector<std::string> found;
  for (const LedgerChange& one : *changes) {
    EXPECT_EQ(one.commit.size(), 40u);
    EXPECT_EQ(one.date.size(), 10u);
    found.push_back(one.row + "|" + one.field + "|" + one.old_text + "|" + one.new_text + "|" + one.when);
  }
  EXPECT_THAT(found, testing::ElementsAre("a|row||added|before", "b|row||added|no result", "a|note||first|before",
                                          "b|row||removed|no result", "a|note|first|second, longer|after",
                                          "a|means||fact|after", "c|row||added|after"));
}

TEST_F(History, AFolderWithoutAHistoryIsAnError) {
  ASSERT_TRUE(write_file(root_ / "data/claims.csv", "id\na\n"));
  EXPECT_FALSE(ledger_history(root_));
}

}  // namespace
}  // namespace vtpu::artifact
