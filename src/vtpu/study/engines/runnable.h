#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "vtpu/base/result.h"
#include "vtpu/exec/context.h"
#include "vtpu/isa/program.h"
#include "vtpu/measure/sampler.h"

namespace vtpu::study::engines {

/// A compiled program that can run several times, each time with a new sentron in a new machine.
class Runnable {
 public:
  enum class By : std::uint8_t { interpreter, native, avx2 };
  /// Error: an invalid program; an engine that this host does not support.
  static Result<Runnable> make(isa::Program program, By by);

  Runnable(Runnable&&) noexcept;
  ~Runnable();
  /// Runs the program, which halts (an invariant), and returns what the sentron retired.
  exec::Retired run() const;

 private:
  struct State;
  explicit Runnable(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// An alternative that runs the program once. Its work is the number of ops that the program retires.
/// Error: as Runnable::make.
Result<measure::Alternative> alternative(std::string name, isa::Program program, Runnable::By by);

}  // namespace vtpu::study::engines
