// asi: a shell over a machine of sentrons. It executes operations and programs, goes on and back word by word, and
// shows registers, memory and messages.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <string>

#include "programs/asi/shell.h"
#include "programs/command/command.h"
#include "programs/command/conversation.h"

namespace vtpu::asi {
namespace {

Result<int> converse() {
  std::atomic<bool> interrupted{false};
  Shell shell(interrupted);
  return command::converse({.program = "asi",
                            .history = "ASI_HISTORY",
                            .prompt = [&] { return fmt::format("asi[{}]> ", shell.selected()); },
                            .answer = [&](const std::string& line) { return shell.execute(line); },
                            .ended = [&] { return shell.ended(); },
                            .completions = [&](const std::string& line) { return shell.completions(line); }},
                           interrupted);
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
