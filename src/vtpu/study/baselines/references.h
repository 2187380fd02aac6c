#pragma once
#include <cstddef>
#include <span>
#include <string_view>

#include "vtpu/base/result.h"
#include "vtpu/kernels/programs/program.h"
#include "vtpu/kernels/programs/references/reference.h"

namespace vtpu::study::baselines {

/// One way to compile the references of the programs: a module that the build makes, where it finds the compiler.
struct ReferenceLevel {
  std::string_view name;   ///< in keys; the module is references_<name>.so
  std::string_view flags;  ///< of the compiler; all allow fused multiply-adds
  bool clang = false;      ///< else the compiler of the project
};
inline constexpr ReferenceLevel kReferenceLevels[] = {
    {"o3_native", "-O3 -march=native", false},
    {"o3_native_fast", "-O3 -march=native -ffast-math", false},
    {"clang_o3_native", "-O3 -march=native", true},
    {"clang_o3_native_fast", "-O3 -march=native -ffast-math -fveclib=libmvec", true}};

/// The references of one module.
class References {
 public:
  explicit References(std::span<const ReferenceEntry> entries) : entries_(entries) {}
  /// Null: the module has none of that name.
  kernels::ReferenceFunction find(std::string_view program) const;

 private:
  std::span<const ReferenceEntry> entries_;
};

/// A loaded module; it stays loaded.
/// Error: the file, and what the system says; of clang's where the build did not find it.
Result<References> load_references(const ReferenceLevel& level);

}  // namespace vtpu::study::baselines
