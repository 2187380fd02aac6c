// The only file that includes Expat.
#include <expat.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "vtpu/base/position.h"
#include "vtpu/base/text.h"
#include "vtpu/net/topology/graph_files.h"

namespace vtpu::net::topology {
namespace {

// ---- the document as it stands: keys, nodes and edges with their data, in any order

/// A <data> element, or an attribute that GraphML does not define, which says the same.
struct Datum {
  std::string key;
  std::string value;
  bool has_elements = false;  ///< its value is not only text
  bool is_attribute = false;  ///< `key` is the name of the data
  int line = 0;
};

struct KeyElement {
  std::string id;
  std::string name;
  std::string of;                    ///< the elements that have the data: node, edge, …, or all
  std::optional<std::string> value;  ///< by default
  int line = 0;
};

struct NodeElement {
  std::string id;
  std::vector<Datum> data;
  int line = 0;
};

struct EdgeElement {
  std::string source;
  std::string target;
  std::string direction;  ///< the attribute `directed`, or empty
  std::array<std::string, 2> ports;
  std::vector<Datum> data;
  int line = 0;
};

struct Document {
  std::vector<KeyElement> keys;
  std::vector<NodeElement> nodes;
  std::vector<EdgeElement> edges;
  std::map<std::string, std::vector<Datum>> others;     ///< data of graphs and ports, by kind of element
  std::set<std::pair<std::string, std::string>> ports;  ///< node and name
  std::string direction;                                ///< edgedefault
  std::optional<std::pair<std::string, int>> nodes_announced, edges_announced;  ///< parse.nodes and its line
};

/// Fills a document from Expat's events. The first error ends the reading.
class Parser {
 public:
  explicit Parser(std::string file)
      : file_(std::move(file)), expat_(XML_ParserCreateNS("UTF-8", kSeparator), XML_ParserFree) {
    if (expat_ == nullptr) throw std::bad_alloc();
    XML_SetUserData(expat_.get(), this);
    XML_SetElementHandler(expat_.get(), &Parser::on_start, &Parser::on_end);
    XML_SetCharacterDataHandler(expat_.get(), &Parser::on_text);
    XML_SetXmlDeclHandler(expat_.get(), &Parser::on_declaration);
    XML_SetStartDoctypeDeclHandler(expat_.get(), &Parser::on_doctype);
    XML_SetEntityDeclHandler(expat_.get(), &Parser::on_entity);
    XML_SetSkippedEntityHandler(expat_.get(), &Parser::on_skipped_entity);
  }

  Result<Document> run(std::string_view text) {
    constexpr std::size_t kMostAtOnce = std::size_t{1} << 24;
    bool last = false;
    while (!last) {
      const std::string_view part = text.substr(0, kMostAtOnce);
      text.remove_prefix(part.size());
      last = text.empty();
      const auto status = XML_Parse(expat_.get(), part.data(), static_cast<int>(part.size()), last);
      if (error_) return *error_;
      if (status != XML_STATUS_OK)
        return Error{where(), fmt::format("malformed XML: {}", XML_ErrorString(XML_GetErrorCode(expat_.get()))), ""};
    }
    if (!has_graph_) return Error{file_, "found no graph", "<graphml> with one <graph>"};
    return std::move(document_);
  }

 private:
  enum class Element { document, graphml, key, graph, node, edge, port, data, value, other };

  static constexpr char kSeparator = '\x1F';  // between a namespace and a name; no character of XML
  static constexpr std::size_t kMostDeep = 500;
  static constexpr int kMostEntities = 1000;  // each may refer to the one before

  /// The attributes of an element that is being opened.
  class Attributes {
   public:
    explicit Attributes(const XML_Char** pairs) {
      for (; *pairs != nullptr; pairs += 2) values_.emplace_back(pairs[0], pairs[1]);
    }
    std::optional<std::string> take(std::string_view name) {
      for (auto each = values_.begin(); each != values_.end(); ++each) {
        if (each->first != name) continue;
        std::string value = std::move(each->second);
        values_.erase(each);
        return value;
      }
      return std::nullopt;
    }
    /// What GraphML does not define: the attributes without a namespace whose name is no hint to parsers.
    std::vector<Datum> others(int line) const {
      std::vector<Datum> data;
      for (const auto& [name, value] : values_)
        if (name.find(kSeparator) == std::string::npos && !name.starts_with("parse.") && name != "id")
          data.push_back({name, value, false, true, line});
      return data;
    }

