// Asks what the teaching programs show, and how far their machine in Python is from compiled words.
//
// - microvtpu: the operations per word of examples/microvtpu.py for the dot product of 7, 14 and 140 numbers, and the
//   sum that it prints. These are counts in a model: words have no cycles there.
// - pair: the operations per word of examples/alice.sasm and examples/bob.sasm, run by the interpreter.
// - ladder: one dot product on the Python machine, by the interpreter, by the native engine, and compiled at tier 3.
// The
//   numbers are small integers, so that every order of the additions gives the same bits.
//
// Claims: teaching.dot, core.naive, core.peer, teaching.ladder. Controls: one element left out; a word for each
// operation; the second sentron left out; the interpreter in place of compiled words.
// Parameters: numbers, processes. Outputs: keys teaching.*; table ladder. Cost: about 10 s.
#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "vtpu/base/check.h"
#include "vtpu/base/file.h"
#include "vtpu/base/text.h"
#include "vtpu/exec/interpreter.h"
#include "vtpu/exec/machine.h"
#include "vtpu/isa/assembler.h"
#include "vtpu/isa/validator.h"
#include "vtpu/kernels/programs/program.h"
#include "vtpu/measure/child_process.h"
#include "vtpu/measure/experiment.h"
#include "vtpu/measure/quiet.h"
#include "vtpu/measure/sampler.h"
#include "vtpu/runtime/scheduler.h"
#include "vtpu/study/programs/program_run.h"

namespace {

using namespace vtpu::measure;
using vtpu::Error;
using vtpu::Result;
using vtpu::exec::Machine;
using vtpu::phext::PackedCoordinate;
using vtpu::study::engines::Runnable;
using vtpu::study::programs::ProgramRun;
using Source = Column::Source;

constexpr const char* kMicro = "examples/microvtpu.py";

/// The numbers of the ladder: 1 to 7, again and again.
float number(std::int64_t i) { return static_cast<float>(i % 7 + 1); }

// ---- the machine in Python

/// What the Python program says, by name; a name may have several values.
using Said = std::map<std::string, std::vector<double>>;

Result<Said> ask_python(const Run& run, std::int64_t numbers, std::int64_t repeats) {
  static constexpr const char* kQuestions = R"(
import sys, time
sys.path.insert(0, sys.argv[1])
import microvtpu as micro
seven = [1, 2, 3, 4, 5, 6, 7]
for count in (7, 6):
    total, _ = micro.run_dot_product(seven[:count], micro.pack(micro.dot_product(count)))
    print(f'dot{count}', total)
for length in (7, 14, 140):
    print(f'packed{length}', micro.operations_per_word(micro.pack(micro.dot_product(length))))
print('naive', micro.operations_per_word([[operation] for operation in micro.dot_product(7)]))
machine = micro.Machine()
numbers = int(sys.argv[2])
for i in range(numbers):
    machine.memory['a', i] = machine.memory['b', i] = float(i % 7 + 1)
words = micro.pack(micro.dot_product(numbers))
for _ in range(int(sys.argv[3])):
    sentron = micro.Sentron(machine, words)
    start = time.perf_counter_ns()
    sentron.run()
    print('ns', (time.perf_counter_ns() - start) / numbers)
print('total', machine.memory['result', 0])
)";
  const std::string folder = std::filesystem::path(run.input_path(kMicro)).parent_path();
  const auto text =
      output_of({"python3", "-B", "-c", kQuestions, folder, std::to_string(numbers), std::to_string(repeats)});
  if (!text) return Error{kMicro, "python3 does not run it", "Python 3.8 or newer on PATH"};
  Said said;
  for (const std::string_view line : vtpu::split(*text, '\n')) {
    const std::size_t blank = line.find(' ');
    if (blank == std::string_view::npos) continue;
    double value = 0;
    std::from_chars(line.data() + blank + 1, line.data() + line.size(), value);
    said[std::string(line.substr(0, blank))].push_back(value);
  }
  return said;
}

// ---- Alice and Bob

