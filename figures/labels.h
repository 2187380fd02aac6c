#pragma once
#include <algorithm>
#include <cctype>
#include <cstddef>
#include <string>
#include <vector>

namespace vtpu::figures {

/// Replaces every x between two digits by a multiplication sign, as in "torus 16×16×16".
inline std::string with_times(const std::string& text) {
  const auto digit = [&](std::size_t at) {
    return at < text.size() && std::isdigit(static_cast<unsigned char>(text[at])) != 0;
  };
  std::string printed;
  for (std::size_t at = 0; at < text.size(); ++at)
    printed += text[at] == 'x' && at > 0 && digit(at - 1) && digit(at + 1) ? "×" : std::string(1, text[at]);
  return printed;
}

/// Names of keys with blanks in place of underscores.
inline std::vector<std::string> spaced(std::vector<std::string> names) {
  for (std::string& name : names) std::replace(name.begin(), name.end(), '_', ' ');
  return names;
}

/// Positions of rows from top to bottom: 0, -1, -2, …
inline std::vector<double> downwards(std::size_t rows) {
  std::vector<double> places;
  for (std::size_t row = 0; row < rows; ++row) places.push_back(-static_cast<double>(row));
  return places;
}

/// Lengths of error bars below and above the values, from the ends of their intervals.
inline std::vector<std::vector<double>> arms(const std::vector<double>& values, const std::vector<double>& low,
                                             const std::vector<double>& high) {
  std::vector<std::vector<double>> lengths(2);
  for (std::size_t i = 0; i < values.size(); ++i) {
    lengths[0].push_back(values[i] - low[i]);
    lengths[1].push_back(high[i] - values[i]);
  }
  return lengths;
}

}  // namespace vtpu::figures
