#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "vtpu/net/collective/cut.h"
#include "vtpu/net/collective/names.h"

namespace vtpu::net::collective {

/// Chunks first + i·stride + j for i < repeats and j < count: a block of a matrix of chunks.
struct ChunkRun {
  int first = 0;
  int count = 1;
  int stride = 0;
  int repeats = 1;
  int size() const { return count * repeats; }
  bool operator==(const ChunkRun&) const = default;
};

template <class Visit>
void for_each_chunk(std::span<const ChunkRun> runs, Visit visit) {
  for (const ChunkRun& run : runs)
    for (int i = 0; i < run.repeats; ++i)
      for (int j = 0; j < run.count; ++j) visit(run.first + i * run.stride + j);
}

/// Whether arriving chunks replace those that are there or are added to them.
enum class Effect : std::uint8_t { copy, reduce };

/// One step of a schedule: chunks go from one rank to another and replace, or are added to, the chunks there. A rank
/// may keep several versions of its buffer, its slots. Source and destination may be the same rank: a local copy or
/// reduction. A transfer without chunks only joins the transfers that it waits for.
struct Transfer {
  int source = 0;
  int destination = 0;
  Effect effect = Effect::copy;
  std::uint8_t from_slot = 0;
  std::uint8_t into_slot = 0;
  bool local() const { return source == destination; }
};

/// Which rank contributes to a chunk, and which rank must hold all contributions at the end; kEveryRank: all of them.
struct ChunkContract {
  static constexpr int kEveryRank = -1;
  int from = kEveryRank;
  int to = kEveryRank;
};

/// A collective as transfers in a directed acyclic graph. The chunks that a rank contributes are in slot 0 at the
/// start; those that it must hold are in `result_slot` at the end. A transfer may begin once all transfers that it
/// waits for have arrived. The schedule itself chooses where chunks lie in a buffer (`contract` states whose they are),
/// so that each transfer carries one run.
class Schedule {
 public:
  /// `cut`: how a rank's buffer is cut into pieces; chunk c is piece c. In an all-to-all pieces are equal, one for each
  /// destination in each part, and there is one chunk for each source of a piece: (part, source, destination).
  Schedule(Collective collective, Algorithm algorithm, int ranks, Cut cut, std::vector<ChunkContract> contracts);

  /// Adds a transfer that waits for earlier ones, given by their numbers, and returns its number.
  int add(const Transfer& transfer, std::span<const ChunkRun> runs, std::span<const int> after);
  void reserve(std::size_t transfers, std::size_t dependencies);
  void set_result_slot(int slot) { result_slot_ = slot; }

  std::string name() const { return to_string(collective_) + " " + to_string(algorithm_); }
  Collective collective() const { return collective_; }
  Algorithm algorithm() const { return algorithm_; }
  int ranks() const { return ranks_; }
  const Cut& cut() const { return cut_; }
  int pieces() const { return cut_.pieces(); }
  int chunks() const { return static_cast<int>(contracts_.size()); }
  /// The number of versions of the buffer in use, ≥ 1.
  int slots() const { return slots_; }
  int result_slot() const { return result_slot_; }
  const ChunkContract& contract(int chunk) const { return contracts_[static_cast<std::size_t>(chunk)]; }
  const std::vector<ChunkContract>& contracts() const { return contracts_; }

  int size() const { return static_cast<int>(transfers_.size()); }
  const Transfer& transfer(int id) const { return transfers_[static_cast<std::size_t>(id)]; }
  std::span<const ChunkRun> runs(int id) const { return slice(runs_, first_run_, id); }
  /// The transfers that `id` waits for.
  std::span<const int> after(int id) const { return slice(after_, first_after_, id); }
  /// The number of dependences over all transfers.
  std::size_t dependencies() const { return after_.size(); }
  /// The number of chunks that `id` carries.
  int carried(int id) const;

  /// Bytes of the chunks that `id` carries when a rank's buffer has `buffer_bytes`. May be 0 if the buffer has fewer
  /// bytes than pieces.
  std::uint64_t bytes(int id, std::uint64_t buffer_bytes) const;

 private:
  template <class T>
  static std::span<const T> slice(const std::vector<T>& items, const std::vector<std::size_t>& first, int id) {
    const std::size_t at = static_cast<std::size_t>(id);
    return {items.data() + first[at], first[at + 1] - first[at]};
  }

  Collective collective_;
  Algorithm algorithm_;
  int ranks_;
  Cut cut_;
  int slots_ = 1;
  int result_slot_ = 0;
  std::vector<ChunkContract> contracts_;  // by chunk
  std::vector<Transfer> transfers_;
  std::vector<std::size_t> first_run_ = {0};  // into runs_, by transfer
  std::vector<ChunkRun> runs_;
  std::vector<std::size_t> first_after_ = {0};  // into after_, by transfer
  std::vector<int> after_;
};

/// The same transfers in the opposite direction and in reverse order: a broadcast becomes a reduce, an all-gather a
/// reduce-scatter, a scatter a gather. What each rank passed on once, it now adds up once. A rank that sent to others
/// one by one now receives from them one by one; the time to signal them is not counted. Requires a schedule with one
/// slot in which each rank receives a chunk at most once.
Schedule reversed(const Schedule& schedule);

/// An all-reduce: a reduce (reduce-scatter) followed by the broadcast (all-gather) of its result. Both must have the
/// same chunks.
Schedule all_reduce_of(const Schedule& reduction, const Schedule& distribution);

}  // namespace vtpu::net::collective
