#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/compiler/random_kernel/random_kernel.h"
#include "vtpu/measure/dependency.h"

namespace vtpu::study::soak {

/// The C++ compiler of the host that compiles random kernels, as an experiment declares it.
measure::Dependency host_compiler();

/// Random kernels, translated to one C++ file, which the host's compiler compiles at run time.
class HostKernels {
 public:
  /// Compiles with c++, g++ or clang++, whichever PATH has first, with the flags of `soak` in baselines/compilers.def.
  /// Error: no compiler; the compiler's message; a folder for temporary files that cannot be written.
  static Result<HostKernels> build(std::span<const compiler::RandomKernel> kernels);

  HostKernels(HostKernels&&) noexcept;
  ~HostKernels();

  /// Runs a kernel on the contents of its tensors, and returns their new contents.
  /// `kernel`: one of those that were built (an invariant). Error: it wrote outside of a tensor.
  Result<std::vector<std::vector<std::byte>>> run(const compiler::RandomKernel& kernel) const;

 private:
  struct Library;
  explicit HostKernels(std::unique_ptr<Library> library);
  std::unique_ptr<Library> library_;
};

}  // namespace vtpu::study::soak
