#include "vtpu/sweep/interrupt.h"

#include <atomic>

namespace vtpu::sweep {
namespace {

// A signal handler can only reach static objects.
std::atomic<bool> noted = false;
static_assert(std::atomic<bool>::is_always_lock_free);
std::atomic<int> living = 0;

}  // namespace

Interrupt::Interrupt() {
  if (living++ == 0) noted = false;
  struct sigaction action {};
  action.sa_handler = [](int) { noted = true; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  ::sigaction(SIGINT, &action, &before_);
}

Interrupt::~Interrupt() {
  ::sigaction(SIGINT, &before_, nullptr);
  --living;
}

bool Interrupt::came() const { return noted; }

}  // namespace vtpu::sweep
