#pragma once
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "vtpu/base/result.h"
#include "vtpu/exec/engine.h"

namespace vtpu::exec::jit {

/// Instruction sets for host code.
enum class Form : std::uint8_t { avx512, avx2 };
std::string_view name_of(Form form);

/// The best form that this processor supports; none if it has neither, so that only the interpreter is available.
std::optional<Form> host_form();

/// Whether this processor supports the form.
bool host_runs(Form form);

/// A set of opcodes, by number.
using OpcodeSet = std::bitset<256>;

/// How to compile a program.
struct CompileOptions {
  std::optional<Form> form{};   ///< the best of this processor where none is given
  OpcodeSet without_emitter{};  ///< opcodes to execute by `execute_word` although they have an emitter, for tests
  bool check_accesses = false;  ///< check each access of host code against its region before it happens (slow)
  std::uint64_t most_steps = kMostSteps;  ///< the steps that a program of any length may take

  /// Compiling takes time before any fuel is taken, so it is limited too: to a number of steps for each word and in
  /// all. A step is one word, op, host register or group of 64 positions that a pass visits.
  static constexpr std::uint64_t kStepsPerWord = 1024;
  static constexpr std::uint64_t kMostSteps = std::uint64_t{1} << 29;
  static constexpr std::uint64_t kMostCodeBytes = std::uint64_t{1} << 28;
};

/// A program as host code. Each op that has an emitter becomes straight host instructions; a word with any other op
/// calls `execute_word`. Loops that count down by dloop run with their checks hoisted.
class NativeEngine final : public Engine {
 public:
  /// The program must outlive the engine. With `check_accesses`, an access of host code to another place than its word
  /// names, or outside what its pointer covers, traps (TrapKind::stray_access).
  /// Error: this processor does not run the form; compiling takes more steps or host code than the options allow; the
  /// system refuses memory for code.
  static Result<NativeEngine> compile(const isa::ValidProgram& program, const CompileOptions& options = {});
  NativeEngine(NativeEngine&&) noexcept;
  ~NativeEngine() override;

  Status run(Machine& machine, Context& context) const override;
  const isa::Program& program() const override;
  void take_turn(Seat& seat) const override;
  void prepare(Seat& seat) const override;

  struct Report {
    Form form = Form::avx512;
    std::size_t words = 0;
    std::size_t called_words = 0;  ///< words that call execute_word
    std::size_t code_bytes = 0;
    std::size_t hot_bytes = 0;  ///< without the cold parts at the end
    std::size_t loops = 0;      ///< counted loops with hoisted checks
    std::size_t hoisted = 0;    ///< accesses whose check was hoisted
    std::size_t checked = 0;    ///< accesses with a check in place
    std::uint64_t steps = 0;    ///< that compiling took; see CompileOptions
  };
  const Report& report() const;
  /// The host code as text, one instruction per line.
  static Result<std::string> listing(const isa::ValidProgram& program, std::optional<Form> form = {});

 private:
  struct Code;
  static void go_on(Seat& first);
  explicit NativeEngine(std::unique_ptr<Code> code);
  std::unique_ptr<Code> code_;
};

}  // namespace vtpu::exec::jit
