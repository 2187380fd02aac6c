#include "vtpu/compiler/backend/pipeline.h"

#include <algorithm>
#include <bit>
#include <initializer_list>
#include <limits>
#include <optional>

#include "vtpu/base/check.h"
#include "vtpu/compiler/backend/operands.h"

namespace vtpu::compiler::backend {
namespace {

using isa::Opcode;

PlacedOp scalar_op(Opcode opcode, std::uint32_t line, Register d, Register a, std::optional<std::int64_t> imm,
                   Register b = kNoRegister, Register c = kNoRegister) {
  PlacedOp op;
  op.op.opcode = opcode;
  op.line = line;
  op.registers = {d, a, b, c};
  if (imm) op.op.imm = *imm, op.op.flags = isa::Op::kImmediate;
  return op;
}

/// The contents of a slot before registers and displacements are filled in.
struct Cell {
  enum class What : std::uint8_t { nothing, op, steps, close };
  What what = What::nothing;
  std::uint32_t index = 0;     ///< index of the op in the block, or of the induction
  std::int64_t iteration = 0;  ///< of an op; for steps, the number of iterations covered
};
using Row = std::array<Cell, 3>;

/// Lays out prologue, kernel and epilogue for stages − 1 + factor iterations, that is, one pass of the kernel. A
/// further pass shifts all iteration numbers and the merged steps by `factor`, so register names and displacements stay
/// valid.
class Expander {
 public:
  Expander(const Block& block, const LoopPlan& plan, const std::vector<Register>& live_out)
      : block_(block), plan_(plan), iterations_(plan.stages - 1 + plan.factor) {
    lay_out();
    place_control(live_out);
  }

  /// Names the copies; `fresh(r)` makes another register like r. The last iteration, `iterations - 1`, uses the
  /// original register, so that it holds the loop's result.
  template <class Fresh>
  void name_copies(const Fresh& fresh) {
    names_.clear();
    for (std::size_t k = 0; k < plan_.locals.size(); ++k) {
      auto& names = names_.emplace_back(1, plan_.locals[k]);
      for (unsigned copy = 1; copy < plan_.copies[k]; ++copy) names.push_back(fresh(plan_.locals[k]));
    }
  }

  /// Prologue, kernel and epilogue without empty words. None if a displacement overflows or a word has no slot order.
  std::optional<std::array<std::vector<WideWord>, 3>> words(Register counter) const {
    std::array<std::vector<WideWord>, 3> parts;
    std::vector<std::int64_t> done(plan_.inductions.size());  // iterations covered by steps so far
    for (std::size_t part = 0; part < 3; ++part)
      for (const Row& row : rows_[part]) {
        WideWord word;
        std::vector<std::int64_t> after = done;
        for (std::size_t slot = 0; slot < 3; ++slot) {
          const Cell& cell = row[slot];
          PlacedOp& placed = word.slots[slot];
          if (cell.what == Cell::What::op) {
            placed = PlacedOp(block_.ops[cell.index]);
            if (!fill_in(placed, cell, done)) return {};
            if (const auto k = induction_stepped_by(cell.index)) ++after[*k];
          } else if (cell.what == Cell::What::steps) {
            const Induction& induction = plan_.inductions[cell.index];
            placed = scalar_op(Opcode::dadd_i64, block_.ops[induction.op].line, induction.r, induction.r,
                               induction.step * cell.iteration);
            after[cell.index] += cell.iteration;
          } else if (cell.what == Cell::What::close) {
            placed = PlacedOp(*block_.exit);
            placed.registers[kD] = counter;
          }
        }
        done = std::move(after);
        if (word.empty()) continue;
        if (!order_of(word)) return {};
        parts[part].push_back(word);
      }
    return parts;
  }

 private:
  static constexpr std::size_t kPrologue = 0, kKernel = 1, kEpilogue = 2;

