#pragma once
#include <filesystem>
#include <map>
#include <string>

#include "vtpu/base/result.h"

namespace vtpu::artifact {

/// One row of data/published/*.csv: a fact of a source, as data/published/README.md describes the columns.
struct PublishedFact {
  std::string id, quantity, value, low, high, unit, system, condition, source, locator, kind;
};

/// Every fact of the folder, by id. Error: file and line of a malformed row or of a repeated id.
Result<std::map<std::string, PublishedFact>> read_published(const std::filesystem::path& folder);

}  // namespace vtpu::artifact
