// Asks whether the interpreter and the native engine ever differ. Both run random programs that cover all opcodes, with
// loops, gathers, messages and faults; the native engine runs them in every form of host code. The following must be
// equal: registers with their translations, memory, messages, traps, fuel, and the counts of retired ops and of the
// translation cache. Any divergence is an error: the experiment fails and names the seed, and the test of the same name
// reduces the program.
//
// Further programs are hostile: their generator aims at what compiled code assumes (isa/random_program.h). Each runs
// twice in every form, first with its accesses checked, so that an access outside its region is a divergence before it
// happens.
//
// Crews are six sentrons that take turns and exchange messages, with one program or with six.
//
// The programs come from the seeds 1, 2, … and are the same on every host. Forms that the host cannot run are not
// compared (table differential lists the forms compared). All other counts come from the interpreter and do not depend
// on the host.
//
// Claim: exec.agree. Control: 500 programs of which the compiled form has one constant increased by one.
//
// Parameters: programs (quick 10^4, full 2 * 10^5, soak 2 * 10^6), hostile_programs (10^3, 2 * 10^4, 10^6),
// crews (500, 10^4, 2 * 10^5).
// Outputs: keys vtpu.differential.*; tables differential_traps, differential_opcodes, differential_hostile_traps.
#include <fmt/core.h>

#include <array>
#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "vtpu/exec/differential.h"
#include "vtpu/isa/random_program.h"
#include "vtpu/measure/experiment.h"
#include "vtpu/measure/pin.h"
#include "vtpu/measure/progress.h"

namespace {

using namespace vtpu::measure;
using vtpu::Error;
using vtpu::Result;
using vtpu::exec::RunSummary;
using vtpu::exec::jit::Form;
using Source = Column::Source;

constexpr std::uint64_t kFuel = 20000;
constexpr std::uint64_t kChunk = 500;
constexpr std::size_t kOpcodes = 256;
constexpr std::uint64_t kSentrons = 6;

struct Totals {
  std::uint64_t programs = 0, divergences = 0, words_in_programs = 0, words_run = 0, halted = 0;
  std::string first_divergence;  ///< any one of the divergences
  std::array<std::uint64_t, kOpcodes> opcodes{};
  std::map<std::string, std::uint64_t> traps;

