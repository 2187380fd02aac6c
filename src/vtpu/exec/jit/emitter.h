#pragma once
#include <asmjit/x86.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

#include "vtpu/exec/crew.h"
#include "vtpu/exec/jit/host_assembler.h"
#include "vtpu/exec/jit/loop_registers.h"
#include "vtpu/exec/jit/plan.h"

namespace vtpu::exec::jit {

/// rbp = context + this, so that m and r are within a signed byte of it.
inline constexpr std::size_t kBias = offsetof(Context, r);

/// Where compiled code left a program, for the engine to continue. The engine refunds what the code had counted in
/// advance beyond this word.
struct Exit {
  std::uint32_t word = 0;
  std::uint32_t segment = 0;
  bool counted = false;  ///< the segment's (the loop's remaining) words were counted before the exit
};

/// What compiled code returns: why it left, and the sentron that it ran last.
struct Left {
  std::uint64_t why = 0;  ///< the number of an exit, or one of the following
  Seat* seat = nullptr;
};
inline constexpr std::uint64_t kCalled = ~std::uint64_t{0};  ///< a called word stopped the sentron or left the code
inline constexpr std::uint64_t kWaiting =
    ~std::uint64_t{1};  ///< it waits, as its crew knows; nobody's turn follows here

/// With checked accesses: one access of host code that is about to happen, as the code pushes it on the stack.
struct HostAccess {
  std::uint64_t bytes_and_part = 0;  ///< bytes, and from bit 8 on the position in the access of the word
  std::uint64_t word = 0;
  std::uint64_t address = 0;  ///< of a sixteen-lane access: that of lane index 0
  std::uint64_t index = 0;    ///< the r-register of the address, if it has one
};

/// Host registers for r-registers and pointer bases. Programs that look up cells use r14 and r15 for that. rdx is
/// available only in loops without checks.
struct Pool {
  /// rbx, rsi, rdi, r8 to r15, rdx.
  static constexpr std::array<std::uint8_t, 12> kNumbers{3, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 2};
  static constexpr std::size_t size() { return kNumbers.size(); }
  asmjit::x86::Gp operator[](std::size_t i) const { return asmjit::x86::gpq(kNumbers[i]); }
};
inline constexpr Pool kPool;
inline constexpr std::size_t kSharedPool = 11;
inline const std::array<asmjit::x86::Gp, 2> kCellScratch{asmjit::x86::r14, asmjit::x86::r15};

/// Whether an emitter has host code for the op's operands on a host with these features.
using Available = bool (*)(const isa::Op& op, const Features& features);
/// EMITTER gives an opcode a function of type Available. An opcode without an emitter, whose words call execute_word,
/// keeps the type std::nullptr_t. The type is asked instead of the value because under -fsanitize=undefined GCC does
/// not take a function's address for a constant.
template <isa::Opcode opcode>
inline constexpr std::nullptr_t kAvailable = nullptr;

inline bool always(const isa::Op&, const Features&) { return true; }

/// Defines the emitter of an opcode, which is all that it takes to add one: `op` and its word `w` are given.
#define EMITTER(id)                                           \
  template <>                                                 \
  inline constexpr Available kAvailable<Opcode::id> = always; \
  template <>                                                 \
  void Emitter::emit<Opcode::id>([[maybe_unused]] const isa::Op& op, [[maybe_unused]] std::uint32_t w)
/// As EMITTER, for the ops that satisfy a condition on `op` and `features`; the others call execute_word.
#define EMITTER_IF(id, condition)                                                                              \
  template <>                                                                                                  \
  inline constexpr Available kAvailable<Opcode::id> =                                                          \
      []([[maybe_unused]] const isa::Op& op, [[maybe_unused]] const Features& features) { return condition; }; \
  template <>                                                                                                  \
  void Emitter::emit<Opcode::id>([[maybe_unused]] const isa::Op& op, [[maybe_unused]] std::uint32_t w)

/// Emits the host code of one program.
///
/// Host registers: rbp points into the context, so that r and m are near. rax, rcx and rdx are free within an op; rdx
/// holds a checked address throughout a word. The other eleven hold the most used r-registers and, in a counted loop,
/// the bases of its pointers. A loop without side exits that needs more gets its own allocation (loop_registers.h).
/// With AVX-512, v0–v15 are zmm0–zmm15; with AVX2, the six most used v-registers are pairs of ymm registers. All other
/// registers stay in the context.
class Emitter {
 public:
  /// What compiled code calls.
  struct Callees {
    const void* called_word = nullptr;  ///< executes a word: (Seat*) → where to continue, or null
    const void* laplacian = nullptr;  ///< (Seat*, number of a pointer) → whether the word does not trap or cost more
    const void* check_access = nullptr;  ///< with checked accesses: (Seat*, const HostAccess*) → whether it may happen
  };
  Emitter(asmjit::CodeHolder& code, const isa::Program& program, const Plan& plan, const Features& features,
          const isa::Constant* constants, const Callees& callees, CompileWork& work, Encoder encoder = Encoder::own);

