#include "vtpu/compiler/backend/backend.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "vtpu/base/check.h"
#include "vtpu/compiler/backend/emit.h"
#include "vtpu/compiler/backend/liveness.h"
#include "vtpu/compiler/backend/mii.h"
#include "vtpu/compiler/backend/operands.h"
#include "vtpu/compiler/backend/packing.h"
#include "vtpu/compiler/backend/pipeline.h"
#include "vtpu/compiler/backend/spill.h"

namespace vtpu::compiler::backend {
namespace {

using isa::Opcode;

constexpr unsigned kMostRounds = 100;
constexpr std::size_t kMostScheduled = 8'000'000;  // ops over all rounds, so that every kernel ends in reasonable time

/// Removes branches to the next block.
void drop_idle_branches(Code& code) {
  for (std::uint32_t b = 0; b < code.blocks.size(); ++b) {
    Block& block = code.blocks[b];
    if (block.exit && block.exit->op.opcode == Opcode::dbr && block.target == b + 1) block.exit.reset();
  }
}

bool reads_status(const Code& code) {
  return std::any_of(code.blocks.begin(), code.blocks.end(), [](const Block& block) {
    return std::any_of(block.ops.begin(), block.ops.end(),
                       [](const MachineOp& op) { return op.op.opcode == Opcode::dmov_sr; });
  });
}

struct Scheduled {
  WideCode wide;
  std::vector<LoopReport> reports;
  std::vector<std::uint32_t> kernels;  ///< kernel block of each report
  struct Pipelined {
    std::uint32_t block = 0;            ///< number in `Code`
    std::uint32_t first = 0, last = 0;  ///< numbers in `wide`, from setup to epilogue
    bool counted_at_run_time = false;
    std::array<unsigned, 5> live{};  ///< the loop's own registers by file, including the spared ones
  };
  std::vector<Pipelined> pipelined;
};

/// Turns code into words on an unlimited number of registers.
class Scheduler {
 public:
  Scheduler(const Code& code, Packing packing, const ports::PortMap& map, bool status_read)
      : code_(code), packing_(packing), map_(map), status_read_(status_read), latencies_(latencies_of(map)) {}

  /// `rejected`: by block, number of its plans that did not get registers.
  Scheduled run(const std::vector<unsigned>& rejected) {
    const Liveness liveness(code_);
    Scheduled result;
    WideCode& wide = result.wide;
    wide.files = code_.files;
    wide.number_on_entry = code_.number_on_entry;
    wide.origin.resize(code_.files.size());
    std::iota(wide.origin.begin(), wide.origin.end(), 0u);
    std::vector<std::uint32_t> first(code_.blocks.size());  // block number in `code_` → in `wide`
    std::vector<std::uint32_t> to_resolve;                  // blocks of `wide` whose targets are still numbers of
                                                            // `code_`
    for (std::uint32_t b = 0; b < code_.blocks.size(); ++b) {
      const Block& block = code_.blocks[b];
      first[b] = static_cast<std::uint32_t>(wide.blocks.size());
      WideBlock plain = words_of(block, liveness.live_out(b));
      plain.target = block.target;
      if (!block.loop) {
        if (plain.branches) to_resolve.push_back(first[b]);
        wide.blocks.push_back(std::move(plain));
        continue;
      }
      LoopReport report;
      report.name = block.loop->name, report.line = block.loop->line, report.trip = block.loop->trip;
      LoopRequest request{&block, &code_.files, &map_};
      request.status_read = status_read_;
      request.pipeline = packing_ == Packing::pipelined;
      request.list_words = static_cast<unsigned>(plain.words.size());
      request.rejected = rejected[b];
      const auto plan = plan_loop(request, report);
      if (plan) {
        report.pipelined = true;
        report.initiation_interval = plan->schedule.interval;
        report.stages = plan->stages;
        report.copies = plan->factor;
        result.kernels.push_back(append_pipelined(block, *plan, plain, liveness.live_out(b), wide));
        Scheduled::Pipelined loop{b, first[b], result.kernels.back() + 1, report.trip == 0, plan->live};
        for (unsigned& live : loop.live) live += rejected[b];
        result.pipelined.push_back(loop);
      } else {
        report.initiation_interval = static_cast<unsigned>(plain.words.size());
        report.slots = slots_of(block, {});
        ++report.slots[0];  // the dloop
        plain.target = first[b];
        result.kernels.push_back(first[b]);
        wide.blocks.push_back(std::move(plain));
      }
      wide.blocks[result.kernels.back()].loop = static_cast<std::uint32_t>(result.reports.size());
      result.reports.push_back(std::move(report));
    }
    for (const std::uint32_t b : to_resolve)
      if (wide.blocks[b].words.back().dense().op.opcode != Opcode::dhalt)
        wide.blocks[b].target = first[wide.blocks[b].target];
    remove_dead(wide, status_read_);
    return result;
  }

