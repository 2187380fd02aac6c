#include "programs/command/line_editor.h"

#include <editline/readline.h>

#include <cstdlib>
#include <cstring>
#include <utility>

namespace vtpu::command {
namespace {

/// libedit calls a function without an argument for its user.
LineEditor::Complete& completer() {
  static LineEditor::Complete complete;
  return complete;
}

char** complete_line(const char* text, int, int) {
  const std::string line(rl_line_buffer == nullptr ? text : rl_line_buffer,
                         rl_line_buffer == nullptr ? std::strlen(text) : static_cast<std::size_t>(rl_point));
  static std::vector<std::string> found;
  found = completer()(line);
  rl_attempted_completion_over = 1;  // never the names of files
  return rl_completion_matches(text, [](const char*, int state) -> char* {
    const auto place = static_cast<std::size_t>(state);
    return place < found.size() ? ::strdup(found[place].c_str()) : nullptr;
  });
}

}  // namespace

LineEditor::LineEditor(const std::string& program, std::string history, Complete complete)
    : history_(std::move(history)) {
  completer() = std::move(complete);
  static std::string name;
  name = program;
  rl_readline_name = name.data();
  rl_initialize();
  rl_attempted_completion_function = complete_line;
  static char breaks[] = " ,";
  rl_completer_word_break_characters = breaks;
  using_history();
  stifle_history(1000);
  if (!history_.empty()) read_history(history_.c_str());
}

LineEditor::~LineEditor() {
  if (!history_.empty()) write_history(history_.c_str());
  completer() = {};
}

std::optional<std::string> LineEditor::read(const std::string& prompt) {
  char* const typed = readline(prompt.c_str());
  if (typed == nullptr) return std::nullopt;
  std::string line(typed);
  std::free(typed);
  if (!line.empty()) add_history(line.c_str());
  return line;
}

}  // namespace vtpu::command
