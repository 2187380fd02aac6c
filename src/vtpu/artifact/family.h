#pragma once
#include <optional>
#include <vector>

#include "vtpu/artifact/claim.h"

namespace vtpu::artifact {

/// Level of the whole ledger: the chance that any of its decisions by intervals with spread is wrong.
inline constexpr double kFamilyLevel = 0.05;

/// The probability, at most about, that chance alone put the interval of `metric` on its side of the ends of `region`.
/// Empty if the interval straddles an end, so that nothing is decided. An interval without spread gives 0. Otherwise
/// the greater of two numbers. The first is a two-sided normal probability for the end of the region that is nearest in
/// standard errors; on each side of the value a standard error is that arm of the 95 % interval divided by 1.96, so
/// that an interval which ends where the region does has 0.05. The second is 2^(1-n), below which a sign test over n
/// samples cannot get, whatever the samples are.
std::optional<double> chance_of(const measure::Metric& metric, const AcceptanceRegion& region);

/// Which hypotheses a family of them rejects at `level`, so that the probability of any false rejection is at most
/// `level`, whatever their dependence. Source: Holm, "A simple sequentially rejective multiple test procedure",
/// Scandinavian Journal of Statistics 6, 1979.
std::vector<bool> holm(const std::vector<double>& p_values, double level);

/// Sets `family` of every claim. The family consists of the claims whose p-value is above 0: one value without spread
/// cannot be wrong by chance.
void judge_family(std::vector<Judged>& judged);

/// Number of claims in the family, and of those whose decision stands in it.
struct FamilyCount {
  int members = 0;
  int stand = 0;
};
FamilyCount count_family(const std::vector<Judged>& judged);

}  // namespace vtpu::artifact
