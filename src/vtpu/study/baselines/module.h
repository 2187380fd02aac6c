#pragma once
#include <string>

#include "vtpu/base/result.h"

namespace vtpu::study::baselines {

/// A function of a module that the build makes beside the programs, in lib/. The module stays loaded.
/// Error: the file, and what the system says.
Result<void*> load_from_module(const std::string& file, const char* function);

}  // namespace vtpu::study::baselines