   private:
    std::vector<std::pair<std::string, std::string>> values_;
  };

  static Parser& self(void* user) { return *static_cast<Parser*>(user); }
  static void on_start(void* user, const XML_Char* name, const XML_Char** attributes) {
    if (!self(user).error_) self(user).start(name, Attributes(attributes));
  }
  static void on_end(void* user, const XML_Char*) {
    if (!self(user).error_) self(user).end();
  }
  static void on_text(void* user, const XML_Char* text, int size) {
    if (!self(user).error_) self(user).text({text, static_cast<std::size_t>(size)});
  }
  static void on_declaration(void* user, const XML_Char*, const XML_Char* encoding, int) {
    if (encoding == nullptr) return;
    std::string name = encoding;
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    if (name != "UTF-8" && name != "US-ASCII" && name != "ASCII")
      self(user).fail(fmt::format("found encoding '{}'", encoding), "UTF-8");
  }
  static void on_doctype(void* user, const XML_Char*, const XML_Char* system, const XML_Char*, int) {
    // The document type of GraphML itself only repeats defaults that this reader knows.
    if (system != nullptr && !std::string_view(system).ends_with("/graphml.dtd"))
      self(user).fail(fmt::format("found the external document type '{}'", system),
                      "a file that is complete by itself");
  }
  static void on_entity(void* user, const XML_Char* name, int is_parameter, const XML_Char* value, int, const XML_Char*,
                        const XML_Char* system, const XML_Char*, const XML_Char*) {
    Parser& parser = self(user);
    if (value == nullptr || is_parameter != 0)
      parser.fail(fmt::format("found the {} entity '{}'", is_parameter != 0 ? "parameter" : "external",
                              system != nullptr ? system : name),
                  "a file that is complete by itself");
    else if (++parser.entities_ > kMostEntities)
      parser.fail("found one more entity", fmt::format("at most {}", kMostEntities));
  }
  static void on_skipped_entity(void* user, const XML_Char* name, int) {
    self(user).fail(fmt::format("found the unknown entity '{}'", name), "an entity that the file declares");
  }

  int line() const { return static_cast<int>(XML_GetCurrentLineNumber(expat_.get())); }
  std::string where() const { return fmt::format("{}:{}", file_, line()); }
  void fail(std::string found, std::string expected) {
    if (error_) return;
    error_ = Error{where(), std::move(found), std::move(expected)};
    XML_StopParser(expat_.get(), XML_FALSE);
  }

  void start(std::string_view full_name, Attributes attributes) {
    if (open_.size() > kMostDeep) return fail("found elements nested hundreds deep", "one graph of nodes and edges");
    const std::size_t separator = full_name.find(kSeparator);
    const std::string_view space = separator == std::string_view::npos ? "" : full_name.substr(0, separator);
    const std::string_view name = separator == std::string_view::npos ? full_name : full_name.substr(separator + 1);
    const Element outer = open_.back();
    if (outer == Element::data || outer == Element::value || outer == Element::other) {
      if (outer == Element::data) datum_.has_elements = true;
      if (outer == Element::value) default_has_elements_ = true;
      return open_.push_back(Element::other);
    }
    const bool graphml = space.empty() || space.starts_with("http://graphml.graphdrawing.org/xmlns");
    if (!graphml) return refuse(name, fmt::format(" of the namespace '{}'", space));
    if (name == "desc" && outer != Element::document) return open_.push_back(Element::other);
    switch (outer) {
      case Element::document: return name == "graphml" ? open_.push_back(Element::graphml) : refuse(name);
      case Element::graphml:
        if (name == "key") return start_key(std::move(attributes));
        if (name == "graph") return start_graph(std::move(attributes));
        return name == "data" ? start_data("file", std::move(attributes)) : refuse(name);
      case Element::key:
        if (name != "default") return refuse(name);
        if (document_.keys.back().value) return fail("found a second <default>", "each key once");
        document_.keys.back().value.emplace();
        default_has_elements_ = false;
        return open_.push_back(Element::value);
      case Element::graph:
        if (name == "node") return start_node(std::move(attributes));
        if (name == "edge") return start_edge(std::move(attributes));
        return name == "data" ? start_data("graph", std::move(attributes)) : refuse(name);
      case Element::node:
      case Element::port:
        if (name == "port") return start_port(std::move(attributes));
        return name == "data" ? start_data(outer == Element::node ? "node" : "port", std::move(attributes))
                              : refuse(name);
      case Element::edge: return name == "data" ? start_data("edge", std::move(attributes)) : refuse(name);
      case Element::data:
      case Element::value:
      case Element::other: return;
    }
  }

