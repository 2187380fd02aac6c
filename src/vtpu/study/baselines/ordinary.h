#pragma once
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/kernels/workload.h"
#include "vtpu/measure/ordinary_code.h"

namespace vtpu::study::baselines {

/// What a module of ordinary code offers: the workloads' references and the ten ordinary loops, as the compiler makes
/// them at the module's level of optimisation.
struct OrdinaryTable {
  std::span<const kernels::Workload> (*workloads)();
  std::vector<measure::OrdinaryLoop> (*loops)(measure::OrdinaryData&);
};

/// Levels of optimisation, each a module that the build makes beside the programs.
struct OrdinaryLevel {
  std::string_view name;   ///< in keys
  std::string_view flags;  ///< of the compiler
};
inline constexpr OrdinaryLevel kOrdinaryLevels[] = {{"o0", "-O0"}, {"o2", "-O2"}, {"o3_native", "-O3 -march=native"}};

/// A loaded module; it stays loaded.
/// Error: the file, and what the system says.
Result<const OrdinaryTable*> load_ordinary(const OrdinaryLevel& level);

}  // namespace vtpu::study::baselines
