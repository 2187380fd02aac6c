#pragma once
#include <span>
#include <string_view>

#include "vtpu/base/result.h"
#include "vtpu/kernels/programs/program.h"
#include "vtpu/kernels/programs/references/reference.h"
#include "vtpu/study/baselines/compilers.h"

namespace vtpu::study::baselines {

/// The ways in which the references of the programs are compiled; the module of each is references_<name>.so.
inline constexpr auto kReferenceLevels = baselines_for<Use::references>();

/// The references of one module.
class References {
 public:
  explicit References(std::span<const ReferenceEntry> entries) : entries_(entries) {}
  /// Null if the module has no reference of that name.
  kernels::ReferenceFunction find(std::string_view program) const;

 private:
  std::span<const ReferenceEntry> entries_;
};

/// Loads the module of a level, which stays loaded.
/// Error: the file, and the loader's message; clang's modules are missing where the build did not find clang.
Result<References> load_references(const Baseline& level);

}  // namespace vtpu::study::baselines
