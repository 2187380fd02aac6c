// asi: a shell over a machine of sentrons. It executes operations and programs, goes on and back word by word, and
// shows registers, memory and messages.
#include <fmt/core.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>

#include "programs/asi/line_editor.h"
#include "programs/asi/shell.h"
#include "programs/command/command.h"

namespace vtpu::asi {
namespace {

std::atomic<bool> interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free);  // as a signal handler needs

std::string history_file() {
  if (const char* const named = std::getenv("ASI_HISTORY")) return named;
  const char* const home = std::getenv("HOME");
  return home == nullptr ? "" : std::string(home) + "/.asi_history";
}

/// Answers lines until the input ends. A wrong line ends a script, and only that line at a terminal.
Result<int> converse() {
  Shell shell(interrupted);
  struct sigaction action = {};
  action.sa_handler = [](int) { interrupted = true; };
  ::sigaction(SIGINT, &action, nullptr);  // without SA_RESTART, so that it also ends a line that is being typed

  const bool terminal = ::isatty(STDIN_FILENO) != 0;
  std::optional<LineEditor> editor;
  if (terminal) editor.emplace(history_file(), [&](const std::string& line) { return shell.completions(line); });
  for (std::size_t number = 1; !shell.ended(); ++number) {
    std::string line;
    interrupted = false;  // what comes from now on is meant for this line
    if (terminal) {
      const auto typed = editor->read(fmt::format("asi[{}]> ", shell.selected()));
      if (!typed && interrupted.exchange(false)) {
        if (const auto printed = command::print("\n"); !printed) return printed;
        continue;
      }
      if (!typed) break;
      line = *typed;
    } else if (!std::getline(std::cin, line)) {
      break;
    }
    const Result<std::string> answer = shell.execute(line);
    if (!answer && !terminal) return command::within(fmt::format("standard input:{}", number), answer.error());
    if (const auto printed = command::print(answer ? *answer : "error: " + answer.error().message() + "\n"); !printed)
      return printed;
  }
  return command::kDone;
}

}  // namespace
}  // namespace vtpu::asi

int main(int argc, char** argv) {
  CLI::App app("asi: a shell over a machine of sentrons");
  app.name("asi");
  app.footer(
      "Reads commands from the terminal, with completion by the tabulator key and a history in ~/.asi_history or the\n"
      "file that ASI_HISTORY names, or a script from standard input, which ends at its first error. Ctrl-C stops a\n"
      "running program and keeps its state. The command help lists all others.\n"
      "Exit status: 0 done, 1 wrong input, 2 wrong usage.");
  return vtpu::command::run_command("asi", app, argc, argv, {}, vtpu::asi::converse);
}
