#include "vtpu/base/json.h"

#include <fmt/core.h>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <unordered_set>
#include <vector>

#include "vtpu/base/keyed_hash.h"
#include "vtpu/base/text.h"

namespace vtpu {
namespace {

std::string place_of(std::string_view text, std::size_t at, const std::string& name) {
  const std::string_view before = text.substr(0, at);
  const std::size_t line_end = before.rfind('\n');
  return fmt::format("{}:{}:{}", name, 1 + std::count(before.begin(), before.end(), '\n'),
                     at - (line_end == std::string_view::npos ? 0 : line_end + 1) + 1);
}

/// The position of the bracket that opens one level too many.
std::optional<std::size_t> too_deep_at(std::string_view text) {
  std::size_t depth = 0;
  bool quoted = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (quoted && c == '\\') {
      ++at;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && (c == '[' || c == '{')) {
      if (++depth > kDeepestJson) return at;
    } else if (!quoted && (c == ']' || c == '}') && depth > 0) {
      --depth;
    }
  }
  return std::nullopt;
}

/// The library's message without its name, the place, and what JSON allows there.
std::string reason_of(std::string_view what) {
  what = what.substr(0, what.find("; expected "));
  const std::size_t dash = what.find(" - ");
  if (dash != std::string_view::npos) return std::string(what.substr(dash + 3));
  const std::size_t bracket = what.find("] ");
  return std::string(bracket == std::string_view::npos ? what : what.substr(bracket + 2));
}

/// Notes the first key that an object has twice, while a text is parsed.
template <class Json>
class KeyWatch {
 public:
  bool operator()(int, typename Json::parse_event_t event, Json& value) {
    using Event = typename Json::parse_event_t;
    if (event == Event::object_start) open_.emplace_back();
    if (event == Event::object_end) open_.pop_back();
    if (event == Event::key && !open_.back().insert(value.template get<std::string>()).second && !twice)
      twice = value.template get<std::string>();
    return true;
  }
  std::optional<std::string> twice;

 private:
  std::vector<std::unordered_set<std::string, ProcessKeyedHash>> open_;
};

template <class Json>
std::string dumped(const Json& value, int indent) {
  return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string json_text(const nlohmann::json& value, int indent) { return dumped(value, indent); }
std::string json_text(const nlohmann::ordered_json& value, int indent) { return dumped(value, indent); }

template <class Json>
Result<Json> parse_json(std::string_view text, const std::string& name, const std::string& expected,
                        SameKeys same_keys) {
  if (const auto at = too_deep_at(text))
    return Error{place_of(text, *at, name), fmt::format("found JSON nested more than {} levels deep", kDeepestJson),
                 expected};
  try {
    if (same_keys == SameKeys::last_holds) return Json::parse(text);
    KeyWatch<Json> watch;
    Json value = Json::parse(text, std::ref(watch));
    if (watch.twice) return Error{name, "found the key " + in_quotes(*watch.twice) + " twice in one object", expected};
    return value;
  } catch (const typename Json::parse_error& error) {
    const std::size_t at = std::min(error.byte == 0 ? 0 : error.byte - 1, text.size());
    return Error{place_of(text, at, name), "found malformed JSON: " + reason_of(error.what()), expected};
  } catch (const typename Json::exception& error) {
    return Error{name, "found malformed JSON: " + reason_of(error.what()), expected};
  }
}

template Result<nlohmann::json> parse_json(std::string_view, const std::string&, const std::string&, SameKeys);
template Result<nlohmann::ordered_json> parse_json(std::string_view, const std::string&, const std::string&, SameKeys);

}  // namespace vtpu
