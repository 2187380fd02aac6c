#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/measure/dependency.h"

namespace vtpu::study::baselines {

/// What a row of the table of baselines is for; see compilers.def.
enum class Use { ordinary, references, peers, soak };
enum class Compiler { project, clang, system };

/// How one baseline is compiled.
struct Baseline {
  Use use;
  std::string_view name;  ///< in keys of results
  Compiler compiler;
  std::string_view flags;  ///< all that decide the code: the label in results

  /// Whether the compiler may reorder floating-point arithmetic, so that answers may have other bytes.
  constexpr bool may_reorder() const { return flags.find("-ffast-math") != std::string_view::npos; }

  /// Whether the compiler may use every instruction of this host.
  constexpr bool for_this_host() const { return flags.find("-march=native") != std::string_view::npos; }
};

inline constexpr Baseline kBaselines[] = {
#define BASELINE(use, name, compiler, flags) {Use::use, #name, Compiler::compiler, flags},
#include "vtpu/study/baselines/compilers.def"
#undef BASELINE
};

/// The rows of one use, in the order of the table.
template <Use kUse>
constexpr auto baselines_for() {
  constexpr auto is_used = [](const Baseline& one) { return one.use == kUse; };
  constexpr std::size_t kCount = std::count_if(std::begin(kBaselines), std::end(kBaselines), is_used);
  std::array<Baseline, kCount> found{};
  std::copy_if(std::begin(kBaselines), std::end(kBaselines), found.begin(), is_used);
  return found;
}

/// The name of the module of a row of `ordinary` or `references`.
std::string module_of(const Baseline& baseline);

/// The modules of one use, as an experiment declares them.
std::vector<measure::Dependency> modules_for(Use use);

}  // namespace vtpu::study::baselines
