#include "vtpu/analysis/inspect.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "vtpu/analysis/text_table.h"
#include "vtpu/base/json.h"
#include "vtpu/base/text.h"
#include "vtpu/isa/names.h"

namespace vtpu::analysis {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kGroup = 16;  // hexadecimal digits in a group: a lane of 64 bits
constexpr std::size_t kGroupsInLine = 4;

std::string coordinate_text(phext::PackedCoordinate c) {
  return c.flags() == 0 ? c.raw_text() : fmt::format("{} flags {:#x}", c.raw_text(), c.flags());
}

template <class Bytes>
bool all_zero(const Bytes& bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b == std::byte{0}; });
}

ordered_json registers_json(const exec::Context& sentron) {
  ordered_json registers = ordered_json::object();
  for (std::size_t i = 0; i < sentron.r.size(); ++i)
    if (sentron.r[i] != 0) registers[fmt::format("r{}", i)] = sentron.r[i];
  for (std::size_t i = 0; i < sentron.p.size(); ++i)
    if (const auto c = sentron.p[i].coordinate; c.bits() != 0) registers[fmt::format("p{}", i)] = coordinate_text(c);
  for (std::size_t i = 0; i < sentron.m.size(); ++i)
    if (!all_zero(sentron.m[i].bytes)) registers[fmt::format("m{}", i)] = hex(sentron.m[i].bytes);
  for (std::size_t i = 0; i < sentron.v.size(); ++i)
    if (!all_zero(sentron.v[i].bytes)) registers[fmt::format("v{}", i)] = hex(sentron.v[i].bytes);
  if (sentron.sr != 0) registers["sr"] = sentron.sr;
  return registers;
}

ordered_json trap_json(const exec::Trap& trap) {
  return {{"kind", exec::name_of(trap.kind)},         {"word", trap.word},     {"slot", isa::name_of(trap.slot)},
          {"coordinate", trap.coordinate.raw_text()}, {"offset", trap.offset}, {"message", trap.message()}};
}

// A register's bytes as lanes of 64 bits, several per line.
void add_lanes(std::vector<std::vector<std::string>>& rows, const std::string& name, const std::string& digits) {
  for (std::size_t at = 0; at < digits.size(); at += kGroup * kGroupsInLine) {
    std::string line;
    for (std::size_t lane = at; lane < std::min(digits.size(), at + kGroup * kGroupsInLine); lane += kGroup)
      line += (line.empty() ? "" : " ") + digits.substr(lane, kGroup);
    rows.push_back({at == 0 ? name : "", line});
  }
}

void add_registers(std::vector<std::vector<std::string>>& rows, const ordered_json& registers) {
  for (const auto& [name, value] : registers.items()) {
    if (value.is_number()) {
      const auto bits = value.get<std::uint64_t>();
      rows.push_back({name, bits < 10 ? std::to_string(bits) : fmt::format("{} = {:#x}", bits, bits)});
    } else if (name.front() == 'p') {
      rows.push_back({name, value});
    } else {
      add_lanes(rows, name, value);
    }
  }
}

}  // namespace

std::string hex(std::span<const std::byte> bytes) {
  std::string text;
  for (const std::byte b : bytes) text += fmt::format("{:02x}", static_cast<unsigned>(b));
  return text;
}

Result<phext::PackedCoordinate> parse_place(const std::string& text) {
  auto parsed = phext::PackedCoordinate::parse(text);
  if (parsed) return parsed;
  std::string dotted = text;
  std::replace(dotted.begin(), dotted.end(), '/', '.');
  const auto parts = split(dotted, '.');
  if (parts.size() != phext::PackedCoordinate::kAxes) return parsed;
  phext::PackedCoordinate place;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto number = parse_integer(parts[i], "");
    if (!number || *number < 0 || *number > phext::PackedCoordinate::kMax) return parsed;
    place = place.with(static_cast<phext::Axis>(i), static_cast<std::uint32_t>(*number));
  }
  if (place.raw_text() != text) return parsed;
  return place;
}

