#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "vtpu/net/ids.h"

namespace vtpu::net::workload {

/// `bytes` from one chip to another. A message may be sent when all messages that it waits for have been delivered and
/// `compute_ns` of local work has followed, but not before `not_before_ns`. An empty message takes only the latency of
/// its path. A message of a chip to itself is delivered as soon as it may be sent.
struct Message {
  Chip source;
  Chip destination;
  std::uint64_t bytes = 0;
  double not_before_ns = 0;
  double compute_ns = 0;
};

/// The input of a run to completion: messages and their order, a directed acyclic graph. Collectives, traces and
/// all-to-alls are all converted to this form, and every level of simulation runs it.
class Workload {
 public:
  explicit Workload(std::string name = "") : name_(std::move(name)) {}

  /// Adds a message that waits for earlier ones (given by their numbers, which makes cycles impossible) and returns its
  /// number.
  int add(const Message& message, std::span<const int> after = {});
  /// Reserves space for additional messages and dependences, if their numbers are known beforehand.
  void reserve(std::size_t messages, std::size_t dependencies);

  const std::string& name() const { return name_; }
  int size() const { return static_cast<int>(messages_.size()); }
  const Message& message(int id) const { return messages_[static_cast<std::size_t>(id)]; }
  /// The messages that `id` waits for.
  std::span<const int> after(int id) const;
  std::uint64_t total_bytes() const;

 private:
  std::string name_;
  std::vector<Message> messages_;
  std::vector<std::size_t> first_ = {0};  // into after_, by message
  std::vector<int> after_;
};

/// Why a message never arrived.
enum class Loss { none, no_path };

/// The result of a run to completion, the same for every level of simulation. Bytes are conserved (checked on every
/// run): injected = delivered + lost.
struct Completion {
  double time_ns = 0;                 ///< time of the last delivery
  std::vector<double> delivered_ns;   ///< by message; for a lost message, the time at which the loss was detected
  std::vector<Loss> loss;             ///< by message
  std::vector<double> channel_bytes;  ///< by channel of the network; 0 for unused channel numbers
  std::uint64_t injected_bytes = 0;
  std::uint64_t delivered_bytes = 0;
  std::uint64_t lost_bytes = 0;
};

}  // namespace vtpu::net::workload
