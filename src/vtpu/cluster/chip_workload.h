#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "vtpu/cluster/recording.h"
#include "vtpu/net/ids.h"
#include "vtpu/net/workload/workload.h"

namespace vtpu::cluster {

/// What a message between chips carries besides its payload: the coordinate.
inline constexpr std::uint64_t kHeaderBytes = 16;
inline constexpr std::uint64_t kMessageBytes = kHeaderBytes + 32;
inline constexpr std::uint64_t kReductionBytes = kHeaderBytes + 8;

/// A recording as messages of a network with their order. Each stretch of work, and each moment at which a sentron has
/// what it waited for, is a message of its chip to itself. Whatever simulator delivers the messages thereby gives every
/// event of the run its time.
///
/// - Sentrons of one chip share its core: their stretches of work follow each other in the order of the recording.
/// - A send costs its sender only the words that it retires. The message leaves then, and may be received when it has
///   arrived.
/// - A rendezvous gathers along a binary tree over the sentrons, in order of their numbers, and answers along the same
///   tree. Who has passed on what came from below only waits: its core does not take part.
/// - A message that nobody received is not charged.
struct ChipWorkload {
  /// A stretch of work of a sentron, and what it waited for after it.
  struct Step {
    std::uint32_t sentron = 0;
    int work = 0;                ///< its message
    std::optional<int> resumes;  ///< the message after which the sentron goes on; empty: at once
  };

  net::workload::Workload messages;
  std::vector<Step> steps;         ///< in the order of the recording
  std::vector<net::Chip> chip_of;  ///< by sentron
  std::uint64_t sent = 0;          ///< messages between chips, with those of rendezvous
  std::uint64_t never_received = 0;
};

/// `chip_of`: by sentron.
ChipWorkload chip_workload(const Recording& recording, const TurnTimes& times, std::vector<net::Chip> chip_of);

}  // namespace vtpu::cluster
