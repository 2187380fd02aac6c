#pragma once
#include <span>
#include <utility>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/kernels/workload.h"
#include "vtpu/measure/ordinary_code.h"
#include "vtpu/measure/stream.h"
#include "vtpu/study/baselines/compilers.h"

namespace vtpu::study::baselines {

/// What a module of ordinary code offers: the references of the workloads, the ten loops of ordinary code and the
/// kernels of STREAM, compiled at the module's level of optimisation.
struct OrdinaryTable {
  std::span<const kernels::Workload> (*workloads)();
  std::vector<measure::OrdinaryLoop> (*loops)(measure::OrdinaryData&);
  measure::StreamKernels (*stream)();
};

/// Levels of optimisation; the module of each is ordinary_<name>.so.
inline constexpr auto kOrdinaryLevels = baselines_for<Use::ordinary>();

/// Loads the module of a level, which stays loaded.
/// Error: the file, and the loader's message; clang's modules are missing where the build did not find clang.
Result<const OrdinaryTable*> load_ordinary(const Baseline& level);

/// The modules of all levels that the build made, in the order of the table.
/// Error: a module of the project's compiler cannot be loaded.
Result<std::vector<std::pair<Baseline, const OrdinaryTable*>>> load_ordinary_levels();

/// STREAM as one level compiles it.
struct StreamLevel {
  Baseline level;
  measure::StreamKernels kernels;
};

/// The levels with -march=native that the build made, each with the right bytes on whole numbers.
/// Error: a module of the project's compiler cannot be loaded, or a level gives other bytes.
Result<std::vector<StreamLevel>> load_stream_levels();

/// Whether kernels give STREAM's answers, byte for byte, on whole numbers.
bool is_stream(const measure::StreamKernels& kernels);

}  // namespace vtpu::study::baselines
