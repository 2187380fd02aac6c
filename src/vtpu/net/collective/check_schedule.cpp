#include "vtpu/net/collective/check_schedule.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "vtpu/base/position.h"
#include "vtpu/base/random.h"

namespace vtpu::net::collective {
namespace {

constexpr std::int64_t kTouchesAtATime = std::int64_t{1} << 22;

std::string place_of(int rank, int chunk) {
  return "rank " + std::to_string(rank) + ", chunk " + std::to_string(chunk);
}

std::string label(const Schedule& schedule, int id) {
  const Transfer& transfer = schedule.transfer(id);
  return "transfer " + std::to_string(id) + " (" + std::to_string(transfer.source) + " -> " +
         std::to_string(transfer.destination) + ")";
}

// Checks that the chunks are those of the collective: equally many of each contract that the collective has.
Result<void> check_contracts(const Schedule& schedule) {
  const Collective collective = schedule.collective();
  if (collective == Collective::sparse_exchange) return {};  // any item may be requested
  const int n = schedule.ranks(), every = ChunkContract::kEveryRank;
  const bool owned_from =
      collective == Collective::all_gather || collective == Collective::gather || collective == Collective::all_to_all;
  const bool owned_to = collective == Collective::reduce_scatter || collective == Collective::scatter ||
                        collective == Collective::all_to_all;
  const bool rooted_from = collective == Collective::broadcast || collective == Collective::scatter;
  const bool rooted_to = collective == Collective::reduce || collective == Collective::gather;
  const int kinds = (owned_from ? n : 1) * (owned_to ? n : 1);
  std::vector<int> chunks_of(at(kinds), 0);
  const ChunkContract& first = schedule.chunks() > 0 ? schedule.contract(0) : ChunkContract{};
  for (int chunk = 0; chunk < schedule.chunks(); ++chunk) {
    const auto [from, to] = schedule.contract(chunk);
    const bool right_from = owned_from || rooted_from ? from >= 0 && from < n : from == every;
    const bool right_to = owned_to || rooted_to ? to >= 0 && to < n : to == every;
    if (!right_from || !right_to || (rooted_from && from != first.from) || (rooted_to && to != first.to))
      return Error{"chunk " + std::to_string(chunk), "goes from " + std::to_string(from) + " to " + std::to_string(to),
                   "the ranks of " + to_string(collective)};
    ++chunks_of[at((owned_from ? from : 0) * (owned_to ? n : 1) + (owned_to ? to : 0))];
  }
  const int expected = schedule.chunks() / kinds;
  for (int kind = 0; kind < kinds; ++kind)
    if (chunks_of[at(kind)] != expected || expected == 0)
      return Error{"blocks of " + schedule.name(),
                   "found " + std::to_string(chunks_of[at(kind)]) + " chunks in block " + std::to_string(kind),
                   std::to_string(std::max(expected, 1)) + " as in the other blocks"};
  return {};
}

// Answers whether one transfer waits for another, directly or indirectly.
class Order {
 public:
  explicit Order(const Schedule& schedule)
      : schedule_(schedule), seen_in_(at(schedule.size()), 0), known_(std::size_t{1} << 16, {-1, -1}) {}

  bool waits(int later, int earlier) {
    const std::uint64_t key = mix64(static_cast<std::uint64_t>(later) << 32 | static_cast<std::uint64_t>(earlier));
    std::pair<int, int>& known = known_[key % known_.size()];
    if (known == std::pair{later, earlier}) return true;
    if (!search(later, earlier)) return false;
    known = {later, earlier};
    ++shown_;
    return true;
  }
  std::int64_t shown() const { return shown_; }

 private:
  bool search(int later, int earlier) {
    ++searches_;
    stack_ = {later};
    while (!stack_.empty()) {
      const int id = stack_.back();
      stack_.pop_back();
      for (const int before : schedule_.after(id)) {
        if (before == earlier) return true;
        if (before < earlier || seen_in_[at(before)] == searches_) continue;
        seen_in_[at(before)] = searches_;
        stack_.push_back(before);
      }
    }
    return false;
  }

