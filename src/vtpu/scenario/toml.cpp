// The only file that includes toml++.
#include <toml++/toml.h>

#include <fmt/core.h>

#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "vtpu/base/number.h"
#include "vtpu/base/text.h"
#include "vtpu/base/text_file.h"
#include "vtpu/scenario/keys.h"
#include "vtpu/scenario/scenario.h"

namespace vtpu::scenario {
namespace {

constexpr std::size_t kMostParts = 16;  // of a dotted key; a scenario's have two

std::string place(const std::string& name, const toml::source_region& source) {
  return fmt::format("{}:{}:{}", name, source.begin.line, source.begin.column);
}

const char* kind_of(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table: return "a table";
    case toml::node_type::array: return "a list";
    case toml::node_type::string: return "a text";
    case toml::node_type::integer: return "a whole number";
    case toml::node_type::floating_point: return "a number";
    case toml::node_type::boolean: return "true or false";
    default: return "a date or time";
  }
}

template <class T>
std::optional<T> read(const toml::node& node, const std::filesystem::path& folder) {
  if constexpr (std::is_same_v<T, Text> || std::is_same_v<T, Whole> || std::is_same_v<T, Truth>) {
    return node.value_exact<T>();
  } else if constexpr (std::is_same_v<T, Number>) {
    return node.is_number() ? node.value<double>() : std::nullopt;
  } else if constexpr (std::is_same_v<T, Bytes>) {
    if (const auto whole = node.value_exact<std::int64_t>(); whole && *whole >= 0)
      return Bytes{static_cast<std::uint64_t>(*whole)};
    const auto text = node.value_exact<std::string>();
    if (!text) return std::nullopt;
    const auto bytes = parse_bytes(*text, "");
    return bytes ? std::optional(Bytes{*bytes}) : std::nullopt;
  } else if constexpr (std::is_same_v<T, File>) {
    const auto text = node.value_exact<std::string>();
    if (!text) return std::nullopt;
    return File{*text, folder / *text};
  } else {
    const toml::array* array = node.as_array();
    if (array == nullptr) return std::nullopt;
    T list;
    for (const toml::node& each : *array) {
      const auto item = read<typename T::value_type>(each, folder);
      if (!item) return std::nullopt;
      list.push_back(*item);
    }
    return list;
  }
}

class Reader {
 public:
  explicit Reader(std::string name) : name_(std::move(name)), folder_(std::filesystem::path(name_).parent_path()) {}

  Result<Scenario> read_all(const toml::table& table) {
    std::vector<std::string> names;
    for (const Section& section : sections()) names.push_back(section.name);
    for (const auto& [key, node] : table) {
      const std::string title(key.str());
      const std::string where = place(name_, key.source()) + ": " + title;
      if (std::find(names.begin(), names.end(), title) == names.end())
        return Error{where, "found section " + quoted_with_hint(title, names), "one of " + join(names, ", ")};
      const toml::table* section = node.as_table();
      if (section == nullptr) return Error{where, std::string("found ") + kind_of(node), "a section, [" + title + "]"};
      if (const auto done = read_section(title, *section); !done) return done.error();
    }
    return std::move(scenario_);
  }

 private:
  Result<void> read_section(const std::string& section, const toml::table& table) {
    std::vector<std::string> names;
    for (const Key& key : keys())
      if (key.section == section) names.push_back(key.name);
    for (const auto& [title, node] : table) {
      const std::string full = section + "." + std::string(title.str());
      const Key* key = find_key(full);
      if (key == nullptr)
        return Error{place(name_, title.source()) + ": " + full, "found key " + quoted_with_hint(title.str(), names),
                     "one of " + join(names, ", ")};
      const std::string where = place(name_, node.source()) + ": " + full;
      const Error wrong_type{where, std::string("found ") + kind_of(node), expected_text(*key)};
      const Result<void> stored = std::visit(
          [&, &value = node](auto field) -> Result<void> {
            if constexpr (std::is_same_v<decltype(field), ChoiceField>) {
              const auto name = read<Text>(value, folder_);
              if (!name) return wrong_type;
              return field.assign(*name, where);
            } else {
              using T = std::remove_pointer_t<decltype(field)>;
              auto read_value = read<T>(value, folder_);
              if (!read_value && std::is_same_v<T, Bytes> && value.is_string())
                return parse_bytes(*value.template value_exact<std::string>(), where).error();
              if (!read_value) return wrong_type;
              *field = std::move(*read_value);
              return {};
            }
          },
          key->field(scenario_));
      if (!stored) return stored;
      if (const auto right = check_limits(*key, scenario_, where); !right) return right;
      scenario_.given[full] = where;
    }
    return {};
  }

  std::string name_;
  std::filesystem::path folder_;
  Scenario scenario_;
};

/// The place of a key with too many parts. The library makes a table for each part, and destroys tables within tables
/// by calling itself. A key is found as parts joined by dots outside texts and comments; numbers have one dot at most.
std::optional<std::string> too_many_parts(std::string_view toml, const std::string& name) {
  std::size_t line = 1, line_begin = 0, parts = 1;
  for (std::size_t at = 0; at < toml.size(); ++at) {
    const char c = toml[at];
    if (c == '#') {
      at = std::min(toml.find('\n', at), toml.size()) - 1;
    } else if (c == '"' || c == '\'') {
      // A text ends at the same quotes, one or three. Only in those of double quotes does a backslash escape.
      const std::string_view quotes = toml.substr(at, toml.substr(at).starts_with(std::string(3, c)) ? 3 : 1);
      for (at += quotes.size(); at < toml.size() && !toml.substr(at).starts_with(quotes); ++at) {
        if (toml[at] == '\n') {
          ++line;
          line_begin = at + 1;
          if (quotes.size() == 1) break;
        }
        if (c == '"' && toml[at] == '\\') ++at;
      }
      at += quotes.size() - 1;
    } else if (c == '.') {
      if (++parts > kMostParts) return fmt::format("{}:{}:{}", name, line, at - line_begin + 1);
    } else if (c == '\n') {
      ++line;
      line_begin = at + 1;
      parts = 1;
    } else if (std::string_view("=,[]{}").find(c) != std::string_view::npos) {
      parts = 1;
    }
  }
  return std::nullopt;
}

}  // namespace

Result<Scenario> parse_scenario(std::string_view toml, const std::string& name) {
  if (const auto where = too_many_parts(toml, name))
    return Error{*where, fmt::format("found a key of more than {} parts", kMostParts), "section.key"};
  try {
    return Reader(name).read_all(toml::parse(toml, name));
  } catch (const toml::parse_error& error) {
    return Error{place(name, error.source()), "found invalid TOML: " + std::string(error.description()), ""};
  }
}

Result<Scenario> read_scenario(const std::filesystem::path& file) {
  const auto text = read_text(file);
  if (!text) return text.error();
  return parse_scenario(*text, file.string());
}

}  // namespace vtpu::scenario
