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

/// Random kernels as the host's C++ compiler understands them: one file, compiled when the program runs, loaded.
class HostKernels {
 public:
  /// Compiles with c++, g++ or clang++, whichever PATH has first, with the flags of `soak` in baselines/compilers.def.
  /// Error: no compiler, or what it says; a folder for temporary files that cannot be written.
  static Result<HostKernels> build(std::span<const compiler::RandomKernel> kernels);

  HostKernels(HostKernels&&) noexcept;
  ~HostKernels();

  /// What the tensors hold after the kernel, which must be one of those built, has run on their contents.
  /// Error: it wrote outside of a tensor.
  Result<std::vector<std::vector<std::byte>>> run(const compiler::RandomKernel& kernel) const;

 private:
  struct Library;
  explicit HostKernels(std::unique_ptr<Library> library);
  std::unique_ptr<Library> library_;
};

}  // namespace vtpu::study::soak