  const Schedule& schedule_;
  std::vector<std::uint32_t> seen_in_;      // by transfer: the last search that visited it
  std::vector<std::pair<int, int>> known_;  // ordered pairs, the newest for each hash
  std::vector<int> stack_;
  std::uint32_t searches_ = 0;
  std::int64_t shown_ = 0;
};

// One chunk in all slots of all ranks: its contributions, and the transfers that accessed it last.
class ChunkState {
 public:
  explicit ChunkState(const Schedule& schedule, Order& order)
      : schedule_(schedule),
        order_(order),
        slots_(schedule.slots()),
        words_(at(schedule.ranks() + 63) / 64),
        once_(at(schedule.ranks() * slots_) * words_),
        more_(once_.size()),
        touched_(at(schedule.ranks() * slots_)) {}

  Result<void> prove(int chunk, std::span<const int> transfers) {
    begin(chunk);
    std::optional<Error> race;
    for (const int id : transfers) {
      const Transfer& transfer = schedule_.transfer(id);
      const int from = place(transfer.source, transfer.from_slot),
                into = place(transfer.destination, transfer.into_slot);
      if (!race) race = touch(chunk, id, from, Access::read);
      if (!race) race = touch(chunk, id, into, transfer.effect == Effect::reduce ? Access::add : Access::replace);
      transfer.effect == Effect::reduce ? add(from, into) : replace(from, into);
    }
    for (int rank = 0; rank < schedule_.ranks(); ++rank)
      if (const auto right = check_rank(chunk, rank); !right) return right.error();
    if (race) return *race;
    return {};
  }

 private:
  enum class Access : std::uint8_t { read, add, replace };
  // The latest accesses, all of one kind that commutes, and the accesses of the kind before them.
  struct Touched {
    Access access = Access::read;
    std::vector<int> last, before;
  };

  int place(int rank, int slot) const { return rank * slots_ + slot; }
  std::uint64_t* once(int place) { return once_.data() + at(place) * words_; }
  std::uint64_t* more(int place) { return more_.data() + at(place) * words_; }

  void begin(int chunk) {
    std::fill(once_.begin(), once_.end(), 0);
    std::fill(more_.begin(), more_.end(), 0);
    for (Touched& touched : touched_) {
      touched.last.clear();
      touched.before.clear();
    }
    const int from = schedule_.contract(chunk).from;
    for (int rank = 0; rank < schedule_.ranks(); ++rank)
      if (from == ChunkContract::kEveryRank || from == rank) once(place(rank, 0))[rank / 64] |= bit(rank);
  }

  static std::uint64_t bit(int rank) { return std::uint64_t{1} << (rank % 64); }

  void add(int from, int into) {
    for (std::size_t w = 0; w < words_; ++w) {
      more(into)[w] |= more(from)[w] | (once(into)[w] & once(from)[w]);
      once(into)[w] |= once(from)[w];
    }
  }
  void replace(int from, int into) {
    for (std::size_t w = 0; w < words_; ++w) {
      more(into)[w] = more(from)[w];
      once(into)[w] = once(from)[w];
    }
  }

  std::optional<Error> touch(int chunk, int id, int place, Access access) {
    Touched& touched = touched_[at(place)];
    const bool commutes = access == touched.access && access != Access::replace;
    if (!commutes || touched.last.empty()) {
      if (!touched.last.empty()) std::swap(touched.before, touched.last);
      touched.last.clear();
      touched.access = access;
    }
    for (const int earlier : touched.before)
      if (earlier != id && !order_.waits(id, earlier))
        return Error{place_of(place / slots_, chunk),
                     label(schedule_, earlier) + " and " + label(schedule_, id) + " access it in no defined order",
                     "one to wait for the other"};
    touched.last.push_back(id);
    return {};
  }

