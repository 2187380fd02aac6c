#include "vtpu/study/ordinary.h"

#include <dlfcn.h>

namespace vtpu::study {

Result<const OrdinaryTable*> load_ordinary(const OrdinaryLevel& level) {
  const std::filesystem::path file =
      std::filesystem::path(VTPU_MODULES) / ("ordinary_" + std::string(level.name) + ".so");
  void* const module = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (module == nullptr) return Error{file.string(), ::dlerror(), "a module that the build makes"};
  using Table = const OrdinaryTable* (*)();
  const auto table = reinterpret_cast<Table>(::dlsym(module, "vtpu_ordinary_table"));
  if (table == nullptr) return Error{file.string(), "no vtpu_ordinary_table", "a module that the build makes"};
  return table();
}

}  // namespace vtpu::study
