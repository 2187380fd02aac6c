#include "vtpu/artifact/process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

namespace vtpu::artifact {
namespace {

/// While it lives, the signals that end or stop a run are not delivered but read here, to be passed on to a child that
/// is a process group of its own. SIGCHLD is among them, so that one wait sees the child's end as well.
class HeldSignals {
 public:
  HeldSignals() {
    ::sigemptyset(&held_);
    for (const int signal : {SIGINT, SIGTERM, SIGCHLD}) ::sigaddset(&held_, signal);
    // These may be ignored on purpose, as by nohup, and must then not reach the child.
    for (const int signal : {SIGHUP, SIGQUIT, SIGTSTP}) {
      struct sigaction now {};
      if (::sigaction(signal, nullptr, &now) == 0 && now.sa_handler != SIG_IGN) ::sigaddset(&held_, signal);
    }
    ::pthread_sigmask(SIG_BLOCK, &held_, &before_);
    // Where SIGCHLD is ignored, the system does not send it.
    struct sigaction usual {};
    usual.sa_handler = SIG_DFL;
    ::sigaction(SIGCHLD, &usual, &of_children_);
    descriptor_ = ::signalfd(-1, &held_, SFD_CLOEXEC | SFD_NONBLOCK);
    VTPU_CHECK(descriptor_ >= 0, "the system provides a descriptor of signals");
  }
  ~HeldSignals() {
    ::close(descriptor_);
    ::sigaction(SIGCHLD, &of_children_, nullptr);
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;

  int descriptor() const { return descriptor_; }
  const sigset_t& before() const { return before_; }
  /// The next signal that has come, or 0.
  int next() const {
    signalfd_siginfo info{};
    return ::read(descriptor_, &info, sizeof info) == sizeof info ? static_cast<int>(info.ssi_signo) : 0;
  }

 private:
  sigset_t held_;
  sigset_t before_;
  struct sigaction of_children_ {};
  int descriptor_;
};

/// Passes a signal on to the group of the child. Returns whether it asks the run to end.
bool pass_on(int signal, pid_t group) {
  ::kill(-group, signal);
  if (signal != SIGTSTP) return true;
  ::raise(SIGSTOP);  // returns when this process is continued
  ::kill(-group, SIGCONT);
  return false;
}

/// Waits for the child and reads its output until both have ended. `output`: -1 where it is not captured.
Finished wait_for(pid_t child, int output, const HeldSignals& signals) {
  Finished finished;
  bool running = true;
  int status = 0;
  while (running || output >= 0) {
    pollfd events[] = {{signals.descriptor(), POLLIN, 0}, {output, POLLIN, 0}};
    if (::poll(events, 2, -1) < 0) continue;
    if (events[1].revents != 0) {
      char buffer[65536];
      const ssize_t got = ::read(output, buffer, sizeof buffer);
      if (got > 0) finished.output.append(buffer, static_cast<std::size_t>(got));
      if (got == 0 || (got < 0 && errno != EINTR)) output = -1;
    }
    while (const int signal = signals.next()) {
      if (signal != SIGCHLD)
        finished.interrupted |= running && pass_on(signal, child);
      else if (running)
        running = ::waitpid(child, &status, WNOHANG) != child;
    }
  }
  finished.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  finished.interrupted |= finished.status == 128 + SIGINT || finished.status == 128 + SIGTERM;
  return finished;
}

/// In a forked process: becomes the program, as a group of its own that reads nothing from the terminal, and whose
/// first process ends when the parent is killed. Where that fails, sends the reason.
[[noreturn]] void become(char** argv, char** envp, pid_t parent, int output, int failure, sigset_t mask) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);
  const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ::dup2(nothing, STDIN_FILENO);
  if (output >= 0) ::dup2(output, STDOUT_FILENO);
  ::signal(SIGINT, SIG_DFL);
  ::sigaddset(&mask, SIGTTOU);  // a group in the background may still write to the terminal
  ::sigprocmask(SIG_SETMASK, &mask, nullptr);
  ::execvpe(argv[0], argv, envp);
  const int reason = errno;
  static_cast<void>(::write(failure, &reason, sizeof reason) == sizeof reason);
  ::_exit(127);
}

}  // namespace

Result<Finished> run_program(const std::vector<std::string>& arguments, bool capture_output,
                             const std::vector<std::string>& more_environment) {
  VTPU_CHECK(!arguments.empty(), "a program to run has a name");
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  std::vector<char*> envp;
  for (const std::string& variable : more_environment) envp.push_back(const_cast<char*>(variable.c_str()));
  for (char** variable = environ; *variable != nullptr; ++variable) envp.push_back(*variable);
  envp.push_back(nullptr);

  const HeldSignals signals;
  int output[2] = {-1, -1}, failure[2] = {-1, -1};
  if ((capture_output && ::pipe2(output, O_CLOEXEC) != 0) || ::pipe2(failure, O_CLOEXEC) != 0)
    return Error{arguments[0], std::string("cannot make a pipe: ") + std::strerror(errno), ""};
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child == 0) become(argv.data(), envp.data(), parent, output[1], failure[1], signals.before());
  if (child > 0) ::setpgid(child, child);  // here as well, since either process may go on first
  int reason = child < 0 ? errno : 0;
  ::close(failure[1]);
  if (capture_output) ::close(output[1]);
  while (child > 0 && ::read(failure[0], &reason, sizeof reason) < 0 && errno == EINTR) {
  }
  ::close(failure[0]);
  Result<Finished> finished = Finished{};
  if (child > 0) finished = wait_for(child, output[0], signals);
  if (reason != 0) finished = Error{arguments[0], std::string("cannot start: ") + std::strerror(reason), ""};
  if (capture_output) ::close(output[0]);
  return finished;
}

}  // namespace vtpu::artifact
