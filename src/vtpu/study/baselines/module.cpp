#include "vtpu/study/baselines/module.h"

#include <dlfcn.h>

#include <filesystem>

namespace vtpu::study::baselines {

Result<void*> load_from_module(const std::string& file, const char* function) {
  // The programs lie in bin/ or below it, the modules in lib/ beside that.
  std::error_code failed;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", failed);
  std::filesystem::path path;
  for (auto folder = program.parent_path(); folder.has_relative_path(); folder = folder.parent_path())
    if (path = folder / "lib" / file; std::filesystem::exists(path, failed)) break;
  void* const module = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (module == nullptr) return Error{path.string(), ::dlerror(), "a module that the build makes"};
  void* const found = ::dlsym(module, function);
  if (found == nullptr) return Error{path.string(), std::string("no ") + function, "a module that the build makes"};
  return found;
}

}  // namespace vtpu::study::baselines
