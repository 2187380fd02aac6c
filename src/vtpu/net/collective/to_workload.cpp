#include "vtpu/net/collective/to_workload.h"

#include <cstddef>
#include <vector>

#include "vtpu/base/check.h"

namespace vtpu::net::collective {
namespace {

template <class BytesOf>
void append(workload::Workload& workload, const Schedule& schedule, std::span<const Chip> chips, BytesOf bytes_of) {
  VTPU_CHECK(chips.empty() || chips.size() == static_cast<std::size_t>(schedule.ranks()), "every rank has a chip");
  const auto chip = [&](int rank) { return chips.empty() ? Chip(rank) : chips[static_cast<std::size_t>(rank)]; };
  const int first = workload.size();
  std::vector<int> after;
  for (int id = 0; id < schedule.size(); ++id) {
    const Transfer& transfer = schedule.transfer(id);
    after.clear();
    for (const int earlier : schedule.after(id)) after.push_back(first + earlier);
    workload.add({.source = chip(transfer.source), .destination = chip(transfer.destination), .bytes = bytes_of(id)},
                 after);
  }
}

}  // namespace

workload::Workload to_workload(const Schedule& schedule, std::uint64_t buffer_bytes, std::span<const Chip> chips) {
  workload::Workload workload(schedule.name());
  workload.reserve(static_cast<std::size_t>(schedule.size()), schedule.dependencies());
  append_to(workload, schedule, buffer_bytes, chips);
  return workload;
}

workload::Workload to_workload(const Schedule& schedule, const SparseExchange& items, std::span<const Chip> chips) {
  VTPU_CHECK(schedule.chunks() == static_cast<int>(items.size()),
             "a schedule is sized by the items that it was made from");
  workload::Workload workload(schedule.name());
  workload.reserve(static_cast<std::size_t>(schedule.size()), schedule.dependencies());
  append(workload, schedule, chips, [&](int id) {
    std::uint64_t bytes = 0;
    for_each_chunk(schedule.runs(id), [&](int chunk) { bytes += items[static_cast<std::size_t>(chunk)].bytes; });
    return bytes;
  });
  return workload;
}

void append_to(workload::Workload& workload, const Schedule& schedule, std::uint64_t buffer_bytes,
               std::span<const Chip> chips) {
  VTPU_CHECK(schedule.collective() != Collective::sparse_exchange, "a sparse exchange takes its sizes from its items");
  append(workload, schedule, chips, [&](int id) { return schedule.bytes(id, buffer_bytes); });
}

}  // namespace vtpu::net::collective
