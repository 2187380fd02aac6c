#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

#include "vtpu/base/result.h"
#include "vtpu/phext/break.h"
#include "vtpu/phext/coordinate.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace vtpu::phext {

/// Bytes examined at once: one bit each in a 64-bit mask.
inline constexpr std::size_t kBlock = 64;

/// Bit i is set where byte i of the 64 is a dimension break. Plain C++, for machines without SSE2 and as the reference.
inline std::uint64_t dimension_breaks_portable(const char* block) {
  std::uint64_t mask = 0;
  for (std::size_t i = 0; i < kBlock; ++i) mask |= static_cast<std::uint64_t>(is_dimension_break(block[i])) << i;
  return mask;
}

/// As `dimension_breaks_portable`, with SSE2 where available. Every x86-64 processor has SSE2, and with it a pass is
/// already limited by memory, so there is no wider variant.
inline std::uint64_t dimension_breaks(const char* block) {
#ifdef __SSE2__
  const __m128i first = _mm_set1_epi8(byte_of(Break::scroll));
  const __m128i range = _mm_set1_epi8(byte_of(Break::shelf) - byte_of(Break::scroll));
  const __m128i escape = _mm_set1_epi8(0x1B);
  const __m128i library = _mm_set1_epi8(byte_of(Break::library));
  std::uint64_t mask = 0;
  for (std::size_t i = 0; i < kBlock; i += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(block + i));
    const __m128i above = _mm_sub_epi8(bytes, first);  // unsigned: bytes below 0x17 wrap to large numbers
    const __m128i inside = _mm_cmpeq_epi8(_mm_min_epu8(above, range), above);
    const __m128i breaks =
        _mm_or_si128(_mm_andnot_si128(_mm_cmpeq_epi8(bytes, escape), inside), _mm_cmpeq_epi8(bytes, library));
    mask |= static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm_movemask_epi8(breaks))) << i;
  }
  return mask;
#else
  return dimension_breaks_portable(block);
#endif
}

/// The error for a break that would take its dimension past 999.
Error break_past_the_end(const Coordinate& at, Break kind, std::size_t offset);

/// Calls `visit(coordinate, start, end)` for every scroll of `text` in order, the empty ones included, until it returns
/// false. The text begins at coordinate `from`; [start, end) are the bytes of the scroll without the break that ends
/// it. Makes one pass. Error: the byte of the first break past 999; the scroll that it ends has been visited, but none
/// after it.
template <class Visit>
Result<void> for_each_scroll(std::string_view text, const Coordinate& from, Visit&& visit) {
  Coordinate at = from;
  std::size_t start = 0;
  for (std::size_t block = 0; block < text.size(); block += kBlock) {
    std::uint64_t mask;
    if (text.size() - block >= kBlock) {
      mask = dimension_breaks(text.data() + block);
    } else {
      char last[kBlock] = {};  // NUL is not a break
      std::memcpy(last, text.data() + block, text.size() - block);
      mask = dimension_breaks(last);
    }
    for (; mask != 0; mask &= mask - 1) {
      const std::size_t here = block + static_cast<std::size_t>(std::countr_zero(mask));
      if (!visit(std::as_const(at), start, here)) return {};
      const Break kind = *break_of(text[here]);
      if (!at.advance(kind)) return break_past_the_end(at, kind, here);
      start = here + 1;
    }
  }
  visit(std::as_const(at), start, text.size());
  return {};
}

}  // namespace vtpu::phext
