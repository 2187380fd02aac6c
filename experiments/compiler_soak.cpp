// Asks whether the compiler ever changes what a kernel means. Random kernels that cover the whole language are compiled
// at every tier and run by the native engine, tier 3 in both of its forms; tier 0 also runs in the interpreter, and the
// lowered representation is evaluated directly. The reference is the same kernel written as plain C++ and compiled by
// the host's compiler. The final memory must be equal bit for bit (NaNs aside). Any divergence is an error: the
// experiment fails and names the seed, and study/kernel_soak.h reduces the kernel. The compiler refuses kernels that
// need more registers of a kind than the machine has; these are counted separately.
//
// The kernels come from the seeds 1, 2, … and are the same on every host. A C++ compiler on the host is required. One
// process per processor shares the work; the counts do not depend on how the work is divided. Each finished kernel is
// stored at once. An interrupted or killed run goes on after it when it is started again.
//
// Parameters: kernels (quick 500, full 2 * 10^4, soak 10^5). No claim. Outputs: keys phextcc.soak.*; tables soak,
// forms (which forms of host code this host ran; measured).
#include <fmt/core.h>

#include <optional>
#include <string>

#include "vtpu/measure/experiment.h"
#include "vtpu/measure/pin.h"
#include "vtpu/measure/progress.h"
#include "vtpu/study/soak/forms.h"
#include "vtpu/study/soak/host_kernels.h"
#include "vtpu/study/soak/kernel_workers.h"

namespace {

using namespace vtpu::measure;
using vtpu::Error;
using vtpu::Result;
using vtpu::study::soak::KernelSoak;
using Source = Column::Source;

Result<void> run_soak(Run& run) {
  const auto kernels = run.parameter<std::uint64_t>("kernels", 500, 20'000, 100'000);
  std::optional<Progress> progress;
  const auto show = [&](std::uint64_t left, std::uint64_t divergences) {
    const std::string done = fmt::format("{} kernels, {} divergences", kernels - left, divergences);
    if (progress)
      progress->step(done);
    else if (left > 0)
      progress.emplace("compiler-soak", left);
  };
  const auto all = vtpu::study::soak::soak_in_workers({.kernels = kernels,
                                                       .workers = usable_cpus().size(),
                                                       .journal = run.journal(),
                                                       .identity = run.journal().filename().string(),
                                                       .progress = show});
  if (!all) return all.error();
  if (all->diverged() > 0) {
    std::string first;
    for (const auto& one : all->first)
      if (!one.refused && first.empty()) first = fmt::format("seed {}, {}: {}", one.seed, one.variant, one.what);
    return Error{"compiler-soak", fmt::format("{} divergences; the first is {}", all->diverged(), first),
                 "equal bytes"};
  }

  const std::string method = "random kernels of consecutive seeds; each alternative is compared with the kernel's C++";
  const auto note = [&](const std::string& key, double value) {
    run.computed("phextcc.soak." + key, value, "1", method);
  };
  note("kernels", static_cast<double>(all->kernels));
  note("divergences", static_cast<double>(all->diverged()));
  note("refused", static_cast<double>(all->refused()));
  note("ways", static_cast<double>(all->divergences.size()));
  Table& table = run.table(
      "soak", {{"way", "", Source::label}, {"divergences", "1", Source::computed}, {"refused", "1", Source::computed}});
  for (const auto& [way, divergences] : all->divergences)
    table.add({way, static_cast<double>(divergences), static_cast<double>(all->refusals.at(way))});
  vtpu::study::soak::record_forms(run);
  return {};
}

const Experiment kExperiment{.name = "compiler-soak",
                             .question = "Does the compiler ever change what a kernel means?",
                             .claims = {},
                             .inputs = {},
                             .uses = {vtpu::study::soak::host_compiler()},
                             .quick_seconds = 20,
                             .full_seconds = 420,
                             .times_the_host = false,
                             .run = run_soak};

}  // namespace

int main(int argc, char** argv) { return vtpu::measure::experiment_main(kExperiment, argc, argv); }
