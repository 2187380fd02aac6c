#pragma once

namespace vtpu {

/// Prints the broken invariant to standard error and aborts.
[[noreturn]] void check_failed(const char* condition, const char* invariant);

}  // namespace vtpu

/// Stops the program when an invariant of our own is broken; release builds keep it. User input must never reach one.
/// Carries no line number, so that editing a comment leaves the binary, and with it every stored result, as it was.
#define VTPU_CHECK(condition, invariant) \
  ((condition) ? static_cast<void>(0) : ::vtpu::check_failed(#condition, invariant))
