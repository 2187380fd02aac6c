#include "vtpu/study/programs/program_study.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>

#include "vtpu/base/check.h"
#include "vtpu/study/host/host_mix.h"
#include "vtpu/study/programs/run_bound.h"

namespace vtpu::study::programs {
namespace {

using measure::Alternative;
using measure::Estimate;
using measure::Sampled;

std::string mix_name(const ProgramVariants& one, std::size_t part) {
  return fmt::format("{} mix {}", one.program().name, part);
}

/// Empty without a map, and for programs whose speed the runtime limits (several sentrons, or calls, which have no
/// known rate).
Result<std::optional<RunBound>> bound_of(const ProgramVariants& one, const ports::PortMap* map) {
  const ProgramVariants::Prepared* const tier3 = one.find("tier3");
  if (map == nullptr || tier3 == nullptr || one.program().sentrons != 1) return std::optional<RunBound>();
  const compiler::Compiled made = one.compiled(*tier3);
  auto bound = bound_of_run(one.program(), one.parameters(*tier3), made.program, made.tensors, *map);
  if (!bound) return bound.error();
  if (bound->calls > RunBound::kLeast * bound->ops) return std::optional<RunBound>();
  return std::optional(std::move(*bound));
}

BoundResult judge(const ProgramVariants& one, const RunBound& bound, const ports::PortMap& map,
                  const std::vector<Sampled>& sampled, const Estimate& ops_per_cycle) {
  // Cycles per op in each part's mix; empty if the host has no instruction for any of its ops.
  std::vector<std::vector<double>> mixes;
  for (std::size_t k = 0; k < bound.loops.size(); ++k) {
    const auto at = std::find_if(sampled.begin(), sampled.end(),
                                 [&](const Sampled& each) { return each.name == mix_name(one, k); });
    mixes.push_back(at == sampled.end() ? std::vector<double>() : at->cycles_per_unit().samples);
  }
  const auto cycles = [&](std::size_t part, std::size_t n) {
    const RunBound::Part& loop = bound.loops[part];
    const double ports =
        mixes[part].empty() ? loop.prediction.ports : mixes[part][n] * static_cast<double>(loop.pattern.size());
    return loop.iterations * std::max(ports, loop.prediction.recurrence);
  };
  BoundResult result;
  result.ops_per_cycle = bound.ops / bound.least;
  result.limit = bound.least_limit;
  result.share = host::of_each(ops_per_cycle, "; over the bound by measured rates of dispatch, units and latencies",
                               [&](std::size_t n) { return ops_per_cycle.samples[n] / result.ops_per_cycle; });
  result.independent =
      host::of_each(ops_per_cycle, "; host instructions of its loops' mixes, or their recurrences", [&](std::size_t n) {
        double all = bound.rest;
        for (std::size_t k = 0; k < bound.loops.size(); ++k) all += cycles(k, n);
        return bound.ops / all;
      });
  result.over_independent =
      host::of_each(ops_per_cycle, "; over independent host instructions in the same process",
                    [&](std::size_t n) { return ops_per_cycle.samples[n] / result.independent.samples[n]; });
  double busiest = 0;
  for (std::size_t k = 0; k < isa::kCosts; ++k)
    if (const double busy = bound.mix[k] * map.least_of(static_cast<isa::Cost>(k)); busy > busiest) {
      busiest = busy;
      result.unit = isa::name_of(static_cast<isa::Cost>(k));
    }
  result.busy = host::of_each(ops_per_cycle, "; cycles that the ops of this class alone would take, over all",
                              [&](std::size_t n) { return ops_per_cycle.samples[n] * busiest / bound.ops; });
  return result;
}

ProgramResult evaluate(const ProgramVariants& one, const std::vector<Sampled>& sampled) {
  ProgramResult result;
  result.program = &one.program();
  result.level = one.size().level;
  result.parameters = one.size().parameters;
  result.too_long = one.too_long();
  for (const ProgramVariants::Prepared& prepared : one.variants()) {
    const std::string& variant = prepared.variant.name;
    const Sampled& samples = measure::named(sampled, fmt::format("{} {}", result.program->name, variant));
    result.ns[variant] = samples.ns_per_unit();
    result.cycles[variant] = samples.cycles_per_unit();
    result.tally = samples.tally;
    if (prepared.variant.by == Variant::By::function && !prepared.same_bytes) result.other_bytes.push_back(variant);
    if (prepared.ops == 0) continue;
    const double ops = prepared.ops / static_cast<double>(prepared.repeat);
    const Estimate& cycles = result.cycles[variant];
    result.ops_per_cycle[variant] = host::of_each(cycles, "; ops that the run retired, setting up included",
                                                  [&](std::size_t n) { return ops / cycles.samples[n]; });
    if (!prepared.live_share) continue;
    result.live_share[variant] = *prepared.live_share;
    result.live_ops_per_cycle[variant] =
        host::of_each(cycles, "; ops that the run retired whose result is used, counted over one repetition",
                      [&](std::size_t n) { return *prepared.live_share * ops / cycles.samples[n]; });
  }
  const Estimate tier3 = result.ns.at("tier3");
  for (const auto& [variant, ns] : result.ns)
    if (variant != "tier3")
      result.over[variant] =
          host::of_each(tier3, "; time over that of tier 3 in the same process",
                        [&, &samples = ns.samples](std::size_t n) { return samples[n] / tier3.samples[n]; });
  return result;
}

}  // namespace

std::string strongest_reference(const ProgramResult& result) {
  std::string strongest;
  for (const baselines::Baseline& level : baselines::kReferenceLevels) {
    const std::string name(level.name);
    const auto ns = result.ns.find(name);
    if (ns == result.ns.end()) continue;
    if (level.may_reorder() && std::ranges::find(result.other_bytes, name) != result.other_bytes.end()) continue;
    if (strongest.empty() || ns->second.value < result.ns.at(strongest).value) strongest = name;
  }
  return strongest;
}

Result<std::vector<ProgramResult>> study_programs(const std::vector<ProgramVariants>& programs,
                                                  const ports::PortMap* map, const measure::SamplingRule& rule) {
  std::vector<std::optional<RunBound>> bounds;
  std::vector<Alternative> mixes;
  for (const ProgramVariants& one : programs) {
    auto bound = bound_of(one, map);
    if (!bound) return bound.error();
    if (*bound)
      for (std::size_t k = 0; k < (*bound)->loops.size(); ++k) {
        // A mix without an instruction on this host is bounded by the model.
        auto mix = host::mix_alternative(mix_name(one, k), (*bound)->loops[k].pattern);
        if (mix) mixes.push_back(std::move(*mix));
      }
    bounds.push_back(std::move(*bound));
  }
  const auto make = [&] {
    std::vector<Alternative> all = mixes;
    for (const ProgramVariants& one : programs) {
      std::vector<Alternative> variants = one.alternatives();
      std::move(variants.begin(), variants.end(), std::back_inserter(all));
    }
    return all;
  };
  const auto sampled = measure::sample_in_processes(make, rule);
  if (!sampled) return sampled.error();
  std::vector<ProgramResult> results;
  for (std::size_t k = 0; k < programs.size(); ++k) {
    ProgramResult result = evaluate(programs[k], *sampled);
    if (bounds[k]) result.bound = judge(programs[k], *bounds[k], *map, *sampled, result.ops_per_cycle.at("tier3"));
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace vtpu::study::programs
