#pragma once
#include <span>

#include "vtpu/base/random.h"
#include "vtpu/net/fault/failure_model.h"

/// How long spares last, exactly where there is a formula.
namespace vtpu::net::fault {

/// P(at least `least` of n independent events of probability p): the law of the least-th smallest of n lives at the
/// time when each has ended with probability p. Sums of positive terms only.
double at_least(int least, int n, double p);

/// P(X1 + ... + Xn ≤ t) for independent exponential times of these rates, in the unit 1/t. The closed form, a sum over
/// products of differences of rates, has alternating terms of any size and no use for equal rates; this is
/// uniformization, a mixture of Poisson probabilities in which every term is positive.
/// Source: Jensen, "Markoff chains as an aid in the study of Markoff processes", Skandinavisk Aktuarietidskrift 36,
/// 1953.
double hypoexponential_cdf(std::span<const double> rates, double t);

/// Parts in use and parts kept for them, all by one law; a part that has failed stays so. The pool is exhausted by the
/// failure that leaves fewer parts than are in use, the (spares + 1)-th.
struct SparePool {
  int active = 4096;
  int spares = 256;
  LifeLaw life;
  bool idle_spares_age = true;  ///< see FailureModel
  int parts() const { return active + spares; }
};

/// P(exhausted by then). Ageing spares: any law, the order statistic of all parts' lives. Others: the constant rate
/// only, for which a replaced part is as good as the old one; another shape is a broken invariant, and
/// `draw_exhaustion` answers for it.
double exhaustion_cdf(const SparePool& pool, double days);
/// The first day by which the pool is exhausted with that probability, 0 < probability < 1.
double exhaustion_quantile(const SparePool& pool, double probability);
/// Mean of min(time of exhaustion, horizon), in days.
double mean_days_with_spares(const SparePool& pool, double horizon_days);
/// Mean number of failures that find a spare by then.
double mean_replacements(const SparePool& pool, double days);
/// One time of exhaustion by chance, any law.
double draw_exhaustion(const SparePool& pool, Random& random);

/// Mean share of the days in which all names have chips, when each replacement costs `outage_s` and nothing else fails;
/// outages do not overlap in it (of failures within one outage both are counted, a share of the second order).
double mean_availability(const SparePool& pool, double outage_s, double days);

}  // namespace vtpu::net::fault
