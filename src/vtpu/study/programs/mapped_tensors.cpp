#include "vtpu/study/programs/mapped_tensors.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>

#include "vtpu/compiler/box.h"
#include "vtpu/memory/translation_cache.h"

namespace vtpu::study::programs {
namespace {

using compiler::ir::Tensor;

constexpr std::int64_t kMostSparseBytes = std::int64_t{1} << 30;  // largest copy

/// The coordinate of an element of a tensor with one axis for each dimension; elements are numbered row by row.
phext::PackedCoordinate place_of(const Tensor& tensor, std::size_t element) {
  phext::PackedCoordinate at = tensor.origin;
  for (std::size_t k = 0; k < tensor.shape.size(); ++k) {
    const auto side = static_cast<std::size_t>(tensor.shape[tensor.shape.size() - 1 - k]);
    const auto axis = static_cast<phext::Axis>(phext::PackedCoordinate::kAxes - 1 - k);
    at = at.with(axis, at.get(axis) + static_cast<std::uint32_t>(element % side));
    element /= side;
  }
  return at;
}

Error cannot_be_mapped(const Tensor& tensor) {
  return {"tensor " + tensor.name, fmt::format("{} bytes cannot be mapped", tensor.bytes()), "fewer"};
}

}  // namespace

Result<MappedTensors> MappedTensors::map(exec::Machine& machine, const std::vector<Tensor>& tensors,
                                         const Files& files) {
  MappedTensors mapped(machine);
  for (const Tensor& tensor : tensors) {
    if (tensor.role != Tensor::Role::mapped) continue;
    const compiler::Box box = compiler::box_of(tensor);
    const memory::RegionSpec spec{box.first, box.last, box.mask, box.cell_log2,
                                  tensor.sparse ? memory::Layout::sparse : memory::Layout::row_major};
    if ((tensor.sparse && tensor.bytes() > kMostSparseBytes) || machine.memory().check_allocation(spec))
      return cannot_be_mapped(tensor);
    if (const auto file = files.find(tensor.name); file != files.end()) {
      const auto handle = machine.memory().attach(spec, file->second);
      if (!handle) return handle.error();
      mapped.files_[*handle] = file->second;
    } else if (machine.memory().allocate(spec).fault) {
      return cannot_be_mapped(tensor);
    }
    const auto bytes = static_cast<std::size_t>(tensor.bytes());
    if (tensor.sparse) {
      mapped.bytes_.emplace_back(mapped.copies_.emplace_back(bytes));
    } else {
      // The box begins at its first cell. It belongs to the machine, which is not const.
      mapped.bytes_.emplace_back(const_cast<std::byte*>(machine.memory().peek(spec.first).data()), bytes);
    }
    mapped.shapes_.push_back(tensor);
  }
  if (!mapped.files_.empty()) mapped.read_sparse();
  return mapped;
}

Result<void> MappedTensors::write_sparse() {
  constexpr std::byte kZeros[8] = {};
  memory::TranslationCache cache;
  for (std::size_t k = 0; k < shapes_.size(); ++k) {
    if (!shapes_[k].sparse) continue;
    for (std::size_t i = 0; i < bytes_[k].size() / 8; ++i) {
      const std::byte* const element = bytes_[k].data() + 8 * i;
      const phext::PackedCoordinate at = place_of(shapes_[k], i);
      if (std::equal(kZeros, kZeros + 8, element) && machine_->memory().peek(at).empty()) continue;
      const auto place = machine_->memory().cell(at, 3, true, cache);
      if (place.fault) return cannot_be_mapped(shapes_[k]);
      std::memcpy(place.at, element, 8);
    }
  }
  return {};
}

void MappedTensors::read_sparse() {
  for (std::size_t k = 0; k < shapes_.size(); ++k) {
    if (!shapes_[k].sparse) continue;
    for (std::size_t i = 0; i < bytes_[k].size() / 8; ++i) {
      const auto cell = machine_->memory().peek(place_of(shapes_[k], i));
      if (cell.empty())
        std::memset(bytes_[k].data() + 8 * i, 0, 8);
      else
        std::memcpy(bytes_[k].data() + 8 * i, cell.data(), 8);
    }
  }
}

Result<void> MappedTensors::flush() {
  for (const auto& [handle, file] : files_)
    if (machine_->memory().flush(handle)) return Error{file.string(), "cannot be made durable", {}};
  return {};
}

}  // namespace vtpu::study::programs
