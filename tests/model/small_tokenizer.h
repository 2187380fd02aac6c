#pragma once
#include <nlohmann/json.hpp>
#include <string>

namespace vtpu::model {

/// A tokenizer of the bytes and a few merges, in the form of a file.
inline nlohmann::json small_tokenizer() {
  nlohmann::json vocabulary;
  int next = 0;
  // The alphabet: bytes that are printable stand for themselves, the others for characters from 256 on.
  int further = 256;
  for (int byte = 0; byte < 256; ++byte) {
    const bool printable = (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
    const int c = printable ? byte : further++;
    std::string text;
    if (c < 0x80)
      text = static_cast<char>(c);
    else
      text = {static_cast<char>(0xC0 | c >> 6), static_cast<char>(0x80 | (c & 63))};
    vocabulary[text] = next++;
  }
  for (const char* merged : {"ab", "abc", "bc", "Ġa"}) vocabulary[merged] = next++;
  return {{"version", "1.0"},
          {"added_tokens",
           {{{"id", 300}, {"content", "<s>"}, {"special", true}, {"normalized", false}},
            {{"id", 301}, {"content", "<s>x"}, {"special", false}, {"normalized", false}}}},
          {"normalizer", nullptr},
          {"pre_tokenizer", {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"use_regex", true}}},
          {"post_processor", nullptr},
          {"decoder", {{"type", "ByteLevel"}}},
          {"model", {{"type", "BPE"}, {"vocab", vocabulary}, {"merges", {"b c", "a b", "ab c", "Ġ a"}}}}};
}

}  // namespace vtpu::model
