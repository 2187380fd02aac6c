#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "vtpu/base/result.h"

namespace vtpu::sweep {

/// Which of the processes that share a sweep this is: item i is done by process i mod `count`.
struct Share {
  int index = 0;
  int count = 1;
  /// As Open MPI, MPICH, or a Slurm job or array tells its processes through the environment; {0, 1} otherwise.
  /// Error: a variable that is no number, or an index beyond the count.
  static Result<Share> of_environment();
};

struct Options {
  int threads = 0;                ///< 0: as many as there are cores
  std::filesystem::path journal;  ///< folder where finished items are kept; empty: nothing is kept
  Share share;
  bool progress = false;  ///< items done, rate and time left, on standard error
};

/// One item's result as a line of text (without a line break), the same for the same item whoever computes it. Long
/// items ask `stop` now and then and give up when it says so.
using Work = std::function<Result<std::string>(int item, const std::function<bool()>& stop)>;

/// Does items 0..count-1, those in the journal excepted, and returns what is known of all of them, in their order;
/// items of other shares that no journal holds yet are empty. `identity`: whatever the results depend on (program,
/// parameters, seed); a journal of another identity is refused. Killed at any moment, it goes on where it was.
/// Error: the item that failed; a journal that cannot be read or written or is of another sweep; interruption.
Result<std::vector<std::string>> run(const std::string& identity, int count, const Work& work, const Options& options);

}  // namespace vtpu::sweep
