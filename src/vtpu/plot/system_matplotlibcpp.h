#pragma once
#include <string_view>
#include <vector>

#include "vtpu/plot/matplotlib.h"

namespace vtpu::plot::plt {

/// Whether this build draws through the system's matplotlibcpp.h: CMake found the header, and
/// VTPU_USE_SYSTEM_MATPLOTLIBCPP is on, as it is by default.
bool uses_system_matplotlibcpp();

/// Makes this pyplot call through the system's matplotlibcpp.h where its interface can express the call, and returns
/// whether it did. It can express `plot`, `title`, `xlabel`, `ylabel` and `legend` when every keyword is text, and
/// `grid` without keywords. All other calls return false, and so do all calls in builds without the header: the caller
/// then uses the binding, which acts on the same interpreter.
/// Throws pybind11's error_already_set when Python raises an exception; the header would leave it pending, so that it
/// would surface in a later call.
bool drawn_by_system_matplotlibcpp(std::string_view function, const std::vector<Value>& arguments,
                                   const Keywords& keywords);

}  // namespace vtpu::plot::plt
