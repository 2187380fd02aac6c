#include "vtpu/scenario/life.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "vtpu/base/random.h"
#include "vtpu/base/text.h"
#include "vtpu/net/fault/failure_model.h"
#include "vtpu/net/fault/failure_trace.h"
#include "vtpu/scenario/keys.h"
#include "vtpu/sweep/sweep.h"

namespace vtpu::scenario {
namespace {

net::fault::Policy named_policy(PolicyKind kind) {
  switch (kind) {
    case PolicyKind::chip_spare: return net::fault::chip_spare();
    case PolicyKind::block_spare: return net::fault::block_spare();
    case PolicyKind::static_wiring: return net::fault::static_wiring();
    case PolicyKind::checkpoint_restart: return net::fault::checkpoint_restart();
  }
  return net::fault::chip_spare();
}

net::fault::Policy policy_of(const Scenario& scenario) {
  net::fault::Policy policy = named_policy(scenario.life.policy);
  policy.costs.check_period_s = scenario.life.check_period_s;
  policy.costs.entry_ns = scenario.life.entry_ns;
  policy.costs.switching_ms = scenario.life.switching_ms;
  if (policy.checkpoint) policy.checkpoint->interval_s = scenario.life.checkpoint_s;
  return policy;
}

/// Parses a law such as "chip 1000".
Result<net::fault::ComponentLaw> law_of(const Scenario& scenario, std::string_view text) {
  const std::string where = scenario.where("life.mtbf_days");
  const std::size_t blank = text.find(' ');
  if (blank == std::string_view::npos)
    return Error{where, fmt::format("found '{}'", text), "a kind and a number of days, \"chip 1000\""};
  std::vector<std::string> kinds;
  for (const net::fault::ComponentKind kind : net::fault::kComponentKinds)
    kinds.emplace_back(net::fault::name_of(kind));
  const std::string_view word = text.substr(0, blank);
  const auto kind = std::find(kinds.begin(), kinds.end(), word);
  if (kind == kinds.end())
    return Error{where, "found kind " + quoted_with_hint(word, kinds), "one of " + join(kinds, ", ")};
  const auto days = parse_number(trim(text.substr(blank)), where);
  if (!days) return days.error();
  net::fault::ComponentLaw law;
  law.kind = net::fault::kComponentKinds[static_cast<std::size_t>(kind - kinds.begin())];
  law.life = scenario.life.law == LawKind::weibull ? net::fault::LifeLaw::weibull(*days, scenario.life.shape)
                                                   : net::fault::LifeLaw::exponential(*days);
  if (scenario.life.repair_days > 0) law.repair_days = scenario.life.repair_days;
  return law;
}

Result<net::fault::FailureModel> model_of(const Scenario& scenario, const net::Machine& machine) {
  net::fault::FailureModel model;
  model.idle_spares_age = scenario.life.idle_spares_age;
  for (const std::string& text : scenario.life.mtbf_days) {
    const auto law = law_of(scenario, trim(text));
    if (!law) return law.error();
    model.laws.push_back(*law);
  }
  if (!scenario.life.trace.name.empty()) {
    auto trace = net::fault::read_failures(scenario.life.trace.path, machine);
    if (!trace) return trace.error();
    model.trace = *std::move(trace);
  }
  if (const auto right = net::fault::validate(machine, model); !right)
    return at_key(scenario, "life.mtbf_days", right.error());
  return model;
}

std::string failures_text(const Scenario& scenario) {
  std::vector<std::string> parts;
  for (const std::string& law : scenario.life.mtbf_days) parts.push_back(law + " days");
  if (!scenario.life.trace.name.empty()) parts.push_back("the trace " + scenario.life.trace.name);
  std::string text = parts.empty() ? "none" : join(parts, ", ");
  if (!scenario.life.mtbf_days.empty())
    text += scenario.life.law == LawKind::weibull ? fmt::format(", Weibull of shape {}", scenario.life.shape)
                                                  : ", exponential";
  if (scenario.life.repair_days > 0) text += fmt::format(", repaired in {} days on average", scenario.life.repair_days);
  return text;
}

}  // namespace

Result<Lives> live(const Scenario& scenario) {
  if (const auto right = check(scenario); !right) return right.error();
  auto machine = net::Machine::make({});
  if (!machine) return machine.error();
  const net::fault::Policy policy = policy_of(scenario);
  const auto model = model_of(scenario, *machine);
  if (!model) return model.error();
  const Random random(static_cast<std::uint64_t>(scenario.simulation.seed));
  const auto one = [&](int life, bool keep_events) {
    return net::fault::live(*machine, *model, policy, scenario.life.days, random.fork(static_cast<std::uint64_t>(life)),
                            keep_events);
  };
  auto first = one(0, true);
  if (!first) return at_key(scenario, "life.policy", first.error());
  Lives lives{*std::move(machine), policy, failures_text(scenario), scenario.life.days, *std::move(first), {}, {}};
  const auto lines = sweep::run(
      "lives", static_cast<int>(scenario.life.lives),
      [&](int life, const std::function<bool()>&) -> Result<std::string> {
        const auto report = one(life, false);
        if (!report) return report.error();
        return fmt::format("{} {}", report->availability(), report->exhausted_s.value_or(-1));
      },
      {.threads = static_cast<int>(scenario.simulation.threads), .journal = {}, .share = {}, .progress = true});
  if (!lines) return lines.error();
  for (const std::string& line : *lines) {
    const std::vector<std::string_view> cells = split(line, ' ');
    lives.availability.push_back(*parse_number(cells[0], "availability"));
    const double exhausted = *parse_number(cells[1], "exhausted");
    if (exhausted >= 0) lives.exhausted_days.push_back(exhausted / kSecondsPerDay);
  }
  std::sort(lives.availability.begin(), lives.availability.end());
  std::sort(lives.exhausted_days.begin(), lives.exhausted_days.end());
  return lives;
}

}  // namespace vtpu::scenario
