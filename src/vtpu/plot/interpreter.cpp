#include "vtpu/plot/interpreter.h"

#include <atomic>

#include "vtpu/base/check.h"
#include "vtpu/plot/python.h"

#ifdef __SANITIZE_ADDRESS__
// CPython and NumPy keep memory until the process ends. Only programs that embed them link this file.
extern "C" const char* __asan_default_options();
extern "C" const char* __asan_default_options() { return "detect_leaks=0"; }
#endif

namespace vtpu::plot {
namespace {

constexpr unsigned long kHashSeed = 1;

/// Set once and never cleared: after an interpreter has ended, the process still cannot start another.
std::atomic<bool> started{false};

}  // namespace

Interpreter::Interpreter() {
  VTPU_CHECK(!started.exchange(true), "a process starts Python once");
  PyConfig config;
  PyConfig_InitIsolatedConfig(&config);
  config.use_hash_seed = 1;
  config.hash_seed = kHashSeed;
  const PyStatus named = PyConfig_SetBytesString(&config, &config.executable, VTPU_PYTHON);
  if (PyStatus_Exception(named)) {
    PyConfig_Clear(&config);
    throw PythonError("the path of Python cannot be decoded: " VTPU_PYTHON);
  }
  try {
    py::initialize_interpreter(&config, 0, nullptr, false);
  } catch (const std::runtime_error& error) {
    throw PythonError(std::string("Python does not start: ") + error.what());
  }
  try {
    guarded([] {
      py::module_::import("os").attr("environ")["MPLBACKEND"] = "Agg";
      py::module_::import("matplotlib.pyplot");
      py::module_::import("warnings")
          .attr("simplefilter")("error", py::module_::import("builtins").attr("UserWarning"));
    });
  } catch (...) {
    py::finalize_interpreter();
    throw;
  }
}

Interpreter::~Interpreter() { py::finalize_interpreter(); }

}  // namespace vtpu::plot
