#include "vtpu/base/program.h"

#include <sys/resource.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <stdexcept>

namespace vtpu {
namespace {

/// Says why the exception being handled ends the program. It allocates nothing, because memory may be what is lacking.
void say_why() {
  const char* const program = ::program_invocation_short_name;
  const auto out_of_memory = [program] {
    rlimit limit{};
    if (::getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
      std::fprintf(stderr, "%s: out of memory; this process may use %llu KiB (ulimit -v); expected a smaller input\n",
                   program, static_cast<unsigned long long>(limit.rlim_cur / 1024));
    else
      std::fprintf(stderr, "%s: out of memory; expected a smaller input, or more memory\n", program);
  };
  try {
    throw;
  } catch (const std::bad_alloc&) {
    out_of_memory();
  } catch (const std::length_error&) {  // a container larger than any memory
    out_of_memory();
  } catch (const std::exception& error) {
    char line[500];
    std::snprintf(line, sizeof line, "%s", error.what());
    for (char* c = line; *c != '\0'; ++c)
      if (static_cast<unsigned char>(*c) < 0x20) *c = ' ';
    std::fprintf(stderr, "%s: %s\n", program, line);
  } catch (...) {
    std::fprintf(stderr, "%s: ended by an unknown exception\n", program);
  }
}

/// Called for an exception that leaves a thread. Without one, the program has broken a rule of C++, which is a bug.
[[noreturn]] void terminated() {
  if (!std::current_exception()) std::abort();
  say_why();
  std::_Exit(1);
}

}  // namespace

int guarded_main(const std::function<int()>& body) {
  std::set_terminate(terminated);
  try {
    return body();
  } catch (...) {
    say_why();
    return 1;
  }
}

}  // namespace vtpu
