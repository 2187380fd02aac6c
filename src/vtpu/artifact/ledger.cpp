#include "vtpu/artifact/ledger.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "vtpu/artifact/family.h"
#include "vtpu/base/csv.h"
#include "vtpu/base/text.h"

namespace vtpu::artifact {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

const std::vector<std::string> kKinds = {"measured", "simulated", "computed", "structural", "modelled", "published"};
const std::vector<std::string> kMeanings = {"fact", "model", "search"};
const std::vector<std::string> kRelations = {"<", "<=", "==", ">=", ">", "range"};

Result<double> parse_end(std::string_view text, const std::string& where) {
  if (text == "inf") return kInfinity;
  if (text == "-inf") return -kInfinity;
  return parse_number(text, where);
}

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> found;
  for (const std::string_view word : split(text, ' '))
    if (!word.empty()) found.emplace_back(word);
  return found;
}

Result<std::vector<AcceptanceRegion>> parse_regions(const std::string& text, const std::string& where) {
  std::vector<AcceptanceRegion> regions;
  for (const std::string_view piece : split(text, ';')) {
    Result<AcceptanceRegion> region = parse_acceptance(piece, where);
    if (!region) return region.error();
    regions.push_back(*region);
  }
  return regions;
}

Result<void> check_word(const std::string& word, const std::vector<std::string>& known, const std::string& where) {
  if (std::find(known.begin(), known.end(), word) != known.end()) return {};
  return Error{where, "found " + quoted_with_hint(word, known), join(known, ", ")};
}

struct Field {
  const char* column;
  std::string Claim::*member;
};

constexpr Field kTextFields[] = {
    {"id", &Claim::id},
    {"source", &Claim::source},
    {"locator", &Claim::locator},
    {"statement", &Claim::statement},
    {"kind", &Claim::kind},
    {"means", &Claim::means},
    {"quantity", &Claim::quantity},
    {"relation", &Claim::relation},
    {"value", &Claim::value},
    {"low", &Claim::low},
    {"high", &Claim::high},
    {"unit", &Claim::unit},
    {"experiment", &Claim::experiment},
    {"accept_why", &Claim::accept_why},
    {"own_inputs", &Claim::own_inputs},
    {"control", &Claim::control},
    {"control_key", &Claim::control_key},
    {"reading", &Claim::reading},
    {"reading_key", &Claim::reading_key},
    {"condition", &Claim::condition},
    {"bound_key", &Claim::bound_key},
    {"note", &Claim::note},
};

Result<Claim> read_claim(const Csv& csv, const Csv::Row& row) {
  Claim claim;
  claim.line = row.line;
  const auto cell = [&](const char* column) -> Result<std::string> {
    Result<std::size_t> at = csv.column(column);
    if (!at) return at.error();
    return std::string(trim(row.cells[*at]));
  };
  for (const Field& field : kTextFields) {
    Result<std::string> text = cell(field.column);
    if (!text) return text.error();
    claim.*field.member = *text;
  }
  const std::string where = csv.where(row) + ": claim '" + claim.id + "'";
  for (const char* required : {"id", "source", "statement", "quantity", "experiment", "accept", "accept_why"}) {
    Result<std::string> text = cell(required);
    if (!text) return text.error();
    if (text->empty()) return Error{where, fmt::format("found no {}", required), "one"};
  }
  if (Result<void> known = check_word(claim.kind, kKinds, where + ", kind"); !known) return known.error();
  if (Result<void> known = check_word(claim.means, kMeanings, where + ", means"); !known) return known.error();
  if (Result<void> known = check_word(claim.relation, kRelations, where + ", relation"); !known) return known.error();
  Result<std::vector<AcceptanceRegion>> regions = parse_regions(*cell("accept"), where + ", accept");
  if (!regions) return regions.error();
  claim.accept = *regions;
  if (claim.control.empty() != claim.control_key.empty())
    return Error{where, "found only one of control and control_key", "both or neither"};
  if (claim.control.empty() && claim.kind != "published" && claim.experiment != "-")
    return Error{where, "found no negative control", "a perturbation that must break the claim"};
  if (claim.reading.empty() != claim.reading_key.empty())
    return Error{where, "found only one of reading and reading_key", "both or neither"};
  if (!claim.bound_key.empty() && claim.means != "search")
    return Error{where, "found a bound_key of a claim that means " + claim.means, "a bound of a search only"};
  for (const auto& [column, member] : {std::pair{"needs", &Claim::needs}, std::pair{"shown_in", &Claim::shown_in}}) {
    Result<std::string> text = cell(column);
    if (!text) return text.error();
    claim.*member = words(*text);
  }
  if (claim.experiment == "-" && claim.kind != "published" && claim.needs.empty())
    return Error{where, "found neither an experiment nor needs", "an experiment, or what one would need, such as tpu-v4"};
  return claim;
}

