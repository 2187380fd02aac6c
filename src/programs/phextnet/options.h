#pragma once
#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/base/choice.h"
#include "vtpu/base/result.h"
#include "vtpu/scenario/scenario.h"
#include "vtpu/search/anneal.h"
#include "vtpu/search/disjoint_rings.h"

namespace vtpu::command {

/// A search for an OCS state.
struct LearnOptions {
  std::string shape = "4x4x8";
  std::string out;
  std::string journal;
  std::int64_t steps = 10000;
  int restarts = 4;
  int groups = 1;
  int threads = 0;
  std::uint64_t seed = 1;
  double mirrored = 0;
  search::Alike alike = search::Alike::none;  ///< which switches share a setting
};

/// A search for rings through all chips.
struct RingsOptions {
  std::string state;  ///< file
  std::string dark;   ///< a switch
  std::string json;   ///< file, or "-"
  std::string out;    ///< file
  int count = 0;
  std::int64_t steps = search::RingSearch{}.steps;
};

/// The command line of phextnet, for all commands.
struct Options {
  std::string file;
  std::vector<std::string> settings;  ///< "key=value", those of --set first
  std::vector<std::string> over;      ///< "key=value,value"
  std::string out;                    ///< folder of a sweep
  std::string after;                  ///< second scenario of a reconfiguration
  int rows = 0;                       ///< number of table rows to show before and after
  std::string from, to;               ///< chips
  LearnOptions learn;
  RingsOptions rings;
  bool time = false;
  bool markdown = false;
};

/// The scenario of the file with the settings applied, and of [output] only what the command writes. Error: also a key
/// that a flag has set and the command does not read; a file that cannot be written; "-", standard output, twice.
Result<scenario::Scenario> scenario_of(const Options& options, std::string_view command);

/// Writes what `make` returns to a file of [output]; does nothing if there is none.
Result<void> write_output(const std::string& file, const std::function<std::string()>& make);
/// JSON as the text of a file.
std::string file_text(const nlohmann::ordered_json& json);
/// Prints the text of a report, unless a file of [output] is standard output.
Result<int> print_report(const scenario::Scenario& given, std::string_view text);

}  // namespace vtpu::command

template <>
inline constexpr vtpu::Choices<vtpu::search::Alike, 3> vtpu::kChoices<vtpu::search::Alike>{
    {{vtpu::search::Alike::none, "none"},
     {vtpu::search::Alike::rotated, "rotated"},
     {vtpu::search::Alike::dimension, "dimension"}}};
