#pragma once
#include <sys/wait.h>

#include <cstddef>
#include <cstdio>
#include <string>

namespace vtpu::artifact {

struct Ended {
  int status = -1;
  std::string output;  ///< standard output and error
};

inline Ended run(const std::string& command) {
  Ended ended;
  std::FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return ended;
  char buffer[4096];
  for (std::size_t got = 0; (got = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) ended.output.append(buffer, got);
  const int status = pclose(pipe);
  ended.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ended;
}

}  // namespace vtpu::artifact
