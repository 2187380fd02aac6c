#include <fmt/core.h>

#include <algorithm>

#include "vtpu/analysis/inspect.h"
#include "vtpu/analysis/report.h"
#include "vtpu/analysis/text_table.h"
#include "vtpu/base/json.h"

namespace vtpu::analysis {
namespace {

using nlohmann::ordered_json;
using Rows = std::vector<std::vector<std::string>>;

constexpr std::size_t kMostRows = 16;   // of an unbounded list
constexpr std::size_t kMostPlaces = 8;  // words named in one cell

std::string cycles(const ordered_json& value) { return fmt::format("{:.2f}", value.get<double>()); }
std::string share(const ordered_json& value) { return percent(value.get<double>()); }

std::string left_out(std::size_t count, std::string_view what) {
  return count <= kMostRows ? "" : fmt::format("  {} more {}; --json has them all\n", count - kMostRows, what);
}

/// `load 3, store 1`
std::string classes_text(const ordered_json& classes) {
  std::string text;
  for (const auto& [name, ops] : classes.items())
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, json_text(ops));
  return text;
}

template <class Show>
std::string places_text(const ordered_json& places, Show show) {
  std::string text;
  for (std::size_t i = 0; i < std::min(places.size(), kMostPlaces); ++i)
    text += (text.empty() ? "" : " ") + show(places[i]);
  return places.size() > kMostPlaces ? text + fmt::format(" and {} more", places.size() - kMostPlaces) : text;
}

std::string slots_text(const ordered_json& fixed) {
  Rows rows{{"slot", "filled", "utilisation"}};
  for (const auto& slot : fixed.at("slots"))
    rows.push_back({slot.at("slot"), json_text(slot.at("filled")), share(slot.at("utilisation"))});
  rows.push_back({"all", json_text(fixed.at("filled")), share(fixed.at("utilisation"))});
  Rows classes{{"class", "ops"}};
  for (const auto& [name, ops] : fixed.at("classes").items()) classes.push_back({name, json_text(ops)});
  return "slots of the words\n" + text_table("lrr", rows) + "classes of ops\n" + text_table("lr", classes);
}

std::string loop_name(const ordered_json& loop) {
  const std::string words = fmt::format("{}-{}", json_text(loop.at("first")), json_text(loop.at("last")));
  return loop.contains("label") ? words + " " + loop.at("label").get<std::string>() : words;
}

std::string loops_text(const ordered_json& fixed) {
  const ordered_json& loops = fixed.at("loops");
  if (loops.empty()) return "no innermost loops\n";
  const bool predicted = fixed.contains("port_map");
  Rows rows{{"words", "ops", "utilisation", "RecMII"}};
  if (predicted) rows.front().insert(rows.front().end(), {"predicted cycles", "limit", "not measured"});
  rows.front().push_back("classes");
  for (std::size_t i = 0; i < std::min(loops.size(), kMostRows); ++i) {
    const ordered_json& loop = loops[i];
    auto& row = rows.emplace_back(std::vector<std::string>{loop_name(loop), json_text(loop.at("ops")),
                                                           share(loop.at("utilisation")), cycles(loop.at("rec_mii"))});
    if (predicted) {
      const ordered_json& prediction = loop.at("predicted");
      row.push_back(cycles(prediction.at("cycles")));
      row.push_back(prediction.at("limit"));
      row.push_back(prediction.at("unmeasured").empty() ? "-"
                                                        : places_text(prediction.at("unmeasured"), [](const auto& c) {
                                                            return c.template get<std::string>();
                                                          }));
    }
    row.push_back(classes_text(loop.at("classes")));
  }
  std::string text = "innermost loops, per iteration; latencies: " + fixed.at("latencies").get<std::string>() + "\n";
  return text + text_table(predicted ? "lrrrrlll" : "lrrrl", rows) + left_out(loops.size(), "loops");
}

std::string conflicts_text(const ordered_json& fixed) {
  Rows rows{{"loop", "resource", "cycles", "lost", "ops", "words with several"}};
  std::size_t count = 0;
  for (const auto& loop : fixed.at("loops")) {
    for (const auto& conflict : loop.value("conflicts", ordered_json::array())) {
      if (++count > kMostRows) continue;
      rows.push_back(
          {loop_name(loop), conflict.at("resource"), cycles(conflict.at("cycles")), cycles(conflict.at("cycles_lost")),
           places_text(
               conflict.at("ops"),
               [](const auto& op) { return json_text(op.at("word")) + op.at("slot").template get<std::string>(); }),
           places_text(conflict.at("crowded_words"), [](const auto& word) { return json_text(word); })});
    }
  }
  if (!fixed.contains("port_map")) return "";
  if (count == 0) return "no port conflicts\n";
  return "port conflicts, predicted\n" + text_table("llrrll", rows) + left_out(count, "conflicts");
}

std::string native_text(const ordered_json& native) {
  if (native.contains("not_compiled")) return "host code: none, " + native.at("not_compiled").get<std::string>() + "\n";
  return "host code\n" +
         text_table("ll", {{"form", native.at("form")},
                           {"bytes", fmt::format("{}, of which {} hot: {} L1I of {}",
                                                 json_text(native.at("code_bytes")), json_text(native.at("hot_bytes")),
                                                 native.at("fits_l1i").get<bool>() ? "fits the" : "exceeds the",
                                                 json_text(native.at("l1i_bytes")))},
                           {"accesses",
                            fmt::format("{} hoisted in {} loops, {} checked in place",
                                        json_text(native.at("hoisted_accesses")), json_text(native.at("hoisted_loops")),
                                        json_text(native.at("checked_accesses")))},
                           {"called words", json_text(native.at("called_words"))}});
}

std::string caches_text(const ordered_json& simulated) {
  Rows rows{{"cache", "bytes", "ways", "accesses", "simulated hits", "simulated hit rate", "evictions", "write backs"}};
  for (const auto& level : simulated.at("levels"))
    rows.push_back({level.at("name"), json_text(level.at("bytes")), json_text(level.at("ways")),
                    json_text(level.at("accesses")), json_text(level.at("hits")), share(level.at("hit_rate")),
                    json_text(level.at("evictions")), json_text(level.at("write_backs"))});
  const ordered_json& misses = simulated.at("misses");
  std::string text =
      "simulated caches: " + simulated.at("model").get<std::string>() + "\n" + text_table("lrrrrrrr", rows) +
      fmt::format("simulated misses of {}: {} compulsory, {} capacity, {} conflict\n",
                  simulated.at("levels").front().at("name").get<std::string>(), json_text(misses.at("compulsory")),
                  json_text(misses.at("capacity")), json_text(misses.at("conflict")));
  const ordered_json& sets = misses.at("worst_sets");
  if (sets.empty()) return text;
  Rows worst{{"set", "conflicts", "in words"}};
  for (std::size_t i = 0; i < std::min(sets.size(), kMostRows); ++i)
    worst.push_back({json_text(sets[i].at("set")), json_text(sets[i].at("conflicts")),
                     places_text(sets[i].at("words"), [](const auto& word) { return json_text(word.at("word")); })});
  return text + "sets with the most conflict misses, simulated\n" + text_table("rrl", worst) +
         left_out(sets.size(), "sets");
}

std::string patterns_text(const ordered_json& dynamic) {
  if (dynamic.at("patterns").empty()) return "no accesses to memory\n";
  // When not all words are shown, show the busiest.
  std::vector<ordered_json> words = dynamic.at("patterns");
  const auto accesses = [](const ordered_json& w) {
    return w.at("reads").get<std::uint64_t>() + w.at("writes").get<std::uint64_t>();
  };
  if (words.size() > kMostRows)
    std::stable_sort(words.begin(), words.end(),
                     [&](const auto& a, const auto& b) { return accesses(a) > accesses(b); });
  Rows rows{{"word", "op", "pattern", "stride", "share", "reads", "writes"}};
  for (std::size_t i = 0; i < std::min(words.size(), kMostRows); ++i)
    rows.push_back({json_text(words[i].at("word")), words[i].at("op"), words[i].at("pattern"),
                    words[i].at("pattern") == "random" ? "-" : json_text(words[i].at("stride")),
                    words[i].at("pattern") == "random" ? "-" : share(words[i].at("share")),
                    json_text(words[i].at("reads")), json_text(words[i].at("writes"))});
  Rows reuse{{"lines between", "accesses"}};
  for (const auto& bucket : dynamic.at("reuse"))
    reuse.push_back({"below " + json_text(bucket.at("below_lines")), json_text(bucket.at("accesses"))});
  std::string text =
      "accesses by word, stride in bytes\n" + text_table("rllrrrr", rows) + left_out(words.size(), "words");
  if (reuse.size() > 1) text += "reuse distance of lines\n" + text_table("lr", reuse);
  return text + fmt::format("working set: {} lines, {} bytes\n", json_text(dynamic.at("working_set_lines")),
                            json_text(dynamic.at("working_set_bytes")));
}

std::string liveness_text(const ordered_json& liveness) {
  if (liveness.contains("not_analysed"))
    return "live ops: not analysed, " + liveness.at("not_analysed").get<std::string>() + "\n";
  std::vector<ordered_json> ops = liveness.at("dead");
  std::stable_sort(ops.begin(), ops.end(), [](const auto& a, const auto& b) {
    return a.at("dead").template get<std::uint64_t>() > b.at("dead").template get<std::uint64_t>();
  });
  const std::string text = fmt::format("live ops: {} of {}, {}\n", json_text(liveness.at("live")),
                                       json_text(liveness.at("executed")), share(liveness.at("share")));
  if (ops.empty()) return text;
  Rows rows{{"word", "slot", "op", "executed", "dead"}};
  for (std::size_t i = 0; i < std::min(ops.size(), kMostRows); ++i)
    rows.push_back({json_text(ops[i].at("word")), ops[i].at("slot"), ops[i].at("op"), json_text(ops[i].at("executed")),
                    json_text(ops[i].at("dead"))});
  return text + "ops whose result nothing used\n" + text_table("rllrr", rows) + left_out(ops.size(), "ops");
}

}  // namespace

std::string report_text(const ordered_json& report) {
  const ordered_json& fixed = report.at("static");
  const ordered_json& dynamic = report.at("dynamic");
  return fmt::format("{}: {} words\n\n", report.at("program").get<std::string>(), json_text(report.at("words"))) +
         slots_text(fixed) + loops_text(fixed) + conflicts_text(fixed) + "\n" + native_text(report.at("native")) +
         "\none run by the interpreter\n" + sentron_text(dynamic.at("sentron")) + caches_text(dynamic.at("simulated")) +
         patterns_text(dynamic) + liveness_text(dynamic.at("liveness"));
}

}  // namespace vtpu::analysis
