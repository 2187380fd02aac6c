#include "vtpu/study/host/host_loop.h"

#include <asmjit/x86.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <vector>

namespace vtpu::study::host {
namespace {

namespace x86 = asmjit::x86;
using exec::jit::Form;
using isa::Cost;

// Loads read the first half of a page and stores write the second half of another, so that no load waits for a store
// with the same low twelve address bits.
constexpr std::int32_t kHalf = 2048;
constexpr std::int32_t kStores = 4096 + kHalf;
constexpr std::size_t kDataBytes = 8192;

bool updates_general(Cost cost) { return cost == Cost::alu || cost == Cost::shift; }
bool updates_vector(Cost cost) { return cost == Cost::vector_fma || cost == Cost::vector_dot; }

/// Emits the loops. rdi is the counter, rbx points to the data, r15 holds 0, and z0 and z1 are sources that hold 1.0.
/// The other registers are results; the classes that update their results share them.
class Writer {
 public:
  Writer(x86::Assembler& a, Form form, std::span<const Cost> pattern, Choice choice)
      : a_(a), form_(form), choice_(choice) {
    std::vector<Cost> general, vector;
    for (const Cost cost : pattern) {
      auto& updating = updates_general(cost) ? general : vector;
      if ((updates_general(cost) || updates_vector(cost)) &&
          std::find(updating.begin(), updating.end(), cost) == updating.end())
        updating.push_back(cost);
    }
    const std::vector<std::uint32_t> free_general{0, 1, 2, 6, 8, 9, 10, 11, 12};  // rax rcx rdx rsi r8 to r12
    std::vector<std::uint32_t> free_vector;
    for (std::uint32_t v = 4; v < (form == Form::avx512 ? 28u : 14u); ++v) free_vector.push_back(v);
    share(general, free_general);
    share(vector, free_vector);
  }

  void op(Cost cost, bool chained) {
    const bool wide = form_ == Form::avx512;
    switch (cost) {
      case Cost::alu: a_.add(general(cost, chained), x86::r15); break;
      case Cost::shift: a_.shl(general(cost, chained), 1); break;
      case Cost::mul: a_.imul(x86::r13, chained ? x86::r13 : x86::r15, 3); break;
      case Cost::scalar_float:
        a_.emit(multiplies() ? x86::Inst::kIdVmulsd : x86::Inst::kIdVaddsd, x86::xmm2, chained ? x86::xmm2 : x86::xmm0,
                x86::xmm1);
        break;
      case Cost::divide: three(x86::Inst::kIdVdivps, 2, chained ? 2 : 0, 1); break;
      case Cost::vector_int: three(x86::Inst::kIdVpaddd, 2, chained ? 2 : 0, 1); break;
      case Cost::vector_float:
        three(multiplies() ? x86::Inst::kIdVmulps : x86::Inst::kIdVaddps, 2, chained ? 2 : 0, 1);
        break;
      case Cost::vector_fma: three(x86::Inst::kIdVfmadd231ps, vector(cost, chained), 0, 1); break;
      case Cost::vector_dot: three(x86::Inst::kIdVpdpbusd, vector(cost, chained), 0, 1); break;
      case Cost::shuffle: three(x86::Inst::kIdVpermd, 3, 0, chained ? 3 : 1); break;
      case Cost::load:
        if (chained)
          a_.mov(x86::r14, x86::qword_ptr(x86::rbx, x86::r14, 3));
        else
          a_.mov(x86::r14, x86::qword_ptr(x86::rbx, next_load(8)));
        break;
      case Cost::load32: a_.vmovups(x86::ymm3, x86::ymmword_ptr(x86::rbx, next_load(32))); break;
      case Cost::load64:
        if (wide) return void(a_.vmovups(x86::zmm3, x86::zmmword_ptr(x86::rbx, next_load(64))));
        for (int half = 0; half < 2; ++half) a_.vmovups(x86::ymm3, x86::ymmword_ptr(x86::rbx, next_load(32)));
        break;
      case Cost::store:
        if (chained) {
          a_.mov(x86::qword_ptr(x86::rbx, kStores), x86::r14);
          a_.mov(x86::r14, x86::qword_ptr(x86::rbx, kStores));
        } else {
          a_.mov(x86::qword_ptr(x86::rbx, next_store(8)), x86::r15);
        }
        break;
      case Cost::store32: a_.vmovups(x86::ymmword_ptr(x86::rbx, next_store(32)), x86::ymm0); break;
      case Cost::store64:
        if (wide) return void(a_.vmovups(x86::zmmword_ptr(x86::rbx, next_store(64)), x86::zmm0));
        for (int half = 0; half < 2; ++half) a_.vmovups(x86::ymmword_ptr(x86::rbx, next_store(32)), x86::ymm0);
        break;
      case Cost::gather:  // the indices are 0 in every lane; the instruction clears the mask
        a_.kxnorw(x86::k1, x86::k0, x86::k0);
        a_.k(x86::k1).vpgatherdd(x86::zmm29, x86::dword_ptr(x86::rbx, x86::zmm31, 2));
        break;
      default: break;
    }
  }

