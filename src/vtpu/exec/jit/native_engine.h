#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "vtpu/base/result.h"
#include "vtpu/exec/engine.h"

namespace vtpu::exec::jit {

/// Forms of host code.
enum class Form : std::uint8_t { avx512, avx2 };
std::string_view name_of(Form form);

/// The best form this processor runs; none: it has neither, and the interpreter serves.
std::optional<Form> host_form();

/// A program as host code. Straight host instructions stand for every op that has an emitter; a word with any other op
/// is executed by `execute_word`, called from the code. Loops that count down by dloop run with their checks hoisted.
class NativeEngine final : public Engine {
 public:
  /// Error: a form this processor does not run; code memory the system does not give. The program must outlive it.
  static Result<NativeEngine> compile(const isa::ValidProgram& program, std::optional<Form> form = {});
  NativeEngine(NativeEngine&&) noexcept;
  ~NativeEngine() override;

  Status run(Machine& machine, Context& context) const override;
  const isa::Program& program() const override;

  struct Report {
    Form form = Form::avx512;
    std::size_t words = 0;
    std::size_t called_words = 0;  ///< words that call execute_word
    std::size_t code_bytes = 0;
    std::size_t hot_bytes = 0;  ///< without the cold parts behind
    std::size_t loops = 0;      ///< counted loops with hoisted checks
    std::size_t hoisted = 0;    ///< accesses without a check of their own
    std::size_t checked = 0;    ///< accesses with a check in place
  };
  const Report& report() const;
  /// The host code as text, one instruction a line.
  static Result<std::string> listing(const isa::ValidProgram& program, std::optional<Form> form = {});

 private:
  struct Code;
  explicit NativeEngine(std::unique_ptr<Code> code);
  std::unique_ptr<Code> code_;
};

}  // namespace vtpu::exec::jit