 private:
  WideBlock words_of(const Block& block, const std::vector<Register>& live_out) {
    if (packing_ == Packing::one_op) return make_wide(block, place_one_op(block), {});
    GraphOptions options;
    options.latencies = latencies_;
    options.status_read = status_read_;
    if (packing_ == Packing::by_pipe) return make_wide(block, place_by_pipe(block, make_graph(block, options)), {});
    options.inductions = find_inductions(block);
    return make_wide(block, list_schedule(block, make_graph(block, options), code_.files, live_out),
                     options.inductions);
  }

  const Code& code_;
  Packing packing_;
  const ports::PortMap& map_;
  bool status_read_;
  Latencies latencies_;
};

/// The source line of the first op that uses the register.
std::uint32_t line_of(const WideCode& wide, Register r) {
  for (const WideBlock& block : wide.blocks)
    for (const WideWord& word : block.words)
      for (const PlacedOp& op : word.slots)
        if (!op.empty() && op.line != 0 && std::find(op.registers.begin(), op.registers.end(), r) != op.registers.end())
          return op.line;
  return 0;
}

/// Chooses registers of `Code` to spill in favour of registers without a number: the register itself or, if it cannot
/// be spilled, its cheapest neighbour. Empty if none can be spilled.
std::vector<Register> victims(const WideCode& wide, const Interference& graph, const std::vector<double>& cost,
                              const std::vector<Register>& without) {
  std::vector<Register> chosen;
  for (const Register r : without) {
    Register best = r;
    double least = cost[r];
    if (std::isinf(least))
      for (const Register n : graph.neighbours[r])
        if (const double ratio = cost[n] / static_cast<double>(graph.neighbours[n].size()); ratio < least)
          least = ratio, best = n;
    if (!std::isinf(least)) chosen.push_back(wide.origin[best]);
  }
  std::sort(chosen.begin(), chosen.end());
  chosen.erase(std::unique(chosen.begin(), chosen.end()), chosen.end());
  return chosen;
}

/// Whether one of the registers, by `Code`, belongs to a pipelined loop whose own registers already fill the file.
bool is_full(const Scheduled::Pipelined& loop, const std::vector<bool>& registers, const Code& code,
             const Interference& graph) {
  const auto full = [&](const MachineOp& op) {
    return std::any_of(op.registers.begin(), op.registers.end(), [&](Register r) {
      if (r == kNoRegister || !registers[r]) return false;
      const auto file = static_cast<std::size_t>(code.files[r]);
      unsigned live = loop.live[file];
      if (loop.counted_at_run_time)  // setup and rest hold more than the kernel
        for (std::uint32_t b = loop.first; b <= loop.last; ++b) live = std::max(live, graph.most_live[b][file]);
      return live >= isa::kFileSize[file];
    });
  };
  const Block& block = code.blocks[loop.block];
  return std::any_of(block.ops.begin(), block.ops.end(), full) || full(*block.exit);
}

Result<Words> try_words(const Code& given, Packing packing, const ports::PortMap& map) {
  Code code = given;
  drop_idle_branches(code);
  const bool status_read = reads_status(code);
  std::vector<Register> kept;
  for (const auto& [r, place] : code.rematerializable) kept.push_back(r);
  if (code.number_on_entry != kNoRegister) kept.push_back(code.number_on_entry);
  std::sort(kept.begin(), kept.end());
  const Error too_many{"", "too many values live over too much code", "a smaller kernel"};
  if (!Liveness(code).complete() || !coalesce(code, kept)) return too_many;
  Spiller spiller(code);
  std::vector<unsigned> rejected(code.blocks.size());

  Words words;
  std::size_t work = 0;
  for (unsigned round = 0; round < kMostRounds && work <= kMostScheduled; ++round) {
    Scheduled scheduled = Scheduler(code, packing, map, status_read).run(rejected);
    for (const Block& block : code.blocks) work += block.ops.size();
    const Interference graph(scheduled.wide);
    if (!graph.complete) return too_many;
    unsigned buffers = 0;
    for (const auto& live : graph.most_live) buffers = std::max(buffers, live[static_cast<std::size_t>(isa::File::m)]);
    const unsigned free_buffers = 4 - std::min(4u, buffers);
    std::vector<double> cost = spiller.costs(scheduled.wide, graph, free_buffers);
    // A pipelined loop must not contain spill code.
    std::vector<bool> bound(cost.size());
    for (const Scheduled::Pipelined& loop : scheduled.pipelined)
      for (const Register r : spiller.bound_to(loop.block)) bound[r] = true;
    for (Register r = 0; r < cost.size(); ++r)
      if (bound[scheduled.wide.origin[r]]) cost[r] = std::numeric_limits<double>::infinity();
    const Colouring colouring = colour(scheduled.wide, graph, cost);
    if (colouring.without.empty()) {
      Emitted emitted = emit(code, scheduled.wide, colouring);
      for (std::size_t k = 0; k < scheduled.reports.size(); ++k) {
        LoopReport& report = scheduled.reports[k];
        report.registers = graph.most_live[scheduled.kernels[k]];
        measure_kernel(report, emitted, scheduled.kernels[k], map);
      }
      words.program = std::move(emitted.program);
      words.lines = std::move(emitted.lines);
      words.loops = std::move(scheduled.reports);
      return words;
    }
    // A pipelined loop that fills a file with its own registers gets a plan with fewer. Otherwise values that live
    // across loops are spilled.
    const std::vector<Register> chosen = victims(scheduled.wide, graph, cost, colouring.without);
    bool relaxed = false;
    const auto relax = [&](const auto& which) {
      for (const Scheduled::Pipelined& loop : scheduled.pipelined)
        if (which(loop)) ++rejected[loop.block], relaxed = true;
    };
    std::vector<bool> without(cost.size());
    std::array<bool, 5> files{};
    for (const Register r : colouring.without) {
      without[scheduled.wide.origin[r]] = true;
      files[static_cast<std::size_t>(scheduled.wide.files[r])] = true;
    }
    relax([&](const auto& loop) { return is_full(loop, without, code, graph); });
    if (!relaxed && chosen.empty())
      relax([&](const auto& loop) {
        for (std::size_t file = 1; file < files.size(); ++file)
          if (files[file] && graph.most_live[loop.last - 1][file] >= isa::kFileSize[file])
            return true;  // in the kernel
        return false;
      });
    if (!relaxed && chosen.empty()) relax([](const auto&) { return true; });
    if (relaxed) continue;
    if (chosen.empty()) {
      const Register r = colouring.without.front();
      return Error{fmt::format("line {}", line_of(scheduled.wide, r)),
                   fmt::format("more values live at once than the {} {}-registers can hold",
                               isa::kFileSize[static_cast<std::size_t>(scheduled.wide.files[r])],
                               "-rvpm"[static_cast<std::size_t>(scheduled.wide.files[r])]),
                   "fewer values, because this kind cannot be spilled"};
    }
    words.spilled += static_cast<unsigned>(chosen.size());
    spiller.spill(chosen, free_buffers);
  }
  return Error{"", "too few registers even after spilling", "a smaller kernel"};
}

}  // namespace

Result<Words> make_words(const Code& code, Packing packing, const ports::PortMap& map) {
  Result<Words> words = try_words(code, packing, map);
  // A schedule closer to source order keeps fewer values live at once.
  for (int less = static_cast<int>(packing) - 1; !words.ok() && less >= 0; --less) {
    Result<Words> again = try_words(code, static_cast<Packing>(less), map);
    if (again.ok()) words = std::move(again);
  }
  return words;
}

}  // namespace vtpu::compiler::backend
