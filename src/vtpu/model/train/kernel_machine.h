#pragma once
#include <cstddef>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "vtpu/base/result.h"
#include "vtpu/exec/context.h"

namespace vtpu::model::train {

/// A kernel in the kernel language, and the tier at which it is compiled.
struct KernelText {
  std::string name;
  std::string text;
  unsigned tier = 3;
};

/// Kernels that share the tensors of one machine, run by one sentron on the native engine, or on the interpreter where
/// the host has no native one.
class KernelMachine {
 public:
  /// All texts declare the same tensors in the same order, which therefore have the same coordinates in all of them.
  /// Error: a text that does not compile; memory that the system refuses.
  static Result<KernelMachine> make(const std::vector<KernelText>& texts);

  KernelMachine(KernelMachine&&) noexcept;
  KernelMachine& operator=(KernelMachine&&) noexcept;
  ~KernelMachine();

  /// The elements of a tensor, which kernels read and write.
  template <class T>
  std::span<T> elements(const std::string& tensor) const {
    const std::span<std::byte> bytes = bytes_of(tensor);
    return {reinterpret_cast<T*>(bytes.data()), bytes.size() / sizeof(T)};
  }

  /// Error: a trap, which is a bug.
  Result<void> run(const std::string& kernel);

  /// What the sentron has retired so far.
  const exec::Retired& retired() const;

 private:
  struct State;
  explicit KernelMachine(std::unique_ptr<State> state);
  std::span<std::byte> bytes_of(const std::string& tensor) const;
  std::unique_ptr<State> state_;
};

}  // namespace vtpu::model::train
