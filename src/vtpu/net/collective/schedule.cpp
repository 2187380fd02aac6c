#include "vtpu/net/collective/schedule.h"

#include <algorithm>
#include <utility>

#include "vtpu/base/check.h"
#include "vtpu/base/position.h"

namespace vtpu::net::collective {
namespace {

bool intersect(std::span<const ChunkRun> a, std::span<const ChunkRun> b) {
  for (const ChunkRun& x : a)
    for (const ChunkRun& y : b)
      for (int i = 0; i < x.repeats; ++i)
        for (int j = 0; j < y.repeats; ++j) {
          const int p = x.first + i * x.stride, q = y.first + j * y.stride;
          if (p < q + y.count && q < p + x.count) return true;
        }
  return false;
}

Collective reverse_of(Collective collective) {
  switch (collective) {
    case Collective::broadcast: return Collective::reduce;
    case Collective::all_gather: return Collective::reduce_scatter;
    case Collective::scatter: return Collective::gather;
    default: break;
  }
  VTPU_CHECK(false, "only broadcast, all-gather and scatter can be reversed");
  return collective;
}

// Transfers of a schedule by the rank at which they arrive.
std::vector<std::vector<int>> arrivals(const Schedule& schedule) {
  std::vector<std::vector<int>> by_rank(at(schedule.ranks()));
  for (int id = 0; id < schedule.size(); ++id) by_rank[at(schedule.transfer(id).destination)].push_back(id);
  return by_rank;
}

// Whether a transfer carries chunks that its rank had from the start, that is, more chunks than the transfers that it
// waits for have brought.
bool carries_own(const Schedule& schedule, int id) {
  int brought = 0;
  for (const int earlier : schedule.after(id))
    if (schedule.transfer(earlier).destination == schedule.transfer(id).source) brought += schedule.carried(earlier);
  return schedule.carried(id) > brought;
}

}  // namespace

Schedule::Schedule(Collective collective, Algorithm algorithm, int ranks, Cut cut, std::vector<ChunkContract> contracts)
    : collective_(collective),
      algorithm_(algorithm),
      ranks_(ranks),
      cut_(std::move(cut)),
      contracts_(std::move(contracts)) {}

int Schedule::add(const Transfer& transfer, std::span<const ChunkRun> runs, std::span<const int> after) {
  const int id = size();
  VTPU_CHECK(transfer.source >= 0 && transfer.source < ranks_, "the source of a transfer is a rank");
  VTPU_CHECK(transfer.destination >= 0 && transfer.destination < ranks_, "the destination of a transfer is a rank");
  for (const int earlier : after)
    VTPU_CHECK(earlier >= 0 && earlier < id, "a transfer waits only for earlier transfers");
  transfers_.push_back(transfer);
  runs_.insert(runs_.end(), runs.begin(), runs.end());
  first_run_.push_back(runs_.size());
  after_.insert(after_.end(), after.begin(), after.end());
  first_after_.push_back(after_.size());
  slots_ = std::max({slots_, transfer.from_slot + 1, transfer.into_slot + 1});
  return id;
}

void Schedule::reserve(std::size_t transfers, std::size_t dependencies) {
  transfers_.reserve(transfers);
  runs_.reserve(transfers);
  first_run_.reserve(transfers + 1);
  first_after_.reserve(transfers + 1);
  after_.reserve(dependencies);
}

int Schedule::carried(int id) const {
  int chunks = 0;
  for (const ChunkRun& run : runs(id)) chunks += run.size();
  return chunks;
}

std::uint64_t Schedule::bytes(int id, std::uint64_t buffer_bytes) const {
  // All-to-all: the chunks of one part are (source, destination) pairs; the piece of a chunk is that of its
  // destination.
  const int blocks = ranks_;
  const auto piece_of = [&](int chunk) {
    if (chunks() == pieces()) return chunk;
    return chunk / (blocks * blocks) * blocks + chunk % blocks;
  };
  std::uint64_t sum = 0;
  for (const ChunkRun& run : runs(id))
    for (int i = 0; i < run.repeats; ++i) {
      const int piece = piece_of(run.first + i * run.stride);
      const std::uint64_t bytes = cut_.begin(piece + run.count, buffer_bytes) - cut_.begin(piece, buffer_bytes);
      if (chunks() != pieces() && run.stride % blocks == 0) {  // every repeat has the same destinations
        sum += bytes * static_cast<std::uint64_t>(run.repeats);
        break;
      }
      sum += bytes;
    }
  return sum;
}

Schedule reversed(const Schedule& schedule) {
  VTPU_CHECK(schedule.slots() == 1, "only schedules with one slot can be reversed");
  const Collective collective = reverse_of(schedule.collective());
  std::vector<ChunkContract> contracts = schedule.contracts();
  for (ChunkContract& contract : contracts) std::swap(contract.from, contract.to);

  const int size = schedule.size();
  std::vector<std::vector<int>> before(at(size));  // by transfer: the transfers that wait for it
  for (int id = size - 1; id >= 0; --id)
    for (const int earlier : schedule.after(id)) before[at(earlier)].push_back(size - 1 - id);

  Schedule result(collective, schedule.algorithm(), schedule.ranks(), schedule.cut(), std::move(contracts));
  for (int id = size - 1; id >= 0; --id) {
    const Transfer& transfer = schedule.transfer(id);
    const Effect effect = collective == Collective::gather ? Effect::copy : Effect::reduce;
    result.add({transfer.destination, transfer.source, effect}, schedule.runs(id), before[at(id)]);
  }
  return result;
}

Schedule all_reduce_of(const Schedule& reduction, const Schedule& distribution) {
  VTPU_CHECK(reduction.slots() == 1 && distribution.slots() == 1, "only schedules with one slot can be joined");
  VTPU_CHECK(reduction.chunks() == distribution.chunks(), "both halves of an all-reduce have the same chunks");
  Schedule result(Collective::all_reduce, reduction.algorithm(), reduction.ranks(), reduction.cut(),
                  std::vector<ChunkContract>(at(reduction.chunks())));
  for (int id = 0; id < reduction.size(); ++id)
    result.add(reduction.transfer(id), reduction.runs(id), reduction.after(id));

  const std::vector<std::vector<int>> arrived = arrivals(reduction);
  std::vector<int> after;
  for (int id = 0; id < distribution.size(); ++id) {
    after.clear();
    if (carries_own(distribution, id))
      for (const int earlier : arrived[at(distribution.transfer(id).source)])
        if (intersect(reduction.runs(earlier), distribution.runs(id))) after.push_back(earlier);
    for (const int earlier : distribution.after(id)) after.push_back(earlier + reduction.size());
    result.add(distribution.transfer(id), distribution.runs(id), after);
  }
  return result;
}

}  // namespace vtpu::net::collective
