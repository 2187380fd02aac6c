#include "vtpu/artifact/process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

namespace vtpu::artifact {
namespace {

/// Makes this process ignore SIGINT during its lifetime, so that only the child receives it.
class InterruptGoesToChild {
 public:
  InterruptGoesToChild() {
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    ::sigaction(SIGINT, &ignore, &old_);
  }
  ~InterruptGoesToChild() { ::sigaction(SIGINT, &old_, nullptr); }

 private:
  struct sigaction old_ {};
};

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

  int ends[2] = {-1, -1};
  if (capture_output && ::pipe2(ends, O_CLOEXEC) != 0)
    return Error{arguments[0], std::string("cannot make a pipe: ") + std::strerror(errno), ""};
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  if (capture_output) ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t defaults;
  ::sigemptyset(&defaults);
  ::sigaddset(&defaults, SIGINT);
  ::posix_spawnattr_setsigdefault(&attributes, &defaults);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);

  const InterruptGoesToChild guard;
  pid_t child = 0;
  const int failed = ::posix_spawnp(&child, argv[0], &actions, &attributes, argv.data(), envp.data());
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  if (capture_output) ::close(ends[1]);
  if (failed != 0) {
    if (capture_output) ::close(ends[0]);
    return Error{arguments[0], std::string("cannot start: ") + std::strerror(failed), ""};
  }
  Finished finished;
  if (capture_output) {
    char buffer[65536];
    while (true) {
      const ssize_t got = ::read(ends[0], buffer, sizeof buffer);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) break;
      finished.output.append(buffer, static_cast<std::size_t>(got));
    }
    ::close(ends[0]);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  finished.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  finished.interrupted = finished.status == 128 + SIGINT || finished.status == 128 + SIGTERM;
  return finished;
}

}  // namespace vtpu::artifact
