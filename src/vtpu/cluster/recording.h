#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/exec/engine.h"
#include "vtpu/exec/machine.h"

namespace vtpu::cluster {

/// A point at which the course of a sentron meets that of others, or ends.
struct Event {
  enum class Kind : std::uint8_t { send, receive, barrier, reduce, cast, end };
  Kind kind = Kind::end;
  std::uint32_t sentron = 0;
  std::uint64_t words = 0;   ///< that the sentron has retired before this one
  std::uint64_t number = 0;  ///< of the message, from 1; of the rendezvous, from 0

  bool is_rendezvous() const { return kind == Kind::barrier || kind == Kind::reduce || kind == Kind::cast; }
};

/// A stretch of words that a sentron ran without waiting.
struct Turn {
  std::uint32_t sentron = 0;
  std::uint64_t words = 0;  ///< that it had retired at the end

  friend bool operator==(const Turn&, const Turn&) = default;
};

/// What the sentrons of a machine did, in the order of the run on one thread.
struct Recording {
  std::vector<Event> events;
  std::vector<Turn> turns;
  std::size_t sentrons = 0;
  /// Receives whose message could be another one if time passed differently: those that do not wait, those with a
  /// temperature, and those at a coordinate to which several sentrons send. The recording keeps what the run did.
  std::uint64_t open_receives = 0;
  std::string deadlock;  ///< who waits for what, if the run ended so
};

/// One program for each sentron of the machine, which it runs to its end with the interpreter. The programs must
/// outlive the call. Error: more than `most` events.
inline constexpr std::size_t kMostEvents = std::size_t{1} << 24;
Result<Recording> record(exec::Machine& machine, const std::vector<const isa::ValidProgram*>& programs,
                         std::size_t most = kMostEvents);

using MakeMachine = std::function<Result<std::unique_ptr<exec::Machine>>()>;

/// How long the turns of a recording take.
struct TurnTimes {
  std::vector<double> ns;  ///< by turn
  /// Of a measurement: the sums over all turns, one for each run, in rising order. Empty for a stated model.
  std::vector<double> sums;
};

/// Runs machines that `make` gives `runs` times after one that warms up, each turn with its sentron's engine, and takes
/// the median of each turn. Error: of `make`; a processor without time stamp counter; an engine whose turns are not
/// those of the recording.
Result<TurnTimes> measure_turns(const Recording& recording, const MakeMachine& make,
                                const std::vector<const exec::Engine*>& engines, unsigned runs);

/// Every word takes the same time.
TurnTimes turns_by_words(const Recording& recording, double ns_per_word);

}  // namespace vtpu::cluster
