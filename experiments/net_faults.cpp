// Asks how a machine of 4096 chips with 256 spares lives with failures: how long a recovery takes, how long the spares
// last, for what share of 62 days the job runs, and what share of chips may fail, under each policy.
//
// Failures: chips by a constant rate with a mean of 1000 days (the sources' figure), or by Weibull laws with the same
// mean; machines, ICI cables and switches by the published rates. Recovery: a health check each second, 200 ns per
// table entry (the sources' figure; net-reconfigure measures it), and 10 ms for the switches unless stated otherwise.
// Spares are hot (they age while idle) or cold. Recovery times and availabilities come from simulated lives of the
// machine, with 95 % intervals. Times of exhaustion and tolerated failures are exact, except for cold Weibull spares
// and for the first chip cut off.
//
// Claims: net.fault.recover, net.fault.rate, net.fault.spares62, net.fault.avail, net.fault.25, net.fault.1. Controls,
// in this order: a check every hundred seconds, ten times the MTBF, half the spares, no spares, no spares, remapping.
// Outputs: keys net.fault.*, net.recovery.*, net.exhaustion.*, net.availability.*, net.tolerated.*; tables recovery,
// exhaustion, exhaustion_quantiles, tolerated, policies, failure_cases.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "vtpu/measure/experiment.h"
#include "vtpu/measure/statistics.h"
#include "vtpu/net/fault/exhaustion.h"
#include "vtpu/net/fault/life.h"
#include "vtpu/net/fault/recovery.h"
#include "vtpu/net/fault/tolerance.h"
#include "vtpu/net/machine.h"

