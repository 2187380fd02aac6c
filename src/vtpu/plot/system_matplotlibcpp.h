#pragma once
#include <string_view>
#include <vector>

#include "vtpu/plot/matplotlib.h"

namespace vtpu::plot::plt {

/// Whether the system's matplotlibcpp.h has made this pyplot call. It does so in builds with
/// VTPU_USE_SYSTEM_MATPLOTLIBCPP for the calls its interface can express: `plot`, `title`, `xlabel`, `ylabel`, `legend`
/// with keywords that are all text, and `grid` without any. Its keywords cannot hold numbers, and
/// its `save` takes no metadata; those calls, and all in other builds, return false and go through our own binding into
/// the same interpreter. It leaves Python's exceptions pending, to surface in some later call; here they are thrown at
/// once (pybind11's error_already_set).
bool drawn_by_system_matplotlibcpp(std::string_view function, const std::vector<Value>& arguments,
                                   const Keywords& keywords);

}  // namespace vtpu::plot::plt