 private:
  struct Registers {
    std::vector<std::uint32_t> numbers;
    std::size_t next = 0;
  };
  void share(const std::vector<Cost>& classes, const std::vector<std::uint32_t>& free) {
    for (std::size_t i = 0; i < free.size() && !classes.empty(); ++i)
      registers_[classes[i % classes.size()]].numbers.push_back(free[i]);
  }
  std::uint32_t next_register(Cost cost, bool chained) {
    Registers& own = registers_.at(cost);
    if (chained) return own.numbers.front();
    return own.numbers[own.next++ % own.numbers.size()];
  }
  x86::Gp general(Cost cost, bool chained) { return x86::gpq(next_register(cost, chained)); }
  std::uint32_t vector(Cost cost, bool chained) { return next_register(cost, chained); }

  void three(asmjit::InstId id, std::uint32_t d, std::uint32_t a, std::uint32_t b) {
    if (form_ == Form::avx512) {
      a_.emit(id, x86::zmm(d), x86::zmm(a), x86::zmm(b));
      return;
    }
    // A vector of 512 bits occupies two host registers, as in the engine.
    const std::uint32_t upper = id == x86::Inst::kIdVfmadd231ps ? d + 1 : d;
    a_.emit(id, x86::ymm(d), x86::ymm(a), x86::ymm(b));
    a_.emit(id, x86::ymm(upper), x86::ymm(a), x86::ymm(b));
  }

  /// Whether the next float operation is a multiplication.
  bool multiplies() {
    if (choice_ == Choice::easiest) multiplied_ = !multiplied_;
    return multiplied_;
  }

  std::int32_t next_load(std::int32_t bytes) { return next(load_, bytes); }
  std::int32_t next_store(std::int32_t bytes) { return kStores + next(store_, bytes); }
  std::int32_t next(std::int32_t& place, std::int32_t bytes) const {
    if (choice_ == Choice::easiest) return 0;
    return std::exchange(place, (place + bytes) % kHalf) / bytes * bytes;
  }

  x86::Assembler& a_;
  Form form_;
  Choice choice_;
  std::map<Cost, Registers> registers_;
  std::int32_t load_ = 0, store_ = 0;
  bool multiplied_ = false;
};

}  // namespace

bool has_chain(Cost cost, Form form) {
  switch (cost) {
    case Cost::load32:
    case Cost::load64:
    case Cost::store32:
    case Cost::store64:
    case Cost::gather: return false;
    default: return has_instruction(cost, form);
  }
}

bool has_instruction(Cost cost, Form form) {
  switch (cost) {
    case Cost::alu:
    case Cost::shift:
    case Cost::mul:
    case Cost::scalar_float:
    case Cost::divide:
    case Cost::vector_int:
    case Cost::vector_float:
    case Cost::vector_fma:
    case Cost::shuffle:
    case Cost::load:
    case Cost::load32:
    case Cost::load64:
    case Cost::store:
    case Cost::store32:
    case Cost::store64: return true;
    case Cost::vector_dot: return form == Form::avx512 && asmjit::CpuInfo::host().features().x86().hasAVX512_VNNI();
    case Cost::gather: return form == Form::avx512;
    default: return false;
  }
}

struct HostLoop::Code {
  using Function = void (*)(std::uint64_t iterations, std::byte* data);
  asmjit::JitRuntime runtime;
  Function function = nullptr;
  double ops = 0;
  struct alignas(4096) Data {
    std::array<std::byte, kDataBytes> bytes{};
  };
  std::unique_ptr<Data> data = std::make_unique<Data>();