/// What sentrons with these programs retire together, with 3, 7 and 2 in memory, over the words of their programs: each
/// of these runs once if the sentron is not left waiting.
Result<std::vector<double>> operations_per_word(const Run& run, const std::vector<std::string>& files) {
  Machine machine;
  const auto column = [](int k) { return *PackedCoordinate::parse(fmt::format("1.1.1/1.1.1/1.1.1/1.{}", k)); };
  if (machine.memory().allocate({.first = column(1), .last = column(8), .mask = 1}).fault)
    return Error{"teaching", "no room for a region", "eight cells"};
  std::vector<std::unique_ptr<vtpu::isa::ValidProgram>> programs;
  std::vector<std::unique_ptr<vtpu::exec::Interpreter>> engines;
  std::vector<const vtpu::exec::Engine*> each;
  for (const std::string& file : files) {
    const auto text = vtpu::read_file(run.input_path(file));
    if (!text) return text.error();
    auto program = vtpu::isa::assemble(*text, file);
    if (!program) return program.error();
    auto valid = vtpu::isa::ValidProgram::make(*std::move(program));
    if (!valid) return valid.error();
    programs.push_back(std::make_unique<vtpu::isa::ValidProgram>(*std::move(valid)));
    engines.push_back(std::make_unique<vtpu::exec::Interpreter>(*programs.back()));
    each.push_back(engines.back().get());
    machine.spawn(10'000);
  }
  for (int k = 1; const std::int64_t factor : {3, 7, 2})
    std::memcpy(machine.memory().cell(column(k++), 3, true, *machine.sentrons()[0]->cache).at, &factor, sizeof factor);
  vtpu::runtime::CooperativeScheduler(machine, each).run();
  std::vector<double> found;
  for (const auto& sentron : machine.sentrons())
    found.push_back(static_cast<double>(sentron->retired.total()) /
                    static_cast<double>(each[sentron->id]->program().words.size()));
  return found;
}

// ---- the ladder

/// One way to run the dot product.
struct Rung {
  const char* name;
  const char* words;  ///< what runs
  unsigned level;
  Runnable::By by;
  std::int64_t repeats;  ///< in one timing
};
constexpr Rung kRungs[] = {{"interpreter", "tier 0", 0, Runnable::By::interpreter, 1},
                           {"native engine", "tier 0", 0, Runnable::By::native, 16},
                           {"native engine, compiled", "tier 3", 3, Runnable::By::native, 512}};

struct Prepared {
  std::vector<Alternative> alternatives;
  std::vector<float> totals;
};

/// The rungs with their results, each run once.
Result<Prepared> prepare(std::int64_t numbers) {
  const auto all = vtpu::kernels::programs();
  const auto dot = std::find_if(all.begin(), all.end(), [](const auto& one) { return one.name == "dot"; });
  VTPU_CHECK(dot != all.end(), "the program exists");
  Prepared prepared;
  for (const Rung& rung : kRungs) {
    vtpu::compiler::Options options;
    options.level = rung.level;
    auto made = ProgramRun::compiled(*dot, {{"n", numbers}, {"repeat", rung.repeats}}, options, rung.by);
    if (!made) return made.error();
    const auto program = std::make_shared<ProgramRun>(std::move(*made));
    const auto tensors = program->tensors();
    for (std::size_t tensor = 0; tensor < 2; ++tensor)
      for (std::int64_t i = 0; i < numbers; ++i) {
        const float value = number(i);
        std::memcpy(tensors[tensor].data() + sizeof value * static_cast<std::size_t>(i), &value, sizeof value);
      }
    if (const auto ran = program->run(); !ran) return ran.error();
    float total = 0;
    std::memcpy(&total, tensors[2].data(), sizeof total);
    prepared.totals.push_back(total);
    prepared.alternatives.push_back({rung.name,
                                     static_cast<double>(numbers * rung.repeats),
                                     [program] { VTPU_CHECK(program->run(), "a program that ran before runs again"); },
                                     {}});
  }
  return prepared;
}

Result<void> study(Run& run) {
  const auto numbers = run.parameter("numbers", std::int64_t{2048});
  SamplingRule rule;
  rule.most = run.parameter("processes", std::size_t{20}, std::size_t{40});
  rule.seed = run.random(1).next();
  warn_of_disturbance("teaching");

  const auto said = ask_python(run, numbers, 20);
  if (!said) return said.error();
  for (const char* name : {"dot7", "dot6", "packed7", "packed14", "packed140", "naive", "ns", "total"})
    if (!said->contains(name)) return Error{kMicro, fmt::format("no value '{}'", name), "the values of its functions"};
  const auto micro = [&](const char* name) { return said->at(name).front(); };
  run.computed("teaching.dot_product", micro("dot7"), "1", "sum of the squares of 1 to 7, by microvtpu.py");
  run.computed("teaching.dot_product.control", micro("dot6"), "1", "the same without the last");
  const std::string counted = "operations over words, counted in microvtpu.py: ";
  run.computed("teaching.micro.ops_per_word", micro("packed7"), "ops/word", counted + "packed, 7 numbers");
  run.computed("teaching.micro.ops_per_word_14", micro("packed14"), "ops/word", counted + "packed, 14 numbers");
  run.computed("teaching.micro.ops_per_word_140", micro("packed140"), "ops/word", counted + "packed, 140 numbers");
  run.computed("teaching.micro.ops_per_word.control", micro("naive"), "ops/word", counted + "one operation a word");

  const std::string alice = "examples/alice.sasm", bob = "examples/bob.sasm";
  const auto pair = operations_per_word(run, {alice, bob}), alone = operations_per_word(run, {bob});
  if (!pair) return pair.error();
  if (!alone) return alone.error();
  run.computed("teaching.pair.ops_per_word.alice", pair->front(), "ops/word", "retired operations over words");
  run.computed("teaching.pair.ops_per_word.bob", pair->back(), "ops/word", "retired operations over words");
  run.computed("teaching.pair.ops_per_word.control", alone->front(), "ops/word", "Bob without Alice, who waits");

  const auto prepared = prepare(numbers);
  if (!prepared) return prepared.error();
  const auto wanted = std::bit_cast<std::uint32_t>(static_cast<float>(micro("total")));
  for (std::size_t i = 0; i < prepared->totals.size(); ++i)
    if (std::bit_cast<std::uint32_t>(prepared->totals[i]) != wanted)
      return Error{fmt::format("teaching, {}", kRungs[i].name), fmt::format("sum {}", prepared->totals[i]),
                   fmt::format("the bits of {}", micro("total"))};
  const auto sampled = sample_in_processes(
      run, [&] { return prepared->alternatives; }, rule);
  if (!sampled) return sampled.error();

  Estimate python = estimate_median(said->at("ns"));
  python.method += "; runs in one process, by Python's clock, without a check for disturbance";
  Table& table = run.table("ladder", {{"engine", "", Source::label},
                                      {"words", "", Source::label},
                                      {"ns", "ns", Source::measured},
                                      {"low", "ns", Source::measured},
                                      {"high", "ns", Source::measured},
                                      {"times", "x", Source::measured}});
  table.add({"Python, microvtpu.py", "packed", python.value, python.ci.low, python.ci.high, 1.0});
  run.measured("teaching.ladder.python_ns", python, "ns");
  const auto faster = [&](const Estimate& other) {
    std::vector<double> ratios;
    for (std::size_t i = 0; i < std::min(python.samples.size(), other.samples.size()); ++i)
      ratios.push_back(python.samples[i] / other.samples[i]);
    Estimate ratio = estimate_median(std::move(ratios));
    ratio.method = "the time of a number in Python over that here, runs paired in their order";
    return ratio;
  };
  for (const Rung& rung : kRungs) {
    const Estimate ns = named(*sampled, rung.name).ns_per_unit();
    table.add({rung.name, rung.words, ns.value, ns.ci.low, ns.ci.high, faster(ns).value});
  }
  run.measured("teaching.ladder.times", faster(named(*sampled, kRungs[2].name).ns_per_unit()), "x");
  run.measured("teaching.ladder.times.control", faster(named(*sampled, kRungs[0].name).ns_per_unit()), "x");
  return {};
}

const Experiment kExperiment{.name = "teaching",
                             .question = "What do the teaching programs show, and what does each engine gain on them?",
                             .claims = {"teaching.dot", "core.naive", "core.peer", "teaching.ladder"},
                             .inputs = {kMicro, "examples/alice.sasm", "examples/bob.sasm"},
                             .uses = {{Dependency::Kind::tool, "python3"}},
                             .quick_seconds = 6,
                             .full_seconds = 10,
                             .times_the_host = true,
                             .run = study};

}  // namespace

int main(int argc, char** argv) { return experiment_main(kExperiment, argc, argv); }
