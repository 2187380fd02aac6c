#pragma once
#include <cstddef>
#include <span>
#include <vector>

#include "vtpu/net/workload/workload.h"

namespace vtpu::net::workload {

/// For each message of a workload, the messages that wait for it, in ascending order: the inverse of Workload::after.
class Followers {
 public:
  explicit Followers(const Workload& workload) : first_(static_cast<std::size_t>(workload.size()) + 1) {
    for (int id = 0; id < workload.size(); ++id)
      for (const int earlier : workload.after(id)) ++first_[static_cast<std::size_t>(earlier) + 1];
    for (std::size_t i = 1; i < first_.size(); ++i) first_[i] += first_[i - 1];
    followers_.resize(first_.back());
    std::vector<std::size_t> next(first_.begin(), first_.end() - 1);
    for (int id = 0; id < workload.size(); ++id)
      for (const int earlier : workload.after(id)) followers_[next[static_cast<std::size_t>(earlier)]++] = id;
  }

  std::span<const int> of(int id) const {
    const auto at = static_cast<std::size_t>(id);
    return {followers_.data() + first_[at], first_[at + 1] - first_[at]};
  }

 private:
  std::vector<std::size_t> first_;  // into followers_, by message
  std::vector<int> followers_;
};

}  // namespace vtpu::net::workload
