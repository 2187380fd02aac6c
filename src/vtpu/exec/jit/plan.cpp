#include "vtpu/exec/jit/plan.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <optional>
#include <tuple>
#include <utility>

namespace vtpu::exec::jit {
namespace {

using isa::Cost;
using isa::Effect;
using isa::Kind;
using isa::Opcode;
using isa::Slot;

/// What planning asks of an opcode, in one cache line for several opcodes.
struct Traits {
  bool control = false;
  bool has_target = false;
  bool counts = false;
  bool accesses = false;         ///< reads or writes memory
  bool addressed = false;        ///< has an address and is no hint, so that something must check it
  bool probes = false;           ///< accesses a cell by coordinate
  std::uint8_t plain_bytes = 0;  ///< of an addressed access with one register index at most, whose check can be hoisted
  bool exchanges = false;        ///< is between sentrons
};
using TraitsTable = std::array<Traits, 256>;

const TraitsTable& traits() {
  static const TraitsTable kTable = [] {
    TraitsTable table{};
    for (const isa::OpcodeInfo& row : isa::all_opcodes()) {
      Traits& one = table[static_cast<std::size_t>(row.opcode)];
      one = {.control = row.effect == Effect::control,
             .has_target = row.has_target(),
             .counts = row.counts(),
             .accesses = row.effect == Effect::reads || row.effect == Effect::writes,
             .probes = row.cost == Cost::probe,
             .exchanges = row.effect == Effect::messages};
      if (row.effect == Effect::hint) continue;
      for (const Kind kind : row.kinds()) {
        one.addressed |= isa::is_address(kind);
        if (isa::is_layout_address(kind) && kind != Kind::AddrV)
          one.plain_bytes = static_cast<std::uint8_t>(isa::info(kind).bytes);
      }
    }
    return table;
  }();
  return kTable;
}
const Traits& of(const TraitsTable& table, const isa::Op& op) { return table[static_cast<std::size_t>(op.opcode)]; }

/// Whether the op adds a constant to its register, and does nothing else.
bool is_step(const isa::Op& op) {
  return op.opcode == Opcode::dadd_i64 && op.immediate() && op.a == op.d && op.imm > -(1 << 30) && op.imm < (1 << 30);
}

/// The largest value that the op can give to its result, if that follows from the op alone and is below
/// 2^16.
std::optional<std::uint32_t> bound_of(const isa::Op& op) {
  switch (op.opcode) {
    case Opcode::sgather_i8: return 0xff;
    case Opcode::sgather_i16: return 0xffff;
    case Opcode::dand_i64:
      if (op.immediate() && op.imm >= 0 && op.imm <= 0xffff) return static_cast<std::uint32_t>(op.imm);
      return {};
    default: return {};
  }
}

/// What is known of the r-registers at one place of a loop.
struct Known {
  std::array<std::optional<std::uint32_t>, 16> most{};  ///< from 0 to this; written in this iteration
  std::uint16_t written = 0;                            ///< in this iteration
  std::array<std::uint16_t, kMaxGuards> passed{};       ///< by guard: registers whose value has passed it
};

/// The hoisted groups of one segment: one for each pointer, index and scale.
class Groups {
 public:
  Groups() { place_.fill(kNone); }

  /// Adds an access of bytes [at, end) from p + r × scale. `step`: of the index in an iteration.
  void add(const isa::Op& s, std::int64_t step, std::int64_t at, std::int64_t end) {
    const bool indexed = s.c != isa::kNoRegister;
    const unsigned scale = indexed ? s.mode : 0;
    std::int16_t& place = place_[(s.b * 17u + (indexed ? s.c : 16u)) * 4 + scale];
    if (place == kNone) {
      place = static_cast<std::int16_t>(groups_.size());
      groups_.push_back({s.b, s.c, scale, step, at, end});
    }
    HoistedGroup& group = groups_[static_cast<std::size_t>(place)];
    group.lowest = std::min(group.lowest, at);
    group.end = std::max(group.end, end);
  }
  /// The groups in the order of their keys. Empty afterwards.
  std::vector<HoistedGroup> take() {
    for (const HoistedGroup& group : groups_)
      place_[(group.p * 17u + std::min<unsigned>(group.r, 16)) * 4 + group.scale] = kNone;
    std::sort(groups_.begin(), groups_.end(), [](const HoistedGroup& a, const HoistedGroup& b) {
      return std::tuple(a.p, a.r, a.scale) < std::tuple(b.p, b.r, b.scale);
    });
    return std::exchange(groups_, {});
  }

