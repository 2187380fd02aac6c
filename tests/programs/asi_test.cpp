// Does the shell do what its help says, from a script and at a terminal?
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "command.h"
#include "terminal.h"

namespace vtpu {
namespace {

using testing::HasSubstr;
using testing::Not;

class Asi : public CommandTest {
 protected:
  Outcome script(const std::string& lines) { return shell("asi", lines); }
  /// What a script prints, which has no error.
  std::string said(const std::string& lines) {
    const Outcome done = script(lines);
    EXPECT_EQ(done.status, 0) << done.err;
    EXPECT_EQ(done.err, "");
    return done.out;
  }
  void SetUp() override {
    CommandTest::SetUp();
    put("squares.sasm", read_file(VTPU_ROOT "/docs/learn/squares.sasm").value());
    put("alice.sasm", read_file(VTPU_ROOT "/examples/alice.sasm").value());
    put("bob.sasm", read_file(VTPU_ROOT "/examples/bob.sasm").value());
    put("forever.sasm", "loop:\n  dadd.i64 r1, r1, #1\n  dbr loop\n");
  }
};

TEST_F(Asi, ShortNamesAndAssemblyFormsDoTheSame) {
  EXPECT_EQ(said("mov r0 10\nadd r1 r0 r0\nmul r2 r1 r0\nsub r3 r2 1\nfma r4 r1 r2 r0\n"),
            "  r0 = 10\n  r1 = 20\n  r2 = 200\n  r3 = 199\n  r4 = 4010\n");
  EXPECT_EQ(said("dmov.i64 r0, #10\ndadd.i64 r1, r0, r0\ndmul.i64 r2, r1, r0\ndsub.i64 r3, r2, #1\n"
                 "dfma.i64 r4, r1, r2, r0\n"),
            "  r0 = 10\n  r1 = 20\n  r2 = 200\n  r3 = 199\n  r4 = 4010\n");
}

TEST_F(Asi, OpsOfOneWordReadTheStateBeforeIt) {
  EXPECT_EQ(said("write 1.1.1 5\nmov p0 1.1.1\nmov r1 7\ndadd.i64 r2, r1, #1 | sscattr.i64 r2, [p0]\nx 1.1.1\n"),
            "1.1.1/1.1.1/1.1.1/1.1 = 5\n  p0 = 1.1.1/1.1.1/1.1.1/1.1\n  r1 = 7\n  r2 = 8\n"
            "1.1.1/1.1.1/1.1.1/1.1  0\n");
}

TEST_F(Asi, GatherAndScatterTakeCoordinatesAndKeepEveryPointer) {
  EXPECT_EQ(said("write 2.1.1/1.1.1/1.1.1/1.4 -3\nmov p7 1.1.1\ngather r1 2.1.1/1.1.1/1.1.1/1.4\n"
                 "scatter 2.1.1/1.1.1/1.1.1/1.5 r1\nreg p7\nx 2.1.1/1.1.1/1.1.1/1.4 3\n"),
            "2.1.1/1.1.1/1.1.1/1.4 = -3\n  p7 = 1.1.1/1.1.1/1.1.1/1.1\n  r1 = -3\np7 = 1.1.1/1.1.1/1.1.1/1.1\n"
            "2.1.1/1.1.1/1.1.1/1.4  -3\n2.1.1/1.1.1/1.1.1/1.5  -3\n2.1.1/1.1.1/1.1.1/1.6  0\n");
}

TEST_F(Asi, RegistersThatTheLastCommandChangedAreMarked) {
  EXPECT_EQ(said("mov r0 1\nmov r1 2\nreg\n"), "  r0 = 1\n  r1 = 2\n  r0 = 1\n* r1 = 2\n");
}

TEST_F(Asi, AWrongLineEndsAScriptAndNamesItsLine) {
  const Outcome unknown = script("mov r0 1\nadc r0 r0 r0\nmov r0 2\n");
  EXPECT_EQ(unknown.status, 1);
  EXPECT_EQ(unknown.out, "  r0 = 1\n");
  EXPECT_THAT(unknown.err, HasSubstr("asi: standard input:2: found 'adc'"));
  EXPECT_THAT(script("mov r16 1\n").err, HasSubstr("asi: standard input:1: column "));
  EXPECT_THAT(script("dadd.i64 r1, r1, #1 | sgather.i64 r1, [p0]\n").err, HasSubstr("also writes"));
  EXPECT_THAT(script("gather r1 9.1.1\n").err, HasSubstr("nothing is mapped at 9.1.1"));
  EXPECT_THAT(script("crecv m0, p0\n").err, HasSubstr("would have to wait"));
  EXPECT_THAT(script("select 1\n").err, HasSubstr("expected a whole number from 0 to 0"));
  EXPECT_THAT(script("step\n").err, HasSubstr("sentron 0 has no program"));
  EXPECT_THAT(script("load absent.sasm\n").err, HasSubstr("absent.sasm"));
}

TEST_F(Asi, BreaksAndWatchesStopBeforeTheWordAndAfterTheChange) {
  const std::string out = said(
      "load squares.sasm\nbreak loop\ncontinue\ndelete\nwatch 1.1.1/1.1.1/1.1.1/1.7\n"
      "continue\ninfo\ninfo breaks\ndelete\nwatch r2\ncontinue\ndelete\ncontinue\nreg r2\n");
  EXPECT_THAT(out, HasSubstr("break in sentron 0\n3 words"));
  EXPECT_THAT(out, HasSubstr("next word 3: dmul.i64 r3, r1, r1"));
  EXPECT_THAT(out, HasSubstr("1.1.1/1.1.1/1.1.1/1.7 was 0, is 36\n"));
  EXPECT_THAT(out, HasSubstr("r2 was 85, is 110\n"));
  EXPECT_THAT(out, HasSubstr("sentron 0: halted\n"));
  EXPECT_THAT(out, HasSubstr("\nr2 = 140\n"));
}

/// Steps forward one word at a time, and back again: each state on the way back is that on the way there.
TEST_F(Asi, SteppingBackGivesEveryStateAgain) {
  const std::string look = "reg\ninfo messages\nx 1.1.1/1.1.1/1.1.1/1.1 8\nstatus\n";
  const std::string start =
      "write 1.1.1 3\nwrite 1.1.1/1.1.1/1.1.1/1.2 7\nwrite 1.1.1/1.1.1/1.1.1/1.3 2\nload alice.sasm\nspawn\nload "
      "bob.sasm\n";
  // The words in an order in which Bob waits first: Bob 1, Alice 7, Bob 4.
  std::vector<std::string> words = {"select 1\nstep\n"};
  for (int k = 0; k < 7; ++k) words.push_back("select 0\nstep\n");
  for (int k = 0; k < 4; ++k) words.push_back("select 1\nstep\n");
  // The marks of `reg` and the turn of speech of `step` depend on the way; what follows `echo` does not.
  const auto state_after = [&](std::size_t steps, std::size_t extra) {
    std::string lines = start;
    for (std::size_t k = 0; k < steps + extra; ++k) lines += words[k];
    if (extra > 0) lines += "back " + std::to_string(extra) + "\n";
    lines += "select 0\nmov r14 99\n" + look + "select 1\nmov r14 99\n" + look;
    const std::string out = said(lines);
    return out.substr(out.find("  r14 = 99\n"));
  };
  for (std::size_t steps = 0; steps < words.size(); steps += 3)
    EXPECT_EQ(state_after(steps, words.size() - steps), state_after(steps, 0)) << steps;
  EXPECT_THAT(state_after(words.size(), 0), HasSubstr("1.1.1/1.1.1/1.1.1/1.5  84\n"));
}

TEST_F(Asi, BackUndoesCommandsTooAndEndsAtTheBeginning) {
  EXPECT_EQ(said("write 1.1.1 1\nwrite 1.1.1 2\nback\nx 1.1.1\nback\nx 1.1.1\n"),
            "1.1.1/1.1.1/1.1.1/1.1 = 1\n1.1.1/1.1.1/1.1.1/1.1 = 2\nundone: 1\nsentron 0: ready\n"
            "1.1.1/1.1.1/1.1.1/1.1  1\nundone: 1\nsentron 0: ready\n1.1.1/1.1.1/1.1.1/1.1  not mapped\n");
  EXPECT_THAT(script("back\n").err, HasSubstr("nothing is left to undo"));
  EXPECT_THAT(said("load squares.sasm\ncontinue\nback 1000\nppt\n"), Not(HasSubstr("row_major")));
}

TEST_F(Asi, WhoWaitsForWhatIsShownAndEndsWhenTheMessageComes) {
  const std::string out = said(
      "write 1.1.1 3\nwrite 1.1.1/1.1.1/1.1.1/1.2 7\nwrite 1.1.1/1.1.1/1.1.1/1.3 2\nload bob.sasm\ncontinue\nbt\n"
      "spawn\nload alice.sasm\ncontinue\nbt\nx 1.1.1/1.1.1/1.1.1/1.4 2\n");
  EXPECT_THAT(out, HasSubstr("sentron 0 waits in word 1, crecv, for a message that matches 2.1.1/1.1.1/1.1.1/1.1\n"));
  EXPECT_THAT(out, HasSubstr("nobody waits\n1.1.1/1.1.1/1.1.1/1.4  42\n1.1.1/1.1.1/1.1.1/1.5  84\n"));
}

TEST_F(Asi, RunTimesAProgramInLiveOpsOverMeasuredCycles) {
  const std::string out = said("run squares.sasm\n");
  EXPECT_THAT(out, HasSubstr("25 words, 25 ops, 1.00 per word\nsentron 0: halted\n"));
  EXPECT_THAT(out, testing::AnyOf(HasSubstr(" live ops per measured cycle ("), HasSubstr("not measurable now")));
}

TEST_F(Asi, AnOperationIsTimedWithoutAnEffect) {
  const std::string out = said(
      "write 1.1.1 7\nmov p0 1.1.1\ntime add r1 r0 r0\ntime sscattr.i64 r2, [p0]\ntime dadd.i64 r3, r3, #1\n"
      "x 1.1.1\nreg\n");
  std::size_t timed = 0;
  for (const char* const shown : {" ops per measured cycle (", "not measurable now"})
    for (std::size_t at = 0; (at = out.find(shown, at)) != std::string::npos; ++at) ++timed;
  EXPECT_EQ(timed, 3U) << out;
  EXPECT_THAT(out, HasSubstr("1.1.1/1.1.1/1.1.1/1.1  7\n* p0 = 1.1.1/1.1.1/1.1.1/1.1\n"));
  EXPECT_THAT(out, Not(HasSubstr("r3 = ")));
}

TEST_F(Asi, WhatCannotBeRepeatedIsNotTimed) {
  EXPECT_THAT(script("time dhalt\n").err, HasSubstr("dhalt cannot be repeated alone"));
  EXPECT_THAT(script("time crecv m0, p0\n").err, HasSubstr("crecv cannot be repeated alone"));
  EXPECT_THAT(script("time sgather.i64 r1, [p0]\n").err, HasSubstr("the operation traps: "));
  EXPECT_THAT(script("time frob r1\n").err, HasSubstr("found 'frob'"));
}

TEST_F(Asi, HelpComesFromTheTables) {
  const std::string help = said("help\n");
  for (const char* name : {"spawn", "select N", "run FILE", "step [N]", "back [N]", "gather REGISTER COORDINATE",
                           "write", "reg", "ppt", "status", "disasm", "watch", "break", "bt", "info", "x COORDINATE"})
    EXPECT_THAT(help, HasSubstr(name));
  EXPECT_THAT(said("help fma\n"), HasSubstr("dfma.i64, slot D: rd = ra × rb + rc"));
  EXPECT_THAT(said("help csend\n"), HasSubstr("csend, slot C: ma becomes a pending message at pb"));
}

// ---- at a terminal

TEST_F(Asi, ATerminalHasAPromptCompletionAndAHistoryThatLasts) {
  {
    Terminal asi(folder_.string(), "asi", "ASI_HISTORY");
    ASSERT_TRUE(asi.asks("asi[0]> "));
    asi.type("mov r3 77\n");
    EXPECT_TRUE(asi.shows("r3 = 77"));
    EXPECT_TRUE(asi.asks("asi[0]> "));
    asi.type("spa\t\n");  // completed to spawn
    EXPECT_TRUE(asi.shows("sentron 1"));
    EXPECT_TRUE(asi.asks("asi[1]> "));
    asi.type("frob\n");
    EXPECT_TRUE(asi.shows("error: found 'frob'"));
    EXPECT_TRUE(asi.asks("asi[1]> "));
    asi.type("dadd.i64 r4, r4, #1 | sgather.i64 r2, [p0]\n");  // traps, and so changes nothing
    EXPECT_TRUE(asi.shows("nothing is mapped"));
    EXPECT_TRUE(asi.asks("asi[1]> "));
    asi.type("reg r4\n");
    EXPECT_TRUE(asi.shows("r4 = 0"));
    EXPECT_TRUE(asi.asks("asi[1]> "));
    asi.type("quit\n");
    EXPECT_EQ(asi.status(), 0);
  }
  Terminal again(folder_.string(), "asi", "ASI_HISTORY");
  ASSERT_TRUE(again.asks("asi[0]> "));
  again.type("\x10\x10\x10\x10\x10\x10");  // Ctrl-P, past quit, reg, dadd, frob and spawn
  EXPECT_TRUE(again.shows("mov r3 77"));
  again.type("\n");
  EXPECT_TRUE(again.shows("r3 = 77"));
  EXPECT_TRUE(again.asks("asi[0]> "));
  again.type("\x04");  // the end of the input
  EXPECT_EQ(again.status(), 0);
}

TEST_F(Asi, CtrlCStopsARunningProgramAndKeepsItsState) {
  Terminal asi(folder_.string(), "asi", "ASI_HISTORY");
  ASSERT_TRUE(asi.asks("asi[0]> "));
  asi.type("load forever.sasm\n");
  ASSERT_TRUE(asi.shows("next word 0"));
  ASSERT_TRUE(asi.asks("asi[0]> "));
  asi.type("continue\n");
  ASSERT_TRUE(asi.shows("continue"));
  asi.wait_until_nothing_is_edited();
  asi.type("\x03");
  EXPECT_TRUE(asi.shows("interrupted"));
  EXPECT_TRUE(asi.shows("sentron 0: ready, next word"));
  EXPECT_TRUE(asi.asks("asi[0]> "));
  asi.type("step\n");
  EXPECT_TRUE(asi.shows("1 words"));
  EXPECT_TRUE(asi.asks("asi[0]> "));
  asi.type("quit\n");
  EXPECT_EQ(asi.status(), 0);
}

}  // namespace
}  // namespace vtpu
