#include "vtpu/net/fault/life.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <queue>
#include <tuple>
#include <utility>

#include "vtpu/base/check.h"
#include "vtpu/net/fault/failure_clocks.h"
#include "vtpu/net/fault/placement.h"

namespace vtpu::net::fault {
namespace {

constexpr double kRounding = 1e-9;  // relative tolerance for sums of times
constexpr double kNever = std::numeric_limits<double>::infinity();

/// One event. At equal times a recovery ends before a check, and a check sees only earlier failures.
struct Event {
  enum class Type { recovered, check, repair, failure };
  double time_s = 0;
  Type type = Type::failure;
  std::uint64_t number = 0;  // order of creation
  Component component = {};
  int version = -1;          // of the component's clock or of the recovery; -1: from a trace
  double repair_s = kNever;  // for failures of a trace
};

struct Later {
  bool operator()(const Event& a, const Event& b) const {
    return std::tie(a.time_s, a.type, a.number) > std::tie(b.time_s, b.type, b.number);
  }
};

class Life {
 public:
  Life(const Machine& machine, const FailureModel& model, const Policy& policy, Placement placement, double horizon_s,
       const Random& random, bool keep_events)
      : machine_(machine),
        policy_(policy),
        horizon_s_(horizon_s),
        keep_events_(keep_events),
        idle_spares_age_(model.idle_spares_age),
        clocks_(machine, model, random),
        placement_(std::move(placement)) {
    for (const TraceFailure& failure : model.trace)
      push({.time_s = failure.time_s,
            .component = failure.component,
            .repair_s = failure.repair_s ? *failure.repair_s : kNever});
    for (const ComponentLaw& law : model.laws)
      for (int id = 0; id < component_count(machine, law.kind); ++id) start_clock({law.kind, id});
  }

  LifeReport run() {
    while (!events_.empty()) {
      const Event event = events_.top();
      events_.pop();
      now_s_ = event.time_s;
      switch (event.type) {
        case Event::Type::failure: on_failure(event); break;
        case Event::Type::repair: on_repair(event.component); break;
        case Event::Type::check: on_check(); break;
        case Event::Type::recovered: on_recovered(event.version); break;
      }
    }
    return finish();
  }

 private:
  enum class Phase { up, unseen, recovering, waiting };

  /// Drops events after the end of the simulated time.
  void push(Event event) {
    if (!(event.time_s < horizon_s_)) return;
    event.number = made_++;
    events_.push(event);
  }

  void note(LifeEvent::What what, Component component = {}, Seat seat = Seat::none(), Unit to = Unit::none()) {
    if (keep_events_) report_.events.push_back({now_s_, what, component, seat, to});
  }

  /// A spare chip whose life begins only with its use.
  bool idle_and_cold(Component component) const {
    return !idle_spares_age_ && component.kind == ComponentKind::chip && component.id >= machine_.active_count() &&
           !placement_.seated(Chip(component.id));
  }

  void start_clock(Component component) {
    if (idle_and_cold(component)) return;
    if (const std::optional<double> end_s = clocks_.start(component, now_s_))
      push({.time_s = *end_s, .component = component, .version = clocks_.life(component)});
  }

  void on_failure(const Event& event) {
    const bool by_law = event.version >= 0;
    // This life has ended earlier for another reason.
    if (by_law && event.version != clocks_.life(event.component)) return;
    if (clocks_.down(event.component)) {
      ++report_.ignored;
      note(LifeEvent::What::ignored, event.component);
      return;
    }
    const std::optional<double> repair_s = clocks_.fail(event.component, now_s_, by_law);
    ++report_.failures[static_cast<std::size_t>(event.component.kind)];
    note(LifeEvent::What::failed, event.component);
    const bool stops = placement_.fail(event.component);
    push({.time_s = repair_s.value_or(event.repair_s), .type = Event::Type::repair, .component = event.component});
    if (stops)
      stop_job();
    else
      ++report_.harmless;
    schedule_check();
  }

