#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "vtpu/base/result.h"

namespace vtpu::measure {

/// Runs `work` in a process of its own, a copy of this one, and returns the bytes it made there. The child ends without
/// destroying or flushing anything of its parent's. The caller has one thread only.
/// Error, at `where`: the system gives no pipe or process; the child was ended by a signal or left with another status
/// than 0.
Result<std::string> in_child(const std::string& where, const std::function<std::string()>& work);

/// What `work` returned in a process of its own, and what it cost there.
struct TimedChild {
  double value = 0;
  double seconds = 0;         ///< of wall time
  double peak_mebibytes = 0;  ///< resident, what it had from its parent included
};

/// Error: that of `work`, or as `in_child`.
Result<TimedChild> time_in_child(const std::string& where, const std::function<Result<double>()>& work);

/// Standard output of a program that is run without a shell, so that paths need no quotes; its standard error is
/// discarded. Nothing if the program cannot be run or ends with another status than 0.
/// `words`: the program, by path or looked up on PATH, and its arguments.
std::optional<std::string> output_of(std::vector<std::string> words);

}  // namespace vtpu::measure
