#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "vtpu/base/result.h"

namespace vtpu::sweep {

/// The index of this process among those that share a sweep: process i mod `count` computes item i.
struct Share {
  int index = 0;
  int count = 1;
  /// From the environment variables of Open MPI, MPICH, or a Slurm job or array; {0, 1} without them.
  /// Error: a variable that is not a number, or an index outside the count.
  static Result<Share> of_environment();
};

struct Options {
  int threads = 0;                ///< 0: the number of cores
  std::filesystem::path journal;  ///< folder that stores finished items; empty: none are stored
  Share share;
  bool progress = false;  ///< show items done, rate and time left on standard error
  /// How much of the items in progress is done, in items; empty: not known. Called from any thread.
  std::function<double()> in_progress = {};
};

/// Computes the result of one item as a line of text without a line break. The result depends on the item alone. Long
/// items poll `stop` and return early when it is true; their result is then discarded.
using Work = std::function<Result<std::string>(int item, const std::function<bool()>& stop)>;

/// Computes the items of this share among 0..count-1, except those in the journal. Returns all known results in order;
/// items of other shares that no journal holds yet are empty. `identity`: everything that the results depend on
/// (program, parameters, seed); a journal with another identity is rejected. A sweep that was killed resumes from its
/// journal. Error: the item that failed; a journal that cannot be read or written or belongs to another sweep;
/// interruption.
Result<std::vector<std::string>> run(const std::string& identity, int count, const Work& work, const Options& options);

}  // namespace vtpu::sweep