  void lay_out() {
    const std::int64_t interval = plan_.schedule.interval;
    const std::int64_t kernel_first = (plan_.stages - 1) * interval;
    const std::int64_t kernel_end = kernel_first + plan_.factor * interval;
    const std::int64_t end = iterations_ * interval + (plan_.stages - 1) * interval;
    std::vector<std::vector<std::uint32_t>> ops_of(plan_.schedule.interval);
    for (std::uint32_t i = 0; i < block_.ops.size(); ++i)
      if (plan_.schedule.time[i] != ModuloSchedule::kApart) ops_of[plan_.schedule.row(i)].push_back(i);
    for (std::int64_t time = 0; time < end; ++time) {
      Row row;
      bool used = false;
      for (const std::uint32_t op : ops_of[static_cast<std::size_t>(time % interval)]) {
        const std::int64_t since = time - plan_.schedule.time[op];
        if (since < 0 || since / interval >= iterations_) continue;
        row[static_cast<std::size_t>(row_of(block_.ops[op].op.opcode).slot)] = {Cell::What::op, op, since / interval};
        used = true;
      }
      if (used) rows_[time < kernel_first ? kPrologue : time < kernel_end ? kKernel : kEpilogue].push_back(row);
    }
  }

  /// Puts merged steps and the dloop into free D slots of the kernel, or into additional words.
  void place_control(const std::vector<Register>& live_out) {
    std::vector<Cell> steps;
    for (std::uint32_t k = 0; k < plan_.inductions.size(); ++k)
      if (plan_.merged(plan_.inductions[k])) steps.push_back({Cell::What::steps, k, plan_.factor});
    std::vector<Row>& kernel = rows_[kKernel];
    const auto room = static_cast<std::size_t>(
        std::count_if(kernel.begin(), kernel.end(), [](const Row& row) { return row[0].what == Cell::What::nothing; }));
    const std::size_t need = steps.size() + 1;
    if (need > room) kernel.resize(kernel.size() + need - room);
    if (kernel.back()[0].what != Cell::What::nothing) kernel.emplace_back();
    kernel.back()[0].what = Cell::What::close;
    std::size_t row = kernel.size();
    for (const Cell& step : steps) {
      do --row;
      while (kernel[row][0].what != Cell::What::nothing);
      kernel[row][0] = step;
    }
    // Covers the iterations that the kernel's own steps did not count.
    for (Cell step : steps) {
      step.iteration = iterations_ - plan_.factor;
      const Register r = plan_.inductions[step.index].r;
      if (step.iteration == 0 || !std::binary_search(live_out.begin(), live_out.end(), r)) continue;
      rows_[kEpilogue].emplace_back();
      rows_[kEpilogue].back()[0] = step;
    }
  }
  std::optional<std::size_t> induction_stepped_by(std::uint32_t op) const {
    for (std::size_t k = 0; k < plan_.inductions.size(); ++k)
      if (plan_.inductions[k].op == op) return k;
    return {};
  }

  Register name_of(Register r, std::int64_t iteration) const {
    const auto at = std::lower_bound(plan_.locals.begin(), plan_.locals.end(), r);
    if (at == plan_.locals.end() || *at != r) return r;
    const auto k = static_cast<std::size_t>(at - plan_.locals.begin());
    return names_[k][static_cast<std::size_t>((iterations_ - 1 - iteration) % plan_.copies[k])];
  }

  bool fill_in(PlacedOp& placed, const Cell& cell, const std::vector<std::int64_t>& done) const {
    std::int64_t displacement = placed.op.disp;
    for_each_operand(placed.op, placed.registers, [&](const OperandRow& row, Register r) {
      if (!row.index) return;
      const auto at = std::lower_bound(plan_.inductions.begin(), plan_.inductions.end(), r,
                                       [](const Induction& x, Register y) { return x.r < y; });
      if (at == plan_.inductions.end() || at->r != r) return;
      const auto k = static_cast<std::size_t>(at - plan_.inductions.begin());
      const std::int64_t meant = cell.iteration + (cell.index > at->op ? 1 : 0);
      displacement += (meant - done[k]) * at->step * (std::int64_t{1} << placed.op.mode);
    });
    if (displacement > std::numeric_limits<std::int32_t>::max() ||
        displacement < std::numeric_limits<std::int32_t>::min())
      return false;
    placed.op.disp = static_cast<std::int32_t>(displacement);
    for (Register& r : placed.registers)
      if (r != kNoRegister) r = name_of(r, cell.iteration);
    return true;
  }