/// The metrics of a quantity: the key itself, else every key below it except its negative control.
std::vector<const measure::Metric*> configurations(const std::string& quantity, const measure::ResultFile& result) {
  if (const auto exact = result.metrics.find(quantity); exact != result.metrics.end()) return {&exact->second};
  std::vector<const measure::Metric*> found;
  for (auto at = result.metrics.lower_bound(quantity + "."); at != result.metrics.end(); ++at) {
    if (!at->first.starts_with(quantity + ".")) break;
    if (at->first != quantity + ".control") found.push_back(&at->second);
  }
  return found;
}

std::string shown(const measure::Metric& metric) {
  const bool counted = metric.value == std::round(metric.value) && std::abs(metric.value) < 1e7;
  const std::string value = counted ? fmt::format("{:.0f}", metric.value) : significant(metric.value, 4);
  if (metric.ci.low == metric.ci.high) return value;
  return fmt::format("{} [{}, {}]", value, significant(metric.ci.low, 4), significant(metric.ci.high, 4));
}

/// Name of one configuration of a quantity: the end of its key.
std::string configuration_name(const measure::Metric& metric, const std::string& quantity) {
  return metric.key.size() > quantity.size() ? metric.key.substr(quantity.size() + 1) : metric.key;
}

/// "l1 1.05, l2 2"; only the value of a quantity that has a single one.
std::string listed(const std::vector<const measure::Metric*>& metrics, const std::string& quantity) {
  std::string text;
  for (const measure::Metric* metric : metrics)
    text += fmt::format("{}{}{}", text.empty() ? "" : ", ",
                        metric->key == quantity ? "" : configuration_name(*metric, quantity) + " ", shown(*metric));
  return text;
}

/// The values of the claim's other reading, for the configurations that the claim itself has.
std::vector<const measure::Metric*> same_configurations(const Claim& claim,
                                                        const std::vector<const measure::Metric*>& metrics,
                                                        const measure::ResultFile& result) {
  std::vector<const measure::Metric*> found;
  for (const measure::Metric* metric : metrics) {
    const auto other = result.metrics.find(claim.reading_key + metric->key.substr(claim.quantity.size()));
    if (other != result.metrics.end()) found.push_back(&other->second);
  }
  return found;
}

struct Tally {
  int inside = 0;
  int outside = 0;
  int total = 0;
};

const AcceptanceRegion& region_of(const std::vector<AcceptanceRegion>& accept, std::size_t configuration) {
  return accept.size() > 1 ? accept[std::min(configuration, accept.size() - 1)] : accept[0];
}

/// The greatest chance among the configurations that their intervals decide, and `before`. Empty if there are none.
std::optional<double> greatest_chance(const std::vector<const measure::Metric*>& metrics,
                                      const std::vector<AcceptanceRegion>& accept, std::optional<double> before = {}) {
  for (std::size_t i = 0; i < metrics.size(); ++i)
    if (const std::optional<double> chance = chance_of(*metrics[i], region_of(accept, i)))
      before = std::max(before.value_or(0), *chance);
  return before;
}

Tally tally(const std::vector<const measure::Metric*>& metrics, const std::vector<AcceptanceRegion>& accept) {
  Tally sum;
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    const AcceptanceRegion& region = region_of(accept, i);
    ++sum.total;
    if (region.contains(metrics[i]->ci))
      ++sum.inside;
    else if (!region.meets(metrics[i]->ci))
      ++sum.outside;
  }
  return sum;
}

/// The words for values inside, partly inside and outside the region.
struct Words {
  Verdict inside;
  Verdict partly;
  Verdict outside;
};

