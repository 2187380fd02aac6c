// The `phext` program as a user meets it: output, exit status, and the one line on standard error.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "vtpu/base/file.h"

namespace vtpu {
namespace {

namespace fs = std::filesystem;

struct Outcome {
  int status = -1;
  std::string out;
  std::string err;
};

class PhextCommand : public testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        fs::path(testing::TempDir()) / "phext_command" / testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    put("doc",
        "a\x17"
        "b\x18"
        "c\n");
  }

  void put(const std::string& name, const std::string& bytes) { ASSERT_TRUE(write_file(folder_ / name, bytes)); }
  std::string content(const std::string& name) { return read_file(folder_ / name).value(); }

  /// Runs `phext arguments` in the folder of the test, with `input` on standard input.
  Outcome phext(const std::string& arguments, const std::string& input = "") {
    put("stdin", input);
    const std::string command =
        "cd '" + folder_.string() + "' && '" VTPU_BUILD "/bin/phext' " + arguments + " <stdin >stdout 2>stderr";
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, content("stdout"), content("stderr")};
  }

  fs::path folder_;
};

TEST_F(PhextCommand, GetPrintsAScrollOfAFileOrOfStandardInput) {
  EXPECT_EQ(phext("get doc 1.1.1/1.1.1/1.2.1").out, "c\n");
  EXPECT_EQ(phext("get - 1.1.1/1.1.1/1.1.2", "x\x17y").out, "y");
}

TEST_F(PhextCommand, SelectPrintsADocumentOfTheScrollsInTheBox) {
  EXPECT_EQ(phext("select doc '1.1.1/1.1.1/1.*.1'").out,
            "a\x18"
            "c\n");
  const Outcome wrong = phext("select doc '1.1.1/1.1.1/1.x.1'");
  EXPECT_EQ(wrong.status, 1);
  EXPECT_EQ(wrong.err,
            "phext: selection '1.1.1/1.1.1/1.x.1': column 15: found 'x'; expected '*', a number from 1 to 999, or a "
            "range of them such as 2-5\n");
}

TEST_F(PhextCommand, AnEscapedDocumentFitsIntoAScrollAndComesBack) {
  put("text", phext("escape doc").out);
  EXPECT_EQ(content("text"), "a\\x17b\\x18c\n");
  put("outer", phext("put doc 1.1.1/1.1.1/1.1.2 --from text").out);
  EXPECT_EQ(phext("unescape -", phext("get outer 1.1.1/1.1.1/1.1.2").out).out, content("doc"));
  const Outcome wrong = phext("unescape -", "\\q");
  EXPECT_EQ(wrong.status, 1);
  EXPECT_EQ(wrong.err,
            "phext: standard input: byte 0: found a backslash that begins no escape; expected '\\\\' or '\\x' and two "
            "hexadecimal digits\n");
}

TEST_F(PhextCommand, ACoordinateMayHaveTheUrlFormThatNavmapWrites) {
  EXPECT_EQ(phext("get doc '1.1.1;1.1.1;1.2.1'").out, "c\n");
  const Outcome mixed = phext("get doc '1.1.1;1.1.1/1.2.1'");
  EXPECT_EQ(mixed.status, 1);
  EXPECT_EQ(mixed.err, "phext: coordinate '1.1.1;1.1.1/1.2.1': column 12: found '/'; expected ';'\n");
}

TEST_F(PhextCommand, EditsGoToStandardOutputAndLeaveTheFile) {
  EXPECT_EQ(phext("put doc 1.1.1/1.1.1/1.1.2 -t B").out,
            "a\x17"
            "B\x18"
            "c\n");
  EXPECT_EQ(phext("insert doc 1.1.1/1.1.1/1.1.2", "!").out,
            "a\x17"
            "b!\x18"
            "c\n");
  EXPECT_EQ(phext("remove - 1.1.1/1.1.1/1.1.1",
                  "a\x17"
                  "b")
                .out,
            "\x17"
            "b");
  EXPECT_EQ(content("doc"),
            "a\x17"
            "b\x18"
            "c\n");
}

TEST_F(PhextCommand, EditsInPlaceKeepLinkAndPermissions) {
  fs::create_symlink("doc", folder_ / "link");
  fs::permissions(folder_ / "doc", fs::perms(0640));
  const Outcome run = phext("put -i link 1.1.1/1.1.1/1.1.3 --from stdin", "new");
  EXPECT_EQ(run.status, 0);
  EXPECT_EQ(run.out, "");
  EXPECT_EQ(content("doc"),
            "a\x17"
            "b\x17new\x18"
            "c\n");
  EXPECT_TRUE(fs::is_symlink(folder_ / "link"));
  EXPECT_EQ(fs::status(folder_ / "doc").permissions(), fs::perms(0640));
  EXPECT_EQ(phext("normalize -i doc").status, 0);
  EXPECT_EQ(phext("remove -i doc 1.1.1/1.1.1/1.2.1").status, 0);
  EXPECT_EQ(content("doc"),
            "a\x17"
            "b\x17new");
}

TEST_F(PhextCommand, RangePrintsOrReplaces) {
  EXPECT_EQ(phext("range doc 1.1.1/1.1.1/1.1.1 1.1.1/1.1.1/1.1.2").out,
            "a\x17"
            "b");
  EXPECT_EQ(phext("range - 1.1.1/1.1.1/1.1.1 1.1.1/1.1.1/1.1.2", "x\x17y\x17z").out, "x\x17y");
  EXPECT_EQ(phext("range doc 1.1.1/1.1.1/1.1.1 1.1.1/1.1.1/1.1.2 -t x").out,
            "x\x18"
            "c\n");
}

