#include "vtpu/sweep/meter.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace vtpu::sweep {

Meter::Meter(bool wanted, int known, int all)
    : shown_(wanted && ::isatty(STDERR_FILENO) == 1), known_(known), all_(all), begin_(Clock::now()), last_(begin_) {}

Meter::~Meter() {
  if (printed_) std::fputs("\r\033[K", stderr);
}

void Meter::show(int done, double begun) {
  const Clock::time_point now = Clock::now();
  if (!shown_ || done + begun <= 0 || now - last_ < std::chrono::milliseconds(200)) return;
  last_ = now;
  printed_ = true;
  const double rate = (done + begun) / std::chrono::duration<double>(now - begin_).count();
  fmt::print(stderr, "\r\033[K  {} of {} items, {:.3g} per second, {} left", known_ + done, all_, rate,
             clock_text((all_ - known_ - done - begun) / rate));
  std::fflush(stderr);
}

std::string clock_text(double seconds) {
  const auto whole = static_cast<long long>(seconds + 0.5);
  if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole % 3600 / 60, whole % 60);
}

}  // namespace vtpu::sweep
