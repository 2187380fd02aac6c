#include "vtpu/compiler/machine_model.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "vtpu/base/check.h"
#include "vtpu/base/json.h"
#include "vtpu/base/text_file.h"
#include "vtpu/compiler/costs/shipped.h"

namespace vtpu::compiler {
namespace {

using Json = nlohmann::json;

constexpr double kMostCycles = 1000;  // of an op
/// Of everything else in a table, so that sums and products of its values stay finite and exact.
constexpr double kMost = 1e15;
constexpr std::size_t kMostRows = 64;

/// Reads one object of a table. The first error is kept.
class Reader {
 public:
  explicit Reader(const std::string& name) : name_(name) {}

  double number(const Json& object, const std::string& where, const char* key, bool required = true) {
    if (!required && !object.contains(key)) return 0;
    const Json value = object.value(key, Json());
    if (value.is_number() && value.get<double>() > 0 && value.get<double>() <= kMost) return value.get<double>();
    fail(where + "." + key, value, fmt::format("a number above 0, at most {:g}", kMost));
    return 0;
  }
  std::string string(const Json& object, const char* key) {
    const Json value = object.value(key, Json());
    if (value.is_string()) return value.get<std::string>();
    fail(key, value, "a string");
    return {};
  }
  const Json& rows(const Json& object, const std::string& where, const char* key) {
    static const Json kNone = Json::array();
    const auto at = object.find(key);
    if (at != object.end() && at->is_array() && !at->empty() && at->size() <= kMostRows &&
        std::all_of(at->begin(), at->end(), [](const Json& row) { return row.is_object(); }))
      return *at;
    fail(where + key, at == object.end() ? Json() : *at, fmt::format("an array of 1 to {} objects", kMostRows));
    return kNone;
  }
  void fail(const std::string& where, const Json& found, std::string expected) {
    if (error_) return;
    const std::string what = found.is_structured() ? std::string("an ") + found.type_name() : json_text(found);
    error_ = Error{name_ + ": " + where, "found " + what, std::move(expected)};
  }
  const std::optional<Error>& error() const { return error_; }

 private:
  const std::string& name_;
  std::optional<Error> error_;
};

void read_memory(Reader& reader, const Json& json, MachineModel& model) {
  const Json& rows = reader.rows(json, "", "memory");
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const std::string where = fmt::format("memory[{}]", k);
    MemoryLevel level;
    if (k + 1 < rows.size()) level.bytes = reader.number(rows[k], where, "bytes");
    level.latency = reader.number(rows[k], where, "latency");
    level.bandwidth = reader.number(rows[k], where, "bandwidth");
    if (k + 1 < rows.size() && !model.ladder.empty() && level.bytes <= model.ladder.back().bytes)
      reader.fail(where + ".bytes", rows[k]["bytes"], "more than the level before");
    model.ladder.push_back(level);
  }
  // Passes ask for the sizes of the first and the second level.
  if (rows.size() == 1) reader.fail("memory", rows, "two levels or more");
}

void read_loops(Reader& reader, const Json& json, MachineModel& model) {
  const Json loops = json.value("loops", Json());
  if (!loops.is_object()) return reader.fail("loops", loops, "an object");
  model.loops.iteration = reader.number(loops, "loops", "iteration");
  model.loops.pointer = reader.number(loops, "loops", "pointer", false);
  const Json& rows = reader.rows(loops, "loops.", "entries");
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const std::string where = fmt::format("loops.entries[{}]", k);
    const double trips = reader.number(rows[k], where, "trips"), cycles = reader.number(rows[k], where, "cycles");
    if (reader.error()) return;
    const auto whole = static_cast<std::int64_t>(trips);
    if (whole < 1 || (!model.loops.entries.empty() && whole <= model.loops.entries.back().trips))
      return reader.fail(where + ".trips", rows[k]["trips"], "a whole number above that of the row before");
    model.loops.entries.push_back({whole, cycles});
  }
}

}  // namespace

