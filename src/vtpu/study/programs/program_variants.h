#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/compiler/phextcc.h"
#include "vtpu/kernels/programs/program.h"
#include "vtpu/measure/sampler.h"
#include "vtpu/study/baselines/references.h"

namespace vtpu::study::programs {

/// A variant to have the work of a program done: by words, from the compiler or by hand, or by a function of C++, be it a
/// reference or a peer's (peers.h).
struct Variant {
  std::string name;  ///< in keys
  enum class By : std::uint8_t { compiler, hand, function } by = By::compiler;
  unsigned level = 3;
  bool pipeline = true;
  kernels::ReferenceFunction function = nullptr;
};

/// The variants that words come about: `tier0` to `tier3`, `tier3_list` (tier 3, its loops by list scheduling in place of
/// modulo scheduling), `hand`; and `tier3` alone.
std::vector<Variant> all_word_variants();
std::vector<Variant> tier3_only();

/// How long runs are.
struct RunLengths {
  /// A run repeats the program so often that it takes about as long: enough that starting it, which takes up to some
  /// 30 µs where it allocates regions of its own, is no part of the figure.
  double aim_seconds = 3e-3;
  double most_seconds = 3;  ///< a variant of which one repetition takes longer is not timed; tier 3 always is
};

/// One program at one size, with the variants that apply to it: answers held against the reference, repetitions chosen.
class ProgramVariants {
 public:
  /// A variant with what one run of it does.
  struct Prepared {
    Variant variant;
    std::int64_t repeat = 1;
    double ops = 0;  ///< words: that count, in a run
  };

  /// `words`: the first is `tier3`, or among them. `references`: modules by the names of their levels. Of the peers,
  /// `openblas` and `eigen`, those that have the program.
  /// Error: an answer that differs, with the variant; as ProgramRun.
  static Result<ProgramVariants> prepare(const kernels::CompiledProgram& program, std::size_t size,
                                     const std::vector<Variant>& words,
                                     const std::vector<std::pair<std::string, baselines::References>>& references,
                                     const RunLengths& lengths);

  const kernels::CompiledProgram& program() const { return *program_; }
  const kernels::CompiledProgram::Size& size() const { return program_->sizes[size_]; }
  const std::vector<Prepared>& variants() const { return ways_; }
  /// Null: the variant does not apply, or takes too long.
  const Prepared* find(const std::string& variant) const;
  /// Names of the variants that take too long to be timed.
  const std::vector<std::string>& too_long() const { return too_long_; }
  /// Parameters with which a variant was prepared.
  kernels::Parameters parameters(const Prepared& variant) const;
  /// What the compiler makes for one of its variants (an invariant).
  compiler::Compiled compiled(const Prepared& variant) const;

  /// The variants as alternatives named `<program> <variant>`, with memory of their own; functions run in that of the
  /// first variant by words. Their work is repetitions. Meant for the process that times them.
  std::vector<measure::Alternative> alternatives() const;

 private:
  const kernels::CompiledProgram* program_ = nullptr;
  std::size_t size_ = 0;
  std::vector<Prepared> ways_;
  std::vector<std::string> too_long_;
};

}  // namespace vtpu::study::programs