 private:
  static constexpr std::int16_t kNone = -1;
  std::array<std::int16_t, 8 * 17 * 4> place_;
  std::vector<HoistedGroup> groups_;
};

class Planner {
 public:
  Planner(const isa::Program& program, const Features& features, CompileWork& work)
      : program_(program), features_(features), work_(work), table_(traits()), uses_table_(isa::uses_table()) {
    available_ = availability();
    for (std::size_t i = 0; i < available_.size(); ++i)
      if (features.without_emitter.any() && features.without_emitter.test(i)) available_[i] = Availability::never;
  }

  Plan plan();

 private:
  void look_at_words();
  bool emitted(const isa::Op& op) const {
    const Availability available = available_[static_cast<std::size_t>(op.opcode)];
    return available == Availability::always || (available == Availability::depends && can_emit(op, features_));
  }
  Segment segment_from(std::uint32_t first);
  void find_hoistable(Segment& loop);
  void find_straight(Segment& segment);
  /// Decides how an access that is not hoisted, of a counted loop that does not change its pointer, is checked.
  void find_guard(Segment& loop, std::uint32_t w, const isa::Op& s, std::uint8_t bytes, Known& known);
  std::optional<std::uint32_t> bound_in(Segment& loop, std::uint8_t r, const Known& known);
  void note_writes(std::uint32_t w, Known& known) const;
  void hoist(std::uint32_t w) { plan_.hoisted[w] = true, plan_.checked[w] = false, ++plan_.hoisted_accesses; }

