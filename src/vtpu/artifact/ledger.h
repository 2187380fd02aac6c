#pragma once
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "vtpu/artifact/claim.h"
#include "vtpu/base/result.h"
#include "vtpu/measure/result_file.h"

namespace vtpu::artifact {

/// The evidence for verdicts. `results`: by experiment. `stale`: experiments whose stored result comes from another
/// program than the present one. `experiments`: all that exist. `host_has`: whether this host meets a need, by name.
struct Evidence {
  std::map<std::string, measure::ResultFile> results;
  std::set<std::string> stale;
  std::set<std::string> experiments;
  std::map<std::string, bool> host_has;
};

/// Error: the file and line of the first malformed row, unknown word or repeated id.
Result<std::vector<Claim>> read_claims(const std::filesystem::path& path);

/// Gives a claim its verdict. The first rule that applies decides:
/// - published: the claim's kind is published.
/// - not measurable: the claim names no experiment ("-"), since none of this artifact could decide it.
/// - open: its experiment does not exist.
/// - stale: the experiment's result comes from another program than the present one.
/// - error: the result lacks the key or the negative control.
/// - not measurable: the host does not meet a need.
/// - not measurable now: the experiment found too few undisturbed timings for a value that was measured.
/// - no power: the negative control lies in an acceptance region, or equals every value, whatever the values are.
/// The remaining rules use the 95 % interval, never the point value. Several configurations lie inside if all do,
/// outside if none does, and partly inside otherwise (k/n).
/// - circular: the values lie inside, but are computed from numbers of their own source, which can only refute the
///   claim.
/// - under a stated condition: they lie inside under the claim's condition, and a reading is shown beside them; or they
///   do not, but those of the charitable reading do.
/// What else a value says depends on what the claim means:
/// - fact, a statement that the value itself decides. Inside: reproduced. Partly: partial. Outside: refuted.
/// - model, a published measurement that we simulate. Inside: matched by our model. Partly: partly matched. Outside:
/// not
///   matched by our model; a simulation cannot refute a measurement.
/// - search, a statement that a search finds something. Inside: reproduced. Partly: partial. Outside: not found, with
///   the claim's bound on what there is to find.
Judged judge(const Claim& claim, const Evidence& evidence);

/// Number of claims by verdict.
std::map<Verdict, int> count(const std::vector<Judged>& judged);

/// results/claims.csv: id, verdict, value, ci_low, ci_high, unit, holds, configurations, lowest, highest, accept,
/// p_value, family, source, experiment, statement, reason. Lowest, highest: of the values of several configurations.
std::string verdicts_csv(const std::vector<Judged>& judged);

}  // namespace vtpu::artifact
