#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "vtpu/isa/program.h"
#include "vtpu/memory/page_table.h"

namespace vtpu::kernels {

/// Every workload is one program that this many sentrons of one thread run, each on data of its own.
inline constexpr unsigned kSentrons = 2;

/// The bytes of regions 0, 1, … of the first sentron, then those of the second (parts.h gives their coordinates).
/// Region 0 holds the final registers.
using Image = std::vector<std::vector<std::byte>>;

/// A workload in ordinary C++: plain loops over arrays, without intrinsics. The constructor makes the data.
class Reference {
 public:
  virtual ~Reference() = default;
  /// Continues for this number of iterations.
  virtual void run(std::uint64_t iterations) = 0;
  /// The memory that the program leaves after the same number of iterations.
  virtual Image image() const = 0;
};

/// A synthetic workload: a vTPU program and the same computation in C++. All figures are per iteration (the work
/// between two exchanges of messages), of all sentrons together, equal for both, and exclude the setup and the storing
/// of the final registers.
struct Workload {
  std::string_view name;
  std::string_view what;
  double ops = 0;      ///< non-NOP operations that count (isa::OpcodeInfo::counts)
  double control = 0;  ///< dloop ops
  double words = 0;    ///< words executed
  double flop = 0;     ///< floating-point additions, multiplications and maxima; integer ones in the integer dot
                       ///< products
  double bytes = 0;    ///< moved by the S slots
  double waits = 1;    ///< times that a sentron waits for its neighbour
  bool latency_bound = false;  ///< limited by one chain of dependent loads instead of the ports
  /// A self-contained program: it takes a rank, allocates and fills its regions, runs this number of iterations (≥ 1),
  /// stores its registers and halts. kSentrons sentrons must run it.
  isa::Program (*make)(std::uint64_t iterations, std::uint64_t seed) = nullptr;
  std::unique_ptr<Reference> (*reference)(std::uint64_t seed) = nullptr;
};

/// Whether memory holds exactly the bytes of these regions.
bool holds(const memory::PageTable& memory, const Image& image);

}  // namespace vtpu::kernels
