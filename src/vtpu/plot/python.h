#pragma once
// The only header with pybind11. Only the sources of plot/ include it, so that figures compile without it.
#include <pybind11/embed.h>
#include <pybind11/stl.h>

#include <utility>

#include "vtpu/plot/interpreter.h"

namespace vtpu::plot {

namespace py = pybind11;

/// Runs `work` and rethrows a Python exception as PythonError, with the traceback.
template <class Work>
auto guarded(Work&& work) {
  try {
    return std::forward<Work>(work)();
  } catch (py::error_already_set& error) {
    const py::object lines = py::module_::import("traceback")
                                 .attr("format_exception")(error.type(), error.value() ? error.value() : py::none(),
                                                           error.trace() ? error.trace() : py::none());
    throw PythonError(py::str("").attr("join")(lines).cast<std::string>());
  }
}

}  // namespace vtpu::plot
