#include "vtpu/compiler/backend/memory_order.h"

#include <algorithm>
#include <map>

#include "vtpu/compiler/backend/operands.h"
#include "vtpu/compiler/ir/integers.h"

namespace vtpu::compiler::backend {
namespace {

using isa::Effect;
using isa::Opcode;

// When this many accesses are mutually unordered, the next one is ordered after all of them. Blocks of many thousand
// accesses then take linear time and lose no freedom that a schedule could use.
constexpr std::size_t kMostOpen = 128;

struct Access {
  std::uint32_t op = 0;
  bool writes = false;
};

/// Ops before and after which all memory accesses are ordered: ops that synchronise with other sentrons, and ops that
/// allocate or free regions.
bool orders_memory(Opcode opcode) {
  switch (opcode) {
    case Opcode::cfence:
    case Opcode::cbar:
    case Opcode::creduce_i64:
    case Opcode::creduce_f64:
    case Opcode::ccast: return true;
    default: return row_of(opcode).effect == Effect::allocates;
  }
}

class MemoryOrder {
 public:
  MemoryOrder(const Block& block, bool carried, std::vector<Dependence>& edges)
      : block_(block), carried_(carried), edges_(edges) {}

  void run() {
    for (std::uint32_t i = 0; i < block_.ops.size(); ++i) {
      const Effect effect = row_of(block_.ops[i].op.opcode).effect;
      if (effect == Effect::messages || effect == Effect::allocates) ordered(i);
      if (orders_memory(block_.ops[i].op.opcode)) {
        fence(i);
      } else if (effect == Effect::reads || effect == Effect::writes) {
        access(i, effect == Effect::writes);
      }
    }
    if (carried_) carry();
  }

 private:
  void edge(std::uint32_t from, std::uint32_t to, std::uint32_t distance = 0) {
    edges_.push_back({from, to, 1, distance});
  }

  bool stands_for_others(std::uint32_t op) const {
    return std::binary_search(stands_for_others_.begin(), stands_for_others_.end(), op);
  }

  void ordered(std::uint32_t i) {
    if (!chain_.empty()) edge(chain_.back(), i);
    chain_.push_back(i);
  }

  void fence(std::uint32_t i) {
    for (auto& [tensor, list] : open_) {
      for (const Access& a : list) edge(a.op, i);
      list.clear();
    }
    if (!fences_.empty()) edge(fences_.back(), i);
    fences_.push_back(i);
  }

  void access(std::uint32_t i, bool writes) {
    const std::uint32_t tensor = block_.ops[i].memory.tensor;
    all_.push_back({i, writes});
    if (!fences_.empty()) edge(fences_.back(), i);
    const auto against = [&](const std::vector<Access>& list) {
      for (const Access& a : list)
        if (stands_for_others(a.op) ||
            ((a.writes || writes) && overlap_distance(block_.ops[a.op].memory, block_.ops[i].memory, 0) == 0))
          edge(a.op, i);
    };
    if (tensor == MemoryReference::kNoTensor) {  // may touch any tensor
      for (const auto& [other, list] : open_) against(list);
    } else {
      against(open_[tensor]);
      if (const auto found = open_.find(MemoryReference::kNoTensor); found != open_.end()) against(found->second);
    }
    std::vector<Access>& list = open_[tensor];
    if (list.size() >= kMostOpen) {
      for (const Access& a : list) edge(a.op, i);
      list.assign(1, {i, writes});
      stands_for_others_.push_back(i);
      return;
    }
    list.push_back({i, writes});
  }

  void carry() {
    if (!chain_.empty()) edge(chain_.back(), chain_.front(), 1);
    if (!fences_.empty()) {
      edge(fences_.back(), fences_.front(), 1);
      for (const Access& a : all_) edge(fences_.back(), a.op, 1), edge(a.op, fences_.front(), 1);
    }
    if (all_.size() > 4 * kMostOpen) {  // too many pairs: keep all iterations in order
      for (const Access& a : all_) edge(a.op, all_.front().op, 1), edge(all_.back().op, a.op, 1);
      for (std::size_t k = 1; k < all_.size(); ++k) edge(all_[k - 1].op, all_[k].op);
      return;
    }
    for (const Access& early : all_)
      for (const Access& late : all_) {
        if (!early.writes && !late.writes) continue;
        const auto distance = overlap_distance(block_.ops[early.op].memory, block_.ops[late.op].memory, 1);
        if (distance) edge(early.op, late.op, *distance);
      }
  }

  const Block& block_;
  bool carried_;
  std::vector<Dependence>& edges_;
  std::map<std::uint32_t, std::vector<Access>> open_;  // by tensor, since the last fence
  std::vector<Access> all_;
  std::vector<std::uint32_t> chain_;  // ops that keep program order among themselves
  std::vector<std::uint32_t> fences_;
  std::vector<std::uint32_t> stands_for_others_;  // ops ordered after all earlier and before all later accesses
};

}  // namespace

std::optional<std::uint32_t> overlap_distance(const MemoryReference& early, const MemoryReference& late,
                                              std::uint32_t least) {
  constexpr std::uint32_t kNoTensor = MemoryReference::kNoTensor;
  if (early.tensor != late.tensor && early.tensor != kNoTensor && late.tensor != kNoTensor) return {};
  const bool known = early.tensor != kNoTensor && early.tensor == late.tensor && early.affine && late.affine &&
                     early.group == late.group && early.step == late.step;
  if (!known) return least;
  // They overlap after d iterations if below < step × d < above.
  // Offsets are numbers modulo 2^64, so the difference of two places in a tensor is exact after wrapping around.
  const ir::Wide apart = ir::wrapped_sub(early.offset, late.offset);
  const ir::Wide below = apart - late.bytes;
  const ir::Wide above = apart + early.bytes;
  if (early.step == 0) return below < 0 && 0 < above ? std::optional(least) : std::nullopt;
  const ir::Wide step = ir::magnitude(early.step);
  const ir::Wide low = early.step > 0 ? below : -above;  // low < step × d < high
  const ir::Wide high = early.step > 0 ? above : -below;
  ir::Wide d = least;
  if (step * d <= low) d = low / step + 1;  // low ≥ 0 here
  if (step * d >= high) return {};
  return static_cast<std::uint32_t>(std::min<ir::Wide>(d, 1 << 20));
}

void add_memory_edges(const Block& block, bool carried, std::vector<Dependence>& edges) {
  MemoryOrder(block, carried, edges).run();
}

}  // namespace vtpu::compiler::backend
