// Asks what two sentrons with complementary slots gain from the two hardware threads of one core. Claim core.smt says a
// factor of 1.9. The experiment needs a processor with simultaneous multithreading. On other processors the claim is
// not measurable; the experiment then records only that fact.
//
// Two threads run on the two processors of one core, one with a dense and one with a sparse workload of kernels/. Each
// repeats its workload until the sample time is over. The result is the ops of both together over the ops of the faster
// one alone in the same time. Control: the dense workload on both threads.
//
// Parameters: seconds per sample (quick 0.02, full 0.1), samples 20. Outputs: keys vtpu.smt.*.
#include <fmt/core.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "vtpu/base/file.h"
#include "vtpu/base/text.h"
#include "vtpu/kernels/workloads.h"
#include "vtpu/measure/experiment.h"
#include "vtpu/measure/host.h"
#include "vtpu/measure/pin.h"
#include "vtpu/measure/progress.h"
#include "vtpu/measure/quiet.h"
#include "vtpu/study/engines/runnable.h"

namespace {

using namespace vtpu::measure;
using vtpu::Error;
using vtpu::Result;
using vtpu::study::engines::Runnable;

/// The other processors of the core, as the system lists them ("0,4" or "0-1").
std::vector<int> siblings_of(int cpu) {
  const auto text = vtpu::read_file(fmt::format("/sys/devices/system/cpu/cpu{}/topology/thread_siblings_list", cpu));
  std::vector<int> all;
  if (!text) return all;
  for (const std::string_view part : vtpu::split(*text, ',')) {
    int first = 0, last = 0;
    const int read = std::sscanf(std::string(part).c_str(), "%d-%d", &first, &last);
    for (int i = first; read >= 1 && i <= (read == 2 ? last : first); ++i)
      if (i != cpu) all.push_back(i);
  }
  return all;
}

/// Ops per nanosecond of each program while all run at the same time, one thread per processor.
std::vector<double> together(const std::vector<const Runnable*>& programs, const std::vector<int>& cpus,
                             double seconds) {
  std::vector<double> rates(programs.size());
  std::atomic<std::size_t> ready{0};
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < programs.size(); ++i)
    threads.emplace_back([&, i] {
      pin_thread(cpus[i]);
      programs[i]->run();
      ++ready;
      while (ready < programs.size()) {
      }
      const auto begin = std::chrono::steady_clock::now();
      double ops = 0, elapsed = 0;
      while (elapsed < seconds) {
        ops += static_cast<double>(programs[i]->run().total());
        elapsed = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
      }
      rates[i] = ops / elapsed * 1e-9;
    });
  for (std::thread& thread : threads) thread.join();
  return rates;
}

Result<void> run_smt(Run& run) {
  const auto smt = host_has("smt");
  if (!smt) return smt.error();
  run.measured("vtpu.smt.threads_of_a_core",
               {*smt ? 2.0 : 1.0, {*smt ? 2.0 : 1.0, *smt ? 2.0 : 1.0}, {}, 1, "read from the system"}, "1");
  if (!*smt) return {};
  warn_of_disturbance("core-smt");
  const double seconds = run.parameter("seconds", 0.02, 0.1);
  int cpu = -1, sibling = -1;
  for (const int candidate : usable_cpus()) {
    const std::vector<int> others = siblings_of(candidate);
    if (!others.empty()) cpu = candidate, sibling = others.front();
  }
  if (cpu < 0)
    return Error{"core-smt", "no two usable processors belong to one core", "two hardware threads of one core"};
  constexpr std::uint64_t kIterations = 2000;
  const auto dense =
      Runnable::make(vtpu::kernels::dense_int().make(kIterations, 1), Runnable::By::native, vtpu::kernels::kSentrons);
  if (!dense) return dense.error();
  const auto sparse = Runnable::make(vtpu::kernels::sparse_gather().make(kIterations, 1), Runnable::By::native,
                                     vtpu::kernels::kSentrons);
  if (!sparse) return sparse.error();
  constexpr int kSamples = 20;
  std::vector<double> speedups, controls;
  Progress progress("core-smt", kSamples);
  for (int n = 0; n < kSamples; ++n) {
    const double dense_alone = together({&*dense}, {cpu}, seconds).front(),
                 sparse_alone = together({&*sparse}, {cpu}, seconds).front();
    const auto both = together({&*dense, &*sparse}, {cpu, sibling}, seconds);
    const auto same = together({&*dense, &*dense}, {cpu, sibling}, seconds);
    speedups.push_back((both[0] + both[1]) / std::max(dense_alone, sparse_alone));
    controls.push_back((same[0] + same[1]) / dense_alone);
    progress.step();
  }
  Estimate speedup = estimate_median(std::move(speedups)), control = estimate_median(std::move(controls));
  speedup.method = "ops of two sentrons on the two threads of a core over those of the faster one alone";
  control.method = "ops of two identical dense sentrons on the two threads of a core over those of one alone";
  run.measured("vtpu.smt.speedup", speedup, "x");
  run.measured("vtpu.smt.speedup.control", control, "x");
  return {};
}

const Experiment kExperiment{.name = "core-smt",
                             .question = "What do two sentrons gain from the two hardware threads of one core?",
                             .claims = {"core.smt"},
                             .inputs = {},
                             .quick_seconds = 1,
                             .full_seconds = 10,
                             .times_the_host = true,
                             .run = run_smt};

}  // namespace

int main(int argc, char** argv) { return vtpu::measure::experiment_main(kExperiment, argc, argv); }
