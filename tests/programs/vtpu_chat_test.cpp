// Does vtpu-chat answer from what it measures, and say what it cannot answer?
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <string>

#include "command.h"
#include "terminal.h"

namespace vtpu {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

class VtpuChat : public CommandTest {
 protected:
  Outcome asked(const std::string& question) { return shell("vtpu-chat \"" + question + '"'); }
  /// The answer to a question, which has one.
  std::string said(const std::string& question) {
    const Outcome done = asked(question);
    EXPECT_EQ(done.status, 0) << question << "\n" << done.err;
    EXPECT_EQ(done.err, "") << question;
    return done.out;
  }
};

TEST_F(VtpuChat, AQuestionIsAnsweredHoweverItIsAsked) {
  for (const char* const question :
       {"status", "How are you?", "what machine is this", "WHICH PROCESSOR DO YOU RUN ON?!"})
    EXPECT_THAT(said(question), HasSubstr("as the system says: ")) << question;
  for (const char* const question : {"what can I ask?", "help", "?"})
    EXPECT_THAT(said(question), HasSubstr("You can ask:\n")) << question;
}

TEST_F(VtpuChat, StatusSaysWhereItsNumbersComeFrom) {
  const std::string out = said("status");
  EXPECT_THAT(out, AnyOf(HasSubstr("measured now: the core runs at "), HasSubstr("not measurable here")));
  EXPECT_THAT(out, HasSubstr("observed for 0.2 s:"));
}

TEST_F(VtpuChat, AnUnknownQuestionSaysWhatCanBeAsked) {
  const Outcome done = asked("who won the race?");
  EXPECT_EQ(done.status, 1);
  EXPECT_EQ(done.out, "");
  EXPECT_THAT(done.err, HasSubstr("vtpu-chat: no answer to \"who won the race\"; expected a question such as "));
  EXPECT_THAT(done.err, HasSubstr("'benchmark'"));
}

TEST_F(VtpuChat, WordsAndOperationsAreExplainedFromTheirOnePlace) {
  EXPECT_THAT(said("what is a sentron?"), HasSubstr("a lightweight execution context of the vTPU"));
  EXPECT_THAT(said("explain PPT"), HasSubstr("the table that maps boxes of coordinates to memory"));
  EXPECT_THAT(said("explain scrolls"), HasSubstr("the text between two neighbouring delimiters"));
  EXPECT_THAT(said("what is the vTPU"), HasSubstr("virtual tensor processor"));
  EXPECT_THAT(said("explain dfma.i64"), HasSubstr("dfma.i64 is an operation of slot D: rd = ra × rb + rc"));
  EXPECT_THAT(asked("explain dfma.i46").err, HasSubstr("did you mean"));
}

TEST_F(VtpuChat, AProgramIsExplainedAndItsSlownessMeasured) {
  ASSERT_EQ(shell("vtpu gen --mix balanced --words 8 --iterations 5000 -o balanced.sasm").status, 0);
  EXPECT_THAT(said("explain balanced.sasm"), HasSubstr("balanced.sasm: 16 words; slots filled: D "));
  const std::string out = said("why is balanced.sasm slow?");
  EXPECT_THAT(out, AnyOf(HasSubstr("measured now: "), HasSubstr("not measurable now")));
  EXPECT_THAT(out, HasSubstr("counted: its largest loop has "));
}

TEST_F(VtpuChat, AChainOfDependentOperationsStandsOut) {
  put("chain.sasm",
      "  dmov.i64 r1, #100000\nloop:\n  dmul.i64 r2, r2, r2\n  dmul.i64 r2, r2, r2\n  dloop r1, loop\n  dhalt\n");
  const std::string out = said("why is chain.sasm so slow");
  EXPECT_THAT(out, HasSubstr("modelled: an iteration cannot be shorter than its chain of dependent ops"));
  EXPECT_THAT(out, HasSubstr("empty slots: most of its words hold one operation"));
  EXPECT_THAT(out, AnyOf(HasSubstr("a chain of dependent ops: each iteration waits"), HasSubstr("not measurable now")));
}

TEST_F(VtpuChat, AProgramThatDoesNotEndIsAnErrorThatNamesIt) {
  put("waits.sasm", ".coord here = 1.1.1/1.1.1/1.1.1/1.1\n  dmov.coord p0, here\n  crecv m0, p0\n  dhalt\n");
  EXPECT_THAT(asked("why is waits.sasm slow?").err, HasSubstr("waits.sasm: it does not end: "));
  EXPECT_THAT(asked("why is absent.sasm slow?").err, HasSubstr("absent.sasm"));
  put("wrong.phx", "kernel main() { x }\n");
  EXPECT_EQ(asked("why is wrong.phx slow?").status, 1);
}

TEST_F(VtpuChat, TheDemoComputesWhatTheExamplesCompute) {
  const std::string out = said("show me a demo");
  EXPECT_THAT(out, HasSubstr("computed now, at 1.1.1/1.1.1/1.1.1/1.4: 42\n"));
  EXPECT_THAT(out, HasSubstr("computed now, at 1.1.1/1.1.1/1.1.1/1.5: 84\n"));
}

TEST_F(VtpuChat, TheMemoryIsMeasuredOrWhatDisturbsItIsSaid) {
  const std::string out = said("how slow is the memory?");
  EXPECT_THAT(out, HasSubstr("one load that waits for the load before it"));
  EXPECT_TRUE(std::regex_search(out, std::regex("half of the L1 .*([0-9]\\.[0-9]+ \\(|not measurable now)"))) << out;
}

/// What the model writes, and its losses at first and at last.
struct Talk {
  std::string words;
  double first = 0, last = 0;
};
Talk talk_of(const std::string& out) {
  std::smatch found;
  EXPECT_TRUE(
      std::regex_search(out, found, std::regex("loss ([0-9.]+) at first, ([0-9.]+) at last, 3\\.09 by guessing")))
      << out;
  return {out.substr(0, out.find('\n')), std::stod(found[1]), std::stod(found[2])};
}

TEST_F(VtpuChat, TheTinyModelLearnsAndSaysWhatItIs) {
  const Outcome done = shell("vtpu-chat --talk");
  ASSERT_EQ(done.status, 0) << done.err;
  const Talk talk = talk_of(done.out);
  EXPECT_GT(talk.first, talk.last + 0.5);
  EXPECT_LT(talk.last, 2.0);
  EXPECT_THAT(done.out, HasSubstr("It understands no question."));
  EXPECT_EQ(talk_of(said("say something")).words, talk.words) << "one seed gives one training";
  EXPECT_NE(talk_of(shell("vtpu-chat --talk --seed 8").out).words, talk.words);
}

TEST_F(VtpuChat, BothEnginesTrainTheSameModel) {
  const Talk native = talk_of(shell("vtpu-chat --talk --steps 60").out),
             interpreted = talk_of(shell("vtpu-chat --talk --steps 60 --engine interpreter").out);
  EXPECT_EQ(native.words, interpreted.words);
  EXPECT_EQ(native.last, interpreted.last);
}

TEST_F(VtpuChat, AScriptIsAnsweredLineByLineUpToItsFirstError) {
  const Outcome done = shell("vtpu-chat", "what is a scroll\n\ndemo\nquit\nstatus\n");
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("smallest unit with a coordinate of its own"));
  EXPECT_THAT(done.out, HasSubstr(": 84\n"));
  EXPECT_THAT(done.out, Not(HasSubstr("as the system says")));
  const Outcome wrong = shell("vtpu-chat", "demo\nwho are they\ndemo\n");
  EXPECT_EQ(wrong.status, 1);
  EXPECT_THAT(wrong.err, HasSubstr("vtpu-chat: standard input:2: no answer to \"who are they\""));
}