  Result<void> check_rank(int chunk, int rank) {
    const auto [from, to] = schedule_.contract(chunk);
    if (to != ChunkContract::kEveryRank && to != rank) return {};
    const int result = place(rank, schedule_.result_slot());
    for (std::size_t w = 0; w < words_; ++w) {
      std::uint64_t expected = 0;
      const int first = static_cast<int>(w) * 64;
      if (from == ChunkContract::kEveryRank)
        expected = schedule_.ranks() - first >= 64 ? ~std::uint64_t{0} : bit(schedule_.ranks()) - 1;
      else if (from / 64 == static_cast<int>(w))
        expected = bit(from);
      const auto wrong = [&](std::uint64_t ranks, const std::string& how) {
        return Error{place_of(rank, chunk),
                     "the contribution of rank " + std::to_string(first + std::countr_zero(ranks)) + how,
                     "exactly once"};
      };
      if (more(result)[w]) return wrong(more(result)[w], " is included more than once");
      if (expected & ~once(result)[w]) return wrong(expected & ~once(result)[w], " is missing");
      if (once(result)[w] & ~expected) {
        Error error = wrong(once(result)[w] & ~expected, " is included");
        error.expected = "only that of rank " + std::to_string(from);
        return error;
      }
    }
    return {};
  }

  const Schedule& schedule_;
  Order& order_;
  int slots_;
  std::size_t words_;
  std::vector<std::uint64_t> once_, more_;  // by place and word: ranks that contributed, those more than once
  std::vector<Touched> touched_;            // by place
};

// Transfers that access each of the chunks [first, last), in order.
class Touches {
 public:
  void list(const Schedule& schedule, int first, int last) {
    begin_.assign(at(last - first) + 1, 0);
    const auto for_each = [&](auto visit) {
      for (int id = 0; id < schedule.size(); ++id)
        for (const ChunkRun& run : schedule.runs(id))
          for (int i = 0; i < run.repeats; ++i) {
            const int begin = run.first + i * run.stride;
            const int end = std::min(begin + run.count, last);
            for (int chunk = std::max(begin, first); chunk < end; ++chunk) visit(id, at(chunk - first));
          }
    };
    for_each([&](int, std::size_t chunk) { ++begin_[chunk + 1]; });
    for (std::size_t chunk = 1; chunk < begin_.size(); ++chunk) begin_[chunk] += begin_[chunk - 1];
    transfers_.resize(begin_.back());
    std::vector<std::size_t> next = begin_;
    for_each([&](int id, std::size_t chunk) { transfers_[next[chunk]++] = id; });
  }
  std::span<const int> of(int chunk) const {
    return {transfers_.data() + begin_[at(chunk)], begin_[at(chunk) + 1] - begin_[at(chunk)]};
  }

 private:
  std::vector<std::size_t> begin_;  // into transfers_, by chunk
  std::vector<int> transfers_;
};

}  // namespace

Result<ScheduleProof> check_schedule(const Schedule& schedule) {
  if (const auto right = check_contracts(schedule); !right) return right.error();
  ScheduleProof proof;
  for (int id = 0; id < schedule.size(); ++id) proof.touches += schedule.carried(id);
  Order order(schedule);
  ChunkState state(schedule, order);
  Touches touches;
  const std::int64_t windows = proof.touches / kTouchesAtATime + 1;
  const int window = static_cast<int>(schedule.chunks() / windows) + 1;
  for (int first = 0; first < schedule.chunks(); first += window) {
    const int last = std::min(first + window, schedule.chunks());
    touches.list(schedule, first, last);
    for (int chunk = first; chunk < last; ++chunk)
      if (const auto right = state.prove(chunk, touches.of(chunk - first)); !right) return right.error();
  }
  proof.ordered = order.shown();
  return proof;
}

}  // namespace vtpu::net::collective
