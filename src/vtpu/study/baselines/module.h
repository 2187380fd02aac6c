#pragma once
#include <string>

#include "vtpu/base/result.h"

namespace vtpu::study::baselines {

/// A function of a module that the build makes in lib/ beside the programs. The module stays loaded.
/// `name`: of the file, without ".so".
/// Error: the file, and the loader's message.
Result<void*> load_from_module(const std::string& name, const char* function);

}  // namespace vtpu::study::baselines
