#include "vtpu/search/workloads.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

namespace vtpu::search {
namespace {

/// Accumulates bytes by pair.
class Pairs {
 public:
  void add(int source, int destination, double bytes) {
    if (source != destination && bytes > 0) bytes_[{source, destination}] += bytes;
  }
  /// Adds `bytes` that each of `count` ranks first, first + stride, … sends around their ring, half in each direction.
  void add_ring(int first, int stride, int count, double bytes) {
    for (int i = 0; i < count; ++i) {
      add(first + i * stride, first + (i + 1) % count * stride, bytes / 2);
      add(first + i * stride, first + (i + count - 1) % count * stride, bytes / 2);
    }
  }
  std::vector<net::workload::Demand> list() const {
    std::vector<net::workload::Demand> demands;
    for (const auto& [pair, bytes] : bytes_) demands.push_back({net::Chip(pair.first), net::Chip(pair.second), bytes});
    return demands;
  }

 private:
  std::map<std::pair<int, int>, double> bytes_;
};

/// Adds `bytes` per rank, split evenly over its neighbours on a logical torus.
void add_neighbours(Pairs& pairs, const net::Shape& grid, double bytes) {
  int rings = 0;
  for (int d = 0; d < grid.dimensions(); ++d) rings += grid.side(d) > 1 ? 1 : 0;
  for (int d = 0; d < grid.dimensions(); ++d)
    for (int rank = 0; rank < grid.count(); ++rank)
      if (grid.side(d) > 1 && grid.coordinate_of(rank, d) == 0)
        pairs.add_ring(rank, grid.stride(d), grid.side(d), bytes / rings);
}

}  // namespace

double StepTraffic::mean_bytes() const {
  double sum = 0;
  for (const net::workload::Demand& demand : pairs) sum += demand.weight;
  return sum / ranks + each_pair * (ranks - 1);
}

double StepTraffic::most_bytes() const {
  std::vector<double> sent(static_cast<std::size_t>(ranks), each_pair * (ranks - 1));
  for (const net::workload::Demand& demand : pairs)
    sent[static_cast<std::size_t>(demand.source.value())] += demand.weight;
  return *std::max_element(sent.begin(), sent.end());
}

Result<StepTraffic> transformer_step(const Transformer& model, const Partition& partition, std::string name) {
  for (const int part : {partition.pipeline, partition.data, partition.model1, partition.model2})
    if (part < 1) return Error{"partition", fmt::format("found a degree of {}", part), "at least 1"};
  if (model.layers % partition.pipeline != 0)
    return Error{"partition", fmt::format("found {} stages of {} layers", partition.pipeline, model.layers),
                 "a number of layers that the stages divide"};
  const int group = partition.model1 * partition.model2;
  const double width = model.width, layers = model.layers / partition.pipeline;
  const double sequences = model.batch_tokens / model.sequence / partition.data;
  const double activations = width * model.sequence * model.bytes_per_number;
  const auto round_a_ring = [](int n) { return static_cast<double>(n - 1) / n; };
  double along1 = 0, along2 = 0;
  if (partition.model1 == 1) {
    along2 = 4 * 2 * round_a_ring(partition.model2) * activations * layers * sequences;
  } else {
    along2 = 2 * 4 * round_a_ring(partition.model2) * activations / partition.model1 * layers * sequences;
    along1 = 2 * 12 * round_a_ring(partition.model1) * activations / partition.model2 * layers * sequences;
  }
  const double between_stages = activations / group * sequences;
  const double gradients = 12 * width * width * model.bytes_per_number / group * layers;
  Pairs pairs;
  for (int stage = 0; stage < partition.pipeline; ++stage) {
    for (int replica = 0; replica < partition.data; ++replica) {
      const int first = (stage * partition.data + replica) * group;
      for (int i = 0; i < partition.model1; ++i)
        pairs.add_ring(first + i * partition.model2, 1, partition.model2, along2);
      for (int j = 0; j < partition.model2; ++j) pairs.add_ring(first + j, partition.model2, partition.model1, along1);
    }
    for (int i = 0; i < partition.data * group; ++i) {
      const int rank = stage * partition.data * group + i, next = rank + partition.data * group;
      if (stage + 1 < partition.pipeline) {
        pairs.add(rank, next, between_stages);
        pairs.add(next, rank, between_stages);
      }
    }
    for (int member = 0; member < group; ++member)
      pairs.add_ring(stage * partition.data * group + member, group, partition.data,
                     2 * round_a_ring(partition.data) * gradients);
  }
  return StepTraffic{std::move(name), partition.ranks(), 0, pairs.list()};
}

StepTraffic recommender_step(const Recommender& model, const net::Shape& grid) {
  const double ranks = grid.count();
  const double a_sample = model.features * (model.valency + 2.0 * model.row_elements) * model.bytes_per_number;
  const double dense = 2 * (ranks - 1) / ranks * model.dense_parameters * model.bytes_per_number;
  Pairs pairs;
  add_neighbours(pairs, grid, dense);
  return {"dlrm", grid.count(), a_sample * model.samples_per_rank / ranks, pairs.list()};
}

Result<StepTraffic> mixed_step(const net::Shape& grid, double all_to_all, double bytes) {
  if (!(all_to_all >= 0 && all_to_all <= 1))
    return Error{"all-to-all share", fmt::format("found {}", all_to_all), "0..1"};
  Pairs pairs;
  add_neighbours(pairs, grid, (1 - all_to_all) * bytes);
  const double others = grid.count() > 1 ? grid.count() - 1 : 1;
  return StepTraffic{fmt::format("mix {:.2g}", all_to_all), grid.count(), all_to_all * bytes / others, pairs.list()};
}

StepTraffic permutation_step(int ranks, Random random, double bytes) {
  // A single cycle through all ranks in random order has no fixed point either, but is not a typical derangement. So
  // shuffle until there is no fixed point, which takes e tries on average.
  std::vector<int> to(static_cast<std::size_t>(ranks));
  std::iota(to.begin(), to.end(), 0);
  const auto stays = [&] {
    for (int rank = 0; rank < ranks; ++rank)
      if (to[static_cast<std::size_t>(rank)] == rank) return true;
    return false;
  };
  while (ranks > 1 && stays()) random.shuffle(to);
  Pairs pairs;
  for (int rank = 0; rank < ranks; ++rank) pairs.add(rank, to[static_cast<std::size_t>(rank)], bytes);
  return {"permutation", ranks, 0, pairs.list()};
}

}  // namespace vtpu::search
