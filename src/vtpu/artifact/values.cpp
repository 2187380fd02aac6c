#include "vtpu/artifact/values.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "vtpu/artifact/family.h"
#include "vtpu/base/file.h"

namespace vtpu::artifact {
namespace {

/// Writes nested Lua tables with one field per line.
class LuaWriter {
 public:
  void open(const std::string& name) {
    text_ += fmt::format("{}[{}] = {{\n", indent(), lua_string(name));
    ++depth_;
  }
  void close() {
    --depth_;
    text_ += indent() + "},\n";
  }
  void field(const char* name, const std::string& value) {
    text_ += fmt::format("{}{} = {},\n", indent(), name, lua_string(value));
  }
  void field(const char* name, double value) {
    const std::string text = std::isnan(value)   ? "0/0"
                             : std::isinf(value) ? (value > 0 ? "math.huge" : "-math.huge")
                                                 : fmt::format("{}", value);
    text_ += fmt::format("{}{} = {},\n", indent(), name, text);
  }
  void field(const char* name, bool value) { text_ += fmt::format("{}{} = {},\n", indent(), name, value); }
  void list(const char* name, const std::vector<std::string>& values) {
    text_ += fmt::format("{}{} = {{", indent(), name);
    for (const std::string& value : values) text_ += lua_string(value) + ", ";
    text_ += "},\n";
  }
  std::string finish() { return "return {\n" + text_ + "}\n"; }

 private:
  std::string indent() const { return std::string(static_cast<std::size_t>(depth_), ' '); }
  std::string text_;
  int depth_ = 1;
};

std::string source_file(const std::string& experiment) {
  if (experiment == "paper") return "src/vtpu/artifact/paper_metrics.cpp";
  std::string file = experiment;
  for (char& c : file)
    if (c == '-') c = '_';
  return "experiments/" + file + ".cpp";
}

void write_numbers(LuaWriter& lua, const std::map<std::string, measure::ResultFile>& results) {
  lua.open("numbers");
  for (const auto& [experiment, result] : results) {
    for (const auto& [key, metric] : result.metrics) {
      lua.open(key);
      lua.field("value", metric.value);
      lua.field("low", metric.ci.low);
      lua.field("high", metric.ci.high);
      lua.field("unit", metric.unit);
      lua.field("kind", std::string(measure::name_of(metric.kind)));
      lua.field("n", static_cast<double>(metric.n));
      lua.field("method", metric.method);
      lua.field("experiment", experiment);
      lua.field("command", experiment == "paper" ? "make paper" : "make experiment NAME=" + experiment);
      lua.field("source", source_file(experiment));
      lua.field("result",
                fmt::format("json/{}{}.json", experiment, metric.kind == measure::Kind::measured ? ".run" : ""));
      lua.close();
    }
  }
  lua.close();
}

void write_published(LuaWriter& lua, const std::map<std::string, PublishedFact>& published) {
  lua.open("published");
  for (const auto& [id, fact] : published) {
    lua.open(id);
    lua.field("value", fact.value);
    lua.field("low", fact.low);
    lua.field("high", fact.high);
    lua.field("unit", fact.unit);
    lua.field("quantity", fact.quantity);
    lua.field("system", fact.system);
    lua.field("condition", fact.condition);
    lua.field("source", fact.source);
    lua.field("locator", fact.locator);
    lua.field("kind", fact.kind);
    lua.close();
  }
  lua.close();
}

void write_claims(LuaWriter& lua, const std::vector<Judged>& judged) {
  lua.open("claims");
  double order = 0;
  for (const Judged& one : judged) {
    const Claim& claim = one.claim;
    std::string accept;
    for (const AcceptanceRegion& region : claim.accept) accept += (accept.empty() ? "" : "; ") + region.text();
    lua.open(claim.id);
    lua.field("order", ++order);
    lua.field("verdict", std::string(name_of(one.verdict)));
    lua.field("statement", claim.statement);
    lua.field("kind", claim.kind);
    if (one.metric) {
      lua.field("value", one.metric->value);
      lua.field("low", one.metric->ci.low);
      lua.field("high", one.metric->ci.high);
      lua.field("key", one.metric->key);
    }
    if (one.values) {
      lua.field("lowest", one.values->low);
      lua.field("highest", one.values->high);
    }
    lua.field("unit", claim.unit);
    lua.field("stated", stated(claim));
    lua.field("accept", accept);
    lua.field("accept_why", claim.accept_why);
    lua.field("reason", one.reason);
    lua.field("family", std::string(name_of(one.family)));
    lua.field("source", claim.source);
    lua.field("locator", claim.locator);
    lua.field("experiment", claim.experiment);
    lua.field("control", claim.control);
    lua.field("reading", claim.reading);
    lua.field("condition", claim.condition);
    lua.list("needs", claim.needs);
    lua.list("shown_in", claim.shown_in);
    lua.field("note", claim.note);
    lua.field("holds", static_cast<double>(one.holds));
    lua.field("configurations", static_cast<double>(one.configurations));
    lua.close();
  }
  lua.close();
  lua.open("counts");
  const std::map<Verdict, int> counts = count(judged);
  for (const VerdictWords& words : kVerdicts)
    lua.field(std::string(words.key).c_str(), static_cast<double>(counts.at(words.verdict)));
  const FamilyCount family = count_family(judged);
  lua.field("family_members", static_cast<double>(family.members));
  lua.field("family_stands", static_cast<double>(family.stand));
  lua.field("total", static_cast<double>(judged.size()));
  lua.close();
  lua.open("verdict_names");  // of the keys of counts
  for (const VerdictWords& words : kVerdicts) lua.field(std::string(words.key).c_str(), std::string(words.name));
  lua.close();
}

void write_floats(LuaWriter& lua, const std::vector<DeclaredFigure>& figures,
                  const std::vector<TableDeclaration>& tables) {
  lua.open("figures");
  for (const DeclaredFigure& figure : figures) {
    lua.open(figure.name);
    lua.field("caption", figure.caption);
    lua.field("alt", figure.alt);
    lua.field("wide", figure.wide);
    lua.list("claims", figure.claims);
    lua.list("results", figure.results);
    lua.close();
  }
  lua.close();
  lua.open("tables");
  for (const TableDeclaration& table : tables) {
    lua.open(table.name);
    lua.field("caption", table.caption);
    lua.field("note", table.note);
    lua.field("wide", table.wide);
    lua.field("appendix", table.appendix);
    lua.close();
  }
  lua.close();
}

}  // namespace

std::string lua_string(const std::string& text) {
  std::string literal = "\"";
  for (const char c : text) {
    switch (c) {
      case '"': literal += "\\\""; break;
      case '\\': literal += "\\\\"; break;
      case '\n': literal += "\\n"; break;
      case '\r': literal += "\\r"; break;
      case '\0': literal += "\\0"; break;
      default: literal += c;
    }
  }
  return literal + "\"";
}

std::string values_lua(std::int64_t epoch, measure::Mode mode,
                       const std::map<std::string, measure::ResultFile>& results,
                       const std::map<std::string, PublishedFact>& published, const std::vector<Judged>& judged,
                       const std::vector<DeclaredFigure>& figures, const std::vector<TableDeclaration>& tables) {
  LuaWriter lua;
  lua.field("epoch", static_cast<double>(epoch));
  lua.field("mode", choice_name(mode));
  write_numbers(lua, results);
  write_published(lua, published);
  write_claims(lua, judged);
  write_floats(lua, figures, tables);
  return lua.finish();
}

}  // namespace vtpu::artifact
