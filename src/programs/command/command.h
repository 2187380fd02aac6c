#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "vtpu/base/result.h"

namespace CLI {
class App;
}

// How commands print and end.

namespace vtpu::command {

// Exit status.
inline constexpr int kDone = 0;
inline constexpr int kWrongInput = 1;
inline constexpr int kWrongUsage = 2;
inline constexpr int kTrapped = 3;
inline constexpr int kInterrupted = 130;

/// A file's name in messages: "standard input" for "-".
std::string shown(const std::string& file);

/// The error with `where` in front of its own place.
Error within(const std::string& where, const Error& error);

/// Prints the message on standard error, on one line after the name of the program. Control characters, which an
/// argument may hold, become '?'. Returns `status`.
int fail(std::string_view program, std::string message, int status);

/// Writes to standard output. Returns kDone. Error: the output cannot be written.
Result<int> print(std::string_view text);

/// The body of `main`: reads the command line with `parse_arguments`, then calls `action`, which returns the exit
/// status. Help goes to standard output. A command line that is not accepted gives one line on standard error and
/// kWrongUsage, an exception one line and kWrongInput.
int run_command(std::string_view program, CLI::App& app, int argc, char** argv, const std::function<void()>& check,
                const std::function<Result<int>()>& action);

}  // namespace vtpu::command
