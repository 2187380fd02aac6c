#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/compiler/phextcc.h"
#include "vtpu/kernels/programs/program.h"
#include "vtpu/measure/sampler.h"
#include "vtpu/study/baselines/references.h"

namespace vtpu::study::programs {

/// An implementation of a program: words from the compiler, handwritten words, or a C++ function (a reference, or a
/// peer's routine, peers.h).
struct Variant {
  std::string name;  ///< in keys
  enum class By : std::uint8_t { compiler, hand, function } by = By::compiler;
  unsigned level = 3;
  bool pipeline = true;
  kernels::ReferenceFunction function = nullptr;
  std::shared_ptr<const compiler::MachineModel> machine = nullptr;  ///< of the compiler; null: the reference
};

/// The variants that are words: `tier0` to `tier3`, `tier3_list` (tier 3 with list scheduling in place of modulo
/// scheduling of loops), and `hand`.
std::vector<Variant> all_word_variants();
/// `tier3` alone.
std::vector<Variant> tier3_only();

/// The length of runs.
struct RunLengths {
  /// A run repeats the program until it takes about this long, or 100 times as long as starting it, whichever is more:
  /// a start takes 0.5 µs, and up to 30 µs if it maps regions.
  double aim_seconds = 100e-6;
  double most_seconds = 3;  ///< a variant with a longer repetition is not timed, except tier 3
};

/// One program at one size, with the variants that apply to it. Their answers have been compared with the reference,
/// and their numbers of repetitions chosen.
class ProgramVariants {
 public:
  /// A variant with the work of one run.
  struct Prepared {
    Variant variant;
    std::int64_t repeat = 1;
    double ops = 0;           ///< ops of a run, if it is words
    bool same_bytes = false;  ///< whether a function's answer has the bytes of the reference
    /// Of the ops of a run of one repetition, those whose result is used (analysis/liveness.h); for words at size L1.
    std::optional<double> live_share = {};
  };

  /// `words`: variants that are words, `tier3` among them. `references`: modules by the names of their levels. The
  /// variants `openblas` and `eigen` are added if the peer has the program.
  /// Error: an answer that differs, with its variant; as ProgramRun.
  static Result<ProgramVariants> prepare(const kernels::CompiledProgram& program, std::size_t size,
                                         const std::vector<Variant>& words,
                                         const std::vector<std::pair<std::string, baselines::References>>& references,
                                         const RunLengths& lengths);

  const kernels::CompiledProgram& program() const { return *program_; }
  const kernels::CompiledProgram::Size& size() const { return program_->sizes[size_]; }
  const std::vector<Prepared>& variants() const { return ways_; }
  /// Null if the variant does not apply or takes too long.
  const Prepared* find(const std::string& variant) const;
  /// The names of the variants that take too long.
  const std::vector<std::string>& too_long() const { return too_long_; }
  /// The parameters of a prepared variant.
  kernels::Parameters parameters(const Prepared& variant) const;
  /// The compiler's output for a variant of the compiler (an invariant).
  compiler::Compiled compiled(const Prepared& variant) const;

  /// The variants as alternatives named `<program> <variant>`. Words have their own memory; functions run in that of
  /// the first variant that is words. The unit of work is one repetition. To be called in the process that times them.
  std::vector<measure::Alternative> alternatives() const;

 private:
  const kernels::CompiledProgram* program_ = nullptr;
  std::size_t size_ = 0;
  std::vector<Prepared> ways_;
  std::vector<std::string> too_long_;
};

}  // namespace vtpu::study::programs
