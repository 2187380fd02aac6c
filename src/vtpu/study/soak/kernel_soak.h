#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/compiler/random_kernel/random_kernel.h"

namespace vtpu::study::soak {

/// Ways to run a kernel that are compared with its C++: `evaluator` (the IR as lowered), `tier 3, evaluator` (as the
/// passes leave it), `tier 0, interpreter`, and `tier 0` to `tier 3` by the native engine, or by the interpreter on a
/// host for which there is none.
std::vector<std::string> kernel_variants();

/// One kernel that left other bytes than its C++ by one variant, or did not halt, or broke an invariant; or, `refused`,
/// that the compiler did not take, though it should.
struct KernelDivergence {
  std::uint64_t seed = 0;
  std::string variant;
  bool refused = false;
  std::string what;  ///< the first element that differs, or why there is none
  std::string text;  ///< in the kernel language
};

struct KernelSoak {
  static constexpr std::size_t kShown = 20;

  std::uint64_t kernels = 0;
  std::map<std::string, std::uint64_t> divergences;  ///< by variant, every variant; without refusals
  std::map<std::string, std::uint64_t> refusals;     ///< by variant, every variant; `tier 3, evaluator` leaves them to `tier 3`
  std::vector<KernelDivergence> first;               ///< kShown at most

  /// Of all variants together.
  std::uint64_t diverged() const;
  std::uint64_t refused() const;
};

/// Compares `count` random kernels, seeds from `first_seed` on, by every variant with their C++ as the host's compiler
/// understands it. Elements are equal when their bits are, or when both are NaNs. Batches run in child processes, so
/// that a broken invariant of the compiler counts as a divergence, too. `progress` hears of every batch.
/// Error: as HostKernels::build.
Result<KernelSoak> soak_kernels(std::uint64_t first_seed, std::uint64_t count,
                                const std::function<void(const KernelSoak&)>& progress = {});

/// A smaller kernel that diverges by the same variant, and how. As many runs of the host's compiler as there are attempts.
/// Error: it does not diverge; as HostKernels::build.
Result<KernelDivergence> reduce_divergence(std::uint64_t seed, std::string_view variant);

}  // namespace vtpu::study::soak
