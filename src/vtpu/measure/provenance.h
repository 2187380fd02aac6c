#pragma once
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "vtpu/measure/host.h"

namespace vtpu::measure {

nlohmann::ordered_json to_json(const Host& host);

/// The record of a run in the volatile part of its result: commit and whether the tree was dirty, compiler and flags,
/// the program's hash, processor, cores, SMT, frequency source, kernel, virtualisation, load before and after, wall and
/// processor time, peak memory, start in UTC.
class Provenance {
 public:
  /// Starts the clocks. `root`: the project's folder; without a git repository the commit is "unknown".
  explicit Provenance(const std::filesystem::path& root);
  ~Provenance();
  nlohmann::ordered_json finish() const;

 private:
  struct Start;
  std::unique_ptr<Start> start_;
};

}  // namespace vtpu::measure
