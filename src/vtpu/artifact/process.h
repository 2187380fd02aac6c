#pragma once
#include <string>
#include <vector>

#include "vtpu/base/result.h"

namespace vtpu::artifact {

/// Outcome of a program.
struct Finished {
  int status = 0;            ///< exit status; 128 + the signal's number if a signal killed it
  bool interrupted = false;  ///< whether a signal asked it to end, at the user's request
  std::string output;        ///< standard output, if it was captured
};

/// Runs a program and waits for it. A name without a slash is looked up in PATH. The program inherits standard error,
/// and standard output unless `capture_output` is set. It is a process group of its own, with the processes that it
/// starts; its standard input is empty. Signals that ask the caller to end or to stop go to that group instead, so that
/// nothing of it stays behind and the caller can still save its state. If the caller is killed, so is the program.
/// Error: the program cannot be started.
Result<Finished> run_program(const std::vector<std::string>& arguments, bool capture_output = false,
                             const std::vector<std::string>& more_environment = {});

}  // namespace vtpu::artifact
