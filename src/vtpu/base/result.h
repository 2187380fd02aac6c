#pragma once
#include <string>
#include <utility>
#include <variant>

#include "vtpu/base/check.h"

namespace vtpu {

/// Wrong input, described for the user: where it is, what was found, what was expected.
struct Error {
  std::string where;     ///< file, line, column, key or option; empty when there is only one place
  std::string found;     ///< what is wrong, as a phrase: "found 'x'", "no such file"
  std::string expected;  ///< what would be right; empty when `found` is enough

  /// One line: `where: found; expected expected`.
  std::string message() const {
    std::string text = where.empty() ? found : where + ": " + found;
    if (!expected.empty()) text += "; expected " + expected;
    return text;
  }
};

/// A value or an Error. For wrong input only; broken invariants are VTPU_CHECKs.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() & {
    VTPU_CHECK(ok(), "value() of a failed Result");
    return std::get<0>(state_);
  }
  const T& value() const& {
    VTPU_CHECK(ok(), "value() of a failed Result");
    return std::get<0>(state_);
  }
  /// Returns by value, so that `for (x : *make())` keeps the range alive.
  T value() && {
    VTPU_CHECK(ok(), "value() of a failed Result");
    return std::get<0>(std::move(state_));
  }
  T value_or(T other) const { return ok() ? value() : std::move(other); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const {
    VTPU_CHECK(!ok(), "error() of a successful Result");
    return std::get<1>(state_);
  }

 private:
  std::variant<T, Error> state_;
};

/// Success or an Error.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)), ok_(false) {}

  bool ok() const { return ok_; }
  explicit operator bool() const { return ok_; }
  const Error& error() const {
    VTPU_CHECK(!ok_, "error() of a successful Result");
    return error_;
  }

 private:
  Error error_;
  bool ok_ = true;
};

}  // namespace vtpu
