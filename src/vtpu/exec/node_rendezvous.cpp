#include "vtpu/exec/node_rendezvous.h"

#include "vtpu/base/check.h"

namespace vtpu::exec {

void NodeRendezvous::enter(std::uint32_t sentron, std::size_t leaf_number) {
  const std::scoped_lock hold(lock_);
  Attendance& one = attendance_[sentron];
  if (one.member) return;
  Leaf& leaf = leaves_[leaf_number];
  one = {};
  one.member = true, one.leaf = static_cast<std::uint32_t>(leaf_number);
  ++leaf.members;
  members_.fetch_add(1, std::memory_order_release);
  // A leaf that had given up its unit of the root gets it back, before its new member can arrive.
  if (leaf.missing.fetch_add(1, std::memory_order_acq_rel) == 0) root_.fetch_add(1, std::memory_order_acq_rel);
}

void NodeRendezvous::leave(std::uint32_t sentron) {
  const std::scoped_lock hold(lock_);
  Attendance& one = attendance_[sentron];
  if (!one.member) return;
  one.member = false;
  Leaf& leaf = leaves_[one.leaf];
  --leaf.members;
  const bool arrived = one.meeting > meetings_.load(std::memory_order_relaxed);
  if (members_.fetch_sub(1, std::memory_order_acq_rel) == 1) ended_();
  if (!arrived && count_down(leaf)) end_meeting();
}

const NodeRendezvous::Outcome* NodeRendezvous::arrive(std::uint32_t sentron, const Exchange::Contribution& contribution,
                                                      std::uint64_t clock) {
  Attendance& one = attendance_[sentron];
  const std::uint64_t before = meetings_.load(std::memory_order_acquire);
  if (one.meeting != 0) return one.meeting <= before ? &outcome_ : nullptr;
  Leaf& leaf = leaves_[one.leaf];
  const std::uint32_t mine = code(contribution);
  std::uint32_t kind = leaf.kind.load(std::memory_order_relaxed);
  if (kind == 0 && leaf.kind.compare_exchange_strong(kind, mine, std::memory_order_relaxed)) kind = mine;
  if (kind != mine) return nullptr;  // the meeting cannot end without it, as on one thread
  one.kind = kind;
  one.value = contribution.value;
  if (contribution.payload != nullptr) one.payload = *contribution.payload;
  one.meeting = before + 1;
  for (std::uint64_t latest = clock_.load(std::memory_order_relaxed); latest < clock;)
    if (clock_.compare_exchange_weak(latest, clock, std::memory_order_relaxed)) break;
  if (!count_down(leaf)) return nullptr;
  const std::scoped_lock hold(lock_);
  // Somebody may have entered since.
  if (root_.load(std::memory_order_acquire) == 0) end_meeting();
  return one.meeting <= meetings_.load(std::memory_order_relaxed) ? &outcome_ : nullptr;
}

/// With the lock held, when nobody is missing.
void NodeRendezvous::end_meeting() {
  if (members_.load(std::memory_order_relaxed) == 0) return;
  std::uint32_t kind = 0;
  std::uint64_t groups = 0;
  for (const Leaf& leaf : leaves_) {
    if (leaf.members == 0) continue;
    const std::uint32_t its = leaf.kind.load(std::memory_order_relaxed);
    if (groups++ == 0) kind = its;
    if (its != kind) return;  // they wait for each other for ever
  }
  const auto which = static_cast<Exchange::Rendezvous>((kind - 1) / 4);
  if (which != Exchange::Rendezvous::barrier) {
    std::vector<const Attendance*> in_order;
    for (const Attendance& one : attendance_)
      if (one.member) in_order.push_back(&one);
    const bool casts = which == Exchange::Rendezvous::cast;
    outcome_.value = in_order[0]->value;
    if (casts) outcome_.payload = in_order[in_order[0]->value % in_order.size()]->payload;
    for (std::size_t i = 1; !casts && i < in_order.size(); ++i)
      outcome_.value = Exchange::combined(which, static_cast<isa::ReductionKind>((kind - 1) % 4), outcome_.value,
                                          in_order[i]->value);
  }
  for (Leaf& leaf : leaves_) {
    leaf.kind.store(0, std::memory_order_relaxed);
    leaf.missing.store(leaf.members, std::memory_order_relaxed);
  }
  root_.store(groups, std::memory_order_relaxed);
  meetings_.fetch_add(1, std::memory_order_release);
  ended_();
}

std::vector<std::uint32_t> NodeRendezvous::missing() const {
  std::vector<std::uint32_t> all;
  std::uint32_t kind = 0;
  for (const Attendance& one : attendance_)
    if (kind == 0 && one.member && one.meeting > ended()) kind = one.kind;
  for (std::uint32_t sentron = 0; sentron < attendance_.size(); ++sentron) {
    const Attendance& one = attendance_[sentron];
    if (one.member && (one.meeting <= ended() || one.kind != kind)) all.push_back(sentron);
  }
  return all;
}

}  // namespace vtpu::exec