  const isa::Program& program_;
  const Features& features_;
  CompileWork& work_;
  const TraitsTable& table_;
  const isa::UsesTable& uses_table_;
  std::array<Availability, 256> available_;
  Plan plan_;
  std::vector<std::uint8_t> called_, leader_;
  std::vector<std::int32_t> depth_change_;
  Groups groups_;
  std::array<std::uint64_t, 32> weights_{};  // of r and v, in the order of UseBits
  std::int32_t depth_ = 0;
  // Of the segment that is looked at:
  std::uint8_t written_pointers_ = 0;     // p-registers that it writes
  std::uint16_t written_otherwise_ = 0;   // r-registers that something else than a step writes
  std::array<std::int64_t, 16> steps_{};  // the constants that steps add to each r-register, together
};

/// An order in which the slots of a word can be executed one after the other, so that none reads what another has
/// written. False if there is no such order (a swap), or if the branch could not come last.
bool find_order(const std::array<isa::UseBits, 3>& uses, bool branches, std::array<Slot, 3>& order) {
  static constexpr std::array<std::array<Slot, 3>, 6> kOrders{{{Slot::S, Slot::C, Slot::D},
                                                               {Slot::C, Slot::S, Slot::D},
                                                               {Slot::D, Slot::S, Slot::C},
                                                               {Slot::D, Slot::C, Slot::S},
                                                               {Slot::S, Slot::D, Slot::C},
                                                               {Slot::C, Slot::D, Slot::S}}};
  const auto before = [&](Slot early, Slot late) {
    return (uses[static_cast<std::size_t>(early)].writes & uses[static_cast<std::size_t>(late)].reads) == 0;
  };
  for (const auto& candidate : kOrders) {
    if (branches && candidate[2] != Slot::D) return false;
    if (!before(candidate[0], candidate[1]) || !before(candidate[0], candidate[2]) ||
        !before(candidate[1], candidate[2]))
      continue;
    order = candidate;
    return true;
  }
  return false;
}

/// Whether the D slot reads the bit that host code has set by then for the C slot.
bool reads_empty_bit(const isa::Word& word) {
  return word.coord.opcode == Opcode::crecv_try && word.dense.opcode == Opcode::dmov_sr;
}

/// Whether host code may find that the sentron has to wait.
bool may_wait(Opcode opcode) {
  return opcode == Opcode::crecv || opcode == Opcode::cbar || opcode == Opcode::creduce_i64 ||
         opcode == Opcode::creduce_f64 || opcode == Opcode::ccast;
}

void Planner::look_at_words() {
  const auto words = static_cast<std::uint32_t>(program_.words.size());
  leader_[0] = true;
  const auto lead_next = [&](std::uint32_t w) {
    if (w + 1 < words) leader_[w + 1] = true;
  };
  work_.step(words);
  for (std::uint32_t w = 0; w < words; ++w) {
    const isa::Word& word = program_.words[w];
    const std::array<isa::UseBits, 3>& uses = plan_.uses.emplace_back(
        std::array{uses_table_.of(word.dense), uses_table_.of(word.sparse), uses_table_.of(word.coord)});
    const Traits& dense = of(table_, word.dense);
    const Traits& sparse = of(table_, word.sparse);
    if (emitted(word.dense) && emitted(word.sparse) && emitted(word.coord) && !reads_empty_bit(word) &&
        find_order(uses, dense.control, plan_.order[w])) {
      plan_.looks_up_cells |= sparse.probes;
      plan_.checked[w] = sparse.addressed || word.sparse.opcode == Opcode::slaplace;
      plan_.exchanges[w] = of(table_, word.coord).exchanges;
      if (plan_.exchanges[w] && may_wait(word.coord.opcode)) leader_[w] = true;
    } else {
      called_[w] = leader_[w] = true;
      lead_next(w);
    }
    if (!dense.control) continue;
    if (dense.has_target) {
      const auto target = static_cast<std::uint32_t>(word.dense.imm);
      leader_[target] = true;
      if (target <= w) ++depth_change_[target], --depth_change_[w + 1];
    }
    lead_next(w);
  }
}

/// The largest value that a register can have at a place of the loop, if it is known and cannot be negative. What that
/// takes for granted of the value before the loop is noted in `loop.bounded`.
std::optional<std::uint32_t> Planner::bound_in(Segment& loop, std::uint8_t r, const Known& known) {
  if ((known.written >> r & 1) != 0) return known.most[r];
  if (const auto found = std::find_if(loop.bounded.begin(), loop.bounded.end(), [r](Bounded b) { return b.r == r; });
      found != loop.bounded.end())
    return found->most;
  work_.step(loop.length());
  std::optional<std::uint32_t> most;
  for (std::uint32_t w = loop.first; w < loop.end; ++w)
    for (const Slot slot : {Slot::D, Slot::S, Slot::C}) {
      if ((plan_.uses[w][static_cast<std::size_t>(slot)].writes >> r & 1) == 0) continue;
      const auto bound = bound_of(program_.words[w].slot(slot));
      if (!bound) return {};
      most = std::max(most.value_or(0), *bound);
    }
  if (most) loop.bounded.push_back({r, *most});
  return most;
}

/// Takes note of what word `w` writes.
void Planner::note_writes(std::uint32_t w, Known& known) const {
  std::uint16_t written = 0;
  for (const Slot slot : {Slot::D, Slot::S, Slot::C}) {
    const auto of_slot = static_cast<std::uint16_t>(plan_.uses[w][static_cast<std::size_t>(slot)].writes);
    for (unsigned bits = of_slot; bits != 0; bits &= bits - 1)
      known.most[static_cast<std::size_t>(std::countr_zero(bits))] = bound_of(program_.words[w].slot(slot));
    written = static_cast<std::uint16_t>(written | of_slot);
  }
  known.written = static_cast<std::uint16_t>(known.written | written);
  for (std::uint16_t& passed : known.passed) passed = static_cast<std::uint16_t>(passed & ~written);
}

void Planner::find_guard(Segment& loop, std::uint32_t w, const isa::Op& s, std::uint8_t bytes, Known& known) {
  const Guard guard{s.b, s.mode, s.disp, bytes};
  auto found = std::find_if(loop.guards.begin(), loop.guards.end(), [&guard](const Guard& other) {
    return other.disp == guard.disp && other == guard;  // most differ in this
  });
  work_.step(loop.guards.size());
  if (loop.guards.empty()) {  // what earlier words write matters from here on
    work_.step(w - loop.first);
    for (std::uint32_t earlier = loop.first; earlier < w; ++earlier) note_writes(earlier, known);
  }
  if (found == loop.guards.end() && loop.guards.size() < kMaxGuards) {
    found = loop.guards.insert(found, guard);
    loop.enough.push_back(0);
  }
  if (found == loop.guards.end()) return;
  const auto number = static_cast<std::size_t>(found - loop.guards.begin());
  if ((known.passed[number] >> s.c & 1) != 0) return hoist(w);
  known.passed[number] = static_cast<std::uint16_t>(known.passed[number] | 1u << s.c);
  plan_.guard[w] = static_cast<std::int8_t>(number);
  if (const auto most = bound_in(loop, s.c, known)) {
    plan_.bounded[w] = loop.twice = true;
    loop.enough[number] = std::max(loop.enough[number], *most);
  }
}

void Planner::find_hoistable(Segment& loop) {
  work_.step(loop.length());
  loop.closed = true;
  Known known;
  std::array<std::int64_t, 16> offset{};  // increments of each register since the start of the iteration
  for (std::uint32_t w = loop.first; w < loop.end; ++w) {
    const isa::Op& s = program_.words[w].sparse;
    const Traits& sparse = of(table_, s);
    if (sparse.addressed && (written_pointers_ >> s.b & 1) == 0) {
      if (sparse.plain_bytes != 0) {
        const bool indexed = s.c != isa::kNoRegister;
        const std::int64_t step = indexed ? steps_[s.c] : 0;
        if (!indexed || ((written_otherwise_ >> s.c & 1) == 0 && std::abs(step) < (1 << 30))) {
          const std::int64_t at = (indexed ? offset[s.c] * (std::int64_t{1} << s.mode) : 0) + s.disp;
          groups_.add(s, step, at, at + sparse.plain_bytes);
          hoist(w);
        } else {
          find_guard(loop, w, s, sparse.plain_bytes, known);
        }
        if (plan_.hoisted[w] || plan_.guard[w] >= 0)
          loop.base_registers = static_cast<std::uint8_t>(loop.base_registers | (1u << s.b));
      }
      if (sparse.probes) loop.probed_pointers = static_cast<std::uint8_t>(loop.probed_pointers | (1u << s.b));
    }
    loop.closed &= (plan_.hoisted[w] || !sparse.accesses) && !plan_.exchanges[w];
    const isa::Op& d = program_.words[w].dense;
    if (is_step(d) && (written_otherwise_ >> d.d & 1) == 0) offset[d.d] += d.imm;
    if (!loop.guards.empty()) work_.step(), note_writes(w, known);
  }
  loop.groups = groups_.take();
}

/// Finds the accesses of a straight segment whose addresses follow from the registers at its start. Each pair of
/// pointer and index gets one check before the segment.
void Planner::find_straight(Segment& segment) {
  work_.step(segment.length());
  std::uint64_t written = 0;  // not by constant steps
  std::uint8_t pointers = 0, shared = 0;
  std::array<std::int64_t, 16> offset{};  // of each r since the segment began
  for (std::uint32_t w = segment.first; w < segment.end; ++w) {
    const isa::Op& s = program_.words[w].sparse;
    const Traits& sparse = of(table_, s);
    const bool indexed = s.c != isa::kNoRegister;
    if (sparse.plain_bytes != 0 && (written >> (isa::kBitsOfP + s.b) & 1) == 0 &&
        !(indexed && (written >> s.c & 1) != 0)) {
      const std::int64_t at = (indexed ? offset[s.c] * (std::int64_t{1} << s.mode) : 0) + s.disp;
      groups_.add(s, 0, at, at + sparse.plain_bytes);
      hoist(w);
      const auto bit = static_cast<std::uint8_t>(1u << s.b);
      shared = static_cast<std::uint8_t>(shared | (pointers & bit));
      pointers = static_cast<std::uint8_t>(pointers | bit);
    }
    const isa::Op& d = program_.words[w].dense;
    if (is_step(d) && std::abs(offset[d.d]) < (std::int64_t{1} << 40))
      offset[d.d] += d.imm;
    else
      written |= plan_.uses[w][0].writes;
    written |= plan_.uses[w][1].writes | plan_.uses[w][2].writes;
  }
  segment.base_registers = shared;
  segment.groups = groups_.take();
}

/// The segment that begins at this word, with its accesses planned. All its words are equally deep in loops.
Segment Planner::segment_from(std::uint32_t first) {
  const auto words = static_cast<std::uint32_t>(program_.words.size());
  Segment segment;
  segment.first = first;
  segment.called = called_[first];
  segment.waits = !segment.called && may_wait(program_.words[first].coord.opcode);
  depth_ += depth_change_[first];
  const std::uint64_t weight = segment.called ? 0 : std::uint64_t{1} << (3 * std::clamp(depth_, 0, 8));
  steps_.fill(0);
  std::uint64_t read = 0, written = 0, written_early = 0, written_otherwise = 0;  // early: by words before the last one
  std::array<std::uint32_t, 3> ops{};
  std::uint32_t control = 0, probes = 0, accesses = 0;
  std::uint32_t w = first;
  do {
    const isa::Word& word = program_.words[w];
    const std::array<isa::UseBits, 3>& uses = plan_.uses[w];
    const Traits& dense = of(table_, word.dense);
    const Traits& sparse = of(table_, word.sparse);
    const Traits& coord = of(table_, word.coord);
    written_early = written;
    for (const auto& [reads, writes] : uses) {
      read |= reads, written |= writes;
      // r and v are the lower halves: one loop weighs what is read and what is written.
      for (std::uint64_t bits = (reads & 0xffffffff) | writes << 32; bits != 0; bits &= bits - 1)
        weights_[static_cast<std::size_t>(std::countr_zero(bits)) & 31] += weight;
    }
    const bool steps = is_step(word.dense);
    if (steps) steps_[word.dense.d] += word.dense.imm;
    written_otherwise |= (steps ? 0 : uses[0].writes) | uses[1].writes | uses[2].writes;
    ops[0] += dense.counts, ops[1] += sparse.counts, ops[2] += coord.counts;
    control += unsigned{dense.control} + sparse.control + coord.control;
    probes += sparse.probes, accesses += sparse.accesses;
    ++w;
  } while (w < words && !leader_[w]);
  work_.step(2 * std::uint64_t{w - first});
  segment.end = w;
  segment.used = isa::set_of(read | written);
  segment.retired = {w - first, {ops[0], ops[1], ops[2]}, control};
  segment.probes = probes;
  plan_.used |= segment.used;
  plan_.written |= isa::set_of(written);
  written_pointers_ = isa::set_of(written).p;
  written_otherwise_ = isa::set_of(written_otherwise).r;

  const isa::Op& last = program_.words[w - 1].dense;
  segment.counted_loop = !segment.called && !segment.waits && last.opcode == Opcode::dloop &&
                         static_cast<std::uint32_t>(last.imm) == first && (written_early >> last.d & 1) == 0;
  const std::size_t hoisted = plan_.hoisted_accesses;
  if (segment.counted_loop)
    find_hoistable(segment);
  else if (!segment.called)
    find_straight(segment);
  if (!segment.called) plan_.checked_accesses += accesses - (plan_.hoisted_accesses - hoisted);
  if (static_cast<std::size_t>(std::popcount(segment.probed_pointers)) > kMaxProbed) segment.probed_pointers = 0;
  return segment;
}

Plan Planner::plan() {
  const auto words = static_cast<std::uint32_t>(program_.words.size());
  plan_.segment_of.assign(words, Plan::kNone);
  plan_.hoisted.assign(words, false);
  plan_.checked.assign(words, false);
  plan_.exchanges.assign(words, false);
  plan_.guard.assign(words, -1);
  plan_.bounded.assign(words, false);
  plan_.order.resize(words);
  plan_.uses.reserve(words);
  called_.assign(words, false);
  leader_.assign(words, false);
  depth_change_.assign(words + 1, 0);
  look_at_words();
  for (std::uint32_t w = 0; w < words;) {
    plan_.segment_of[w] = static_cast<std::uint32_t>(plan_.segments.size());
    plan_.segments.push_back(segment_from(w));
    w = plan_.segments.back().end;
  }
  std::copy_n(weights_.begin(), 16, plan_.r_weight.begin());
  std::copy_n(weights_.begin() + 16, 16, plan_.v_weight.begin());
  return std::move(plan_);
}

}  // namespace

std::uint64_t probes_in(const isa::Program& program, std::uint32_t first, std::uint32_t end) {
  std::uint64_t probes = 0;
  for (std::uint32_t w = first; w < end; ++w) probes += of(traits(), program.words[w].sparse).probes;
  return probes;
}

Retired retired_by(const isa::Program& program, std::uint32_t first, std::uint32_t end) {
  Retired retired;
  for (std::uint32_t w = first; w < end; ++w) {
    ++retired.words;
    for (const Slot slot : {Slot::D, Slot::S, Slot::C}) {
      const Traits& row = of(traits(), program.words[w].slot(slot));
      retired.ops[static_cast<std::size_t>(slot)] += row.counts;
      retired.control += row.control;
    }
  }
  return retired;
}

Plan make_plan(const isa::Program& program, const Features& features, CompileWork& work) {
  return Planner(program, features, work).plan();
}

}  // namespace vtpu::exec::jit
