#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/isa/program.h"

namespace vtpu::isa {

/// One reason why a program may not run.
struct Fault {
  std::uint32_t word = 0;
  std::optional<Slot> slot;  ///< none: the word or the program as a whole
  std::string found;
  std::string expected;

  /// `word 12, slot S: found; expected expected`.
  std::string message() const;
};

/// All faults, in order of word and slot, at most `most`. A program without one keeps these promises, on which the
/// engines rely: every opcode is defined and stands in its slot; every field is in range, and 0 where its opcode does
/// not use it; no register is written by two slots of a word (p, r, v and m alike); every target is a word of the
/// program; pool places exist; the last word ends with dhalt or dbr, so that no stream runs off its end; 1 to kMaxWords
/// words.
std::vector<Fault> validate(const Program& program, std::size_t most = 20);

/// A program that has been validated. The only way to an engine.
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
