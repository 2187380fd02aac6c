#pragma once
#include <cstdint>
#include <optional>

#include "vtpu/compiler/ir/ir.h"
#include "vtpu/compiler/machine_model.h"

/// Predicts the core cycles of IR by a host's costs, to choose between forms of a loop.
///
/// An iteration takes the most of: what the ports need for its ops, and then the least cycles of an iteration for its
/// branch; its recurrences through carried values; the bytes it moves over the bandwidth of the level that holds the
/// data. A loop adds its entry. Ops between loops add their longest path, because each loop waits for the one
/// before. Not modelled: recurrences through memory, conflicts of addresses, and misses of code.
namespace vtpu::compiler::passes {

/// Forms whose predictions differ by less are equal to the model: the plainer one is taken.
inline constexpr double kResolution = 0.02;
/// Assumed number of iterations of a loop whose number is known only at run time.
inline constexpr std::int64_t kAssumedTrips = 64;

class CostModel {
 public:
  /// Both must live as long as the model. The module may change.
  CostModel(const ir::Module& module, const MachineModel& machine);

  /// One iteration of an innermost loop, by what limits it.
  struct Iteration {
    ports::Mix mix{};
    double ops = 0;
    double chain = 0;  ///< cycles from its carried values to their next ones, which copies cannot shorten
    double sum = 0;    ///< cycles of a reorderable reduction's op, of which copies keep one each
    double bytes = 0;  ///< that it loads and stores at places that depend on it
    unsigned pointers = 0;
  };
  Iteration iteration_of(const ir::Loop& loop) const;
  /// Cycles of that many iterations as straight-line code.
  double straight(const Iteration& iteration, std::int64_t copies) const;
  /// Cycles of a pass that does `copies` iterations, each reduction in as many parts.
  double pass(const Iteration& iteration, std::int64_t copies) const;
  /// Cycles of a loop of such iterations with `copies` in each pass: entries, passes, remainder, combination of parts.
  double loop(const Iteration& iteration, std::int64_t trips, std::int64_t copies, bool known) const;
  /// As above, with the best number of copies up to eight, or as straight-line code if it will be unrolled fully.
  double best_loop(const Iteration& iteration, std::int64_t trips, bool known) const;
  double best_loop(const ir::Loop& loop) const;
  /// Whether bandwidth limits the loop, whatever its form.
  bool limited_by_bandwidth(const ir::Loop& loop) const;

  /// Cycles of a list of nodes. Empty if it has ops without a known rate.
  std::optional<double> list(const std::vector<ir::Node>& nodes) const;

  /// Cycles of combining the lanes of a vector into one, by this op.
  double across(const ir::Op& op) const;

 private:
  double latency(const ir::Op& op) const;

  const ir::Module& module_;
  const MachineModel& machine_;
  double bandwidth_ = 0;  ///< of the level that holds the data; 0 if that is the first
};

/// The number of iterations of a loop, or the assumed one.
std::int64_t trips_of(const ir::Loop& loop);

}  // namespace vtpu::compiler::passes
