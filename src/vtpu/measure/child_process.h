#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "vtpu/base/result.h"

namespace vtpu::measure {

/// Runs `work` in a forked child process and returns the bytes that it made there. The child ends without destroying or
/// flushing anything that belongs to its parent. The caller must have only one thread.
/// Error, at `where`: the system provides no pipe or process; a signal ended the child, or its status was not 0.
Result<std::string> in_child(const std::string& where, const std::function<std::string()>& work);

/// What `work` returned in a child process, and what it cost there.
struct TimedChild {
  double value = 0;
  double seconds = 0;         ///< wall time
  double peak_mebibytes = 0;  ///< resident, including what the child inherited from its parent
};

/// Runs `work` as in_child does, and measures it. Error: that of `work`, or as in_child.
Result<TimedChild> time_in_child(const std::string& where, const std::function<Result<double>()>& work);

/// Standard output of a program that is run without a shell, so that paths need no quotes; its standard error is
/// discarded. Nothing if the program cannot be run or ends with another status than 0.
/// `words`: the program, by path or looked up on PATH, and its arguments.
std::optional<std::string> output_of(std::vector<std::string> words);

}  // namespace vtpu::measure
