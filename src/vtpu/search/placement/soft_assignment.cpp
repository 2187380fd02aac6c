#include "vtpu/search/placement/soft_assignment.h"

#include <cmath>
#include <cstddef>

namespace vtpu::search {
namespace {

/// Keeps scales finite when a rank is far from every chip.
constexpr double kFloor = 1e-30;

}  // namespace

SoftAssignment::SoftAssignment(std::span<const double> squared, int n, double softness, int rounds)
    : n_(n), softness_(softness), affinity_(squared.size()), parts_(squared.size()) {
  const auto size = static_cast<std::size_t>(n);
  for (std::size_t i = 0; i < squared.size(); ++i) affinity_[i] = std::exp(-squared[i] / softness) + kFloor;
  column_.emplace_back(size, 1.0);
  std::vector<double> row(size), column(size);
  for (int round = 0; round < rounds; ++round) {
    const std::vector<double>& before = column_.back();
    column.assign(size, 0);
    for (std::size_t i = 0; i < size; ++i) {
      double sum = 0;
      for (std::size_t j = 0; j < size; ++j) sum += affinity_[i * size + j] * before[j];
      row[i] = 1 / sum;
      for (std::size_t j = 0; j < size; ++j) column[j] += affinity_[i * size + j] * row[i];
    }
    for (double& sum : column) sum = 1 / sum;
    row_.push_back(row);
    column_.push_back(column);
  }
  for (std::size_t i = 0; i < size; ++i)
    for (std::size_t j = 0; j < size; ++j)
      parts_[i * size + j] = row_.back()[i] * affinity_[i * size + j] * column_.back()[j];
}

std::vector<double> SoftAssignment::gradient(std::span<const double> by_parts) const {
  const auto size = static_cast<std::size_t>(n_);
  std::vector<double> by_affinity(affinity_.size());
  std::vector<double> by_row(size, 0), by_column(size, 0), by_sum(size);
  for (std::size_t i = 0; i < size; ++i)
    for (std::size_t j = 0; j < size; ++j) {
      const std::size_t ij = i * size + j;
      const double by_part = by_parts[ij];
      by_affinity[ij] = row_.back()[i] * column_.back()[j] * by_part;
      by_row[i] += affinity_[ij] * column_.back()[j] * by_part;
      by_column[j] += row_.back()[i] * affinity_[ij] * by_part;
    }
  for (std::size_t round = row_.size(); round-- > 0;) {
    // Columns of this round are 1 / (sums with its rows) ...
    for (std::size_t j = 0; j < size; ++j) by_sum[j] = -by_column[j] * column_[round + 1][j] * column_[round + 1][j];
    by_column.assign(size, 0);
    for (std::size_t i = 0; i < size; ++i) {
      for (std::size_t j = 0; j < size; ++j) {
        by_affinity[i * size + j] += by_sum[j] * row_[round][i];
        by_row[i] += affinity_[i * size + j] * by_sum[j];
      }
      // ... and its rows 1 / (sums with the columns before).
      const double by_row_sum = -by_row[i] * row_[round][i] * row_[round][i];
      for (std::size_t j = 0; j < size; ++j) {
        by_affinity[i * size + j] += by_row_sum * column_[round][j];
        by_column[j] += affinity_[i * size + j] * by_row_sum;
      }
      by_row[i] = 0;
    }
  }
  for (std::size_t i = 0; i < affinity_.size(); ++i) by_affinity[i] *= -(affinity_[i] - kFloor) / softness_;
  return by_affinity;
}

}  // namespace vtpu::search
