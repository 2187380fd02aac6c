#pragma once
#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "vtpu/base/choice.h"

namespace vtpu::command {

/// Adds an option that takes a name of an enumeration and stores its value in `field`, an E or a std::optional of it.
template <Named E, class F>
CLI::Option* add_choice(CLI::App& app, const std::string& flags, F& field, const std::string& meaning) {
  return app
      .add_option_function<std::string>(
          flags, [&field](const std::string& name) { field = *parse_choice<E>(name, ""); }, meaning)
      ->check(CLI::IsMember(choice_names<E>()));
}

}  // namespace vtpu::command
