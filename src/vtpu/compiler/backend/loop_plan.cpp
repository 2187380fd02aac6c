#include "vtpu/compiler/backend/loop_plan.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "vtpu/compiler/backend/mii.h"
#include "vtpu/compiler/backend/operands.h"
#include "vtpu/compiler/backend/pipeline.h"
#include "vtpu/compiler/backend/pressure.h"

namespace vtpu::compiler::backend {
namespace {

constexpr unsigned kMostCopies = 16;
constexpr unsigned kMostKernelWords = 1024;
constexpr unsigned kShortKernel = 16;     // words; shorter kernels are repeated if that saves loop control
constexpr unsigned kBeyondBound = 8;      // minimum number of intervals tried above the lower bound
constexpr std::size_t kMostOps = 3000;    // larger bodies: a list schedule leaves no gaps worth the search
constexpr std::size_t kMostWork = 10000;  // total ops over all tries for a loop
constexpr unsigned kMostRejected = 4;

// What is tried at each interval: level of latencies and priority of ops.
constexpr std::array kTries{std::pair{std::size_t{0}, Priority::height}, std::pair{std::size_t{0}, Priority::source},
                            std::pair{std::size_t{1}, Priority::height}, std::pair{std::size_t{1}, Priority::source},
                            std::pair{std::size_t{2}, Priority::source}};

/// Whether the registers live at once in a loop fit the machine's registers with `spare` left. Some must be spared,
/// because colouring around a loop may need one more.
bool fits(const std::array<unsigned, 5>& live, unsigned spare) {
  for (std::size_t file = 1; file < live.size(); ++file)
    if (live[file] + spare > isa::kFileSize[file] && live[file] > 0) return false;
  return true;
}

bool reads_counter(const Block& block) {
  const Register counter = block.exit->registers[kD];
  bool found = false;
  for (const MachineOp& op : block.ops)
    for_each_operand(op.op, op.registers, [&](const OperandRow&, Register r) { found |= r == counter; });
  return found;
}

/// Number of free D slots in the kernel's rows.
unsigned free_dense_rows(const Block& block, const ModuloSchedule& schedule) {
  unsigned taken = 0;
  for (std::uint32_t i = 0; i < block.ops.size(); ++i)
    taken += schedule.time[i] != ModuloSchedule::kApart && row_of(block.ops[i].op.opcode).slot == isa::Slot::D;
  return schedule.interval - taken;
}

unsigned merged_steps(const LoopPlan& plan) {
  return static_cast<unsigned>(std::count_if(plan.inductions.begin(), plan.inductions.end(),
                                             [&](const Induction& i) { return plan.merged(i); }));
}

}  // namespace

unsigned kernel_words(const Block& block, const LoopPlan& plan) {
  std::vector<bool> used(plan.schedule.interval), dense(plan.schedule.interval);
  for (std::uint32_t i = 0; i < block.ops.size(); ++i)
    if (plan.schedule.time[i] != ModuloSchedule::kApart) {
      used[plan.schedule.row(i)] = true;
      if (row_of(block.ops[i].op.opcode).slot == isa::Slot::D) dense[plan.schedule.row(i)] = true;
    }
  unsigned words = 0, room = 0;
  for (std::size_t row = 0; row < used.size(); ++row) words += used[row], room += used[row] && !dense[row];
  words *= plan.factor, room *= plan.factor;
  const unsigned control = merged_steps(plan) + 1;
  const bool closing_word = control <= room && dense.back();
  return words + (control > room ? control - room : 0) + (closing_word ? 1 : 0);
}

std::optional<LoopPlan> plan_loop(const LoopRequest& request, LoopReport& report) {
  const Block& block = *request.block;
  LoopPlan plan;
  plan.inductions = find_inductions(block);
  plan.locals = find_locals(block);
  std::vector<std::uint32_t> skipped;
  for (const Induction& induction : plan.inductions)
    if (plan.merged(induction)) skipped.push_back(induction.op);
  std::sort(skipped.begin(), skipped.end());
  std::erase_if(plan.locals, [&](Register r) {
    return std::any_of(plan.inductions.begin(), plan.inductions.end(), [&](const Induction& x) { return x.r == r; });
  });

  const auto refuse = [&](std::string reason) {
    report.reason = std::move(reason);
    return std::optional<LoopPlan>();
  };
  report.slots = slots_of(block, skipped);
  report.res_mii = res_mii(report.slots);
  if (block.ops.size() > kMostOps) return refuse("the body has more than 3000 ops");
  std::array<std::optional<Graph>, 3> graphs;  // by latency: full, halved, and 1 for all
  GraphOptions options;
  options.inductions = plan.inductions;
  options.locals = plan.locals;
  options.status_read = request.status_read;
  options.carried = true;
  options.skip_merged = true;
  const auto graph_of = [&](std::size_t level) -> const Graph& {
    if (!graphs[level]) {
      options.latencies = latencies_of(*request.map, level == 0 ? 1 : level == 1 ? 2 : 1000);
      graphs[level] = make_graph(block, options);
    }
    return *graphs[level];
  };
  report.rec_mii = rec_mii(graph_of(0));
  if (!request.pipeline) return refuse("this tier does not pipeline");
  if (!block.loop->pipeline) return refuse("too few iterations to pay off");
  if (reads_counter(block)) return refuse("the body uses the loop counter");
  if (block.ops.empty()) return refuse("the body is empty");
  if (request.rejected > kMostRejected) return refuse("too few registers");

  const unsigned least = std::max(report.res_mii, report.rec_mii);
  const unsigned most = std::max(request.list_words, least + kBeyondBound);
  std::size_t tried = 0;  // ops
  std::string reason = "no schedule of fewer words";
  for (unsigned interval = least; interval <= most && tried <= kMostWork; ++interval) {
    ++report.attempts;
    for (const auto& [level, priority] : kTries) {
      if (tried > kMostWork) break;
      tried += block.ops.size();
      auto schedule = modulo_schedule(block, graph_of(level), interval, skipped, priority);
      if (!schedule) continue;
      for (const bool strict : {false, true}) {
        const Expansion expansion = expand_variables(block, *schedule, plan.locals, *request.files, strict);
        plan.schedule = *schedule;
        plan.copies = expansion.copies;
        plan.factor = expansion.factor;
        plan.live = expansion.live;
        plan.stages = schedule->stages();
        const unsigned control = merged_steps(plan) + 1;
        while (free_dense_rows(block, *schedule) * plan.factor < control && plan.factor * interval < kShortKernel)
          plan.factor *= 2;
        if (plan.factor > kMostCopies || plan.factor * interval > kMostKernelWords) {
          reason = "too many copies of the kernel";
          break;
        }
        const unsigned words = kernel_words(block, plan);
        if (words >= request.list_words * plan.factor) break;
        if (block.loop->trip != 0 && block.loop->trip < plan.stages + plan.factor) {
          reason = fmt::format("{} iterations are fewer than {} stages and {} copies", block.loop->trip, plan.stages,
                               plan.factor);
          break;
        }
        if (!fits(expansion.live, request.rejected)) {
          reason = "too few registers";
          break;
        }
        if (!can_expand(block, plan)) continue;  // the slots of some word have no order; try again in strict mode
        if (expansion.live[1] + expansion.live[3] <= kHostRegisters) return plan;
        reason = "more r-registers and pointers than the host can hold";
        break;
      }
    }
  }
  return refuse(reason);
}

}  // namespace vtpu::compiler::backend