  void operator+=(const Totals& other) {
    programs += other.programs, divergences += other.divergences;
    if (first_divergence.empty()) first_divergence = other.first_divergence;
    words_in_programs += other.words_in_programs, words_run += other.words_run, halted += other.halted;
    for (std::size_t i = 0; i < kOpcodes; ++i) opcodes[i] += other.opcodes[i];
    for (const auto& [kind, count] : other.traps) traps[kind] += count;
  }
};

Result<Totals> compare_seeds(std::uint64_t first, std::uint64_t behind, const std::vector<Form>& forms, bool hostile) {
  Totals totals;
  for (std::uint64_t seed = first; seed < behind; ++seed) {
    const vtpu::isa::Program program = vtpu::isa::random_program({.seed = seed, .hostile = hostile});
    const auto valid = vtpu::isa::ValidProgram::make(program);
    if (!valid) return Error{fmt::format("seed {}", seed), valid.error().message(), "a valid program"};
    RunSummary summary;
    for (const Form form : forms)
      for (const bool check_accesses : {true, false}) {
        if (check_accesses && !hostile) continue;
        const auto divergence =
            vtpu::exec::compare_engines(*valid, form, kFuel, &summary, {.check_accesses = check_accesses});
        if (!divergence) return divergence.error();
        if (!divergence->has_value()) continue;
        ++totals.divergences;
        if (totals.first_divergence.empty())
          totals.first_divergence = fmt::format("{}seed {}, {}: {}", hostile ? "hostile " : "", seed,
                                                vtpu::exec::jit::name_of(form), (*divergence)->what);
        if (check_accesses) break;  // the same access would now happen
      }
    ++totals.programs;
    totals.words_in_programs += program.words.size();
    totals.words_run += summary.words;
    if (summary.status == vtpu::exec::Status::halted) ++totals.halted;
    if (summary.status == vtpu::exec::Status::trapped) ++totals.traps[std::string(name_of(summary.trap.kind))];
    for (const vtpu::isa::Word& word : program.words)
      for (const auto slot : {vtpu::isa::Slot::D, vtpu::isa::Slot::S, vtpu::isa::Slot::C})
        ++totals.opcodes[static_cast<std::size_t>(word.slot(slot).opcode)];
  }
  return totals;
}

/// Programs for the sentrons of one machine: one for all of them, or one for each. The first two have memory, which the
/// others would find taken.
Result<std::vector<vtpu::isa::ValidProgram>> crew_of(std::uint64_t seed) {
  const bool one = seed % 2 == 0;
  std::vector<vtpu::isa::ValidProgram> programs;
  for (std::uint64_t i = 0; i < kSentrons; ++i) {
    auto valid = vtpu::isa::ValidProgram::make(vtpu::isa::random_program(
        {.seed = one ? seed : 100 * seed + i, .words = 60, .memory = !one && i < 2, .faults = !one}));
    if (!valid) return Error{fmt::format("crew {}", seed), valid.error().message(), "a valid program"};
    programs.push_back(std::move(*valid));
  }
  return programs;
}

/// As `compare_seeds`, for sentrons that take turns and exchange messages.
Result<Totals> compare_crews(std::uint64_t first, std::uint64_t behind, const std::vector<Form>& forms) {
  Totals totals;
  for (std::uint64_t seed = first; seed < behind; ++seed) {
    const auto programs = crew_of(seed);
    if (!programs) return programs.error();
    for (const Form form : forms) {
      const auto divergence = vtpu::exec::compare_engines(*programs, *programs, form, kFuel);
      if (!divergence) return divergence.error();
      if (!divergence->has_value()) continue;
      ++totals.divergences;
      totals.first_divergence =
          fmt::format("crew {}, {}: {}", seed, vtpu::exec::jit::name_of(form), (*divergence)->what);
    }
    ++totals.programs;
  }
  return totals;
}

/// How many of a number of programs are found to differ when the first constant of the compiled one is increased by
/// one.
Result<double> find_planted(std::uint64_t programs, Form form) {
  double found = 0;
  for (std::uint64_t seed = 1; seed <= programs; ++seed) {
    const vtpu::isa::Program program = vtpu::isa::random_program({.seed = seed});
    vtpu::isa::Program changed = program;
    for (vtpu::isa::Word& word : changed.words)
      if (word.dense.opcode == vtpu::isa::Opcode::dmov_i64 && word.dense.immediate()) {
        ++word.dense.imm;
        break;
      }
    const auto interpreted = vtpu::isa::ValidProgram::make(program), compiled = vtpu::isa::ValidProgram::make(changed);
    if (!interpreted || !compiled)
      return Error{fmt::format("seed {}", seed), "a program is not valid", "a valid program"};
    const auto divergence = vtpu::exec::compare_engines({&*interpreted, 1}, {&*compiled, 1}, form, kFuel);
    if (!divergence) return divergence.error();
    found += divergence->has_value();
  }
  return found;
}

Result<void> run_differential(Run& run) {
  const auto programs = run.parameter<std::uint64_t>("programs", 10'000, 200'000, 2'000'000);
  const auto hostile_programs = run.parameter<std::uint64_t>("hostile_programs", 1'000, 20'000, 1'000'000);
  const auto crews = run.parameter<std::uint64_t>("crews", 500, 10'000, 200'000);
  run.parameter("fuel", kFuel);
  std::vector<Form> forms;
  if (const auto best = vtpu::exec::jit::host_form()) {
    forms.push_back(Form::avx2);
    if (*best == Form::avx512) forms.push_back(Form::avx512);
  }
  if (forms.empty()) return Error{"core-soak", "this processor has neither AVX-512 nor AVX2", "AVX2 or AVX-512"};

  // Threads take chunks of seeds. The totals do not depend on which thread takes which chunk.
  const std::array<std::uint64_t, 3> ends{programs / kChunk, (programs + hostile_programs) / kChunk,
                                          (programs + hostile_programs + crews) / kChunk};
  const std::uint64_t chunks = ends.back();
  Progress progress("core-soak", chunks);
  Totals totals, hostile_totals, crew_totals;
  std::optional<Error> failed;
  std::mutex mutex;
  std::atomic<std::uint64_t> next{0};
  const auto work = [&] {
    while (true) {
      const std::uint64_t chunk = next++;
      if (chunk >= chunks) return;
      const bool hostile = chunk >= ends[0], crew = chunk >= ends[1];
      const std::uint64_t first = 1 + (chunk - (crew ? ends[1] : hostile ? ends[0] : 0)) * kChunk;
      const auto part =
          crew ? compare_crews(first, first + kChunk, forms) : compare_seeds(first, first + kChunk, forms, hostile);
      const std::lock_guard lock(mutex);
      if (!part) {
        if (!failed) failed = part.error();
        next = chunks;
        return;
      }
      (crew ? crew_totals : hostile ? hostile_totals : totals) += *part;
      progress.step(fmt::format("{} programs", totals.programs + hostile_totals.programs + crew_totals.programs));
    }
  };
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < usable_cpus().size(); ++i) threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
  if (failed) return *failed;
  for (const Totals& each : {totals, hostile_totals, crew_totals})
    if (each.divergences > 0)
      return Error{"core-soak", fmt::format("{} divergences, for example {}", each.divergences, each.first_divergence),
                   "equal state"};

