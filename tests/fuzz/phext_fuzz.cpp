// Arbitrary bytes as coordinate, pattern, document, pair of documents and batch line: nothing crashes, and the
// properties of every document hold.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "vtpu/phext/batch.h"
#include "vtpu/phext/combine.h"
#include "vtpu/phext/coordinate.h"
#include "vtpu/phext/document.h"
#include "vtpu/phext/edit.h"
#include "vtpu/phext/escape.h"
#include "vtpu/phext/packed.h"
#include "vtpu/phext/report.h"
#include "vtpu/phext/scan.h"
#include "vtpu/phext/scrolls.h"
#include "vtpu/phext/select.h"

namespace {

using namespace vtpu::phext;

void must(bool holds) {
  if (!holds) std::abort();
}

void check_coordinates(std::string_view text) {
  if (const auto coordinate = Coordinate::parse(text)) {
    must(*Coordinate::parse(coordinate->to_string()) == *coordinate);
    must(*Coordinate::parse_url(coordinate->to_urlencoded()) == *coordinate);
    must(raw_text(*to_coordinate(text)) == coordinate->to_string());
  } else {
    must(coordinate.error().where.starts_with("column "));
  }
  if (const auto coordinate = Coordinate::parse_url(text)) must(text.find('/') == std::string_view::npos);
  if (const auto parts = parse_parts(text)) must(*parse_parts(raw_text(*parts)) == *parts);
  if (const auto parts = to_coordinate(text)) must(*to_coordinate(raw_text(*parts)) == *parts);
  if (const auto packed = PackedCoordinate::parse(text))
    must(PackedCoordinate::parse(*packed->to_text11())->bits() == packed->bits());
  if (const auto pattern = PrefixPattern::parse(text)) {
    must(pattern->matches(pattern->first()) && pattern->matches(pattern->last()));
    must(PrefixPattern::parse(pattern->to_text())->to_text() == pattern->to_text());
  }
}

void check_escapes_and_selections(const std::string& text) {
  must(*unescape(escape(text)) == text && phokenize(escape(text))->size() <= 1);
  if (const auto plain = unescape(text)) must(*unescape(escape(*plain)) == *plain);
  if (const auto selection = Selection::parse(text)) must(select("", *selection)->empty());
}

void check_document(const std::string& text, const Coordinate& target, const std::string& scroll) {
  must(expand(text).size() == text.size() && contract(text).size() == text.size());
  must(checksum(text).size() == 32 && summary(text).size() <= 35);
  const auto found = fetch(text, target);
  const auto normal = normalize(text);
  if (!normal) {
    must(!phokenize(text) && !ScrollIndex::build(text) && !textmap(text) && !stat(text) && !remove(text, target));
    return;
  }
  must(found.ok() && *fetch(*normal, target) == *found);
  must(*normalize(*normal) == *normal);
  must(implode(*explode(text)) == *normal);
  must(*dephokenize(*phokenize(text)) == *normal);
  must(diff(text, *normal)->empty());
  must(*subtract(text, "") == *normal && *merge(text, "") == *normal && subtract(text, text)->empty());
  const Location location = *locate(text, target);
  must(location == ScrollIndex::build(text)->locate(target));
  must(location.start <= location.end && location.end <= text.size());
  must(*offset(text, target) <= normal->size());
  must(place_of(text, location.end)->scroll == location.best);
  must(textmap(text).ok() && navmap(scroll, text).ok() && manifest(text).ok() && soundex(text).ok() &&
       index(text).ok());
  must(next_scroll(text, Coordinate()).ok());
  must(*select(text, *Selection::parse("*.*.*/*.*.*/*.*.*")) == *normal);
  must(*fetch(*select(text, *Selection::parse(target.to_string())), target) == *found);
  must(remove(text, target).ok() && fetch(*remove(text, target), target)->empty());

  std::string plain = scroll;
  std::erase_if(plain, is_dimension_break);
  must(*fetch(*insert(text, target, plain), target) == std::string(*found) + plain);
  must(*fetch(*replace(text, target, plain), target) == plain);
  must(range_replace(text, target, target, plain).value() == *replace(text, target, plain));
  if (const auto inserted = insert(text, target, scroll)) must(normalize(*inserted).ok());
  if (const auto cut = range_replace(text, Coordinate(), target, scroll)) must(normalize(*cut).ok());
}

void check_batch(const std::string& line) {
  const nlohmann::json answer = nlohmann::json::parse(vtpu::phext::answer_line(line));
  must(answer.size() == 2 && answer.contains("id") && answer.contains("value") != answer.contains("error"));
}

/// A coordinate from nine bytes: mostly small parts, up to 999.
Coordinate coordinate_of(std::string_view bytes) {
  Parts parts;
  parts.fill(1);
  for (std::size_t i = 0; i < parts.size() && i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    parts[i] = byte < 250 ? 1 + byte % 4 : 994 + byte - 250;
  }
  return Coordinate::from_parts(parts).value();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  check_coordinates(bytes);
  check_batch(bytes);
  check_escapes_and_selections(bytes);
  if (size >= kBlock) must(dimension_breaks(bytes.data()) == dimension_breaks_portable(bytes.data()));
  const std::size_t head = std::min<std::size_t>(9, size);
  const std::size_t cut = head + (size - head) / 3;
  check_document(bytes.substr(cut), coordinate_of(std::string_view(bytes).substr(0, head)),
                 bytes.substr(head, cut - head));
  return 0;
}
