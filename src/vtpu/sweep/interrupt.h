#pragma once
#include <csignal>

namespace vtpu::sweep {

/// Records an interrupt (SIGINT) for long work to poll; a second interrupt ends the process at once. Objects may nest:
/// an interrupt during the inner object's life is visible to both. Construct and destroy them on one thread.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  /// Whether an interrupt came since the outermost object was constructed. May be called from any thread.
  bool came() const;

 private:
  struct sigaction before_ {};
};

}  // namespace vtpu::sweep
