#include "vtpu/ports/port_model.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "vtpu/base/check.h"
#include "vtpu/base/json.h"
#include "vtpu/base/text_file.h"

namespace vtpu::ports {
namespace {

constexpr double kSharing = 1.03;  // measured rates vary by 1 to 3 %, so a smaller excess does not indicate sharing
constexpr isa::Slot kAllSlots[] = {isa::Slot::D, isa::Slot::S, isa::Slot::C};

std::size_t index_of(isa::Cost cost) { return static_cast<std::size_t>(cost); }
isa::Cost cost_at(std::size_t k) { return static_cast<isa::Cost>(k); }

std::optional<isa::Cost> find_cost(std::string_view name) {
  for (std::size_t k = 0; k < kCosts; ++k) {
    if (isa::name_of(cost_at(k)) == name) return cost_at(k);
  }
  return {};
}

bool belongs(const Constraint& constraint, isa::Cost cost) {
  return constraint.kind != Constraint::Kind::dispatch && (cost == constraint.first || cost == constraint.second);
}

// Calls visit(word, slot, op) for every op of the loop.
template <class Visit>
void for_each_op(const isa::Program& program, Loop loop, Visit visit) {
  for (std::uint32_t word = loop.first; word <= loop.last; ++word) {
    for (const isa::Slot slot : kAllSlots) {
      const isa::Op& op = program.words[word].slot(slot);
      if (op.opcode != isa::Opcode::nop) visit(word, slot, op);
    }
  }
}

}  // namespace

double PortMap::latency_of(isa::Cost cost) const {
  const double measured = latency[index_of(cost)];
  return measured > 0 ? measured : isa::latency_of(cost);
}

double PortMap::least_of(isa::Cost cost) const {
  const double measured = least[index_of(cost)];
  return measured > 0 ? measured : alone[index_of(cost)];
}

std::string PortMap::to_json() const {
  nlohmann::ordered_json json;
  json["processor"] = processor;
  json["dispatch"] = dispatch;
  json["alone"] = nlohmann::ordered_json::object();
  json["least"] = nlohmann::ordered_json::object();
  json["latency"] = nlohmann::ordered_json::object();
  json["pairs"] = nlohmann::ordered_json::array();
  for (std::size_t k = 0; k < kCosts; ++k) {
    const std::string name(isa::name_of(cost_at(k)));
    if (alone[k] > 0) json["alone"][name] = alone[k];
    if (least[k] > 0) json["least"][name] = least[k];
    if (latency[k] > 0) json["latency"][name] = latency[k];
  }
  for (const auto& [classes, together] : pairs) {
    json["pairs"].push_back(
        {{"first", isa::name_of(classes.first)}, {"second", isa::name_of(classes.second)}, {"together", together}});
  }
  return json_text(json, 2) + "\n";
}

namespace {

using Json = nlohmann::json;

// A value for an error message. Arrays and objects are represented by their type, because they may be large or deep.
std::string found(const Json& json) {
  return json.is_structured() ? std::string("found an ") + json.type_name() : "found " + json_text(json);
}

Result<double> read_cycles(const Json& json, const std::string& where) {
  if (!json.is_number() || !(json.get<double>() > 0)) return Error{where, found(json), "a number above 0"};
  return json.get<double>();
}

Result<isa::Cost> read_class(const Json& json, const std::string& where) {
  const auto cost = json.is_string() ? find_cost(json.get<std::string>()) : std::nullopt;
  if (!cost) return Error{where, found(json), "a class of ops"};
  return *cost;
}

Result<void> read_classes(const Json& json, const std::string& key, std::array<double, kCosts>& values) {
  if (!json.contains(key)) return {};
  if (!json[key].is_object()) return Error{key, found(json[key]), "an object"};
  for (const auto& [name, value] : json[key].items()) {
    const auto cost = read_class(name, key);
    if (!cost) return cost.error();
    const auto cycles = read_cycles(value, key + "." + name);
    if (!cycles) return cycles.error();
    values[index_of(*cost)] = *cycles;
  }
  return {};
}

Result<void> read_pairs(const Json& json, PortMap& map) {
  if (!json.contains("pairs")) return {};
  if (!json["pairs"].is_array()) return Error{"pairs", found(json["pairs"]), "an array"};
  for (std::size_t k = 0; k < json["pairs"].size(); ++k) {
    const Json& pair = json["pairs"][k];
    const std::string where = "pairs[" + std::to_string(k) + "]";
    if (!pair.is_object()) return Error{where, found(pair), "an object"};
    const auto first = read_class(pair.value("first", Json()), where + ".first");
    if (!first) return first.error();
    const auto second = read_class(pair.value("second", Json()), where + ".second");
    if (!second) return second.error();
    const auto together = read_cycles(pair.value("together", Json()), where + ".together");
    if (!together) return together.error();
    if (*first == *second) return Error{where, "found one class twice", "two classes"};
    map.pairs[std::minmax(*first, *second)] = *together;
  }
  return {};
}

Result<PortMap> port_map_of(const Json& json) {
  if (!json.is_object()) return Error{"", found(json), "an object"};
  PortMap map;
  if (json.contains("processor")) {
    if (!json["processor"].is_string()) return Error{"processor", found(json["processor"]), "a string"};
    map.processor = json["processor"].get<std::string>();
  }
  const auto dispatch = read_cycles(json.value("dispatch", Json()), "dispatch");
  if (!dispatch) return dispatch.error();
  map.dispatch = *dispatch;
  if (auto read = read_classes(json, "alone", map.alone); !read) return read.error();
  if (auto read = read_classes(json, "least", map.least); !read) return read.error();
  if (auto read = read_classes(json, "latency", map.latency); !read) return read.error();
  if (auto read = read_pairs(json, map); !read) return read.error();
  return map;
}

}  // namespace

Result<PortMap> PortMap::read(const std::filesystem::path& file) {
  const Result<std::string> text = read_text(file);
  if (!text) return text.error();
  return from_json(*text, file.string());
}

Result<PortMap> PortMap::from_json(std::string_view text, const std::string& name) {
  const Result<Json> json = parse_json<Json>(text, name, "a port map");
  if (!json) return json.error();
  Result<PortMap> map = port_map_of(*json);
  if (map) return map;
  const Error& error = map.error();
  return Error{error.where.empty() ? name : name + ": " + error.where, error.found, error.expected};
}

std::string Constraint::name() const {
  switch (kind) {
    case Kind::dispatch: return "dispatch";
    case Kind::one_class: return std::string(isa::name_of(first));
    case Kind::two_classes: return std::string(isa::name_of(first)) + " and " + std::string(isa::name_of(second));
  }
  return {};
}

std::vector<Constraint> constraints(const PortMap& map, const Mix& mix) {
  std::vector<Constraint> all;
  double ops = 0;
  for (std::size_t k = 0; k < kCosts; ++k) {
    ops += mix[k];
    const double cycles = mix[k] * map.alone[k];
    if (cycles > 0) all.push_back({Constraint::Kind::one_class, cost_at(k), isa::Cost::none, cycles});
  }
  for (const auto& [classes, together] : map.pairs) {
    const std::size_t a = index_of(classes.first), b = index_of(classes.second);
    const double t_a = map.alone[a], t_b = map.alone[b];
    if (mix[a] <= 0 || mix[b] <= 0 || t_a <= 0 || t_b <= 0 || together <= 0.5 * kSharing) continue;
    all.push_back(
        {Constraint::Kind::two_classes, classes.first, classes.second, together * (mix[a] * t_a + mix[b] * t_b)});
  }
  if (map.dispatch > 0 && ops > 0) {
    all.push_back({Constraint::Kind::dispatch, isa::Cost::none, isa::Cost::none, ops / map.dispatch});
  }
  std::stable_sort(all.begin(), all.end(), [](const auto& x, const auto& y) { return x.cycles > y.cycles; });
  return all;
}

double bound(const PortMap& map, const Mix& mix) {
  const auto all = constraints(map, mix);
  return all.empty() ? 0 : all.front().cycles;
}

Constraint hard_limit(const PortMap& map, const Mix& mix) {
  PortMap limits;
  limits.dispatch = map.dispatch;
  for (std::size_t k = 0; k < kCosts; ++k) limits.alone[k] = map.least_of(cost_at(k));
  const auto all = constraints(limits, mix);
  return all.empty() ? Constraint{} : all.front();
}

std::vector<Loop> innermost_loops(const isa::Program& program) {
  const auto count = static_cast<std::uint32_t>(program.words.size());
  std::set<std::uint32_t> targets;
  std::vector<std::optional<std::uint32_t>> target_of(count);
  for (std::uint32_t word = 0; word < count; ++word) {
    const isa::Op& op = program.words[word].dense;
    const auto kinds = isa::info(op.opcode).kinds();
    if (std::find(kinds.begin(), kinds.end(), isa::Kind::Target) == kinds.end()) continue;
    target_of[word] = static_cast<std::uint32_t>(op.imm);
    targets.insert(*target_of[word]);
  }
  std::vector<Loop> loops;
  for (std::uint32_t word = 0; word < count; ++word) {
    if (!target_of[word] || *target_of[word] > word) continue;
    const std::uint32_t first = *target_of[word];
    const auto next_target = targets.upper_bound(first);
    const bool entered = next_target != targets.end() && *next_target <= word;
    const bool left = std::any_of(target_of.begin() + first, target_of.begin() + word,
                                  [](const auto& target) { return target.has_value(); });
    if (!entered && !left) loops.push_back({first, word});
  }
  return loops;
}

Mix mix_of(const isa::Program& program, Loop loop) {
  VTPU_CHECK(loop.first <= loop.last && loop.last < program.words.size(), "a loop lies in its program");
  Mix mix{};
  for_each_op(program, loop, [&](std::uint32_t, isa::Slot, const isa::Op& op) {
    const isa::Cost cost = isa::info(op.opcode).cost;
    if (cost != isa::Cost::none) mix[index_of(cost)] += 1;
  });
  return mix;
}

Prediction predict(const PortMap& map, const isa::Program& program, Loop loop) {
  const Mix mix = mix_of(program, loop);
  const auto all = constraints(map, mix);
  Prediction result;
  result.ports = all.empty() ? 0 : all.front().cycles;
  result.recurrence = recurrence_bound(map, program, loop);
  result.cycles = std::max(result.ports, result.recurrence);
  result.limit = result.recurrence > result.ports || all.empty() ? "recurrence" : all.front().name();
  const Constraint hard = hard_limit(map, mix);
  result.least = std::max(hard.cycles, result.recurrence);
  result.least_limit = result.recurrence > hard.cycles ? "recurrence" : hard.name();
  for (std::uint32_t word = loop.first; word <= loop.last; ++word) result.ops += isa::ops_in(program.words[word]);
  for (std::size_t k = 0; k < kCosts; ++k) {
    if (mix[k] > 0 && map.alone[k] <= 0) result.unmeasured.push_back(cost_at(k));
  }
  return result;
}

std::vector<PortConflict> port_conflicts(const PortMap& map, const isa::Program& program, Loop loop) {
  double free = recurrence_bound(map, program, loop);
  const auto all = constraints(map, mix_of(program, loop));
  for (const Constraint& constraint : all) {
    if (constraint.kind == Constraint::Kind::dispatch) free = std::max(free, constraint.cycles);
  }
  std::vector<PortConflict> conflicts;
  for (const Constraint& constraint : all) {
    if (constraint.kind == Constraint::Kind::dispatch || constraint.cycles <= free) continue;
    PortConflict conflict{constraint, constraint.cycles - free, {}, {}};
    for_each_op(program, loop, [&](std::uint32_t word, isa::Slot slot, const isa::Op& op) {
      if (!belongs(constraint, isa::info(op.opcode).cost)) return;
      const bool second = !conflict.places.empty() && conflict.places.back().word == word;
      const bool noted = !conflict.crowded_words.empty() && conflict.crowded_words.back() == word;
      if (second && !noted) conflict.crowded_words.push_back(word);
      conflict.places.push_back({word, slot});
    });
    conflicts.push_back(std::move(conflict));
  }
  return conflicts;
}

}  // namespace vtpu::ports
