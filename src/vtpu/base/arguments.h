#pragma once
#include <CLI/CLI.hpp>
#include <concepts>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "vtpu/base/choice.h"
#include "vtpu/base/number.h"
#include "vtpu/base/result.h"
#include "vtpu/base/text.h"

// How programs read their arguments and end. Every option that takes a number is added with `add_number`, every option
// that takes one of some names with `add_choice` or `one_of`.

namespace vtpu {

/// Reads the command line. Returns the text that `--help` or `--version` asks to print, else an empty one. Error: one
/// line for a command line that does not parse or that `check` refuses, by throwing CLI::ValidationError. An unknown
/// option or command is named with the nearest one, whatever else is wrong.
Result<std::string> parse_arguments(std::string_view program, CLI::App& app, int argc, const char* const* argv,
                                    const std::function<void()>& check = {});

/// Accepts the names only; the message gives the nearest one.
CLI::Validator one_of(const std::vector<std::string>& names);

/// Adds an option that takes a decimal number from `least` to `most`. Whatever else is given, from a number outside the
/// range to one with text after it, is refused with the range. The help shows the value before.
template <class T>
requires std::is_arithmetic_v<T> CLI::Option* add_number(
    CLI::App& app, const std::string& flags, T& field, const std::string& meaning,
    std::type_identity_t<T> least = std::numeric_limits<T>::lowest(),
    std::type_identity_t<T> most = std::numeric_limits<T>::max()) {
  const auto read = [least, most](const std::string& text) { return parse_between<T>(text, "", least, most); };
  return app
      .add_option_function<std::string>(
          flags, [&field, read](const std::string& text) { field = *read(text); }, meaning)
      ->check([read](const std::string& text) {
        const Result<T> number = read(text);
        return number ? std::string() : number.error().message();
      })
      ->type_name("NUMBER")
      ->default_str(number_text(field));
}

/// Adds an option that takes a name of an enumeration and stores its value in `field`, an E or a std::optional of it.
template <Named E, class F>
CLI::Option* add_choice(CLI::App& app, const std::string& flags, F& field, const std::string& meaning) {
  return app
      .add_option_function<std::string>(
          flags, [&field](const std::string& name) { field = *parse_choice<E>(name, ""); }, meaning)
      ->check(one_of(choice_names<E>()));
}

}  // namespace vtpu
