#include "vtpu/base/arguments.h"

#include <fmt/core.h>

#include <algorithm>
#include <sstream>

namespace vtpu {
namespace {

/// Every name of an option, with its dashes, of the program and of the commands that were given.
std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  const auto add = [&](const CLI::App& from) {
    for (const CLI::Option* option : from.get_options()) {
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
      for (const std::string& name : option->get_snames()) names.push_back("-" + name);
    }
  };
  add(app);
  for (const CLI::App* command : app.get_subcommands()) add(*command);
  return names;
}

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(command->get_name());
  return names;
}

/// What is wrong with the first argument that nothing takes; empty when there is none.
std::string wrong_argument(const CLI::App& app) {
  const std::vector<std::string> left = app.remaining(true);
  if (left.empty()) return "";
  const std::string& first = left.front();
  const std::vector<std::string> commands = command_names(app);
  if (first.starts_with('-') && first.size() > 1) {
    const std::string name = first.substr(0, first.find('='));
    return fmt::format("found unknown option {}", quoted_with_hint(name, option_names(app)));
  }
  if (!commands.empty() && app.get_subcommands().empty())
    return fmt::format("found command {}; expected {}", quoted_with_hint(first, commands), join(commands, ", "));
  return fmt::format("found '{}', which is one argument too many", first);
}

}  // namespace

Result<std::string> parse_arguments(std::string_view program, CLI::App& app, int argc, const char* const* argv,
                                    const std::function<void()>& check) {
  try {
    app.parse(argc, argv);
    if (check) check();
    return std::string();
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {
      std::ostringstream help;
      app.exit(error, help, help);
      return help.str();
    }
    const std::string wrong = wrong_argument(app);
    const std::vector<CLI::App*> given = app.get_subcommands();
    const std::string command = given.empty() ? "" : " " + given.front()->get_name();
    const char* const listed = given.empty() && !command_names(app).empty() ? "commands" : "options";
    return Error{
        "",
        fmt::format("{}; '{}{} --help' lists the {}", wrong.empty() ? error.what() : wrong, program, command, listed),
        ""};
  }
}

CLI::Validator one_of(const std::vector<std::string>& names) {
  return CLI::Validator(
      [names](std::string& text) {
        if (std::find(names.begin(), names.end(), text) != names.end()) return std::string();
        return fmt::format("found {}; expected one of {}", quoted_with_hint(text, names), join(names, ", "));
      },
      "{" + join(names, ",") + "}");
}

}  // namespace vtpu
