#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/exec/machine.h"
#include "vtpu/isa/validator.h"
#include "vtpu/phext/packed.h"

namespace vtpu::asi {

using SharedProgram = std::shared_ptr<const isa::ValidProgram>;

/// A machine that can go back. Everything that changes it is written to a journal, and since the same changes give the
/// same machine, going back makes a new machine and repeats all of them but the last. That is exact for registers,
/// memory, messages and rendezvous alike, and needs no inverse of any operation. It costs the time of the repetition.
class Session {
 public:
  Session() { spawn(); }

  exec::Machine& machine() { return *machine_; }
  const exec::Machine& machine() const { return *machine_; }
  std::size_t size() const { return programs_.size(); }
  const exec::Context& sentron(std::size_t number) const { return *machine_->sentrons()[number]; }
  /// The program of a sentron, or null.
  const SharedProgram& program(std::size_t number) const { return programs_[number]; }

  // Changes. An error leaves the machine as it was.

  void spawn();
  /// Gives a sentron a program, of which it is at the first word. Its registers stay.
  void load(std::size_t sentron, SharedProgram program);
  /// Executes the words of `program` from `first` on, which follow those of the sentron's own program. The sentron
  /// stays where it is, unless a branch takes it elsewhere in its program. Error: a trap; a word that would wait.
  Result<void> perform(std::size_t sentron, SharedProgram program, std::uint64_t first);
  /// Writes a cell of 8 bytes, after mapping the row of 2048 columns around it if nothing is mapped there.
  /// Error: cells of another size; no room.
  Result<void> write(phext::PackedCoordinate at, std::uint64_t value);
  /// Executes up to `most` words of a sentron with a program until it stops or `stop` returns true after a word.
  /// Returns the number of words.
  std::uint64_t run(std::size_t sentron, std::uint64_t most, const std::function<bool()>& stop);

  /// Undoes the last `steps` words and other changes. Returns how many it undid; the first sentron stays.
  std::uint64_t back(std::uint64_t steps);
  // For timing, machines of their own:
  /// as this one was before the words that ran since the last other change;
  std::unique_ptr<exec::Machine> before_the_run() const;
  /// as this one is.
  std::unique_ptr<exec::Machine> copy() const { return after(journal_.size()); }

 private:
  struct Spawn {};
  struct Load {
    std::size_t sentron;
    SharedProgram program;
  };
  struct Perform {
    std::size_t sentron;
    SharedProgram program;
    std::uint64_t first;
  };
  struct Write {
    phext::PackedCoordinate at;
    std::uint64_t value;
  };
  struct Run {
    std::size_t sentron;
    std::uint64_t words;
    bool attempt;  ///< one more word was tried, which had to wait or trapped
  };
  using Change = std::variant<Spawn, Load, Perform, Write, Run>;

  static Result<void> apply(const Change& change, exec::Machine& machine, std::vector<SharedProgram>& programs);
  Result<void> change(Change made);
  /// A machine as this one was after so many changes.
  std::unique_ptr<exec::Machine> after(std::size_t changes) const;
  void repeat();

  std::unique_ptr<exec::Machine> machine_ = std::make_unique<exec::Machine>();
  std::vector<SharedProgram> programs_;  ///< by sentron
  std::vector<Change> journal_;
};

}  // namespace vtpu::asi