  void on_repair(Component component) {
    clocks_.repair(component);
    ++report_.repairs;
    note(LifeEvent::What::repaired, component);
    placement_.repair(component);
    start_clock(component);
    schedule_check();
  }

  void schedule_check() {
    if (check_scheduled_) return;
    check_scheduled_ = true;
    const double period = policy_.costs.check_period_s;
    double time_s = (std::floor(now_s_ / period) + 1) * period;
    if (time_s <= now_s_) time_s += period;  // the quotient was rounded down
    push({.time_s = time_s, .type = Event::Type::check});
  }

  void stop_job() {
    if (phase_ == Phase::up) {
      end_segment(true);
      report_.outages.push_back({.begin_s = now_s_});
      phase_ = Phase::unseen;
      mark_s_ = now_s_;
      moved_ = switched_ = false;
    }
    ++report_.outages.back().failures;
    unseen_stop_ = true;
  }

  void on_check() {
    check_scheduled_ = false;
    const int moved_before = report_.names_moved;
    const int lost_before = placement_.lost_names();
    const bool found_stop = std::exchange(unseen_stop_, false);
    const Placement::Stock stock = placement_.take_stock();
    book(stock);
    if (placement_.lost_names() > 0 && !report_.exhausted_s) report_.exhausted_s = now_s_;
    const int moved = report_.names_moved - moved_before;
    const bool changed = moved > 0 || placement_.lost_names() != lost_before;
    if (phase_ == Phase::up) {
      VTPU_CHECK(!changed, "names of a running job stay where they are");
      return;
    }
    report_.outages.back().names_moved += moved;
    moved_ = moved_ || moved > 0;
    switched_ = switched_ || stock.circuits > 0;
    const bool possible = placement_.lost_names() == 0 && (policy_.reroutes || placement_.dark_links() == 0);
    if (phase_ == Phase::recovering) {
      if (possible && !found_stop && !changed) return;
      ++report_.interrupted;
      note(LifeEvent::What::interrupted);
    }
    pass_time();
    ++recovery_;
    if (!possible) {
      if (phase_ != Phase::waiting) note(LifeEvent::What::waiting);
      phase_ = Phase::waiting;
      return;
    }
    phase_ = Phase::recovering;
    note(LifeEvent::What::recovering);
    steps_ = steps_of(machine_, policy_, moved_, switched_);
    push({.time_s = now_s_ + steps_.total_s(), .type = Event::Type::recovered, .version = recovery_});
  }

  void on_recovered(int recovery) {
    if (recovery != recovery_) return;
    if (unseen_stop_) {  // a failure happened meanwhile that no check has found yet
      ++report_.interrupted;
      note(LifeEvent::What::interrupted);
      pass_time();
      ++recovery_;
      phase_ = Phase::unseen;
      return;
    }
    Outage& outage = report_.outages.back();
    outage.decide_s = steps_.decide_s;
    outage.update_s = steps_.update_s;
    outage.resume_s = steps_.resume_s;
    outage.finished = true;
    close(outage);
    phase_ = Phase::up;
    run_begin_s_ = now_s_;
    note(LifeEvent::What::running);
  }

  /// Adds the time since the last mark to the outage's current phase.
  void pass_time() {
    Outage& outage = report_.outages.back();
    const double passed = now_s_ - std::exchange(mark_s_, now_s_);
    if (phase_ == Phase::unseen) outage.detect_s += passed;
    if (phase_ == Phase::recovering) outage.repeated_s += passed;
    if (phase_ == Phase::waiting) outage.waited_s += passed;
  }

  void close(Outage& outage) {
    outage.end_s = now_s_;
    report_.down_s += outage.total_s();
    const double parts =
        outage.detect_s + outage.decide_s + outage.update_s + outage.resume_s + outage.repeated_s + outage.waited_s;
    VTPU_CHECK(std::abs(parts - outage.total_s()) < kRounding * std::max(1.0, horizon_s_),
               "the parts of an outage sum to its total");
  }

