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
// compared (table forms, which is measured). All other counts come from the interpreter and do not depend on the host.
// Finished parts of programs are stored. An interrupted or killed run goes on after them when it is started again.
//
// Claim: exec.agree. Control: 500 programs of which the compiled form has one constant increased by one.
//
// Parameters: programs (quick 10^4, full 2 * 10^5, soak 2 * 10^6), hostile_programs (10^3, 2 * 10^4, 10^6),
// crews (500, 10^4, 2 * 10^5).
// Outputs: keys vtpu.differential.*; tables differential_traps, differential_opcodes, differential_hostile_traps,
// forms.
#include <fmt/core.h>

#include <optional>
#include <string>

#include "vtpu/exec/differential.h"
#include "vtpu/isa/random_program.h"
#include "vtpu/measure/experiment.h"
#include "vtpu/measure/pin.h"
#include "vtpu/measure/progress.h"
#include "vtpu/study/soak/forms.h"
#include "vtpu/study/soak/program_soak.h"

namespace {

using namespace vtpu::measure;
using namespace vtpu::study::soak;
using vtpu::Error;
using vtpu::Result;
using vtpu::exec::jit::Form;
using Source = Column::Source;

/// Programs of the control.
constexpr std::uint64_t kPlanted = 500;

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
    const auto divergence = vtpu::exec::compare_engines({&*interpreted, 1}, {&*compiled, 1}, form, kProgramFuel);
    if (!divergence) return divergence.error();
    found += divergence->has_value();
  }
  return found;
}

Result<void> run_differential(Run& run) {
  const auto programs = run.parameter<std::uint64_t>("programs", 10'000, 200'000, 2'000'000);
  const auto hostile_programs = run.parameter<std::uint64_t>("hostile_programs", 1'000, 20'000, 1'000'000);
  const auto crews = run.parameter<std::uint64_t>("crews", 500, 10'000, 200'000);
  run.parameter("fuel", kProgramFuel);
  if (host_forms().empty()) return Error{"core-soak", "this processor has neither AVX-512 nor AVX2", "AVX2 or AVX-512"};

  std::optional<Progress> progress;
  const auto show = [&](std::uint64_t left) {
    if (progress)
      progress->step(fmt::format("{} programs left", left * ProgramSoaks::kPart));
    else if (left > 0)
      progress.emplace("core-soak", left);
  };
  const auto all = vtpu::study::soak::soak_programs({.programs = {programs, hostile_programs, crews},
                                                     .threads = static_cast<int>(usable_cpus().size()),
                                                     .journal = run.journal(),
                                                     .identity = run.journal().filename().string(),
                                                     .progress = show});
  if (!all) return all.error();
  const auto& [totals, hostile_totals, crew_totals] = *all;
  for (const ProgramSoak& each : *all)
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
  const Result<double> planted = find_planted(kPlanted, Form::avx2);
  if (!planted) return planted.error();
  run.computed("vtpu.differential.divergences.control", *planted, "1",
               fmt::format("divergences of {} programs, each with one constant changed for compiled code", kPlanted));
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
  vtpu::study::soak::record_forms(run);
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
