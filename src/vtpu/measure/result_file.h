#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/base/choice.h"
#include "vtpu/base/result.h"
#include "vtpu/measure/configuration.h"
#include "vtpu/measure/metric.h"

namespace vtpu::measure {

/// A quick and a full run give the paper; a soak looks for rare faults and gives no part of it.
enum class Mode { quick, full, soak };

}  // namespace vtpu::measure

template <>
inline constexpr vtpu::Choices<vtpu::measure::Mode, 3> vtpu::kChoices<vtpu::measure::Mode>{
    {{vtpu::measure::Mode::quick, "quick"}, {vtpu::measure::Mode::full, "full"}, {vtpu::measure::Mode::soak, "soak"}}};

namespace vtpu::measure {

/// The result of one experiment. On disk it is two files:
/// `<experiment>.json`, the deterministic part: schema, configuration, seed, mode, hashes of inputs and sources,
/// computed and simulated metrics and tables. Two runs of the same sources give the same bytes, on any machine.
/// `<experiment>.run.json`, the volatile part: measured metrics with their samples, measured tables, provenance, and
/// the SHA-256 of the other file, which ties the two together.
struct ResultFile {
  std::string experiment;
  Mode mode = Mode::quick;
  std::uint64_t seed = 0;
  Configuration configuration;
  std::map<std::string, std::string> input_hashes;  ///< path below the root → SHA-256
  std::string source_hash;
  std::map<std::string, Metric> metrics;
  std::map<std::string, Table> tables;
  std::string provenance = "{}";  ///< text of a JSON object
};

inline constexpr int kResultSchema = 1;

std::filesystem::path deterministic_path(const std::filesystem::path& folder, const std::string& experiment);
std::filesystem::path volatile_path(const std::filesystem::path& folder, const std::string& experiment);

/// Writes both parts, each atomically, the volatile one last. A result is complete if its volatile part names the hash
/// of its deterministic part.
Result<void> save(const ResultFile& result, const std::filesystem::path& folder);

/// Reads both parts. Error: a missing or malformed file, an unknown schema, a deterministic part whose hash differs
/// from the one that the volatile part names.
Result<ResultFile> load(const std::filesystem::path& folder, const std::string& experiment);

/// Reads the deterministic part alone. Error: as load.
Result<ResultFile> load_deterministic(const std::filesystem::path& folder, const std::string& experiment);

/// Adds the volatile part in `folder`, of whichever run wrote it: the reference set keeps one deterministic part beside
/// the volatile parts of many hosts. Error: a missing or malformed file, the part of another experiment.
Result<void> add_volatile(ResultFile& result, const std::filesystem::path& folder);

/// As load, from the bytes of both parts; errors name the paths.
Result<ResultFile> parse_result(const std::string& text, const std::filesystem::path& path, const std::string& run_text,
                                const std::filesystem::path& run_path);

/// SHA-256 of every metric and table, measured ones included: all of a result that figures and the paper read.
std::string data_hash(const ResultFile& result);

/// SHA-256 of the project's C++ sources below the given folders and files, without comments and white space, so that it
/// changes only with the meaning of the sources.
Result<std::string> source_hash(const std::filesystem::path& root, const std::vector<std::string>& below);

/// C++ text without comments and with each run of white space folded to one blank. Literals are kept.
std::string without_comments(std::string_view source);

}  // namespace vtpu::measure