  /// What the graph of this project cannot hold, or no reader of GraphML knows.
  void refuse(std::string_view name, const std::string& more = "") {
    std::string place;
    if (open_.back() == Element::node) place = fmt::format(" in node '{}'", document_.nodes.back().id);
    if (open_.back() == Element::edge) place = " in an edge";
    fail(fmt::format("found <{}>{}{}", name, more, place),
         open_.back() == Element::document ? "<graphml>" : "one flat graph of nodes and edges between two nodes");
  }

  std::string needed(Attributes& attributes, const char* name, const char* element) {
    auto value = attributes.take(name);
    if (!value || value->empty())
      fail(fmt::format("found <{}> without {}", element, name), fmt::format("{}=\"…\"", name));
    return value.value_or("");
  }

  void start_key(Attributes attributes) {
    KeyElement key;
    key.line = line();
    key.id = needed(attributes, "id", "key");
    key.name = attributes.take("attr.name").value_or("");
    key.of = attributes.take("for").value_or("all");
    if (key.name.empty()) key.name = attributes.take("yfiles.type").value_or(key.id);  // what drawing programs keep
    static const std::vector<std::string> kOf = {"all",  "graphml",   "graph", "node",
                                                 "edge", "hyperedge", "port",  "endpoint"};
    if (std::find(kOf.begin(), kOf.end(), key.of) == kOf.end())
      return fail("found a key for " + quoted_with_hint(key.of, kOf), "one of " + join(kOf, ", "));
    const auto [same, is_new] = key_lines_.try_emplace(key.id, key.line);
    if (!is_new) return fail(fmt::format("found key '{}' again, as on line {}", key.id, same->second), "every id once");
    document_.keys.push_back(std::move(key));
    open_.push_back(Element::key);
  }

  void start_graph(Attributes attributes) {
    if (has_graph_) return fail("found a second graph", "one graph");
    has_graph_ = true;
    document_.direction = attributes.take("edgedefault").value_or("");
    if (document_.direction != "directed" && document_.direction != "undirected")
      return fail(fmt::format("found edgedefault '{}'", document_.direction), "undirected: links are full duplex");
    if (auto count = attributes.take("parse.nodes")) document_.nodes_announced.emplace(*count, line());
    if (auto count = attributes.take("parse.edges")) document_.edges_announced.emplace(*count, line());
    document_.others["graph"] = attributes.others(line());
    open_.push_back(Element::graph);
  }

  void start_node(Attributes attributes) {
    NodeElement node;
    node.line = line();
    node.id = needed(attributes, "id", "node");
    const auto [same, is_new] = node_lines_.try_emplace(node.id, node.line);
    if (!is_new)
      return fail(fmt::format("found node '{}' again, as on line {}", node.id, same->second), "every id once");
    node.data = attributes.others(line());
    document_.nodes.push_back(std::move(node));
    open_.push_back(Element::node);
  }

  void start_edge(Attributes attributes) {
    EdgeElement edge;
    edge.line = line();
    edge.source = needed(attributes, "source", "edge");
    edge.target = needed(attributes, "target", "edge");
    edge.ports = {attributes.take("sourceport").value_or(""), attributes.take("targetport").value_or("")};
    edge.direction = attributes.take("directed").value_or("");
    static constexpr std::array<std::string_view, 5> kDirections = {"", "true", "false", "1", "0"};
    if (std::find(kDirections.begin(), kDirections.end(), edge.direction) == kDirections.end())
      return fail(fmt::format("found directed '{}'", edge.direction), "true or false");
    edge.data = attributes.others(line());
    document_.edges.push_back(std::move(edge));
    open_.push_back(Element::edge);
  }

