#pragma once
#include <string>
#include <string_view>

#include "vtpu/base/result.h"
#include "vtpu/phext/coordinate.h"

namespace vtpu::phext {

// Each edit returns a new document and makes one pass over the old one. The text given goes in as it is: a break in it
// is a break of the new document, and what follows in the same parent counts on from there. An edit that would leave a
// break past 999 in what it moved is an error.

/// Appends to a scroll, or makes it. Error: the byte of a break past 999.
Result<std::string> insert(std::string_view text, const Coordinate& target, std::string_view scroll);

/// Puts a text in place of a scroll, or makes it. Beyond the end the breaks that lead there are written even for an
/// empty text. Error: as `insert`.
Result<std::string> replace(std::string_view text, const Coordinate& target, std::string_view scroll);

/// The normal form without that scroll; the others keep their coordinates. Error: as `insert`.
Result<std::string> remove(std::string_view text, const Coordinate& target);

/// The bytes from the start of one scroll to the end of another, the breaks between them included. An absent scroll
/// stands for the place where it would go. Error: `last` before `first`, and as `insert`.
Result<std::string_view> range(std::string_view text, const Coordinate& first, const Coordinate& last);

/// Puts a text in place of that range. It stands at `first`, and what comes behind `last` moves up to it.
/// Error: as `range`.
Result<std::string> range_replace(std::string_view text, const Coordinate& first, const Coordinate& last,
                                  std::string_view scroll);

}  // namespace vtpu::phext
