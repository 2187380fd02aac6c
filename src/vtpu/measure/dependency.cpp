#include "vtpu/measure/dependency.h"

#include <link.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "vtpu/base/file.h"
#include "vtpu/base/text.h"
#include "vtpu/measure/child_process.h"

namespace vtpu::measure {
namespace {

namespace fs = std::filesystem;

/// Paths of the shared objects that this process has loaded.
std::vector<fs::path> loaded_objects() {
  std::vector<fs::path> paths;
  ::dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* found) {
        if (info->dlpi_name != nullptr && *info->dlpi_name != '\0')
          static_cast<std::vector<fs::path>*>(found)->emplace_back(info->dlpi_name);
        return 0;
      },
      &paths);
  return paths;
}

fs::path module_path(const std::string& name) {
  std::error_code failed;
  // The programs are in bin/ or below it, the modules in lib/ beside that.
  const fs::path program = fs::read_symlink("/proc/self/exe", failed);
  for (fs::path folder = program.parent_path(); folder.has_relative_path(); folder = folder.parent_path())
    if (const fs::path path = folder / "lib" / (name + ".so"); fs::exists(path, failed)) return path;
  return {};
}

fs::path library_path(const std::string& name) {
  for (const fs::path& path : loaded_objects())
    if (path.filename().string().starts_with(name + ".so")) return path;
  return {};
}

fs::path tool_path(const std::string& names) {
  // A command of the build itself stands beside this program or, for an experiment, one folder up.
  std::error_code failed;
  const fs::path here = fs::read_symlink("/proc/self/exe", failed).parent_path();
  for (const std::string_view name : split(names, ' '))
    for (const fs::path& folder : {here, here.parent_path()})
      if (const fs::path file = folder / name; folder.filename() == "bin" && ::access(file.c_str(), X_OK) == 0)
        return file;
  const char* const path = std::getenv("PATH");
  const std::string_view folders = path == nullptr ? "" : path;
  for (const std::string_view name : split(names, ' '))
    for (const std::string_view folder : split(folders, ':'))
      if (const fs::path file = fs::path(folder) / name; !folder.empty() && ::access(file.c_str(), X_OK) == 0)
        return file;
  return {};
}

std::string first_line(std::string_view text) { return std::string(trim(text.substr(0, text.find('\n')))); }

/// The compiler that the comment section of an object file names. A module linked by clang names the compiler of the
/// system's start-up files, too, so clang is looked for first.
std::string compiler_of(const std::string& object) {
  for (const char* const mark : {"clang version ", "GCC: "}) {
    const std::size_t at = object.find(mark);
    if (at == std::string::npos) continue;
    const std::size_t begin = object.find_last_of('\0', at) + 1;
    return object.substr(begin, object.find('\0', at) - begin);
  }
  return "unknown";
}

}  // namespace

const char* name_of(Dependency::Kind kind) {
  switch (kind) {
    case Dependency::Kind::module: return "module";
    case Dependency::Kind::library: return "library";
    case Dependency::Kind::tool: return "tool";
  }
  return "tool";
}

std::string path_of(const Dependency& dependency) {
  const fs::path found = dependency.kind == Dependency::Kind::module    ? module_path(dependency.name)
                         : dependency.kind == Dependency::Kind::library ? library_path(dependency.name)
                                                                        : tool_path(dependency.name);
  // A tool may look at the name under which it is called, as a compiler that is a link to a wrapper does.
  if (found.empty() || dependency.kind == Dependency::Kind::tool) return found.string();
  std::error_code failed;
  const fs::path resolved = fs::canonical(found, failed);
  return failed ? found.string() : resolved.string();
}

Identity identify(Dependency::Kind kind, const std::string& path) {
  if (path.empty()) return {"absent", "absent"};
  const Result<std::string> bytes = read_file(path);
  if (!bytes) return {"absent", "absent"};
  Identity identity{sha256(*bytes), "unknown"};
  if (kind == Dependency::Kind::tool) {
    if (const std::optional<std::string> text = output_of({path, "--version"})) identity.version = first_line(*text);
  } else if (kind == Dependency::Kind::library) {
    identity.version = fs::path(path).filename().string();
  } else {
    identity.version = compiler_of(*bytes);
  }
  return identity;
}

std::vector<std::string> loaded_modules() {
  std::vector<std::string> names;
  for (const fs::path& path : loaded_objects()) {
    std::error_code failed;
    if (const fs::path module = module_path(path.stem().string());
        !module.empty() && fs::equivalent(module, path, failed))
      names.push_back(path.stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace vtpu::measure
