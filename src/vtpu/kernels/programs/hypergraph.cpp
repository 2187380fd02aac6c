#include <vector>

#include "vtpu/base/check.h"
#include "vtpu/kernels/programs/parts.h"

namespace vtpu::kernels::phx {

CompiledProgram hypergraph() {
  return {.name = "hypergraph",
          .what = "hypergraph convolution, 128 features, edges of 8 nodes, f32",
          .source = source_of("hypergraph"),
          .sizes = {{{"L1", {{"nodes", 16}, {"edges", 8}, {"members", 8}, {"incident", 4}}},
                     {"L2", {{"nodes", 320}, {"edges", 160}, {"members", 8}, {"incident", 4}}},
                     {"memory", {{"nodes", 32768}, {"edges", 16384}, {"members", 8}, {"incident", 4}}}}},
          .small = {{"nodes", 10}, {"edges", 6}, {"members", 5}, {"incident", 3}},
          .fill =
              [](const Parameters& p, std::uint64_t seed, Tensors tensors) {
                Random random(seed);
                fill_uniform(elements<float>(tensors, 0), random, 0, 1);
                const auto member = elements<std::int32_t>(tensors, 1), edge_of = elements<std::int32_t>(tensors, 2);
                VTPU_CHECK(member.size() == edge_of.size(), "nodes × incident = edges × members");
                // Every node occurs once per incident edge, in random order; its edges are those in which it then
                // occurs.
                const auto incident = static_cast<std::size_t>(p.at("incident"));
                std::vector<std::int32_t> order(member.size());
                for (std::size_t k = 0; k < order.size(); ++k) order[k] = static_cast<std::int32_t>(k / incident);
                random.shuffle(order);
                std::vector<std::size_t> used(static_cast<std::size_t>(p.at("nodes")));
                for (std::size_t k = 0; k < order.size(); ++k) {
                  member[k] = order[k];
                  const auto node = static_cast<std::size_t>(order[k]);
                  edge_of[node * incident + used[node]++] =
                      static_cast<std::int32_t>(k / static_cast<std::size_t>(p.at("members")));
                }
              },
          .flop =
              [](const Parameters& p) {
                return 128 * (2 * value(p, "nodes") * value(p, "incident") + value(p, "edges") + value(p, "nodes"));
              },
          .bytes =
              [](const Parameters& p) {
                return 512 * (2 * value(p, "nodes") + value(p, "edges")) + 8 * value(p, "nodes") * value(p, "incident");
              },
          // Either side adds positive terms in sequence.
          .tolerance =
              [](const Parameters& p) { return 2 * (value(p, "members") + value(p, "incident") + 4) * kRounding; }};
}

}  // namespace vtpu::kernels::phx
