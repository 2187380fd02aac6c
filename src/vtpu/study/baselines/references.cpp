#include "vtpu/study/baselines/references.h"

#include <string>

#include "vtpu/study/baselines/module.h"

namespace vtpu::study::baselines {

kernels::ReferenceFunction References::find(std::string_view program) const {
  for (const ReferenceEntry& entry : entries_)
    if (program == entry.name) return entry.run;
  return nullptr;
}

Result<References> load_references(const Baseline& level) {
  const auto found = load_from_module(module_of(level), "vtpu_references");
  if (!found) return found.error();
  std::size_t count = 0;
  const ReferenceEntry* const entries = reinterpret_cast<decltype(&vtpu_references)>(*found)(&count);
  return References({entries, count});
}

}  // namespace vtpu::study::baselines
