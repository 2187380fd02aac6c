#pragma once
#include <memory>
#include <stdexcept>
#include <string>

namespace vtpu::plot {

/// A Python exception that ended a call; `what()` is the traceback as Python prints it.
struct PythonError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The embedded Python with Matplotlib on its Agg back end: no display, no user's matplotlibrc, no PYTHON* environment,
/// a fixed hash seed, the interpreter found at configuration. Python's user warnings (a glyph that the font lacks, a
/// layout that does not fit) are errors.
///
/// At most one in the life of a process: NumPy cannot be loaded into a second interpreter. A second one is a broken
/// invariant. Every Python object is gone before the interpreter ends, since `plt` keeps none.
class Interpreter {
 public:
  /// Throws PythonError where Matplotlib cannot be imported.
  Interpreter();
  ~Interpreter();
  Interpreter(const Interpreter&) = delete;
  Interpreter& operator=(const Interpreter&) = delete;
};

}  // namespace vtpu::plot