  /// Stops early when the work exceeds its limit; the code is then incomplete.
  void emit_all();

  const std::vector<Exit>& exits() const { return exits_; }
  /// Where a sentron of a crew continues; see Seat::resume.
  std::size_t resume_offset() const { return as_.offset_of(resume_); }
  /// Where the code of a segment begins.
  std::size_t offset_of(std::size_t segment) const { return as_.offset_of(labels_[segment]); }
  std::span<const std::uint8_t> code() const { return {as_.data(), as_.offset()}; }
  std::size_t hot_bytes() const { return hot_bytes_; }

 private:
  using Gp = asmjit::x86::Gp;
  using Vec = asmjit::x86::Vec;
  using Mem = asmjit::x86::Mem;

  // emitter.cpp: frame, registers, segments, checks
  void assign_registers();
  void enter_function();
  void save_registers(bool dirty_only);
  void load_registers();
  void emit_segment(const Segment& segment, std::size_t number);
  void emit_called(const Segment& segment);
  void emit_call();
  void emit_group_checks(const Segment& segment, asmjit::Label fail);
  void emit_loop_head(const Segment& segment, asmjit::Label fail);
  void emit_words(const Segment& segment, std::size_t number);
  void emit_both_loops(const Segment& segment, std::size_t number);
  void load_iterations(const Segment& segment);
  void load_bases(const Segment& segment);
  void count(const Retired& retired, std::uint32_t words, std::uint64_t probes);
  bool wants_more(const Segment& segment) const;
  void enter_closed_loop(const Segment& segment);
  void leave_closed_loop();
  void emit_checks(std::uint32_t w, std::size_t segment, bool counted);
  void emit_word(std::uint32_t w);
  void emit_moves(std::uint32_t w, isa::Slot slot);
  void emit_stores(std::uint32_t w, isa::Slot slot);
  void emit_guard(std::uint32_t w, std::size_t segment);
  asmjit::Label exit_at(std::uint32_t word, std::size_t segment, bool counted);

