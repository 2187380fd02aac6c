#include "vtpu/compiler/backend/modulo_schedule.h"

#include <algorithm>
#include <bit>
#include <set>

#include "vtpu/compiler/backend/operands.h"

namespace vtpu::compiler::backend {
namespace {

constexpr std::uint32_t kFree = ~std::uint32_t{0};
constexpr std::int32_t kUnscheduled = -1;
constexpr std::size_t kBudget = 8;  // tries per op

class ModuloScheduler {
 public:
  ModuloScheduler(const Block& block, const Graph& graph, unsigned interval, const std::vector<std::uint32_t>& skipped,
                  Priority priority)
      : block_(block),
        graph_(graph),
        priority_(priority),
        interval_(static_cast<std::int32_t>(interval)),
        time_(graph.nodes, kUnscheduled),
        last_time_(graph.nodes, kUnscheduled),
        height_(graph.nodes),
        skipped_(graph.nodes),
        into_(graph.nodes) {
    for (const std::uint32_t op : skipped) skipped_[op] = true;
    for (std::uint32_t k = 0; k < graph.edges.size(); ++k) into_[graph.edges[k].to].push_back(k);
    for (auto& rows : taken_) rows.assign(interval, kFree);
  }

  std::optional<ModuloSchedule> run() {
    if (!find_heights()) return {};
    std::set<std::pair<std::int32_t, std::uint32_t>> waiting;  // rank, op
    for (std::uint32_t i = 0; i < graph_.nodes; ++i)
      if (!skipped_[i]) waiting.emplace(rank(i), i);
    for (std::size_t budget = kBudget * graph_.nodes; !waiting.empty(); --budget) {
      if (budget == 0) return {};
      const std::uint32_t op = waiting.begin()->second;
      waiting.erase(waiting.begin());
      place(op, choose(op), waiting);
    }
    move_to_uses();
    return finished();
  }

 private:
  auto& rows_of(std::uint32_t op) { return taken_[static_cast<std::size_t>(row_of(block_.ops[op].op.opcode).slot)]; }
  std::uint32_t& taken(std::uint32_t op, std::int32_t time) {
    return rows_of(op)[static_cast<std::size_t>(time % interval_)];
  }
  std::int32_t span(const Dependence& e) const { return e.delay - interval_ * static_cast<std::int32_t>(e.distance); }

  std::int32_t rank(std::uint32_t op) const { return priority_ == Priority::height ? -height_[op] : 0; }

  bool find_heights() {
    for (std::uint32_t pass = 0; pass <= graph_.nodes; ++pass) {
      bool changed = false;
      for (std::size_t k = graph_.edges.size(); k-- > 0;) {
        const Dependence& e = graph_.edges[k];
        if (const std::int32_t h = height_[e.to] + span(e); h > height_[e.from]) height_[e.from] = h, changed = true;
      }
      if (!changed) return true;
    }
    return false;  // the interval is below the bound of the recurrences
  }

  std::int32_t earliest(std::uint32_t op) const {
    std::int32_t time = 0;
    for (const std::uint32_t k : into_[op]) {
      const Dependence& e = graph_.edges[k];
      if (e.from != op && time_[e.from] != kUnscheduled) time = std::max(time, time_[e.from] + span(e));
    }
    return time;
  }

  std::int32_t choose(std::uint32_t op) {
    const std::int32_t first = earliest(op);
    for (std::int32_t time = first; time < first + interval_; ++time)
      if (taken(op, time) == kFree) return time;
    return last_time_[op] == kUnscheduled ? first : std::max(first, last_time_[op] + 1);
  }

