#include "vtpu/net/topology/graph_files.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <functional>
#include <map>
#include <vector>

#include "vtpu/base/text.h"
#include "vtpu/base/text_file.h"

namespace vtpu::net::topology {
namespace {

/// The words of a line, up to a comment.
std::vector<std::string_view> words_of(std::string_view line) {
  line = line.substr(0, line.find('#'));
  std::vector<std::string_view> words;
  constexpr std::string_view kBlank = " \t\r\v\f";
  for (std::size_t at = line.find_first_not_of(kBlank); at != std::string_view::npos;) {
    const std::size_t end = std::min(line.find_first_of(kBlank, at), line.size());
    words.push_back(line.substr(at, end - at));
    at = line.find_first_not_of(kBlank, end);
  }
  return words;
}

/// Whether a file name ends like that of a graph format other than GraphML.
bool is_other_format(std::string_view extension) {
  static constexpr std::array<std::string_view, 13> kOthers = {
      ".json", ".gml", ".dot", ".gv", ".gexf", ".net", ".paj", ".csv", ".tsv", ".gz", ".zip", ".graphmlz", ".tgf"};
  return std::find(kOthers.begin(), kOthers.end(), extension) != kOthers.end();
}

}  // namespace

Result<double> parse_bandwidth(std::string_view text, const std::string& where) {
  const Result<double> value = parse_number(text, where);
  if (value && *value <= 0) return Error{where, fmt::format("found bandwidth {}", *value), "above 0 GB/s"};
  return value;
}

Result<double> parse_latency(std::string_view text, const std::string& where) {
  const Result<double> value = parse_number(text, where);
  if (value && *value < 0) return Error{where, fmt::format("found latency {}", *value), "at least 0 ns"};
  return value;
}

Result<GraphTopology> parse_edge_list(std::string_view text, const std::string& file) {
  std::vector<GraphNode> nodes;
  std::vector<GraphLink> links;
  std::map<std::string, int, std::less<>> number_of;
  int line_number = 0;
  for (const std::string_view line : split(text, '\n')) {
    ++line_number;
    const std::vector<std::string_view> words = words_of(line);
    if (words.empty()) continue;
    const std::string where = fmt::format("{}:{}", file, line_number);
    if (words.size() < 2 || words.size() > 4)
      return Error{where, fmt::format("found {} word{}", words.size(), words.size() == 1 ? "" : "s"),
                   "a b [bandwidth_gbytes_per_s [latency_ns]]"};
    GraphLink link;
    link.line = line_number;
    for (int end = 0; end < 2; ++end) {
      const std::string name(words[static_cast<std::size_t>(end)]);
      if (name.ends_with(','))
        return Error{where, fmt::format("found node '{}'", name), "words separated by blanks, not by commas"};
      const auto [known, is_new] = number_of.try_emplace(name, static_cast<int>(nodes.size()));
      if (is_new) nodes.push_back({name, false});
      (end == 0 ? link.a : link.b) = known->second;
    }
    if (words.size() > 2) {
      const Result<double> bandwidth = parse_bandwidth(words[2], where);
      if (!bandwidth) return bandwidth.error();
      link.bandwidth_gbytes_per_s = *bandwidth;
    }
    if (words.size() > 3) {
      const Result<double> latency = parse_latency(words[3], where);
      if (!latency) return latency.error();
      link.latency_ns = *latency;
    }
    links.push_back(link);
  }
  return GraphTopology::make(file, nodes, links);
}

Result<GraphTopology> read_graph(const std::filesystem::path& path, const std::vector<std::string>& ignored) {
  const Result<std::string> text = read_text(path);
  if (!text) return text.error();
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (is_other_format(extension))
    return Error{path.string(), fmt::format("found a file of type {}", extension),
                 "GraphML (.graphml) or an edge list"};
  const bool xml = extension == ".graphml" || extension == ".xml" || trim(*text).starts_with('<');
  return xml ? parse_graphml(*text, path.string(), ignored) : parse_edge_list(*text, path.string());
}

}  // namespace vtpu::net::topology
