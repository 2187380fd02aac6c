#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/measure/metric.h"

namespace vtpu::artifact {

/// Values a claim accepts: an interval whose ends may be open or infinite, as "[2.5, inf)", "(1, inf)", "[5, 7]".
struct AcceptanceRegion {
  double low = 0;
  double high = 0;
  bool low_open = false;
  bool high_open = false;

  bool contains(double value) const;
  bool contains(const measure::Interval& interval) const;  ///< the whole interval
  bool meets(const measure::Interval& interval) const;     ///< some of it
  std::string text() const;
};

/// Error: `where`, what was found, the notation.
Result<AcceptanceRegion> parse_acceptance(std::string_view text, const std::string& where);

/// One row of data/claims.csv.
struct Claim {
  std::size_t line = 0;
  std::string id;
  std::string source;      ///< document, or key of refs.bib
  std::string locator;     ///< place in it
  std::string statement;   ///< in our words
  std::string kind;        ///< measured, simulated, computed, structural, modelled or published: what the source needs
  std::string quantity;    ///< metric key; where only keys below it exist, each of those is one configuration
  std::string relation;    ///< of the source: >=, ==, range …
  std::string value, low, high;
  std::string unit;
  std::string experiment;  ///< that gives the quantity; "-" for a published one
  std::vector<AcceptanceRegion> accept;  ///< one, or one for each of quantity.1, quantity.2 …
  std::string accept_why;
  std::vector<std::string> needs;        ///< of the host: smt, rapl, pmu, cores>=40 …
  std::string own_inputs;                ///< numbers of its own source that the quantity is computed from
  std::string control;                   ///< negative control: what is perturbed
  std::string control_key;               ///< metric under the perturbation; must fall outside `accept`
  std::string reading;                   ///< the charitable reading, in words
  std::string reading_key;               ///< metric under that reading
  std::vector<std::string> shown_in;     ///< figures and tables
  std::string note;
};

enum class Verdict { reproduced, partial, refuted, not_measurable, circular, published, open, stale, error };
inline constexpr Verdict kVerdicts[] = {Verdict::reproduced,     Verdict::partial,  Verdict::refuted,
                                        Verdict::not_measurable, Verdict::circular, Verdict::published,
                                        Verdict::open,           Verdict::stale,    Verdict::error};

/// "reproduced", "partial", …, "not measurable here".
std::string_view name_of(Verdict verdict);

/// A claim with what the results say of it.
struct Judged {
  Claim claim;
  Verdict verdict = Verdict::open;
  std::optional<measure::Metric> metric;  ///< what was found; none where several configurations were (see the reason)
  int holds = 0;                          ///< configurations that lie in the region …
  int configurations = 0;                 ///< … of so many
  std::string reason;                     ///< one sentence
};

/// What a claim's source states, as it can stand in a sentence: "2.1", "at least 2.5", "5 to 7".
std::string stated(const Claim& claim);

}  // namespace vtpu::artifact
