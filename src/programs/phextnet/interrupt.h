#pragma once
#include <atomic>
#include <csignal>

namespace vtpu::command {

/// Notes an interrupt (SIGINT) for a simulation to look at now and then; a second one ends the process at once. At most
/// one lives at a time.
class Interrupt {
 public:
  Interrupt() {
    struct sigaction action {};
    action.sa_handler = [](int) { noted() = true; };
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    ::sigaction(SIGINT, &action, &before_);
  }
  ~Interrupt() { ::sigaction(SIGINT, &before_, nullptr); }
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  bool came() const { return noted(); }

 private:
  /// A signal handler reaches nothing but what is static.
  static std::atomic<bool>& noted() {
    static std::atomic<bool> flag = false;
    static_assert(std::atomic<bool>::is_always_lock_free);
    return flag;
  }

  struct sigaction before_ {};
};

}  // namespace vtpu::command
