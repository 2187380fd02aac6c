#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "vtpu/isa/program.h"
#include "vtpu/memory/page_table.h"

namespace vtpu::kernels {

/// The bytes of regions 0, 1, … (parts.h says where they lie); region 0 holds the final registers.
using Image = std::vector<std::vector<std::byte>>;

/// A workload in ordinary C++: plain loops over arrays, as the compiler makes them. Constructed with its data.
class Reference {
 public:
  virtual ~Reference() = default;
  /// Goes on for so many iterations.
  virtual void run(std::uint64_t iterations) = 0;
  /// What the program leaves in memory after as many iterations.
  virtual Image image() const = 0;
};

/// A synthetic workload: a vTPU program and the same computation in C++. All figures are of one iteration, that is one
/// pass over the data, and the same for both; setting up and storing the final registers are not in them.
struct Workload {
  std::string_view name;
  std::string_view what;
  double ops = 0;      ///< that count (isa::OpcodeInfo::counts)
  double control = 0;  ///< dloop ops
  double words = 0;    ///< executed
  double flop = 0;     ///< additions, multiplications and maxima of floating point; of whole numbers in the dots
  double bytes = 0;    ///< moved by the S slots
  bool latency_bound = false;  ///< one chain of dependent loads sets the pace, not the ports
  /// A program that needs nothing beforehand: it allocates its regions, fills them, runs so many iterations (≥ 1),
  /// stores its registers and halts.
  isa::Program (*make)(std::uint64_t iterations, std::uint64_t seed) = nullptr;
  std::unique_ptr<Reference> (*reference)(std::uint64_t seed) = nullptr;
};

/// Whether memory holds exactly these regions' bytes.
bool holds(const memory::PageTable& memory, const Image& image);

}  // namespace vtpu::kernels
