#pragma once

namespace vtpu {

/// Prints the broken invariant to standard error and aborts.
[[noreturn]] void check_failed(const char* condition, const char* invariant);

}  // namespace vtpu

/// Aborts when an internal invariant is broken; release builds keep the check. User input must never reach one. The
/// message has no line number, so that editing a comment changes neither the binary nor any stored result.
#define VTPU_CHECK(condition, invariant) \
  ((condition) ? static_cast<void>(0) : ::vtpu::check_failed(#condition, invariant))