  void start_port(Attributes attributes) {
    document_.ports.emplace(document_.nodes.back().id, needed(attributes, "name", "port"));
    open_.push_back(Element::port);
  }

  void start_data(const char* of, Attributes attributes) {
    datum_ = {needed(attributes, "key", "data"), "", false, false, line()};
    data_of_ = of;
    open_.push_back(Element::data);
  }

  void text(std::string_view text) {
    const Element inside = open_.back();
    if (inside == Element::data) {
      datum_.value += text;
    } else if (inside == Element::value) {
      *document_.keys.back().value += text;
    } else if (inside != Element::other && !trim(text).empty()) {
      fail(fmt::format("found the text '{}' between elements", trim(text).substr(0, 40)), "elements only");
    }
  }

  void end() {
    const Element closed = open_.back();
    open_.pop_back();
    if (closed == Element::value && default_has_elements_ && trim(*document_.keys.back().value).empty())
      document_.keys.back().value.reset();  // a picture's defaults
    if (closed != Element::data) return;
    if (data_of_ == "node")
      document_.nodes.back().data.push_back(std::move(datum_));
    else if (data_of_ == "edge")
      document_.edges.back().data.push_back(std::move(datum_));
    else
      document_.others[data_of_].push_back(std::move(datum_));
  }

  std::string file_;
  std::unique_ptr<XML_ParserStruct, void (*)(XML_Parser)> expat_;
  std::optional<Error> error_;
  Document document_;
  std::vector<Element> open_ = {Element::document};
  bool has_graph_ = false;
  bool default_has_elements_ = false;
  int entities_ = 0;
  Datum datum_;  // of the open <data>
  std::string data_of_;
  std::map<std::string, int> key_lines_, node_lines_;
};

// ---- the meaning of the document

constexpr std::string_view kKind = "kind";

/// Edge data that the graph uses.
struct LinkData {
  std::string_view name;
  std::optional<double> GraphLink::*field;
  Result<double> (*parse)(std::string_view, const std::string&);
  double units;  ///< that make one of the field's
};
constexpr std::array<LinkData, 3> kLinkData = {{
    {"bandwidth_gbytes_per_s", &GraphLink::bandwidth_gbytes_per_s, parse_bandwidth, 1},
    {"LinkSpeedRaw", &GraphLink::bandwidth_gbytes_per_s, parse_bandwidth, 8e9},  // bits per second, of the Topology Zoo
    {"latency_ns", &GraphLink::latency_ns, parse_latency, 1},
}};
/// Edge data of the Topology Zoo that repeat LinkSpeedRaw.
constexpr std::array<std::string_view, 2> kRepeated = {"LinkSpeed", "LinkSpeedUnits"};

const LinkData* link_data(std::string_view name) {
  const auto* const found =
      std::find_if(kLinkData.begin(), kLinkData.end(), [&](const LinkData& each) { return each.name == name; });
  return found == kLinkData.end() ? nullptr : found;
}

/// Whether a name says that its values are weights of links: one of the long words within it, or one of the short words
/// between capitals, digits and punctuation, as in "linkCost" and "dist_km".
bool says_weight(std::string_view name) {
  static constexpr std::array<std::string_view, 11> kLong = {"weight",   "bandwidth", "capacity",    "throughput",
                                                             "speed",    "latency",   "delay",       "length",
                                                             "distance", "metric",    "multiplicity"};
  static constexpr std::array<std::string_view, 20> kShort = {"cost",  "bw",   "rate", "rtt",  "dist", "len",  "lane",
                                                              "lanes", "km",   "bps",  "kbps", "mbps", "gbps", "tbps",
                                                              "gbit",  "mbit", "ms",   "ns",   "w",    "count"};
  std::string all;
  std::vector<std::string> words(1);
  bool after_small = false;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    const char small = static_cast<char>(std::tolower(byte));
    all += small;
    if ((std::isupper(byte) != 0 && after_small) || std::isalpha(byte) == 0) words.emplace_back();
    if (std::isalpha(byte) != 0) words.back() += small;
    after_small = std::islower(byte) != 0;
  }
  return std::any_of(kLong.begin(), kLong.end(),
                     [&](std::string_view word) { return all.find(word) != std::string::npos; }) ||
         std::any_of(words.begin(), words.end(), [&](const std::string& word) {
           return std::find(kShort.begin(), kShort.end(), word) != kShort.end();
         });
}

/// Makes the graph of a document.
class GraphMaker {
 public:
  GraphMaker(const Document& document, std::string file, const std::vector<std::string>& ignored)
      : document_(document), file_(std::move(file)), ignored_(ignored) {
    for (const KeyElement& key : document.keys) {
      keys_.emplace(key.id, &key);
      key_ids_.push_back(key.id);
    }
  }

