#include "programs/command/command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <sstream>
#include <vector>

#include "vtpu/base/text.h"

namespace vtpu::command {

std::string shown(const std::string& file) { return file == "-" ? "standard input" : file; }

Error within(const std::string& where, const Error& error) {
  return {error.where.empty() ? where : where + ": " + error.where, error.found, error.expected};
}

int fail(std::string_view program, std::string message, int status) {
  for (char& c : message)
    if (static_cast<unsigned char>(c) < 0x20) c = '?';
  fmt::print(stderr, "{}: {}\n", program, message);
  return status;
}

Result<int> print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
    return Error{"standard output", "cannot write", ""};
  return kDone;
}

int run_command(std::string_view program, CLI::App& app, int argc, char** argv, const std::function<void()>& check,
                const std::function<Result<int>()>& action) {
  const auto finished = [&](const Result<int>& done) {
    return done ? *done : fail(program, done.error().message(), kWrongInput);
  };
  std::vector<std::string> commands;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    commands.push_back(command->get_name());
  const std::string first = argc > 1 ? argv[1] : "-";
  if (!commands.empty() && !first.starts_with('-') &&
      std::find(commands.begin(), commands.end(), first) == commands.end())
    return fail(program,
                fmt::format("found command {}; expected {}", quoted_with_hint(first, commands), join(commands, ", ")),
                kWrongUsage);
  try {
    app.parse(argc, argv);
    check();
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0)
      return fail(
          program,
          fmt::format("{}; '{} --help' lists the {}", error.what(), program, commands.empty() ? "options" : "commands"),
          kWrongUsage);
    std::ostringstream help;
    app.exit(error, help, help);
    return finished(print(help.str()));
  }
  return finished(action());
}

}  // namespace vtpu::command
