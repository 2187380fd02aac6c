#include "vtpu/compiler/backend/pressure.h"

#include <algorithm>

#include "vtpu/compiler/backend/operands.h"

namespace vtpu::compiler::backend {
namespace {

constexpr std::array<int, 5> kEnough{0, 12, 15, 7, 4};  // by isa::File; ops that need more wait
constexpr int kLeast = 6;

}  // namespace

Pressure::Pressure(const Block& block, const std::vector<isa::File>& files, const std::vector<Register>& live_out) {
  std::vector<Register> registers = live_out;
  const std::size_t ops = block.ops.size() + (block.exit ? 1 : 0);
  const auto op_at = [&](std::size_t i) -> const MachineOp& {
    return i < block.ops.size() ? block.ops[i] : *block.exit;
  };
  for (std::size_t i = 0; i < ops; ++i)
    for_each_operand(op_at(i).op, op_at(i).registers, [&](const OperandRow&, Register r) { registers.push_back(r); });
  std::sort(registers.begin(), registers.end());
  registers.erase(std::unique(registers.begin(), registers.end()), registers.end());
  const auto place_of = [&](Register r) {
    return static_cast<std::uint32_t>(std::lower_bound(registers.begin(), registers.end(), r) - registers.begin());
  };
  states_.resize(registers.size());
  enough_ = kEnough;
  if (block.loop) {
    const auto pointers =
        std::count_if(registers.begin(), registers.end(), [&](Register r) { return files[r] == isa::File::p; });
    enough_[1] = std::max(kLeast, static_cast<int>(kHostRegisters) - static_cast<int>(pointers));
  }
  for (std::size_t k = 0; k < registers.size(); ++k) states_[k].file = files[registers[k]];
  std::vector<bool> written(registers.size());
  for (const Register r : live_out) states_[place_of(r)].live_out = true;
  first_.push_back(0);
  for (std::size_t i = 0; i < ops; ++i) {
    for_each_operand(op_at(i).op, op_at(i).registers, [&](const OperandRow& row, Register r) {
      const std::uint32_t k = place_of(r);
      Use* use = nullptr;
      for (std::size_t u = first_.back(); u < uses_.size(); ++u)
        if (uses_[u].state == k) use = &uses_[u];
      if (use == nullptr) use = &uses_.emplace_back(Use{k, 0, false});
      if (row.reads) ++use->reads, ++states_[k].reads_left, states_[k].live |= !written[k];
      use->writes |= row.writes;
    });
    for (std::size_t u = first_.back(); u < uses_.size(); ++u)
      if (uses_[u].writes) written[uses_[u].state] = true;
    first_.push_back(static_cast<std::uint32_t>(uses_.size()));
  }
  for (std::size_t k = 0; k < states_.size(); ++k) {
    states_[k].live |= states_[k].live_out && !written[k];
    live_[static_cast<std::size_t>(states_[k].file)] += states_[k].live;
  }
}

bool Pressure::fits(std::uint32_t op) const {
  std::array<int, 5> more{};
  for (const Use* use = begin_of(op); use != end_of(op); ++use) {
    const State& state = states_[use->state];
    const auto file = static_cast<std::size_t>(state.file);
    const bool dies = state.live && use->reads == state.reads_left && use->reads > 0 && !state.live_out;
    if (dies && !use->writes) --more[file];
    if (!state.live && use->writes) ++more[file];
  }
  for (std::size_t file = 1; file < more.size(); ++file)
    if (more[file] > 0 && live_[file] + more[file] > enough_[file]) return false;
  return true;
}

void Pressure::place(std::uint32_t op) {
  for (const Use* use = begin_of(op); use != end_of(op); ++use) {
    State& state = states_[use->state];
    state.reads_left -= use->reads;
    const bool live = state.live_out || state.reads_left > 0;
    if (use->writes || !live) {
      // An unread result dies at once. A register read before its first write is live from the start.
      const bool now = live && (state.live || use->writes);
      live_[static_cast<std::size_t>(state.file)] += static_cast<int>(now) - static_cast<int>(state.live);
      state.live = now;
    }
  }
  for (std::size_t file = 1; file < live_.size(); ++file) most_[file] = std::max(most_[file], live_[file]);
}

unsigned Pressure::excess() const {
  unsigned sum = 0;
  for (std::size_t file = 1; file < most_.size(); ++file)
    sum += static_cast<unsigned>(std::max(0, most_[file] - static_cast<int>(isa::kFileSize[file])));
  return sum;
}

}  // namespace vtpu::compiler::backend
