#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/compiler/random_kernel/random_kernel.h"

namespace vtpu::study::soak {

/// The variants of a kernel that are compared with its C++: `evaluator` (the IR as lowered), `tier 3, evaluator` (the
/// IR after the passes), `tier 0, interpreter`, `tier 0` to `tier 3` by the native engine, and `tier 3, AVX2` by its
/// other form. The interpreter stands in for a form that the host does not run.
std::vector<std::string> kernel_variants();

/// One kernel of which one variant left other bytes than its C++, did not halt, or broke an invariant; or, if
/// `refused`, which the compiler rejected although it is valid.
struct KernelDivergence {
  std::uint64_t seed = 0;
  std::string variant;
  bool refused = false;
  std::string what;  ///< the first element that differs, or why there is no answer
  std::string text;  ///< in the kernel language
};

struct KernelSoak {
  static constexpr std::size_t kShown = 20;

  std::uint64_t kernels = 0;
  std::map<std::string, std::uint64_t> divergences;  ///< by variant, for all variants; without refusals
  std::map<std::string, std::uint64_t>
      refusals;                         ///< by variant, for all variants; those of the IR and of AVX2 count as `tier 3`
  std::vector<KernelDivergence> first;  ///< at most kShown refusals, and as many others

  KernelSoak();
  void operator+=(const KernelSoak& other);
  /// Sums over all variants.
  std::uint64_t diverged() const;
  std::uint64_t refused() const;
};

/// Random kernels of rising seeds, each compared with its C++, which the host's compiler compiles in batches.
class Kernels {
 public:
  /// `last`: the last seed. `stride`: from one seed to the next.
  explicit Kernels(std::uint64_t last, std::uint64_t stride = 1);
  ~Kernels();

  /// Compares every variant of one kernel. Error: as HostKernels::build.
  Result<KernelSoak> soak(std::uint64_t seed);

 private:
  struct Batch;
  std::uint64_t last_, stride_;
  std::unique_ptr<Batch> batch_;
};

/// Compares every variant of `count` random kernels, with seeds from `first_seed`, with their C++ as compiled by the
/// host's compiler. Two elements are equal if their bits are equal or both are NaNs. Each kernel runs in a child
/// process, so that a broken invariant of the compiler counts as a divergence, too.
/// Error: as HostKernels::build.
Result<KernelSoak> soak_kernels(std::uint64_t first_seed, std::uint64_t count);

/// Reduces a kernel to a smaller one of which the same variant diverges. Each attempt runs the host's compiler once.
/// Error: the kernel does not diverge; as HostKernels::build.
Result<KernelDivergence> reduce_divergence(std::uint64_t seed, std::string_view variant);

}  // namespace vtpu::study::soak
