#pragma once
#include <optional>
#include <vector>

namespace vtpu::runtime {

/// The processors for the workers of a node, by hwloc's view of the host.
class Places {
 public:
  /// Of the processors on which the calling thread may run, one for each worker: first one of each core, then their
  /// siblings. None if there are more workers than processors.
  static Places choose(unsigned workers);

  /// Processors on which the calling thread may run; at least 1.
  unsigned processors() const { return processors_; }
  /// Binds the calling thread to the processor of a worker. Returns whether the host did.
  bool bind(unsigned worker) const;
  /// The processor of a worker, by the system's number; none unless there are enough.
  std::optional<unsigned> processor(unsigned worker) const {
    return enough() ? std::optional(chosen_[worker]) : std::nullopt;
  }
  /// Whether there is one for each worker.
  bool enough() const { return !chosen_.empty(); }

 private:
  unsigned processors_ = 1;
  std::vector<unsigned> chosen_;  // the system's numbers, by worker
};

}  // namespace vtpu::runtime
