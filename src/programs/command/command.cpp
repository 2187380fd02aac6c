#include "programs/command/command.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>

#include "vtpu/base/arguments.h"
#include "vtpu/base/file.h"
#include "vtpu/base/program.h"

namespace vtpu::command {
namespace {

/// Fills the places of closed standard streams, so that no other file that is opened takes one and receives what is
/// printed. Each is open for the wrong direction, so that its use is still an error.
void keep_standard_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(stream, F_GETFD) < 0)
      static_cast<void>(::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY) == stream);
}

}  // namespace

std::string shown(const std::string& file) { return file == "-" ? "standard input" : file; }

Error within(const std::string& where, const Error& error) {
  return {error.where.empty() ? where : where + ": " + error.where, error.found, error.expected};
}

int fail(std::string_view program, std::string message, int status) {
  for (char& c : message)
    if (static_cast<unsigned char>(c) < 0x20) c = '?';
  std::fputs(fmt::format("{}: {}\n", program, message).c_str(), stderr);
  return status;
}

Result<int> print(std::string_view text) {
  if (const auto printed = print_text(text); !printed) return printed.error();
  return kDone;
}

int run_command(std::string_view program, CLI::App& app, int argc, char** argv, const std::function<void()>& check,
                const std::function<Result<int>()>& action) {
  return guarded_main([&] {
    keep_standard_streams();
    std::signal(SIGXFSZ, SIG_IGN);  // a write beyond the limit of the process is then an error as on a full disk
    const auto finished = [&](const Result<int>& done) {
      return done ? *done : fail(program, done.error().message(), kWrongInput);
    };
    const Result<std::string> help = parse_arguments(program, app, argc, argv, check);
    if (!help) return fail(program, help.error().message(), kWrongUsage);
    if (!help->empty()) return finished(print(*help));
    return finished(action());
  });
}

}  // namespace vtpu::command
