// Asks whether the compiler ever changes what a kernel means. Random kernels that cover the whole language are compiled
// at every tier and run by the native engine, tier 3 in both of its forms; tier 0 also runs in the interpreter, and the
// lowered representation is evaluated directly. The reference is the same kernel written as plain C++ and compiled by
// the host's compiler. The final memory must be equal bit for bit (NaNs aside). Any divergence is an error: the
// experiment fails and names the seed, and study/kernel_soak.h reduces the kernel. The compiler refuses kernels that
// need more registers of a kind than the machine has; these are counted separately.
//
// The kernels come from the seeds 1, 2, … and are the same on every host. A C++ compiler on the host is required. One
// process per processor shares the work; the counts do not depend on how the work is divided.
//
// Parameters: kernels (quick 1000, full 2 * 10^4, soak 10^5). No claim. Outputs: keys phextcc.soak.*; table soak.
#include <fmt/core.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "vtpu/base/json.h"
#include "vtpu/base/program.h"
#include "vtpu/measure/experiment.h"
#include "vtpu/measure/pin.h"
#include "vtpu/measure/progress.h"
#include "vtpu/study/soak/host_kernels.h"
#include "vtpu/study/soak/kernel_soak.h"

namespace {

using namespace vtpu::measure;
using nlohmann::json;
using vtpu::Error;
using vtpu::Result;
using vtpu::study::soak::KernelSoak;
using Source = Column::Source;

/// Kernels per line that a worker writes.
constexpr std::uint64_t kShare = 400;

json soak_share(std::uint64_t share, std::uint64_t kernels) {
  const auto found = vtpu::study::soak::soak_kernels(1 + share * kShare, std::min(kShare, kernels - share * kShare));
  if (!found) return {{"error", found.error().message()}};
  json line{{"kernels", found->kernels}, {"divergences", found->divergences}, {"refusals", found->refusals}};
  for (const auto& one : found->first)
    if (!one.refused && !line.contains("first"))
      line["first"] = fmt::format("seed {}, {}: {}", one.seed, one.variant, one.what);
  return line;
}

/// A worker process. Each worker is a separate process because a soak forks and must therefore be single-threaded. It
/// handles every `workers`-th share and writes one line per share, in order.
class Worker {
 public:
  Worker(std::uint64_t number, std::uint64_t workers, std::uint64_t kernels) {
    int ends[2];
    if (::pipe(ends) != 0) return;
    std::fflush(nullptr);
    process_ = ::fork();
    if (process_ == 0) {
      ::close(ends[0]);
      std::FILE* const out = ::fdopen(ends[1], "w");
      ::_exit(vtpu::guarded_main([&] {
        for (std::uint64_t share = number; share * kShare < kernels; share += workers) {
          // A broken pipe kills this process, which is right once nobody reads any more.
          std::fprintf(out, "%s\n", vtpu::json_text(soak_share(share, kernels)).c_str());
          std::fflush(out);
        }
        return 0;
      }));
    }
    ::close(ends[1]);
    in_ = ::fdopen(ends[0], "r");
  }
  ~Worker() {
    if (in_ != nullptr) std::fclose(in_);
    if (process_ > 0) ::waitpid(process_, nullptr, 0);
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Returns the line of the next share, or null if the process has ended.
  json next() {
    std::string line;
    for (int c = in_ == nullptr ? EOF : std::fgetc(in_); c != EOF; c = std::fgetc(in_)) {
      if (c == '\n') return vtpu::parse_json<json>(line, "compiler-soak", "the result of a batch").value_or(nullptr);
      line += static_cast<char>(c);
    }
    return nullptr;
  }

 private:
  ::pid_t process_ = -1;
  std::FILE* in_ = nullptr;
};

Result<void> run_soak(Run& run) {
  const auto kernels = run.parameter<std::uint64_t>("kernels", 1'000, 20'000, 100'000);
  const std::uint64_t shares = (kernels + kShare - 1) / kShare;
  const std::uint64_t count = std::min<std::uint64_t>(usable_cpus().size(), shares);
  std::vector<std::unique_ptr<Worker>> workers;
  for (std::uint64_t k = 0; k < count; ++k) workers.push_back(std::make_unique<Worker>(k, count, kernels));

  Progress progress("compiler-soak", shares);
  KernelSoak all;
  std::string first;
  for (const std::string& way : vtpu::study::soak::kernel_variants()) all.divergences[way] = all.refusals[way] = 0;
  for (std::uint64_t share = 0; share < shares; ++share) {
    const json line = workers[share % count]->next();
    if (!line.is_object())
      return Error{"compiler-soak", fmt::format("the worker for seeds {} and up ended early", 1 + share * kShare),
                   "its counts"};
    if (line.contains("error")) return Error{"compiler-soak", line.at("error").get<std::string>(), ""};
    all.kernels += line.at("kernels").get<std::uint64_t>();
    for (auto& [way, sum] : all.divergences) sum += line.at("divergences").at(way).get<std::uint64_t>();
    for (auto& [way, sum] : all.refusals) sum += line.at("refusals").at(way).get<std::uint64_t>();
    if (first.empty()) first = line.value("first", "");
    progress.step(fmt::format("{} kernels, {} divergences", all.kernels, all.diverged()));
  }
  if (all.diverged() > 0)
    return Error{"compiler-soak", fmt::format("{} divergences; the first is {}", all.diverged(), first), "equal bytes"};

  const std::string method = "random kernels of consecutive seeds; each alternative is compared with the kernel's C++";
  const auto note = [&](const std::string& key, double value) {
    run.computed("phextcc.soak." + key, value, "1", method);
  };
  note("kernels", static_cast<double>(all.kernels));
  note("divergences", static_cast<double>(all.diverged()));
  note("refused", static_cast<double>(all.refused()));
  note("ways", static_cast<double>(all.divergences.size()));
  Table& table = run.table(
      "soak", {{"way", "", Source::label}, {"divergences", "1", Source::computed}, {"refused", "1", Source::computed}});
  for (const auto& [way, divergences] : all.divergences)
    table.add({way, static_cast<double>(divergences), static_cast<double>(all.refusals.at(way))});
  return {};
}

const Experiment kExperiment{.name = "compiler-soak",
                             .question = "Does the compiler ever change what a kernel means?",
                             .claims = {},
                             .inputs = {},
                             .uses = {vtpu::study::soak::host_compiler()},
                             .quick_seconds = 30,
                             .full_seconds = 420,
                             .times_the_host = false,
                             .run = run_soak};

}  // namespace

int main(int argc, char** argv) { return vtpu::measure::experiment_main(kExperiment, argc, argv); }