  Result<GraphTopology> run() {
    for (const auto& [announced, what, number] :
         {std::tuple(document_.nodes_announced, "nodes", document_.nodes.size()),
          std::tuple(document_.edges_announced, "edges", document_.edges.size())})
      if (announced && announced->first != std::to_string(number))
        return Error{where(announced->second),
                     fmt::format("found parse.{} '{}' and {} {}", what, announced->first, number, what),
                     "the number of " + std::string(what)};
    for (const NodeElement& node : document_.nodes)
      if (auto done = add(node); !done) return done.error();
    for (const EdgeElement& edge : document_.edges)
      if (auto done = add(edge); !done) return done.error();
    for (const auto& [of, data] : document_.others)
      for (const Datum& datum : data) {
        const auto name = name_of(datum, of);
        if (!name) return name.error();
        if (link_data(*name) != nullptr) return misplaced(*name, of, datum.line);
        count(of + " data " + *name);
      }
    std::vector<UnusedData> unused;
    for (const auto& [what, times] : unused_) unused.push_back({what, times});
    return GraphTopology::make(file_, nodes_, links_, std::move(unused));
  }

 private:
  std::string where(int line) const { return fmt::format("{}:{}", file_, line); }
  static std::string one(const std::string& element) { return (element.starts_with('e') ? "an " : "a ") + element; }
  void count(const std::string& what, int times = 1) { unused_[what] += times; }

  Error misplaced(const std::string& name, const std::string& of, int line) const {
    return {where(line), fmt::format("found {} of {}", name, one(of)), "data of an edge"};
  }

  /// The name under which an element's data are known.
  Result<std::string> name_of(const Datum& datum, const std::string& of) const {
    if (datum.is_attribute) return datum.key;
    const auto fits = [&](const KeyElement& key) {
      return key.of == "all" || key.of == of || (of == "file" && key.of == "graphml");
    };
    if (const auto found = keys_.find(datum.key); found != keys_.end()) {
      const KeyElement& key = *found->second;
      if (fits(key)) return key.name;
      return Error{where(datum.line), fmt::format("found data of key '{}' in {}", datum.key, one(of)),
                   fmt::format("in {}, for which line {} declares it", one(key.of), key.line)};
    }
    // Some programs write the name of a key instead of its id, with or without the key.
    if (link_data(datum.key) != nullptr || datum.key == kKind) return datum.key;
    for (const KeyElement& key : document_.keys)
      if (key.name == datum.key && fits(key)) return key.name;
    return Error{where(datum.line), "found data of the unknown key " + quoted_with_hint(datum.key, key_ids_),
                 "a key that the file declares"};
  }

  /// The data of an element with those that it has by default. Error: data that occur twice.
  Result<std::map<std::string, Datum>> all_data(const std::vector<Datum>& data, const std::string& of) const {
    std::map<std::string, Datum> by_name;
    for (const Datum& datum : data) {
      const auto name = name_of(datum, of);
      if (!name) return name.error();
      if (!by_name.try_emplace(*name, datum).second)
        return Error{where(datum.line), fmt::format("found {} a second time in one {}", *name, of), "each once"};
    }
    for (const KeyElement& key : document_.keys)
      if (key.value && (key.of == of || key.of == "all")) {
        const bool meant =
            key.of == of || (of == "edge") == (key.name != kKind);  // a key for all has a meaning for one
        if (meant) by_name.try_emplace(key.name, Datum{key.id, *key.value, false, false, key.line});
      }
    return by_name;
  }

