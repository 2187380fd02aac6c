#include "vtpu/measure/child_process.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string_view>

#include "vtpu/base/json.h"
#include "vtpu/base/program.h"

namespace vtpu::measure {
namespace {

using Json = nlohmann::ordered_json;

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::write(descriptor, bytes.data(), bytes.size());
    if (wrote <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return true;
}

std::string read_all(int descriptor) {
  std::string bytes;
  char block[4096];
  for (ssize_t got = 0; (got = ::read(descriptor, block, sizeof block)) > 0;)
    bytes.append(block, static_cast<std::size_t>(got));
  return bytes;
}

}  // namespace

Result<std::string> in_child(const std::string& where, const std::function<std::string()>& work) {
  int ends[2];
  if (::pipe(ends) != 0) return Error{where, "the system provides no pipe", ""};
  std::fflush(nullptr);  // otherwise both processes would write what is buffered now
  const pid_t process = ::fork();
  if (process < 0) {
    ::close(ends[0]);
    ::close(ends[1]);
    return Error{where, "the system provides no process", ""};
  }
  if (process == 0) {
    ::close(ends[0]);
    ::_exit(guarded_main([&] { return write_all(ends[1], work()) ? 0 : 1; }));
  }
  ::close(ends[1]);
  const std::string bytes = read_all(ends[0]);
  ::close(ends[0]);
  int status = 0;
  ::waitpid(process, &status, 0);
  if (WIFSIGNALED(status))
    return Error{where, fmt::format("a process was ended by signal {}", WTERMSIG(status)), "its results"};
  if (WEXITSTATUS(status) != 0)
    return Error{where, fmt::format("a process ended with status {}", WEXITSTATUS(status)), "its results"};
  return bytes;
}

Result<TimedChild> time_in_child(const std::string& where, const std::function<Result<double>()>& work) {
  const Result<std::string> sent = in_child(where, [&] {
    const auto begin = std::chrono::steady_clock::now();
    const Result<double> value = work();
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    if (!value) return json_text(Json{{"error", value.error().message()}});
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return json_text(Json{{"value", *value}, {"seconds", taken.count()}, {"kibibytes", usage.ru_maxrss}});
  });
  if (!sent) return sent.error();
  const Result<Json> found = parse_json<Json>(*sent, where, "its results");
  if (!found) return found.error();
  if (found->contains("error")) return Error{where, found->at("error").get<std::string>(), ""};
  return TimedChild{found->at("value"), found->at("seconds"), found->at("kibibytes").get<double>() / 1024};
}

std::optional<std::string> output_of(std::vector<std::string> words) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return std::nullopt;
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t process = 0;
  const int failed = ::posix_spawnp(&process, arguments[0], &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  const std::string text = failed == 0 ? read_all(ends[0]) : "";
  ::close(ends[0]);
  int status = 0;
  if (failed != 0 || ::waitpid(process, &status, 0) != process || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
    return std::nullopt;
  return text;
}

}  // namespace vtpu::measure
