#include "vtpu/exec/jit/loop_registers.h"

#include <algorithm>
#include <bit>

namespace vtpu::exec::jit {
namespace {

using isa::Slot;

/// The live range of a value, in positions within an iteration. A value that is live into the next iteration has two
/// intervals: from its write to the end, and from the beginning to its last use.
struct Range {
  std::uint8_t r = 0;
  std::uint32_t first = 0, last = 0;
  std::uint32_t early_last = 0;  ///< end of the interval at the beginning
  bool early = false;            ///< there is an interval at the beginning
  bool late = true;              ///< there is an interval from `first` to `last`
  bool written = false;
  std::uint32_t last_write = 0;
  std::uint32_t uses = 1;
  int host = LoopRegisters::kInContext;

  std::uint32_t length(std::uint32_t end) const {
    return (late ? last - first : 0) + (early ? early_last : 0) + (end == 0);
  }
};

/// The positions at which a host register is taken, one bit for each. Every r-register has one value at a position, so
/// the lengths of all live ranges add up to at most sixteen times the loop's length, and going through their positions
/// takes linear time.
class Taken {
 public:
  explicit Taken(std::uint32_t end) : bits_(end / 64 + 1) {}

  bool free(const Range& range, CompileWork& work) const {
    return (!range.early || free(0, range.early_last, work)) && (!range.late || free(range.first, range.last, work));
  }
  void take(const Range& range) {
    if (range.early) take(0, range.early_last);
    if (range.late) take(range.first, range.last);
  }

 private:
  /// The bits of positions first to last, both included, in word k.
  static std::uint64_t mask(std::uint32_t first, std::uint32_t last, std::uint32_t k) {
    const std::uint64_t from = k == first / 64 ? ~std::uint64_t{0} << first % 64 : ~std::uint64_t{0};
    return k == last / 64 ? from & (~std::uint64_t{0} >> (63 - last % 64)) : from;
  }
  bool free(std::uint32_t first, std::uint32_t last, CompileWork& work) const {
    for (std::uint32_t k = first / 64; k <= last / 64; ++k) {
      work.step();
      if ((bits_[k] & mask(first, last, k)) != 0) return false;
    }
    return true;
  }
  void take(std::uint32_t first, std::uint32_t last) {
    for (std::uint32_t k = first / 64; k <= last / 64; ++k) bits_[k] |= mask(first, last, k);
  }

