#include "vtpu/study/ordinary.h"

#include <dlfcn.h>

namespace vtpu::study {

Result<const OrdinaryTable*> load_ordinary(const OrdinaryLevel& level) {
  // The programs lie in bin/ or below it, the modules in lib/ beside that.
  const std::string name = "ordinary_" + std::string(level.name) + ".so";
  std::error_code failed;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", failed);
  std::filesystem::path file;
  for (auto folder = program.parent_path(); folder.has_relative_path(); folder = folder.parent_path())
    if (file = folder / "lib" / name; std::filesystem::exists(file, failed)) break;
  void* const module = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (module == nullptr) return Error{file.string(), ::dlerror(), "a module that the build makes"};
  using Table = const OrdinaryTable* (*)();
  const auto table = reinterpret_cast<Table>(::dlsym(module, "vtpu_ordinary_table"));
  if (table == nullptr) return Error{file.string(), "no vtpu_ordinary_table", "a module that the build makes"};
  return table();
}

}  // namespace vtpu::study