  const std::string method = "random programs of consecutive seeds; the interpreter is compared with compiled code";
  const auto note = [&](const std::string& key, std::uint64_t value) {
    run.computed("vtpu.differential." + key, static_cast<double>(value), "1", method);
  };
  std::uint64_t used = 0;
  Table& opcodes = run.table("differential_opcodes", {{"opcode", "", Source::label}, {"ops", "1", Source::computed}});
  for (const auto& info : vtpu::isa::all_opcodes()) {
    if (info.opcode == vtpu::isa::Opcode::nop) continue;
    const std::uint64_t count = totals.opcodes[static_cast<std::size_t>(info.opcode)];
    used += count > 0;
    opcodes.add({std::string(info.mnemonic), static_cast<double>(count)});
  }
  Table& traps = run.table("differential_traps", {{"trap", "", Source::label}, {"programs", "1", Source::computed}});
  for (const auto& [kind, count] : totals.traps) traps.add({kind, static_cast<double>(count)});
  Table& hostile_traps =
      run.table("differential_hostile_traps", {{"trap", "", Source::label}, {"programs", "1", Source::computed}});
  for (const auto& [kind, count] : hostile_totals.traps) hostile_traps.add({kind, static_cast<double>(count)});
  note("programs", totals.programs);
  note("divergences", totals.divergences);
  const Result<double> planted = find_planted(kChunk, Form::avx2);
  if (!planted) return planted.error();
  run.computed("vtpu.differential.divergences.control", *planted, "1",
               fmt::format("divergences of {} programs, each with one constant changed for compiled code", kChunk));
  note("words", totals.words_in_programs);
  note("words_run", totals.words_run);
  note("halted", totals.halted);
  note("hostile_programs", hostile_totals.programs);
  note("hostile_divergences", hostile_totals.divergences);
  note("hostile_words_run", hostile_totals.words_run);
  note("hostile_halted", hostile_totals.halted);
  note("crews", crew_totals.programs);
  note("crew_divergences", crew_totals.divergences);
  note("opcodes", used);
  note("opcodes_defined", vtpu::isa::all_opcodes().size() - 1);
  return {};
}

const Experiment kExperiment{.name = "core-soak",
                             .question = "Do the interpreter and the native engine ever differ?",
                             .claims = {"exec.agree"},
                             .inputs = {},
                             .quick_seconds = 6,
                             .full_seconds = 110,
                             .times_the_host = false,
                             .run = run_differential};

}  // namespace

int main(int argc, char** argv) { return vtpu::measure::experiment_main(kExperiment, argc, argv); }
