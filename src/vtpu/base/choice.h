#pragma once
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/base/check.h"
#include "vtpu/base/result.h"
#include "vtpu/base/text.h"

// Enumerations that users write by name. An enumeration has one table of names; parsing, printing, lists of the allowed
// names and suggestions in error messages all read that table.

namespace vtpu {

template <class E>
struct Choice {
  E value;
  std::string_view name;
};

template <class E, std::size_t N>
using Choices = std::array<Choice<E>, N>;

/// The names of an enumeration, in the order in which messages list them. Specialise it for each enumeration:
///   template <>
///   inline constexpr Choices<Colour, 2> kChoices<Colour>{{{Colour::red, "red"}, {Colour::green, "green"}}};
template <class E>
inline constexpr Choices<E, 0> kChoices{};

template <class E>
concept Named = (kChoices<E>.size() > 0);

template <Named E>
std::vector<std::string> choice_names() {
  std::vector<std::string> names;
  for (const Choice<E>& choice : kChoices<E>) names.emplace_back(choice.name);
  return names;
}

template <Named E>
std::string choice_name(E value) {
  for (const Choice<E>& choice : kChoices<E>)
    if (choice.value == value) return std::string(choice.name);
  VTPU_CHECK(false, "every value of a named enumeration has a name");
  return {};
}

/// Error: `where`, the text with the nearest name, all names.
template <Named E>
Result<E> parse_choice(std::string_view text, const std::string& where) {
  for (const Choice<E>& choice : kChoices<E>)
    if (choice.name == text) return choice.value;
  const std::vector<std::string> names = choice_names<E>();
  return Error{where, "found " + quoted_with_hint(text, names), "one of " + join(names, ", ")};
}

}  // namespace vtpu
