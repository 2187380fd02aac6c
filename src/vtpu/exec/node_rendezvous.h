#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

#include "vtpu/exec/exchange.h"

namespace vtpu::exec {

/// The rendezvous of sentrons on several threads. The sentrons of a worker arrive at its leaf; the last one of a leaf
/// arrives at the root for it; the last one of the root ends the meeting, with the contributions in the order of
/// sentrons, so that the outcome does not depend on the number of workers.
///
/// Counting down needs no lock. Members enter and leave, and meetings end, under one. A sentron stays with the leaf at
/// which it entered, wherever it runs.
class NodeRendezvous {
 public:
  using Outcome = Exchange::Outcome;

  /// `ended`: called, with the lock held, after a meeting has ended or the last member has left.
  NodeRendezvous(std::size_t leaves, std::size_t sentrons, std::function<void()> ended)
      : leaves_(leaves), attendance_(sentrons), ended_(std::move(ended)) {}

  void enter(std::uint32_t sentron, std::size_t leaf);
  void leave(std::uint32_t sentron);
  /// As Exchange::arrive. A member.
  const Outcome* arrive(std::uint32_t sentron, const Exchange::Contribution& contribution, std::uint64_t clock);
  void depart(std::uint32_t sentron) { attendance_[sentron].meeting = 0; }

  /// How many meetings have ended.
  std::uint64_t ended() const { return meetings_.load(std::memory_order_acquire); }
  /// Not less than the logical clocks with which the members arrived at meetings that have ended.
  std::uint64_t clock() const { return clock_.load(std::memory_order_acquire); }
  std::size_t members() const { return members_.load(std::memory_order_acquire); }
  /// The members that have not arrived as the first member that has, in order. Only while no sentron runs.
  std::vector<std::uint32_t> missing() const;

 private:
  struct alignas(64) Attendance {
    bool member = false;
    std::uint32_t leaf = 0;
    std::uint32_t kind = 0;     ///< with which it arrived
    std::uint64_t meeting = 0;  ///< for which it arrived, from 1; 0: it has not arrived
    std::uint64_t value = 0;
    Message payload;
  };
  struct alignas(128) Leaf {
    std::atomic<std::uint64_t> missing{0};
    std::atomic<std::uint32_t> kind{0};  ///< what the members arrive with; 0 before the first
    std::uint64_t members = 0;
  };
  static std::uint32_t code(const Exchange::Contribution& one) {
    return 1 + 4 * static_cast<std::uint32_t>(one.kind) + static_cast<std::uint32_t>(one.reduction);
  }
  /// One member of a leaf fewer is missing. Whether none is missing any longer.
  bool count_down(Leaf& leaf) {
    return leaf.missing.fetch_sub(1, std::memory_order_acq_rel) == 1 &&
           root_.fetch_sub(1, std::memory_order_acq_rel) == 1;
  }
  void end_meeting();

  std::vector<Leaf> leaves_;
  std::vector<Attendance> attendance_;  // by sentron number
  std::function<void()> ended_;
  alignas(128) std::atomic<std::uint64_t> root_{0};  // leaves with missing members
  alignas(128) std::atomic<std::uint64_t> meetings_{0};
  std::atomic<std::uint64_t> clock_{0};
  std::atomic<std::size_t> members_{0};
  Outcome outcome_;  // of the last meeting; the next one cannot end before all have taken it
  std::mutex lock_;
};

}  // namespace vtpu::exec
