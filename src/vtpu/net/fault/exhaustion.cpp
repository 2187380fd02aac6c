#include "vtpu/net/fault/exhaustion.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <queue>
#include <vector>

#include "vtpu/base/check.h"

namespace vtpu::net::fault {
namespace {

/// A sum stops at terms below this share of the largest term.
constexpr double kNegligible = 1e-18;

/// Logarithm of the binomial coefficient.
double log_choose(int n, int k) { return std::lgamma(n + 1.0) - std::lgamma(k + 1.0) - std::lgamma(n - k + 1.0); }

/// Sums a unimodal sequence from its largest term in one direction: `ratio(k)` is term(k + step) / term(k).
template <class Ratio>
double sum_from(double term, int k, int end, int step, Ratio ratio) {
  double sum = 0;
  const double least = term * kNegligible;
  for (; k != end && term > least; k += step) {
    sum += term;
    term *= ratio(k);
  }
  return sum;
}

double cold_rate(const SparePool& pool) {
  VTPU_CHECK(pool.life.shape == 1, "the formula for spares that do not age needs a constant rate");
  return pool.active / pool.life.scale_days;
}

/// P(a Poisson number of this mean is at least `least`), which is the law of an Erlang time with `least` stages of
/// equal rate.
double poisson_at_least(int least, double mean) {
  if (least <= 0) return 1;
  if (mean <= 0) return 0;
  const auto term = [&](int k) { return std::exp(k * std::log(mean) - mean - std::lgamma(k + 1.0)); };
  const auto up = [&](int k) { return mean / (k + 1.0); };
  const auto down = [&](int k) { return k / mean; };
  if (least > mean) return std::min(1.0, sum_from(term(least), least, -1, 1, up));
  return std::max(0.0, 1 - sum_from(term(least - 1), least - 1, -1, -1, down));
}

/// P(at least `least` failures of components in use or ageing by then), least ≤ spares + 1.
double at_least_failures(const SparePool& pool, int least, double days) {
  if (pool.idle_spares_age) return at_least(least, pool.parts(), pool.life.cdf(days));
  return poisson_at_least(least, cold_rate(pool) * days);
}

}  // namespace

double at_least(int least, int n, double p) {
  VTPU_CHECK(n >= 0 && p >= 0 && p <= 1, "n is a number of events and p a probability");
  if (least <= 0) return 1;
  if (least > n || p == 0) return 0;
  if (p == 1) return 1;
  const auto term = [&](int k) { return std::exp(log_choose(n, k) + k * std::log(p) + (n - k) * std::log1p(-p)); };
  const double odds = p / (1 - p);
  const auto up = [&](int k) { return (n - k) / (k + 1.0) * odds; };
  const auto down = [&](int k) { return k / (n - k + 1.0) / odds; };
  // Sums the tail that does not contain the mode, outwards.
  if (least > n * p) return std::min(1.0, sum_from(term(least), least, n + 1, 1, up));
  return std::max(0.0, 1 - sum_from(term(least - 1), least - 1, -1, -1, down));
}

double hypoexponential_cdf(std::span<const double> rates, double t) {
  if (rates.empty()) return 1;
  if (t <= 0) return 0;
  const double fastest = *std::max_element(rates.begin(), rates.end());
  VTPU_CHECK(*std::min_element(rates.begin(), rates.end()) > 0, "rates are positive");
  // A chain of jumps at the fastest rate. At stage s a jump advances with probability rate / fastest and otherwise
  // stays.
  const double mean = fastest * t;
  std::vector<double> stage(rates.size() + 1, 0.0);
  stage[0] = 1;
  const double most = mean + 12 * std::sqrt(mean) + 40;  // probability of more jumps: below 1e-18
  double through = 0;
  for (double jumps = 0; jumps <= most; ++jumps) {
    through += std::exp(jumps * std::log(mean) - mean - std::lgamma(jumps + 1)) * stage.back();
    for (std::size_t s = rates.size(); s-- > 0;) {
      const double moved = stage[s] * (rates[s] / fastest);
      stage[s + 1] += moved;
      stage[s] -= moved;
    }
  }
  return std::min(1.0, through);
}

double exhaustion_cdf(const SparePool& pool, double days) { return at_least_failures(pool, pool.spares + 1, days); }

double exhaustion_quantile(const SparePool& pool, double probability) {
  VTPU_CHECK(probability > 0 && probability < 1, "a quantile needs a probability between 0 and 1");
  double low = 0, high = pool.life.mean_days();
  while (exhaustion_cdf(pool, high) < probability) high *= 2;
  constexpr int kHalvings = 60;
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = (low + high) / 2;
    (exhaustion_cdf(pool, middle) < probability ? low : high) = middle;
  }
  return high;
}

double mean_days_with_spares(const SparePool& pool, double horizon_days) {
  constexpr int kSteps = 2000;  // even; Simpson's rule
  const double step = horizon_days / kSteps;
  double sum = 0;
  for (int i = 0; i <= kSteps; ++i)
    sum += (1 - exhaustion_cdf(pool, i * step)) * (i == 0 || i == kSteps ? 1 : i % 2 == 1 ? 4 : 2);
  return sum * step / 3;
}

double mean_replacements(const SparePool& pool, double days) {
  double mean = 0;
  for (int k = 1; k <= pool.spares; ++k) mean += at_least_failures(pool, k, days);
  return mean;
}

double draw_exhaustion(const SparePool& pool, Random& random) {
  std::vector<double> lives;
  if (pool.idle_spares_age) {
    for (int part = 0; part < pool.parts(); ++part) lives.push_back(pool.life.draw(random));
    std::nth_element(lives.begin(), lives.begin() + pool.spares, lives.end());
    return lives[static_cast<std::size_t>(pool.spares)];
  }
  for (int part = 0; part < pool.active; ++part) lives.push_back(pool.life.draw(random));
  std::priority_queue<double, std::vector<double>, std::greater<>> ends(std::greater<>{}, std::move(lives));
  for (int used = 0; used < pool.spares; ++used) {
    const double end = ends.top();
    ends.pop();
    ends.push(end + pool.life.draw(random));
  }
  return ends.top();
}

double mean_availability(const SparePool& pool, double outage_s, double days) {
  return (mean_days_with_spares(pool, days) - mean_replacements(pool, days) * outage_s / kSecondsPerDay) / days;
}

}  // namespace vtpu::net::fault
