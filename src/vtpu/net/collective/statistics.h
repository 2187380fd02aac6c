#pragma once
#include <algorithm>
#include <cstdint>

#include "vtpu/net/collective/chip_program.h"
#include "vtpu/net/collective/schedule.h"
#include "vtpu/net/shape.h"

namespace vtpu::net::collective {

/// Links that the messages of a schedule cross; local transfers do not count as messages.
struct HopStatistics {
  std::int64_t messages = 0;
  int best = 0;        ///< 0 if there are no messages
  double average = 0;  ///< over messages, not weighted by size
  int worst = 0;
};

/// Links on a shortest path between two chips of a torus.
int torus_distance(const Shape& grid, int from, int to);

/// `distance(source, destination)`: links between two ranks.
template <class Distance>
HopStatistics hop_statistics(const Schedule& schedule, Distance distance) {
  HopStatistics hops;
  std::int64_t sum = 0;
  for (int id = 0; id < schedule.size(); ++id) {
    const Transfer& transfer = schedule.transfer(id);
    if (transfer.local()) continue;
    const int length = distance(transfer.source, transfer.destination);
    hops.best = hops.messages == 0 ? length : std::min(hops.best, length);
    hops.worst = std::max(hops.worst, length);
    sum += length;
    ++hops.messages;
  }
  if (hops.messages > 0) hops.average = static_cast<double>(sum) / static_cast<double>(hops.messages);
  return hops;
}

/// Hop statistics of the messages of all chips, on the torus of the program.
HopStatistics hop_statistics(const ChipProgram& program);

/// The length of the longest chain of messages in which each waits for the one before: the number of rounds when all
/// messages take equally long.
int rounds(const Schedule& schedule);
int rounds(const ChipProgram& program);

}  // namespace vtpu::net::collective
