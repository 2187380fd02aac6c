#pragma once
#include <memory>
#include <stdexcept>
#include <string>

namespace vtpu::plot {

/// A Python exception; `what()` is the traceback as Python prints it.
struct PythonError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The embedded Python that was found at configuration, with Matplotlib on its Agg back end. It uses no display, no
/// user's matplotlibrc and no PYTHON* environment, and has a fixed hash seed. Python's user warnings (a glyph that the
/// font lacks, a layout that does not fit) are errors.
///
/// A process may create at most one, because NumPy cannot be loaded into a second interpreter; a second one is a broken
/// invariant. `plt` keeps no Python object, so all are gone before the interpreter ends.
class Interpreter {
 public:
  /// Throws PythonError if Matplotlib cannot be imported.
  Interpreter();
  ~Interpreter();
  Interpreter(const Interpreter&) = delete;
  Interpreter& operator=(const Interpreter&) = delete;
};

}  // namespace vtpu::plot
