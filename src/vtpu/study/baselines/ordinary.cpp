#include "vtpu/study/baselines/ordinary.h"

#include <string>

#include "vtpu/study/baselines/module.h"

namespace vtpu::study::baselines {

Result<const OrdinaryTable*> load_ordinary(const Baseline& level) {
  const auto table = load_from_module(module_of(level), "vtpu_ordinary_table");
  if (!table) return table.error();
  return reinterpret_cast<const OrdinaryTable* (*)()>(*table)();
}

}  // namespace vtpu::study::baselines
