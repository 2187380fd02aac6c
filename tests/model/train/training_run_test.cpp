// Does a training run learn, and does it give the same bits when it is killed, interrupted and resumed?
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "../fresh_folder.h"
#include "../paths.h"
#include "vtpu/model/tokenizer.h"
#include "vtpu/model/train/training_run.h"
#include "vtpu/model/transformer.h"

namespace vtpu::model::train {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

/// A text with structure that a small model finds within a few steps.
std::string text() {
  std::string made;
  for (int k = 0; k < 400; ++k) made += "line " + std::to_string(k) + " of the text\n";
  return made;
}

Settings small() {
  Settings settings;
  settings.shape = {.layers = 1, .hidden = 32, .heads = 2, .kv_heads = 1, .head_width = 16, .intermediate = 64};
  settings.steps = 40;
  settings.sequences = 4, settings.length = 16;
  settings.accumulate = 2;
  settings.evaluate_every = 10;
  settings.optimizer.rate = 0.01;
  return settings;
}

TEST(TrainingRun, LearnsTheTextAndTheModelGivesTheSameLossInTheForwardPassOfModels) {
  const std::string corpus = text();
  const fs::path folder = fresh_folder("learnt");
  TrainingRun run = TrainingRun::open(small(), corpus, folder).value();
  while (run.step() < 40) ASSERT_TRUE(run.advance());
  ASSERT_EQ(run.curve().size(), 4u);
  EXPECT_LT(run.curve().back().held_out, 0.6 * std::log(256.0));
  EXPECT_LT(run.curve().back().held_out, run.curve().front().held_out);
  ASSERT_TRUE(run.save());

  Transformer model = Transformer::load(folder, {}).value();
  const Tokenizer tokenizer = Tokenizer::load(folder / "tokenizer.json").value();
  const std::string piece = corpus.substr(corpus.size() - 15);
  const auto tokens = TextEncoder(tokenizer).encode(piece).value();
  ASSERT_EQ(tokens.size(), piece.size());
  ASSERT_TRUE(model.append(tokens, Transformer::Logits::all));
  double correct = 0;
  for (std::size_t t = 0; t + 1 < tokens.size(); ++t) correct += model.greedy(t) == tokens[t + 1];
  EXPECT_GT(correct / static_cast<double>(tokens.size()), 0.3);
}

TEST(TrainingRun, ResumedFromACheckpointGivesTheBitsOfAnUninterruptedRun) {
  const std::string corpus = text();
  const fs::path whole = fresh_folder("whole"), parts = fresh_folder("parts");
  TrainingRun run = TrainingRun::open(small(), corpus, whole).value();
  while (run.step() < 25) ASSERT_TRUE(run.advance());
  ASSERT_TRUE(run.save());
  for (const int end : {7, 25}) {
    TrainingRun part = TrainingRun::open(small(), corpus, parts).value();
    while (part.step() < end) ASSERT_TRUE(part.advance());
    ASSERT_TRUE(part.save());
  }
  for (const char* file : {"training.safetensors", "model.safetensors", "loss.csv"})
    EXPECT_EQ(read_file(whole / file).value(), read_file(parts / file).value()) << file;
}

TEST(TrainingRun, ACheckpointOfOtherSettingsOrAnotherTextOrDamagedIsRefused) {
  const std::string corpus = text();
  const fs::path folder = fresh_folder("refused");
  ASSERT_TRUE(TrainingRun::open(small(), corpus, folder).value().save());
  Settings other = small();
  other.seed = 2;
  EXPECT_THAT(TrainingRun::open(other, corpus, folder).error().message(), HasSubstr("\"seed\":2"));
  EXPECT_THAT(TrainingRun::open(small(), corpus + "x", folder).error().message(), HasSubstr("found a text"));
  const std::string bytes = read_file(folder / "training.safetensors").value();
  ASSERT_TRUE(write_file(folder / "training.safetensors", bytes.substr(0, bytes.size() / 2)));
  EXPECT_THAT(TrainingRun::open(small(), corpus, folder).error().message(), HasSubstr("training.safetensors"));
  EXPECT_EQ(TrainingRun::open(small(), corpus.substr(0, 18), fresh_folder("short")).error().message(),
            "the text to train on: found 16 bytes; expected at least 17, one sequence and what follows it");
}

// ---- the command

constexpr const char* kArguments =
    " train --steps 60 --sequences 2 --length 16 --layers 1 --hidden 32 --heads 2 --kv-heads 1 --head-width 16"
    " --intermediate 32 --evaluate-every 10 --save-every 1 --corpus ";

/// Starts the command in the background. Returns its process.
pid_t start(const fs::path& corpus, const fs::path& folder) {
  const std::string command = "exec '" + std::string(VTPU_BUILD) + "/bin/vtpu-model'" + kArguments + "'" +
                              corpus.string() + "' --out '" + folder.string() + "' 2>/dev/null";
  const pid_t process = ::fork();
  if (process == 0) {
    ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    ::_exit(127);
  }
  return process;
}

/// Its exit status, or minus the signal that ended it.
int end_of(pid_t process) {
  int status = 0;
  EXPECT_EQ(::waitpid(process, &status, 0), process);
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

/// Waits until the process has written a checkpoint after the `before` first bytes of another, or has ended.
void wait_for_checkpoint(pid_t process, const fs::path& folder, const std::string& before) {
  for (;;) {
    const auto now = read_file(folder / "training.safetensors");
    if (now && *now != before) return;
    siginfo_t info{};
    if (::waitid(P_PID, static_cast<id_t>(process), &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid != 0)
      return;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

TEST(TrainCommand, KilledAndInterruptedAtAnyTimeItResumesToTheSameBits) {
  const fs::path corpus = fresh_folder("corpus.txt"), whole = fresh_folder("command_whole"),
                 broken = fresh_folder("command_broken");
  ASSERT_TRUE(write_file(corpus, text()));
  ASSERT_EQ(end_of(start(corpus, whole)), 0);
  for (const int signal : {SIGKILL, SIGINT, SIGKILL}) {
    const std::string before = read_file(broken / "training.safetensors").value_or("");
    const pid_t process = start(corpus, broken);
    wait_for_checkpoint(process, broken, before);
    ::kill(process, signal);
    const int end = end_of(process);
    // A process that was quicker than the signal has ended by itself.
    EXPECT_TRUE(end == 0 || end == (signal == SIGINT ? 130 : -SIGKILL)) << end;
  }
  ASSERT_EQ(end_of(start(corpus, broken)), 0);
  for (const char* file : {"training.safetensors", "model.safetensors", "config.json", "tokenizer.json", "loss.csv"})
    EXPECT_EQ(read_file(whole / file).value(), read_file(broken / file).value()) << file;
}

}  // namespace
}  // namespace vtpu::model::train
