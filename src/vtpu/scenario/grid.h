#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/net/workload/watch.h"
#include "vtpu/scenario/scenario.h"

namespace vtpu::scenario {

/// A key and the values that a sweep gives it.
struct Axis {
  std::string key;
  std::vector<std::string> values;
};

/// Parses "network.sides=4x4x4,4x4x8"; the values of a key that holds a list are separated by semicolons:
/// "faults.chips=1.1;1.1,2.2". Error: at `--over key`: an unknown key, with the nearest one; an invalid value; a value
/// given twice; a key that affects no result.
Result<Axis> parse_axis(std::string_view text);

/// A scenario for every combination of the values of some keys; the last axis changes fastest.
class Grid {
 public:
  /// Checks every point, including its network, without running it. Error: the point and its error; a key given twice;
  /// more than a million points.
  static Result<Grid> make(const Scenario& base, std::vector<Axis> axes);

  int size() const { return size_; }
  const std::vector<Axis>& axes() const { return axes_; }
  /// The value of each axis at a point.
  std::vector<std::string> values(int point) const;
  /// "network.sides=4x4x8, routing.vcs=4".
  std::string name(int point) const;
  Scenario at(int point) const;
  /// Everything except the program that the results depend on: the settings of all points and the bytes of their files.
  /// Error: a file that cannot be read.
  Result<std::string> identity() const;

 private:
  Grid(Scenario base, std::vector<Axis> axes, int size) : base_(std::move(base)), axes_(std::move(axes)), size_(size) {}

  /// Error: an invalid value.
  Result<Scenario> made(int point) const;

  Scenario base_;
  std::vector<Axis> axes_;
  int size_;
};

/// Runs one point. Returns its report as one line of JSON, with nodes and links summarised. Error: see run, with the
/// name of the point; stopped by `watch`, which receives the share of the point that is done.
Result<std::string> run_point(const Grid& grid, int point, const net::workload::Watch& watch);

/// All points as CSV, from the lines of run_point in order. One row per point, or one per load of a curve; columns that
/// are empty in every row are omitted.
std::string grid_csv(const Grid& grid, const std::vector<std::string>& lines);
nlohmann::ordered_json grid_json(const Grid& grid, const std::vector<std::string>& lines);

}  // namespace vtpu::scenario
