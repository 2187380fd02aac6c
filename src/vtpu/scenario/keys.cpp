#include "vtpu/scenario/keys.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "vtpu/base/check.h"
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

Levels everywhere() { return {}; }
/// "flit; packet:traffic+section.key|section.key".
Levels only_at(std::string_view places, std::string reason) {
  Levels levels{{}, std::move(reason)};
  for (const std::string_view text : split(places, ';')) {
    const std::string_view place = trim(text);
    const std::size_t plus = std::min(place.find('+'), place.size());
    const std::string_view before = place.substr(0, plus);
    const std::size_t colon = std::min(before.find(':'), before.size());
    const std::string_view input = before.substr(colon);
    const auto level = parse_choice<Level>(before.substr(0, colon), "keys.def");
    VTPU_CHECK(level.ok(), "keys.def names levels");
    levels.places.push_back({*level, input != ":workload", input != ":traffic",
                             plus < place.size() ? words_of(place.substr(plus + 1)) : std::vector<std::string>{}});
  }
  return levels;
}

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
#define KEY(section, name, type, value, limits, condition, levels, meaning)
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
#define KEY(section, name, type, value, limits, condition, levels, meaning) \
  rows.push_back({#section, #name, limits, condition, levels, meaning,      \
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

struct Printed {
  std::string operator()(const Text* text) const { return in_quotes(*text); }
  std::string operator()(const Whole* whole) const { return std::to_string(*whole); }
  std::string operator()(const Number* number) const { return number_text(*number); }
  std::string operator()(const Truth* truth) const { return *truth ? "true" : "false"; }
  std::string operator()(const Bytes* bytes) const { return std::to_string(bytes->count); }
  std::string operator()(const File* file) const { return in_quotes(file->name); }
  std::string operator()(const Numbers* numbers) const {
    return listed(*numbers, [](double number) { return number_text(number); });
  }
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

/// The value of a key as a word, without quotes.
std::string word_of(const Key& key, const Scenario& scenario) {
  Scenario copy = scenario;  // `field` gives places to write to
  const Field field = key.field(copy);
  if (const auto* choice = std::get_if<ChoiceField>(&field)) return choice->name();
  if (const auto* text = std::get_if<Text*>(&field)) return **text;
  return value_text(key, scenario);
}

/// Whether one of the conditions of a place holds.
bool holds(const Place& place, const Scenario& scenario) {
  static const Scenario defaults;
  return place.with.empty() || std::any_of(place.with.begin(), place.with.end(), [&](const std::string& condition) {
           const std::size_t equals = std::min(condition.find('='), condition.size());
           const Key* key = find_key(condition.substr(0, equals));
           VTPU_CHECK(key != nullptr, "keys.def names keys");
           const std::string word = word_of(*key, scenario);
           return equals < condition.size() ? word == condition.substr(equals + 1) : word != word_of(*key, defaults);
         });
}

/// "flit", "packet with network.latency_ns or simulation.router_ns".
std::string place_text(const Place& place) {
  return choice_name(place.level) + (place.with.empty() ? "" : " with " + join(place.with, " or "));
}

/// Where a key has an effect, for one kind of input: "flit, packet".
std::string places_text(const Levels& levels, bool workload) {
  std::vector<std::string> texts;
  for (const Place& place : levels.places)
    if (workload ? place.workload : place.traffic)
      if (workload || place.level != Level::flow) texts.push_back(place_text(place));
  return join(texts, ", ");
}

/// A cell of the table of keys.
std::string levels_text(const Key& key) {
  if (!bears_on_run(key)) return "-";
  if (key.levels.reason.empty()) return "all";
  const bool by_traffic = key.when.key == "workload.kind" && key.when.words == std::vector<std::string>{"none"};
  const std::string traffic = places_text(key.levels, false), workload = places_text(key.levels, true);
  if (by_traffic) return traffic;
  if (traffic == workload) return workload;
  return fmt::format("traffic: {}; workload: {}", traffic.empty() ? "none" : traffic, workload);
}

/// The beginnings of the keys that a command of phextnet reads.
const std::vector<std::string>& beginnings_read_by(std::string_view command) {
  // The level, which may follow from the workload, says whether packets wait for virtual channels.
  static const std::vector<std::string> kRouting = {"network.",      "routing.",         "faults.",
                                                    "workload.kind", "simulation.level", "simulation.seed"};
  static const auto with = [](std::vector<std::string> these, const std::vector<std::string>& more) {
    these.insert(these.end(), more.begin(), more.end());
    return these;
  };
  static const std::vector<std::string> kSimulation = {"network.",  "routing.",    "traffic.",
                                                       "workload.", "simulation.", "faults."};
  static const std::map<std::string, std::vector<std::string>, std::less<>> kRows = {
      {"run", with(kSimulation, {"output."})},
      {"sweep", kSimulation},
      {"info", with(kRouting, {"output.json", "output.plot"})},
      {"check", kRouting},
      {"routes", kRouting},
      {"rings", {"network.", "faults.", "simulation.seed"}},
      {"reconfigure", {"network.", "routing.vcs", "workload.", "simulation.", "reconfigure.", "output.json"}},
      {"life", {"life.", "simulation.seed", "simulation.threads", "output.json", "output.csv"}}};
  const auto row = kRows.find(command);
  VTPU_CHECK(row != kRows.end(), "a command that reads scenarios has a row");
  return row->second;
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

const Key* without_meaning(const Key& key, const Scenario& scenario) {
  if (key.when.key.empty()) return nullptr;
  const Key& condition = *find_key(key.when.key);
  if (const Key* above = without_meaning(condition, scenario)) return above;
  const std::vector<std::string>& words = key.when.words;
  return std::find(words.begin(), words.end(), word_of(condition, scenario)) == words.end() ? &key : nullptr;
}

bool has_meaning(const Key& key, const Scenario& scenario) { return without_meaning(key, scenario) == nullptr; }

bool takes_number(const Key& key) {
  Scenario defaults;
  const Field field = key.field(defaults);
  return std::holds_alternative<Whole*>(field) || std::holds_alternative<Number*>(field);
}

bool bears_on_run(const Key& key) {
  static constexpr std::array<std::string_view, 3> kOther = {"output", "reconfigure", "life"};
  return std::find(kOther.begin(), kOther.end(), key.section) == kOther.end() && key.full() != "simulation.threads";
}

Level level_of(const Scenario& scenario) {
  if (scenario.simulation.level != Level::automatic) return scenario.simulation.level;
  if (scenario.has_workload()) return Level::flow;
  // Its links have two bandwidths, and those of a flit level have one.
  return scenario.network.topology == TopologyKind::island_fat_tree ? Level::packet : Level::flit;
}

bool has_effect(const Key& key, const Scenario& scenario, Level level) {
  if (key.levels.reason.empty()) return true;
  return std::any_of(key.levels.places.begin(), key.levels.places.end(), [&](const Place& place) {
    return place.level == level && (scenario.has_workload() ? place.workload : place.traffic) && holds(place, scenario);
  });
}

Result<void> check_levels(const Scenario& scenario, Level level) {
  const bool workload = scenario.has_workload();
  if (level == Level::flow && !workload)
    return Error{scenario.where("simulation.level"), "found flow for [traffic]", "flit or packet, or a [workload]"};
  for (const Key& key : keys()) {
    if (!scenario.is_given(key.full()) || !bears_on_run(key) || !has_meaning(key, scenario)) continue;
    if (has_effect(key, scenario, level)) continue;
    return Error{scenario.where(key.full()),
                 fmt::format("has no effect at {} level for {}: {}", choice_name(level),
                             workload ? "a [workload]" : "[traffic]", key.levels.reason),
                 fmt::format("simulation.level = {}", places_text(key.levels, workload))};
  }
  if (level == Level::flit && !workload && !scenario.traffic.loads.empty() && scenario.traffic.loads.back() > 1)
    return Error{scenario.where("traffic.loads"), fmt::format("found {} at flit level", scenario.traffic.loads.back()),
                 "at most 1: a chip has one injection channel"};
  return {};
}

bool reads(std::string_view command, std::string_view key) {
  const std::vector<std::string>& beginnings = beginnings_read_by(command);
  return std::any_of(beginnings.begin(), beginnings.end(),
                     [&](const std::string& beginning) { return key.starts_with(beginning); });
}

Result<void> check_flags(const Scenario& scenario, std::string_view command) {
  for (const auto& [key, where] : scenario.given)
    if (where.starts_with("--") && !reads(command, key))
      return Error{where, fmt::format("'phextnet {}' does not read it", command),
                   "a key of " + join(beginnings_read_by(command), ", ")};
  return {};
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
      if (!key.levels.reason.empty())
        text += fmt::format("#    level {}; elsewhere {}\n", levels_text(key), key.levels.reason);
    }
  }
  return text;
}

std::string keys_markdown() {
  const Scenario defaults;
  std::string text = "| key | default | may be | means | only with | level |\n|---|---|---|---|---|---|\n";
  for (const Key& key : keys())
    text += fmt::format("| `{}` | `{}` | {} | {} | {} | {} |\n", key.full(), value_text(key, defaults),
                        expected_text(key), key.meaning, when_text(key), levels_text(key));
  return text;
}

}  // namespace vtpu::scenario
