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

// What a key may hold.
using Text = std::string;
using Whole = std::int64_t;
using Number = double;
using Truth = bool;
using Numbers = std::vector<double>;
using Texts = std::vector<std::string>;

/// A number of bytes; written as a whole number or with a unit, "64 KiB", "1.5 GB" (10^9 bytes).
struct Bytes {
  std::uint64_t count = 0;
  bool operator==(const Bytes&) const = default;
};

/// A file to read: as it was written, and where that is. Names in a scenario file are relative to its folder.
struct File {
  std::string name;
  std::filesystem::path path;
  bool operator==(const File&) const = default;
};

/// Everything phextnet can be asked: one member a section, one member of that a key, each with its default. See
/// keys.def.
struct Scenario {
#define SECTION(Type, section, meaning) struct Type {
#define KEY(section, name, type, value, limits, condition, meaning) type name = value;
#define END(section) \
  }                  \
  section;
#include "vtpu/scenario/keys.def"
#undef SECTION
#undef KEY
#undef END

  /// Where each key that is not at its default was set: "file:line:column: key" or "--set key".
  std::map<std::string, std::string, std::less<>> given;

  bool is_given(std::string_view key) const { return given.find(key) != given.end(); }
  /// For errors about a value: where it was set, or that it is the default.
  std::string where(std::string_view key) const;
  bool has_workload() const { return workload.kind != WorkloadKind::none; }
};

/// An error of what a key asks for, at the place where the key was set.
Error at_key(const Scenario& scenario, std::string_view key, const Error& error);

/// The result, with its error at the place where the key was set.
template <class T>
Result<T> at_key(const Scenario& scenario, std::string_view key, Result<T> result) {
  if (!result) return at_key(scenario, key, result.error());
  return result;
}

/// Reads TOML over the defaults. `name`: of the file, for errors; files that it names are relative to its folder.
/// Error: "name:line:column: key", what was found there and what may stand there; for an unknown section or key the
/// nearest one. Only values by themselves are judged: see `check`.
Result<Scenario> parse_scenario(std::string_view toml, const std::string& name);
Result<Scenario> read_scenario(const std::filesystem::path& file);

/// One key by text, as in "network.sides=4x4x8"; lists are separated by commas. `flag`: what it was given by, beginning
/// with "--". Error: as above, at `--set key`.
Result<void> set(Scenario& scenario, std::string_view assignment, std::string_view flag = "--set");

/// What one key asks of others. Error: a key that was given and has no meaning beside the others (one of the file whose
/// meaning a flag took away is passed over), a list of loads that
/// does not rise, a missing file name.
Result<void> check(const Scenario& scenario);

}  // namespace vtpu::scenario
