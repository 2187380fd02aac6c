// Are weights read as they were written, and are malformed files refused with what is wrong?
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "fresh_folder.h"
#include "paths.h"
#include "vtpu/model/checkpoint.h"
#include "vtpu/model/safetensors.h"

namespace vtpu::model {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

/// A file with this header and so many bytes of data.
std::string file_of(const std::string& header, std::size_t data, std::uint64_t length) {
  std::string file(reinterpret_cast<const char*>(&length), 8);
  return file + header + std::string(data, 'x');
}

std::string error_of(const std::string& file) {
  const auto parsed = parse_safetensors(std::as_bytes(std::span(file)), "w");
  return parsed ? "accepted" : parsed.error().message();
}
std::string error_of(const std::string& header, std::size_t data) {
  return error_of(file_of(header, data, header.size()));
}

TEST(Safetensors, WhatIsWrittenIsReadAgain) {
  const std::vector<float> values = {1, 2, 3, 4, 5, 6};
  const std::vector<std::uint8_t> bytes = {7};
  const Tensors tensors = {{"a", {ElementType::f32, {2, 3}, std::as_bytes(std::span(values))}},
                           {"b\"\n", {ElementType::u8, {}, std::as_bytes(std::span(bytes))}},
                           {"empty", {ElementType::f64, {3, 0}, {}}}};
  const fs::path folder = fresh_folder("written_tensors");
  ASSERT_TRUE(write_safetensors(folder / "model.safetensors", tensors));
  const Checkpoint read = Checkpoint::open(folder).value();
  ASSERT_EQ(read.tensors().size(), 3u);
  for (const auto& [name, tensor] : tensors) {
    const TensorView& found = read.tensors().at(name);
    EXPECT_EQ(found.type, tensor.type);
    EXPECT_EQ(found.shape, tensor.shape);
    EXPECT_TRUE(std::equal(found.bytes.begin(), found.bytes.end(), tensor.bytes.begin(), tensor.bytes.end()));
  }
}

TEST(Safetensors, AMalformedFileIsRefusedWithWhatIsWrong) {
  const std::string good = R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})";
  EXPECT_EQ(error_of(good, 4), "accepted");
  EXPECT_THAT(error_of("abc"), HasSubstr("has 3 bytes"));
  EXPECT_THAT(error_of(file_of(good, 4, 1u << 20)), HasSubstr("found a header of 1048576 bytes in a file of"));
  EXPECT_THAT(error_of(file_of(good, 4, ~std::uint64_t{0})), HasSubstr("a header of 18446744073709551615 bytes"));
  EXPECT_THAT(error_of("{\"a\":", 0), HasSubstr("w, header:1:"));
  EXPECT_THAT(error_of("[]", 0), HasSubstr("found []; expected an object"));
  EXPECT_THAT(error_of("\xFF", 0), HasSubstr("w, header"));
  EXPECT_THAT(error_of(good, 3), HasSubstr("found the end 4; expected at most 3"));
  EXPECT_THAT(error_of(good, 5), HasSubstr("found 1 bytes after the last tensor"));
  EXPECT_THAT(error_of(R"({"a":{"dtype":"U9","shape":[4],"data_offsets":[0,4]}})", 4), HasSubstr("'U9'"));
  EXPECT_THAT(error_of(R"({"a":{"dtype":"F32","shape":[4],"data_offsets":[0,4]}})", 4),
              HasSubstr("found 4 bytes; expected 16"));
  EXPECT_THAT(error_of(R"({"a":{"dtype":"U8","shape":[4294967296,4294967296,4],"data_offsets":[0,4]}})", 4),
              HasSubstr("too many elements"));
  EXPECT_THAT(error_of(R"({"a":{"dtype":"U8","shape":[-4],"data_offsets":[0,4]}})", 4), HasSubstr("a list of sizes"));
  EXPECT_THAT(error_of(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[4,0]}})", 4), HasSubstr("[begin, end]"));
  EXPECT_THAT(error_of(R"({"a":{"dtype":"U8","shape":[4]}})", 4), HasSubstr("data_offsets: is missing"));
  const std::string two =
      R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":)";
  EXPECT_THAT(error_of(two + "[3,7]}}", 7), HasSubstr("begins at 3, within another tensor; expected 4"));
  EXPECT_THAT(error_of(two + "[5,9]}}", 9), HasSubstr("begins at 5, after a gap; expected 4"));
  EXPECT_THAT(
      error_of(
          R"({"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})",
          4),
      HasSubstr("the key \"a\" twice"));
}

TEST(Checkpoint, AnIndexNamesFilesOfItsFolderOnly) {
  const fs::path folder = fresh_folder("index");
  const auto error = [&](const char* index) {
    EXPECT_TRUE(write_file(folder / "model.safetensors.index.json", index));
    const auto opened = Checkpoint::open(folder);
    return opened ? std::string("accepted") : opened.error().message();
  };
  EXPECT_THAT(error(R"({"weight_map": {"a": "../other.safetensors"}})"), HasSubstr("a file in the same folder"));
  EXPECT_THAT(error(R"({"weight_map": {"a": 3}})"), HasSubstr("found 3"));
  EXPECT_THAT(error(R"({})"), HasSubstr("weight_map: is missing"));
  EXPECT_THAT(error(R"({"weight_map": {"a": "absent.safetensors"}})"), HasSubstr("absent.safetensors: No such file"));
  ASSERT_TRUE(write_safetensors(folder / "part.safetensors", {}));
  EXPECT_THAT(error(R"({"weight_map": {"a": "part.safetensors"}})"), HasSubstr("lacks the tensor \"a\""));
}

TEST(Checkpoint, ATensorOfAnotherShapeThanTheConfigurationSaysIsRefused) {
  const Checkpoint checkpoint = Checkpoint::open(kQwen3 / "tiny-f32-gqa2-tied").value();
  EXPECT_THAT(checkpoint.find("model.norm.weight", {65}).error().message(),
              HasSubstr("found the shape [64]; expected [65], by config.json"));
  EXPECT_THAT(checkpoint.find("lm_head.weight", {160, 64}).error().message(), HasSubstr("lacks the tensor"));
}

}  // namespace
}  // namespace vtpu::model
