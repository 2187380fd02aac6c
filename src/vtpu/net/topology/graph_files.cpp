#include "vtpu/net/topology/graph_files.h"

#include <fmt/core.h>

#include <algorithm>
#include <boost/any.hpp>
#include <boost/graph/graphml.hpp>
#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <cstddef>
#include <exception>
#include <functional>
#include <map>
#include <optional>
#include <sstream>
#include <utility>
#include <vector>

#include "vtpu/base/text.h"
#include "vtpu/base/text_file.h"

namespace vtpu::net::topology {
namespace {

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

// ---- GraphML

/// The graph that Boost's reader fills. Nodes and links are kept in the order in which the reader adds them.
class GraphMaker : public boost::mutate_graph {
 public:
  explicit GraphMaker(std::string file) : file_(std::move(file)) {}

  bool is_directed() const override { return false; }

  boost::any do_add_vertex() override {
    nodes.push_back({});
    return static_cast<int>(nodes.size()) - 1;
  }

  std::pair<boost::any, bool> do_add_edge(boost::any source, boost::any target) override {
    links.push_back({boost::any_cast<int>(source), boost::any_cast<int>(target), {}, {}, 0});
    return {static_cast<int>(links.size()) - 1, true};
  }

  void set_graph_property(const std::string&, const std::string&, const std::string&) override {}

  void set_vertex_property(const std::string& name, boost::any vertex, const std::string& value,
                           const std::string&) override {
    if (name != "kind") return;
    static const std::vector<std::string> kKinds = {"chip", "switch"};
    const int node = boost::any_cast<int>(vertex);
    const std::string_view kind = trim(value);
    if (kind != "chip" && kind != "switch")
      fail(Error{fmt::format("{}, node {}", file_, node + 1), "found kind " + quoted_with_hint(kind, kKinds),
                 "chip or switch"});
    nodes[static_cast<std::size_t>(node)].is_switch = kind == "switch";
  }

  void set_edge_property(const std::string& name, boost::any edge, const std::string& value,
                         const std::string&) override {
    const int number = boost::any_cast<int>(edge);
    GraphLink& link = links[static_cast<std::size_t>(number)];
    const std::string where = fmt::format("{}, edge {}", file_, number + 1);
    const auto set = [&](std::optional<double>& field, const Result<double>& parsed) {
      if (parsed)
        field = *parsed;
      else
        fail(parsed.error());
    };
    if (name == "bandwidth_gbytes_per_s") set(link.bandwidth_gbytes_per_s, parse_bandwidth(trim(value), where));
    if (name == "latency_ns") set(link.latency_ns, parse_latency(trim(value), where));
  }

  std::vector<GraphNode> nodes;
  std::vector<GraphLink> links;
  std::optional<Error> error;  // the first error found in the data

 private:
  void fail(Error found) {
    if (!error) error = std::move(found);
  }

  std::string file_;
};

/// Whether elements are nested so deeply that a recursive reader could exhaust the stack.
bool nests_too_deep(std::string_view xml) {
  constexpr int kMostDeep = 500;
  int depth = 0;
  for (std::size_t at = xml.find('<'); at != std::string_view::npos && at + 1 < xml.size();
       at = xml.find('<', at + 1)) {
    if (xml[at + 1] == '!' || xml[at + 1] == '?') continue;
    if (xml[at + 1] == '/') {
      --depth;
    } else if (const std::size_t end = xml.find('>', at); end == std::string_view::npos || xml[end - 1] != '/') {
      ++depth;
    }
    if (depth > kMostDeep) return true;
  }
  return false;
}

/// Collects the ids of the first graph's nodes in file order. Boost's reader adds nodes in the same order but does not
/// expose their ids.
void collect_ids(const boost::property_tree::ptree& element, std::vector<std::string>& ids) {
  for (const auto& [tag, child] : element) {
    if (tag != "graph") continue;
    for (const auto& [inner, node] : child)
      if (inner == "node") ids.push_back(node.get<std::string>("<xmlattr>.id", ""));
    return;
  }
}

}  // namespace

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

Result<GraphTopology> parse_graphml(std::string_view text, const std::string& file) {
  if (nests_too_deep(text)) return Error{file, "elements nested hundreds deep", "one graph of nodes and edges"};
  GraphMaker maker(file);
  std::vector<std::string> ids;
  try {
    std::istringstream xml{std::string(text)};
    boost::property_tree::ptree tree;
    boost::property_tree::read_xml(xml, tree, boost::property_tree::xml_parser::no_comments);
    if (const auto root = tree.get_child_optional("graphml")) collect_ids(*root, ids);
    std::istringstream again{std::string(text)};
    boost::read_graphml(again, maker, 0);
  } catch (const boost::property_tree::xml_parser_error& error) {
    return Error{fmt::format("{}:{}", file, error.line()), "malformed XML: " + error.message(), ""};
  } catch (const boost::directed_graph_error&) {
    return Error{file, "found a directed graph or edge", "edgedefault=\"undirected\": links are full duplex"};
  } catch (const std::exception& error) {
    return Error{file, fmt::format("malformed GraphML: {}", error.what()), "a graph of nodes and undirected edges"};
  }
  if (maker.error) return *maker.error;
  if (ids.size() != maker.nodes.size())
    return Error{file,
                 fmt::format("found {} nodes, but {} different ids in nodes and edges", ids.size(), maker.nodes.size()),
                 "one flat graph with a node for every end of an edge, and every id once"};
  for (std::size_t i = 0; i < ids.size(); ++i) maker.nodes[i].name = ids[i];
  return GraphTopology::make(file, maker.nodes, maker.links);
}

Result<GraphTopology> read_graph(const std::filesystem::path& path) {
  const Result<std::string> text = read_text(path);
  if (!text) return text.error();
  return path.extension() == ".graphml" ? parse_graphml(*text, path.string()) : parse_edge_list(*text, path.string());
}

}  // namespace vtpu::net::topology