namespace {

using namespace vtpu::measure;
using namespace vtpu::net;
using vtpu::Random;
using vtpu::Result;
using Source = Column::Source;

constexpr double kChipDays = 1000;  // the sources' mean time between failures of a chip
constexpr double kDays = 62;        // the period for which the sources promise 99.9 %
constexpr double kRepairDays = 0.25;
constexpr const char* kAvailability = "data/published/availability.csv";
constexpr const char* kSwitches = "data/published/ocs.csv";
constexpr const char* kFeatures = "data/published/chip_features.csv";

fault::FailureModel chips_fail(bool hot = true, std::optional<double> repair_days = std::nullopt) {
  return {.laws = {{fault::ComponentKind::chip, fault::LifeLaw::exponential(kChipDays), repair_days}},
          .trace = {},
          .idle_spares_age = hot};
}

/// Mean of fractions, with an interval clamped to 0 and 1.
Estimate mean_of(const std::vector<double>& samples, const std::string& method) {
  double sum = 0, squares = 0;
  for (const double sample : samples) sum += sample;
  const double n = static_cast<double>(samples.size());
  const double mean = sum / n;
  for (const double sample : samples) squares += (sample - mean) * (sample - mean);
  const double arm = n > 1 ? 1.96 * std::sqrt(squares / (n - 1) / n) : 0;
  return {mean,
          {std::max(0.0, mean - arm), std::min(1.0, mean + arm)},
          samples,
          samples.size(),
          method + "; mean, normal 95 % interval"};
}

/// The outages of several lives.
struct Lives {
  std::vector<double> availability, useful, total_ms, detect_ms, decide_ms, update_ms, resume_ms;
  double outages = 0, waited = 0, days = 0, exhausted = 0, names_moved = 0;
};

Result<Lives> live_often(const Machine& machine, const fault::FailureModel& model, const fault::Policy& policy,
                         double days, int count, const Random& random) {
  Lives lives;
  for (int i = 0; i < count; ++i) {
    const Result<fault::LifeReport> report =
        fault::live(machine, model, policy, days, random.fork(static_cast<std::uint64_t>(i)));
    if (!report) return report.error();
    lives.availability.push_back(report->availability());
    lives.useful.push_back(report->useful_s / report->seconds);
    lives.days += days;
    lives.exhausted += report->exhausted_s.has_value();
    lives.names_moved += report->names_moved;
    for (const fault::Outage& outage : report->outages) {
      if (!outage.finished) continue;
      ++lives.outages;
      lives.waited += outage.waited_s > 0;
      lives.total_ms.push_back(outage.total_s() * 1e3);
      lives.detect_ms.push_back(outage.detect_s * 1e3);
      lives.decide_ms.push_back(outage.decide_s * 1e3);
      lives.update_ms.push_back(outage.update_s * 1e3);
      lives.resume_ms.push_back(outage.resume_s * 1e3);
    }
  }
  for (std::vector<double>* part :
       {&lives.total_ms, &lives.detect_ms, &lives.decide_ms, &lives.update_ms, &lives.resume_ms})
    std::sort(part->begin(), part->end());
  return lives;
}

/// A number, or an empty cell if there is none.
Cell number_or_none(bool there, double value) {
  if (there) return value;
  return std::string();
}

double quantile(const std::vector<double>& sorted, double q) { return fault::sample_quantile(sorted, q).value; }

Estimate p99(const Lives& lives) {
  const fault::SampleQuantile found = fault::sample_quantile(lives.total_ms, 0.99);
  return {found.value,
          {found.low, found.high},
          {},
          lives.total_ms.size(),
          "all outages of the simulated lives; 99th percentile, 95 % interval from order statistics"};
}

Result<void> study_recovery(Run& run, const Machine& machine, int count) {
  const Result<double> memory_gib = run.published(kFeatures, "CF-072");
  if (!memory_gib) return memory_gib.error();
  const Result<double> slice_s = run.published(kSwitches, "OC-024");
  if (!slice_s) return slice_s.error();
  const fault::RecoverySteps steps = fault::steps_of(machine, fault::chip_spare(), true, false);
  const double enough_s = longest_period_s(steps, 0.99, 0.1);
  run.computed("net.recovery.period_for_claim_ms", enough_s * 1e3, "ms",
               "longest period of health checks with which 99 % of recoveries take less than 100 ms");
  run.computed("net.recovery.without_detection_ms", steps.total_s() * 1e3, "ms",
               "chip spare: decide, update and resume; 4096 entries at 200 ns each to decide and again to write");
  struct Row {
    std::string name;
    fault::Policy policy;
  };
  std::vector<Row> rows;
  const auto add = [&](const std::string& name, fault::Policy policy, auto change) {
    change(policy);
    rows.push_back({name, std::move(policy)});
  };
  add("chip spare", fault::chip_spare(), [](fault::Policy&) {});
  add("chip spare, checked often enough for the claim", fault::chip_spare(),
      [&](fault::Policy& policy) { policy.costs.check_period_s = enough_s; });
  add("chip spare, memory copied", fault::chip_spare(),
      [&](fault::Policy& policy) { policy.costs.state_gbytes = *memory_gib * 1.073741824; });
  for (const double switching_ms : {1.0, 10.0, 30.0})
    add(fmt::format("block spare, switches {:.0f} ms", switching_ms), fault::block_spare(),
        [&](fault::Policy& policy) { policy.costs.switching_ms = switching_ms; });
  add("block spare, slice rebuilt end to end", fault::block_spare(),
      [&](fault::Policy& policy) { policy.costs.switching_ms = *slice_s * 1e3; });
  add("block spare, restart from checkpoint", fault::checkpoint_restart(), [](fault::Policy&) {});
  add("static, waits for repair", fault::static_wiring(), [](fault::Policy&) {});
  Table& table = run.table("recovery", {{"policy", "", Source::label},
                                        {"outages", "1", Source::simulated},
                                        {"waited_share", "fraction", Source::simulated},
                                        {"detect_median", "ms", Source::simulated},
                                        {"detect_p99", "ms", Source::simulated},
                                        {"decide", "ms", Source::simulated},
                                        {"update", "ms", Source::simulated},
                                        {"resume", "ms", Source::simulated},
                                        {"total_median", "ms", Source::simulated},
                                        {"total_p99", "ms", Source::simulated},
                                        {"exact_median", "ms", Source::computed},
                                        {"exact_p99", "ms", Source::computed}});
  for (const Row& row : rows) {
    const Result<Lives> lives =
        live_often(machine, chips_fail(true, kRepairDays), row.policy, kDays, count, run.random(1));
    if (!lives) return lives.error();
    const fault::RecoveryTime exact{
        row.policy.costs.check_period_s,
        fault::steps_of(machine, row.policy, true, row.policy.spares == fault::Spares::blocks)};
    const bool waits = row.policy.spares == fault::Spares::none;
    std::vector<Cell> cells = {row.name, lives->outages, lives->waited / lives->outages};
    for (const double value :
         {quantile(lives->detect_ms, 0.5), quantile(lives->detect_ms, 0.99), quantile(lives->decide_ms, 0.5),
          quantile(lives->update_ms, 0.5), quantile(lives->resume_ms, 0.5), quantile(lives->total_ms, 0.5),
          quantile(lives->total_ms, 0.99)})
      cells.emplace_back(value);
    for (const double q : {0.5, 0.99}) cells.push_back(number_or_none(!waits, exact.quantile_s(q) * 1e3));
    table.add(std::move(cells));
  }
  return {};
}

/// Lives of the machine of the claims: only chips fail, and nothing is repaired.
Result<void> study_claimed_life(Run& run, const Machine& machine, int count) {
  const std::string method =
      fmt::format("lives of {:.0f} days, each chip fails once per 1000 days on average, no repair", kDays);
  for (const bool hot : {true, false}) {
    const Result<Lives> lives = live_often(machine, chips_fail(hot), fault::chip_spare(), kDays, count, run.random(2));
    if (!lives) return lives.error();
    const std::string kind = hot ? "hot_spares" : "cold_spares";
    run.simulated("net.fault.availability_62d." + kind, mean_of(lives->availability, method), "fraction");
    std::vector<double> kept;
    for (const double share : lives->availability) kept.push_back(share >= 0.999);
    run.simulated("net.availability.lives_kept." + kind,
                  mean_of(kept, method + "; lives with an availability of 99.9 % or more"), "fraction");
    const fault::SparePool pool{machine.active_count(), machine.spare_count(), fault::LifeLaw::exponential(kChipDays),
                                hot};
    const fault::RecoveryTime recovery{1, fault::steps_of(machine, fault::chip_spare(), true, false)};
    run.computed("net.availability.exact." + kind, fault::mean_availability(pool, recovery.mean_s(), kDays), "fraction",
                 "from the distribution of the exhaustion time and the mean recovery time");
    double low = 1, high = kDays;
    constexpr int kHalvings = 12;
    for (int i = 0; i < kHalvings; ++i) {
      const double middle = (low + high) / 2;
      (fault::mean_availability(pool, recovery.mean_s(), middle) >= 0.999 ? low : high) = middle;
    }
    run.computed("net.availability.days_of_three_nines." + kind, low, "days",
                 "longest time over which the mean availability is 99.9 %");
    run.computed("net.availability.while_spares_last." + kind,
                 1 - machine.active_count() / kChipDays / 86400 * recovery.mean_s() *
                         (hot ? double(machine.chip_count()) / machine.active_count() : 1.0),
                 "fraction", "one mean recovery per failure, without exhaustion");
    run.computed("net.exhaustion.exhausted_by_62d." + kind, fault::exhaustion_cdf(pool, kDays), "probability", "exact");
    run.simulated("net.exhaustion.exhausted_by_62d_lives." + kind, lives->exhausted / count, "probability", method);
    if (!hot) continue;
    run.simulated("net.fault.recovery_ms_p99", p99(*lives), "ms");
    run.simulated("net.recovery.median_ms", quantile(lives->total_ms, 0.5), "ms", method);
    run.computed("net.recovery.exact_p99_ms", recovery.quantile_s(0.99) * 1e3, "ms",
                 "detection time uniform, the rest constant");
  }
  fault::Policy slow = fault::chip_spare();
  slow.costs.check_period_s = 100;
  const Result<Lives> slowly = live_often(machine, chips_fail(), slow, kDays, std::max(1, count / 20), run.random(2));
  if (!slowly) return slowly.error();
  run.simulated("net.fault.recovery_ms_p99.control", p99(*slowly), "ms");
  MachineConfig bare;
  bare.spare_blocks = 0;
  const Result<Lives> withheld =
      live_often(*Machine::make(bare), chips_fail(), fault::chip_spare(), kDays, std::max(2, count / 4), run.random(2));
  if (!withheld) return withheld.error();
  run.simulated("net.fault.availability_62d.control", mean_of(withheld->availability, method), "fraction");
  return {};
}

Result<void> study_exhaustion(Run& run, const Machine& machine, int draws) {
  const int names = machine.active_count(), spares = machine.spare_count();
  const fault::LifeLaw constant = fault::LifeLaw::exponential(kChipDays);
  const Result<double> machine_percent = run.published(kAvailability, "AV-034");
  if (!machine_percent) return machine_percent.error();
  run.computed("net.fault.failures_per_day", names / kChipDays, "1/day", "4096 chips with a mean of 1000 days each");
  run.computed("net.fault.failures_per_day.control", names / (10 * kChipDays), "1/day",
               "4096 chips with a mean of 10,000 days each");
  run.computed("net.exhaustion.published_machine_failures_per_day", names / 4 * *machine_percent / 100, "1/day",
               "1024 machines of four chips at the published rate");
  struct Law {
    const char* column;
    std::string words;
    fault::SparePool pool;
  };
  const fault::SparePool hot{names, spares, constant, true}, cold{names, spares, constant, false};
  fault::SparePool half = hot;
  half.spares /= 2;
  const Law laws[] = {
      {"hot", "chips, constant rate, hot spares", hot},
      {"cold", "chips, constant rate, cold spares", cold},
      {"young", "chips, Weibull 0.7, hot spares", {names, spares, fault::LifeLaw::weibull(kChipDays, 0.7), true}},
      {"wear", "chips, Weibull 2, hot spares", {names, spares, fault::LifeLaw::weibull(kChipDays, 2), true}},
      {"published",
       "machines of four chips, published rate",
       {names / 4, spares / 4, fault::LifeLaw::exponential(100 / *machine_percent), true}},
      {"blocks",
       "block spares, chips at the constant rate",
       {machine.active_block_count(), spares / 64, fault::LifeLaw::exponential(kChipDays / 64), true}}};
  run.computed("net.fault.spare_days_median.hot_spares", fault::exhaustion_quantile(hot, 0.5), "days",
               "exact: 257th smallest of 4352 exponential lifetimes");
  run.computed("net.fault.spare_days_median.cold_spares", fault::exhaustion_quantile(cold, 0.5), "days",
               "exact: Erlang law of 257 stages");
  run.computed("net.fault.spare_days_median.control", fault::exhaustion_quantile(half, 0.5), "days",
               "exact: with half of the spares");
  Table& table = run.table("exhaustion_quantiles", {{"law", "", Source::label},
                                                    {"p05", "days", Source::computed},
                                                    {"median", "days", Source::computed},
                                                    {"p95", "days", Source::computed},
                                                    {"by_62_days", "probability", Source::computed}});
  std::vector<Column> columns = {{"days", "days", Source::computed}};
  for (const Law& law : laws) {
    table.add({law.words, fault::exhaustion_quantile(law.pool, 0.05), fault::exhaustion_quantile(law.pool, 0.5),
               fault::exhaustion_quantile(law.pool, 0.95), fault::exhaustion_cdf(law.pool, kDays)});
    for (const auto& [name, p] : {std::pair{"p05", 0.05}, {"median", 0.5}, {"p95", 0.95}})
      run.computed(fmt::format("net.exhaustion.{}.{}", law.column, name), fault::exhaustion_quantile(law.pool, p),
                   "days", law.words);
    columns.push_back({law.column, "probability", Source::computed});
  }
  for (const double shape : {0.7, 2.0}) {
    const fault::SparePool pool{names, spares, fault::LifeLaw::weibull(kChipDays, shape), false};
    Random random = run.random(shape < 1 ? 4 : 5);
    std::vector<double> days;
    for (int i = 0; i < draws; ++i) days.push_back(fault::draw_exhaustion(pool, random));
    std::sort(days.begin(), days.end());
    const double by = static_cast<double>(std::upper_bound(days.begin(), days.end(), kDays) - days.begin());
    table.add({fmt::format("chips, Weibull {}, cold spares (drawn)", shape), quantile(days, 0.05), quantile(days, 0.5),
               quantile(days, 0.95), by / draws});
    run.simulated(fmt::format("net.exhaustion.cold_{}.median", shape < 1 ? "young" : "wear"),
                  estimate_median(std::move(days)), "days");
  }
  Table& curve = run.table("exhaustion", columns);
  std::vector<double> rates;
  for (int failed = 0; failed <= spares; ++failed) rates.push_back((names + spares - failed) / kChipDays);
  double worst = 0;
  for (int tenth = 0; tenth <= 3300; tenth += tenth < 50 ? 1 : 10) {
    const double day = tenth / 10.0;
    std::vector<Cell> row(columns.size(), day);
    for (std::size_t i = 0; i < std::size(laws); ++i) row[i + 1] = fault::exhaustion_cdf(laws[i].pool, day);
    curve.add(std::move(row));
    if (tenth % 100 == 0)
      worst = std::max(worst, std::abs(fault::hypoexponential_cdf(rates, day) - fault::exhaustion_cdf(hot, day)));
  }
  run.computed(
      "net.exhaustion.two_ways_differ", worst, "probability",
      "hot spares: largest difference between the sum of exponential stages by uniformization and the order statistic");
  return {};
}

void study_tolerance(Run& run, const Machine& machine, int orders) {
  const int names = machine.active_count(), spares = machine.spare_count();
  const auto fraction = [&](const fault::ChipGroups& groups) { return fault::tolerated(groups).mean_failures / names; };
  const double remap = fraction({names + spares, 1, names});
  run.computed("net.fault.tolerated_fraction_remap", remap, "fraction",
               "exact: number of chips that may fail before a job on all names lacks one, over the number of names");
  run.computed("net.fault.tolerated_fraction_remap.control", fraction({names, 1, names}), "fraction",
               "exact: without spares");
  run.computed("net.fault.tolerated_fraction_static", fraction({1, names, 1}), "fraction",
               "exact: with fixed wiring, the first failure ends a job on all chips");
  run.computed("net.fault.tolerated_fraction_static.control", remap, "fraction", "exact: with remapping");
  Table& table = run.table("tolerated", {{"job_chips", "chips", Source::label},
                                         {"remap", "fraction", Source::computed},
                                         {"remap_no_spares", "fraction", Source::computed},
                                         {"blocks", "fraction", Source::computed},
                                         {"fixed", "fraction", Source::computed}});
  for (const int job : {4096, 3072, 2048, 1024, 512, 256, 64}) {
    const double any = fraction({names + spares, 1, job}), no_spares = fraction({names, 1, job});
    const double blocks = fraction({machine.block_count(), 64, job / 64});
    const bool tiles = names % job == 0;
    const double fixed = tiles ? fraction({names / job, job, 1}) : 0;
    std::vector<Cell> cells = {fmt::format("{}", job), any, no_spares, blocks};
    cells.push_back(number_or_none(tiles, fixed));
    table.add(std::move(cells));
    const std::string method = "exact: mean number of failures that a job of that many chips tolerates, over 4096";
    run.computed(fmt::format("net.tolerated.remap.chips_{}", job), no_spares, "fraction", method + ", no spares");
    run.computed(fmt::format("net.tolerated.blocks.chips_{}", job), blocks, "fraction", method);
    if (tiles) run.computed(fmt::format("net.tolerated.fixed.chips_{}", job), fixed, "fraction", method);
  }
  Random random = run.random(6);
  std::vector<double> borne;
  for (int i = 0; i < orders; ++i) borne.push_back(double(fault::failures_until_cut_off(machine, random)) / names);
  run.simulated("net.tolerated.until_cut_off",
                mean_of(borne, "random orders of failures on the torus, until a working chip cannot reach the others"),
                "fraction");
}

/// Studies the four policies at the published rates, with and without repairs.
Result<void> study_policies(Run& run, const Machine& machine, int count, double days) {
  const Result<double> hosts = run.published(kAvailability, "AV-034");
  const Result<double> cables = run.published(kAvailability, "AV-035");
  const Result<double> switches = run.published(kAvailability, "AV-036");
  const Result<double> anchor = run.published(kAvailability, "AV-032");
  for (const Result<double>* rate : {&hosts, &cables, &switches, &anchor})
    if (!*rate) return rate->error();
  Table& table = run.table("policies", {{"policy", "", Source::label},
                                        {"repair", "", Source::label},
                                        {"availability", "fraction", Source::simulated},
                                        {"useful", "fraction", Source::simulated},
                                        {"outages_per_day", "1/day", Source::simulated},
                                        {"waited_share", "fraction", Source::simulated},
                                        {"exhausted", "fraction", Source::simulated},
                                        {"published", "fraction", Source::quoted}});
  for (const bool repaired : {true, false})
    for (const fault::Policy& policy :
         {fault::chip_spare(), fault::block_spare(), fault::checkpoint_restart(), fault::static_wiring()}) {
      const std::optional<double> repair = repaired ? std::optional(kRepairDays) : std::nullopt;
      fault::FailureModel model;
      model.laws = {{fault::ComponentKind::host, fault::LifeLaw::exponential(100 / *hosts), repair},
                    {fault::ComponentKind::fibre, fault::LifeLaw::exponential(100 / *cables), repair},
                    {fault::ComponentKind::ocs, fault::LifeLaw::exponential(100 / *switches), repair}};
      const Result<Lives> lives = live_often(machine, model, policy, days, count, run.random(3));
      if (!lives) return lives.error();
      const std::string method = fmt::format("published rates of machines, cables and switches; {:.0f} days", days);
      const Estimate availability = mean_of(lives->availability, method);
      const Estimate useful = mean_of(lives->useful, method);
      std::string key = policy.name.substr(0, policy.name.find('/'));
      std::replace(key.begin(), key.end(), ' ', '_');
      key += repaired ? ".repaired" : ".unrepaired";
      run.simulated("net.availability.published_rates." + key, availability, "fraction");
      run.simulated("net.availability.useful." + key, useful, "fraction");
      table.add({policy.name, repaired ? "six hours" : "none", availability.value, useful.value,
                 lives->outages / lives->days, lives->outages > 0 ? lives->waited / lives->outages : 0.0,
                 lives->exhausted / count, *anchor / 100});
    }
  return {};
}

/// Failures of all links of a chip inside its block.
std::vector<fault::TraceFailure> links_of(const Machine& machine, Chip chip, double time_s) {
  std::vector<fault::TraceFailure> failures;
  for (int link = 0; link < fault::component_count(machine, fault::ComponentKind::link); ++link)
    for (const fault::LinkEnd& end : fault::link_ends(machine, link))
      if (end.chip == chip) failures.push_back({time_s, {fault::ComponentKind::link, link}});
  return failures;
}

Result<void> study_cases(Run& run, const Machine& machine) {
  using Kind = fault::ComponentKind;
  const Chip inner = machine.chip_at(BlockPlace{Block{0}, machine.block_shape().index_of({1, 1, 1})});
  const auto chip = [&](double time_s, int id, std::optional<double> repair_s = std::nullopt) {
    return fault::TraceFailure{time_s, {Kind::chip, id}, repair_s};
  };
  const auto block_chip = [&](double time_s, int block) {
    return fault::TraceFailure{time_s, {Kind::chip, machine.chip_at(BlockPlace{Block(block), 0}).value()}};
  };
  const int spare = machine.active_count();
  struct Case {
    const char* name;
    fault::Policy policy;
    std::vector<fault::TraceFailure> failures;
  };
  const Case cases[] = {
      {"two chips between two checks", fault::chip_spare(), {chip(10.2, 0), chip(10.6, 100)}},
      {"a host with its four chips", fault::chip_spare(), {{10.2, {Kind::host, 5}}}},
      {"a chip, and then its host", fault::chip_spare(), {chip(10.5, 0), {20.5, {Kind::host, 0}}}},
      {"another chip while one is recovered", fault::chip_spare(), {chip(10.5, 0), chip(11.001, 100)}},
      {"another chip while the job restarts", fault::checkpoint_restart(), {block_chip(10.5, 0), block_chip(30.5, 1)}},
      {"the spare in use", fault::chip_spare(), {chip(10.5, 0), chip(20.5, spare)}},
      {"an idle spare", fault::chip_spare(), {chip(10.5, spare + 9)}},
      {"a chip in an idle spare block", fault::block_spare(), {chip(10.5, spare + 9)}},
      {"the same chip twice", fault::chip_spare(), {chip(10.5, 0), chip(20.5, 0)}},
      {"a chip that is back before the check", fault::chip_spare(), {chip(10.2, 0, 10.4)}},
      {"all six links of a chip", fault::chip_spare(), links_of(machine, inner, 10.5)},
      {"a switch", fault::chip_spare(), {{10.5, {Kind::ocs, 0}}}},
      {"a switch, routes fixed", fault::static_wiring(), {{10.5, {Kind::ocs, 0}, 1800}}},
      {"a block", fault::block_spare(), {{10.5, {Kind::block, 7}}}},
      {"a rack", fault::chip_spare(), {{10.5, {Kind::rack, 7}}}},
      {"a whole volume", fault::chip_spare(), {{10.5, {Kind::volume, 2}}}},
      {"the volume of the spares, then a chip", fault::chip_spare(), {{10.5, {Kind::volume, 16}}, chip(20.5, 0)}},
      {"one chip more than spares", fault::chip_spare(), {{10.5, {Kind::volume, 2}}, chip(20.5, 0)}},
      {"the same, the volume repaired", fault::chip_spare(), {{10.5, {Kind::volume, 2}, 600}, chip(20.5, 0)}},
      {"chips in five blocks",
       fault::block_spare(),
       {block_chip(10.5, 0), block_chip(20.5, 1), block_chip(30.5, 2), block_chip(40.5, 3), block_chip(50.5, 4)}},
      {"a chip, nothing spare", fault::static_wiring(), {chip(10.5, 0, 1800)}}};
  Table& table = run.table("failure_cases", {{"case", "", Source::label},
                                             {"policy", "", Source::label},
                                             {"outages", "1", Source::simulated},
                                             {"moved", "names", Source::simulated},
                                             {"lost", "names", Source::simulated},
                                             {"interrupted", "1", Source::simulated},
                                             {"ignored", "1", Source::simulated},
                                             {"down", "s", Source::simulated},
                                             {"end", "", Source::label}});
  double ran = 0;
  for (const Case& one : cases) {
    const fault::FailureModel model{.laws = {}, .trace = one.failures};
    constexpr double kHour = 1.0 / 24;
    const Result<fault::LifeReport> report = fault::live(machine, model, one.policy, kHour, run.random(7));
    if (!report) return report.error();
    const bool stands = !report->outages.empty() && !report->outages.back().finished;
    ran += !stands;
    table.add({one.name, one.policy.name, double(report->outages.size()), double(report->names_moved),
               double(report->names_lost), double(report->interrupted), double(report->ignored), report->down_s,
               stands ? "stands" : "runs"});
  }
  run.simulated("net.recovery.cases", double(std::size(cases)), "cases", "scripted failures of table failure_cases");
  run.simulated("net.recovery.cases_running_at_end", ran, "cases", "the other cases have lost names without repair");
  return {};
}

Result<void> study(Run& run) {
  const Machine machine = *Machine::make({});
  const int claimed_lives = run.parameter("claimed_lives", 20, 300);
  const int recovery_lives = run.parameter("recovery_lives", 1, 10);
  const int policy_lives = run.parameter("policy_lives", 1, 20);
  const double policy_days = run.parameter("policy_days", 20.0, kDays);
  const int draws = run.parameter("cold_weibull_draws", 20, 2000);
  const int orders = run.parameter("failure_orders", 3, 300);
  run.parameter("repair_days", kRepairDays);
  run.parameter("chip_mtbf_days", kChipDays);
  if (Result<void> done = study_recovery(run, machine, recovery_lives); !done) return done;
  if (Result<void> done = study_claimed_life(run, machine, claimed_lives); !done) return done;
  if (Result<void> done = study_exhaustion(run, machine, draws); !done) return done;
  study_tolerance(run, machine, orders);
  if (Result<void> done = study_policies(run, machine, policy_lives, policy_days); !done) return done;
  return study_cases(run, machine);
}

const Experiment kExperiment{.name = "net-faults",
                             .question = "How does the machine live with failures, and how long do its spares last?",
                             .claims = {"net.fault.recover", "net.fault.rate", "net.fault.spares62", "net.fault.avail",
                                        "net.fault.25", "net.fault.1"},
                             .inputs = {kAvailability, kSwitches, kFeatures},
                             .quick_seconds = 5,
                             .full_seconds = 180,
                             .run = study};

}  // namespace

int main(int argc, char** argv) { return experiment_main(kExperiment, argc, argv); }
