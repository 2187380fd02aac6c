#include "vtpu/study/baselines/compilers.h"

#include "vtpu/base/check.h"

namespace vtpu::study::baselines {

std::string module_of(const Baseline& baseline) {
  VTPU_CHECK(baseline.use == Use::ordinary || baseline.use == Use::references, "the baseline is built as a module");
  return (baseline.use == Use::ordinary ? "ordinary_" : "references_") + std::string(baseline.name);
}

std::vector<measure::Dependency> modules_for(Use use) {
  std::vector<measure::Dependency> modules;
  for (const Baseline& one : kBaselines)
    if (one.use == use) modules.push_back({measure::Dependency::Kind::module, module_of(one)});
  return modules;
}

}  // namespace vtpu::study::baselines
