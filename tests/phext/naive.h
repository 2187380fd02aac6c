#pragma once
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vtpu/phext/coordinate.h"

// A naive reference for the document operations. It splits a document into all scrolls with the breaks that end them,
// edits that list and joins it again; it finds the breaks between two coordinates one at a time. It shares only
// coordinates and breaks with the module. Documents must have fewer than 999 breaks.
namespace vtpu::phext::naive {

struct Piece {
  Coordinate coordinate;
  std::string text;
  std::string end;  // the break after it; empty for the last piece
};

inline std::vector<Piece> take_apart(std::string_view document) {
  std::vector<Piece> pieces(1);
  for (const char byte : document) {
    if (!is_dimension_break(byte)) {
      pieces.back().text += byte;
      continue;
    }
    pieces.back().end = byte;
    Piece next{pieces.back().coordinate, "", ""};
    if (!next.coordinate.advance(*break_of(byte))) std::abort();
    pieces.push_back(next);
  }
  return pieces;
}

inline std::string put_together(const std::vector<Piece>& pieces) {
  std::string document;
  for (const Piece& piece : pieces) document = document + piece.text + piece.end;
  return document;
}

/// Repeatedly appends the largest break that does not lead past `to`.
inline std::string fix_up(Coordinate from, const Coordinate& to) {
  std::string breaks;
  while (from < to) {
    for (std::size_t kind = kBreakKinds - 1; kind > 0; --kind) {
      Coordinate next = from;
      if (!next.advance(static_cast<Break>(kind)) || next > to) continue;
      from = next;
      breaks += byte_of(static_cast<Break>(kind));
      break;
    }
  }
  return breaks;
}

/// The piece at `target`, or the last one before it.
inline std::size_t find(const std::vector<Piece>& pieces, const Coordinate& target) {
  std::size_t found = 0;
  for (std::size_t i = 0; i < pieces.size(); ++i)
    if (pieces[i].coordinate <= target) found = i;
  return found;
}

inline std::string fetch(std::string_view document, const Coordinate& target) {
  for (const Piece& piece : take_apart(document))
    if (piece.coordinate == target) return piece.text;
  return "";
}

inline std::string insert(std::string_view document, const Coordinate& target, const std::string& scroll) {
  std::vector<Piece> pieces = take_apart(document);
  Piece& piece = pieces[find(pieces, target)];
  piece.text += fix_up(piece.coordinate, target) + scroll;
  return put_together(pieces);
}

inline std::string replace(std::string_view document, const Coordinate& target, const std::string& scroll) {
  std::vector<Piece> pieces = take_apart(document);
  Piece& piece = pieces[find(pieces, target)];
  if (piece.coordinate == target) piece.text.clear();
  piece.text += fix_up(piece.coordinate, target) + scroll;
  return put_together(pieces);
}

inline std::string normalize(std::string_view document) {
  std::string result;
  Coordinate cursor;
  for (const Piece& piece : take_apart(document)) {
    if (piece.text.empty()) continue;
    result = result + fix_up(cursor, piece.coordinate) + piece.text;
    cursor = piece.coordinate;
  }
  return result;
}

inline std::string remove(std::string_view document, const Coordinate& target) {
  std::vector<Piece> pieces = take_apart(document);
  for (Piece& piece : pieces)
    if (piece.coordinate == target) piece.text.clear();
  return normalize(put_together(pieces));
}

inline std::string range_replace(std::string_view document, const Coordinate& first, const Coordinate& last,
                                 const std::string& scroll) {
  const std::vector<Piece> pieces = take_apart(document);
  const std::size_t from = find(pieces, first);
  const std::size_t to = find(pieces, last);
  std::vector<Piece> kept(pieces.begin(), pieces.begin() + static_cast<std::ptrdiff_t>(from));
  Piece joined{pieces[from].coordinate, "", pieces[to].end};
  if (joined.coordinate != first) joined.text = pieces[from].text;
  joined.text += fix_up(joined.coordinate, first) + scroll;
  kept.push_back(joined);
  kept.insert(kept.end(), pieces.begin() + static_cast<std::ptrdiff_t>(to) + 1, pieces.end());
  return put_together(kept);
}

}  // namespace vtpu::phext::naive
