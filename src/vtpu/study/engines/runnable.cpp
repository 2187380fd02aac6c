#include "vtpu/study/engines/runnable.h"

#include <memory>
#include <optional>

#include "vtpu/base/check.h"
#include "vtpu/exec/interpreter.h"
#include "vtpu/exec/jit/native_engine.h"

namespace vtpu::study::engines {

struct Runnable::State {
  std::optional<isa::ValidProgram> program;
  std::unique_ptr<exec::Engine> engine;
};

Runnable::Runnable(std::unique_ptr<State> state) : state_(std::move(state)) {}
Runnable::Runnable(Runnable&&) noexcept = default;
Runnable::~Runnable() = default;

Result<Runnable> Runnable::make(isa::Program program, By by) {
  auto state = std::make_unique<State>();
  auto valid = isa::ValidProgram::make(std::move(program));
  if (!valid) return valid.error();
  state->program.emplace(std::move(*valid));
  if (by == By::interpreter) {
    state->engine = std::make_unique<exec::Interpreter>(*state->program);
  } else {
    auto native = exec::jit::NativeEngine::compile(
        *state->program, by == By::avx2 ? std::optional(exec::jit::Form::avx2) : std::nullopt);
    if (!native) return native.error();
    state->engine = std::make_unique<exec::jit::NativeEngine>(std::move(*native));
  }
  return Runnable(std::move(state));
}

exec::Retired Runnable::run() const {
  exec::Machine machine;
  exec::Context& sentron = machine.spawn();
  const exec::Status status = state_->engine->run(machine, sentron);
  VTPU_CHECK(status == exec::Status::halted, "a program that is timed halts");
  return sentron.retired;
}

Result<measure::Alternative> alternative(std::string name, isa::Program program, Runnable::By by) {
  auto runnable = Runnable::make(std::move(program), by);
  if (!runnable) return runnable.error();
  const auto shared = std::make_shared<Runnable>(std::move(*runnable));
  const double ops = static_cast<double>(shared->run().total());
  return measure::Alternative{std::move(name), ops, [shared] { measure::keep(shared->run().words); }, {}};
}

}  // namespace vtpu::study::engines
