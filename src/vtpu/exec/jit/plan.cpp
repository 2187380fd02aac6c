#include "vtpu/exec/jit/plan.h"

#include <algorithm>
#include <bit>
#include <map>
#include <tuple>

namespace vtpu::exec::jit {
namespace {

using isa::Cost;
using isa::Effect;
using isa::Kind;
using isa::Opcode;
using isa::Slot;

bool is_control(const isa::Op& op) { return isa::info(op.opcode).effect == Effect::control; }

/// The layout address of an S op if its check can be hoisted: one register index, a fixed number of bytes.
const isa::KindInfo* plain_address(const isa::Op& op) {
  for (const Kind kind : isa::info(op.opcode).kinds())
    if (isa::is_layout_address(kind) && kind != Kind::AddrV) return &isa::info(kind);
  return nullptr;
}

/// The increment of an r-register in an iteration, if only additions of constants write it.
struct Induction {
  bool other_writes = false;
  std::int64_t step = 0;
};

void find_hoistable(const isa::Program& program, Segment& loop, Plan& plan, CompileWork& work) {
  std::array<Induction, 16> induction{};
  isa::RegisterSet written;
  work.step(2 * std::uint64_t{loop.length()});
  for (std::uint32_t w = loop.first; w < loop.end; ++w)
    for (const Slot slot : {Slot::D, Slot::S, Slot::C}) {
      const isa::Op& op = program.words[w].slot(slot);
      const isa::RegisterSet& writes = plan.uses[w][static_cast<std::size_t>(slot)].writes;
      written |= writes;
      for (std::uint32_t bits = writes.r; bits != 0; bits &= bits - 1) {
        const auto r = static_cast<std::size_t>(std::countr_zero(bits));
        const bool steps = op.opcode == Opcode::dadd_i64 && op.immediate() && op.a == r && op.d == r &&
                           op.imm > -(1 << 30) && op.imm < (1 << 30);
        if (steps)
          induction[r].step += op.imm;
        else
          induction[r].other_writes = true;
      }
    }
  loop.closed = true;
  std::array<std::int64_t, 16> offset{};  // increments of each register since the start of the iteration
  std::map<std::tuple<int, int, unsigned>, HoistedGroup> groups;
  for (std::uint32_t w = loop.first; w < loop.end; ++w) {
    const isa::Op& s = program.words[w].sparse;
    const isa::KindInfo* address = plain_address(s);
    if (address != nullptr && isa::info(s.opcode).effect != Effect::hint && (written.p >> s.b & 1) == 0) {
      const bool indexed = s.c != isa::kNoRegister;
      if (!indexed || (!induction[s.c].other_writes && std::abs(induction[s.c].step) < (1 << 30))) {
        const std::int64_t at = (indexed ? offset[s.c] * (std::int64_t{1} << s.mode) : 0) + s.disp;
        const std::int64_t end = at + static_cast<std::int64_t>(address->bytes);
        const auto [place, fresh] = groups.try_emplace({s.b, s.c, indexed ? s.mode : 0u});
        HoistedGroup& group = place->second;
        if (fresh) group = {s.b, s.c, indexed ? s.mode : 0u, indexed ? induction[s.c].step : 0, at, end};
        group.lowest = std::min(group.lowest, at);
        group.end = std::max(group.end, end);
        plan.hoisted[w] = true;
      } else {
        const Guard guard{s.b, s.mode, s.disp, address->bytes};
        auto found = std::find(loop.guards.begin(), loop.guards.end(), guard);
        work.step(loop.guards.size());
        if (found == loop.guards.end() && loop.guards.size() < kMaxGuards) found = loop.guards.insert(found, guard);
        if (found != loop.guards.end()) plan.guard[w] = static_cast<int>(found - loop.guards.begin());
      }
      if (plan.hoisted[w] || plan.guard[w] >= 0)
        loop.base_registers = static_cast<std::uint8_t>(loop.base_registers | (1u << s.b));
    }
    if (isa::info(s.opcode).cost == Cost::probe && (written.p >> s.b & 1) == 0)
      loop.probed_pointers = static_cast<std::uint8_t>(loop.probed_pointers | (1u << s.b));
    const Effect effect = isa::info(s.opcode).effect;
    loop.closed &= plan.hoisted[w] || (effect != Effect::reads && effect != Effect::writes);
    loop.closed &= isa::info(program.words[w].coord.opcode).effect != Effect::messages;
    const isa::Op& d = program.words[w].dense;
    if (d.opcode == Opcode::dadd_i64 && d.immediate() && d.a == d.d && !induction[d.d].other_writes)
      offset[d.d] += d.imm;
  }
  for (const auto& [key, group] : groups) loop.groups.push_back(group);
}

/// Finds the accesses of a straight segment whose addresses follow from the registers at its start. Each pair of
/// pointer and index gets one check before the segment.
void find_straight(const isa::Program& program, Segment& segment, Plan& plan, CompileWork& work) {
  work.step(segment.length());
  isa::RegisterSet written;  // not by constant steps
  std::uint8_t pointers = 0, shared = 0;
  std::array<std::int64_t, 16> offset{};  // of each r since the segment began
  std::map<std::tuple<int, int, unsigned>, HoistedGroup> groups;
  for (std::uint32_t w = segment.first; w < segment.end; ++w) {
    const isa::Op& s = program.words[w].sparse;
    const isa::KindInfo* address = plain_address(s);
    const bool indexed = address != nullptr && s.c != isa::kNoRegister;
    if (address != nullptr && isa::info(s.opcode).effect != Effect::hint && (written.p >> s.b & 1) == 0 &&
        !(indexed && (written.r >> s.c & 1) != 0)) {
      const std::int64_t at = (indexed ? offset[s.c] * (std::int64_t{1} << s.mode) : 0) + s.disp;
      const std::int64_t end = at + static_cast<std::int64_t>(address->bytes);
      const auto [place, fresh] = groups.try_emplace({s.b, s.c, indexed ? s.mode : 0u});
      HoistedGroup& group = place->second;
      if (fresh) group = {s.b, s.c, indexed ? s.mode : 0u, 0, at, end};
      group.lowest = std::min(group.lowest, at);
      group.end = std::max(group.end, end);
      plan.hoisted[w] = true;
      const auto bit = static_cast<std::uint8_t>(1u << s.b);
      shared = static_cast<std::uint8_t>(shared | (pointers & bit));
      pointers = static_cast<std::uint8_t>(pointers | bit);
    }
    for (const Slot slot : {Slot::D, Slot::S, Slot::C}) {
      const isa::Op& op = program.words[w].slot(slot);
      isa::RegisterSet writes = plan.uses[w][static_cast<std::size_t>(slot)].writes;
      const bool steps = op.opcode == Opcode::dadd_i64 && op.immediate() && op.a == op.d && op.imm > -(1 << 30) &&
                         op.imm < (1 << 30) && std::abs(offset[op.d]) < (std::int64_t{1} << 40);
      if (steps) {
        offset[op.d] += op.imm;
        writes.r = 0;
      }
      written |= writes;
    }
  }
  segment.base_registers = shared;
  for (const auto& [key, group] : groups) segment.groups.push_back(group);
}

}  // namespace

std::optional<std::array<Slot, 3>> slot_order(const isa::Word& word, const std::array<isa::Uses, 3>& uses) {
  static constexpr std::array<std::array<Slot, 3>, 6> kOrders{{{Slot::S, Slot::C, Slot::D},
                                                               {Slot::C, Slot::S, Slot::D},
                                                               {Slot::D, Slot::S, Slot::C},
                                                               {Slot::D, Slot::C, Slot::S},
                                                               {Slot::S, Slot::D, Slot::C},
                                                               {Slot::C, Slot::D, Slot::S}}};
  const bool branches = is_control(word.dense);
  for (const auto& order : kOrders) {
    if (branches && order[2] != Slot::D) break;
    bool good = true;
    for (std::size_t early = 0; early < 3; ++early)
      for (std::size_t late = early + 1; late < 3; ++late)
        good &= !uses[static_cast<std::size_t>(order[early])].writes.intersects(
            uses[static_cast<std::size_t>(order[late])].reads);
    if (good) return order;
  }
  return {};
}

bool may_wait(Opcode opcode) {
  return opcode == Opcode::crecv || opcode == Opcode::cbar || opcode == Opcode::creduce_i64 ||
         opcode == Opcode::creduce_f64 || opcode == Opcode::ccast;
}

std::uint64_t probes_in(const isa::Program& program, std::uint32_t first, std::uint32_t end) {
  std::uint64_t probes = 0;
  for (std::uint32_t w = first; w < end; ++w) probes += isa::info(program.words[w].sparse.opcode).cost == Cost::probe;
  return probes;
}

Retired retired_by(const isa::Program& program, std::uint32_t first, std::uint32_t end) {
  Retired retired;
  for (std::uint32_t w = first; w < end; ++w) {
    ++retired.words;
    for (const Slot slot : {Slot::D, Slot::S, Slot::C}) {
      const isa::OpcodeInfo& row = isa::info(program.words[w].slot(slot).opcode);
      retired.ops[static_cast<std::size_t>(slot)] += row.counts();
      retired.control += row.effect == Effect::control;
    }
  }
  return retired;
}

Plan make_plan(const isa::Program& program, const Features& features, CompileWork& work) {
  const auto words = static_cast<std::uint32_t>(program.words.size());
  Plan plan;
  plan.segment_of.assign(words, Plan::kNone);
  plan.hoisted.assign(words, false);
  plan.guard.assign(words, -1);
  plan.order.resize(words);
  plan.uses.resize(words);

  std::vector<bool> called(words), leader(words);
  leader[0] = true;
  std::vector<std::int32_t> depth_change(words + 1);
  for (std::uint32_t w = 0; w < words; ++w) {
    const isa::Word& word = program.words[w];
    work.step();
    for (const Slot slot : {Slot::D, Slot::S, Slot::C})
      plan.uses[w][static_cast<std::size_t>(slot)] = isa::uses_of(word.slot(slot));
    bool emitted = can_emit(word.dense, features) && can_emit(word.sparse, features) && can_emit(word.coord, features);
    // Host code sets the empty bit before it executes the D slot.
    emitted &= word.coord.opcode != Opcode::crecv_try || word.dense.opcode != Opcode::dmov_sr;
    if (emitted) {
      const auto order = slot_order(word, plan.uses[w]);
      emitted = order.has_value();
      if (emitted) plan.order[w] = *order;
    }
    called[w] = !emitted;
    if (may_wait(word.coord.opcode)) leader[w] = true;
    plan.looks_up_cells |= emitted && isa::info(word.sparse.opcode).cost == Cost::probe;
    if (is_control(word.dense)) {
      if (isa::info(word.dense.opcode).has_target()) {
        const auto target = static_cast<std::uint32_t>(word.dense.imm);
        leader[target] = true;
        if (target <= w) ++depth_change[target], --depth_change[w + 1];
      }
      if (w + 1 < words) leader[w + 1] = true;
    }
    if (called[w]) {
      leader[w] = true;
      if (w + 1 < words) leader[w + 1] = true;
    }
  }

  std::int32_t depth = 0;
  for (std::uint32_t w = 0; w < words; ++w) {
    depth += depth_change[w];
    work.step();
    const std::uint64_t weight = std::uint64_t{1} << (3 * std::clamp(depth, 0, 8));
    for (const isa::Uses& uses : plan.uses[w]) {
      plan.used |= uses.reads;
      plan.used |= uses.writes;
      plan.written |= uses.writes;
      if (called[w]) continue;
      const auto weigh = [weight](std::array<std::uint64_t, 16>& weights, std::uint32_t bits) {
        for (; bits != 0; bits &= bits - 1) weights[static_cast<std::size_t>(std::countr_zero(bits))] += weight;
      };
      weigh(plan.r_weight, uses.reads.r), weigh(plan.r_weight, uses.writes.r);
      weigh(plan.v_weight, uses.reads.v), weigh(plan.v_weight, uses.writes.v);
    }
  }

  for (std::uint32_t w = 0; w < words;) {
    Segment segment;
    segment.first = w;
    segment.called = called[w];
    segment.waits = !called[w] && may_wait(program.words[w].coord.opcode);
    for (++w; w < words && !leader[w]; ++w) {
    }
    segment.end = w;
    work.step(segment.length());
    const isa::Op& last = program.words[w - 1].dense;
    segment.counted_loop = !segment.called && !segment.waits && last.opcode == Opcode::dloop &&
                           static_cast<std::uint32_t>(last.imm) == segment.first;
    if (segment.counted_loop)
      for (std::uint32_t k = segment.first; k + 1 < segment.end; ++k)
        for (const isa::Uses& uses : plan.uses[k])
          if (uses.writes.r >> last.d & 1) segment.counted_loop = false;
    if (segment.counted_loop)
      find_hoistable(program, segment, plan, work);
    else if (!segment.called)
      find_straight(program, segment, plan, work);
    if (static_cast<std::size_t>(__builtin_popcount(segment.probed_pointers)) > kMaxProbed) segment.probed_pointers = 0;
    plan.segment_of[segment.first] = static_cast<std::uint32_t>(plan.segments.size());
    plan.segments.push_back(std::move(segment));
  }
  return plan;
}

}  // namespace vtpu::exec::jit
