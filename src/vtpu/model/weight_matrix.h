#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/model/checkpoint.h"
#include "vtpu/model/model_config.h"
#include "vtpu/model/weight_type.h"

// A matrix NAME of a quantised model is stored as two tensors. NAME holds whole numbers: in I8 from -127 to 127, or
// two in each U8 from -8 to 7, plus 8, the first in the low half; a row of an odd number of elements ends with half a
// byte. NAME_scale holds what they are multiplied by, in BF16: for each row one number, or one for each block of it.

namespace vtpu::model {

/// How the columns of a matrix form blocks: 32 neighbours are one. No block crosses a multiple of `run`, where one
/// begins; so it may be shorter.
struct ColumnBlocks {
  static constexpr std::int64_t kMost = 32;

  std::int64_t columns = 0, run = 0;

  std::int64_t in_run() const { return (run + kMost - 1) / kMost; }
  std::int64_t count() const { return columns / run * in_run(); }
  std::int64_t of(std::int64_t column) const { return column / run * in_run() + column % run / kMost; }
};

/// The name of the scales of a matrix.
std::string scale_name(const std::string& matrix);

struct MatrixShape {
  std::string name;
  std::int64_t rows = 0, columns = 0;
};
/// The matrices of a model, in the names of its checkpoint.
std::vector<MatrixShape> matrices_of(const ModelConfig& config);

/// Where the blocks of a matrix begin anew: at each half of a head where the columns are those of heads, whose halves
/// the kernels keep apart; otherwise only at the first column.
std::int64_t block_run(const ModelConfig& config, const std::string& matrix, std::int64_t columns);

/// How the matrices of a checkpoint are stored: as its configuration says; otherwise in f32 if one of them is.
WeightType weight_type(const ModelConfig& config, const Checkpoint& checkpoint);

/// A matrix of a checkpoint, read by element.
class WeightMatrix {
 public:
  /// `run`: where the blocks begin anew, a divisor of `columns`. Error: as `Checkpoint::find`; elements that are not of
  /// `type`; a scale that is no finite number.
  static Result<WeightMatrix> find(const Checkpoint& checkpoint, const std::string& name, std::int64_t rows,
                                   std::int64_t columns, std::int64_t run, WeightType type);

  std::int64_t rows() const { return rows_; }
  std::int64_t columns() const { return blocks_.columns; }
  /// The value; exact.
  float at(std::int64_t row, std::int64_t column) const;
  /// Of a quantised matrix: the whole number, and the bits of the scale in bf16.
  int level(std::int64_t row, std::int64_t column) const;
  std::uint16_t scale_bits(std::int64_t row, std::int64_t block) const;
  const ColumnBlocks& blocks() const { return blocks_; }

 private:
  WeightMatrix(WeightType type, std::int64_t rows, const ColumnBlocks& blocks, TensorView values, TensorView scales);

  WeightType type_;
  std::int64_t rows_;
  ColumnBlocks blocks_;
  TensorView values_, scales_;
};

/// A matrix as the tensors of a file.
struct StoredMatrix {
  std::vector<std::byte> values, scales;
  std::vector<std::int64_t> shape, scale_shape;
  double squared_error = 0, squares = 0;  ///< sums over the elements
};

/// Stores a matrix as `type`, which is not f32. Scales are chosen for the least squared error among a few. Error: an
/// element that is no finite number.
Result<StoredMatrix> store_matrix(const WeightMatrix& from, WeightType type, const std::string& name);

/// Error: the tensor has elements in neither F32 nor BF16.
Result<void> check_floats(const TensorView& tensor, const std::string& name);
/// An element of a tensor in F32 or BF16.
float float_at(const TensorView& tensor, std::int64_t at);

}  // namespace vtpu::model