Words words_of(const Claim& claim) {
  if (claim.means == "model") return {Verdict::matched, Verdict::partly_matched, Verdict::not_matched};
  if (claim.means == "search") return {Verdict::reproduced, Verdict::partial, Verdict::not_found};
  return {Verdict::reproduced, Verdict::partial, Verdict::refuted};
}

constexpr bool in_order() {
  for (std::size_t i = 0; i < std::size(kVerdicts); ++i)
    if (static_cast<std::size_t>(kVerdicts[i].verdict) != i) return false;
  return std::size(kVerdicts) == static_cast<std::size_t>(Verdict::error) + 1;
}
static_assert(in_order(), "kVerdicts lists each verdict at its own place");

}  // namespace

bool AcceptanceRegion::contains(double value) const {
  return (low_open ? value > low : value >= low) && (high_open ? value < high : value <= high);
}

bool AcceptanceRegion::contains(const measure::Interval& interval) const {
  return contains(interval.low) && contains(interval.high);
}

bool AcceptanceRegion::meets(const measure::Interval& interval) const {
  const bool above = low_open ? interval.high > low : interval.high >= low;
  const bool below = high_open ? interval.low < high : interval.low <= high;
  return above && below;
}

std::string AcceptanceRegion::text() const {
  // A dozen digits would not fit into a column of the paper.
  const auto number = [](double end) {
    return std::isfinite(end) && std::abs(end) >= 1e9 ? fmt::format("{:g}", end) : fmt::format("{}", end);
  };
  if (low == high) return number(low);
  return fmt::format("{}{}, {}{}", low_open ? '(' : '[', number(low), number(high), high_open ? ')' : ']');
}

Result<AcceptanceRegion> parse_acceptance(std::string_view text, const std::string& where) {
  text = trim(text);
  const Error malformed{where, fmt::format("found '{}'", text), "an interval such as [2.5, inf) or (0, 1]"};
  if (text.size() < 5 || (text.front() != '[' && text.front() != '(') || (text.back() != ']' && text.back() != ')'))
    return malformed;
  const std::vector<std::string_view> ends = split(text.substr(1, text.size() - 2), ',');
  if (ends.size() != 2) return malformed;
  const Result<double> low = parse_end(trim(ends[0]), where);
  if (!low) return low.error();
  const Result<double> high = parse_end(trim(ends[1]), where);
  if (!high) return high.error();
  AcceptanceRegion region{*low, *high, text.front() == '(', text.back() == ')'};
  if (region.low > region.high || (region.low == region.high && (region.low_open || region.high_open)))
    return Error{where, fmt::format("found the empty interval '{}'", text), "low end first"};
  return region;
}

std::string_view name_of(Verdict verdict) { return kVerdicts[static_cast<std::size_t>(verdict)].name; }

std::string stated(const Claim& claim) {
  static const std::map<std::string, std::string> kWords = {
      {"<", "less than "}, {"<=", "at most "}, {"==", ""}, {">=", "at least "}, {">", "more than "}};
  return claim.relation == "range" ? claim.low + " to " + claim.high : kWords.at(claim.relation) + claim.value;
}

Result<std::vector<Claim>> read_claims(const std::filesystem::path& path) {
  const Result<Csv> csv = read_csv(path);
  if (!csv) return csv.error();
  std::vector<Claim> claims;
  std::map<std::string, std::size_t> lines;
  for (const Csv::Row& row : csv->rows) {
    Result<Claim> claim = read_claim(*csv, row);
    if (!claim) return claim.error();
    const auto [first, fresh] = lines.emplace(claim->id, row.line);
    if (!fresh)
      return Error{csv->where(row), "found claim '" + claim->id + "' again",
                   fmt::format("each id once; line {} has it already", first->second)};
    claims.push_back(std::move(*claim));
  }
  return claims;
}

