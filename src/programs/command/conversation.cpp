#include "programs/command/conversation.h"

#include <fmt/core.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <optional>

#include "programs/command/command.h"
#include "programs/command/line_editor.h"

namespace vtpu::command {
namespace {

std::atomic<std::atomic<bool>*> flag{nullptr};
static_assert(std::atomic<std::atomic<bool>*>::is_always_lock_free);  // as a signal handler needs
static_assert(std::atomic<bool>::is_always_lock_free);

std::string history_file(const Conversation& with) {
  if (const char* const named = std::getenv(with.history.c_str())) return named;
  const char* const home = std::getenv("HOME");
  return home == nullptr ? "" : fmt::format("{}/.{}_history", home, with.program);
}

}  // namespace

Result<int> converse(const Conversation& with, std::atomic<bool>& interrupted) {
  flag = &interrupted;
  struct sigaction action = {};
  action.sa_handler = [](int) { *flag.load() = true; };
  ::sigaction(SIGINT, &action, nullptr);  // without SA_RESTART, so that it also ends a line that is being typed

  const bool terminal = ::isatty(STDIN_FILENO) != 0;
  std::optional<LineEditor> editor;
  if (terminal) editor.emplace(with.program, history_file(with), with.completions);
  for (std::size_t number = 1; !with.ended(); ++number) {
    std::string line;
    interrupted = false;  // what comes from now on is meant for this line
    if (terminal) {
      const auto typed = editor->read(with.prompt());
      if (!typed && interrupted.exchange(false)) {
        if (const auto printed = print("\n"); !printed) return printed;
        continue;
      }
      if (!typed) break;
      line = *typed;
    } else if (!std::getline(std::cin, line)) {
      break;
    }
    const Result<std::string> answer = with.answer(line);
    if (!answer && !terminal) return within(fmt::format("standard input:{}", number), answer.error());
    if (const auto printed = print(answer ? *answer : "error: " + answer.error().message() + "\n"); !printed)
      return printed;
  }
  return kDone;
}

}  // namespace vtpu::command