ordered_json sentron_json(const exec::Context& sentron) {
  const auto& counters = sentron.cache->counters;
  ordered_json ops = ordered_json::object();
  for (const isa::Slot slot : {isa::Slot::D, isa::Slot::S, isa::Slot::C})
    ops[std::string(isa::name_of(slot))] = sentron.retired.ops[static_cast<std::size_t>(slot)];
  ordered_json json{
      {"sentron", sentron.id},
      {"status", exec::name_of(sentron.status)},
      {"pc", sentron.pc},
      {"words", sentron.retired.words},
      {"ops", ops},
      {"control_ops", sentron.retired.control},
      {"fuel_left", sentron.fuel},
      {"translation", {{"hits", counters.hits}, {"misses", counters.misses}, {"evictions", counters.evictions}}}};
  if (sentron.status == exec::Status::trapped) json["trap"] = trap_json(sentron.trap);
  if (sentron.temperature != 0) {
    // JSON has no infinity.
    json["temperature"] =
        std::isfinite(sentron.temperature) ? ordered_json(sentron.temperature) : ordered_json("infinite");
  }
  json["registers"] = registers_json(sentron);
  return json;
}

std::string sentron_text(const ordered_json& sentron) {
  const std::string status = sentron.at("status");
  std::string text = fmt::format("sentron {}: {} in word {}\n", sentron.at("sentron").get<std::uint64_t>(), status,
                                 sentron.at("pc").get<std::uint64_t>());
  const auto number = [&](const char* group, const char* key) {
    return sentron.at(group).at(key).get<std::uint64_t>();
  };
  std::vector<std::vector<std::string>> rows;
  if (sentron.contains("trap")) rows.push_back({"trap", sentron.at("trap").at("message")});
  rows.push_back({"words", json_text(sentron.at("words"))});
  rows.push_back({"ops", fmt::format("D {}, S {}, C {}; control {}", number("ops", "D"), number("ops", "S"),
                                     number("ops", "C"), sentron.at("control_ops").get<std::uint64_t>())});
  rows.push_back({"translation", fmt::format("{} hits, {} misses, {} evictions", number("translation", "hits"),
                                             number("translation", "misses"), number("translation", "evictions"))});
  if (sentron.contains("temperature")) {
    const auto& temperature = sentron.at("temperature");
    rows.push_back({"temperature", temperature.is_string() ? temperature.get<std::string>() : json_text(temperature)});
  }
  if (sentron.contains("registers")) add_registers(rows, sentron.at("registers"));
  return text + text_table("ll", rows);
}

ordered_json regions_json(const memory::PageTable& memory) {
  ordered_json regions = ordered_json::array();
  for (const auto& region : memory.regions()) {
    ordered_json json{{"handle", region.handle},
                      {"first", region.spec.first.raw_text()},
                      {"last", region.spec.last.raw_text()},
                      {"layout", isa::layout_names()[static_cast<std::size_t>(region.spec.layout)]},
                      {"cell_bytes", 1u << region.spec.cell_log2},
                      {"cells", region.cells},
                      {"bytes", region.bytes},
                      {"pages_made", region.pages_made}};
    if (!region.backing.empty()) json["backing"] = region.backing;
    regions.push_back(std::move(json));
  }
  return regions;
}

std::string regions_text(const ordered_json& regions) {
  if (regions.empty()) return "no regions\n";
  std::vector<std::vector<std::string>> rows{
      {"handle", "layout", "cell", "cells", "bytes", "pages made", "first", "last", "backing"}};
  for (const auto& region : regions)
    rows.push_back({json_text(region.at("handle")), region.at("layout"), json_text(region.at("cell_bytes")),
                    json_text(region.at("cells")), json_text(region.at("bytes")), json_text(region.at("pages_made")),
                    region.at("first"), region.at("last"), region.value("backing", "")});
  return "regions\n" + text_table("rlrrrrlll", rows);
}

}  // namespace vtpu::analysis