  /// Records the result of a health check. Spares that come into use begin to age.
  void book(const Placement::Stock& stock) {
    report_.circuits_changed += stock.circuits;
    report_.cut_off_most = std::max(report_.cut_off_most, stock.cut_off);
    for (const Placement::Change& change : stock.changes) {
      const Component unit{placement_.unit_kind(), change.unit.value()};
      switch (change.what) {
        case Placement::Change::What::moved:
          report_.names_moved += placement_.unit_chips();
          note(LifeEvent::What::moved, unit, change.seat, change.to);
          start_spares({placement_.unit_kind(), change.to.value()});
          break;
        case Placement::Change::What::lost: note(LifeEvent::What::lost, unit, change.seat); break;
        case Placement::Change::What::struck_off: note(LifeEvent::What::struck_off, unit); break;
        case Placement::Change::What::returned:
          note(LifeEvent::What::returned, unit, change.seat);
          if (change.seat.valid()) start_spares(unit);
          break;
      }
    }
  }

  void start_spares(Component unit) {
    for (const Chip chip : chips_of(machine_, unit))
      if (const Component component{ComponentKind::chip, chip.value()}; !clocks_.down(component))
        start_clock(component);
  }

  /// Records the work since the job last began to run.
  void end_segment(bool by_failure) {
    const double ran = now_s_ - run_begin_s_;
    report_.up_s += ran;
    if (!policy_.checkpoint) {
      report_.useful_s += ran;
      return;
    }
    const auto [interval, write, restore] = *policy_.checkpoint;
    const double written = std::floor(ran / (interval + write));
    const double rest = std::max(0.0, ran - written * (interval + write));
    const double done = by_failure ? 0 : std::min(rest, interval);
    report_.useful_s += written * interval + done;
    report_.checkpoint_s += written * write + (by_failure ? 0 : rest - done);
    report_.lost_work_s += by_failure ? rest : 0;
  }

  LifeReport finish() {
    now_s_ = horizon_s_;
    if (phase_ == Phase::up) {
      end_segment(false);
    } else {
      pass_time();
      close(report_.outages.back());
    }
    report_.seconds = horizon_s_;
    report_.names_lost = placement_.lost_names();
    VTPU_CHECK(placement_.consistent(), "every name has exactly one chip or is lost");
    VTPU_CHECK(std::abs(report_.up_s + report_.down_s - horizon_s_) < kRounding * std::max(1.0, horizon_s_),
               "the job is up or down at any time");
    return std::move(report_);
  }

  const Machine& machine_;
  const Policy& policy_;
  const double horizon_s_;
  const bool keep_events_;
  const bool idle_spares_age_;

  std::priority_queue<Event, std::vector<Event>, Later> events_;
  std::uint64_t made_ = 0;
  double now_s_ = 0;

  FailureClocks clocks_;
  Placement placement_;

  Phase phase_ = Phase::up;
  double run_begin_s_ = 0;
  double mark_s_ = 0;  // the outage's time is recorded up to here
  bool check_scheduled_ = false;
  bool unseen_stop_ = false;  // a failure has stopped the job since the last check
  bool moved_ = false;        // since the outage began
  bool switched_ = false;
  int recovery_ = 0;
  RecoverySteps steps_;
  LifeReport report_;
};

}  // namespace

Result<LifeReport> live(const Machine& machine, const FailureModel& model, const Policy& policy, double days,
                        const Random& random, bool keep_events) {
  if (const Result<void> right = validate(machine, model); !right) return right.error();
  if (const Result<void> right = validate(policy); !right) return right.error();
  if (!std::isfinite(days) || days <= 0)
    return Error{"life of a machine", fmt::format("found {} days", days), "more than 0"};
  Result<Placement> placement = Placement::make(machine, policy.spares);
  if (!placement) return placement.error();
  return Life(machine, model, policy, std::move(*placement), days * kSecondsPerDay, random, keep_events).run();
}

}  // namespace vtpu::net::fault
