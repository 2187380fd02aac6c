// Asks how much of a machine of 64 blocks does useful work when a share of its hosts is down, with optical switches
// that can join any blocks and with fixed cables. This is figure 4 of the TPU v4 paper; a second part schedules jobs of
// mixed shapes that wait, run, fail and move.
//
// A block is up when its 16 hosts are up; hosts fail independently. Goodput is the share of the 64 blocks that run
// slices of one size. There are two readings of "slices that fit", both exact: *assured*, the number that is available
// at least 95 % of the time (the paper's statements follow from it, and from any level between net.goodput.level.low
// and .high), and *expected*, the mean. Fixed cables: slices at fixed places, which need all of their own blocks; their
// box is the most compact one of the size. *Anywhere* lets such boxes lie at any position and orientation, even across
// the ends of rows, without counting their missing wrap-around links against them. That reading is sampled, and packed
// by branch and bound that stops after 500 branches, so that a few more of the small boxes may fit. Spares: four more
// blocks, as in this project's machine; goodput is still relative to 64.
//
// Jobs: the published mix of slice shapes of at least one block (smaller shapes share blocks and are left out). With
// fixed cables each job uses the most compact box with the same number of blocks, which favours fixed cables.
// Assumptions: work is exponential with a mean of 24 h for every shape, and an interruption costs 0.5 h of repeated
// work. A host fails every 1250 days on average (published); its downtime follows from its availability. Goodput is
// that of a queue that is never empty, oldest job first. Waiting time is that of jobs that arrive at random and need
// half of the machine's hours of work. Intervals: batch means.
//
// Claims: tpu.goodput.1k, tpu.goodput.2k, tpu.goodput.3k (assured, one configuration per availability). Control: fixed
// cables at 99.0 %. Outputs: keys net.goodput.*, net.schedule.*; tables goodput, scheduling.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "vtpu/base/csv.h"
#include "vtpu/measure/experiment.h"
#include "vtpu/measure/progress.h"
#include "vtpu/net/allocation/boxes.h"
#include "vtpu/net/allocation/goodput.h"
#include "vtpu/net/allocation/schedule.h"