TEST_F(PhextCommand, ReportsListTheScrolls) {
  EXPECT_EQ(phext("ls doc").out, "1.1.1/1.1.1/1.1.1\t0\t1\n1.1.1/1.1.1/1.1.2\t2\t1\n1.1.1/1.1.1/1.2.1\t4\t2\n");
  EXPECT_EQ(phext("toc doc").out, "* 1.1.1/1.1.1/1.1.1: a\n* 1.1.1/1.1.1/1.1.2: b\n* 1.1.1/1.1.1/1.2.1: c...\n");
  EXPECT_EQ(phext("manifest -", "a").out, "a96faf705af16834e6c632b61e964e1f");
  EXPECT_EQ(phext("stat doc").out.substr(0, 32), "bytes 6\ntext_bytes 4\nscrolls 3\nl");
}

TEST_F(PhextCommand, TwoDocumentsAreMergedSubtractedAndCompared) {
  put("other",
      "a\x17"
      "B\x17"
      "d");
  EXPECT_EQ(phext("merge doc other").out,
            "aa\x17"
            "bB\x17"
            "d\x18"
            "c\n");
  EXPECT_EQ(phext("subtract doc other").out,
            "\x18"
            "c\n");
  const Outcome run = phext("diff doc other");
  EXPECT_EQ(run.status, 0);
  EXPECT_EQ(run.out,
            "- 1.1.1/1.1.1/1.1.2: b\n+ 1.1.1/1.1.1/1.1.2: B\n"
            "! 1.1.1/1.1.1/1.1.2: first difference at line 1, column 1\n"
            "+ 1.1.1/1.1.1/1.1.3: d\n- 1.1.1/1.1.1/1.2.1: c...\n");
  EXPECT_EQ(phext("diff doc doc").out, "");
}

TEST_F(PhextCommand, BatchAnswersLineByLine) {
  EXPECT_EQ(phext("batch", "{\"id\":1,\"op\":\"checksum\",\"text\":\"a\"}\n?\n").out.substr(0, 52),
            "{\"id\":1,\"value\":\"a96faf705af16834e6c632b61e964e1f\"}\n");
}

TEST_F(PhextCommand, WrongInputIsOneLineAndStatus1) {
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"get nofile 1.1.1/1.1.1/1.1.1", "phext: nofile: cannot open: No such file or directory\n"},
      {"get doc 1.1.1/1.1.x/1.1.1",
       "phext: coordinate '1.1.1/1.1.x/1.1.1': column 11: found 'x'; expected a number from 1 to 999\n"},
      {"range doc 1.1.1/1.1.1/1.1.2 1.1.1/1.1.1/1.1.1",
       "phext: doc: range: found 1.1.1/1.1.1/1.1.2 to 1.1.1/1.1.1/1.1.1; expected the first coordinate not after the "
       "last\n"},
      {"normalize full",
       "phext: full: byte 998: a scroll break at 1.1.1/1.1.1/1.1.999; expected at most 999 per dimension\n"},
      {"merge doc full",
       "phext: doc and full: right, byte 998: a scroll break at 1.1.1/1.1.1/1.1.999; expected at most 999 per "
       "dimension\n"},
      {"ls .", "phext: .: is a folder; expected a file\n"},
  };
  put("full", std::string(1200, '\x17') + "x");
  for (const auto& [arguments, message] : wrong) {
    const Outcome run = phext(arguments);
    EXPECT_EQ(run.status, 1) << arguments;
    EXPECT_EQ(run.err, message);
    EXPECT_EQ(run.out, "");
  }
}

TEST_F(PhextCommand, AFailedEditInPlaceLeavesTheFile) {
  const std::string full = std::string(998, '\x17') + "x";
  put("full", full);
  EXPECT_EQ(phext("insert -i full 1.1.1/1.1.1/1.1.1 --from stdin", "a\x17").status, 1);
  EXPECT_EQ(content("full"), full);
}

TEST_F(PhextCommand, WrongUsageIsOneLineAndStatus2) {
  for (const std::string arguments :
       {"", "fetch doc 1.1.1/1.1.1/1.1.1", "get", "get doc", "get doc 1.1.1/1.1.1/1.1.1 more", "put doc --bad",
        "put - 1.1.1/1.1.1/1.1.1", "put -i - 1.1.1/1.1.1/1.1.1 -t x", "put doc 1.1.1/1.1.1/1.1.1 -t x -f y",
        "merge - -", "range -i doc 1.1.1/1.1.1/1.1.1 1.1.1/1.1.1/1.1.1"}) {
    const Outcome run = phext(arguments);
    EXPECT_EQ(run.status, 2) << arguments;
    EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\n'), 1) << run.err;
    EXPECT_EQ(run.out, "");
  }
}

TEST_F(PhextCommand, HelpNamesEveryCommandAndSucceeds) {
  const Outcome run = phext("--help");
  EXPECT_EQ(run.status, 0);
  for (const char* command : {"get", "put", "insert", "remove", "range", "ls", "toc", "normalize", "merge", "subtract",
                              "manifest", "diff", "stat", "batch"})
    EXPECT_NE(run.out.find(std::string("\n  ") + command + " "), std::string::npos) << command;
}

}  // namespace
}  // namespace vtpu
