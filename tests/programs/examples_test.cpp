// Do the examples do what their page says?
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <string>

#include "command.h"
#include "vtpu/base/file.h"

namespace vtpu {
namespace {

using testing::HasSubstr;

const std::string kExamples = VTPU_ROOT "/examples/";
const std::string kMicro = "/usr/bin/python3 -I -B " + kExamples + "microvtpu.py ";

class Examples : public CommandTest {
 protected:
  std::string pair() {
    return VTPU_BUILD "/bin/examples/alice_and_bob " + kExamples + "alice.sasm " + kExamples + "bob.sasm";
  }
};

TEST_F(Examples, ThePythonMachineCountsWhatItsPackingGives) {
  const Outcome done = shell(kMicro + "0");
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_EQ(done.out,
            "dot product 140; Bob stores 280; the first packed words:\n"
            "  0 | mov sum 0.0 | gather x ('a', 0)\n"
            "  1 | gather y ('b', 0)\n"
            "  2 | mul xy x y | gather x ('a', 1)\n"
            "  3 | add sum sum xy | gather y ('b', 1)\n"
            "operations per word, counted in this model:\n"
            "  ordinary code, one operation at a time   1.00, by definition\n"
            "  naive words,   7 numbers                 1.00\n"
            "  packed words,   7 numbers                1.82\n"
            "  packed words,  14 numbers                1.90\n"
            "  packed words, 140 numbers                1.99\n");
}

/// The two losses that the second act prints.
std::pair<double, double> losses(const std::string& output) {
  std::smatch found;
  if (!std::regex_search(output, found,
                         std::regex(R"(loss: 3\.09 by guessing, ([0-9.]+) at first, ([0-9.]+) at last)")))
    return {0, 0};
  return {std::stod(found[1]), std::stod(found[2])};
}

TEST_F(Examples, ThePythonMachineLearnsAndGivesTheSameWordsEachTime) {
  const Outcome done = shell(kMicro + "60 >one & " + kMicro + "60 >two; wait $!; cat one");
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_EQ(content("one"), content("two"));
  EXPECT_THAT(done.out, HasSubstr("a training step: 15954 words, 1.06 operations per word\n"));
  const auto [first, last] = losses(done.out);
  EXPECT_GT(first, 2.8);  // about what guessing gives
  EXPECT_LT(last, 2.5);
  EXPECT_GT(last, 1.0);
}

TEST_F(Examples, ThePythonMachineRefusesWhatIsNoNumberOfSteps) {
  for (const char* const wrong : {"many", "-3", "1.5", "1 2", "''"}) {
    const Outcome done = shell(kMicro + wrong);
    EXPECT_EQ(done.status, 1) << wrong;
    EXPECT_THAT(done.err, HasSubstr("expected a number of steps")) << wrong;
    EXPECT_EQ(done.out, "") << wrong;
  }
}

TEST_F(Examples, ThePythonMachineHasThreeHundredLinesAndNeedsTheStandardLibraryOnly) {
  const std::string text = read_file(kExamples + "microvtpu.py").value();
  EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 300);
  static const std::regex import(R"(\n *(?:import|from) +([a-z_.]+))");
  for (std::sregex_iterator at(text.begin(), text.end(), import), end; at != end; ++at)
    EXPECT_THAT((*at)[1].str(), testing::AnyOf("math", "random", "sys"));
}

/// The C++ twin does the same with words of the real machine.
TEST_F(Examples, BobStoresTwiceWhatAliceSendsAndTheFileOutlivesBoth) {
  const Outcome first = shell(pair() + " memory.ppt");
  EXPECT_EQ(first.status, 0) << first.err;
  EXPECT_THAT(first.out, HasSubstr("at 1.1.1/1.1.1/1.1.1/1.4: 42\nat 1.1.1/1.1.1/1.1.1/1.5: 84\n"));
  EXPECT_THAT(first.out, HasSubstr("10 operations in 7 words, 1.43 per word"));
  EXPECT_THAT(first.out, HasSubstr("7 operations in 5 words, 1.40 per word"));
  EXPECT_EQ(shell(pair() + " memory.ppt").out, "from an earlier run: 84\n" + first.out);
  EXPECT_EQ(shell(pair()).out, first.out) << "without a file nothing is kept";
}

TEST_F(Examples, BobAloneWaitsForeverWhichIsADeadlockThatNamesHim) {
  put("silent.sasm", "  dhalt\n");
  const Outcome done = shell(VTPU_BUILD "/bin/examples/alice_and_bob silent.sasm " + kExamples + "bob.sasm");
  EXPECT_EQ(done.status, 1);
  EXPECT_THAT(done.err, HasSubstr("sentron 1 waits in word 1, crecv, for a message that matches 2.1.1"));
}

TEST_F(Examples, TheTwinRefusesWrongArgumentsAndWrongWords) {
  EXPECT_EQ(shell(VTPU_BUILD "/bin/examples/alice_and_bob").status, 2);
  put("wrong.sasm", "  dmov.i64 r1\n  dhalt\n");
  const Outcome done = shell(VTPU_BUILD "/bin/examples/alice_and_bob wrong.sasm " + kExamples + "bob.sasm");
  EXPECT_EQ(done.status, 1);
  EXPECT_THAT(done.err, HasSubstr("wrong.sasm:1:"));
  EXPECT_EQ(shell(VTPU_BUILD "/bin/examples/alice_and_bob absent.sasm " + kExamples + "bob.sasm").status, 1);
}

}  // namespace
}  // namespace vtpu
