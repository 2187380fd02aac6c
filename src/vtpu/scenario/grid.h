#pragma once
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/scenario/scenario.h"

namespace vtpu::scenario {

/// A key and the values that it takes in turn.
struct Axis {
  std::string key;
  std::vector<std::string> values;
};

/// "network.sides=4x4x4,4x4x8"; the values of a key that holds a list are separated by semicolons: "faults.chips=1.1;
/// 1.1,2.2". Error: at `--over key`: the nearest key, a value that the key may not have, one that stands there twice, a
/// key that bears on no result.
Result<Axis> parse_axis(std::string_view text);

/// A scenario for every combination of the values of some keys; the last axis changes fastest.
class Grid {
 public:
  /// Judges every point, its network included, but does not run it. Error: the point and what is wrong with it; a key
  /// given twice; more than a million points.
  static Result<Grid> make(const Scenario& base, std::vector<Axis> axes);

  int size() const { return size_; }
  const std::vector<Axis>& axes() const { return axes_; }
  /// Value of each axis.
  std::vector<std::string> values(int point) const;
  /// "network.sides=4x4x8, routing.vcs=4".
  std::string name(int point) const;
  Scenario at(int point) const;
  /// Everything that the results depend on but the program: the settings of all points and the bytes of their files.
  /// Error: a file that cannot be read.
  Result<std::string> identity() const;

 private:
  Grid(Scenario base, std::vector<Axis> axes, int size) : base_(std::move(base)), axes_(std::move(axes)), size_(size) {}

  /// Error: a value that its key may not have.
  Result<Scenario> made(int point) const;

  Scenario base_;
  std::vector<Axis> axes_;
  int size_;
};

/// Runs one point and says on one line of JSON what its report holds, nodes and links summed up. Error: as of run, with
/// the name of the point; given up because `stop` said so.
Result<std::string> run_point(const Grid& grid, int point, const std::function<bool()>& stop);

/// All points, by the lines of run_point in order. One row a point, of a curve one row a load; columns that are empty
/// everywhere are left out.
std::string grid_csv(const Grid& grid, const std::vector<std::string>& lines);
nlohmann::ordered_json grid_json(const Grid& grid, const std::vector<std::string>& lines);

}  // namespace vtpu::scenario