  const Block& block_;
  const LoopPlan& plan_;
  std::int64_t iterations_;
  std::array<std::vector<Row>, 3> rows_;
  std::vector<std::vector<Register>> names_;
};

WideBlock straight(std::vector<PlacedOp> ops, unsigned depth) {
  WideBlock block;
  block.depth = depth;
  for (PlacedOp& op : ops) block.words.emplace_back().dense() = std::move(op);
  return block;
}

}  // namespace

bool can_expand(const Block& block, const LoopPlan& plan) {
  Expander expander(block, plan, {});
  Register next = kNoRegister;
  expander.name_copies([&](Register) { return --next; });
  return expander.words(block.exit->registers[kD]).has_value();
}

std::uint32_t append_pipelined(const Block& block, const LoopPlan& plan, const WideBlock& plain,
                               const std::vector<Register>& live_out, WideCode& wide) {
  Expander expander(block, plan, live_out);
  expander.name_copies([&](Register r) { return wide.copy_of(r); });
  const Register counter = block.exit->registers[kD];
  const std::uint32_t line = block.exit->line;
  const unsigned outside = block.depth > 0 ? block.depth - 1 : 0;
  const std::int64_t stages = plan.stages, factor = plan.factor;
  const bool known = block.loop->trip != 0;
  const Register passes = known ? counter : wide.fresh(isa::File::r);
  auto parts = expander.words(passes);
  VTPU_CHECK(parts.has_value(), "a plan can be expanded");

  WideBlock rest = plain;
  rest.loop = WideBlock::kNoLoop;
  if (known) {
    const auto trip = static_cast<std::int64_t>(block.loop->trip);
    const std::int64_t in_kernel = (trip - (stages - 1)) / factor;
    const std::int64_t left = trip - (stages - 1) - in_kernel * factor;
    rest.depth = outside;
    if (left == 1) {
      rest.branches = false;
      rest.words.back().dense() = PlacedOp();
      wide.blocks.push_back(std::move(rest));
    } else if (left > 1) {
      wide.blocks.push_back(straight({scalar_op(Opcode::dmov_i64, line, counter, kNoRegister, left)}, outside));
      rest.target = static_cast<std::uint32_t>(wide.blocks.size());
      wide.blocks.push_back(std::move(rest));
    }
    wide.blocks.push_back(straight({scalar_op(Opcode::dmov_i64, line, passes, kNoRegister, in_kernel)}, outside));
  } else {
    // passes = max(0, (n − stages + 1) / factor); left over: the remainder, or all n if this is 0.
    const Register beyond = wide.fresh(isa::File::r);
    const auto first = static_cast<std::uint32_t>(wide.blocks.size());
    std::vector<PlacedOp> setup{
        scalar_op(Opcode::dadd_i64, line, beyond, counter, 1 - stages),
        scalar_op(Opcode::dsar_i64, line, passes, beyond, std::countr_zero(plan.factor)),
        scalar_op(Opcode::dmax_i64, line, passes, passes, 0),
        scalar_op(Opcode::dand_i64, line, beyond, beyond, factor - 1),
        scalar_op(Opcode::dsel_i64, line, counter, beyond, {}, counter, passes),
        scalar_op(Opcode::dbr_z, line, kNoRegister, counter, {}),
    };
    wide.blocks.push_back(straight(std::move(setup), outside));
    wide.blocks.back().branches = true;
    wide.blocks.back().target = first + 3;
    rest.target = first + 1;
    wide.blocks.push_back(std::move(rest));
    wide.blocks.push_back(straight({scalar_op(Opcode::dbr_z, line, kNoRegister, passes, {})}, outside));
    wide.blocks.back().branches = true;
    wide.blocks.back().target = first + 6;
    wide.blocks.push_back(straight({}, outside));
  }
  WideBlock& prologue = wide.blocks.back();
  prologue.words.insert(prologue.words.end(), (*parts)[0].begin(), (*parts)[0].end());
  const auto kernel_number = static_cast<std::uint32_t>(wide.blocks.size());
  WideBlock kernel;
  kernel.words = std::move((*parts)[1]);
  kernel.depth = block.depth;
  kernel.branches = true;
  kernel.target = kernel_number;
  wide.blocks.push_back(std::move(kernel));
  WideBlock epilogue;
  epilogue.words = std::move((*parts)[2]);
  epilogue.depth = outside;
  wide.blocks.push_back(std::move(epilogue));
  return kernel_number;
}

}  // namespace vtpu::compiler::backend
