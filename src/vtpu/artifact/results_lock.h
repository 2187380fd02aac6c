#pragma once
#include <filesystem>
#include <string>

#include "vtpu/base/file_lock.h"

namespace vtpu::artifact {

/// Locks a part of the folder of results among processes, by a file in its subfolder .locks. A process that needs
/// several locks takes them in this order:
/// - "pipeline": exclusively to build from the results, to record them as the reference, or to time the host, which
///   another experiment would disturb; shared to run any other experiment;
/// - "experiment NAME": to run that experiment;
/// - "manifest": to change the manifest, which takes a moment.
Result<FileLock> lock_results(const std::filesystem::path& results, const std::string& name, FileLock::Kind kind);

}  // namespace vtpu::artifact