  ~Code() {
    if (function != nullptr) runtime.release(function);
  }

  Result<void> make(std::span<const Cost> pattern, bool chained, Choice choice) {
    const auto form = exec::jit::host_form();
    if (!form) return Error{"host loop", "this processor has neither AVX-512 nor AVX2", "one of them"};
    std::vector<Cost> known;
    for (const Cost cost : pattern)
      if (has_instruction(cost, *form)) known.push_back(cost);
    if (known.empty())
      return Error{"host loop", "this processor has no instruction for any op of the pattern", "at least one"};

    asmjit::CodeHolder holder;
    holder.init(runtime.environment());
    x86::Assembler a(&holder);
    constexpr std::array kSaved{x86::rbx, x86::r12, x86::r13, x86::r14, x86::r15};
    for (const x86::Gp& saved : kSaved) a.push(saved);
    a.mov(x86::rbx, x86::rsi);
    for (const x86::Gp& zero : {x86::rax, x86::rcx, x86::rdx, x86::rsi, x86::r8, x86::r9, x86::r10, x86::r11, x86::r12,
                                x86::r13, x86::r14, x86::r15})
      a.xor_(zero.r32(), zero.r32());
    a.mov(x86::eax, 0x3f800000);  // 1.0 in binary32
    a.vmovd(x86::xmm0, x86::eax);
    for (std::uint32_t v = 1; v < 16; ++v) a.vpxor(x86::xmm(v), x86::xmm(v), x86::xmm(v));
    if (*form == Form::avx512) {
      for (std::uint32_t v = 16; v < 32; ++v) a.vpxord(x86::zmm(v), x86::zmm(v), x86::zmm(v));
      a.vpbroadcastd(x86::zmm0, x86::xmm0);
    } else {
      a.vpbroadcastd(x86::ymm0, x86::xmm0);
    }
    a.vmovaps(x86::ymm1, x86::ymm0);
    if (*form == Form::avx512) a.vmovaps(x86::zmm1, x86::zmm0);
    Writer writer(a, *form, known, choice);
    a.align(asmjit::AlignMode::kCode, 64);
    const asmjit::Label again = a.newLabel();
    a.bind(again);
    const std::size_t times = std::max<std::size_t>(1, (kLength + known.size() / 2) / known.size());
    for (std::size_t i = 0; i < times; ++i)
      for (const Cost cost : known) writer.op(cost, chained);
    ops = static_cast<double>(times * known.size());
    a.dec(x86::rdi);
    a.jnz(again);
    a.vzeroupper();
    for (std::size_t i = kSaved.size(); i-- > 0;) a.pop(kSaved[i]);
    a.ret();
    if (const asmjit::Error error = runtime.add(&function, &holder); error != asmjit::kErrorOk) {
      function = nullptr;
      return Error{"host loop", std::string("cannot generate code: ") + asmjit::DebugUtils::errorAsString(error), ""};
    }
    return {};
  }
};

HostLoop::HostLoop(std::unique_ptr<Code> code) : code_(std::move(code)) {}
HostLoop::HostLoop(HostLoop&&) noexcept = default;
HostLoop::~HostLoop() = default;

Result<HostLoop> HostLoop::independent(std::span<const Cost> pattern, Choice choice) {
  auto code = std::make_unique<Code>();
  if (auto made = code->make(pattern, false, choice); !made) return made.error();
  return HostLoop(std::move(code));
}

Result<HostLoop> HostLoop::chain(Cost cost) {
  if (const auto form = exec::jit::host_form(); form && !has_chain(cost, *form))
    return Error{"host loop", std::string(isa::name_of(cost)) + " has no result that the next op could use", ""};
  auto code = std::make_unique<Code>();
  const Cost pattern[] = {cost};
  if (auto made = code->make(pattern, true, Choice::usual); !made) return made.error();
  return HostLoop(std::move(code));
}

void HostLoop::run(std::uint64_t iterations) const { code_->function(iterations, code_->data->bytes.data()); }
double HostLoop::ops() const { return code_->ops; }

}  // namespace vtpu::study::host