  Result<void> add(const NodeElement& element) {
    GraphNode node{element.id, false};
    const auto data = all_data(element.data, "node");
    if (!data) return data.error();
    for (const auto& [name, datum] : *data) {
      if (link_data(name) != nullptr) return misplaced(name, "node", datum.line);
      if (name != kKind) {
        count("node data " + name);
        continue;
      }
      static const std::vector<std::string> kKinds = {"chip", "switch"};
      const std::string_view kind = trim(datum.value);
      if (kind != "chip" && kind != "switch")
        return Error{where(datum.line), "found kind " + quoted_with_hint(kind, kKinds), "chip or switch"};
      node.is_switch = kind == "switch";
    }
    number_of_.emplace(element.id, static_cast<int>(nodes_.size()));
    ids_.push_back(element.id);
    nodes_.push_back(std::move(node));
    return {};
  }

  Result<int> end_of(const std::string& id, const std::string& port, int line) {
    const auto found = number_of_.find(id);
    if (found == number_of_.end())
      return Error{where(line), "found an edge of the unknown node " + quoted_with_hint(id, ids_), "the id of a node"};
    if (!port.empty()) {
      if (!document_.ports.contains({id, port}))
        return Error{where(line), fmt::format("found an edge at the unknown port '{}' of node '{}'", port, id),
                     "a <port> of that node"};
      count("port names of edges");
    }
    return found->second;
  }

  Result<void> add(const EdgeElement& element) {
    const bool by_default = element.direction.empty();
    if (by_default ? document_.direction == "directed" : element.direction == "true" || element.direction == "1")
      return Error{where(element.line),
                   fmt::format("found a directed edge{}", by_default ? " by edgedefault=\"directed\"" : ""),
                   "undirected ones: links are full duplex"};
    GraphLink link;
    link.line = element.line;
    const auto a = end_of(element.source, element.ports[0], element.line);
    if (!a) return a.error();
    const auto b = end_of(element.target, element.ports[1], element.line);
    if (!b) return b.error();
    link.a = *a;
    link.b = *b;
    const auto data = all_data(element.data, "edge");
    if (!data) return data.error();
    for (const auto& [name, datum] : *data) {
      const bool is_ignored = std::find(ignored_.begin(), ignored_.end(), name) != ignored_.end();
      const bool repeats = std::find(kRepeated.begin(), kRepeated.end(), name) != kRepeated.end();
      const LinkData* const used = link_data(name);
      if (is_ignored || (used == nullptr && (repeats || !says_weight(name)))) {
        count("edge data " + name);
        continue;
      }
      if (used == nullptr)
        return Error{
            where(datum.line), fmt::format("found edge data '{}', which may be a weight", name),
            fmt::format("bandwidth_gbytes_per_s, latency_ns or LinkSpeedRaw, or network.ignore = [\"{}\"]", name)};
      if (datum.has_elements)
        return Error{where(datum.line), fmt::format("found elements in the value of {}", name), "a number"};
      const auto value = used->parse(trim(datum.value), where(datum.line));
      if (!value) return value.error();
      std::optional<double>& field = link.*(used->field);
      if (field) return Error{where(datum.line), fmt::format("found {} beside another bandwidth", name), "one of them"};
      field = *value / used->units;
    }
    links_.push_back(link);
    return {};
  }

  const Document& document_;
  std::string file_;
  const std::vector<std::string>& ignored_;
  std::map<std::string, const KeyElement*> keys_;  // by id
  std::vector<std::string> key_ids_;
  std::map<std::string, int> number_of_;  // of a node
  std::vector<std::string> ids_;
  std::vector<GraphNode> nodes_;
  std::vector<GraphLink> links_;
  std::map<std::string, int> unused_;
};

}  // namespace

Result<GraphTopology> parse_graphml(std::string_view text, const std::string& file,
                                    const std::vector<std::string>& ignored) {
  const auto document = Parser(file).run(text);
  if (!document) return document.error();
  return GraphMaker(*document, file, ignored).run();
}

}  // namespace vtpu::net::topology
