#include "vtpu/study/host/host_mix.h"

#include <cmath>
#include <memory>

#include "vtpu/base/check.h"
#include "vtpu/study/host/host_loop.h"

namespace vtpu::study::host {

using isa::Slot;

std::vector<isa::Cost> pattern_of(const isa::Program& program, ports::Loop loop, std::optional<Slot> only) {
  std::vector<isa::Cost> pattern;
  for (std::uint32_t word = loop.first; word <= loop.last; ++word)
    for (const Slot slot : {Slot::D, Slot::S, Slot::C}) {
      const isa::OpcodeInfo& info = isa::info(program.words[word].slot(slot).opcode);
      if ((!only || slot == *only) && info.counts()) pattern.push_back(info.cost);
    }
  return pattern;
}

Result<measure::Alternative> mix_alternative(std::string name, std::span<const isa::Cost> pattern) {
  const auto loop = HostLoop::independent(pattern);
  if (!loop) return loop.error();
  constexpr double kOps = 3e5;
  const auto iterations = static_cast<std::uint64_t>(kOps / loop->ops()) + 1;
  const auto own = std::make_shared<measure::InEachProcess<HostLoop>>(
      [copy = std::vector(pattern.begin(), pattern.end())] { return HostLoop::independent(copy).value(); });
  return measure::Alternative{std::move(name), static_cast<double>(iterations) * loop->ops(),
                              [own, iterations] { (*own)->run(iterations); }, [own] { own->prepare(); }};
}

measure::Estimate geometric_mean(const std::vector<measure::Estimate>& all, const std::string& method) {
  VTPU_CHECK(!all.empty(), "a mean needs at least one estimate");
  for (const auto& one : all)
    VTPU_CHECK(one.samples.size() == all.front().samples.size(), "every alternative is sampled in every process");
  return of_each(all.front(), method, [&](std::size_t n) {
    double sum = 0;
    for (const auto& one : all) sum += std::log(one.samples[n]);
    return std::exp(sum / static_cast<double>(all.size()));
  });
}

}  // namespace vtpu::study::host
