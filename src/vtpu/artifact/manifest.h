#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "vtpu/base/result.h"

namespace vtpu::artifact {

/// The ingredients of a product: name → hash or value. Two equal keys give the same product.
using Key = std::map<std::string, std::string>;

/// A product of the pipeline: a result, a figure, the tables, the paper.
struct Product {
  Key key;
  std::map<std::string, std::string> outputs;  ///< path below the root → SHA-256 when it was made
  double seconds = 0;
};

/// Whether a product must be made.
enum class State { current, missing, stale };

/// The hash chain: the ingredients and outputs of every product. It is kept in results/manifest.json and saved after
/// every product, so that an interrupted run continues where it stopped. Each change is made to what the file holds at
/// that moment, under a lock, so that several processes may make products at once.
class Manifest {
 public:
  /// An empty one where the file does not exist. Error: a corrupt file, with its line.
  static Result<Manifest> load(const std::filesystem::path& root, const std::filesystem::path& path);

  /// Error: an output whose bytes are not those it was made with, although nothing it is made from has changed: somebody
  /// else has written to it, and nothing is built from it.
  Result<State> state(const std::string& name, const Key& key) const;

  /// Why `state` is what it is: one line an ingredient that differs, is new or is gone; empty when current.
  std::vector<std::string> why(const std::string& name, const Key& key) const;

  /// Reads the file again, for products that other processes have made. Error: as `load`.
  Result<void> reload();

  /// Hashes the outputs and saves. Error: an output that is not there.
  Result<void> made(const std::string& name, const Key& key, const std::vector<std::string>& outputs, double seconds);

  const Product* find(const std::string& name) const;
  std::vector<std::string> names() const;

  /// Drops products that are no longer declared, and saves.
  Result<void> keep_only(const std::vector<std::string>& names);

 private:
  using Products = std::map<std::string, Product>;
  Result<void> update(const std::function<void(Products&)>& change);
  Result<void> save() const;

  std::filesystem::path root_;
  std::filesystem::path path_;
  Products products_;
};

}  // namespace vtpu::artifact