TEST_F(VtpuChat, WrongUsageIsRefused) {
  EXPECT_EQ(shell("vtpu-chat --talk status").status, 2);
  EXPECT_EQ(shell("vtpu-chat --steps 5").status, 2);
  EXPECT_EQ(shell("vtpu-chat --talk --steps 0").status, 2);
  EXPECT_EQ(shell("vtpu-chat --engine native").status, 2);
}

TEST_F(VtpuChat, CtrlCStopsAnAnswerAndKeepsTheChat) {
  put("long.sasm", "  dmov.i64 r1, #-1\nloop:\n  dloop r1, loop\n  dhalt\n");
  Terminal chat(folder_.string(), "vtpu-chat", "VTPU_CHAT_HISTORY");
  ASSERT_TRUE(chat.asks("you> "));
  chat.type("why is long.sasm slow?\n");
  ASSERT_TRUE(chat.shows("long.sasm slow?"));
  chat.wait_until_nothing_is_edited();
  for (int again = 0; again < 20; ++again) {  // the answer has begun at one of these
    chat.type("\x03");
    ::usleep(20'000);
  }
  EXPECT_TRUE(chat.shows("error: interrupted"));
  ASSERT_TRUE(chat.asks("you> "));
  chat.type("quit\n");
  EXPECT_EQ(chat.status(), 0);
}

TEST_F(VtpuChat, ATerminalHasAPromptAndAHistory) {
  Terminal chat(folder_.string(), "vtpu-chat", "VTPU_CHAT_HISTORY");
  ASSERT_TRUE(chat.asks("you> "));
  chat.type("what is a scroll?\n");
  EXPECT_TRUE(chat.shows("neighbouring delimiters"));
  ASSERT_TRUE(chat.asks("you> "));
  chat.type("nonsense\n");
  EXPECT_TRUE(chat.shows("error: no answer to \"nonsense\""));
  ASSERT_TRUE(chat.asks("you> "));
  chat.type("\x10\x10\n");  // Ctrl-P twice: the first question again
  EXPECT_TRUE(chat.shows("neighbouring delimiters"));
  ASSERT_TRUE(chat.asks("you> "));
  chat.type("\x04");  // the end of the input
  EXPECT_EQ(chat.status(), 0);
}

}  // namespace
}  // namespace vtpu
