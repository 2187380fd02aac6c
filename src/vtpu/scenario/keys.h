#pragma once
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/scenario/choices.h"
#include "vtpu/scenario/scenario.h"

namespace vtpu::scenario {

/// What a value may be: one of the names of an enumeration, or a number of a range (each number of a list, too).
struct Limits {
  std::vector<std::string> words;  ///< of a key whose type is an enumeration
  double least = 0;
  double most = 0;
  bool bounded() const { return least < most; }
};

/// The condition under which a key has a meaning: another key has one of these values. An empty key: always.
struct When {
  std::string key;
  std::vector<std::string> words;
};

/// Where a key affects the result of a run: at a level, for [traffic], [workload] or both, and only if one of the keys
/// of `with` does not have its default, or has the value after its "=".
struct Place {
  Level level;
  bool traffic = true;
  bool workload = true;
  std::vector<std::string> with;
};

/// All these places, and the reason why a key affects nothing elsewhere. No reason: it has an effect everywhere.
struct Levels {
  std::vector<Place> places;
  std::string reason;
};

/// A pointer to the value of a key in a scenario.
using Field = std::variant<Text*, Whole*, Number*, Truth*, Bytes*, File*, Numbers*, Texts*, ChoiceField>;

/// A row of keys.def.
struct Key {
  std::string section;
  std::string name;
  Limits limits;
  When when;
  Levels levels;
  std::string meaning;
  Field (*field)(Scenario&);

  std::string full() const { return section + "." + name; }
};

struct Section {
  std::string name;
  std::string meaning;
};

const std::vector<Section>& sections();
const std::vector<Key>& keys();
/// The key with the full name, or nullptr.
const Key* find_key(std::string_view full);
/// Error: at `flag name`, with the nearest key.
Result<const Key*> named_key(std::string_view name, std::string_view flag);

/// The key itself or one that it depends on, whose condition the values of the other keys do not meet; nullptr if the
/// key has a meaning.
const Key* without_meaning(const Key& key, const Scenario& scenario);
/// Whether the key has a meaning, given the values of the other keys.
bool has_meaning(const Key& key, const Scenario& scenario);

/// Whether the key's value is one number.
bool takes_number(const Key& key);

/// Whether the key affects the results of a run. Other keys select output, or belong to other commands.
bool bears_on_run(const Key& key);

/// The level of a run: simulation.level, or what stands for "auto".
Level level_of(const Scenario& scenario);

/// Whether the key, which bears on runs and has a meaning, affects the result at a level.
bool has_effect(const Key& key, const Scenario& scenario, Level level);

/// Checks the given keys against the level of a run. Error: a key without an effect there, with the levels that have
/// one; a level or load that the kind of input does not have.
Result<void> check_levels(const Scenario& scenario, Level level);

/// Whether a command of phextnet reads a key.
bool reads(std::string_view command, std::string_view key);
/// Error: a key that a flag has set and that `command` does not read. A file may serve several commands.
Result<void> check_flags(const Scenario& scenario, std::string_view command);

/// The value in TOML syntax.
std::string value_text(const Key& key, const Scenario& scenario);
/// "text", "whole number of 1..64", "one of torus, mesh".
std::string expected_text(const Key& key);

/// Parses the text and stores the value. Error: `where`, the expected type or range.
Result<void> assign_text(const Key& key, Scenario& scenario, std::string_view text, const std::string& where);
/// Checks a stored value against the limits of its key.
Result<void> check_limits(const Key& key, Scenario& scenario, const std::string& where);

/// All keys with type, default and meaning: a scenario file with every key commented out, or the table of README.md.
std::string keys_text();
std::string keys_markdown();

}  // namespace vtpu::scenario
