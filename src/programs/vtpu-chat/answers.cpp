#include "programs/vtpu-chat/answers.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <regex>

#include "programs/command/command.h"
#include "programs/command/engines.h"
#include "programs/command/files.h"
#include "programs/vtpu-chat/letters.h"
#include "programs/vtpu-chat/texts.h"
#include "vtpu/analysis/report.h"
#include "vtpu/analysis/text_table.h"
#include "vtpu/base/number.h"
#include "vtpu/base/random.h"
#include "vtpu/base/text.h"
#include "vtpu/compiler/phextcc.h"
#include "vtpu/exec/interpreter.h"
#include "vtpu/isa/assembler.h"
#include "vtpu/isa/disassembler.h"
#include "vtpu/isa/opcode.h"
#include "vtpu/kernels/workloads.h"
#include "vtpu/measure/clock.h"
#include "vtpu/measure/host.h"
#include "vtpu/measure/memory_kernels.h"
#include "vtpu/measure/quiet.h"
#include "vtpu/measure/statistics.h"
#include "vtpu/runtime/scheduler.h"
#include "vtpu/runtime/telemetry_server.h"

namespace vtpu::chat {
namespace {

using nlohmann::ordered_json;
using Subjects = std::vector<std::string>;

std::string bytes_text(std::uint64_t bytes) {
  return bytes % (1U << 20) == 0 ? fmt::format("{} MiB", bytes >> 20) : fmt::format("{} KiB", bytes >> 10);
}

/// A median with its interval.
std::string with_interval(const ordered_json& estimate, int digits = 3) {
  const auto number = [&](const char* key) { return significant(estimate.at(key).get<double>(), digits); };
  return fmt::format("{} ({} to {})", number("value"), number("low"), number("high"));
}

// ---- status and memory

Result<std::string> status(const Subjects&) {
  const measure::Host host = measure::read_host();
  std::string text = fmt::format("as the system says: {}, {} cores, {} processors, {} of memory{}\n", host.cpu_model,
                                 host.cores, host.logical_cpus, bytes_text(host.memory_bytes >> 20 << 20),
                                 host.virtualised ? ", a virtual machine" : "");
  const auto form = exec::jit::host_form();
  text += form ? fmt::format("the native engine runs here, with {} code\n", exec::jit::name_of(*form))
               : "this processor has neither AVX-512 nor AVX2: programs run by the interpreter\n";
  if (const auto ghz = measure::core_ghz())
    text += fmt::format("measured now: the core runs at {} GHz (shortest of three chains of dependent additions)\n",
                        significant(*ghz, 3));
  else
    text += fmt::format("the clock of the core is not measurable here: {}\n", ghz.error().message());
  text +=
      fmt::format("cycles are counted by {}\n", measure::hardware_counters_granted()
                                                    ? "the hardware's counter"
                                                    : "elapsed time and the calibrated clock: no counter is granted");
  const auto warnings = measure::look_for_disturbance().warnings();
  text += warnings.empty() ? "observed for 0.2 s: nothing disturbs measurements\n" : "observed for 0.2 s:\n";
  for (const std::string& warning : warnings) text += "  " + warning + "\n";
  if (const auto nodes = runtime::announced_nodes())
    text += fmt::format("runs with --telemetry, which `vtpu ps` shows: {}\n", nodes->size());
  return text;
}

Result<std::string> memory(const Subjects&) {
  auto clock = measure::CycleClock::open();
  if (!clock) return clock.error();
  const measure::Host host = measure::read_host();
  struct Level {
    std::string name;
    std::uint64_t bytes;
  };
  std::vector<Level> levels;
  for (const int level : {1, 2})
    if (const std::uint64_t size = host.cache_bytes(level); size > 0)
      levels.push_back({fmt::format("half of the L{} of {}", level, bytes_text(size)), size / 2});
  constexpr std::uint64_t kLarge = std::uint64_t{1} << 28;
  const std::uint64_t last = host.cache_bytes(3);
  levels.push_back({fmt::format("{}; {}", bytes_text(kLarge),
                                last == 0 ? "no L3 is known" : fmt::format("the L3 has {}", bytes_text(last))),
                    kLarge});
  constexpr std::size_t kSteps = 50'000, kTimings = 9, kStride = measure::kCacheLine / sizeof(std::uint64_t);
  std::vector<std::vector<std::string>> rows{{"working set", "cycles per load", "ns"}};
  Random random(1);
  for (const Level& level : levels) {
    const measure::Memory memory(level.bytes, true);
    const auto cells = memory.as<std::uint64_t>();
    measure::link_cycle(cells, kStride, random);
    std::uint64_t at = measure::chase(cells, 0, std::min<std::size_t>(2 * cells.size() / kStride, 4 * kSteps));
    std::vector<double> cycles, ns;
    for (std::size_t k = 0; k < kTimings; ++k) {
      const auto timing = clock->time([&] { at = measure::chase(cells, at, kSteps); });
      if (timing.disturbed) break;  // after many attempts
      cycles.push_back(timing.cycles / kSteps);
      ns.push_back(timing.ns / kSteps);
    }
    if (cycles.empty()) {
      rows.push_back({level.name, "not measurable now"});
      continue;
    }
    const measure::Interval ci = measure::median_interval(cycles);
    rows.push_back({level.name,
                    fmt::format("{} ({} to {})", significant(measure::median(cycles), 3), significant(ci.low, 3),
                                significant(ci.high, 3)),
                    significant(measure::median(ns), 3)});
  }
  return fmt::format(
      "measured now, one load that waits for the load before it:\n{}"
      "medians and 95 % intervals of up to {} timings; cycles from: {}; {}\n"
      "Sizes of caches are what the system says. `explain PPT` says how programs address memory.\n",
      analysis::text_table("lrr", rows), kTimings, measure::name_of(clock->source()),
      measure::to_string(clock->tally()));
}

// ---- benchmark

Result<std::string> benchmark(const Subjects&) {
  constexpr double kOps = 1e6;  // of a run
  constexpr unsigned kTimings = 9;
  constexpr std::chrono::seconds kPatience(20);  // on a busy machine, most timings are discarded and repeated
  std::vector<std::vector<std::string>> rows{{"workload", "ops per cycle"}};
  std::string how;
  double logarithms = 0;
  std::size_t measured = 0;
  const auto start = std::chrono::steady_clock::now();
  for (const kernels::Workload& workload : kernels::workloads()) {
    if (std::chrono::steady_clock::now() - start > kPatience) {
      rows.push_back({std::string(workload.name), "not measured: this answer has taken too long already"});
      continue;
    }
    auto valid = isa::ValidProgram::make(workload.make(static_cast<std::uint64_t>(kOps / workload.ops) + 1, 1));
    if (!valid) return Error{std::string(workload.name), valid.error().message(), ""};
    const auto chosen = command::choose_engine(command::EngineKind::automatic, {}, *valid);
    if (!chosen) return chosen.error();
    const auto timing = command::time_sentrons(
        []() -> Result<std::unique_ptr<exec::Machine>> {
          auto machine = std::make_unique<exec::Machine>();
          command::spawn_sentrons(*machine, kernels::kSentrons, std::uint64_t{1} << 40);
          return machine;
        },
        *chosen->engine, kTimings);
    if (!timing) return timing.error();
    if (timing->is_string()) {
      rows.push_back({std::string(workload.name), timing->get<std::string>()});
      continue;
    }
    rows.push_back({std::string(workload.name), with_interval(timing->at("ops_per_cycle"))});
    logarithms += std::log(timing->at("ops_per_cycle").at("value").get<double>());
    ++measured;
    how = fmt::format("{}; cycles from: {}", chosen->name, timing->at("cycle_source").get<std::string>());
  }
  std::string text =
      "measured now, one run of each workload by two sentrons on one core:\n" + analysis::text_table("ll", rows);
  if (measured == kernels::workloads().size())
    text += fmt::format("geometric mean: {}\n", significant(std::exp(logarithms / static_cast<double>(measured)), 3));
  if (measured > 0)
    text += fmt::format("medians and 95 % intervals of up to {} runs with their setup; {}\n", kTimings, how);
  return text +
         "`vtpu bench` takes longer: it samples in many processes, and has bounds and ordinary code beside them.\n";
}

// ---- explain

/// The project's own words, from the README: each item of its list.
std::optional<std::string> defined(const std::string& word) {
  const std::string readme(text_of("README.md"));
  std::size_t at = readme.find("\n## Words\n");
  const std::size_t end = readme.find("\n## ", at + 1);
  static const std::regex name(R"(\*([^*]+)\*)");
  while ((at = readme.find("\n- ", at)) < end) {
    std::size_t stop = at;
    do stop = readme.find('\n', stop + 1);
    while (readme.compare(stop + 1, 2, "  ") == 0);
    const std::string item = readme.substr(at + 3, stop - at - 3);
    at = stop;
    for (std::sregex_iterator one(item.begin(), item.end(), name), none; one != none; ++one) {
      std::string known = (*one)[1];
      std::transform(known.begin(), known.end(), known.begin(), [](unsigned char c) { return std::tolower(c); });
      if (known == word || known + "s" == word || known.starts_with(word + " "))
        return std::regex_replace(std::regex_replace(item, std::regex("\n  "), "\n"), name, "$1") + "\n";
    }
  }
  return {};
}

std::string about_the_project() {
  const std::string_view readme = text_of("README.md"), heading = "## What it contains\n\n";
  const std::size_t at = readme.find(heading) + heading.size();
  std::string text(readme.substr(at, readme.find("\n\n", at) - at));
  std::erase(text, '*');
  return text + "\n";
}

/// A program of words, or a kernel, compiled at tier 3 so that it allocates its own memory.
Result<isa::ValidProgram> load(const std::string& file) {
  if (std::filesystem::path(file).extension() != ".phx") return command::load_valid(file);
  const auto text = command::read_program_text(file);
  if (!text) return text.error();
  compiler::Options options;
  options.allocate = true;
  auto compiled = compiler::compile(file, *text, options);
  if (!compiled) return compiled.error();
  auto valid = isa::ValidProgram::make(std::move(compiled->program));
  if (!valid) return Error{file, valid.error().message(), ""};
  return valid;
}

Result<std::string> explain_file(const std::string& file) {
  const auto program = load(file);
  if (!program) return program.error();
  constexpr std::size_t kShown = 12;
  const isa::Program& words = program->get();
  std::size_t filled[3] = {};
  for (const isa::Word& word : words.words)
    for (const isa::Slot slot : {isa::Slot::D, isa::Slot::S, isa::Slot::C})
      filled[static_cast<std::size_t>(slot)] += word.slot(slot).opcode != isa::Opcode::nop;
  std::string text = fmt::format("{}: {} words; slots filled: D {}, S {}, C {}\n", file, words.words.size(), filled[0],
                                 filled[1], filled[2]);
  for (std::size_t k = 0; k < std::min(kShown, words.words.size()); ++k)
    text += fmt::format("{:4}  {}\n", k, isa::text_of(words.words[k]));
  if (words.words.size() > kShown) text += fmt::format("      and {} more\n", words.words.size() - kShown);
  return text + "`explain OPERATION` explains one of them, and `why is " + file + " slow?` measures the program.\n";
}

Result<std::string> explain(const Subjects& subjects) {
  const std::string& what = subjects[0];
  std::error_code ignored;
  if (std::filesystem::is_regular_file(what, ignored)) return explain_file(what);
  std::string lower = what;
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  if (const auto opcode = isa::find_opcode(lower)) {
    const isa::OpcodeInfo& row = isa::info(*opcode);
    std::vector<std::string> operands;
    for (const isa::Kind kind : row.kinds())
      operands.push_back(fmt::format("{} ({})", isa::info(kind).name, isa::info(kind).help));
    return fmt::format("{} is an operation of slot {}: {}\n  operands: {}\n", row.mnemonic, isa::name_of(row.slot),
                       row.summary, operands.empty() ? "none" : fmt::format("{}", fmt::join(operands, "; ")));
  }
  if (const auto meaning = defined(lower)) return *meaning;
  if (lower == "vtpu" || lower == "phext network") return about_the_project();
  std::vector<std::string> known{"phext", "scroll", "sentron", "SIW", "word", "PPT", "op", "cycle", "OCS", "vTPU"};
  for (const isa::OpcodeInfo& one : isa::all_opcodes()) known.emplace_back(one.mnemonic);
  return Error{"explain", "found " + quoted_with_hint(what, known),
               "a word of the project, an operation of `vtpu manual`, or a program file"};
}

// ---- why is it slow

/// Times whole runs by the best engine. Error: a run that does not halt.
Result<ordered_json> time_runs(const isa::ValidProgram& program, unsigned sentrons, std::string& engine) {
  constexpr double kSeconds = 2;  // of all runs
  const auto chosen = command::choose_engine(command::EngineKind::automatic, {}, program);
  if (!chosen) return chosen.error();
  engine = chosen->name;
  const auto make = [&]() -> Result<std::unique_ptr<exec::Machine>> {
    auto machine = std::make_unique<exec::Machine>();
    command::spawn_sentrons(*machine, sentrons, std::uint64_t{1} << 32);
    return machine;
  };
  const auto tried = *make();
  const auto start = std::chrono::steady_clock::now();
  const auto ran = command::run_sentrons(*tried, *chosen->engine);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (!ran.summary.deadlock.empty())
    return Error{"", "it does not end: " + ran.summary.deadlock,
                 "a program for so many sentrons; add `with 2 sentrons` for two"};
  for (const auto& sentron : tried->sentrons())
    if (sentron->status != exec::Status::halted) return Error{"", sentron->trap.message(), "a program that halts"};
  return command::time_sentrons(make, *chosen->engine,
                                static_cast<unsigned>(std::clamp(kSeconds / (seconds + 1e-6), 1.0, 20.0)));
}

constexpr double kShortRun = 50e3;  // ns

Result<std::string> why_slow(const Subjects& subjects) {
  const std::string& file = subjects[0];
  unsigned sentrons = 1;
  if (subjects.size() > 1 && !subjects[1].empty()) {
    const auto number = parse_between<unsigned>(subjects[1], "sentrons", 1, 1024);
    if (!number) return number.error();
    sentrons = *number;
  }
  const auto program = load(file);
  if (!program) return program.error();
  std::string engine;
  const auto timing = time_runs(*program, sentrons, engine);
  if (!timing) return command::within(file, timing.error());
  exec::Machine machine;
  const auto report = analysis::report(*program, machine, std::uint64_t{1} << 32);
  if (!report) return command::within(file, report.error());

  std::string text = fmt::format("{}, {} sentron{}, {}\n", file, sentrons, sentrons == 1 ? "" : "s", engine);
  std::optional<double> rate;
  if (timing->is_string()) {
    text += "  ops per cycle: " + timing->get<std::string>() + "\n";
  } else {
    rate = timing->at("ops_per_cycle").at("value").get<double>();
    text += fmt::format("  measured now: {} ops per cycle, {} cycles; {} runs, cycles from: {}\n",
                        with_interval(timing->at("ops_per_cycle")), with_interval(timing->at("cycles")),
                        timing->at("samples").get<std::size_t>(), timing->at("cycle_source").get<std::string>());
  }
  std::vector<std::string> reasons;
  if (rate && timing->at("ns").at("value").get<double>() < kShortRun)
    reasons.emplace_back("a short run: most of its time goes to its setup and to reading the clocks");
  const ordered_json& fixed = report->at("static");
  const ordered_json* busiest = nullptr;
  for (const ordered_json& loop : fixed.at("loops"))
    if (busiest == nullptr || loop.at("ops") > busiest->at("ops")) busiest = &loop;
  if (busiest != nullptr) {
    const double ops = busiest->at("ops"), words = busiest->at("words"), chain = busiest->at("rec_mii");
    text += fmt::format("  counted: its largest loop has {} ops in words {} to {}, {} per word\n", ops,
                        busiest->at("first").get<unsigned>(), busiest->at("last").get<unsigned>(),
                        significant(ops / words, 3));
    if (chain > 0) {
      text += fmt::format(
          "  modelled: an iteration cannot be shorter than its chain of dependent ops, {} cycles with assumed "
          "latencies: {} ops per cycle\n",
          significant(chain, 3), significant(ops / chain, 3));
      if (rate && *rate > 0.7 * ops / chain)
        reasons.emplace_back("a chain of dependent ops: each iteration waits for the one before");
    }
    if (ops / words < 1.5) reasons.emplace_back("empty slots: most of its words hold one operation");
  } else {
    text += "  counted: it has no loop, so that setup and cold code are all there is\n";
    reasons.emplace_back("no loop: every word runs once, from memory that is cold");
  }
  const ordered_json& native = report->at("native");
  if (native.contains("not_compiled")) {
    text += "  the interpreter runs it: " + native.at("not_compiled").get<std::string>() + "\n";
    reasons.emplace_back("the interpreter, which needs many instructions for each word");
  } else {
    text += fmt::format(
        "  counted: host code of {} bytes; accesses checked one by one: {}; words that call the runtime: {}\n",
        native.at("hot_bytes").get<std::uint64_t>(), native.at("checked_accesses").get<std::uint64_t>(),
        native.at("called_words").get<std::uint64_t>());
    if (!native.at("fits_l1i").get<bool>()) reasons.emplace_back("host code that exceeds the instruction cache");
    if (native.at("checked_accesses").get<std::uint64_t>() > 0)
      reasons.emplace_back("accesses whose region is checked each time, because no loop could check them before");
  }
  const ordered_json& run = report->at("dynamic");
  if (run.at("sentron").at("status") == "halted") {
    const ordered_json& first = run.at("simulated").at("levels").at(0);
    if (first.at("accesses").get<double>() > 0) {
      const double hits = first.at("hit_rate");
      text += fmt::format("  simulated: {} of its accesses hit a first cache of {}\n", analysis::percent(hits),
                          bytes_text(first.at("bytes").get<std::uint64_t>()));
      if (hits < 0.9) reasons.emplace_back("misses of the first cache, by simulation");
    }
  }
  if (reasons.empty())
    return text + "Nothing of this stands out. `vtpu report --ports` compares it with measured ports.\n";
  text += "What stands out:\n";
  for (const std::string& reason : reasons) text += "  " + reason + "\n";
  return text;
}

// ---- demo, talk, help

Result<std::string> demo(const Subjects&) {
  exec::Machine machine;
  const auto column = [](int k) { return *phext::PackedCoordinate::parse(fmt::format("1.1.1/1.1.1/1.1.1/1.{}", k)); };
  if (machine.memory().allocate({.first = column(1), .last = column(8), .mask = 1}).fault)
    return Error{"demo", "no room for a region", "eight cells"};
  std::vector<std::unique_ptr<isa::ValidProgram>> programs;
  std::vector<std::unique_ptr<exec::Interpreter>> engines;
  std::vector<const exec::Engine*> each;
  std::string text = "Alice multiplies 3, 7 and 2, and sends the product to Bob, who adds what she kept:\n";
  for (const char* const name : {"alice", "bob"}) {
    auto program = isa::assemble(text_of(fmt::format("examples/{}.sasm", name)), name);
    if (!program) return program.error();
    for (const isa::Word& word : program->words) text += fmt::format("  {:6} {}\n", name, isa::text_of(word));
    auto valid = isa::ValidProgram::make(*std::move(program));
    if (!valid) return Error{name, valid.error().message(), ""};
    programs.push_back(std::make_unique<isa::ValidProgram>(*std::move(valid)));
    each.push_back(engines.emplace_back(std::make_unique<exec::Interpreter>(*programs.back())).get());
    machine.spawn();
  }
  memory::TranslationCache cache;
  for (int k = 1; const std::int64_t factor : {3, 7, 2})
    std::memcpy(machine.memory().cell(column(k++), 3, true, cache).at, &factor, sizeof factor);
  runtime::CooperativeScheduler(machine, each).run();
  for (const int k : {4, 5}) {
    std::int64_t number = 0;
    std::memcpy(&number, machine.memory().peek(column(k)).data(), sizeof number);
    text += fmt::format("computed now, at {}: {}\n", column(k).raw_text(), number);
  }
  for (const auto& sentron : machine.sentrons())
    text += fmt::format("counted: {} retired {} ops in {} words\n", sentron->id == 0 ? "Alice" : "Bob",
                        sentron->retired.total(), sentron->retired.words);
  return text;
}

Result<std::string> say(const Subjects&) { return talk({}); }

Result<std::string> help(const Subjects&) {
  std::string text = "You can ask:\n";
  for (const Topic& topic : topics()) text += fmt::format("  {:28} {}\n", topic.ask, topic.what);
  return text +
         "`quit` ends. Questions are recognised by patterns; numbers come from measurements made for the answer.\n";
}

}  // namespace

const std::vector<Topic>& topics() {
  static const std::vector<Topic> kTopics = {
      {"why is FILE slow?",
       R"(why (?:is|does) (\S+)(?: (?:with|on|by) (\d+) sentrons?)? (?:so |run so |run )?slow(?:ly)?)",
       "a program (.sasm, .siw, .phx), measured; `with 2 sentrons` may follow FILE", why_slow},
      {"explain WORD", R"((?:explain|define|describe) (?:a |an |the )?(.+))",
       "a word of the project, an operation, or a program file", explain},
      {"status", R"(.*\b(?:status|machine|host|processor|cpu|how are you)\b.*)",
       "this machine, and what disturbs measurements on it", status},
      {"benchmark", R"(.*\b(?:benchmark|bench|how fast|fast|speed|performance|ops per cycle)\b.*)",
       "the ten workloads, measured", benchmark},
      {"memory", R"(.*\b(?:memory|caches?|latency)\b.*)", "the latency of loads, measured", memory},
      {"demo", R"(.*\b(?:demo|demonstrate|example|show me)\b.*)", "two sentrons and a message", demo},
      {"say something", R"(.*\b(?:talk|say something|tell me)\b.*)",
       "words by a tiny model that is trained for the answer, as --talk", say},
      {"what is a WORD?", R"(what (?:is|are) (?:a |an |the )?(.+))", "as `explain WORD`", explain},
      {"what can I ask?", R"(.*\b(?:help|what can i (?:ask|do))\b.*)", "this list", help},
  };
  return kTopics;
}

Result<std::string> answer(std::string_view question) {
  std::string text(trim(question));
  if (text.empty()) return text;
  while (!text.empty() && std::string_view("?!.,").find(text.back()) != std::string_view::npos) text.pop_back();
  if (text.empty()) return help({});
  for (const Topic& topic : topics()) {
    std::smatch found;
    if (!std::regex_match(text, found, std::regex(topic.pattern, std::regex::icase))) continue;
    return topic.answer(Subjects(found.begin() + 1, found.end()));
  }
  std::vector<std::string> asked;
  for (const Topic& topic : topics()) asked.push_back(fmt::format("'{}'", topic.ask));
  return Error{"", "no answer to " + in_quotes(text),
               "a question such as " + fmt::format("{}", fmt::join(asked, ", "))};
}

}  // namespace vtpu::chat
