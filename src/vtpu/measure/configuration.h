#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace vtpu::measure {

/// The value of a parameter. An integer that fits is stored as the signed type, so that a value read back from a file
/// equals the value that was written.
using Parameter = std::variant<bool, std::int64_t, std::uint64_t, double, std::string>;

/// The parameters of a run by name, in the order in which they were set.
class Configuration {
 public:
  /// Adds a parameter, or replaces its value.
  void set(const std::string& name, Parameter value);
  /// The parameter of that name exists (an invariant).
  const Parameter& at(const std::string& name) const;
  const std::vector<std::pair<std::string, Parameter>>& all() const { return all_; }

  bool operator==(const Configuration&) const = default;

 private:
  std::vector<std::pair<std::string, Parameter>> all_;
};

}  // namespace vtpu::measure
