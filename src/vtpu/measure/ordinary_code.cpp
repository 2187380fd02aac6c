#include "vtpu/measure/ordinary_code.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace vtpu::measure {
namespace {

std::uint64_t dot_product(OrdinaryData& data) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < data.left.size(); ++i) sum += data.left[i] * data.right[i];
  return sum;
}

std::uint64_t fnv_hash(OrdinaryData& data) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : data.text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return hash;
}

std::uint64_t list_sum(OrdinaryData& data) {
  std::uint64_t sum = 0;
  for (const Node* node = data.head; node != nullptr; node = node->next) sum += node->value;
  return sum;
}

/// Counts of an insertion sort. The timed version does not count.
struct Moves {
  std::uint64_t compares = 0;
  std::uint64_t shifts = 0;
};

template <bool kCounts>
void insertion_sort(OrdinaryData& data, Moves& moves) {
  std::copy(data.left.begin(), data.left.end(), data.scratch.begin());
  for (std::size_t group = 0; group < data.scratch.size(); group += OrdinaryData::kGroup) {
    std::uint64_t* const a = data.scratch.data() + group;
    for (std::size_t i = 1; i < OrdinaryData::kGroup; ++i) {
      const std::uint64_t item = a[i];
      std::size_t j = i;
      while (j > 0 && a[j - 1] > item) {
        a[j] = a[j - 1];
        --j;
        if constexpr (kCounts) ++moves.shifts;
      }
      if constexpr (kCounts) moves.compares += i - j + (j > 0 ? 1 : 0);
      a[j] = item;
    }
  }
}

std::uint64_t sort_groups(OrdinaryData& data) {
  Moves none;
  insertion_sort<false>(data, none);
  return data.scratch[OrdinaryData::kGroup - 1];
}

std::uint64_t count_words(OrdinaryData& data) {
  std::uint64_t words = 0;
  bool inside = false;
  for (const char c : data.text) {
    const bool letter = c != ' ';
    words += letter && !inside;
    inside = letter;
  }
  return words;
}

std::uint64_t matrix_product(OrdinaryData& data) {
  constexpr std::size_t n = OrdinaryData::kSide;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      double sum = 0;
      for (std::size_t k = 0; k < n; ++k) sum += data.x[i * n + k] * data.y[k * n + j];
      data.z[i * n + j] = sum;
    }
  return static_cast<std::uint64_t>(data.z[n + 1]);
}

std::uint64_t histogram(OrdinaryData& data) {
  data.bins.fill(0);
  for (const char c : data.text) ++data.bins[static_cast<unsigned char>(c)];
  return data.bins[' '];
}

std::uint64_t prefix_sum(OrdinaryData& data) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < data.left.size(); ++i) {
    sum += data.left[i];
    data.scratch[i] = sum;
  }
  return sum;
}

std::uint64_t binary_search(OrdinaryData& data) {
  std::uint64_t places = 0;
  for (const std::uint64_t key : data.right) {
    std::size_t at = 0;
    for (std::size_t half = data.sorted.size() / 2; half > 0; half /= 2)
      if (data.sorted[at + half - 1] < key) at += half;
    places += at;
  }
  return places;
}

std::uint64_t stencil(OrdinaryData& data) {
  for (std::size_t i = 1; i + 1 < data.x.size(); ++i) data.z[i] = data.x[i - 1] + 2 * data.x[i] + data.x[i + 1];
  return static_cast<std::uint64_t>(data.z[1]);
}

}  // namespace

OrdinaryData::OrdinaryData(Random random) {
  for (std::size_t i = 0; i < kCount; ++i) {
    left.push_back(random.below(1000));
    right.push_back(random.below(1000));
    x.push_back(static_cast<double>(random.below(100)));
    y.push_back(static_cast<double>(random.below(100)));
  }
  sorted = left;
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t i = 0; i < 4 * kCount; ++i)
    text += random.below(6) == 0 ? ' ' : static_cast<char>('a' + random.below(26));
  std::vector<std::size_t> order(kCount);
  std::iota(order.begin(), order.end(), std::size_t{0});
  random.shuffle(order);
  nodes.resize(kCount);
  for (std::size_t i = 0; i < kCount; ++i) nodes[order[i]] = {left[i], i + 1 < kCount ? &nodes[order[i + 1]] : nullptr};
  head = &nodes[order[0]];
}

