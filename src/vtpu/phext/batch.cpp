#include "vtpu/phext/batch.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "vtpu/base/json.h"
#include "vtpu/base/result.h"
#include "vtpu/base/text.h"
#include "vtpu/phext/break.h"
#include "vtpu/phext/combine.h"
#include "vtpu/phext/coordinate.h"
#include "vtpu/phext/document.h"
#include "vtpu/phext/edit.h"
#include "vtpu/phext/report.h"
#include "vtpu/phext/scrolls.h"

namespace vtpu::phext {
namespace {

using Json = nlohmann::json;
using Answer = nlohmann::ordered_json;  // keeps "id" first

// ---- arguments: one `read` for each type; errors name the argument

Error at_argument(const std::string& where, const Error& error) {
  return {error.where.empty() ? where : where + ": " + error.where, error.found, error.expected};
}

Error wrong_type(const std::string& where, const Json& value, const char* expected) {
  return {where, "found " + (value.is_number() ? json_text(value) : std::string(value.type_name())), expected};
}

template <class T>
struct Argument;

template <>
struct Argument<std::string> {
  static Result<std::string> read(const Json& value, const std::string& where) {
    if (!value.is_string()) return wrong_type(where, value, "a string");
    return value.get<std::string>();
  }
};

template <>
struct Argument<Parts> {
  static Result<Parts> read(const Json& value, const std::string& where) {
    if (!value.is_string()) return wrong_type(where, value, "a coordinate as a string");
    Result<Parts> parts = parse_parts(value.get<std::string>());
    if (!parts) return at_argument(where, parts.error());
    return parts;
  }
};

template <>
struct Argument<Coordinate> {
  static Result<Coordinate> read(const Json& value, const std::string& where) {
    if (!value.is_string()) return wrong_type(where, value, "a coordinate as a string");
    Result<Coordinate> coordinate = Coordinate::parse(value.get<std::string>());
    if (!coordinate) return at_argument(where, coordinate.error());
    return coordinate;
  }
};

/// A byte, as a number or as a string of that one byte.
template <>
struct Argument<char> {
  static Result<char> read(const Json& value, const std::string& where) {
    if (value.is_string() && value.get_ref<const std::string&>().size() == 1)
      return value.get_ref<const std::string&>().front();
    if (!value.is_number_integer() || value < 0 || value > 255) return wrong_type(where, value, "a byte from 0 to 255");
    return static_cast<char>(value.get<int>());
  }
};

template <>
struct Argument<Break> {
  static Result<Break> read(const Json& value, const std::string& where) {
    const Result<std::string> name = Argument<std::string>::read(value, where);
    if (!name) return name.error();
    if (const auto kind = break_named(*name)) return *kind;
    const std::vector<std::string> names(kBreakNames.begin(), kBreakNames.end());
    return Error{where, "found " + quoted_with_hint(*name, names), "the name of a break"};
  }
};

using NamedScroll = std::pair<Coordinate, std::string>;

template <>
struct Argument<NamedScroll> {
  static Result<NamedScroll> read(const Json& value, const std::string& where) {
    if (!value.is_array() || value.size() != 2) return wrong_type(where, value, "[coordinate, text]");
    const Result<Coordinate> coordinate = Argument<Coordinate>::read(value[0], where + "[0]");
    if (!coordinate) return coordinate.error();
    Result<std::string> text = Argument<std::string>::read(value[1], where + "[1]");
    if (!text) return text.error();
    return NamedScroll(*coordinate, *std::move(text));
  }
};

template <class T>
Result<T> read_argument(const Json& request, const std::string& key) {
  const auto found = request.find(key);
  if (found == request.end()) return Error{key, "missing", "an argument of that name"};
  return Argument<T>::read(*found, key);
}

/// One step of a chain.
struct Edit {
  std::string operation;
  Coordinate coordinate;
  std::string scroll;
};

template <>
struct Argument<Edit> {
  static Result<Edit> read(const Json& value, const std::string& where) {
    if (!value.is_object()) return wrong_type(where, value, "an object");
    const Result<std::string> operation = read_argument<std::string>(value, "op");
    if (!operation) return at_argument(where, operation.error());
    if (*operation != "insert" && *operation != "replace" && *operation != "remove")
      return Error{where + ": op", "found '" + *operation + "'", "insert, replace or remove"};
    const Result<Coordinate> coordinate = read_argument<Coordinate>(value, "coord");
    if (!coordinate) return at_argument(where, coordinate.error());
    Edit edit{*operation, *coordinate, ""};
    if (*operation == "remove") return edit;
    const Result<std::string> scroll = read_argument<std::string>(value, "scroll");
    if (!scroll) return at_argument(where, scroll.error());
    edit.scroll = *scroll;
    return edit;
  }
};

template <class T>
struct Argument<std::vector<T>> {
  static Result<std::vector<T>> read(const Json& value, const std::string& where) {
    if (!value.is_array()) return wrong_type(where, value, "a list");
    std::vector<T> items;
    for (std::size_t i = 0; i < value.size(); ++i) {
      Result<T> item = Argument<T>::read(value[i], where + "[" + std::to_string(i) + "]");
      if (!item) return item.error();
      items.push_back(*std::move(item));
    }
    return items;
  }
};

// ---- values: one `to_value` for each return type

Answer to_value(bool value) { return value; }
Answer to_value(int value) { return value; }
Answer to_value(std::size_t value) { return value; }
Answer to_value(const std::string& value) { return value; }
Answer to_value(std::string_view value) { return std::string(value); }
Answer to_value(const Coordinate& value) { return value.to_string(); }
Answer to_value(const Parts& value) { return raw_text(value); }
Answer to_value(const Location& value) {
  return {{"start", value.start}, {"end", value.end}, {"best", value.best.to_string()}};
}
Answer to_value(const NextScroll& value) {
  return {{"coord", value.scroll.coordinate.to_string()},
          {"scroll", std::string(value.scroll.text)},
          {"next", value.next.to_string()},
          {"remaining", std::string(value.remaining)}};
}
Answer to_value(const std::vector<Scroll>& value) {
  Answer list = Answer::array();
  for (const Scroll& scroll : value)
    list.push_back(Answer::array({scroll.coordinate.to_string(), std::string(scroll.text)}));
  return list;
}
Answer to_value(const std::map<Coordinate, std::string_view>& value) {
  Answer list = Answer::array();
  for (const auto& [coordinate, text] : value)
    list.push_back(Answer::array({coordinate.to_string(), std::string(text)}));
  return list;
}

template <class T>
Result<Answer> to_answer(const T& value) {
  return to_value(value);
}
template <class T>
Result<Answer> to_answer(const Result<T>& result) {
  if (!result) return result.error();
  return to_value(*result);
}

// ---- operations

using Operation = std::function<Result<Answer>(const Json&)>;

/// An operation that reads arguments of types T under `keys` and passes them to `function`.
template <class... T, class Function>
Operation operation(std::array<const char*, sizeof...(T)> keys, Function function) {
  return [keys, function](const Json& request) -> Result<Answer> {
    const auto arguments = [&]<std::size_t... I>(std::index_sequence<I...>) {
      return std::tuple<Result<T>...>{read_argument<T>(request, keys[I])...};
    }
    (std::index_sequence_for<T...>());
    return std::apply(
        [&](const Result<T>&... argument) -> Result<Answer> {
          const Error* error = nullptr;
          ((error = error == nullptr && !argument ? &argument.error() : error), ...);
          if (error != nullptr) return *error;
          return to_answer(function(*argument...));
        },
        arguments);
  };
}

Result<std::string> apply_chain(std::string text, const std::vector<Edit>& steps) {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Edit& step = steps[i];
    Result<std::string> edited = step.operation == "insert"    ? insert(text, step.coordinate, step.scroll)
                                 : step.operation == "replace" ? replace(text, step.coordinate, step.scroll)
                                                               : remove(text, step.coordinate);
    if (!edited) return at_argument("steps[" + std::to_string(i) + "]", edited.error());
    text = *std::move(edited);
  }
  return text;
}

std::vector<Scroll> views(const std::vector<NamedScroll>& scrolls) {
  std::vector<Scroll> list;
  for (const NamedScroll& scroll : scrolls) list.push_back({scroll.first, scroll.second});
  return list;
}

/// Every operation of the batch mode, by name.
const std::map<std::string, Operation>& operations() {
  using Text = std::string;
  using Scrolls = std::vector<NamedScroll>;
  static const std::map<std::string, Operation> table = {
      {"to_coordinate", operation<Text>({"text"}, [](const Text& t) { return to_coordinate(t); })},
      {"parse_strict", operation<Text>({"text"}, [](const Text& t) { return Coordinate::parse(t); })},
      {"validate", operation<Parts>({"coord"}, [](const Parts& c) { return Coordinate::from_parts(c).ok(); })},
      {"to_string", operation<Coordinate>({"coord"}, [](const Coordinate& c) { return c.to_string(); })},
      {"to_urlencoded", operation<Coordinate>({"coord"}, [](const Coordinate& c) { return c.to_urlencoded(); })},
      {"compare", operation<Coordinate, Coordinate>(
                      {"a", "b"}, [](const Coordinate& a, const Coordinate& b) { return a < b   ? -1
                                                                                        : a > b ? 1
                                                                                                : 0; })},
      {"breaks", operation<Coordinate, std::vector<Break>>(
                     {"coord", "kinds"}, [](const Coordinate& c, const auto& kinds) { return c.after(kinds); })},
      {"is_break", operation<char>({"byte"}, [](char byte) { return is_break(byte); })},
      {"cowbell", operation<Text>({"text"}, cowbell)},
      {"fetch", operation<Text, Coordinate>({"text", "coord"}, fetch)},
      {"remove", operation<Text, Coordinate>({"text", "coord"}, remove)},
      {"insert", operation<Text, Coordinate, Text>({"text", "coord", "scroll"}, insert)},
      {"replace", operation<Text, Coordinate, Text>({"text", "coord", "scroll"}, replace)},
      {"range_replace",
       operation<Text, Coordinate, Coordinate, Text>({"text", "start", "end", "scroll"}, range_replace)},
      {"chain", operation<Text, std::vector<Edit>>({"text", "steps"}, apply_chain)},
      {"phokenize", operation<Text>({"text"}, phokenize)},
      {"explode", operation<Text>({"text"}, explode)},
      {"implode", operation<Scrolls>({"scrolls"}, [](const Scrolls& s) { return implode(views(s)); })},
      {"dephokenize", operation<Scrolls>({"scrolls"}, [](const Scrolls& s) { return dephokenize(views(s)); })},
      {"normalize", operation<Text>({"text"}, normalize)},
      {"expand", operation<Text>({"text"}, expand)},
      {"contract", operation<Text>({"text"}, contract)},
      {"summary", operation<Text>({"text"}, summary)},
      {"textmap", operation<Text>({"text"}, textmap)},
      {"checksum", operation<Text>({"text"}, checksum)},
      {"manifest", operation<Text>({"text"}, manifest)},
      {"soundex", operation<Text>({"text"}, soundex)},
      {"index", operation<Text>({"text"}, index)},
      {"navmap", operation<Text, Text>({"urlbase", "text"}, navmap)},
      {"merge", operation<Text, Text>({"left", "right"}, merge)},
      {"subtract", operation<Text, Text>({"left", "right"}, subtract)},
      {"offset", operation<Text, Coordinate>({"text", "coord"}, offset)},
      {"locate", operation<Text, Coordinate>({"text", "coord"}, locate)},
      {"next_scroll", operation<Text, Coordinate>({"text", "coord"}, next_scroll)},
  };
  return table;
}

Result<Answer> answer_request(const Json& request) {
  const Result<std::string> name = read_argument<std::string>(request, "op");
  if (!name) return name.error();
  const auto found = operations().find(*name);
  if (found != operations().end()) return found->second(request);
  return Error{"op", "found " + quoted_with_hint(*name, batch_operations()), "an operation of the batch mode"};
}

}  // namespace

std::vector<std::string> batch_operations() {
  std::vector<std::string> names;
  for (const auto& [name, operation] : operations()) names.push_back(name);
  return names;
}

std::string answer_line(std::string_view line) {
  Answer answer = {{"id", nullptr}};
  Json request;
  Result<Answer> value = Error{"request", "found no object", "one JSON object per line"};
  try {
    request = Json::parse(line);
    if (request.is_object()) {
      const auto id = request.find("id");
      if (id != request.end() && id->is_structured()) {
        value = Error{"id", std::string("found ") + id->type_name(), "a string or a number"};
      } else {
        if (id != request.end()) answer["id"] = *id;
        value = answer_request(request);
      }
    }
  } catch (const Json::exception& error) {
    const std::string_view what = error.what();  // begins with the name of the exception in brackets
    value = Error{"request", std::string(what.substr(what.find(']') + 2)), "one JSON object per line"};
  }
  if (value) {
    answer["value"] = *std::move(value);
  } else {
    answer["error"] = value.error().message();
  }
  return json_text(answer);
}

void run_batch(std::istream& in, std::ostream& out) {
  std::string line;
  while (out && std::getline(in, line)) out << answer_line(line) << '\n' << std::flush;
}

}  // namespace vtpu::phext
