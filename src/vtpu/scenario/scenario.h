#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/scenario/choices.h"

namespace vtpu::scenario {

// Types of keys, besides the enumerations of choices.h.
using Text = std::string;
using Whole = std::int64_t;
using Number = double;
using Truth = bool;
using Numbers = std::vector<double>;
using Texts = std::vector<std::string>;

/// A number of bytes, written as a whole number or with a unit: "64 KiB", "1.5 GB" (1 GB = 10^9 bytes).
struct Bytes {
  std::uint64_t count = 0;
  bool operator==(const Bytes&) const = default;
};

/// A file to read: the name as written, and its path. Names in a scenario file are relative to its folder.
struct File {
  std::string name;
  std::filesystem::path path;
  bool operator==(const File&) const = default;
};

/// All settings of phextnet: one member per section with one member per key, each with its default. See keys.def.
struct Scenario {
#define SECTION(Type, section, meaning) struct Type {
#define KEY(section, name, type, value, limits, condition, levels, meaning) type name = value;
#define END(section) \
  }                  \
  section;
#include "vtpu/scenario/keys.def"
#undef SECTION
#undef KEY
#undef END

  /// Place where each given key was set: "file:line:column: key" or "--set key".
  std::map<std::string, std::string, std::less<>> given;

  bool is_given(std::string_view key) const { return given.find(key) != given.end(); }
  /// The place where a value was set, or "key (default)"; for errors about the value.
  std::string where(std::string_view key) const;
  bool has_workload() const { return workload.kind != WorkloadKind::none; }
};

/// An error about the value of a key, at the place where the key was set.
Error at_key(const Scenario& scenario, std::string_view key, const Error& error);

/// A result whose error is placed where the key was set.
template <class T>
Result<T> at_key(const Scenario& scenario, std::string_view key, Result<T> result) {
  if (!result) return at_key(scenario, key, result.error());
  return result;
}

/// Reads TOML over the defaults. `name`: of the file, for errors; files that it names are relative to its folder.
/// Error: "name:line:column: key", what was found and what is expected; for an unknown section or key, the nearest one.
/// Values are checked one by one; `check` compares them with each other.
Result<Scenario> parse_scenario(std::string_view toml, const std::string& name);
Result<Scenario> read_scenario(const std::filesystem::path& file);

/// Sets one key from text such as "network.sides=4x4x8"; list items are separated by commas outside double quotes.
/// `flag`: the command line flag that gave the text, starting with "--". Error: as above, at `flag key`.
Result<void> set(Scenario& scenario, std::string_view assignment, std::string_view flag = "--set");

/// Checks keys against each other. Error: a given key that has no meaning with the others (ignored for a key of the
/// file whose condition a flag has overridden), loads that do not rise, a missing file name.
Result<void> check(const Scenario& scenario);

}  // namespace vtpu::scenario
