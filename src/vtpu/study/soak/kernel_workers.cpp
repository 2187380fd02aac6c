#include "vtpu/study/soak/kernel_workers.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "vtpu/base/check.h"
#include "vtpu/base/json.h"
#include "vtpu/base/program.h"
#include "vtpu/sweep/interrupt.h"
#include "vtpu/sweep/journal.h"
#include "vtpu/sweep/sweep.h"

namespace vtpu::study::soak {
namespace {

using nlohmann::json;

// ---- a kernel as a line of the journal

/// Counts of zero are left out, so that the line of a usual kernel is short.
std::string line_of(const KernelSoak& soak) {
  json line = json::object();
  for (const auto& [name, counts] : {std::pair{"divergences", &soak.divergences}, {"refusals", &soak.refusals}})
    for (const auto& [variant, count] : *counts)
      if (count > 0) line[name][variant] = count;
  for (const KernelDivergence& one : soak.first)
    line["first"].push_back({one.seed, one.variant, one.refused, one.what, one.text});
  return json_text(line);
}

Result<KernelSoak> kernel_of(const std::string& text, const std::filesystem::path& journal) {
  const auto line = parse_json<json>(text, journal.string(), "the counts of a kernel");
  if (!line) return line.error();
  KernelSoak soak;
  soak.kernels = 1;
  try {
    for (const auto& [name, counts] : {std::pair{"divergences", &soak.divergences}, {"refusals", &soak.refusals}})
      if (line->contains(name))
        for (const auto& [variant, count] : line->at(name).items()) counts->at(variant) = count;
    if (line->contains("first"))
      for (const json& one : line->at("first"))
        soak.first.push_back({one.at(0), one.at(1), one.at(2), one.at(3), one.at(4)});
  } catch (const std::exception&) {
    return Error{journal.string(), "found '" + text + "'", "the counts of a kernel"};
  }
  return soak;
}

// ---- worker processes

/// What a worker tells its parent, one line each.
enum Told : char { kKernelDone = 'k', kFailed = 'f' };

void tell(int out, Told what, const std::string& text) {
  std::string line = static_cast<char>(what) + text;
  std::ranges::replace(line, '\n', ' ');
  line.resize(std::min<std::size_t>(line.size(), PIPE_BUF - 1));  // such a line is written as a whole
  line += '\n';
  // A parent that reads no more has ended, and this process ends with it.
  if (::write(out, line.data(), line.size()) < 0) ::_exit(1);
}

/// Compares the kernels of one share that the journal lacks.
void work(const KernelWorkers& soak, sweep::Share share, int out) {
  Kernels kernels(soak.kernels, static_cast<std::uint64_t>(share.count));
  const auto one = [&](int item, const std::function<bool()>&) -> Result<std::string> {
    const auto found = kernels.soak(1 + static_cast<std::uint64_t>(item));
    if (!found) return found.error();
    tell(out, kKernelDone, fmt::format("{}", found->diverged()));
    return line_of(*found);
  };
  const auto done = sweep::run(soak.identity, static_cast<int>(soak.kernels), one,
                               {.threads = 1, .journal = soak.journal, .share = share});
  if (!done) tell(out, kFailed, done.error().message());
}

/// The worker processes, which end with this one. They share one pipe to it.
class Workers {
 public:
  explicit Workers(const KernelWorkers& soak) {
    std::array<int, 2> ends{};
    VTPU_CHECK(::pipe2(ends.data(), O_CLOEXEC) == 0, "the system provides a pipe");
    std::fflush(nullptr);
    const ::pid_t parent = ::getpid();
    for (std::size_t k = 0; k < soak.workers; ++k) {
      const ::pid_t process = ::fork();
      VTPU_CHECK(process >= 0, "the system provides a process");
      if (process == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != parent) ::_exit(1);  // the parent ended before
        // A group of its own: an interrupt from the terminal must not reach the C++ compiler that this process calls.
        ::setpgid(0, 0);
        ::close(ends[0]);
        ::_exit(guarded_main([&] {
          work(soak, {static_cast<int>(k), static_cast<int>(soak.workers)}, ends[1]);
          return 0;
        }));
      }
      processes_.push_back(process);
    }
    ::close(ends[1]);
    in_ = ends[0];
  }
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  ~Workers() {
    for (const ::pid_t process : processes_) ::kill(process, SIGTERM);
    wait();
    ::close(in_);
  }

  /// The next line of any worker; empty when all have ended, or after an interrupt.
  std::optional<std::string> line(const sweep::Interrupt& interrupt) {
    while (true) {
      if (const std::size_t end = text_.find('\n'); end != std::string::npos) {
        std::string line = text_.substr(0, end);
        text_.erase(0, end + 1);
        return line;
      }
      if (interrupt.came()) return {};
      std::array<char, PIPE_BUF> more{};
      const ::ssize_t size = ::read(in_, more.data(), more.size());
      if (size < 0 && errno == EINTR) continue;
      if (size <= 0) return {};
      text_.append(more.data(), static_cast<std::size_t>(size));
    }
  }

  /// Waits until all workers have ended. Returns whether each had status 0.
  bool wait() {
    bool well = true;
    for (const ::pid_t process : std::exchange(processes_, {})) {
      int status = 0;
      while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
      }
      well = well && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }
    return well;
  }

 private:
  std::vector<::pid_t> processes_;
  int in_ = -1;
  std::string text_;
};

}  // namespace

Result<KernelSoak> soak_in_workers(const KernelWorkers& soak) {
  std::uint64_t left = 0;
  const auto stored = [&]() -> Result<KernelSoak> {
    const auto journal = sweep::Journal::open(soak.journal, soak.identity, static_cast<int>(soak.kernels), {});
    if (!journal) return journal.error();
    const auto known = journal->known();
    if (!known) return known.error();
    KernelSoak all;
    left = 0;
    for (const std::optional<std::string>& text : *known) {
      if (!text) {
        ++left;
        continue;
      }
      const auto one = kernel_of(*text, soak.journal);
      if (!one) return one.error();
      all += *one;
    }
    return all;
  };
  const auto show = [&](std::uint64_t divergences) {
    if (soak.progress) soak.progress(left, divergences);
  };
  const auto before = stored();
  if (!before) return before.error();
  std::uint64_t divergences = before->diverged();
  show(divergences);
  if (left == 0) return before;

  const sweep::Interrupt interrupt;
  std::string failure;
  {
    Workers workers(soak);
    while (const auto line = workers.line(interrupt)) {
      if (line->front() == kFailed) {
        failure = line->substr(1);
        break;
      }
      --left;
      divergences += std::strtoull(line->c_str() + 1, nullptr, 10);
      show(divergences);
    }
    if (failure.empty() && !interrupt.came() && !workers.wait()) failure = "a worker ended early";
  }
  if (interrupt.came()) return Error{"", "interrupted", "another run, which resumes from " + soak.journal.string()};
  if (!failure.empty()) return Error{"random kernels", failure, ""};
  const auto all = stored();
  VTPU_CHECK(!all || left == 0, "workers that end well have compared all kernels");
  return all;
}

}  // namespace vtpu::study::soak
