#pragma once
#include <span>
#include <utility>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/kernels/workload.h"
#include "vtpu/measure/ordinary_code.h"
#include "vtpu/study/baselines/compilers.h"

namespace vtpu::study::baselines {

/// What a module of ordinary code offers: the references of the workloads and the ten loops of ordinary code, compiled
/// at the module's level of optimisation.
struct OrdinaryTable {
  std::span<const kernels::Workload> (*workloads)();
  std::vector<measure::OrdinaryLoop> (*loops)(measure::OrdinaryData&);
};

/// Levels of optimisation; the module of each is ordinary_<name>.so.
inline constexpr auto kOrdinaryLevels = baselines_for<Use::ordinary>();

/// Loads the module of a level, which stays loaded.
/// Error: the file, and the loader's message; clang's modules are missing where the build did not find clang.
Result<const OrdinaryTable*> load_ordinary(const Baseline& level);

/// The modules of all levels that the build made, in the order of the table.
/// Error: a module of the project's compiler cannot be loaded.
Result<std::vector<std::pair<Baseline, const OrdinaryTable*>>> load_ordinary_levels();

}  // namespace vtpu::study::baselines
