#include "vtpu/study/soak/kernel_soak.h"

#include <fmt/core.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <optional>
#include <variant>

#include "vtpu/base/check.h"
#include "vtpu/base/program.h"
#include "vtpu/base/text.h"
#include "vtpu/compiler/ir/evaluate.h"
#include "vtpu/compiler/language/frontend.h"
#include "vtpu/compiler/phextcc.h"
#include "vtpu/exec/interpreter.h"
#include "vtpu/exec/jit/native_engine.h"
#include "vtpu/isa/validator.h"
#include "vtpu/study/programs/mapped_tensors.h"
#include "vtpu/study/soak/host_kernels.h"

namespace vtpu::study::soak {
namespace {

using compiler::RandomKernel;
using Contents = std::vector<std::vector<std::byte>>;

constexpr std::uint64_t kBatch = 200;
/// In words; more than any random kernel executes.
constexpr std::uint64_t kFuel = 50'000'000;

/// Seconds allowed for one variant of one kernel, a thousand times the usual time. A kernel that hangs is a divergence,
/// too.
constexpr unsigned kPatience = 120;

constexpr unsigned kTiers = 4;
constexpr std::string_view kEvaluator = "evaluator", kPasses = "tier 3, evaluator",
                           kInterpreter = "tier 0, interpreter", kAvx2 = "tier 3, AVX2";

std::string hex(const std::byte* at, std::size_t size) {
  std::string text;
  for (std::size_t k = size; k-- > 0;) text += fmt::format("{:02x}", static_cast<unsigned>(at[k]));
  return text;
}

/// The value of an element of a float type.
double number_at(compiler::ir::Element element, const std::byte* at) {
  const auto as = [&](auto x) {
    std::memcpy(&x, at, sizeof x);
    return x;
  };
  if (element == compiler::ir::Element::f64) return as(double{});
  if (element == compiler::ir::Element::f32) return as(float{});
  return std::bit_cast<float>(static_cast<std::uint32_t>(as(std::uint16_t{})) << 16);
}

/// Why a kernel gave no answer to compare.
struct Failure {
  bool refused = false;
  std::string what;
};
using Run = std::variant<Contents, Failure>;

/// A description of the first element that differs; empty if none does.
std::optional<std::string> difference(const RandomKernel& kernel, const Contents& expected, const Contents& found) {
  for (std::size_t k = 0; k < expected.size(); ++k) {
    const RandomKernel::Tensor& tensor = kernel.tensors[k];
    const std::size_t size = compiler::ir::size_of(tensor.element);
    const bool floats = compiler::ir::is_float(compiler::ir::type_of(tensor.element));
    for (std::size_t at = 0; at + size <= expected[k].size(); at += size) {
      const std::byte* const a = expected[k].data() + at;
      const std::byte* const b = found[k].data() + at;
      if (std::memcmp(a, b, size) == 0) continue;
      if (!floats)
        return fmt::format("{}[{}]: {} by C++, {} by this", tensor.name, at / size, hex(a, size), hex(b, size));
      const double x = number_at(tensor.element, a), y = number_at(tensor.element, b);
      if (std::isnan(x) && std::isnan(y)) continue;
      return fmt::format("{}[{}]: {} ({}) by C++, {} ({}) by this", tensor.name, at / size, x, hex(a, size), y,
                         hex(b, size));
    }
  }
  return {};
}

Result<compiler::Compiled> compiled_at(const RandomKernel& kernel, unsigned tier) {
  compiler::Options options;
  options.level = tier;
  options.machine = compiler::MachineModel::reference();
  return compiler::compile(fmt::format("kernel {}", kernel.seed), kernel.text, options);
}

/// Compiles a kernel and runs it in a machine that has its tensors.
Run run_program(const RandomKernel& kernel, unsigned tier, bool interpreted,
                std::optional<exec::jit::Form> form = exec::jit::host_form()) {
  auto compiled = compiled_at(kernel, tier);
  if (!compiled) return Failure{true, compiled.error().message()};
  const auto program = isa::ValidProgram::make(std::move(compiled->program));
  if (!program) return Failure{false, program.error().message()};
  exec::Machine machine;
  const auto mapped = programs::MappedTensors::map(machine, compiled->tensors);
  if (!mapped) return Failure{false, mapped.error().message()};
  for (std::size_t k = 0; k < kernel.tensors.size(); ++k)
    std::copy(kernel.tensors[k].contents.begin(), kernel.tensors[k].contents.end(), mapped->bytes()[k].begin());
  exec::Context& context = machine.spawn(kFuel);
  if (interpreted || !form || !exec::jit::host_runs(*form)) {
    exec::Interpreter(*program).run(machine, context);
  } else {
    const auto engine = exec::jit::NativeEngine::compile(*program, {.form = form});
    if (!engine) return Failure{false, engine.error().message()};
    engine->run(machine, context);
  }
  if (context.status != exec::Status::halted) return Failure{false, "it does not halt: " + context.trap.message()};
  Contents contents;
  for (std::size_t k = 0; k < kernel.tensors.size(); ++k)
    contents.emplace_back(mapped->bytes()[k].begin(), mapped->bytes()[k].end());
  return contents;
}

/// Runs the evaluator on the module as lowered, or after the passes of tier 3.
Run run_evaluator(const RandomKernel& kernel, bool optimised) {
  compiler::ir::Module module;
  if (optimised) {
    auto compiled = compiled_at(kernel, 3);
    if (!compiled) return Failure{true, compiled.error().message()};
    module = std::move(compiled->ir);
  } else {
    auto read = compiler::language::read(fmt::format("kernel {}", kernel.seed), kernel.text);
    if (!read.module) return Failure{true, compiler::language::render(read.diagnostics[0], "kernel", kernel.text)};
    module = std::move(*read.module);
  }
  compiler::ir::Memory memory = compiler::ir::make_memory(module);
  for (std::size_t k = 0; k < kernel.tensors.size(); ++k) memory[k].bytes = kernel.tensors[k].contents;
  if (auto ok = compiler::ir::evaluate(module, memory); !ok) return Failure{false, ok.error().message()};
  Contents contents;
  for (std::size_t k = 0; k < kernel.tensors.size(); ++k) contents.push_back(std::move(memory[k].bytes));
  return contents;
}

/// How one variant differs from the answer of the C++; empty if it does not.
std::optional<Failure> compare(const RandomKernel& kernel, std::string_view variant, const Contents& expected) {
  const Run run = variant == kEvaluator     ? run_evaluator(kernel, false)
                  : variant == kPasses      ? run_evaluator(kernel, true)
                  : variant == kInterpreter ? run_program(kernel, 0, true)
                  : variant == kAvx2        ? run_program(kernel, 3, false, exec::jit::Form::avx2)
                                            : run_program(kernel, static_cast<unsigned>(variant.back() - '0'), false);
  if (const auto* failure = std::get_if<Failure>(&run)) {
    // A refusal by tier 3 is counted once, for the variant `tier 3`.
    if (failure->refused && (variant == kPasses || variant == kAvx2)) return {};
    return *failure;
  }
  const auto differs = difference(kernel, expected, std::get<Contents>(run));
  return differs ? std::optional<Failure>(Failure{false, *differs}) : std::nullopt;
}

// ---- a batch in a child process

/// Sends one line to the parent: 'b' with the kernel and the variant that begin, 'd' or 'r' with a divergence or a
/// refusal, 'e' at the end.
void send(std::FILE* out, char what, std::string text) {
  std::replace(text.begin(), text.end(), '\n', '\t');
  std::fprintf(out, "%c%s\n", what, text.c_str());
  std::fflush(out);
}

/// Runs every variant of the kernels from number `from`; those of the first kernel from `first_variant`.
void run_batch(std::FILE* out, const HostKernels& host, const std::vector<RandomKernel>& kernels, std::size_t from,
               std::size_t first_variant) {
  const auto variants = kernel_variants();
  for (std::size_t k = from; k < kernels.size(); ++k) {
    const auto expected = host.run(kernels[k]);
    for (std::size_t variant = k == from ? first_variant : 0; variant < variants.size(); ++variant) {
      send(out, 'b', fmt::format("{} {}", k, variant));
      ::alarm(kPatience);
      const auto failure = expected ? compare(kernels[k], variants[variant], *expected)
                                    : std::optional<Failure>(Failure{false, expected.error().message()});
      if (failure) send(out, failure->refused ? 'r' : 'd', failure->what);
    }
  }
  send(out, 'e', "");
}

/// The parent's view of the child that runs a batch.
class Child {
 public:
  Child(const HostKernels& host, const std::vector<RandomKernel>& kernels, std::size_t from, std::size_t variant) {
    int ends[2];
    VTPU_CHECK(::pipe(ends) == 0, "the system provides a pipe");
    std::fflush(nullptr);
    process_ = ::fork();
    VTPU_CHECK(process_ >= 0, "the system provides a process");
    if (process_ == 0) {
      ::close(ends[0]);
      std::FILE* const out = ::fdopen(ends[1], "w");
      ::_exit(guarded_main([&] {
        run_batch(out, host, kernels, from, variant);
        return 0;
      }));
    }
    ::close(ends[1]);
    in_ = ::fdopen(ends[0], "r");
  }
  Child(const Child&) = delete;
  ~Child() {
    std::fclose(in_);
    if (process_ > 0) ::waitpid(process_, nullptr, 0);
  }

