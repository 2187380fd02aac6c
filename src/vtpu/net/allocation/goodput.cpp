#include "vtpu/net/allocation/goodput.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "vtpu/base/check.h"

namespace vtpu::net::allocation {

double block_availability(double host_availability, int hosts_per_block) {
  double up = 1;
  for (int host = 0; host < hosts_per_block; ++host) up *= host_availability;
  return up;
}

CountLaw binomial_law(int n, double p) {
  VTPU_CHECK(n >= 0 && p >= 0 && p <= 1, "a binomial law has n trials of a probability p");
  CountLaw law(static_cast<std::size_t>(n) + 1, 0);
  law[0] = 1;
  for (std::size_t things = 1; things < law.size(); ++things)
    for (std::size_t k = things + 1; k-- > 0;) law[k] = law[k] * (1 - p) + (k > 0 ? law[k - 1] * p : 0);
  return law;
}

CountLaw switched_slices(const CountLaw& up, int needed) {
  const auto size = static_cast<std::size_t>(needed);
  CountLaw slices((up.size() - 1) / size + 1, 0);
  for (std::size_t blocks = 0; blocks < up.size(); ++blocks) slices[blocks / size] += up[blocks];
  return slices;
}

int fixed_places(const Shape& grid, const Shape& box) {
  std::array<int, 3> sides = {box.side(0), box.side(1), box.side(2)};
  std::sort(sides.begin(), sides.end());
  int most = 0;
  do {
    int places = 1;
    for (int d = 0; d < 3; ++d) places *= grid.side(d) / sides[static_cast<std::size_t>(d)];
    most = std::max(most, places);
  } while (std::next_permutation(sides.begin(), sides.end()));
  return most;
}

CountLaw wired_slices(int places, int needed, double block_up) {
  double up = 1;
  for (int block = 0; block < needed; ++block) up *= block_up;
  return binomial_law(places, up);
}

double at_least(const CountLaw& law, int count) {
  // From the far end, where the terms are smallest.
  double sum = 0;
  for (std::size_t k = law.size(); k-- > static_cast<std::size_t>(std::max(count, 0));) sum += law[k];
  return count <= 0 ? 1 : sum;
}

int assured(const CountLaw& law, double level) {
  int count = static_cast<int>(law.size()) - 1;
  while (count > 0 && at_least(law, count) < level) --count;
  return count;
}

double expected(const CountLaw& law) {
  double sum = 0;
  for (std::size_t k = law.size(); k-- > 1;) sum += static_cast<double>(k) * law[k];
  return sum;
}

Levels levels_of(const CountLaw& law, int count) { return {at_least(law, count + 1), at_least(law, count)}; }

}  // namespace vtpu::net::allocation
