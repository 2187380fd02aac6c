#pragma once
#include <rapidcheck.h>

#include <string>

#include "vtpu/phext/coordinate.h"

// Shared by the tests of this folder: coordinates from text, and generators of documents and coordinates.
namespace vtpu::phext {

inline Coordinate at(std::string_view text) { return Coordinate::parse(text).value(); }

/// Short texts of breaks of all kinds, line feeds, plain bytes and bytes that resemble breaks.
inline rc::Gen<std::string> any_document() {
  static const std::string kBytes = "aabbc\n\n\x1b\x07\xc3\xa9\x17\x17\x17\x18\x18\x19\x1a\x1c\x1d\x1e\x1f\x01";
  return rc::gen::container<std::string>(rc::gen::elementOf(kBytes));
}

/// Non-empty texts without dimension breaks.
inline rc::Gen<std::string> any_scroll() {
  static const std::string kBytes = "abc \n\x1b\x07\t";
  return rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::elementOf(kBytes)));
}

/// Coordinates near the origin, as in most documents, with an occasional large part.
inline rc::Gen<Coordinate> any_coordinate() {
  const auto part = rc::gen::weightedOneOf<std::uint32_t>({{20, rc::gen::just<std::uint32_t>(1)},
                                                           {8, rc::gen::inRange<std::uint32_t>(1, 4)},
                                                           {1, rc::gen::inRange<std::uint32_t>(1, 1000)}});
  return rc::gen::map(rc::gen::container<Parts>(part),
                      [](const Parts& parts) { return Coordinate::from_parts(parts).value(); });
}

}  // namespace vtpu::phext

namespace rc {
template <>
struct Arbitrary<vtpu::phext::Coordinate> {
  static Gen<vtpu::phext::Coordinate> arbitrary() { return vtpu::phext::any_coordinate(); }
};
inline void showValue(const vtpu::phext::Coordinate& coordinate, std::ostream& out) { out << coordinate.to_string(); }
}  // namespace rc