  Mem field(std::size_t offset, std::uint32_t size) const;
  static Mem guard_slot(std::size_t guard);
  /// Stack slots for looking up cells from a pointer that a loop does not change: the coordinate's low word without the
  /// column, the column, the tag's upper word, and that word rotated by half and mixed with the first. The hash factor
  /// and the cache are shared by all pointers.
  enum class Probe : std::uint8_t { low, column, high, mixed };
  /// The look-ups from such a pointer have at most 32 tags, one for every 64 columns, and a loop changes no
  /// translation. So each tag is looked for once in a loop: the first look-up that finds it writes down the entry's
  /// columns, and the address that column 0 of the line would have if it were in line with them, once for entries of
  /// all 64 columns, else 0, and once for any. No columns: not looked for yet.
  enum class View : std::uint8_t { full, columns, line };
  static constexpr std::size_t kViewed = 2048 / memory::TranslationCache::kColumns;
  static constexpr std::size_t kSlotsOfProbed = 4 + 3 * kViewed;
  static constexpr std::size_t kProbeSlots = kSlotsOfProbed * kMaxProbed + 2;
  static Mem probe_slot(int probed, Probe part);
  static Mem view_slot(int probed, View part, const Gp& index);
  static Mem factor_slot() { return guard_slot(kMaxGuards + kProbeSlots - 2); }
  static Mem cache_slot() { return guard_slot(kMaxGuards + kProbeSlots - 1); }
  void emit_probe_head(const Segment& segment);
  void load_probe_registers();
  bool in_one_operand(const isa::Op& op, std::uint32_t w) const;
  struct ColdProbe {
    asmjit::Label begin, hit, missed;
    int probed = -1;  ///< number of the pointer, if the look-up goes through its view
    bool registers = false;
  };
  void emit_laplacian(const isa::Op& op, asmjit::Label fail);
  void emit_viewed_probe(const isa::Op& op, std::uint32_t w, asmjit::Label fail);
  void emit_cold_probe(const ColdProbe& probe);
  void emit_first_view(const ColdProbe& probe);
  void emit_tag_high(const Gp& to, std::uint8_t p);
  Mem r_home(std::uint8_t r) const { return field(offsetof(Context, r) + 8u * r, 8); }
  Mem v_home(std::uint8_t v, unsigned part) const;
  Mem m_home(std::uint8_t m, unsigned byte, std::uint32_t size) const;
  Mem p_field(std::uint8_t p, std::size_t member) const;
  Gp source(std::uint8_t r, const Gp& scratch);
  void load_r(const Gp& to, std::uint8_t r);
  Gp target(std::uint8_t r, const Gp& scratch) const;
  void put(std::uint8_t r, const Gp& value);
  unsigned parts() const { return features_.form == Form::avx512 ? 1 : 2; }
  Vec vector(unsigned index) const;  ///< at the full width of a part
  Vec v_source(std::uint8_t v, unsigned part, unsigned scratch);
  Vec v_target(std::uint8_t v, unsigned part, unsigned scratch) const;
  void v_put(std::uint8_t v, unsigned part, const Vec& value);
  unsigned scratch(unsigned i) const { return features_.form == Form::avx512 ? 16 + i : 12 + i; }
  void load_constant(const Gp& to, std::int64_t value);

  // emit_dense.cpp and emit_sparse.cpp: one specialisation for each opcode that has an emitter, made by EMITTER
  template <isa::Opcode opcode>
  void emit(const isa::Op& op, std::uint32_t w);
  struct OpEmitter {
    Available available = nullptr;  ///< null: no emitter
    void (Emitter::*emit)(const isa::Op& op, std::uint32_t w) = nullptr;
  };
  using EmitterTable = std::array<OpEmitter, 256>;  // by opcode number
  template <isa::Opcode opcode>
  static void list(EmitterTable& table) {
    if constexpr (!std::is_same_v<decltype(kAvailable<opcode>), const std::nullptr_t>)
      table[static_cast<std::size_t>(opcode)] = {kAvailable<opcode>, &Emitter::emit<opcode>};
  }
  static void list_dense(EmitterTable& table);
  static void list_sparse(EmitterTable& table);
  static void list_coordination(EmitterTable& table);
  static const EmitterTable& emitters();
  friend bool can_emit(const isa::Op& op, const Features& features);
  friend const std::array<Availability, 256>& availability();