double LoopCosts::entry(std::int64_t trips, unsigned pointers) const {
  const auto above = std::upper_bound(entries.begin(), entries.end(), trips,
                                      [](std::int64_t n, const Entry& entry) { return n < entry.trips; });
  const double cycles = entries.empty() ? 0 : above == entries.begin() ? above->cycles : (above - 1)->cycles;
  return cycles + pointer * pointers;
}

const MachineModel& MachineModel::reference() {
  static const MachineModel* const kModel = find(kReferenceCosts);
  VTPU_CHECK(kModel != nullptr, "the reference is one of the shipped tables");
  return *kModel;
}

std::span<const MachineModel> MachineModel::shipped() {
  static const std::vector<MachineModel> kAll = [] {
    std::vector<MachineModel> all;
    for (const auto& [name, text] : shipped_costs()) {
      Result<MachineModel> model = from_json(text, std::string(name));
      VTPU_CHECK(model.ok(), model.ok() ? "" : model.error().message().c_str());
      all.push_back(std::move(*model));
    }
    return all;
  }();
  return kAll;
}

const MachineModel* MachineModel::find(std::string_view host) {
  const auto all = shipped();
  const auto at = std::find_if(all.begin(), all.end(), [&](const MachineModel& model) { return model.host == host; });
  return at == all.end() ? nullptr : &*at;
}

std::string MachineModel::to_json() const {
  nlohmann::ordered_json json{{"host", host}, {"source", source}};
  json["ports"] = parse_json<nlohmann::ordered_json>(ports.to_json(), "port map", "a port map").value();
  for (const MemoryLevel& level : ladder) {
    nlohmann::ordered_json row;
    if (level.bytes > 0) row["bytes"] = level.bytes;
    row["latency"] = level.latency;
    row["bandwidth"] = level.bandwidth;
    json["memory"].push_back(std::move(row));
  }
  json["loops"]["iteration"] = loops.iteration;
  if (loops.pointer > 0) json["loops"]["pointer"] = loops.pointer;
  for (const LoopCosts::Entry& entry : loops.entries)
    json["loops"]["entries"].push_back({{"trips", entry.trips}, {"cycles", entry.cycles}});
  return json_text(json, 1) + "\n";
}

Result<MachineModel> MachineModel::from_json(std::string_view text, const std::string& name) {
  const Result<Json> json = parse_json<Json>(text, name, "a cost table");
  if (!json) return json.error();
  Reader reader(name);
  MachineModel model;
  if (!json->is_object()) {
    reader.fail("", *json, "an object");
  } else {
    model.host = reader.string(*json, "host");
    model.source = reader.string(*json, "source");
    read_memory(reader, *json, model);
    read_loops(reader, *json, model);
  }
  if (reader.error()) return *reader.error();
  Result<ports::PortMap> map = ports::PortMap::from_json(json_text(json->value("ports", Json())), name + ": ports");
  if (map) map = plausible(std::move(*map), name + ": ports");
  if (!map) return map.error();
  model.ports = std::move(*map);
  return model;
}

Result<MachineModel> MachineModel::read(const std::filesystem::path& file) {
  const Result<std::string> text = read_text(file);
  if (!text) return text.error();
  return from_json(*text, file.string());
}

Result<ports::PortMap> plausible(ports::PortMap map, const std::string& where) {
  for (const auto& [key, cycles] :
       {std::pair("alone", &map.alone), std::pair("least", &map.least), std::pair("latency", &map.latency)})
    for (std::size_t k = 0; k < cycles->size(); ++k)
      if ((*cycles)[k] > kMostCycles)
        return Error{fmt::format("{}: {}.{}", where, key, isa::name_of(static_cast<isa::Cost>(k))),
                     fmt::format("found {} cycles", (*cycles)[k]), fmt::format("at most {}", kMostCycles)};
  return map;
}

}  // namespace vtpu::compiler
