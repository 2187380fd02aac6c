#include "vtpu/net/collective/names.h"

#include <algorithm>
#include <array>
#include <utility>

#include "vtpu/base/text.h"

namespace vtpu::net::collective {
namespace {

constexpr std::array kCollectives = {
    std::pair{Collective::broadcast, "broadcast"},
    std::pair{Collective::reduce, "reduce"},
    std::pair{Collective::all_reduce, "all-reduce"},
    std::pair{Collective::reduce_scatter, "reduce-scatter"},
    std::pair{Collective::all_gather, "all-gather"},
    std::pair{Collective::all_to_all, "all-to-all"},
    std::pair{Collective::gather, "gather"},
    std::pair{Collective::scatter, "scatter"},
    std::pair{Collective::sparse_exchange, "sparse-exchange"},
};

constexpr std::array kAlgorithms = {
    std::pair{Algorithm::ring, "ring"},
    std::pair{Algorithm::bidirectional_ring, "bidirectional-ring"},
    std::pair{Algorithm::bucket, "bucket"},
    std::pair{Algorithm::binomial_tree, "binomial-tree"},
    std::pair{Algorithm::recursive_halving_doubling, "recursive-halving-doubling"},
    std::pair{Algorithm::recursive_doubling, "recursive-doubling"},
    std::pair{Algorithm::dimension_wise, "dimension-wise"},
    std::pair{Algorithm::direct, "direct"},
};

template <class Rows>
constexpr auto first_column(const Rows& rows) {
  std::array<typename Rows::value_type::first_type, std::tuple_size_v<Rows>> values{};
  for (std::size_t i = 0; i < rows.size(); ++i) values[i] = rows[i].first;
  return values;
}
constexpr auto kAllCollectives = first_column(kCollectives);
constexpr auto kAllAlgorithms = first_column(kAlgorithms);

template <class Rows, class Value>
std::string name_of(const Rows& rows, Value value) {
  return std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.first == value; })->second;
}

template <class Rows>
Result<typename Rows::value_type::first_type> parse(const Rows& rows, std::string_view text, const std::string& what) {
  std::vector<std::string> names;
  for (const auto& [value, name] : rows) {
    if (text == name) return value;
    names.emplace_back(name);
  }
  return Error{what, "found " + quoted_with_hint(text, names), "one of " + join(names, ", ")};
}

}  // namespace

std::string to_string(Collective collective) { return name_of(kCollectives, collective); }
std::string to_string(Algorithm algorithm) { return name_of(kAlgorithms, algorithm); }
std::span<const Collective> all_collectives() { return kAllCollectives; }
std::span<const Algorithm> all_algorithms() { return kAllAlgorithms; }

Result<Collective> parse_collective(std::string_view text) { return parse(kCollectives, text, "collective"); }
Result<Algorithm> parse_algorithm(std::string_view text) { return parse(kAlgorithms, text, "algorithm"); }

std::vector<Algorithm> algorithms_of(Collective collective) {
  using enum Algorithm;
  switch (collective) {
    case Collective::broadcast:
    case Collective::reduce: return {ring, bidirectional_ring, binomial_tree, direct};
    case Collective::all_reduce:
      return {ring, bidirectional_ring, bucket, binomial_tree, recursive_halving_doubling, recursive_doubling, direct};
    case Collective::reduce_scatter:
    case Collective::all_gather: return {ring, bidirectional_ring, bucket, recursive_halving_doubling, direct};
    case Collective::gather:
    case Collective::scatter: return {binomial_tree, direct};
    case Collective::all_to_all:
    case Collective::sparse_exchange: break;
  }
  return {dimension_wise, direct};
}

Result<void> check_combination(Collective collective, Algorithm algorithm) {
  const std::vector<Algorithm> known = algorithms_of(collective);
  if (std::find(known.begin(), known.end(), algorithm) != known.end()) return {};
  std::vector<std::string> names;
  for (const Algorithm each : known) names.push_back(to_string(each));
  return Error{"algorithm", "no " + to_string(collective) + " by '" + to_string(algorithm) + "'",
               "one of " + join(names, ", ")};
}

}  // namespace vtpu::net::collective
