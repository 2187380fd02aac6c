// Arbitrary bytes as text and as the JSON formats: they are refused with a place, or the text is UTF-8 with plain line
// ends, and what JSON holds can be written and read again.
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "vtpu/base/check.h"
#include "vtpu/base/json.h"
#include "vtpu/base/number.h"
#include "vtpu/base/text_file.h"
#include "vtpu/ports/port_model.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vtpu;
  const std::string bytes(reinterpret_cast<const char*>(data), size);

  const Result<std::string> text = to_text(bytes, "fuzz");
  if (text) {
    VTPU_CHECK(text->find_first_of(std::string("\r\0", 2)) == std::string::npos, "a text has no CR and no NUL");
    VTPU_CHECK(text->starts_with("\xEF\xBB\xBF") || *to_text(*text, "again") == *text, "a text stays as it is");
  } else {
    VTPU_CHECK(text.error().where.starts_with("fuzz:") && !text.error().found.empty(), "an error says where and what");
  }
  VTPU_CHECK(to_text(drawable(bytes), "drawable").ok(), "what is drawable is UTF-8");
  const auto json = parse_json<nlohmann::json>(bytes, "fuzz", "a value");
  if (json)
    VTPU_CHECK(parse_json<nlohmann::json>(json_text(*json), "again", "a value").ok(), "what is read can be written");
  else
    VTPU_CHECK(json.error().where.starts_with("fuzz"), "an error says where");
  static_cast<void>(json_text(nlohmann::json{{"name", bytes}}));
  if (const auto map = ports::PortMap::from_json(bytes))
    VTPU_CHECK(ports::PortMap::from_json(map->to_json()).ok(), "a port map round-trips");
  static_cast<void>(parse_bytes(bytes, "fuzz"));
  return 0;
}