Judged judge(const Claim& claim, const Evidence& evidence) {
  Judged judged;
  judged.claim = claim;
  const auto decide = [&judged](Verdict verdict, std::string reason) {
    judged.verdict = verdict;
    judged.reason = std::move(reason);
    return judged;
  };
  if (claim.kind == "published") return decide(Verdict::published, "a number of its source, shown as such");
  if (claim.experiment == "-")
    return decide(Verdict::not_measurable, "no experiment of this artifact can decide it; it needs " + join(claim.needs, ", "));
  if (!evidence.experiments.contains(claim.experiment))
    return decide(Verdict::open, fmt::format("the experiment {} does not exist yet", claim.experiment));
  if (evidence.stale.contains(claim.experiment))
    return decide(Verdict::stale,
                  fmt::format("the result of {} comes from another program than the present one", claim.experiment));
  const auto at = evidence.results.find(claim.experiment);
  if (at == evidence.results.end())
    return decide(Verdict::error, fmt::format("the experiment {} has no result", claim.experiment));
  for (const std::string& need : claim.needs) {
    const auto met = evidence.host_has.find(need);
    if (met == evidence.host_has.end()) return decide(Verdict::error, "the need " + need + " was not checked");
    if (!met->second) return decide(Verdict::not_measurable, "this host lacks " + need);
  }
  const std::vector<const measure::Metric*> metrics = configurations(claim.quantity, at->second);
  if (metrics.empty()) return decide(Verdict::error, fmt::format("{} has no {}", claim.experiment, claim.quantity));
  if (claim.accept.size() > 1 && claim.accept.size() != metrics.size())
    return decide(Verdict::error, fmt::format("{} has {} values for {} regions", claim.experiment, metrics.size(),
                                              claim.accept.size()));
  if (const auto failed = at->second.metrics.find(fmt::format("timings.{}.unmeasurable", claim.experiment));
      failed != at->second.metrics.end() && failed->second.value > 0 &&
      std::any_of(metrics.begin(), metrics.end(), [](const auto* one) { return one->kind == measure::Kind::measured; }))
    return decide(Verdict::disturbed, fmt::format("too few undisturbed timings in {}; the claim waits for a quieter machine",
                                                  claim.experiment));
  const Tally sum = tally(metrics, claim.accept);
  if (metrics.size() == 1) {
    judged.metric = *metrics.front();
  } else {
    const auto [least, greatest] = std::minmax_element(
        metrics.begin(), metrics.end(), [](const auto* a, const auto* b) { return a->value < b->value; });
    judged.values = {(*least)->value, (*greatest)->value};
  }
  judged.holds = sum.inside;
  judged.configurations = sum.total;

  // Whatever the values are, a control that satisfies the claim, or equals all of them, shows that the test cannot
  // fail. One configuration may fail in the same way as the control does.
  const auto control = at->second.metrics.find(claim.control_key);
  if (control == at->second.metrics.end())
    return decide(Verdict::error, fmt::format("{} has no negative control {}", claim.experiment, claim.control_key));
  for (const AcceptanceRegion& region : claim.accept)
    if (region.contains(control->second.ci))
      return decide(Verdict::no_power, fmt::format("the negative control ({}) lies in {} too, with {}", claim.control,
                                                   region.text(), shown(control->second)));
  if (std::all_of(metrics.begin(), metrics.end(), [&](const measure::Metric* metric) {
        return metric->ci.low == control->second.ci.low && metric->ci.high == control->second.ci.high;
      }))
    return decide(Verdict::no_power, fmt::format("the negative control ({}) equals the value, {}", claim.control,
                                                 shown(control->second)));

  judged.p_value = greatest_chance(metrics, claim.accept);
  const std::string each = listed(metrics, claim.quantity);
  const std::string region = claim.accept.size() == 1 ? claim.accept[0].text() : "its regions";
  const Words says = words_of(claim);
  if (sum.inside == sum.total) {
    if (!claim.own_inputs.empty())
      return decide(Verdict::circular,
                    fmt::format("follows from the numbers of its own source ({})", claim.own_inputs));
    const std::string inside = sum.total == 1
                                   ? fmt::format("{} lies in {}", shown(*metrics[0]), region)
                                   : fmt::format("all {} configurations lie in {}: {}", sum.total, region, each);
    if (claim.condition.empty()) return decide(says.inside, inside);
    std::string beside;
    if (!claim.reading_key.empty()) {
      const std::vector<const measure::Metric*> others = same_configurations(claim, metrics, at->second);
      if (others.empty())
        return decide(Verdict::error, fmt::format("{} has no {}", claim.experiment, claim.reading_key));
      beside = fmt::format("; beside it, {}: {}", claim.reading, listed(others, claim.reading_key));
    }
    return decide(Verdict::conditional, fmt::format("{}, under this condition: {}{}", inside, claim.condition, beside));
  }
  std::string reading;
  if (!claim.reading_key.empty()) {
    const std::vector<const measure::Metric*> others = configurations(claim.reading_key, at->second);
    if (others.empty()) return decide(Verdict::error, fmt::format("{} has no {}", claim.experiment, claim.reading_key));
    const Tally charitable = tally(others, claim.accept);
    if (charitable.inside == charitable.total) {
      judged.p_value = greatest_chance(others, claim.accept, judged.p_value);
      return decide(Verdict::conditional,
                    sum.total == 1 ? fmt::format("{} lies outside {}; holds only under this reading: {}",
                                                 shown(*metrics[0]), region, claim.reading)
                                   : fmt::format("{}/{} configurations lie in {} ({}); all do under this reading: {}",
                                                 sum.inside, sum.total, region, each, claim.reading));
    }
    reading = others.size() == 1
                  ? fmt::format("; the charitable reading ({}) gives {}", claim.reading, shown(*others[0]))
                  : fmt::format("; the charitable reading ({}) holds for {}/{}", claim.reading, charitable.inside,
                                charitable.total);
  }
  std::string bound;
  if (claim.means == "search" && sum.outside == sum.total) {
    bound = "; no bound on what there is to find is known";
    if (!claim.bound_key.empty()) {
      const std::vector<const measure::Metric*> bounds = configurations(claim.bound_key, at->second);
      if (bounds.empty()) return decide(Verdict::error, fmt::format("{} has no {}", claim.experiment, claim.bound_key));
      const measure::Metric* most = *std::max_element(
          bounds.begin(), bounds.end(), [](const auto* a, const auto* b) { return a->ci.high < b->ci.high; });
      bound = fmt::format("; bound: no more than {} exists", shown(*most));
    }
  }
  const std::string after = reading + bound;
  if (sum.total == 1 && sum.outside == 1)
    return decide(says.outside, fmt::format("{} lies outside {}{}", shown(*metrics[0]), region, after));
  if (sum.total == 1) return decide(says.partly, fmt::format("{} straddles {}{}", shown(*metrics[0]), region, after));
  const std::string ratio =
      fmt::format("{}/{} configurations lie in {}: {}{}", sum.inside, sum.total, region, each, after);
  return decide(sum.outside == sum.total ? says.outside : says.partly, ratio);
}