namespace {

using namespace vtpu::measure;
using namespace vtpu::net;
using vtpu::Csv;
using vtpu::Random;
using vtpu::Result;
using Source = Column::Source;

constexpr const char* kFacts = "data/published/availability.csv";
constexpr const char* kShapes = "data/published/slice_popularity.csv";
constexpr int kBlockChips = 64;
constexpr double kLevel = 0.95;
const Shape kGrid{4, 4, 4};

struct Availability {
  double hosts;
  const char* key;
};
constexpr Availability kAvailabilities[] = {{0.990, "ha99_0"}, {0.995, "ha99_5"}, {0.999, "ha99_9"}};

/// Sampled slices in boxes that lie anywhere: the distribution of their number, and the share of samples proved
/// optimal.
struct Sampled {
  allocation::CountLaw law;
  double half_width = 0;  // of the mean's 95 % interval
  double proved = 0;
};

Sampled sample_anywhere(const Shape& box, double block_up, int samples, Random random) {
  constexpr int kSteps = 500;
  const std::vector<allocation::BlockSet> places = allocation::box_places(kGrid, box);
  Sampled found;
  found.law.assign(static_cast<std::size_t>(kGrid.count() / box.count()) + 1, 0);
  double squares = 0, sum = 0;
  for (int i = 0; i < samples; ++i) {
    allocation::BlockSet up = 0;
    for (int block = 0; block < kGrid.count(); ++block) up |= allocation::BlockSet{random.unit() < block_up} << block;
    const allocation::Packing packing = allocation::most_boxes(places, up, kSteps);
    found.law[static_cast<std::size_t>(packing.boxes)] += 1.0 / samples;
    found.proved += packing.proved ? 1.0 / samples : 0;
    sum += packing.boxes;
    squares += packing.boxes * packing.boxes;
  }
  const double mean = sum / samples;
  found.half_width = 1.96 * std::sqrt(std::max(0.0, squares / samples - mean * mean) / samples);
  return found;
}

/// The paper's value for a slice, or an empty cell.
Result<Cell> quoted(const Run& run, int chips, double hosts) {
  const char* id = nullptr;
  if (chips == 1024 && hosts == 0.990) id = "AV-004";
  if (chips == 1024 && hosts == 0.995) id = "AV-005";
  if (chips == 2048) id = "AV-006";
  if (chips == 3072) id = "AV-007";
  if (id == nullptr) return Cell(std::string());
  const Result<double> percent = run.published(kFacts, id);
  if (!percent) return percent.error();
  return Cell(*percent / 100);
}

Result<void> count_slices(Run& run) {
  const int samples = run.parameter("samples", 500, 5000);
  run.parameter("level", kLevel);
  Table& table = run.table("goodput", {{"chips", "chips", Source::computed},
                                       {"box", "blocks", Source::label},
                                       {"host_availability", "%", Source::computed},
                                       {"switched_assured", "1", Source::computed},
                                       {"switched_expected", "1", Source::computed},
                                       {"spares_expected", "1", Source::computed},
                                       {"fixed_assured", "1", Source::computed},
                                       {"fixed_expected", "1", Source::computed},
                                       {"anywhere_assured", "1", Source::simulated},
                                       {"anywhere_expected", "1", Source::simulated},
                                       {"quoted", "1", Source::quoted}});
  const int blocks = kGrid.count();
  constexpr int kSpares = 4;
  allocation::Levels all_hold;
  double least_proved = 1;
  std::uint64_t stream = 0;
  Progress progress("net-goodput", 16);
  for (int needed = 1; needed <= blocks; ++needed) {
    const Shape box = allocation::compact_box(kGrid, needed);
    const int places = allocation::fixed_places(kGrid, box);
    if (places == 0) continue;  // no box of this many blocks fits the grid
    const int chips = needed * kBlockChips;
    for (const Availability& availability : kAvailabilities) {
      const double up = allocation::block_availability(availability.hosts);
      const allocation::CountLaw switched = allocation::switched_slices(allocation::binomial_law(blocks, up), needed);
      const allocation::CountLaw spared =
          allocation::switched_slices(allocation::binomial_law(blocks + kSpares, up), needed);
      const allocation::CountLaw fixed = allocation::wired_slices(places, needed, up);
      const Sampled anywhere = sample_anywhere(box, up, samples, run.random(stream++));
      least_proved = std::min(least_proved, anywhere.proved);
      // Spares replace blocks that are down; they do not add slices to those of the machine.
      double spared_slices = 0;
      for (int count = 1; count <= blocks / needed; ++count) spared_slices += allocation::at_least(spared, count);
      const auto part = [&](double slices) { return allocation::goodput(slices, needed, blocks); };
      const Result<Cell> value = quoted(run, chips, availability.hosts);
      if (!value) return value.error();
      table.add({double(chips), to_string(box), 100 * availability.hosts, part(allocation::assured(switched, kLevel)),
                 part(allocation::expected(switched)), part(spared_slices), part(allocation::assured(fixed, kLevel)),
                 part(allocation::expected(fixed)), part(allocation::assured(anywhere.law, kLevel)),
                 part(allocation::expected(anywhere.law)), *value});
      const std::string size = fmt::format("slice{}", chips);
      const std::string end = fmt::format("{}.{}", size, availability.key);
      const std::string method =
          fmt::format("{} of 64 blocks, host availability {} %", needed, 100 * availability.hosts);
      run.computed("net.goodput.expected." + end, part(allocation::expected(switched)), "fraction",
                   method + "; mean, exact");
      run.computed("net.goodput.spares." + end, part(spared_slices), "fraction",
                   method + ", four spare blocks; mean, exact");
      run.computed("net.goodput.fixed." + end, part(allocation::expected(fixed)), "fraction",
                   method + "; fixed cables at fixed places; mean, exact");
      Estimate free_place;
      free_place.value = part(allocation::expected(anywhere.law));
      free_place.ci = {part(allocation::expected(anywhere.law) - anywhere.half_width),
                       part(allocation::expected(anywhere.law) + anywhere.half_width)};
      free_place.n = static_cast<std::size_t>(samples);
      free_place.method = method + "; fixed cables, boxes anywhere; mean of samples, normal interval";
      run.simulated("net.goodput.anywhere." + end, free_place, "fraction");
      if (std::holds_alternative<std::string>(*value)) continue;
      run.simulated("net.goodput." + end, part(allocation::assured(switched, kLevel)), "fraction",
                    fmt::format("{}; slices available at least {} % of the time, exact", method, 100 * kLevel));
      const allocation::Levels levels =
          allocation::levels_of(switched, static_cast<int>(std::lround(std::get<double>(*value) * blocks / needed)));
      all_hold = {std::max(all_hold.above, levels.above), std::min(all_hold.up_to, levels.up_to)};
      if (availability.hosts == 0.990)
        run.simulated("net.goodput." + size + ".control", part(allocation::assured(fixed, kLevel)), "fraction",
                      method + "; fixed cables at fixed places, the same level, exact");
    }
    progress.step(std::to_string(chips));
  }
  run.computed("net.goodput.level.low", all_hold.above, "1", "the paper's statements hold for levels above this");
  run.computed("net.goodput.level.high", all_hold.up_to, "1", "the paper's statements hold for levels up to this");
  run.simulated("net.goodput.packing_proved", least_proved, "1",
                "smallest share, over the rows, of samples whose packing was proved optimal");
  return {};
}

/// The published shapes of at least one block, as boxes of blocks that fixed cables can hold. The shares of shapes of
/// equal size are added.
Result<std::vector<allocation::JobClass>> published_mix(const Run& run, int most_blocks) {
  const Result<Csv> csv = run.input_csv(kShapes);
  if (!csv) return csv.error();
  const auto quantity = csv->column("quantity"), id = csv->column("id");
  if (!quantity) return quantity.error();
  if (!id) return id.error();
  std::map<int, double> weight_of;
  for (const Csv::Row& row : csv->rows) {
    if (!row.cells[*quantity].starts_with("share of slices in use: ")) continue;
    const Result<Shape> shape = parse_shape(row.cells[*quantity].substr(row.cells[*quantity].rfind(' ') + 1));
    if (!shape) return shape.error();
    const Result<double> share = run.published(kShapes, row.cells[*id]);
    if (!share) return share.error();
    const int blocks = shape->count() / kBlockChips;
    if (blocks >= 1 && blocks <= most_blocks) weight_of[blocks] += *share;
  }
  std::vector<allocation::JobClass> mix;
  for (const auto& [blocks, weight] : weight_of) mix.push_back({allocation::compact_box(kGrid, blocks), weight});
  return mix;
}

Estimate estimate_of(const workload::MeanInterval& mean, int batches, const std::string& method) {
  Estimate estimate;
  estimate.value = *mean.mean;
  estimate.ci = {*mean.mean - *mean.half_width, *mean.mean + *mean.half_width};
  estimate.n = static_cast<std::size_t>(batches);
  estimate.method = method + "; batch means";
  return estimate;
}

/// The waiting time in hours, or "grows" if it has no bound.
Cell wait_cell(const allocation::ScheduleOutcome& outcome) {
  if (outcome.saturated) return Cell(std::string("grows"));
  return outcome.wait.mean ? Cell(*outcome.wait.mean) : Cell(std::string("not measured"));
}

Result<void> schedule_jobs(Run& run) {
  constexpr double kHoursADay = 24;
  const Result<double> days = run.published(kFacts, "AV-050");
  if (!days) return days.error();
  allocation::ScheduleConfig config;
  config.host_up_hours = *days * kHoursADay;
  config.batch_hours = run.parameter("batch_hours", 2400.0, 48000.0);
  config.batches = run.parameter("batches", 20);
  config.job_hours = run.parameter("job_hours", 24.0);
  config.lost_hours = run.parameter("lost_hours", 0.5);
  const double load = run.parameter("offered_load", 0.5);
  Table& table = run.table("scheduling", {{"largest", "chips", Source::computed},
                                          {"host_availability", "%", Source::computed},
                                          {"up", "1", Source::simulated},
                                          {"switched_goodput", "1", Source::simulated},
                                          {"fixed_goodput", "1", Source::simulated},
                                          {"switched_wait", "h", Source::simulated},
                                          {"fixed_wait", "h", Source::simulated},
                                          {"switched_wait_first_fit", "h", Source::simulated},
                                          {"fixed_wait_first_fit", "h", Source::simulated}});
  struct Mix {
    int most_blocks;
    const char* key;
  };
  std::uint64_t stream = 1000;
  for (const Mix& mix : {Mix{16, "to1024"}, Mix{64, "all"}}) {
    const Result<std::vector<allocation::JobClass>> jobs = published_mix(run, mix.most_blocks);
    if (!jobs) return jobs.error();
    double blocks = 0, weights = 0;
    int largest = 0;
    for (const allocation::JobClass& job : *jobs) {
      blocks += job.weight * job.box.count();
      weights += job.weight;
      largest = std::max(largest, job.box.count());
    }
    blocks /= weights;
    run.computed(fmt::format("net.schedule.mean_blocks.{}", mix.key), blocks, "blocks",
                 "mean size of a job in the mix");
    const double jobs_per_hour = load * kGrid.count() / (blocks * config.job_hours);
    for (const Availability& availability :
         {Availability{1, "ha100"}, kAvailabilities[2], kAvailabilities[1], kAvailabilities[0]}) {
      config.host_availability = availability.hosts;
      std::vector<allocation::ScheduleOutcome> always, in_turn, first_fit;
      for (const auto& [wiring, name] :
           {std::pair{allocation::Wiring::switched, "switched"}, {allocation::Wiring::fixed, "fixed"}}) {
        config.wiring = wiring;
        config.queue = allocation::Queue::in_order;
        config.jobs_per_hour = 0;
        const std::string end = fmt::format("{}.{}.{}", mix.key, availability.key, name);
        const auto full = allocation::run_schedule(config, *jobs, run.random(stream++));
        if (!full) return full.error();
        always.push_back(*full);
        run.simulated("net.schedule.goodput." + end,
                      estimate_of(full->goodput, config.batches, "queue never empty, oldest job first"), "fraction");
        config.jobs_per_hour = jobs_per_hour;
        for (const allocation::Queue queue : {allocation::Queue::in_order, allocation::Queue::first_fit}) {
          config.queue = queue;
          const auto waiting = allocation::run_schedule(config, *jobs, run.random(stream++));
          if (!waiting) return waiting.error();
          const bool in_order = queue == allocation::Queue::in_order;
          (in_order ? in_turn : first_fit).push_back(*waiting);
          if (!waiting->saturated)
            run.simulated(fmt::format("net.schedule.wait{}.{}", in_order ? "" : "_first_fit", end),
                          estimate_of(waiting->wait, config.batches, "jobs arriving at random, half load"), "h");
        }
      }
      table.add({double(largest * kBlockChips), 100 * availability.hosts, *always[0].up.mean, *always[0].goodput.mean,
                 *always[1].goodput.mean, wait_cell(in_turn[0]), wait_cell(in_turn[1]), wait_cell(first_fit[0]),
                 wait_cell(first_fit[1])});
    }
  }
  return {};
}

Result<void> study(Run& run) {
  if (auto done = count_slices(run); !done) return done;
  return schedule_jobs(run);
}

const Experiment kExperiment{
    .name = "net-goodput",
    .question = "How much of the machine does useful work when hosts are down, with switches and with fixed cables?",
    .claims = {"tpu.goodput.1k", "tpu.goodput.2k", "tpu.goodput.3k"},
    .inputs = {kFacts, kShapes},
    .quick_seconds = 2,
    .full_seconds = 45,
    .run = study};

}  // namespace

int main(int argc, char** argv) { return experiment_main(kExperiment, argc, argv); }
