#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "vtpu/artifact/ledger.h"
#include "vtpu/artifact/published.h"
#include "vtpu/artifact/table.h"

namespace vtpu::artifact {

/// A figure, as the renderer declares it.
struct DeclaredFigure {
  std::string name;
  std::string caption;
  std::string alt;
  bool wide = false;
  bool diagram = false;
  std::vector<std::string> claims;
  std::vector<std::string> results;  ///< experiments whose results it shows
  std::vector<std::string> data;     ///< files below the root that it shows
};

/// Everything that the paper's filters may insert for a reference, as Lua source of a table that `dofile` returns. Not
/// JSON or metadata: Pandoc 2.17 cannot read JSON from Lua, and its metadata files turn "2.10" into 2.1.
std::string values_lua(std::int64_t epoch, measure::Mode mode,
                       const std::map<std::string, measure::ResultFile>& results,
                       const std::map<std::string, PublishedFact>& published, const std::vector<Judged>& judged,
                       const std::vector<DeclaredFigure>& figures, const std::vector<TableDeclaration>& tables);

/// `text` as a Lua string literal.
std::string lua_string(const std::string& text);

}  // namespace vtpu::artifact
