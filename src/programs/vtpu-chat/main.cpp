// vtpu-chat: answers questions in plain English by live measurements of this machine. It has patterns, not a language
// model; --talk shows what a tiny one is.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <csignal>
#include <string>

#include "programs/command/command.h"
#include "programs/command/conversation.h"
#include "programs/vtpu-chat/answers.h"
#include "programs/vtpu-chat/letters.h"
#include "vtpu/base/arguments.h"
#include "vtpu/measure/child_process.h"

namespace vtpu::chat {
namespace {

/// Answers in a process of its own, which Ctrl-C ends together with all processes that it measures with.
Result<std::string> answer_in_child(const std::string& question) {
  struct sigaction ignore = {}, before = {};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGINT, &ignore, &before);
  const auto said = measure::in_child("the answer", [&] {
    std::signal(SIGINT, SIG_DFL);
    const auto answered = answer(question);
    return answered ? "+" + *answered : "-" + answered.error().message();
  });
  ::sigaction(SIGINT, &before, nullptr);
  if (!said && said.error().found.ends_with(fmt::format("signal {}", SIGINT))) return Error{"", "interrupted", ""};
  if (!said) return said.error();
  if (said->starts_with('-')) return Error{"", said->substr(1), ""};
  return said->substr(said->empty() ? 0 : 1);
}

Result<int> converse() {
  std::atomic<bool> interrupted{false};
  bool ended = false;
  return command::converse({.program = "vtpu-chat",
                            .history = "VTPU_CHAT_HISTORY",
                            .prompt = [] { return std::string("you> "); },
                            .answer = [&](const std::string& line) -> Result<std::string> {
                              ended = line == "quit" || line == "bye" || line == "exit";
                              return ended ? Result<std::string>(std::string()) : answer_in_child(line);
                            },
                            .ended = [&] { return ended; },
                            .completions =
                                [](const std::string& line) {
                                  std::vector<std::string> all;
                                  for (const Topic& topic : topics())
                                    if (std::string_view(topic.ask).starts_with(line)) all.emplace_back(topic.ask);
                                  return all;
                                }},
                           interrupted);
}

}  // namespace
}  // namespace vtpu::chat

int main(int argc, char** argv) {
  using namespace vtpu;
  CLI::App app("vtpu-chat: answers questions in plain English by live measurements of this machine");
  app.name("vtpu-chat");
  std::string question;
  bool talk = false;
  chat::Training training;
  app.add_option("QUESTION", question, "a question, in quotes; without one, questions are read line by line");
  app.add_flag("--talk", talk, "train a tiny model of letters by vTPU words, and let it write");
  add_number(app, "--steps", training.steps, "training steps of --talk", 1, 100'000)->needs("--talk");
  add_number(app, "--seed", training.seed, "of the weights and of the letters that are drawn")->needs("--talk");
  command::add_engine_option(app, training.engine);
  app.footer(
      "Reads questions from the terminal, with a history in ~/.vtpu-chat_history or the file that VTPU_CHAT_HISTORY\n"
      "names, or a script from standard input, which ends at its first error. Ctrl-C stops an answer. The question\n"
      "'what can I ask?' lists all others. There is no language model behind the answers: a question is recognised\n"
      "by patterns, and each number says how it was obtained.\n"
      "Exit status: 0 done, 1 wrong input, 2 wrong usage.");
  const auto check = [&] {
    if (talk && !question.empty()) throw CLI::ValidationError("--talk", "takes no question");
    if (!talk && training.engine != command::EngineKind::automatic)
      throw CLI::ValidationError("--engine", "is the engine of --talk");
  };
  return command::run_command("vtpu-chat", app, argc, argv, check, [&]() -> Result<int> {
    if (!talk && question.empty()) return chat::converse();
    const auto said = talk ? chat::talk(training) : chat::answer(question);
    return said ? command::print(*said) : said.error();
  });
}
