#pragma once
#include <csignal>

namespace vtpu::sweep {

/// Notes an interrupt (SIGINT) for long work to look at now and then; a second one ends the process at once. One may
/// live inside another: an interrupt that came during the inner one is known to both. Not for several threads.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  /// Since the outermost one began. May be asked from any thread.
  bool came() const;

 private:
  struct sigaction before_ {};
};

}  // namespace vtpu::sweep
