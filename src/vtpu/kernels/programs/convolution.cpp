#include <algorithm>
#include <vector>

#include "vtpu/base/check.h"
#include "vtpu/kernels/programs/parts.h"

namespace vtpu::kernels::phx {

CompiledProgram convolution() {
  return {.name = "convolution",
          .what = "hypergraph convolution, edges of two to five nodes, f32",
          .source = source_of("convolution"),
          .sizes = {{{"L1", {{"nodes", 16}, {"edges", 8}, {"entries", 24}, {"width", 80}}},
                     {"L2", {{"nodes", 344}, {"edges", 172}, {"entries", 516}, {"width", 80}}},
                     {"memory", {{"nodes", 65536}, {"edges", 32768}, {"entries", 98304}, {"width", 80}}}}},
          .small = {{"nodes", 12}, {"edges", 6}, {"entries", 17}, {"width", 160}},
          .fill =
              [](const Parameters& p, std::uint64_t seed, Tensors tensors) {
                Random random(seed);
                fill_uniform(elements<float>(tensors, 0), random, 0, 1);
                const auto nodes = static_cast<std::size_t>(p.at("nodes")),
                           edges = static_cast<std::size_t>(p.at("edges")),
                           entries = static_cast<std::size_t>(p.at("entries"));
                VTPU_CHECK(2 * edges <= entries && entries <= 5 * edges && nodes >= 5, "edges have two to five nodes");
                std::vector<std::vector<std::int32_t>> of_edge(edges), of_node(nodes);
                std::vector<std::size_t> sizes(edges, 2);
                for (std::size_t more = entries - 2 * edges; more > 0;) {
                  std::size_t& size = sizes[random.below(edges)];
                  if (size < 5) ++size, --more;
                }
                for (std::size_t e = 0; e < edges; ++e)
                  while (of_edge[e].size() < sizes[e]) {
                    const auto node = static_cast<std::int32_t>(random.below(nodes));
                    if (std::ranges::find(of_edge[e], node) != of_edge[e].end()) continue;
                    of_edge[e].push_back(node);
                    of_node[static_cast<std::size_t>(node)].push_back(static_cast<std::int32_t>(e));
                  }
                // Lists in ascending order, each entry with the reciprocal of its list's length: sums are means.
                const auto put = [&](std::vector<std::vector<std::int32_t>>& lists, std::size_t first_tensor) {
                  const auto first = elements<std::int32_t>(tensors, first_tensor);
                  std::size_t at = 0;
                  for (std::size_t i = 0; i < lists.size(); ++i) {
                    std::ranges::sort(lists[i]);
                    for (const std::int32_t member : lists[i]) {
                      elements<std::int32_t>(tensors, first_tensor + 1)[at] = member;
                      elements<float>(tensors, first_tensor + 2)[at++] = 1.0F / static_cast<float>(lists[i].size());
                    }
                    first[i + 1] = static_cast<std::int32_t>(at);
                  }
                };
                put(of_edge, 1);
                put(of_node, 4);
              },
          .flop = [](const Parameters& p) { return 4 * value(p, "entries") * value(p, "width"); },
          .bytes =
              [](const Parameters& p) {
                return 4 * value(p, "width") * (2 * value(p, "nodes") + value(p, "edges")) + 16 * value(p, "entries") +
                       4 * (value(p, "nodes") + value(p, "edges"));
              },
          // Positive terms, one after the other: five of an edge, and of a node as many as its edges, seldom a dozen.
          .tolerance = [](const Parameters&) { return 2 * (5 + 20) * kRounding; }};
}

}  // namespace vtpu::kernels::phx
