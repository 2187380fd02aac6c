// Arbitrary bytes as weights, as a model's configuration, as a tokenizer and as a split expression: they are refused
// with a place, or the tensors lie within the file and an expression ends its matches within the text.
#include <cstdint>
#include <span>
#include <string>

#include "vtpu/base/check.h"
#include "vtpu/model/model_config.h"
#include "vtpu/model/safetensors.h"
#include "vtpu/model/split_expression.h"
#include "vtpu/model/tokenizer.h"
#include "vtpu/model/xz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vtpu;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const auto file = std::as_bytes(std::span(bytes));
  if (const auto tensors = model::parse_safetensors(file, "fuzz")) {
    for (const auto& [name, tensor] : *tensors)
      VTPU_CHECK(tensor.bytes.empty() || (tensor.bytes.data() >= file.data() &&
                                          tensor.bytes.data() + tensor.bytes.size() <= file.data() + file.size()),
                 "a tensor lies within its file");
  } else {
    VTPU_CHECK(tensors.error().where.starts_with("fuzz"), "an error says where");
  }
  if (const auto config = model::ModelConfig::parse(bytes, "fuzz"); !config)
    VTPU_CHECK(config.error().where.starts_with("fuzz"), "an error says where");
  if (const auto tokenizer = model::Tokenizer::parse(bytes, "fuzz"); !tokenizer)
    VTPU_CHECK(tokenizer.error().where.starts_with("fuzz"), "an error says where");
  static_cast<void>(model::unpack_xz(bytes, "fuzz", 1 << 20));
  if (size < 200)
    if (const auto split = model::SplitExpression::compile(bytes, "fuzz"))
      for (const std::string_view text : {"it's 12  \r\n\u4f60 x", "", "\n"})
        VTPU_CHECK(split->match(text) <= text.size(), "a match lies within the text");
  return 0;
}
