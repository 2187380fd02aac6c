#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "vtpu/base/result.h"
#include "vtpu/study/soak/kernel_soak.h"

namespace vtpu::study::soak {

/// Which kernels are compared, by whom, and where finished ones are stored.
struct KernelWorkers {
  std::uint64_t kernels = 0;      ///< of the seeds 1..kernels
  std::size_t workers = 1;        ///< processes
  std::filesystem::path journal;  ///< a folder; see sweep/journal.h
  std::string identity;           ///< what the results depend on, apart from the seeds
  /// Called with the kernels that are left and the divergences found: before the first kernel and after each.
  std::function<void(std::uint64_t left, std::uint64_t divergences)> progress = {};
};

/// Compares random kernels as `soak_kernels` does, in several processes. Each finished kernel is stored at once: after
/// an interrupt, or the end of any of the processes, the next call goes on with the kernels that are missing, with any
/// number of workers. The caller has only one thread.
/// Error: as soak_kernels and sweep::Journal; an interrupt; a worker that ended early.
Result<KernelSoak> soak_in_workers(const KernelWorkers& soak);

}  // namespace vtpu::study::soak
