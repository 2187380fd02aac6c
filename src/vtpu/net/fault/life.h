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
#include "vtpu/net/ids.h"
#include "vtpu/net/machine.h"

/// The life of a machine that runs one job on all its names, through failures and repairs.
///
/// - A failure stops the job at once if it takes a working chip of the job's fabric or a link between two of them.
///   Under the block policy idle spare blocks are outside the fabric; under the chip policy spare chips are inside,
///   since rings pass through them. Other failures do not stop the job, but the next health check still finds them.
/// - Health checks come at multiples of the period. A check finds all failures before it, handles them together and
///   begins one recovery: *simultaneous failures* cost one outage.
/// - *A failure during a recovery* restarts the recovery once a check finds it. A failure that no check has found when
///   the recovery ends keeps the job down until the next check. The lost time is counted separately.
/// - *A failed spare* that holds a name passes it on like any chip. A failed spare without a name is removed from the
///   list of spares.
/// - *A failure of a component that is down* is ignored and counted. A chip is down while anything that it needs (its
///   host, its block, ...) is down; it counts once.
/// - Chips that cannot reach the largest part of the fabric are treated as failed until they can.
/// - *Exhaustion*: a name without a chip is lost, and the job waits for a repair, or to the end if there are no
///   repairs.
/// - A component that fails and is repaired between two checks has lost its state: the job recovers as from any
///   failure, but no name moves.
namespace vtpu::net::fault {

/// One period in which the job was down. The parts sum to the total (checked).
struct Outage {
  double begin_s = 0;
  double end_s = 0;     ///< end of the simulated time unless `finished`
  double detect_s = 0;  ///< before a health check found the failure
  double decide_s = 0;
  double update_s = 0;
  double resume_s = 0;
  double repeated_s = 0;  ///< recoveries that were aborted or ended in vain
  double waited_s = 0;    ///< waiting for a chip or a link
  int failures = 0;       ///< failures that stopped the job or would have stopped a running job
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
    interrupted,  ///< the current recovery is aborted
    waiting,      ///< no recovery is possible
    running       ///< the job continues
  };
  double time_s = 0;
  What what = What::failed;
  Component component;
  Seat seat = Seat::none();
  Unit to = Unit::none();
};
const char* name_of(LifeEvent::What what);

struct LifeReport {
  double seconds = 0;  ///< simulated time
  double up_s = 0;     ///< up_s and down_s sum to it (checked)
  double down_s = 0;
  double useful_s = 0;      ///< up time minus work lost to restarts and time spent on writing checkpoints
  double lost_work_s = 0;   ///< work done before a failure and repeated
  double checkpoint_s = 0;  ///< spent on writing complete checkpoints
  std::array<int, kComponentKinds.size()> failures{};  ///< by kind, without ignored ones
  int ignored = 0;
  int repairs = 0;
  int harmless = 0;     ///< failures that did not stop the job and would not have stopped it
  int interrupted = 0;  ///< recoveries that were aborted or ended in vain
  int names_moved = 0;  ///< the move of a block counts all its chips
  int names_lost = 0;   ///< at the end
  int circuits_changed = 0;
  int cut_off_most = 0;                              ///< most working chips out of reach at any check
  std::optional<double> exhausted_s = std::nullopt;  ///< time at which the first name was lost
  std::vector<Outage> outages;
  std::vector<LifeEvent> events;
  double availability() const { return up_s / seconds; }
};

/// Simulates `days` of a machine. `random` determines the lives. The first life of a component does not depend on the
/// policy, so policies are compared on the same failures. `keep_events`: fills `events`. Error: as for the validation
/// of model and policy; days that are not positive; more spare blocks than rings to put them in.
Result<LifeReport> live(const Machine& machine, const FailureModel& model, const Policy& policy, double days,
                        const Random& random, bool keep_events = false);

/// The events as CSV: time_s, event, component, name (an address, or a block's place), to.
std::string timeline_csv(const Machine& machine, const Policy& policy, const LifeReport& report);

}  // namespace vtpu::net::fault
