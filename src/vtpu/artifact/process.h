#pragma once
#include <string>
#include <vector>

#include "vtpu/base/result.h"

namespace vtpu::artifact {

/// How a program ended.
struct Finished {
  int status = 0;            ///< exit status; 128 + the signal's number for a killed one
  bool interrupted = false;  ///< by SIGINT or SIGTERM: the user asked for it
  std::string output;        ///< standard output, where it was caught
};

/// Runs a program (looked up in PATH where the name has no slash) and waits for it. Standard error is inherited, standard
/// output too unless `catch_output`. While it runs, SIGINT goes to the program alone, so that the caller can still put
/// its own things in order. Error: the program cannot be started.
Result<Finished> run_program(const std::vector<std::string>& arguments, bool catch_output = false,
                             const std::vector<std::string>& more_environment = {});

}  // namespace vtpu::artifact
