#include "vtpu/study/soak/host_kernels.h"

#include <dlfcn.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "vtpu/base/check.h"
#include "vtpu/base/file.h"
#include "vtpu/base/text.h"
#include "vtpu/study/baselines/compilers.h"

namespace vtpu::study::soak {
namespace {

namespace fs = std::filesystem;

constexpr baselines::Baseline kFlags = baselines::baselines_for<baselines::Use::soak>()[0];

/// Bytes on each side of a tensor that a kernel must not change.
constexpr std::size_t kGuard = 256;
constexpr std::byte kGuardByte{0xa5};

/// A temporary folder; the destructor removes it.
class TemporaryFolder {
 public:
  static std::optional<TemporaryFolder> make() {
    std::error_code failed;
    std::string name = (fs::temp_directory_path(failed) / "vtpu_kernels_XXXXXX").string();
    if (failed || ::mkdtemp(name.data()) == nullptr) return {};
    return TemporaryFolder(name);
  }
  TemporaryFolder(TemporaryFolder&& other) noexcept { std::swap(path_, other.path_); }
  ~TemporaryFolder() {
    std::error_code ignored;  // the system clears what is left
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  const fs::path& path() const { return path_; }

 private:
  explicit TemporaryFolder(fs::path path) : path_(std::move(path)) {}
  fs::path path_;
};

}  // namespace

struct HostKernels::Library {
  void* handle = nullptr;
  ~Library() {
    if (handle != nullptr) ::dlclose(handle);
  }
};

measure::Dependency host_compiler() { return {measure::Dependency::Kind::tool, "c++ g++ clang++"}; }

HostKernels::HostKernels(std::unique_ptr<Library> library) : library_(std::move(library)) {}
HostKernels::HostKernels(HostKernels&&) noexcept = default;
HostKernels::~HostKernels() = default;

Result<HostKernels> HostKernels::build(std::span<const compiler::RandomKernel> kernels) {
  const std::string compiler = measure::path_of(host_compiler());
  if (compiler.empty()) return Error{"PATH", "no C++ compiler", "c++, g++ or clang++"};
  const auto folder = TemporaryFolder::make();
  if (!folder) return Error{"temporary files", "a folder cannot be made", "a writable TMPDIR"};
  const fs::path source = folder->path() / "kernels.cpp", object = folder->path() / "kernels.so",
                 log = folder->path() / "log";
  std::string text(compiler::cplusplus_prelude());
  for (const compiler::RandomKernel& kernel : kernels) text += kernel.cplusplus;
  if (auto written = write_file(source, text); !written) return written.error();
  // Only the temporary folder and the compiler's path are not under our control.
  for (const fs::path& path : {folder->path(), fs::path(compiler)})
    if (path.string().find('\'') != std::string::npos)
      return Error{path.string(), "found a quote", "a path without one"};
  const std::string command = fmt::format("'{}' -std=c++20 {} -shared -fPIC -w '{}' -o '{}' > '{}' 2>&1", compiler,
                                          kFlags.flags, source.string(), object.string(), log.string());
  if (std::system(command.c_str()) != 0) {
    const auto said = read_file(log);
    const std::string first = said ? said->substr(0, 2000) : "";
    return Error{compiler, "cannot compile the kernels: " + first, ""};
  }
  auto library = std::make_unique<Library>();
  library->handle = ::dlopen(object.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library->handle == nullptr) return Error{object.string(), ::dlerror(), "a library that can be loaded"};
  return HostKernels(std::move(library));
}

Result<std::vector<std::vector<std::byte>>> HostKernels::run(const compiler::RandomKernel& kernel) const {
  using Function = void (*)(void* const*);
  const std::string name = fmt::format("kernel_{}", kernel.seed);
  const auto function = reinterpret_cast<Function>(::dlsym(library_->handle, name.c_str()));
  VTPU_CHECK(function != nullptr, "the kernel was built");
  std::vector<std::vector<std::byte>> guarded;
  std::vector<void*> tensors;
  for (const compiler::RandomKernel::Tensor& tensor : kernel.tensors) {
    // The allocation is aligned for any element, and the size of the guard keeps this alignment.
    auto& bytes = guarded.emplace_back(tensor.contents.size() + 2 * kGuard, kGuardByte);
    std::copy(tensor.contents.begin(), tensor.contents.end(), bytes.begin() + kGuard);
  }
  for (auto& bytes : guarded) tensors.push_back(bytes.data() + kGuard);
  function(tensors.data());
  for (std::size_t k = 0; k < guarded.size(); ++k) {
    auto& bytes = guarded[k];
    const auto is_guard = [](std::byte b) { return b == kGuardByte; };
    if (!std::all_of(bytes.begin(), bytes.begin() + kGuard, is_guard) ||
        !std::all_of(bytes.end() - kGuard, bytes.end(), is_guard))
      return Error{name, "the C++ wrote outside of " + kernel.tensors[k].name, "a kernel that stays inside"};
    bytes = std::vector<std::byte>(bytes.begin() + kGuard, bytes.end() - kGuard);
  }
  return guarded;
}

}  // namespace vtpu::study::soak