std::map<Verdict, int> count(const std::vector<Judged>& judged) {
  std::map<Verdict, int> counts;
  for (const VerdictWords& words : kVerdicts) counts[words.verdict] = 0;
  for (const Judged& one : judged) ++counts[one.verdict];
  return counts;
}

std::string verdicts_csv(const std::vector<Judged>& judged) {
  std::string csv =
      csv_line({"id", "verdict", "value", "ci_low", "ci_high", "unit", "holds", "configurations", "lowest", "highest",
                "accept", "p_value", "family", "source", "experiment", "statement", "reason"});
  for (const Judged& one : judged) {
    std::string accept;
    for (const AcceptanceRegion& region : one.claim.accept) accept += (accept.empty() ? "" : "; ") + region.text();
    const auto number = [&one](double value) { return one.metric ? fmt::format("{}", value) : std::string(); };
    const measure::Metric metric = one.metric.value_or(measure::Metric{});
    csv += csv_line({one.claim.id, std::string(name_of(one.verdict)), number(metric.value), number(metric.ci.low),
                     number(metric.ci.high), one.claim.unit, fmt::format("{}", one.holds),
                     fmt::format("{}", one.configurations), one.values ? fmt::format("{}", one.values->low) : "",
                     one.values ? fmt::format("{}", one.values->high) : "", accept,
                     one.p_value ? significant(*one.p_value, 3) : std::string(), std::string(name_of(one.family)),
                     one.claim.source, one.claim.experiment, one.claim.statement, one.reason});
  }
  return csv;
}

}  // namespace vtpu::artifact
