#include "vtpu/study/soak/program_soak.h"

#include <fmt/core.h>

#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "vtpu/base/check.h"
#include "vtpu/base/json.h"
#include "vtpu/exec/differential.h"
#include "vtpu/isa/random_program.h"
#include "vtpu/study/soak/forms.h"
#include "vtpu/sweep/journal.h"
#include "vtpu/sweep/sweep.h"

namespace vtpu::study::soak {
namespace {

using exec::jit::Form;
using nlohmann::json;

constexpr std::uint64_t kSentrons = 6;  ///< of a crew

Result<ProgramSoak> soak_singles(std::uint64_t first, std::uint64_t behind, const std::vector<Form>& forms,
                                 bool hostile) {
  ProgramSoak soak;
  for (std::uint64_t seed = first; seed < behind; ++seed) {
    const isa::Program program = isa::random_program({.seed = seed, .hostile = hostile});
    const auto valid = isa::ValidProgram::make(program);
    if (!valid) return Error{fmt::format("seed {}", seed), valid.error().message(), "a valid program"};
    exec::RunSummary summary;
    for (const Form form : forms)
      for (const bool check_accesses : {true, false}) {
        if (check_accesses && !hostile) continue;
        const auto divergence =
            exec::compare_engines(*valid, form, kProgramFuel, &summary, {.check_accesses = check_accesses});
        if (!divergence) return divergence.error();
        if (!divergence->has_value()) continue;
        ++soak.divergences;
        if (soak.first_divergence.empty())
          soak.first_divergence = fmt::format("{}seed {}, {}: {}", hostile ? "hostile " : "", seed,
                                              exec::jit::name_of(form), (*divergence)->what);
        if (check_accesses) break;  // the same access would now happen
      }
    ++soak.programs;
    soak.words_in_programs += program.words.size();
    soak.words_run += summary.words;
    if (summary.status == exec::Status::halted) ++soak.halted;
    if (summary.status == exec::Status::trapped) ++soak.traps[std::string(name_of(summary.trap.kind))];
    for (const isa::Word& word : program.words)
      for (const auto slot : {isa::Slot::D, isa::Slot::S, isa::Slot::C})
        ++soak.opcodes[static_cast<std::size_t>(word.slot(slot).opcode)];
  }
  return soak;
}

/// Programs for the sentrons of one machine: one for all of them, or one for each. The first two have memory, which the
/// others would find taken.
Result<std::vector<isa::ValidProgram>> crew_of(std::uint64_t seed) {
  const bool one = seed % 2 == 0;
  std::vector<isa::ValidProgram> programs;
  for (std::uint64_t i = 0; i < kSentrons; ++i) {
    auto valid = isa::ValidProgram::make(isa::random_program(
        {.seed = one ? seed : 100 * seed + i, .words = 60, .memory = !one && i < 2, .faults = !one}));
    if (!valid) return Error{fmt::format("crew {}", seed), valid.error().message(), "a valid program"};
    programs.push_back(std::move(*valid));
  }
  return programs;
}

Result<ProgramSoak> soak_crews(std::uint64_t first, std::uint64_t behind, const std::vector<Form>& forms) {
  ProgramSoak soak;
  for (std::uint64_t seed = first; seed < behind; ++seed) {
    const auto programs = crew_of(seed);
    if (!programs) return programs.error();
    for (const Form form : forms) {
      const auto divergence = exec::compare_engines(*programs, *programs, form, kProgramFuel);
      if (!divergence) return divergence.error();
      if (!divergence->has_value()) continue;
      ++soak.divergences;
      if (soak.first_divergence.empty())
        soak.first_divergence = fmt::format("crew {}, {}: {}", seed, exec::jit::name_of(form), (*divergence)->what);
    }
    ++soak.programs;
  }
  return soak;
}

// ---- stored parts

json opcodes_of(const ProgramSoak& soak) {
  json used = json::object();
  for (std::size_t i = 0; i < soak.opcodes.size(); ++i)
    if (soak.opcodes[i] > 0) used[std::to_string(i)] = soak.opcodes[i];
  return used;
}

std::string line_of(const ProgramSoak& soak) {
  return json_text(json{{"programs", soak.programs},
                        {"divergences", soak.divergences},
                        {"first_divergence", soak.first_divergence},
                        {"words_in_programs", soak.words_in_programs},
                        {"words_run", soak.words_run},
                        {"halted", soak.halted},
                        {"opcodes", opcodes_of(soak)},
                        {"traps", soak.traps}});
}

Result<ProgramSoak> part_of(const std::string& text, const std::filesystem::path& journal) {
  const auto line = parse_json<json>(text, journal.string(), "the counts of some programs");
  if (!line) return line.error();
  ProgramSoak soak;
  try {
    soak.programs = line->at("programs");
    soak.divergences = line->at("divergences");
    soak.first_divergence = line->at("first_divergence");
    soak.words_in_programs = line->at("words_in_programs");
    soak.words_run = line->at("words_run");
    soak.halted = line->at("halted");
    for (const auto& [number, count] : line->at("opcodes").items())
      soak.opcodes.at(static_cast<std::size_t>(std::stoul(number))) = count;
    soak.traps = line->at("traps");
  } catch (const std::exception&) {
    return Error{journal.string(), "found '" + text + "'", "the counts of some programs"};
  }
  return soak;
}

}  // namespace

void ProgramSoak::operator+=(const ProgramSoak& other) {
  programs += other.programs, divergences += other.divergences;
  if (first_divergence.empty()) first_divergence = other.first_divergence;
  words_in_programs += other.words_in_programs, words_run += other.words_run, halted += other.halted;
  for (std::size_t i = 0; i < opcodes.size(); ++i) opcodes[i] += other.opcodes[i];
  for (const auto& [kind, count] : other.traps) traps[kind] += count;
}

Result<ProgramSoak> soak_programs(ProgramKind kind, std::uint64_t first, std::uint64_t behind,
                                  const std::vector<Form>& forms) {
  if (kind == ProgramKind::crew) return soak_crews(first, behind, forms);
  return soak_singles(first, behind, forms, kind == ProgramKind::hostile);
}

Result<std::array<ProgramSoak, kProgramKinds>> soak_programs(const ProgramSoaks& soaks) {
  constexpr std::uint64_t kPart = ProgramSoaks::kPart;
  std::vector<std::pair<ProgramKind, std::uint64_t>> parts;  // kind and first seed
  for (std::size_t kind = 0; kind < kProgramKinds; ++kind) {
    VTPU_CHECK(soaks.programs[kind] % kPart == 0, "a soak consists of whole parts");
    for (std::uint64_t first = 1; first <= soaks.programs[kind]; first += kPart)
      parts.emplace_back(static_cast<ProgramKind>(kind), first);
  }
  const int count = static_cast<int>(parts.size());
  std::uint64_t left = 0;
  {
    const auto journal = sweep::Journal::open(soaks.journal, soaks.identity, count, {});
    if (!journal) return journal.error();
    const auto known = journal->known();
    if (!known) return known.error();
    for (const auto& text : *known) left += !text;
  }
  if (soaks.progress) soaks.progress(left);
  const std::vector<Form> forms = host_forms();
  std::mutex mutex;  // guards the progress
  const auto work = [&](int item, const std::function<bool()>&) -> Result<std::string> {
    const auto& [kind, first] = parts[static_cast<std::size_t>(item)];
    const auto found = soak_programs(kind, first, first + kPart, forms);
    if (!found) return found.error();
    const std::lock_guard lock(mutex);
    --left;
    if (soaks.progress) soaks.progress(left);
    return line_of(*found);
  };
  const auto lines =
      sweep::run(soaks.identity, count, work, {.threads = soaks.threads, .journal = soaks.journal, .share = {}});
  if (!lines) return lines.error();
  std::array<ProgramSoak, kProgramKinds> all;
  for (std::size_t item = 0; item < parts.size(); ++item) {
    const auto part = part_of((*lines)[item], soaks.journal);
    if (!part) return part.error();
    all[static_cast<std::size_t>(parts[item].first)] += *part;
  }
  return all;
}

}  // namespace vtpu::study::soak