std::vector<OrdinaryLoop> ordinary_loops(OrdinaryData& data) {
  constexpr double n = OrdinaryData::kCount;
  constexpr double bytes = 4 * n;
  constexpr double side = OrdinaryData::kSide;
  constexpr std::size_t kSide = OrdinaryData::kSide;
  const auto sum = [](const std::vector<std::uint64_t>& v) {
    return std::accumulate(v.begin(), v.end(), std::uint64_t{0});
  };

  Moves moves;
  insertion_sort<true>(data, moves);
  const double compares = static_cast<double>(moves.compares);
  const double shifts = static_cast<double>(moves.shifts);
  std::vector<std::uint64_t> group(data.left.begin(), data.left.begin() + OrdinaryData::kGroup);
  std::uint64_t words = data.text.front() != ' ' ? 1 : 0;
  for (std::size_t i = 1; i < data.text.size(); ++i) words += data.text[i - 1] == ' ' && data.text[i] != ' ' ? 1 : 0;
  double cell = 0;
  for (std::size_t k = 0; k < kSide; ++k) cell += data.x[kSide + k] * data.y[k * kSide + 1];
  std::uint64_t hash = 14695981039346656037U;
  for (std::size_t i = 0; i < data.text.size(); ++i) {
    hash ^= static_cast<std::uint64_t>(data.text[i]);
    hash *= 1099511628211U;
  }
  std::uint64_t places = 0;
  for (const std::uint64_t key : data.right) {
    const auto at = std::lower_bound(data.sorted.begin(), data.sorted.end(), key) - data.sorted.begin();
    places += std::min<std::uint64_t>(static_cast<std::uint64_t>(at), OrdinaryData::kCount - 1);
  }
  return {// two loads, multiply, add
          {"dot_product", dot_product, 4 * n, 2 * n,
           std::inner_product(data.left.begin(), data.left.end(), data.right.begin(), std::uint64_t{0})},
          // load, xor, multiply
          {"fnv_hash", fnv_hash, 3 * bytes, 2 * bytes, hash},
          // load of value and of link, add
          {"list_sum", list_sum, 3 * n, n, sum(data.left)},
          // copy: load, store; each item: load, store; each comparison: load, compare; each shift: store
          {"sort_groups", sort_groups, 4 * n + 2 * compares + shifts, 4 * n + 2 * compares,
           *std::max_element(group.begin(), group.end())},
          // load, compare, and, add
          {"count_words", count_words, 4 * bytes, 2 * bytes, words},
          // two loads, multiply, add; one store per element
          {"matrix_product", matrix_product, 4 * side * side * side + side * side,
           2 * side * side * side + 2 * side * side, static_cast<std::uint64_t>(cell)},
          // load of the byte and of its bin, add, store
          {"histogram", histogram, 4 * bytes + 256, 2 * bytes,
           static_cast<std::uint64_t>(std::count(data.text.begin(), data.text.end(), ' '))},
          // load, add, store
          {"prefix_sum", prefix_sum, 3 * n, 2 * n, sum(data.left)},
          // each of ten halvings: load, compare, select; one load and one add per key
          {"binary_search", binary_search, (3 * std::log2(n) + 2) * n, (2 * std::log2(n) + 2) * n, places},
          // three loads, two adds, multiply, store
          {"stencil", stencil, 7 * (n - 2), 2 * (n - 2),
           static_cast<std::uint64_t>(data.x[0] + 2 * data.x[1] + data.x[2])}};
}

}  // namespace vtpu::measure
