#pragma once
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/exec/context.h"

namespace vtpu::runtime {

/// What the workers and sentrons of a node have done up to one moment. Every number but `ready`, `pending` and those
/// of a sentron's state only grows.
struct Telemetry {
  struct Worker {
    std::optional<unsigned> cpu;         ///< to which its thread is pinned
    std::uint64_t busy_nanoseconds = 0;  ///< of the turns of its sentrons
    std::uint64_t turns = 0;             ///< entries of a sentron
    std::uint64_t waits = 0;             ///< turns that ended because the sentron had to wait
    std::uint64_t steals = 0;            ///< sentrons taken from other workers
    std::uint64_t parks = 0;             ///< times that its thread slept, because no sentron was ready
    std::uint64_t sent = 0;              ///< messages to other workers
    std::uint64_t taken = 0;             ///< messages from other workers
    std::uint64_t ready = 0;             ///< sentrons in its ready queue
    std::uint64_t pending = 0;           ///< messages that no sentron has received

    friend bool operator==(const Worker&, const Worker&) = default;
  };
  struct Sentron {
    std::uint32_t number = 0;
    unsigned worker = 0;
    exec::Status status = exec::Status::ready;
    std::uint64_t word = 0;  ///< of the program, at which the sentron is
    std::string waits_for;   ///< empty unless it waits
    exec::Retired retired;
    memory::TranslationCounters translations;

    friend bool operator==(const Sentron&, const Sentron&) = default;
  };

  std::string program;
  std::uint64_t process = 0;  ///< its number in the operating system
  double seconds = 0;         ///< since the node began to run
  std::vector<Worker> workers;
  std::vector<Sentron> sentrons;  ///< in the order of their numbers

  friend bool operator==(const Telemetry&, const Telemetry&) = default;
};

nlohmann::ordered_json to_json(const Telemetry& telemetry);
/// Error: text that `to_json` has not made, with its key.
Result<Telemetry> telemetry_from_json(const std::string& text, const std::string& name);

/// The text format of Prometheus, version 0.0.4. Numbers of sentrons are summed for each worker, so that the length of
/// the text does not grow with their number.
std::string to_prometheus(const Telemetry& telemetry);

}  // namespace vtpu::runtime
