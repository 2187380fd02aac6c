#include "vtpu/study/baselines/ordinary.h"

#include <string>

#include "vtpu/study/baselines/module.h"

namespace vtpu::study::baselines {

Result<const OrdinaryTable*> load_ordinary(const Baseline& level) {
  const auto table = load_from_module(module_of(level), "vtpu_ordinary_table");
  if (!table) return table.error();
  return reinterpret_cast<const OrdinaryTable* (*)()>(*table)();
}

Result<std::vector<std::pair<Baseline, const OrdinaryTable*>>> load_ordinary_levels() {
  std::vector<std::pair<Baseline, const OrdinaryTable*>> levels;
  for (const Baseline& level : kOrdinaryLevels) {
    const auto table = load_ordinary(level);
    if (table)
      levels.emplace_back(level, *table);
    else if (level.compiler != Compiler::clang)
      return table.error();
  }
  return levels;
}

}  // namespace vtpu::study::baselines
