#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/measure/metric.h"

namespace vtpu::artifact {

/// Values that a claim accepts: an interval whose ends may be open or infinite, such as "[2.5, inf)" or "[5, 7]".
struct AcceptanceRegion {
  double low = 0;
  double high = 0;
  bool low_open = false;
  bool high_open = false;

  bool contains(double value) const;
  bool contains(const measure::Interval& interval) const;  ///< contains the whole interval
  bool meets(const measure::Interval& interval) const;     ///< contains part of it
  std::string text() const;
};

/// Parses the notation of `AcceptanceRegion`. Error: `where`, the text, an example of the notation.
Result<AcceptanceRegion> parse_acceptance(std::string_view text, const std::string& where);

/// One row of data/claims.csv.
struct Claim {
  std::size_t line = 0;
  std::string id;
  std::string source;     ///< document, or key of refs.bib
  std::string locator;    ///< place in the source
  std::string statement;  ///< in our words
  std::string kind;       ///< measured, simulated, computed, structural, modelled or published: the evidence it needs
  std::string means;      ///< what a value inside or outside the region says: fact, model or search; see `judge`
  std::string quantity;   ///< metric key; if only keys below it exist, each of them is one configuration
  std::string relation;   ///< in the source: >=, ==, range …
  std::string value, low, high;
  std::string unit;
  std::string experiment;                ///< gives the quantity; "-" if none can, as for a published claim
  std::vector<AcceptanceRegion> accept;  ///< one region, or one for each of quantity.1, quantity.2 …
  std::string accept_why;
  std::vector<std::string> needs;     ///< required of the host: smt, cores>=40 …; without an experiment: of any
  std::string own_inputs;             ///< numbers of the claim's own source from which the quantity is computed
  std::string control;                ///< negative control: the perturbation
  std::string control_key;            ///< metric under the perturbation; must fall outside `accept`
  std::string reading;                ///< the charitable reading, in words
  std::string reading_key;            ///< metric under that reading; beside the value if the claim has a condition
  std::string condition;              ///< what the quantity assumes and the source does not state; may be empty
  std::string bound_key;              ///< of a search: metric that no outcome can exceed; may be empty
  std::vector<std::string> shown_in;  ///< figures and tables
  std::string note;
};

enum class Verdict {
  reproduced,
  partial,
  refuted,
  matched,
  partly_matched,
  not_matched,
  not_found,
  conditional,
  not_measurable,
  disturbed,
  circular,
  published,
  open,
  stale,
  no_power,
  error
};

/// A verdict in words. `name`: in tables and text. `key`: of its count in the paper's sources.
struct VerdictWords {
  Verdict verdict;
  std::string_view name;
  std::string_view key;
};

/// Every verdict once, in the order of `Verdict`.
inline constexpr VerdictWords kVerdicts[] = {
    {Verdict::reproduced, "reproduced", "reproduced"},
    {Verdict::partial, "partial", "partial"},
    {Verdict::refuted, "refuted", "refuted"},
    {Verdict::matched, "matched by our model", "matched"},
    {Verdict::partly_matched, "partly matched by our model", "partly_matched"},
    {Verdict::not_matched, "not matched by our model", "not_matched"},
    {Verdict::not_found, "not found", "not_found"},
    {Verdict::conditional, "under a stated condition", "conditional"},
    {Verdict::not_measurable, "not measurable here", "not_measurable"},
    {Verdict::disturbed, "not measurable now", "not_measurable_now"},
    {Verdict::circular, "circular", "circular"},
    {Verdict::published, "published", "published"},
    {Verdict::open, "open", "open"},
    {Verdict::stale, "stale", "stale"},
    {Verdict::no_power, "no power", "no_power"},
    {Verdict::error, "error", "error"},
};

/// "reproduced", "partial", …, "not measurable here".
std::string_view name_of(Verdict verdict);

/// What a claim's decision is worth in the whole ledger, see `judge_family`: nothing was decided by an interval; the
/// values have no spread; it stands at the family-wise level; it does not.
enum class Family { undecided, exact, stands, falls };

/// "", "exact", "stands", "does not stand".
std::string_view name_of(Family family);

/// A claim and its verdict.
struct Judged {
  Claim claim;
  Verdict verdict = Verdict::open;
  std::optional<measure::Metric> metric;  ///< the value found; empty for several configurations (see the reason)
  std::optional<measure::Interval> values = {};  ///< the least and the greatest value of several configurations
  int holds = 0;                          ///< configurations whose value lies in the region …
  int configurations = 0;                 ///< … and the number of configurations
  std::string reason;                     ///< one sentence
  std::optional<double> p_value = {};     ///< greatest `chance_of` among the configurations that an interval decides
  Family family = Family::undecided;
};

/// The value that a claim's source states, as part of a sentence: "2.1", "at least 2.5", "5 to 7".
std::string stated(const Claim& claim);

}  // namespace vtpu::artifact