  // emit_dense.cpp: what emitters share
  void apply_second(const isa::Op& op, std::uint32_t instruction, const Gp& first);
  void emit_integer(const isa::Op& op, std::uint32_t instruction, bool commutes);
  void emit_shift(const isa::Op& op, std::uint32_t by_number, std::uint32_t by_register);
  void emit_integer_extreme(const isa::Op& op, std::uint32_t conditional_move);
  void emit_integer_compare(const isa::Op& op, bool is_signed);
  asmjit::x86::Xmm float_source(std::uint8_t r, unsigned scratch_number, bool wide);
  void put_float(std::uint8_t r, const asmjit::x86::Xmm& x, bool wide);
  void emit_float(const isa::Op& op, std::uint32_t instruction, bool wide);
  void emit_float_root(const isa::Op& op, std::uint32_t instruction, bool wide);
  void emit_float_fma(const isa::Op& op, std::uint32_t instruction, bool wide);
  void emit_float_compare(const isa::Op& op, bool wide);
  void emit_lanes(const isa::Op& op, std::uint32_t instruction);
  void emit_lanes_of_one(const isa::Op& op, std::uint32_t instruction);
  void emit_lane_shift(const isa::Op& op, std::uint32_t instruction);
  void emit_lane_fma(const isa::Op& op, bool wide);
  void emit_lane_compare(const isa::Op& op, std::uint32_t id, std::uint32_t move_mask, int predicate, unsigned lanes);
  void emit_lane_compare_avx2(const isa::Op& op);
  void emit_permutation_avx2(const isa::Op& op);
  void emit_select(const isa::Op& op, bool wide);
  void emit_dot(const isa::Op& op, std::uint32_t instruction);
  void emit_broadcast(const isa::Op& op, bool wide);
  void emit_byte_dot(const isa::Op& op, unsigned part);
  void emit_bfloat_dot(const isa::Op& op);
  void emit_reduction(const isa::Op& op, std::uint32_t id, bool doubles);
  asmjit::Label target_label(const isa::Op& op) const;
  void compare_with_zero(std::uint8_t r);

  // emit_sparse.cpp: checks, and what emitters share
  void emit_check(std::uint32_t w, std::size_t segment, bool counted);
  void emit_gather(const isa::Op& op, std::uint32_t w, std::uint32_t bytes);
  void emit_scatter(const isa::Op& op, std::uint32_t w, std::uint32_t bytes);
  Mem access(const isa::Op& op, std::uint32_t w, std::uint32_t bytes);
  Mem access_part(const isa::Op& op, std::uint32_t w, const Mem& first, std::uint32_t part);
  Mem place_of(const isa::Op& op, std::uint32_t w, std::uint32_t bytes);
  void emit_lane_check(const isa::Op& op, asmjit::Label fail);
  void check_access_of_lanes(const isa::Op& op, std::uint32_t w);
  void emit_access_check(const isa::Op& op, std::uint32_t w, const Mem& at, std::uint32_t part);
  void emit_access_thunk();

  // emit_coordination.cpp
  /// What follows an operation between sentrons that was not done in the hot code.
  struct ColdExchange {
    std::uint32_t word = 0;
    asmjit::Label begin, done, not_here;
  };
  void emit_exchange(std::uint32_t w, std::size_t segment, bool counted);
  void emit_frees_check(asmjit::Label changed);
  void emit_cold_exchange(const ColdExchange& cold);
  void emit_quick_calls();
  void emit_wait_and_resume();
  void emit_outcome(const isa::Op& op);

