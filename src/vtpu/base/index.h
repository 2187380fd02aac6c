#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <utility>
#include <vector>

#include "vtpu/base/check.h"

// Whether IndexedVector checks bounds. NDEBUG cannot decide this, because release builds keep their assertions.
#ifndef VTPU_CHECK_BOUNDS
#if !defined(__OPTIMIZE__) || defined(__SANITIZE_ADDRESS__)
#define VTPU_CHECK_BOUNDS 1
#else
#define VTPU_CHECK_BOUNDS 0
#endif
#endif

namespace vtpu {

/// A position in one kind of sequence. Indices with different tags neither convert, compare nor assign to each other:
///
///     using Chip = Index<struct ChipTag>;
///     using Port = Index<struct PortTag>;
///
/// An index has no arithmetic beyond stepping; compute with `value()` and construct the result explicitly.
/// Include base/index_format.h to print one with fmt.
template <class Tag>
class Index {
 public:
  constexpr Index() = default;  ///< position 0, as a value-initialised int
  constexpr explicit Index(int value) : value_(value) {}

  /// The sentinel for "no element", stored as -1.
  static constexpr Index none() { return Index(-1); }
  /// Whether this is not negative; says nothing about the size of any sequence.
  constexpr bool valid() const { return value_ >= 0; }
  constexpr int value() const { return value_; }

  constexpr Index& operator++() { return ++value_, *this; }
  constexpr Index& operator--() { return --value_, *this; }
  constexpr Index operator++(int) { return Index(value_++); }
  constexpr Index operator--(int) { return Index(value_--); }

  friend constexpr bool operator==(Index, Index) = default;
  friend constexpr auto operator<=>(Index, Index) = default;

 private:
  int value_ = 0;
};

/// The indices from `begin` to before `end`, for range-based loops.
template <class I>
class IndexRange {
 public:
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = I;
    using difference_type = std::ptrdiff_t;
    using pointer = const I*;
    using reference = I;

    constexpr Iterator() = default;
    constexpr explicit Iterator(I index) : index_(index) {}
    constexpr I operator*() const { return index_; }
    constexpr Iterator& operator++() { return ++index_, *this; }
    constexpr Iterator operator++(int) { return Iterator(index_++); }
    friend constexpr bool operator==(Iterator, Iterator) = default;

   private:
    I index_;
  };

  /// An `end` before `begin` gives an empty range.
  constexpr IndexRange(I begin, I end) : begin_(begin), end_(end < begin ? begin : end) {}
  constexpr Iterator begin() const { return Iterator(begin_); }
  constexpr Iterator end() const { return Iterator(end_); }
  constexpr int size() const { return end_.value() - begin_.value(); }

 private:
  I begin_, end_;
};

/// The indices 0 to count - 1; none when `count` is negative.
template <class I>
constexpr IndexRange<I> index_range(int count) {
  return {I(0), I(count)};
}

/// A vector whose elements are reached with one index type only. Debug and sanitizer builds check every access.
template <class I, class T>
class IndexedVector {
 public:
  using value_type = T;
  using reference = typename std::vector<T>::reference;
  using const_reference = typename std::vector<T>::const_reference;
  using iterator = typename std::vector<T>::iterator;
  using const_iterator = typename std::vector<T>::const_iterator;

  constexpr IndexedVector() = default;
  constexpr explicit IndexedVector(int size) : values_(static_cast<std::size_t>(size)) {}
  constexpr IndexedVector(int size, const T& value) : values_(static_cast<std::size_t>(size), value) {}
  constexpr IndexedVector(std::initializer_list<T> values) : values_(values) {}
  constexpr explicit IndexedVector(std::vector<T> values) : values_(std::move(values)) {}

  constexpr reference operator[](I index) { return values_[position(index)]; }
  constexpr const_reference operator[](I index) const { return values_[position(index)]; }

  constexpr int size() const { return static_cast<int>(values_.size()); }
  constexpr bool empty() const { return values_.empty(); }
  constexpr bool contains(I index) const { return index.valid() && index.value() < size(); }
  constexpr IndexRange<I> indices() const { return index_range<I>(size()); }

  constexpr iterator begin() { return values_.begin(); }
  constexpr iterator end() { return values_.end(); }
  constexpr const_iterator begin() const { return values_.begin(); }
  constexpr const_iterator end() const { return values_.end(); }
  constexpr reference front() { return (*this)[I(0)]; }
  constexpr const_reference front() const { return (*this)[I(0)]; }
  constexpr reference back() { return (*this)[I(size() - 1)]; }
  constexpr const_reference back() const { return (*this)[I(size() - 1)]; }

  /// Appends an element and returns its index.
  constexpr I push_back(T value) {
    values_.push_back(std::move(value));
    return I(size() - 1);
  }
  template <class... Arguments>
  constexpr I emplace_back(Arguments&&... arguments) {
    values_.emplace_back(std::forward<Arguments>(arguments)...);
    return I(size() - 1);
  }
  constexpr void pop_back() { values_.pop_back(); }
  constexpr void reserve(int size) { values_.reserve(static_cast<std::size_t>(size)); }
  constexpr void resize(int size) { values_.resize(static_cast<std::size_t>(size)); }
  constexpr void resize(int size, const T& value) { values_.resize(static_cast<std::size_t>(size), value); }
  constexpr void assign(int size, const T& value) { values_.assign(static_cast<std::size_t>(size), value); }
  constexpr void clear() { values_.clear(); }

  /// The elements without their index type, for algorithms and spans.
  constexpr std::vector<T>& raw() { return values_; }
  constexpr const std::vector<T>& raw() const { return values_; }

  friend constexpr bool operator==(const IndexedVector&, const IndexedVector&) = default;

 private:
  constexpr std::size_t position(I index) const {
#if VTPU_CHECK_BOUNDS
    VTPU_CHECK(contains(index), "an index lies within its vector");
#endif
    return static_cast<std::size_t>(index.value());
  }

  std::vector<T> values_;
};

}  // namespace vtpu

template <class Tag>
struct std::hash<vtpu::Index<Tag>> {
  std::size_t operator()(vtpu::Index<Tag> index) const noexcept { return std::hash<int>()(index.value()); }
};
