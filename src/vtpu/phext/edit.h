#pragma once
#include <string>
#include <string_view>

#include "vtpu/base/result.h"
#include "vtpu/phext/coordinate.h"

namespace vtpu::phext {

// Each edit returns a new document and makes one pass over the old one. The given text is inserted unchanged: a break
// in it is a break of the new document and renumbers what follows in the same parent. An edit that would move a scroll
// past 999 is an error.

/// Appends to a scroll, which is created when absent. Error: the byte of a break past 999.
Result<std::string> insert(std::string_view text, const Coordinate& target, std::string_view scroll);

/// Replaces the text of a scroll, which is created when absent. Past the end of the document, the breaks that lead to
/// the scroll are written even for an empty text. Error: as `insert`.
Result<std::string> replace(std::string_view text, const Coordinate& target, std::string_view scroll);

/// The normal form without this scroll; the others keep their coordinates. Error: as `insert`.
Result<std::string> remove(std::string_view text, const Coordinate& target);

/// The bytes from the start of one scroll to the end of another, the breaks between them included. An absent scroll
/// counts as empty at the position where it would be inserted. Error: `last` before `first`, and as `insert`.
Result<std::string_view> range(std::string_view text, const Coordinate& first, const Coordinate& last);

/// Replaces that range by a text at `first`; what follows `last` moves up to it. Error: as `range`.
Result<std::string> range_replace(std::string_view text, const Coordinate& first, const Coordinate& last,
                                  std::string_view scroll);

}  // namespace vtpu::phext
