#pragma once
#include <string>
#include <vector>

namespace vtpu::measure {

/// Something outside of an experiment's program that the experiment loads or calls, and that its result depends on.
struct Dependency {
  enum class Kind {
    module,   ///< a shared object that the build makes in lib/ beside the programs; its name without ".so"
    library,  ///< a shared library of the system that the program is linked with; its file name up to ".so"
    tool,     ///< a command of the build's bin/ or a program on PATH; of several names, separated by blanks, the first
  };
  Kind kind;
  std::string name;

  bool operator==(const Dependency&) const = default;
};

const char* name_of(Dependency::Kind kind);

/// Where this process finds a dependency; empty if it is absent. Links are resolved, except for a tool. A library has
/// to be loaded.
std::string path_of(const Dependency& dependency);

/// What identifies a file as a dependency. An absent one has "absent" in both fields.
struct Identity {
  std::string sha256;
  /// Tool: the first line that it prints for `--version`. Library: the file name that its links lead to. Module: the
  /// compiler that its object files name. "unknown" if there is no such text.
  std::string version;
};

/// `path`: as path_of gives it.
Identity identify(Dependency::Kind kind, const std::string& path);

/// Names of the modules in the build's lib/ that this process has loaded, sorted.
std::vector<std::string> loaded_modules();

}  // namespace vtpu::measure
