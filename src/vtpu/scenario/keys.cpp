#include "vtpu/scenario/keys.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <type_traits>
#include <utility>

#include "vtpu/base/number.h"
#include "vtpu/base/text.h"

namespace vtpu::scenario {
namespace {

std::vector<std::string> words_of(std::string_view bars) {
  std::vector<std::string> words;
  for (const std::string_view word : split(bars, '|')) words.emplace_back(word);
  return words;
}

Limits any() { return {}; }
Limits between(double least, double most) { return {.words = {}, .least = least, .most = most}; }
When always() { return {}; }
When when(std::string_view key, std::string_view bars) { return {std::string(key), words_of(bars)}; }

When with_topologies_that_read(std::string_view key) {
  struct Row {
    std::string_view name;
    std::string_view keys;
  };
  static constexpr std::array<Row, kTopologyKinds> kRows = {{
#define TOPOLOGY(enumerator, name, keys, build) {name, keys},
#include "vtpu/scenario/topologies.def"
#undef TOPOLOGY
  }};
  When condition{"network.topology", {}};
  for (const Row& row : kRows) {
    const std::vector<std::string> keys = words_of(row.keys);
    if (std::find(keys.begin(), keys.end(), key) != keys.end()) condition.words.emplace_back(row.name);
  }
  return condition;
}

std::vector<Section> all_sections() {
  std::vector<Section> rows;
#define SECTION(Type, section, meaning) rows.push_back({#section, meaning});
#define KEY(section, name, type, value, limits, condition, meaning)
#define END(section)
#include "vtpu/scenario/keys.def"
#undef SECTION
#undef KEY
#undef END
  return rows;
}

std::vector<Key> all_keys() {
  std::vector<Key> rows;
#define SECTION(Type, section, meaning)
#define KEY(section, name, type, value, limits, condition, meaning) \
  rows.push_back({#section, #name, limits, condition, meaning,      \
                  [](Scenario& scenario) -> Field { return &scenario.section.name; }});
#define END(section)
#include "vtpu/scenario/keys.def"
#undef SECTION
#undef KEY
#undef END
  Scenario defaults;
  for (Key& key : rows) {
    const Field field = key.field(defaults);
    if (const auto* choice = std::get_if<ChoiceField>(&field)) key.limits.words = choice->names();
  }
  return rows;
}

template <class Items, class Print>
std::string listed(const Items& items, Print print) {
  std::vector<std::string> texts;
  for (const auto& item : items) texts.push_back(print(item));
  return "[" + join(texts, ", ") + "]";
}

std::string number_text(double value) { return fmt::format("{}", value); }

struct Printed {
  std::string operator()(const Text* text) const { return in_quotes(*text); }
  std::string operator()(const Whole* whole) const { return std::to_string(*whole); }
  std::string operator()(const Number* number) const { return number_text(*number); }
  std::string operator()(const Truth* truth) const { return *truth ? "true" : "false"; }
  std::string operator()(const Bytes* bytes) const { return std::to_string(bytes->count); }
  std::string operator()(const File* file) const { return in_quotes(file->name); }
  std::string operator()(const Numbers* numbers) const { return listed(*numbers, number_text); }
  std::string operator()(const Texts* texts) const {
    return listed(*texts, [](const Text& text) { return in_quotes(text); });
  }
  std::string operator()(const ChoiceField& choice) const { return in_quotes(choice.name()); }
};

std::string type_name(const Field& field) {
  static constexpr std::array<const char*, std::variant_size_v<Field>> kNames = {
      "text",      "whole number",    "number",        "true or false", "bytes",
      "file name", "list of numbers", "list of texts", "name"};
  return kNames[field.index()];
}

template <class T>
Result<T> parsed(std::string_view text, const std::string& where) {
  if constexpr (std::is_same_v<T, Text>) {
    return Text(text);
  } else if constexpr (std::is_same_v<T, Whole>) {
    return parse_integer(text, where);
  } else if constexpr (std::is_same_v<T, Number>) {
    return parse_number(text, where);
  } else if constexpr (std::is_same_v<T, Truth>) {
    if (text == "true") return true;
    if (text == "false") return false;
    return Error{where, fmt::format("found '{}'", text), "true or false"};
  } else if constexpr (std::is_same_v<T, Bytes>) {
    const auto bytes = parse_bytes(text, where);
    return bytes ? Result<Bytes>(Bytes{*bytes}) : bytes.error();
  } else if constexpr (std::is_same_v<T, File>) {
    return File{std::string(text), std::filesystem::path(text)};
  } else {
    T list;
    if (trim(text).empty()) return list;
    for (const std::string_view piece : split_outside_quotes(text, ',')) {
      const auto item = parsed<typename T::value_type>(trim(piece), where);
      if (!item) return item.error();
      list.push_back(*item);
    }
    return list;
  }
}

Result<void> in_range(const Limits& limits, double value, const std::string& printed, const Key& key,
                      const std::string& where) {
  if (value >= limits.least && value <= limits.most) return {};
  return Error{where, "found " + printed, expected_text(key)};
}

std::string when_text(const Key& key) {
  if (key.when.key.empty()) return "";
  return key.when.key + " = " + join(key.when.words, ", ");
}

}  // namespace

const std::vector<Section>& sections() {
  static const std::vector<Section> rows = all_sections();
  return rows;
}

const std::vector<Key>& keys() {
  static const std::vector<Key> rows = all_keys();
  return rows;
}

const Key* find_key(std::string_view full) {
  for (const Key& key : keys())
    if (key.full() == full) return &key;
  return nullptr;
}

Result<const Key*> named_key(std::string_view name, std::string_view flag) {
  if (const Key* key = find_key(name)) return key;
  std::vector<std::string> names;
  for (const Key& key : keys()) names.push_back(key.full());
  return Error{fmt::format("{} {}", flag, name), "found key " + quoted_with_hint(name, names),
               "a key that 'phextnet keys' lists"};
}

bool has_meaning(const Key& key, const Scenario& scenario) {
  if (key.when.key.empty()) return true;
  Scenario copy = scenario;  // `field` gives places to write to
  const Field field = find_key(key.when.key)->field(copy);
  const auto* choice = std::get_if<ChoiceField>(&field);
  const std::string word = choice != nullptr ? choice->name() : *std::get<Text*>(field);
  return std::find(key.when.words.begin(), key.when.words.end(), word) != key.when.words.end();
}

bool takes_number(const Key& key) {
  Scenario defaults;
  const Field field = key.field(defaults);
  return std::holds_alternative<Whole*>(field) || std::holds_alternative<Number*>(field);
}

bool bears_on_run(const Key& key) {
  static constexpr std::array<std::string_view, 3> kOther = {"output", "reconfigure", "life"};
  return std::find(kOther.begin(), kOther.end(), key.section) == kOther.end() && key.full() != "simulation.threads";
}

std::string value_text(const Key& key, const Scenario& scenario) {
  Scenario copy = scenario;
  return std::visit(Printed{}, key.field(copy));
}

std::string expected_text(const Key& key) {
  if (!key.limits.words.empty()) return "one of " + join(key.limits.words, ", ");
  Scenario defaults;
  std::string text = type_name(key.field(defaults));
  if (key.limits.bounded()) text += fmt::format(" of {}..{}", key.limits.least, key.limits.most);
  return text;
}

Result<void> check_limits(const Key& key, Scenario& scenario, const std::string& where) {
  const Limits& limits = key.limits;
  const Field field = key.field(scenario);
  if (!limits.bounded()) return {};
  if (const auto* whole = std::get_if<Whole*>(&field))
    return in_range(limits, static_cast<double>(**whole), std::to_string(**whole), key, where);
  if (const auto* number = std::get_if<Number*>(&field))
    return in_range(limits, **number, number_text(**number), key, where);
  if (const auto* bytes = std::get_if<Bytes*>(&field))
    return in_range(limits, static_cast<double>((*bytes)->count), std::to_string((*bytes)->count), key, where);
  if (const auto* numbers = std::get_if<Numbers*>(&field))
    for (const double number : **numbers)
      if (const auto right = in_range(limits, number, number_text(number), key, where); !right) return right;
  return {};
}

Result<void> assign_text(const Key& key, Scenario& scenario, std::string_view text, const std::string& where) {
  const auto stored = std::visit(
      [&](auto field) -> Result<void> {
        if constexpr (std::is_same_v<decltype(field), ChoiceField>) {
          return field.assign(text, where);
        } else {
          using T = std::remove_pointer_t<decltype(field)>;
          auto value = parsed<T>(text, where);
          if (!value && std::is_same_v<T, Bytes>) return value.error();
          if (!value) return Error{where, value.error().found, expected_text(key)};
          *field = std::move(*value);
          return {};
        }
      },
      key.field(scenario));
  if (!stored) return stored;
  return check_limits(key, scenario, where);
}

std::string keys_text() {
  const Scenario defaults;
  std::string text;
  for (const Section& section : sections()) {
    text += fmt::format("{}[{}]  # {}\n", text.empty() ? "" : "\n", section.name, section.meaning);
    for (const Key& key : keys()) {
      if (key.section != section.name) continue;
      text +=
          fmt::format("#{} = {}\n#    {}; {}\n", key.name, value_text(key, defaults), expected_text(key), key.meaning);
      if (const std::string only = when_text(key); !only.empty()) text += fmt::format("#    only with {}\n", only);
    }
  }
  return text;
}

std::string keys_markdown() {
  const Scenario defaults;
  std::string text = "| key | default | may be | means | only with |\n|---|---|---|---|---|\n";
  for (const Key& key : keys())
    text += fmt::format("| `{}` | `{}` | {} | {} | {} |\n", key.full(), value_text(key, defaults), expected_text(key),
                        key.meaning, when_text(key));
  return text;
}

}  // namespace vtpu::scenario