  std::vector<std::uint64_t> bits_;
};

}  // namespace

LoopRegisters allocate_loop(const Plan& plan, const Segment& loop, std::size_t hosts, CompileWork& work) {
  const std::uint32_t end = 3 * loop.length();  // positions count from 1; 0 is before the loop's first op
  std::vector<Range> ranges;
  std::array<int, 16> present{}, initial{};
  present.fill(-1);
  initial.fill(-1);
  const auto place_of = [&](std::uint32_t w, std::size_t k) {
    return 3 * (w - loop.first) + static_cast<std::uint32_t>(k) + 1;
  };
  work.step(3 * std::uint64_t{loop.length()});
  for (std::uint32_t w = loop.first; w < loop.end; ++w)
    for (std::size_t k = 0; k < 3; ++k) {
      const isa::UseBits& uses = plan.uses[w][static_cast<std::size_t>(plan.order[w][k])];
      const std::uint32_t at = place_of(w, k);
      for (auto used = static_cast<std::uint16_t>(uses.reads | uses.writes); used != 0;
           used = static_cast<std::uint16_t>(used & (used - 1))) {
        const auto r = static_cast<std::uint8_t>(std::countr_zero(used));
        const bool reads = uses.reads >> r & 1, writes = uses.writes >> r & 1;
        if (present[r] < 0 || (writes && !reads)) {
          const bool before = reads;  // the value comes from before the loop or from the previous iteration
          Range range{.r = r, .first = at, .last = at};
          if (before)
            range.early = true, range.late = false, range.early_last = at, initial[r] = static_cast<int>(ranges.size());
          present[r] = static_cast<int>(ranges.size());
          ranges.push_back(range);
        } else {
          Range& range = ranges[static_cast<std::size_t>(present[r])];
          (range.late ? range.last : range.early_last) = at;
          ++range.uses;
        }
        Range& range = ranges[static_cast<std::size_t>(present[r])];
        if (writes) range.written = true, range.last_write = at;
      }
    }
  // The last value of a register is live into the next iteration if that reads it; otherwise it must be stored.
  LoopRegisters result;
  result.at_start.fill(LoopRegisters::kInContext);
  result.bases.fill(LoopRegisters::kInContext);
  std::vector<bool> merged(ranges.size()), final_value(ranges.size());
  std::array<int, 16> continued{};
  continued.fill(-1);
  for (std::uint8_t r = 0; r < 16; ++r) {
    if (present[r] < 0) continue;
    const auto last = static_cast<std::size_t>(present[r]);
    if (initial[r] < 0) {
      final_value[last] = true;
      continue;
    }
    const auto first = static_cast<std::size_t>(initial[r]);
    if (first == last) {  // a value that is constant or updated in place
      ranges[first].early_last = end;
    } else {
      ranges[first].late = true;
      ranges[first].first = ranges[last].first;
      ranges[first].last = end;
      ranges[first].written = true;
      ranges[first].uses += ranges[last].uses;
      merged[last] = true;
      continued[r] = static_cast<int>(first);
    }
  }

  std::size_t next = 0;
  for (std::uint8_t p = 0; p < 8; ++p)
    if ((loop.base_registers >> p & 1) != 0 && next < hosts) result.bases[p] = static_cast<int>(next++);
  // Ranges with the most uses per length come first; each takes the first host register in which it overlaps no other.
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < ranges.size(); ++i)
    if (!merged[i]) order.push_back(i);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return static_cast<std::uint64_t>(ranges[a].uses) * (ranges[b].length(end) + 1) >
           static_cast<std::uint64_t>(ranges[b].uses) * (ranges[a].length(end) + 1);
  });
  work.step(order.size() * static_cast<std::uint64_t>(std::bit_width(order.size())));
  std::vector<Taken> taken(hosts, Taken(end));
  for (const std::size_t i : order) {
    if (work.exceeded()) break;
    for (std::size_t host = next; host < hosts; ++host) {
      if (!taken[host].free(ranges[i], work)) continue;
      taken[host].take(ranges[i]);
      ranges[i].host = static_cast<int>(host);
      break;
    }
  }

  for (std::uint8_t r = 0; r < 16; ++r) {
    if (initial[r] < 0) continue;
    const Range& range = ranges[static_cast<std::size_t>(initial[r])];
    result.at_start[r] = range.host;
    if (range.host < 0) continue;
    result.loaded = static_cast<std::uint16_t>(result.loaded | (1u << r));
    if (range.written) result.stored = static_cast<std::uint16_t>(result.stored | (1u << r));
  }
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    const Range& range = ranges[i];
    const auto word = [&](std::uint32_t at) { return loop.first + (at - 1) / 3; };
    const auto slot = [&](std::uint32_t at) { return plan.order[word(at)][(at - 1) % 3]; };
    if (i == static_cast<std::size_t>(initial[range.r]) && initial[range.r] >= 0) continue;
    const int host = merged[i] ? ranges[static_cast<std::size_t>(continued[range.r])].host : range.host;
    result.moves.push_back({word(range.first), slot(range.first), range.r, host});
    if (final_value[i] && host >= 0) result.stores.push_back({word(range.last_write), slot(range.last_write), range.r});
  }
  // The stores were found by register; the emitter takes them in order of execution.
  const auto place = [&](const LoopRegisters::Store& store) {
    const auto& slots = plan.order[store.word];
    return place_of(store.word,
                    static_cast<std::size_t>(std::find(slots.begin(), slots.end(), store.slot) - slots.begin()));
  };
  std::stable_sort(result.stores.begin(), result.stores.end(),
                   [&](const auto& a, const auto& b) { return place(a) < place(b); });
  return result;
}

}  // namespace vtpu::exec::jit
