#pragma once
#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "vtpu/base/result.h"

namespace vtpu::command {

/// A program that answers lines, typed at a terminal or from a script on standard input.
struct Conversation {
  std::string program;
  std::string history;  ///< name of the environment variable for the file, which is else ~/.<program>_history
  std::function<std::string()> prompt;
  std::function<Result<std::string>(const std::string& line)> answer;
  std::function<bool()> ended;
  std::function<std::vector<std::string>(const std::string& line)> completions;
};

/// Answers lines until the input or the conversation ends. A wrong line ends a script, and only that line at a
/// terminal. Ctrl-C sets `interrupted`, which ends a line that is being typed; `answer` looks at it or not. Returns
/// kDone. Error: of a wrong line of a script, with its number; an output that cannot be written.
Result<int> converse(const Conversation& with, std::atomic<bool>& interrupted);

}  // namespace vtpu::command
