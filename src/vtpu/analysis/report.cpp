#include "vtpu/analysis/report.h"

#include <fmt/core.h>

#include <map>
#include <utility>

#include "vtpu/analysis/access_pattern.h"
#include "vtpu/analysis/inspect.h"
#include "vtpu/analysis/liveness.h"
#include "vtpu/analysis/thrash.h"
#include "vtpu/exec/jit/native_engine.h"

namespace vtpu::analysis {
namespace {

using nlohmann::ordered_json;

constexpr std::uint64_t kCodeCacheBytes = 32768;  // L1I of Zen 4 and Zen 5: publications 57647 and 58455
constexpr isa::Slot kAllSlots[] = {isa::Slot::D, isa::Slot::S, isa::Slot::C};

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

/// The non-NOP operations by slot in the words from `loop.first` to `loop.last`.
ordered_json utilisation(const isa::Program& program, ports::Loop loop) {
  ordered_json slots = ordered_json::array();
  std::uint64_t all = 0;
  for (const isa::Slot slot : kAllSlots) {
    std::uint64_t filled = 0;
    for (std::uint32_t word = loop.first; word <= loop.last; ++word)
      filled += program.words[word].slot(slot).opcode != isa::Opcode::nop;
    all += filled;
    slots.push_back({{"slot", isa::name_of(slot)}, {"filled", filled}, {"utilisation", share(filled, loop.words())}});
  }
  return {{"slots", std::move(slots)},
          {"filled", all},
          {"utilisation", share(all, std::uint64_t{isa::kSlots} * loop.words())}};
}

ordered_json classes_json(const ports::Mix& mix) {
  ordered_json classes = ordered_json::object();
  for (std::size_t k = 0; k < ports::kCosts; ++k)
    if (mix[k] > 0) classes[std::string(isa::name_of(static_cast<isa::Cost>(k)))] = static_cast<std::uint64_t>(mix[k]);
  return classes;
}

ordered_json prediction_json(const ports::PortMap& map, const isa::Program& program, ports::Loop loop) {
  const ports::Prediction prediction = predict(map, program, loop);
  ordered_json unmeasured = ordered_json::array();
  for (const isa::Cost cost : prediction.unmeasured) unmeasured.push_back(isa::name_of(cost));
  return {{"cycles", prediction.cycles},
          {"ports", prediction.ports},
          {"recurrence", prediction.recurrence},
          {"limit", prediction.limit},
          {"unmeasured", std::move(unmeasured)}};
}

ordered_json conflicts_json(const ports::PortMap& map, const isa::Program& program, ports::Loop loop) {
  ordered_json conflicts = ordered_json::array();
  for (const ports::PortConflict& conflict : port_conflicts(map, program, loop)) {
    ordered_json places = ordered_json::array();
    for (const auto& place : conflict.places)
      places.push_back({{"word", place.word}, {"slot", isa::name_of(place.slot)}});
    conflicts.push_back({{"resource", conflict.constraint.name()},
                         {"cycles", conflict.constraint.cycles},
                         {"cycles_lost", conflict.cycles_lost},
                         {"ops", std::move(places)},
                         {"crowded_words", conflict.crowded_words}});
  }
  return conflicts;
}

ordered_json loop_json(const isa::Program& program, ports::Loop loop, const ports::PortMap* map) {
  ordered_json json{{"first", loop.first}, {"last", loop.last}};
  if (const auto label = program.labels.find(loop.first); label != program.labels.end()) json["label"] = label->second;
  std::uint64_t ops = 0;
  for (std::uint32_t word = loop.first; word <= loop.last; ++word) ops += isa::ops_in(program.words[word]);
  json["words"] = loop.words();
  json["ops"] = ops;
  json["utilisation"] = utilisation(program, loop).at("utilisation");
  json["classes"] = classes_json(mix_of(program, loop));
  json["rec_mii"] = recurrence_bound(map != nullptr ? *map : ports::PortMap(), program, loop);
  if (map == nullptr) return json;
  json["predicted"] = prediction_json(*map, program, loop);
  json["conflicts"] = conflicts_json(*map, program, loop);
  return json;
}

ordered_json static_json(const isa::Program& program, const ports::PortMap* map) {
  const ports::Loop all{0, static_cast<std::uint32_t>(program.words.size() - 1)};
  ordered_json json = utilisation(program, all);
  json["classes"] = classes_json(mix_of(program, all));
  json["latencies"] = map != nullptr ? "from the port map, assumed where it has none" : "assumed";
  if (map != nullptr) json["port_map"] = map->processor;
  ordered_json loops = ordered_json::array();
  for (const ports::Loop loop : ports::innermost_loops(program)) loops.push_back(loop_json(program, loop, map));
  json["loops"] = std::move(loops);
  return json;
}

ordered_json native_json(const isa::ValidProgram& program) {
  const auto engine = exec::jit::NativeEngine::compile(program);
  if (!engine) return {{"not_compiled", engine.error().message()}};
  const auto& made = engine->report();
  return {{"form", exec::jit::name_of(made.form)},
          {"code_bytes", made.code_bytes},
          {"hot_bytes", made.hot_bytes},
          {"l1i_bytes", kCodeCacheBytes},
          {"fits_l1i", made.hot_bytes <= kCodeCacheBytes},
          {"hoisted_loops", made.loops},
          {"hoisted_accesses", made.hoisted},
          {"checked_accesses", made.checked},
          {"called_words", made.called_words}};
}

ordered_json caches_json(const CacheModel& model) {
  ordered_json levels = ordered_json::array();
  for (const Cache& cache : model.levels()) {
    const CacheGeometry& geometry = cache.geometry();
    const CacheCounters& counters = cache.counters();
    levels.push_back({{"name", geometry.name},
                      {"bytes", geometry.bytes},
                      {"ways", geometry.ways},
                      {"line", geometry.line},
                      {"accesses", counters.accesses()},
                      {"hits", counters.hits},
                      {"hit_rate", counters.hit_rate()},
                      {"evictions", counters.evictions},
                      {"write_backs", counters.write_backs}});
  }
  return levels;
}

ordered_json thrash_json(const ThrashDetector& detector) {
  const MissReasons& misses = detector.misses();
  ordered_json sets = ordered_json::array();
  for (const auto& set : detector.sets()) {
    ordered_json words = ordered_json::array();
    for (const auto& [word, conflicts] : set.words) words.push_back({{"word", word}, {"conflicts", conflicts}});
    sets.push_back({{"set", set.set}, {"conflicts", set.conflicts}, {"words", std::move(words)}});
  }
  return {{"compulsory", misses.compulsory},
          {"capacity", misses.capacity},
          {"conflict", misses.conflict},
          {"worst_sets", std::move(sets)}};
}

ordered_json patterns_json(const AccessPattern& pattern, const isa::Program& program) {
  ordered_json words = ordered_json::array();
  for (const WordPattern& word : pattern.words())
    words.push_back({{"word", word.word},
                     {"op", isa::info(program.words[word.word].sparse.opcode).mnemonic},
                     {"pattern", name_of(word.pattern)},
                     {"stride", word.stride},
                     {"share", word.share},
                     {"reads", word.reads},
                     {"writes", word.writes}});
  return words;
}

ordered_json reuse_json(const AccessPattern& pattern) {
  ordered_json reuse = ordered_json::array();
  for (std::size_t k = 0; k < pattern.reuse().size(); ++k)
    if (pattern.reuse()[k] != 0)
      reuse.push_back({{"below_lines", std::uint64_t{1} << k}, {"accesses", pattern.reuse()[k]}});
  return reuse;
}

ordered_json liveness_json(const ExecutionTrace& trace, const isa::Program& program) {
  if (!trace.complete())
    return {{"not_analysed", fmt::format("the run has more than {} words", ExecutionTrace::kMost)}};
  const Liveness found = trace.liveness(EndState::memory_and_registers);
  ordered_json dead = ordered_json::array();
  for (const auto& [sentron, words] : found.words)
    for (std::size_t word = 0; word < words.size(); ++word)
      for (const isa::Slot slot : kAllSlots)
        if (const OpLiveness& op = words[word][static_cast<std::size_t>(slot)]; op.dead() != 0)
          dead.push_back({{"word", word},
                          {"slot", isa::name_of(slot)},
                          {"op", isa::info(program.words[word].slot(slot).opcode).mnemonic},
                          {"executed", op.executed},
                          {"dead", op.dead()}});
  const OpLiveness all = found.total();
  return {{"executed", all.executed},
          {"live", all.live},
          {"share", share(all.live, all.executed)},
          {"dead", std::move(dead)}};
}

}  // namespace

std::vector<CacheGeometry> default_caches() { return {{"L1", 48 << 10, 12, 64}, {"L2", 1 << 20, 16, 64}}; }

Result<ordered_json> report(const isa::ValidProgram& program, exec::Machine& machine, std::uint64_t fuel,
                            const ports::PortMap* map, const std::vector<CacheGeometry>& caches) {
  auto model = CacheModel::make(caches);
  if (!model) return model.error();
  ThrashDetector detector(caches.front());
  const unsigned line = caches.front().line;
  AccessPattern pattern(line);
  exec::Context& sentron = machine.spawn(fuel);
  ExecutionTrace trace;
  const exec::Status status = trace.run(program.get(), machine, sentron, [&](const exec::MemoryAccess& access) {
    model->access(reinterpret_cast<std::uintptr_t>(access.address), access.bytes, access.write);
    detector(access);
    pattern(access);
  });
  if (status == exec::Status::waiting) {  // a single sentron would wait forever
    sentron.trap = {exec::TrapKind::deadlock, static_cast<std::uint32_t>(sentron.pc), isa::Slot::C, {}, 0};
    sentron.status = exec::Status::trapped;
  }

  ordered_json state = sentron_json(sentron);
  state.erase("registers");  // registers are the program's result and say nothing about its cost
  ordered_json dynamic{{"sentron", std::move(state)}};
  dynamic["simulated"] = {{"model", "least recently used line replaced, writes allocate, no prefetching"},
                          {"levels", caches_json(*model)},
                          {"misses", thrash_json(detector)}};
  dynamic["patterns"] = patterns_json(pattern, program.get());
  dynamic["reuse"] = reuse_json(pattern);
  dynamic["working_set_lines"] = pattern.working_set_lines();
  dynamic["working_set_bytes"] = pattern.working_set_lines() * line;
  dynamic["liveness"] = liveness_json(trace, program.get());
  return ordered_json{{"program", program->name},
                      {"words", program->words.size()},
                      {"static", static_json(program.get(), map)},
                      {"native", native_json(program)},
                      {"dynamic", std::move(dynamic)}};
}

}  // namespace vtpu::analysis
