#pragma once
#include <cstddef>

#include "vtpu/analysis/cache_model.h"
#include "vtpu/base/random.h"

namespace vtpu::study::access {

/// Share of the loads that miss a cache when a pointer chase visits `cells` cells of 8 bytes in one random cycle
/// (measure::link_cycle), after as many loads that fill the cache. Exact for the model of the cache: a simulated value.
double chase_miss_rate(const analysis::CacheGeometry& cache, std::size_t cells, Random random);

/// The fewest whole pages, in bytes, whose chase misses at least this share of its loads. `share` < 1.
std::size_t bytes_whose_chase_misses(double share, const analysis::CacheGeometry& cache, const Random& random);

}  // namespace vtpu::study::access
