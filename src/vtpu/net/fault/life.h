#pragma once
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "vtpu/base/random.h"
#include "vtpu/base/result.h"
#include "vtpu/net/fault/component.h"
#include "vtpu/net/fault/failure_model.h"
#include "vtpu/net/fault/policy.h"
#include "vtpu/net/machine.h"

/// The life of a machine that runs one job on all its names, as failures come and are dealt with.
///
/// - A failure stops the job at once where it takes a working chip of the job's fabric or a link between two of them;
///   idle spare blocks of the block policy are outside the fabric, spare chips of the chip policy inside, since rings
///   pass through them. Other failures stop nothing and are found at the next health check all the same.
/// - Health checks come at multiples of the period. A check finds all that happened before it, decides for all of it
///   together, and begins one recovery: *several at once* cost one outage.
/// - *A failure during a recovery*, once a check finds it, begins the recovery anew; one that no check has found yet
///   when the recovery ends keeps the job down until the next check. The time spent in vain is counted apart.
/// - *A failed spare* that holds a name passes it on like any chip. One that holds none is struck off the list.
/// - *A component that fails while it is down* is ignored and counted; a chip is down as long as anything that it needs
///   is (its host, its block, ...), and counts once.
/// - Chips that cannot reach the largest part of the fabric are treated as failed until they can.
/// - *Exhaustion*: a name without a chip is lost, and the job waits for a repair; without repairs to the end.
/// - A part that failed and works again before a check has lost its state: the job recovers as from any failure, but no
///   name moves.
namespace vtpu::net::fault {

/// One time during which the job stood still. The parts sum to the whole (checked).
struct Outage {
  double begin_s = 0;
  double end_s = 0;     ///< of the simulated time where not `finished`
  double detect_s = 0;  ///< nobody knew
  double decide_s = 0;
  double update_s = 0;
  double resume_s = 0;
  double repeated_s = 0;  ///< recoveries in vain
  double waited_s = 0;    ///< for want of a chip or a link
  int failures = 0;       ///< that stopped the job or would have
  int names_moved = 0;
  bool finished = false;
  double total_s() const { return end_s - begin_s; }
};

struct LifeEvent {
  enum class What {
    failed,       ///< `component`
    repaired,     ///< `component`
    ignored,      ///< `component` was down already
    moved,        ///< the name (chips) or place (blocks) `seat` from `component` to chip or block `to`
    lost,         ///< `seat`, which was on `component`
    struck_off,   ///< `component`, an idle spare
    returned,     ///< `component`, idle or, with `seat`, in a lost seat
    recovering,   ///< a recovery begins
    interrupted,  ///< the recovery under way is given up
    waiting,      ///< no recovery is possible
    running       ///< the job goes on
  };
  double time_s = 0;
  What what = What::failed;
  Component component;
  int seat = -1;
  int to = -1;
};
const char* name_of(LifeEvent::What what);

struct LifeReport {
  double seconds = 0;  ///< simulated
  double up_s = 0;     ///< up and down sum to it (checked)
  double down_s = 0;
  double useful_s = 0;      ///< up, less the work lost to restarts and the writing of checkpoints
  double lost_work_s = 0;   ///< done before a failure and done again
  double checkpoint_s = 0;  ///< spent on writing checkpoints that counted
  std::array<int, kComponentKinds.size()> failures{};  ///< by kind; ignored ones not among them
  int ignored = 0;
  int repairs = 0;
  int harmless = 0;     ///< failures that did not stop the job or would not have
  int interrupted = 0;  ///< recoveries given up or finished in vain
  int names_moved = 0;  ///< a block's move counts as many as it has chips
  int names_lost = 0;   ///< at the end
  int circuits_changed = 0;
  int cut_off_most = 0;                              ///< most working chips that were out of reach at one check
  std::optional<double> exhausted_s = std::nullopt;  ///< when first a name was lost
  std::vector<Outage> outages;
  std::vector<LifeEvent> events;
  double availability() const { return up_s / seconds; }
};

/// Simulates `days` of a machine. `random`: lives differ by it; the first life of a component does not depend on
/// the policy, so that policies are compared on the same failures. `keep_events`: fills `events`.
/// Error: as for the validation of model and policy; days that are not positive; more spare blocks than rings to put
/// them in.
Result<LifeReport> live(const Machine& machine, const FailureModel& model, const Policy& policy, double days,
                        const Random& random, bool keep_events = false);

/// The events as CSV: time_s, event, component, name (an address, or a block's place), to.
std::string timeline_csv(const Machine& machine, const Policy& policy, const LifeReport& report);

}  // namespace vtpu::net::fault
