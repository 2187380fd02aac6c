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

/// What verdicts are decided from. `results`: by experiment. `stale`: experiments whose stored result is not of the
/// present program. `experiments`: all that exist. `host_has`: whether this host meets a need, by name.
struct Evidence {
  std::map<std::string, measure::ResultFile> results;
  std::set<std::string> stale;
  std::set<std::string> experiments;
  std::map<std::string, bool> host_has;
};

/// Error: the file and line of the first malformed row, unknown word or repeated id.
Result<std::vector<Claim>> read_claims(const std::filesystem::path& path);

/// The rules, in order; the first that applies decides.
/// published: kind is published. open: no such experiment. stale; error: the experiment gave no such key, or the control
/// lies in the acceptance region although the value does. not measurable: a need of the host is not met.
/// Then from the 95 % interval, never the point: refuted when it lies outside of the region; circular when it lies
/// inside but is computed from its own source's numbers (they can refute it, not confirm it); reproduced when it lies
/// inside; else partial. Several configurations: all in, reproduced; none, refuted; else partial with k/n. A refuted
/// claim whose charitable reading lies inside is partial under that condition.
Judged judge(const Claim& claim, const Evidence& evidence);

/// Verdict → how many.
std::map<Verdict, int> count(const std::vector<Judged>& judged);

/// results/claims.csv: id, verdict, value, ci_low, ci_high, unit, holds, configurations, accept, source, experiment,
/// statement, reason.
std::string verdicts_csv(const std::vector<Judged>& judged);

}  // namespace vtpu::artifact