  HostAssembler as_;
  const isa::Program& program_;
  const Plan& plan_;
  const Features features_;
  const isa::Constant* constants_;
  const Callees callees_;
  CompileWork& work_;
  const EmitterTable& emitters_;
  std::array<int, 16> r_host_{};  // index in the pool of host registers; −1: in the context
  std::array<int, 16> v_host_{};  // number of the (first) vector register; −1: in the context
  std::array<int, 8> p_host_{};   // index in the pool of the pointer's base in the current loop; −1: none
  LoopRegisters loop_;            // of the closed loop being emitted
  std::array<int, 16> r_host_outside_{};
  std::array<int, 8>
      probe_of_{};  // number of a pointer among those that the current loop looks up cells from; −1: none
  bool probe_registers_ = false;  // the loop's look-ups have the scratch registers to themselves
  std::size_t next_move_ = 0, next_store_ = 0;
  bool in_closed_loop_ = false;
  bool bounds_hold_ = false;  // `Plan::bounded` accesses need no checks
  std::size_t pool_size_ = 0;
  std::size_t r_hosts_ = 0;
  std::vector<asmjit::Label> labels_;  // entry of each segment
  std::vector<Exit> exits_;
  std::vector<ColdProbe> cold_probes_;
  std::vector<ColdExchange> cold_exchanges_;
  asmjit::Label leave_, leave_saved_, dispatch_, call_, loop_body_, check_access_;
  asmjit::Label wait_, resume_;
  std::array<asmjit::Label, 3> quick_calls_;  // by the function called
  std::size_t present_segment_ = 0;
  bool in_counted_segment_ = false;
  std::size_t hot_bytes_ = 0;
};

// The functions below are in every emitter, and their arguments decide most of what the assembler asks.

inline asmjit::x86::Mem Emitter::field(std::size_t offset, std::uint32_t size) const {
  return asmjit::x86::Mem(asmjit::x86::rbp, static_cast<std::int32_t>(offset) - static_cast<std::int32_t>(kBias), size);
}
/// The slots lie above the frame's address.
inline asmjit::x86::Mem Emitter::guard_slot(std::size_t guard) {
  return asmjit::x86::Mem(asmjit::x86::rsp, static_cast<std::int32_t>(8 + 8 * guard), 8);
}
inline asmjit::x86::Mem Emitter::v_home(std::uint8_t v, unsigned part) const {
  return field(offsetof(Context, v) + 64u * v + 32u * part, features_.form == Form::avx512 ? 64 : 32);
}
inline asmjit::x86::Mem Emitter::m_home(std::uint8_t m, unsigned byte, std::uint32_t size) const {
  return field(offsetof(Context, m) + 32u * m + byte, size);
}
inline asmjit::x86::Mem Emitter::p_field(std::uint8_t p, std::size_t member) const {
  return field(offsetof(Context, p) + sizeof(memory::Pointer) * p + member, 8);
}

inline asmjit::x86::Gp Emitter::source(std::uint8_t r, const Gp& scratch) {
  if (r_host_[r] >= 0) return kPool[static_cast<std::size_t>(r_host_[r])];
  as_.mov(scratch, r_home(r));
  return scratch;
}
inline void Emitter::load_r(const Gp& to, std::uint8_t r) {
  if (r_host_[r] >= 0)
    as_.mov(to, kPool[static_cast<std::size_t>(r_host_[r])]);
  else
    as_.mov(to, r_home(r));
}
inline asmjit::x86::Gp Emitter::target(std::uint8_t r, const Gp& scratch) const {
  return r_host_[r] >= 0 ? kPool[static_cast<std::size_t>(r_host_[r])] : scratch;
}
inline void Emitter::put(std::uint8_t r, const Gp& value) {
  if (r_host_[r] < 0)
    as_.mov(r_home(r), value);
  else if (kPool[static_cast<std::size_t>(r_host_[r])].id() != value.id())
    as_.mov(kPool[static_cast<std::size_t>(r_host_[r])], value);
}

inline asmjit::x86::Vec Emitter::vector(unsigned index) const {
  if (features_.form == Form::avx512) return asmjit::x86::zmm(index);
  return asmjit::x86::ymm(index);
}
inline asmjit::x86::Vec Emitter::v_source(std::uint8_t v, unsigned part, unsigned scratch) {
  if (v_host_[v] >= 0) return vector(static_cast<unsigned>(v_host_[v]) + part);
  as_.vmovups(vector(scratch), v_home(v, part));
  return vector(scratch);
}
inline asmjit::x86::Vec Emitter::v_target(std::uint8_t v, unsigned part, unsigned scratch) const {
  return vector(v_host_[v] >= 0 ? static_cast<unsigned>(v_host_[v]) + part : scratch);
}
inline void Emitter::v_put(std::uint8_t v, unsigned part, const Vec& value) {
  if (v_host_[v] < 0)
    as_.vmovups(v_home(v, part), value);
  else if (vector(static_cast<unsigned>(v_host_[v]) + part).id() != value.id())
    as_.vmovaps(vector(static_cast<unsigned>(v_host_[v]) + part), value);
}

}  // namespace vtpu::exec::jit
