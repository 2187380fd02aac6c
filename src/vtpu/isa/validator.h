#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/isa/program.h"

namespace vtpu::isa {

/// A reason why a program is not valid.
struct Fault {
  std::uint32_t word = 0;
  std::optional<Slot> slot;  ///< none: the fault concerns the word or the program
  std::string found;
  std::string expected;

  /// `word 12, slot S: found; expected expected`.
  std::string message() const;
};

/// All faults in order of word and slot, at most `most`. The engines rely on these properties of a program without
/// faults: it has 1 to kMaxWords words; every opcode is defined and in its slot; every field is in range, and 0 where
/// its opcode does not use it; no two slots of a word write the same register; every target is a word of the program;
/// pool indices exist; the last word has dhalt or dbr, so that execution never runs past it.
std::vector<Fault> validate(const Program& program, std::size_t most = 20);

/// A validated program. Engines accept nothing else.
class ValidProgram {
 public:
  /// Error: the first fault, after `program.name`.
  static Result<ValidProgram> make(Program program);

  const Program& get() const { return program_; }
  const Program* operator->() const { return &program_; }

 private:
  explicit ValidProgram(Program program) : program_(std::move(program)) {}
  Program program_;
};

}  // namespace vtpu::isa
