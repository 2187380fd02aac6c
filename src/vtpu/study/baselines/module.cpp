#include "vtpu/study/baselines/module.h"

#include <dlfcn.h>

#include "vtpu/measure/dependency.h"

namespace vtpu::study::baselines {

Result<void*> load_from_module(const std::string& name, const char* function) {
  const std::string file = "lib/" + name + ".so";
  const std::string path = measure::path_of({measure::Dependency::Kind::module, name});
  if (path.empty()) return Error{file, "no such file beside the programs", "a module that the build makes"};
  void* const module = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (module == nullptr) return Error{path, ::dlerror(), "a module that the build makes"};
  void* const found = ::dlsym(module, function);
  if (found == nullptr) return Error{path, std::string("no ") + function, "a module that the build makes"};
  return found;
}

}  // namespace vtpu::study::baselines
