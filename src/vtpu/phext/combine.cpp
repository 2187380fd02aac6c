#include "vtpu/phext/combine.h"

#include <algorithm>
#include <array>

#include "vtpu/phext/writer.h"

namespace vtpu::phext {
namespace {

Error error_of(const char* side, const Error& error) {
  return {std::string(side) + ", " + error.where, error.found, error.expected};
}

/// Calls `visit(coordinate, left, right)` for each coordinate at which either document has text, in order.
template <class Visit>
Result<void> for_each_pair(std::string_view left, std::string_view right, Visit visit) {
  const Result<std::vector<Scroll>> lefts = phokenize(left);
  if (!lefts) return error_of("left", lefts.error());
  const Result<std::vector<Scroll>> rights = phokenize(right);
  if (!rights) return error_of("right", rights.error());
  auto l = lefts->begin();
  auto r = rights->begin();
  while (l != lefts->end() || r != rights->end()) {
    const bool take_left = l != lefts->end() && (r == rights->end() || l->coordinate <= r->coordinate);
    const bool take_right = r != rights->end() && (l == lefts->end() || r->coordinate <= l->coordinate);
    visit(take_left ? l->coordinate : r->coordinate, take_left ? l->text : std::string_view(),
          take_right ? r->text : std::string_view());
    l += take_left ? 1 : 0;
    r += take_right ? 1 : 0;
  }
  return {};
}

std::string shift_breaks(std::string_view text, std::ptrdiff_t by) {
  std::array<char, 256> changed{};
  for (std::size_t byte = 0; byte < changed.size(); ++byte) changed[byte] = static_cast<char>(byte);
  const std::ptrdiff_t last = static_cast<std::ptrdiff_t>(kBreakKinds) - 1;
  for (std::ptrdiff_t kind = 0; kind <= last; ++kind)
    changed[kBreakBytes[static_cast<std::size_t>(kind)]] =
        byte_of(static_cast<Break>(std::clamp<std::ptrdiff_t>(kind + by, 0, last)));
  std::string result(text);
  for (char& byte : result) byte = changed[static_cast<unsigned char>(byte)];
  return result;
}

}  // namespace

Result<std::string> merge(std::string_view left, std::string_view right) {
  DocumentWriter writer;
  const Result<void> walked =
      for_each_pair(left, right, [&](const Coordinate& at, std::string_view a, std::string_view b) {
        writer.append(at, a);
        writer.append(at, b);
      });
  if (!walked) return walked.error();
  return std::move(writer).take();
}

Result<std::string> subtract(std::string_view left, std::string_view right) {
  DocumentWriter writer;
  const Result<void> walked =
      for_each_pair(left, right, [&](const Coordinate& at, std::string_view a, std::string_view b) {
        if (b.empty()) writer.append(at, a);
      });
  if (!walked) return walked.error();
  return std::move(writer).take();
}

Result<std::vector<Difference>> diff(std::string_view left, std::string_view right) {
  std::vector<Difference> differences;
  const Result<void> walked =
      for_each_pair(left, right, [&](const Coordinate& at, std::string_view a, std::string_view b) {
        if (a != b) differences.push_back({at, a, b});
      });
  if (!walked) return walked.error();
  return differences;
}

Place first_difference(const Difference& difference) {
  const auto [l, r] =
      std::mismatch(difference.left.begin(), difference.left.end(), difference.right.begin(), difference.right.end());
  Place place{difference.coordinate, 1, 1};
  for (auto at = difference.left.begin(); at != l; ++at) {
    ++place.column;
    if (*at == byte_of(Break::line)) {
      ++place.line;
      place.column = 1;
    }
  }
  return place;
}

std::string expand(std::string_view text) { return shift_breaks(text, 1); }

std::string contract(std::string_view text) { return shift_breaks(text, -1); }

}  // namespace vtpu::phext
