#include "vtpu/model/train/kernel_machine.h"

#include <fmt/core.h>

#include <utility>

#include "vtpu/base/check.h"
#include "vtpu/compiler/box.h"
#include "vtpu/compiler/phextcc.h"
#include "vtpu/exec/interpreter.h"
#include "vtpu/exec/jit/native_engine.h"
#include "vtpu/exec/machine.h"

namespace vtpu::model::train {
namespace {

constexpr std::uint64_t kFuel = std::uint64_t{1} << 62;
constexpr std::uint64_t kMostMemory = std::uint64_t{1} << 40;

}  // namespace

struct KernelMachine::State {
  struct Kernel {
    std::unique_ptr<isa::ValidProgram> program;
    std::unique_ptr<exec::Engine> engine;
  };

  exec::Machine machine{memory::PageTable({.bytes = kMostMemory, .regions = 4096})};
  exec::Context* sentron = nullptr;
  std::map<std::string, std::span<std::byte>> tensors;
  std::map<std::string, Kernel> kernels;
  exec::Retired retired;

  Result<void> add(const std::string& name, isa::Program words) {
    auto valid = isa::ValidProgram::make(std::move(words));
    if (!valid) return valid.error();
    Kernel& kernel = kernels[name];
    kernel.program = std::make_unique<isa::ValidProgram>(*std::move(valid));
    if (!exec::jit::host_form()) {
      kernel.engine = std::make_unique<exec::Interpreter>(*kernel.program);
      return {};
    }
    auto native = exec::jit::NativeEngine::compile(*kernel.program);
    if (!native) return native.error();
    kernel.engine = std::make_unique<exec::jit::NativeEngine>(*std::move(native));
    return {};
  }

  Result<void> map(const std::vector<compiler::ir::Tensor>& shapes) {
    for (const compiler::ir::Tensor& tensor : shapes) {
      const compiler::Box box = compiler::box_of(tensor);
      const memory::RegionSpec spec{box.first, box.last, box.mask, box.cell_log2, memory::Layout::row_major};
      if (machine.memory().allocate(spec).fault)
        return Error{"tensor " + tensor.name, fmt::format("{} bytes cannot be mapped", tensor.bytes()),
                     "a smaller model or a smaller batch"};
      // The box begins at its first cell. It belongs to the machine, which is not const.
      tensors[tensor.name] = {const_cast<std::byte*>(machine.memory().peek(spec.first).data()),
                              static_cast<std::size_t>(tensor.bytes())};
    }
    return {};
  }
};

KernelMachine::KernelMachine(std::unique_ptr<State> state) : state_(std::move(state)) {}
KernelMachine::KernelMachine(KernelMachine&&) noexcept = default;
KernelMachine& KernelMachine::operator=(KernelMachine&&) noexcept = default;
KernelMachine::~KernelMachine() = default;

Result<KernelMachine> KernelMachine::make(const std::vector<KernelText>& texts) {
  auto state = std::make_unique<State>();
  state->sentron = &state->machine.spawn(kFuel);
  for (const KernelText& text : texts) {
    auto made = compiler::compile(
        text.name, text.text,
        {.level = text.tier, .parameters = {}, .machine = compiler::MachineModel::reference(), .pipeline = true});
    if (!made) return made.error();
    if (state->tensors.empty())
      if (const auto mapped = state->map(made->tensors); !mapped) return mapped.error();
    if (const auto added = state->add(text.name, std::move(made->program)); !added) return added.error();
  }
  return KernelMachine(std::move(state));
}

std::span<std::byte> KernelMachine::bytes_of(const std::string& tensor) const {
  const auto found = state_->tensors.find(tensor);
  VTPU_CHECK(found != state_->tensors.end(), "every kernel declares the tensor");
  return found->second;
}

Result<void> KernelMachine::run(const std::string& kernel) {
  State& state = *state_;
  const auto found = state.kernels.find(kernel);
  VTPU_CHECK(found != state.kernels.end(), "the kernel is one of the texts");
  exec::Context& sentron = *state.sentron;
  memory::TranslationCache* const cache = sentron.cache;
  sentron = exec::Context{};
  sentron.cache = cache;
  sentron.fuel = kFuel;
  found->second.engine->run(state.machine, sentron);
  if (sentron.status != exec::Status::halted)
    return Error{"kernel " + kernel, sentron.trap.message(), "a kernel that halts"};
  state.retired.words += sentron.retired.words;
  state.retired.control += sentron.retired.control;
  for (std::size_t k = 0; k < state.retired.ops.size(); ++k) state.retired.ops[k] += sentron.retired.ops[k];
  return {};
}

const exec::Retired& KernelMachine::retired() const { return state_->retired; }

}  // namespace vtpu::model::train