  template <class Waiting>
  void place(std::uint32_t op, std::int32_t time, Waiting& waiting) {
    const auto throw_out = [&](std::uint32_t other) {
      taken(other, time_[other]) = kFree;
      time_[other] = kUnscheduled;
      waiting.emplace(rank(other), other);
    };
    if (taken(op, time) != kFree) throw_out(taken(op, time));
    taken(op, time) = op;
    time_[op] = last_time_[op] = time;
    for (const Dependence& e : graph_.from(op))
      if (e.to != op && time_[e.to] != kUnscheduled && time_[e.to] < time + span(e)) throw_out(e.to);
  }

  /// In descending order of time, moves each op that defines more registers than it uses as close to its uses as
  /// dependences and slots allow.
  void move_to_uses() {
    std::vector<std::uint32_t> order;
    for (std::uint32_t i = 0; i < graph_.nodes; ++i)
      if (!skipped_[i]) order.push_back(i);
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return time_[a] > time_[b]; });
    for (const std::uint32_t op : order) {
      int results = 0, sources = 0;
      for_each_operand(block_.ops[op].op, block_.ops[op].registers, [&](const OperandRow& row, Register) {
        results += row.writes && row.file != isa::File::p;
        sources += row.reads && row.file != isa::File::p && !row.index;
      });
      if (results <= sources) continue;
      std::int32_t latest = -1;
      for (const Dependence& e : graph_.from(op)) {
        if (e.to == op) continue;
        const std::int32_t bound = time_[e.to] - span(e);
        latest = latest < 0 ? bound : std::min(latest, bound);
      }
      for (std::int32_t time = latest; time > time_[op] && time > latest - interval_; --time)
        if (taken(op, time) == kFree) {
          taken(op, time_[op]) = kFree;
          taken(op, time) = op;
          time_[op] = time;
          break;
        }
    }
  }

  ModuloSchedule finished() {
    ModuloSchedule schedule;
    schedule.interval = static_cast<unsigned>(interval_);
    std::int32_t first = -1;
    for (std::uint32_t i = 0; i < graph_.nodes; ++i)
      if (!skipped_[i] && (first < 0 || time_[i] < first)) first = time_[i];
    // The closing dloop needs the D slot of the last row. Rotate the rows so that the last one has some op but no dense
    // one, if such a row exists. (Rows without ops produce no word.)
    std::int32_t turn = -std::max(first, 0);
    for (std::int32_t by = 0; by < interval_; ++by)
      if (last_can_close(turn + by)) {
        turn += by;
        break;
      }
    for (std::uint32_t i = 0; i < graph_.nodes; ++i)
      schedule.time.push_back(skipped_[i] ? ModuloSchedule::kApart : time_[i] + turn);
    return schedule;
  }
  /// Whether the last row has ops but no dense one after all times increase by `turn`.
  bool last_can_close(std::int32_t turn) const {
    const auto row = static_cast<std::size_t>(((interval_ - 1 - turn) % interval_ + interval_) % interval_);
    return taken_[0][row] == kFree && (taken_[1][row] != kFree || taken_[2][row] != kFree);
  }

  const Block& block_;
  const Graph& graph_;
  Priority priority_;
  std::int32_t interval_;
  std::vector<std::int32_t> time_, last_time_, height_;
  std::vector<bool> skipped_;
  std::vector<std::vector<std::uint32_t>> into_;  // by op: incoming edges
  std::array<std::vector<std::uint32_t>, 3> taken_;
};

}  // namespace

unsigned ModuloSchedule::stages() const {
  std::int32_t last = 0;
  for (const std::int32_t t : time) last = std::max(last, t);
  return static_cast<unsigned>(last) / interval + 1;
}

std::optional<ModuloSchedule> modulo_schedule(const Block& block, const Graph& graph, unsigned interval,
                                              const std::vector<std::uint32_t>& skipped, Priority priority) {
  return ModuloScheduler(block, graph, interval, skipped, priority).run();
}

