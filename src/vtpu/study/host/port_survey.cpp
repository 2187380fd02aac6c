#include "vtpu/study/host/port_survey.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>

#include "vtpu/measure/host.h"
#include "vtpu/study/host/host_loop.h"

namespace vtpu::study::host {
namespace {

using isa::Cost;
using measure::Alternative;
using measure::Estimate;
using measure::Sampled;

constexpr std::uint64_t kIterations = 1500;
/// Ops in a pattern of two classes. Each class has the share that takes half of the time.
constexpr int kPairLength = 24;

/// Mixes that only dispatch should limit: at most four of eight ops use the ALU.
const std::vector<std::vector<Cost>> kDispatchMixes = {
    {Cost::alu, Cost::load, Cost::vector_int, Cost::alu, Cost::load, Cost::vector_float, Cost::alu, Cost::alu},
    {Cost::alu, Cost::alu, Cost::load, Cost::alu, Cost::alu, Cost::vector_int, Cost::vector_int, Cost::load},
    {Cost::alu, Cost::load, Cost::alu, Cost::store, Cost::alu, Cost::vector_int},
    {Cost::alu, Cost::load, Cost::alu, Cost::alu}};

using MakeLoop = std::function<Result<HostLoop>()>;

Result<Alternative> alternative(std::string name, const MakeLoop& make) {
  const auto loop = make();
  if (!loop) return loop.error();
  const auto own = std::make_shared<measure::InEachProcess<HostLoop>>([make] { return make().value(); });
  return Alternative{std::move(name), static_cast<double>(kIterations) * loop->ops(),
                     [own] { (*own)->run(kIterations); }, [own] { own->prepare(); }};
}

MakeLoop independent(std::vector<Cost> pattern, Choice choice = Choice::usual) {
  return [pattern = std::move(pattern), choice] { return HostLoop::independent(pattern, choice); };
}

/// The number of ops of the first class in a balanced pattern of two classes.
int balanced(double first_cycles, double second_cycles) {
  const double exact = kPairLength * second_cycles / (first_cycles + second_cycles);
  return std::clamp(static_cast<int>(std::lround(exact)), 1, kPairLength - 1);
}

/// Distributes the ops of the two classes evenly.
std::vector<Cost> pattern_of(Cost first, Cost second, int firsts) {
  std::vector<Cost> pattern;
  int put = 0;
  for (int i = 0; i < kPairLength; ++i) {
    const bool one = (put + 1) * kPairLength <= (i + 1) * firsts;
    put += one;
    pattern.push_back(one ? first : second);
  }
  return pattern;
}

std::string easiest(Cost cost) { return fmt::format("{} easiest", isa::name_of(cost)); }

std::string pair_name(Cost first, Cost second) {
  return fmt::format("{} and {}", isa::name_of(first), isa::name_of(second));
}

}  // namespace

Result<PortSurvey> survey_ports(const measure::SamplingRule& rule) {
  const auto form = exec::jit::host_form();
  if (!form) return Error{"port survey", "this processor has neither AVX-512 nor AVX2", "one of them"};
  std::vector<Cost> classes;
  for (std::size_t k = 0; k < isa::kCosts; ++k)
    if (has_instruction(static_cast<Cost>(k), *form)) classes.push_back(static_cast<Cost>(k));

  std::vector<Alternative> alternatives;
  std::optional<Error> failed;
  const auto add = [&](std::string name, const MakeLoop& make) {
    auto made = alternative(std::move(name), make);
    if (made)
      alternatives.push_back(std::move(*made));
    else
      failed = made.error();
  };
  for (const Cost cost : classes) {
    add(std::string(isa::name_of(cost)), independent({cost}));
    add(easiest(cost), independent({cost}, Choice::easiest));
    if (has_chain(cost, *form))
      add(fmt::format("{} chain", isa::name_of(cost)), [cost] { return HostLoop::chain(cost); });
  }
  for (std::size_t i = 0; i < kDispatchMixes.size(); ++i)
    add(fmt::format("dispatch {}", i), independent(kDispatchMixes[i]));
  if (failed) return *failed;
  const auto alone = measure::sample_in_processes([&] { return alternatives; }, rule);
  if (!alone) return alone.error();

  PortSurvey survey;
  survey.map.processor = measure::read_host().cpu_model;
  survey.source = alone->front().source;
  const auto of = [&](const std::string& name) -> const Sampled& { return measure::named(*alone, name); };
  const auto index = [](Cost cost) { return static_cast<std::size_t>(cost); };
  for (const Cost cost : classes) {
    ClassRate rate{cost, of(std::string(isa::name_of(cost))).cycles_per_unit(), {}};
    survey.map.alone[index(cost)] = rate.cycles.value;
    survey.map.least[index(cost)] =
        std::min(std::ranges::min(rate.cycles.samples), std::ranges::min(of(easiest(cost)).cycles_per_unit().samples));
    if (has_chain(cost, *form)) {
      rate.latency = of(fmt::format("{} chain", isa::name_of(cost))).cycles_per_unit();
      survey.map.latency[index(cost)] = std::ranges::min(rate.latency->samples);
    }
    survey.rates.push_back(std::move(rate));
  }
  for (std::size_t i = 0; i < kDispatchMixes.size(); ++i) {
    const Estimate rate = of(fmt::format("dispatch {}", i)).units_per_cycle();
    if (rate.value > survey.dispatch.value) survey.dispatch = rate;
  }
  survey.map.dispatch = std::ranges::max(survey.dispatch.samples);

  // The single classes run again beside the pairs, so that both sides of a ratio come from one process.
  std::erase_if(alternatives, [](const Alternative& one) {
    return one.name.ends_with(" chain") || one.name.ends_with(" easiest") || one.name.starts_with("dispatch ");
  });
  for (std::size_t j = 0; j < classes.size(); ++j)
    for (std::size_t i = 0; i < j; ++i) {
      const int firsts = balanced(survey.map.alone[index(classes[i])], survey.map.alone[index(classes[j])]);
      add(pair_name(classes[i], classes[j]), independent(pattern_of(classes[i], classes[j], firsts)));
    }
  if (failed) return *failed;
  const auto paired = measure::sample_in_processes([&] { return alternatives; }, rule);
  if (!paired) return paired.error();
  const auto in_pairs = [&](const std::string& name) -> const Sampled& { return measure::named(*paired, name); };
  for (std::size_t j = 0; j < classes.size(); ++j)
    for (std::size_t i = 0; i < j; ++i) {
      const Cost first = classes[i], second = classes[j];
      const double firsts = balanced(survey.map.alone[index(first)], survey.map.alone[index(second)]);
      const auto a = in_pairs(std::string(isa::name_of(first))).cycles_per_unit();
      const auto b = in_pairs(std::string(isa::name_of(second))).cycles_per_unit();
      const auto both = in_pairs(pair_name(first, second)).cycles_per_unit();
      std::vector<double> shares;
      for (std::size_t n = 0; n < both.samples.size(); ++n)
        shares.push_back(both.samples[n] * kPairLength /
                         (firsts * a.samples[n] + (kPairLength - firsts) * b.samples[n]));
      Estimate together = measure::estimate_over_time(std::move(shares));
      together.method = both.method + "; over the sum of what both take alone in the same process";
      survey.map.pairs[{first, second}] = together.value;
      survey.pairs.push_back({first, second, std::move(together)});
    }
  survey.tally = alone->front().tally;
  survey.tally += paired->front().tally;
  return survey;
}

}  // namespace vtpu::study::host
