#include "vtpu/measure/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>

namespace vtpu::measure {

namespace {

std::int64_t now_ns() { return std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count(); }

double seconds_between(std::int64_t begin_ns, std::int64_t end_ns) {
  return 1e-9 * static_cast<double>(end_ns - begin_ns);
}

}  // namespace

Progress::Progress(std::string label, std::size_t total)
    : label_(std::move(label)),
      total_(total),
      terminal_(::isatty(STDERR_FILENO) == 1),
      begin_ns_(now_ns()),
      last_print_ns_(begin_ns_) {}

Progress::~Progress() {
  if (terminal_ && printed_) std::fputs("\r\033[K", stderr);
}

void Progress::step(const std::string& now_at) {
  ++done_;
  const double since = seconds_between(last_print_ns_, now_ns());
  if (since >= (terminal_ ? 0.2 : 15.0)) print(now_at);
}

void Progress::print(const std::string& now_at) {
  last_print_ns_ = now_ns();
  printed_ = true;
  const double elapsed = seconds_between(begin_ns_, last_print_ns_);
  const double left = elapsed / static_cast<double>(done_) * static_cast<double>(total_ - done_);
  // Not fmt::print, which throws where standard error cannot be written; a long run goes on without it.
  std::fputs(fmt::format("{}  {}: {} of {}, {} left{}{}{}", terminal_ ? "\r\033[K" : "", label_, done_, total_,
                         duration_text(left), now_at.empty() ? "" : ", now ", now_at, terminal_ ? "" : "\n")
                 .c_str(),
             stderr);
  std::fflush(stderr);
}

std::string duration_text(double seconds) {
  const long whole = static_cast<long>(seconds + 0.5);
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
}

}  // namespace vtpu::measure
