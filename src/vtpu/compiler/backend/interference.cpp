#include "vtpu/compiler/backend/interference.h"

#include <algorithm>

#include "vtpu/base/check.h"
#include "vtpu/compiler/backend/liveness.h"
#include "vtpu/compiler/backend/operands.h"

namespace vtpu::compiler::backend {
namespace {

/// The set of live registers by file, with contiguous members.
class LiveSet {
 public:
  explicit LiveSet(const std::vector<isa::File>& files) : files_(files), place_(files.size(), kAbsent) {}

  void add(Register r) {
    if (place_[r] != kAbsent) return;
    auto& members = of(r);
    place_[r] = static_cast<std::uint32_t>(members.size());
    members.push_back(r);
  }
  void remove(Register r) {
    if (place_[r] == kAbsent) return;
    auto& members = of(r);
    place_[members.back()] = place_[r];
    members[place_[r]] = members.back();
    members.pop_back();
    place_[r] = kAbsent;
  }
  void clear() {
    for (auto& members : members_) {
      for (const Register r : members) place_[r] = kAbsent;
      members.clear();
    }
  }
  const std::vector<Register>& in_file_of(Register r) const { return members_[static_cast<std::size_t>(files_[r])]; }
  bool contains(Register r) const { return place_[r] != kAbsent; }
  unsigned size(std::size_t file) const { return static_cast<unsigned>(members_[file].size()); }

 private:
  static constexpr std::uint32_t kAbsent = ~std::uint32_t{0};
  std::vector<Register>& of(Register r) { return members_[static_cast<std::size_t>(files_[r])]; }

  const std::vector<isa::File>& files_;
  std::vector<std::uint32_t> place_;
  std::array<std::vector<Register>, 5> members_;
};

/// Calls visit(result, operand) for the operands of an op that are not live after it: an addend first, otherwise in
/// order, because the host's ops overwrite their addend or their first operand.
template <class Visit>
void for_each_heir(const WideCode& code, const PlacedOp& op, const LiveSet& live, const Visit& visit) {
  Register result = kNoRegister;
  std::array<Register, 4> operands{};
  std::size_t count = 0;
  for_each_operand(op.op, op.registers, [&](const OperandRow& row, Register r) {
    if (row.writes) result = r;
    if (row.reads) operands[count++] = r;
  });
  if (result == kNoRegister) return;
  if (count == 3) std::rotate(operands.begin(), operands.begin() + 2, operands.begin() + 3);
  for (std::size_t k = 0; k < count; ++k)
    if (code.files[result] == code.files[operands[k]] && !live.contains(operands[k])) visit(result, operands[k]);
}

}  // namespace

Interference::Interference(const WideCode& code)
    : neighbours(code.files.size()), weight(code.files.size()), most_live(code.blocks.size()) {
  const Liveness liveness(code);
  LiveSet live(code.files);
  std::size_t pairs = 0;
  const auto edge = [&](Register a, Register b) {
    if (a == b) return;
    ++pairs;
    neighbours[a].push_back(b);
    neighbours[b].push_back(a);
  };
  std::vector<std::pair<double, std::pair<Register, Register>>> found;
  for (std::uint32_t b = 0; b < code.blocks.size(); ++b) {
    const WideBlock& block = code.blocks[b];
    if (pairs > kMost) {
      complete = false;
      return;
    }
    live.clear();
    for (const Register r : liveness.live_out(b)) live.add(r);
    auto& most = most_live[b];
    const auto count = [&] {
      for (std::size_t file = 1; file < most.size(); ++file) most[file] = std::max(most[file], live.size(file));
    };
    count();
    const auto frequency = static_cast<double>(std::uint64_t{1} << (3 * std::min(block.depth, 10u)));
    for (std::size_t w = block.words.size(); w-- > 0 && pairs <= kMost;) {
      const WideWord& word = block.words[w];
      const auto order = order_of(word);
      VTPU_CHECK(order.has_value(), "the slots of a word have an execution order");
      std::array<Register, 8> results{};
      std::size_t written = 0;
      for (std::size_t k = 3; k-- > 0;) {
        const PlacedOp& op = word.slots[(*order)[k]];
        if (op.empty()) continue;
        const bool move = is_move(op.op);
        if (move) found.push_back({-frequency, {op.registers[kD], op.registers[kA]}});
        for_each_operand(op.op, op.registers, [&](const OperandRow& row, Register r) {
          weight[r] += frequency;
          if (!row.writes) return;
          for (std::size_t i = 0; i < written; ++i)
            if (code.files[results[i]] == code.files[r]) edge(r, results[i]);
          results[written++] = r;
          for (const Register other : live.in_file_of(r))
            if (!move || other != op.registers[kA]) edge(r, other);
          live.add(r);
        });
        count();
        if (!move) for_each_heir(code, op, live, [&](Register r, Register from) { heirs.emplace_back(r, from); });
        for_each_operand(op.op, op.registers, [&](const OperandRow& row, Register r) {
          if (row.writes) live.remove(r);
        });
        for_each_operand(op.op, op.registers, [&](const OperandRow& row, Register r) {
          if (row.reads) live.add(r);
        });
      }
    }
    count();
  }
  complete = pairs <= kMost;
  for (auto& list : neighbours) {
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& x, const auto& y) { return x.first < y.first; });
  for (const auto& [frequency, move] : found) moves.push_back(move);
}

bool Interference::meet(Register a, Register b) const {
  return std::binary_search(neighbours[a].begin(), neighbours[a].end(), b);
}

}  // namespace vtpu::compiler::backend
