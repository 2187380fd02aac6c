#include "vtpu/study/programs/program_run.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>
#include <utility>

#include "vtpu/base/check.h"
#include "vtpu/exec/interpreter.h"
#include "vtpu/exec/jit/native_engine.h"
#include "vtpu/runtime/scheduler.h"
#include "vtpu/study/programs/mapped_tensors.h"

namespace vtpu::study::programs {
namespace {

using compiler::ir::Element;
using compiler::ir::Tensor;
using kernels::CompiledProgram;
using kernels::Parameters;

constexpr std::uint64_t kFuel = std::uint64_t{1} << 62;

}  // namespace

struct ProgramRun::State {
  const CompiledProgram* kernel = nullptr;
  Parameters parameters;
  compiler::Compiled code;
  std::vector<isa::ValidProgram> programs;
  std::vector<std::unique_ptr<exec::Engine>> engines;
  exec::Machine machine;
  std::optional<MappedTensors> tensors;  ///< in the machine

  /// Resets a sentron to its initial state, except its translation cache.
  void restart(exec::Context& sentron) {
    memory::TranslationCache* const cache = sentron.cache;
    const std::uint32_t id = sentron.id;
    sentron = exec::Context{};
    sentron.cache = cache;
    sentron.id = id;
    sentron.fuel = kFuel;
    machine.exchange().enter(id);
  }
};

ProgramRun::ProgramRun(std::unique_ptr<State> state) : state_(std::move(state)) {}
ProgramRun::ProgramRun(ProgramRun&&) noexcept = default;
ProgramRun::~ProgramRun() = default;

Result<ProgramRun> ProgramRun::make(std::unique_ptr<State> state, std::vector<isa::Program> programs,
                                    engines::Runnable::By by) {
  auto mapped = MappedTensors::map(state->machine, state->code.tensors);
  if (!mapped) return mapped.error();
  state->tensors.emplace(std::move(*mapped));
  state->programs.reserve(programs.size());  // engines keep references to its elements
  for (isa::Program& program : programs) {
    auto valid = isa::ValidProgram::make(std::move(program));
    if (!valid) return valid.error();
    const isa::ValidProgram& kept = state->programs.emplace_back(std::move(*valid));
    if (by == engines::Runnable::By::interpreter) {
      state->engines.push_back(std::make_unique<exec::Interpreter>(kept));
    } else {
      auto native = exec::jit::NativeEngine::compile(
          kept, {.form = by == engines::Runnable::By::avx2 ? std::optional(exec::jit::Form::avx2) : std::nullopt});
      if (!native) return native.error();
      state->engines.push_back(std::make_unique<exec::jit::NativeEngine>(std::move(*native)));
    }
    state->machine.spawn(kFuel);
  }
  return ProgramRun(std::move(state));
}

Result<ProgramRun> ProgramRun::compiled(const CompiledProgram& program, const Parameters& parameters,
                                        compiler::Options options, engines::Runnable::By by) {
  auto state = std::make_unique<State>();
  state->kernel = &program;
  state->parameters = kernels::complete(program, parameters);
  std::vector<isa::Program> programs;
  for (std::uint32_t rank = 0; rank < program.sentrons; ++rank) {
    options.parameters = parameters;
    if (program.sentrons > 1) options.parameters["rank"] = rank;
    auto made = compiler::compile(std::string(program.name) + ".phx", program.source, options);
    if (!made) return made.error();
    programs.push_back(made->program);
    if (rank == 0) state->code = std::move(*made);
  }
  return make(std::move(state), std::move(programs), by);
}

Result<ProgramRun> ProgramRun::by_hand(const CompiledProgram& program, const Parameters& parameters,
                                       engines::Runnable::By by) {
  if (program.by_hand == nullptr) return Error{std::string(program.name), "there are no handwritten words", ""};
  auto state = std::make_unique<State>();
  state->kernel = &program;
  state->parameters = kernels::complete(program, parameters);
  auto made = compiler::compile(program.name, program.source,
                                {.level = 0,
                                 .parameters = parameters,
                                 .machine = compiler::MachineModel::reference(),
                                 .pipeline = false,
                                 .allocate = false});
  if (!made) return made.error();
  state->code = std::move(*made);
  std::vector<isa::Program> programs;
  programs.push_back(program.by_hand(state->parameters));
  return make(std::move(state), std::move(programs), by);
}

void ProgramRun::fill(std::uint64_t seed) {
  const auto tensors = state_->tensors->bytes();
  for (const auto& tensor : tensors) std::fill(tensor.begin(), tensor.end(), std::byte{0});
  state_->kernel->fill(state_->parameters, seed, tensors);
  VTPU_CHECK(state_->tensors->write_sparse().ok(), "the machine has memory for the tensors that it mapped");
}

std::span<const std::span<std::byte>> ProgramRun::tensors() {
  state_->tensors->read_sparse();
  return state_->tensors->bytes();
}

const std::vector<Tensor>& ProgramRun::shapes() const { return state_->tensors->shapes(); }
const compiler::Compiled& ProgramRun::code() const { return state_->code; }
const isa::Program& ProgramRun::program() const { return state_->programs.front().get(); }

Result<exec::Retired> ProgramRun::run() { return run(state_->engines); }

Result<exec::Retired> ProgramRun::run(analysis::ExecutionTrace& trace) {
  std::vector<std::unique_ptr<exec::Engine>> engines;
  for (const isa::ValidProgram& program : state_->programs)
    engines.push_back(std::make_unique<analysis::TracingEngine>(program, trace));
  return run(engines);
}

Result<exec::Retired> ProgramRun::run(const std::vector<std::unique_ptr<exec::Engine>>& engines) {
  const auto& sentrons = state_->machine.sentrons();
  for (const auto& sentron : sentrons) state_->restart(*sentron);
  if (sentrons.size() == 1) {
    engines.front()->run(state_->machine, *sentrons.front());
  } else {
    std::vector<const exec::Engine*> of_each;
    for (const auto& engine : engines) of_each.push_back(engine.get());
    runtime::CooperativeScheduler(state_->machine, std::move(of_each)).run();
  }
  exec::Retired all;
  for (const auto& sentron : sentrons) {
    if (sentron->status != exec::Status::halted)
      return Error{fmt::format("{}, sentron {}", state_->kernel->name, sentron->id), sentron->trap.message(), ""};
    all.words += sentron->retired.words;
    all.control += sentron->retired.control;
    for (std::size_t k = 0; k < all.ops.size(); ++k) all.ops[k] += sentron->retired.ops[k];
  }
  return all;
}

ReferenceRun::ReferenceRun(const CompiledProgram& program, const Parameters& parameters,
                           const std::vector<Tensor>& shapes)
    : program_(program),
      parameters_(kernels::complete(program, parameters)),
      ordered_(kernels::ordered(program, parameters)) {
  for (const Tensor& tensor : shapes) bytes_.emplace_back(static_cast<std::size_t>(tensor.bytes()));
  for (auto& bytes : bytes_) {
    spans_.emplace_back(bytes);
    pointers_.push_back(bytes.data());
  }
}

void ReferenceRun::fill(std::uint64_t seed) {
  for (auto& bytes : bytes_) std::fill(bytes.begin(), bytes.end(), std::byte{0});
  program_.fill(parameters_, seed, spans_);
}

void ReferenceRun::run(kernels::ReferenceFunction reference) const { reference(ordered_.data(), pointers_.data()); }

namespace {

/// Compares two tensors of floats. Error: the element that differs most.
template <class T>
Result<void> compare_floats(const std::string& name, std::span<const std::byte> got, std::span<const std::byte> wanted,
                            double tolerance) {
  const auto read = [](std::span<const std::byte> bytes, std::size_t k) {
    T x;
    std::memcpy(&x, bytes.data() + k * sizeof(T), sizeof(T));
    return static_cast<double>(x);
  };
  const std::size_t count = got.size() / sizeof(T);
  double greatest = 0, worst = 0;
  std::size_t at = 0;
  for (std::size_t k = 0; k < count; ++k) {
    const double g = read(got, k), w = read(wanted, k);
    const bool finite = std::isfinite(g) && std::isfinite(w);
    const double apart = finite ? std::abs(g - w) : HUGE_VAL;
    if (apart > worst) worst = apart, at = k;
    if (finite) greatest = std::max(greatest, std::abs(w));
  }
  if (worst <= tolerance * greatest) return {};
  return Error{fmt::format("{}[{}]", name, at), fmt::format("{:.9g}", read(got, at)),
               fmt::format("{:.9g} within {:.3g}", read(wanted, at), tolerance * greatest)};
}

std::string number_at(Element element, std::span<const std::byte> bytes, std::size_t k) {
  std::uint64_t x = 0;
  const std::size_t size = compiler::ir::size_of(element);
  std::memcpy(&x, bytes.data() + k * size, size);
  return fmt::format("{:#x}", x);
}

}  // namespace

Result<void> compare(const CompiledProgram& program, const Parameters& parameters, const std::vector<Tensor>& shapes,
                     std::span<const std::span<std::byte>> got, std::span<const std::span<std::byte>> wanted) {
  const double tolerance = program.tolerance == nullptr ? 0 : program.tolerance(kernels::complete(program, parameters));
  for (std::size_t k = 0; k < shapes.size(); ++k) {
    const Element element = shapes[k].element;
    const std::string name = std::string(program.name) + ": " + shapes[k].name;
    if (tolerance > 0 && (element == Element::f32 || element == Element::f64)) {
      const auto same = element == Element::f32 ? compare_floats<float>(name, got[k], wanted[k], tolerance)
                                                : compare_floats<double>(name, got[k], wanted[k], tolerance);
      if (!same) return same.error();
      continue;
    }
    const auto at = std::mismatch(got[k].begin(), got[k].end(), wanted[k].begin());
    if (at.first == got[k].end()) continue;
    const std::size_t size = compiler::ir::size_of(element);
    const std::size_t index = static_cast<std::size_t>(at.first - got[k].begin()) / size;
    return Error{fmt::format("{}[{}]", name, index), number_at(element, got[k], index),
                 number_at(element, wanted[k], index)};
  }
  return {};
}

Result<void> check(const CompiledProgram& program, const Parameters& parameters, ProgramRun& run, std::uint64_t seed,
                   kernels::ReferenceFunction reference) {
  run.fill(seed);
  if (auto done = run.run(); !done) return done.error();
  ReferenceRun plain(program, parameters, run.shapes());
  plain.fill(seed);
  const std::int64_t repeat = kernels::complete(program, parameters).at("repeat");
  for (std::int64_t r = 0; r < repeat; ++r) plain.run(reference);
  return compare(program, parameters, run.shapes(), run.tensors(), plain.tensors());
}

}  // namespace vtpu::study::programs