namespace {

/// When a register is written and read, in words from the start of an iteration.
struct Life {
  explicit Life(Register of) : r(of) {}
  Register r;
  unsigned writes = 0;
  std::int32_t first_write = 0, last_write = 0;
  std::int32_t last_read = -1;     ///< last read of a value written in this iteration
  std::int32_t last_exposed = -1;  ///< last read of a value written in the previous iteration
  bool apart = false;              ///< written by a merged step
};

/// By register, of `registers` in all.
std::vector<Life> lives_of(const Block& block, const ModuloSchedule& schedule, std::size_t registers) {
  constexpr std::uint32_t kUnused = ~std::uint32_t{0};
  std::vector<std::uint32_t> place(registers, kUnused);
  for (const MachineOp& op : block.ops)
    for_each_operand(op.op, op.registers, [&](const OperandRow&, Register r) { place[r] = 0; });
  std::vector<Life> lives;
  for (Register r = 0; r < registers; ++r)
    if (place[r] != kUnused) {
      place[r] = static_cast<std::uint32_t>(lives.size());
      lives.push_back(Life{r});
    }
  const auto life_of = [&](Register r) -> Life& { return lives[place[r]]; };
  for (std::uint32_t i = 0; i < block.ops.size(); ++i) {
    const std::int32_t time = schedule.time[i];
    const MachineOp& op = block.ops[i];
    for_each_operand(op.op, op.registers, [&](const OperandRow& row, Register r) {
      Life& life = life_of(r);
      std::int32_t& last = life.writes == 0 ? life.last_exposed : life.last_read;
      if (row.reads) last = std::max(last, time);
    });
    for_each_operand(op.op, op.registers, [&](const OperandRow& row, Register r) {
      if (!row.writes) return;
      Life& life = life_of(r);
      life.first_write = life.writes == 0 ? time : std::min(life.first_write, time);
      life.last_write = life.writes == 0 ? time : std::max(life.last_write, time);
      life.apart |= time == ModuloSchedule::kApart;
      ++life.writes;
    });
  }
  return lives;
}

}  // namespace

Expansion expand_variables(const Block& block, const ModuloSchedule& schedule, const std::vector<Register>& locals,
                           const std::vector<isa::File>& files, bool strict) {
  Expansion result;
  const auto interval = static_cast<std::int32_t>(schedule.interval);
  std::vector<std::array<unsigned, 5>> rows(schedule.interval);
  for (const Life& life : lives_of(block, schedule, files.size())) {
    const auto file = static_cast<std::size_t>(files[life.r]);
    std::int32_t end = std::max(life.last_write, life.first_write + 1);
    if (std::binary_search(locals.begin(), locals.end(), life.r)) {
      // The next write to a copy may share the word of the last read, but not the word of another write.
      const std::int32_t reads_until = life.last_read - life.first_write + (strict ? 1 : 0);
      const std::int32_t writes_until = life.last_write - life.first_write + (life.writes > 1 ? 1 : 0);
      const std::int32_t length = std::max({reads_until, writes_until, 1});
      result.copies.push_back(std::bit_ceil(static_cast<unsigned>((length + interval - 1) / interval)));
      result.factor = std::max(result.factor, result.copies.back());
      end = std::max(end, life.last_read);
    } else if (life.writes == 0 || life.apart) {
      ++result.live[file];  // live throughout
      continue;
    } else {  // one register, from its write to its last use, possibly in the next iteration
      end = std::max({end, life.last_read, life.last_exposed + interval});
      end = std::min(end, life.first_write + interval);
    }
    for (std::int32_t t = life.first_write + 1; t <= end; ++t) ++rows[static_cast<std::size_t>(t % interval)][file];
  }
  std::array<unsigned, 5> most{};
  for (const auto& row : rows)
    for (std::size_t file = 0; file < row.size(); ++file) most[file] = std::max(most[file], row[file]);
  for (std::size_t file = 0; file < most.size(); ++file) result.live[file] += most[file];
  ++result.live[static_cast<std::size_t>(isa::File::r)];  // the counter
  return result;
}

}  // namespace vtpu::compiler::backend
