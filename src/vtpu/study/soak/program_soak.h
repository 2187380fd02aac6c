#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/exec/jit/native_engine.h"

namespace vtpu::study::soak {

/// Words that a program may execute.
inline constexpr std::uint64_t kProgramFuel = 20'000;

/// What random programs are: of all opcodes; aimed at what compiled code assumes, and run with checked accesses first;
/// or sentrons that take turns and exchange messages.
enum class ProgramKind { ordinary, hostile, crew };
inline constexpr std::size_t kProgramKinds = 3;

/// What the comparison of several programs has found. All counts but those of divergences are the interpreter's.
struct ProgramSoak {
  std::uint64_t programs = 0, divergences = 0;
  std::uint64_t words_in_programs = 0, words_run = 0, halted = 0;
  std::string first_divergence;
  std::array<std::uint64_t, 256> opcodes{};  ///< in the programs' words, by number
  std::map<std::string, std::uint64_t> traps;

  void operator+=(const ProgramSoak& other);
};

/// Compares the interpreter with compiled code on the programs of the seeds first..behind-1, in every one of `forms`.
/// Error: a program that is not valid, or cannot be compiled.
Result<ProgramSoak> soak_programs(ProgramKind kind, std::uint64_t first, std::uint64_t behind,
                                  const std::vector<exec::jit::Form>& forms);

/// Which programs are compared, on how many threads, and where finished parts are stored.
struct ProgramSoaks {
  std::array<std::uint64_t, kProgramKinds> programs{};  ///< by kind, of the seeds 1..n; multiples of kPart
  int threads = 1;
  std::filesystem::path journal;  ///< a folder; see sweep/journal.h
  std::string identity;           ///< what the results depend on, apart from the programs
  /// Called with the parts that are left: before the first part and after each, one call at a time.
  std::function<void(std::uint64_t left)> progress = {};

  /// Programs of a part, which is stored when all are done.
  static constexpr std::uint64_t kPart = 500;
};

/// Compares programs of all kinds, in the forms of this host. After an interrupt, or the end of the process, the next
/// call goes on with the parts that are missing, on any number of threads. Error: as soak_programs and sweep::run.
Result<std::array<ProgramSoak, kProgramKinds>> soak_programs(const ProgramSoaks& soaks);

}  // namespace vtpu::study::soak