  /// The next line without its line end; empty if the child has ended.
  std::optional<std::string> line() {
    std::string text;
    for (int c = std::fgetc(in_); c != EOF; c = std::fgetc(in_)) {
      if (c == '\n') return text;
      text += static_cast<char>(c);
    }
    return {};
  }
  /// Waits for the child, after its last line; describes how it ended.
  std::string end() {
    int status = 0;
    ::waitpid(process_, &status, 0);
    process_ = -1;
    if (WIFSIGNALED(status)) return fmt::format("the process was ended by signal {}", WTERMSIG(status));
    return fmt::format("the process ended with status {}", WEXITSTATUS(status));
  }

 private:
  ::pid_t process_ = -1;
  std::FILE* in_ = nullptr;
};

void note(KernelSoak& soak, const RandomKernel& kernel, const std::string& variant, Failure failure) {
  ++(failure.refused ? soak.refusals : soak.divergences)[variant];
  std::replace(failure.what.begin(), failure.what.end(), '\t', '\n');
  if (soak.first.size() < KernelSoak::kShown)
    soak.first.push_back({kernel.seed, variant, failure.refused, std::move(failure.what), kernel.text});
}

void soak_batch(KernelSoak& soak, const HostKernels& host, const std::vector<RandomKernel>& kernels) {
  const auto variants = kernel_variants();
  std::size_t kernel = 0, variant = 0;
  while (kernel < kernels.size()) {
    Child child(host, kernels, kernel, variant);
    bool done = false;
    while (const auto line = child.line()) {
      done = line->front() == 'e';
      if (line->front() == 'b') std::sscanf(line->c_str(), "b%zu %zu", &kernel, &variant);
      if (line->front() == 'd' || line->front() == 'r')
        note(soak, kernels[kernel], variants[variant], {line->front() == 'r', line->substr(1)});
    }
    if (done) break;
    // Continue after the variant in which the child ended.
    note(soak, kernels[kernel], variants[variant], {false, child.end()});
    if (++variant == variants.size()) {
      variant = 0;
      ++kernel;
    }
  }
  soak.kernels += kernels.size();
}

std::uint64_t sum(const std::map<std::string, std::uint64_t>& counts) {
  std::uint64_t all = 0;
  for (const auto& [variant, count] : counts) all += count;
  return all;
}

}  // namespace

std::vector<std::string> kernel_variants() {
  std::vector<std::string> variants{std::string(kEvaluator), std::string(kPasses), std::string(kInterpreter)};
  for (unsigned tier = 0; tier < kTiers; ++tier) variants.push_back(fmt::format("tier {}", tier));
  variants.emplace_back(kAvx2);
  return variants;
}

std::uint64_t KernelSoak::diverged() const { return sum(divergences); }
std::uint64_t KernelSoak::refused() const { return sum(refusals); }

Result<KernelSoak> soak_kernels(std::uint64_t first_seed, std::uint64_t count,
                                const std::function<void(const KernelSoak&)>& progress) {
  KernelSoak soak;
  for (const std::string& variant : kernel_variants()) soak.divergences[variant] = soak.refusals[variant] = 0;
  for (std::uint64_t done = 0; done < count;) {
    std::vector<RandomKernel> kernels;
    for (; done < count && kernels.size() < kBatch; ++done)
      kernels.push_back(compiler::random_kernel(first_seed + done));
    const auto host = HostKernels::build(kernels);
    if (!host) return host.error();
    soak_batch(soak, *host, kernels);
    if (progress) progress(soak);
  }
  return soak;
}

Result<KernelDivergence> reduce_divergence(std::uint64_t seed, std::string_view variant) {
  const auto variants = kernel_variants();
  if (std::find(variants.begin(), variants.end(), variant) == variants.end())
    return Error{"variant", "found '" + std::string(variant) + "'", join(variants, "; ")};
  // Each attempt runs in a child, since the divergence may be a crash.
  const auto differs = [&](const RandomKernel& kernel) -> std::optional<KernelDivergence> {
    // A kernel that is refused or accesses memory outside of its tensors is not a smaller form of the same divergence,
    // and its C++ must not run.
    if (std::holds_alternative<Failure>(run_evaluator(kernel, false)) && variant != kEvaluator) return {};
    const std::vector<RandomKernel> kernels{kernel};
    const auto host = HostKernels::build(kernels);
    if (!host) return {};
    KernelSoak soak;
    soak_batch(soak, *host, kernels);
    for (const KernelDivergence& divergence : soak.first)
      if (divergence.variant == variant) return divergence;
    return {};
  };
  RandomKernel kernel = compiler::random_kernel(seed);
  const auto whole = differs(kernel);
  if (!whole) return Error{fmt::format("seed {}", seed), "no divergence by " + std::string(variant), "one"};
  kernel = compiler::reduce(kernel, [&](const RandomKernel& candidate) {
    const auto found = differs(candidate);
    return found && found->refused == whole->refused;
  });
  return *differs(kernel);
}

}  // namespace vtpu::study::soak
