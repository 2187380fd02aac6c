#pragma once
#include <span>

#include "vtpu/base/random.h"
#include "vtpu/net/fault/failure_model.h"

/// How long spares last: exact values where there is a formula.
namespace vtpu::net::fault {

/// P(at least `least` of n independent events of probability p): the distribution of the least-th smallest of n lives,
/// if p is the probability that a life has ended. Sums only positive terms.
double at_least(int least, int n, double p);

/// P(X1 + ... + Xn ≤ t) for independent exponential times with these rates, in the unit 1/t. The closed form, a sum
/// over products of differences of rates, has large alternating terms and fails for equal rates. This uses
/// uniformization, a mixture of Poisson probabilities with only positive terms. Source: Jensen, "Markoff chains as an
/// aid in the study of Markoff processes", Skandinavisk Aktuarietidskrift 36, 1953.
double hypoexponential_cdf(std::span<const double> rates, double t);

/// Components in use and spares, all under one law; a failed component is not repaired. The pool is exhausted by the
/// (spares + 1)-th failure, which leaves fewer components than are in use.
struct SparePool {
  int active = 4096;
  int spares = 256;
  LifeLaw life;
  bool idle_spares_age = true;  ///< see FailureModel
  int parts() const { return active + spares; }
};

/// P(exhausted by `days`). If idle spares age, any law: the order statistic of all lives. Otherwise only a constant
/// rate, under which a replacement has the same law as the old component; another shape is a broken invariant.
/// `draw_exhaustion` handles those.
double exhaustion_cdf(const SparePool& pool, double days);
/// The first day by which the pool is exhausted with that probability, 0 < probability < 1.
double exhaustion_quantile(const SparePool& pool, double probability);
/// Mean of min(time of exhaustion, horizon), in days.
double mean_days_with_spares(const SparePool& pool, double horizon_days);
/// Mean number of failures by `days` that find a spare.
double mean_replacements(const SparePool& pool, double days);
/// One random time of exhaustion, for any law.
double draw_exhaustion(const SparePool& pool, Random& random);

/// Mean share of the time in which all names have chips, if each replacement costs `outage_s` and nothing else fails.
/// Outages do not overlap in this formula: failures within one outage are counted separately, a second-order error.
double mean_availability(const SparePool& pool, double outage_s, double days);

}  // namespace vtpu::net::fault
