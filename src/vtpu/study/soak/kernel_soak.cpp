#include "vtpu/study/soak/kernel_soak.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <csignal>
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

/// Kernels that the host's compiler reads at once.
constexpr std::size_t kBatch = 200;
/// In words; more than any random kernel executes.
constexpr std::uint64_t kFuel = 50'000'000;

/// Seconds of processor time allowed for one variant of one kernel, a thousand times the usual time. A kernel that
/// hangs is a divergence, too; one whose process had to wait for others is not.
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

/// A kernel and what its variants share, made when the first of them needs it.
class Subject {
 public:
  explicit Subject(const RandomKernel& kernel) : kernel_(kernel) {}
  const RandomKernel& kernel() const { return kernel_; }
  const Result<compiler::Compiled>& compiled(unsigned tier) {
    if (!tiers_[tier]) tiers_[tier] = compiled_at(kernel_, tier);
    return *tiers_[tier];
  }

 private:
  const RandomKernel& kernel_;
  std::array<std::optional<Result<compiler::Compiled>>, kTiers> tiers_;
};

/// Compiles a kernel and runs it in a machine that has its tensors.
Run run_program(Subject& subject, unsigned tier, bool interpreted,
                std::optional<exec::jit::Form> form = exec::jit::host_form()) {
  const RandomKernel& kernel = subject.kernel();
  const auto& compiled = subject.compiled(tier);
  if (!compiled) return Failure{true, compiled.error().message()};
  const auto program = isa::ValidProgram::make(compiled->program);
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

/// Runs the evaluator on a module with the kernel's tensors.
Run evaluated(const RandomKernel& kernel, const compiler::ir::Module& module) {
  compiler::ir::Memory memory = compiler::ir::make_memory(module);
  for (std::size_t k = 0; k < kernel.tensors.size(); ++k) memory[k].bytes = kernel.tensors[k].contents;
  if (auto ok = compiler::ir::evaluate(module, memory); !ok) return Failure{false, ok.error().message()};
  Contents contents;
  for (std::size_t k = 0; k < kernel.tensors.size(); ++k) contents.push_back(std::move(memory[k].bytes));
  return contents;
}

/// The module as lowered.
Run run_lowered(const RandomKernel& kernel) {
  const auto read = compiler::language::read(fmt::format("kernel {}", kernel.seed), kernel.text);
  if (!read.module) return Failure{true, compiler::language::render(read.diagnostics[0], "kernel", kernel.text)};
  return evaluated(kernel, *read.module);
}

/// The module after the passes of tier 3.
Run run_passes(Subject& subject) {
  const auto& compiled = subject.compiled(3);
  if (!compiled) return Failure{true, compiled.error().message()};
  return evaluated(subject.kernel(), compiled->ir);
}

/// How one variant differs from the answer of the C++; empty if it does not.
std::optional<Failure> compare(Subject& subject, std::string_view variant, const Contents& expected) {
  const Run run = variant == kEvaluator     ? run_lowered(subject.kernel())
                  : variant == kPasses      ? run_passes(subject)
                  : variant == kInterpreter ? run_program(subject, 0, true)
                  : variant == kAvx2        ? run_program(subject, 3, false, exec::jit::Form::avx2)
                                            : run_program(subject, static_cast<unsigned>(variant.back() - '0'), false);
  if (const auto* failure = std::get_if<Failure>(&run)) {
    // A refusal by tier 3 is counted once, for the variant `tier 3`.
    if (failure->refused && (variant == kPasses || variant == kAvx2)) return {};
    return *failure;
  }
  const auto differs = difference(subject.kernel(), expected, std::get<Contents>(run));
  return differs ? std::optional<Failure>(Failure{false, *differs}) : std::nullopt;
}

// ---- a kernel in a child process

/// Sends one line to the parent: 'b' with the variant that begins, 'd' or 'r' with a divergence or a refusal, 'e' at
/// the end.
void send(std::FILE* out, char what, std::string text) {
  std::replace(text.begin(), text.end(), '\n', '\t');
  std::fprintf(out, "%c%s\n", what, text.c_str());
  std::fflush(out);
}

/// Runs the variants of a kernel from number `from`.
void run_variants(std::FILE* out, const HostKernels& host, const RandomKernel& kernel, std::size_t from) {
  const auto variants = kernel_variants();
  const auto expected = host.run(kernel);
  Subject subject(kernel);
  for (std::size_t variant = from; variant < variants.size(); ++variant) {
    send(out, 'b', fmt::format("{}", variant));
    const ::itimerval patience{.it_interval = {}, .it_value = {.tv_sec = kPatience, .tv_usec = 0}};
    ::setitimer(ITIMER_PROF, &patience, nullptr);
    const auto failure = expected ? compare(subject, variants[variant], *expected)
                                  : std::optional<Failure>(Failure{false, expected.error().message()});
    if (failure) send(out, failure->refused ? 'r' : 'd', failure->what);
  }
  send(out, 'e', "");
}

/// A process of this program with a pipe from it. It ends with its parent.
class Child {
 public:
  explicit Child(const std::function<void(std::FILE* out)>& work) {
    int ends[2];
    VTPU_CHECK(::pipe2(ends, O_CLOEXEC) == 0, "the system provides a pipe");
    std::fflush(nullptr);
    const ::pid_t parent = ::getpid();
    process_ = ::fork();
    VTPU_CHECK(process_ >= 0, "the system provides a process");
    if (process_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (::getppid() != parent) ::_exit(1);  // it ended before it could be watched
      ::close(ends[0]);
      std::FILE* const out = ::fdopen(ends[1], "w");
      ::_exit(guarded_main([&] {
        work(out);
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
  soak.first.push_back({kernel.seed, variant, failure.refused, std::move(failure.what), kernel.text});
}

KernelSoak soak_kernel(const HostKernels& host, const RandomKernel& kernel) {
  KernelSoak soak;
  soak.kernels = 1;
  const auto variants = kernel_variants();
  for (std::size_t variant = 0; variant < variants.size(); ++variant) {
    Child child([&](std::FILE* out) { run_variants(out, host, kernel, variant); });
    bool done = false;
    while (const auto line = child.line()) {
      done = line->front() == 'e';
      if (line->front() == 'b') std::sscanf(line->c_str(), "b%zu", &variant);
      if (line->front() == 'd' || line->front() == 'r')
        note(soak, kernel, variants[variant], {line->front() == 'r', line->substr(1)});
    }
    if (done) break;
    // Continue after the variant in which the child ended.
    note(soak, kernel, variants[variant], {false, child.end()});
  }
  return soak;
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

KernelSoak::KernelSoak() {
  for (const std::string& variant : kernel_variants()) divergences[variant] = refusals[variant] = 0;
}
void KernelSoak::operator+=(const KernelSoak& other) {
  kernels += other.kernels;
  for (const auto& [variant, count] : other.divergences) divergences[variant] += count;
  for (const auto& [variant, count] : other.refusals) refusals[variant] += count;
  for (const KernelDivergence& one : other.first)
    if (static_cast<std::size_t>(std::ranges::count(first, one.refused, &KernelDivergence::refused)) < kShown)
      first.push_back(one);
}
std::uint64_t KernelSoak::diverged() const { return sum(divergences); }
std::uint64_t KernelSoak::refused() const { return sum(refusals); }

struct Kernels::Batch {
  std::vector<RandomKernel> kernels;
  HostKernels host;
};

Kernels::Kernels(std::uint64_t last, std::uint64_t stride) : last_(last), stride_(stride) {}
Kernels::~Kernels() = default;

Result<KernelSoak> Kernels::soak(std::uint64_t seed) {
  const auto kernel = [&]() -> const RandomKernel* {
    if (!batch_) return nullptr;
    const auto at = std::ranges::find(batch_->kernels, seed, &RandomKernel::seed);
    return at == batch_->kernels.end() ? nullptr : &*at;
  };
  if (kernel() == nullptr) {
    std::vector<RandomKernel> next;
    for (std::uint64_t one = seed; one <= last_ && next.size() < kBatch; one += stride_)
      next.push_back(compiler::random_kernel(one));
    auto host = HostKernels::build(next);
    if (!host) return host.error();
    batch_ = std::make_unique<Batch>(Batch{std::move(next), std::move(*host)});
  }
  return soak_kernel(batch_->host, *kernel());
}

Result<KernelSoak> soak_kernels(std::uint64_t first_seed, std::uint64_t count) {
  const std::uint64_t last = first_seed + count - 1;
  Kernels kernels(last);
  KernelSoak all;
  for (std::uint64_t seed = first_seed; seed <= last; ++seed) {
    const auto one = kernels.soak(seed);
    if (!one) return one.error();
    all += *one;
  }
  return all;
}

Result<KernelDivergence> reduce_divergence(std::uint64_t seed, std::string_view variant) {
  const auto variants = kernel_variants();
  if (std::find(variants.begin(), variants.end(), variant) == variants.end())
    return Error{"variant", "found '" + std::string(variant) + "'", join(variants, "; ")};
  // Each attempt runs in a child, since the divergence may be a crash.
  const auto differs = [&](const RandomKernel& kernel) -> std::optional<KernelDivergence> {
    // A kernel that is refused or accesses memory outside of its tensors is not a smaller form of the same divergence,
    // and its C++ must not run.
    if (std::holds_alternative<Failure>(run_lowered(kernel)) && variant != kEvaluator) return {};
    const auto host = HostKernels::build({&kernel, 1});
    if (!host) return {};
    const KernelSoak soak = soak_kernel(*host, kernel);
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
