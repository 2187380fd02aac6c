#include "programs/phextnet/meter.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "vtpu/measure/progress.h"

namespace vtpu::command {

Meter::Meter() : terminal_(::isatty(STDERR_FILENO) == 1), begin_(Clock::now()), last_(begin_) {}

Meter::~Meter() {
  if (printed_) std::fputs("\r\033[K", stderr);
}

void Meter::show(double done) {
  const Clock::time_point now = Clock::now();
  if (done < done_) begin_ = now;
  done_ = done;
  if (!terminal_ || done <= 0 || now - last_ < std::chrono::milliseconds(200)) return;
  last_ = now;
  printed_ = true;
  const double seconds = std::chrono::duration<double>(now - begin_).count();
  fmt::print(stderr, "\r\033[K  {:.1f} %, {:.2f} % per second, {} left", 100 * done, 100 * done / seconds,
             measure::duration_text(seconds / done * (1 - done)));
  std::fflush(stderr);
}

}  // namespace vtpu::command
