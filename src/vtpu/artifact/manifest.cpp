#include "vtpu/artifact/manifest.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "vtpu/artifact/results_lock.h"
#include "vtpu/base/file.h"
#include "vtpu/base/json.h"
#include "vtpu/base/text_file.h"

namespace vtpu::artifact {
namespace {

using Json = nlohmann::ordered_json;

std::string brief(const std::string& value) { return value.size() == 64 ? value.substr(0, 12) + "…" : value; }

}  // namespace

Result<Manifest> Manifest::load(const std::filesystem::path& root, const std::filesystem::path& path) {
  Manifest manifest;
  manifest.root_ = root;
  manifest.path_ = path;
  if (std::error_code ignored; !std::filesystem::exists(path, ignored)) return manifest;
  const char* const expected = "the manifest; delete it to have everything made again";
  const Result<std::string> text = read_text(path);
  if (!text) return text.error();
  const Result<Json> json = parse_json<Json>(*text, path.string(), expected);
  if (!json) return json.error();
  try {
    for (const auto& [name, entry] : json->at("products").items()) {
      Product product;
      product.key = entry.at("key").get<Key>();
      product.outputs = entry.at("outputs").get<std::map<std::string, std::string>>();
      product.seconds = entry.at("seconds");
      manifest.products_.emplace(name, std::move(product));
    }
  } catch (const std::exception& error) {
    return Error{path.string(), std::string("found another shape of JSON: ") + error.what(), expected};
  }
  return manifest;
}

Result<State> Manifest::state(const std::string& name, const Key& key) const {
  const Product* product = find(name);
  if (product == nullptr) return State::missing;
  if (product->key != key) return State::stale;
  bool missing = false;
  for (const auto& [path, hash] : product->outputs) {
    if (std::error_code ignored; !std::filesystem::exists(root_ / path, ignored)) {
      missing = true;
      continue;
    }
    const Result<std::string> now = sha256_of_file(root_ / path);
    if (!now) return now.error();
    if (*now != hash)
      return Error{path, fmt::format("was changed after it was made (SHA-256 {})", brief(*now)),
                   fmt::format("{}; delete the file to have it made again", brief(hash))};
  }
  return missing ? State::missing : State::current;
}

std::vector<std::string> Manifest::why(const std::string& name, const Key& key) const {
  const Product* product = find(name);
  if (product == nullptr) return {"it was never made"};
  std::vector<std::string> reasons;
  for (const auto& [ingredient, value] : key) {
    const auto old = product->key.find(ingredient);
    if (old == product->key.end())
      reasons.push_back(fmt::format("{} is new", ingredient));
    else if (old->second != value)
      reasons.push_back(fmt::format("{} changed: was {}, is {}", ingredient, brief(old->second), brief(value)));
  }
  for (const auto& [ingredient, value] : product->key)
    if (!key.contains(ingredient)) reasons.push_back(fmt::format("{} is gone", ingredient));
  for (const auto& [path, hash] : product->outputs) {
    if (std::error_code ignored; !std::filesystem::exists(root_ / path, ignored)) {
      reasons.push_back(fmt::format("{} is missing", path));
    } else if (const Result<std::string> now = sha256_of_file(root_ / path); !now || *now != hash) {
      reasons.push_back(fmt::format("{} was changed after it was made", path));
    }
  }
  return reasons;
}

Result<void> Manifest::made(const std::string& name, const Key& key, const std::vector<std::string>& outputs,
                            double seconds) {
  Product product{key, {}, seconds};
  for (const std::string& path : outputs) {
    Result<std::string> hash = sha256_of_file(root_ / path);
    if (!hash) return hash.error();
    product.outputs[path] = *hash;
  }
  return update([&](Products& products) { products[name] = std::move(product); });
}

Result<void> Manifest::reload() {
  Result<Manifest> now = load(root_, path_);
  if (!now) return now.error();
  products_ = std::move(now->products_);
  return {};
}

Result<void> Manifest::update(const std::function<void(Products&)>& change) {
  const Result<FileLock> lock = lock_results(path_.parent_path(), "manifest", FileLock::Kind::exclusive);
  if (!lock) return lock.error();
  if (Result<void> read = reload(); !read) return read;
  change(products_);
  return save();
}

const Product* Manifest::find(const std::string& name) const {
  const auto at = products_.find(name);
  return at == products_.end() ? nullptr : &at->second;
}

std::vector<std::string> Manifest::names() const {
  std::vector<std::string> found;
  for (const auto& [name, product] : products_) found.push_back(name);
  return found;
}

Result<void> Manifest::keep_only(const std::vector<std::string>& names) {
  const auto dropped = [&](const auto& entry) {
    return std::find(names.begin(), names.end(), entry.first) == names.end();
  };
  if (std::none_of(products_.begin(), products_.end(), dropped)) return {};
  return update([&](Products& products) { std::erase_if(products, dropped); });
}

Result<void> Manifest::save() const {
  Json products = Json::object();
  std::string sums;
  for (const auto& [name, product] : products_) {
    products[name] = {{"key", product.key}, {"outputs", product.outputs}, {"seconds", product.seconds}};
    for (const auto& [path, hash] : product.outputs) sums += hash + "  " + path + "\n";
  }
  if (Result<void> wrote = write_file(path_, json_text(Json{{"products", products}}, 1) + "\n"); !wrote) return wrote;
  // The same hashes in the form of sha256sum, for a reader without this program: sha256sum -c results/MANIFEST.sha256
  return write_file(path_.parent_path() / "MANIFEST.sha256", sums);
}

}  // namespace vtpu::artifact
