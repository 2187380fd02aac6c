#pragma once
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace vtpu {

/// A command of bin/ behind a pseudo-terminal, with a file for its history.
class Terminal {
 public:
  /// `history`: the environment variable that names the file.
  Terminal(const std::string& folder, const char* command, const char* history) {
    child_ = ::forkpty(&terminal_, nullptr, nullptr, nullptr);
    if (child_ != 0) return;
    if (::chdir(folder.c_str()) != 0) ::_exit(1);
    ::setenv("TERM", "vt100", 1);
    ::setenv(history, "history", 1);
    ::execl((std::string(VTPU_BUILD "/bin/") + command).c_str(), command, nullptr);
    ::_exit(1);
  }
  ~Terminal() {
    ::kill(child_, SIGKILL);
    if (!waited_) ::waitpid(child_, nullptr, 0);
    ::close(terminal_);
  }
  void type(const std::string& keys) {
    EXPECT_EQ(::write(terminal_, keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
  }
  /// Reads until the text has been shown since the last call. Fails after a time that no machine needs.
  bool shows(const std::string& text) {
    for (;;) {
      if (const std::size_t at = seen_.find(text); at != std::string::npos) {
        seen_.erase(0, at + text.size());
        return true;
      }
      pollfd ready{terminal_, POLLIN, 0};
      char bytes[4096];
      if (::poll(&ready, 1, 60'000) != 1) break;
      const ssize_t size = ::read(terminal_, bytes, sizeof bytes);
      if (size <= 0) break;
      seen_.append(bytes, static_cast<std::size_t>(size));
    }
    ADD_FAILURE() << "not shown: " << text << "\nafter: " << seen_;
    return false;
  }
  /// Until the command asks for a line. A key typed before that goes to the terminal's own line, which takes the end of
  /// the input, for one, for itself.
  bool asks(const std::string& prompt) {
    if (!shows(prompt)) return false;
    wait_while(true);
    return true;
  }
  void wait_until_nothing_is_edited() { wait_while(false); }
  /// How the command ended; -1 where it does not end.
  int status() {
    char bytes[4096];
    for (pollfd ready{terminal_, POLLIN, 0}; ::poll(&ready, 1, 60'000) == 1;)
      if (::read(terminal_, bytes, sizeof bytes) <= 0) {  // its end of the terminal is closed
        int status = 0;
        ::waitpid(child_, &status, 0);
        waited_ = true;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
      }
    ADD_FAILURE() << "the command does not end";
    return -1;
  }

 private:
  /// While a line is edited, the terminal gives out single keys.
  void wait_while(bool canonical) {
    for (termios mode{}; ::tcgetattr(terminal_, &mode) == 0 && ((mode.c_lflag & ICANON) != 0) == canonical;)
      ::usleep(1000);
  }

  int terminal_ = -1;
  pid_t child_ = -1;
  bool waited_ = false;
  std::string seen_;
};

}  // namespace vtpu
