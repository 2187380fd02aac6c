// Does the tokenizer give the tokens and texts of independent implementations, and refuse what it does not support?
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "paths.h"
#include "small_tokenizer.h"
#include "vtpu/model/tokenizer.h"
#include "vtpu/model/xz.h"

namespace vtpu::model {
namespace {

using nlohmann::json;
using testing::HasSubstr;

const Tokenizer& qwen3() {
  static const Tokenizer tokenizer = Tokenizer::load(kQwen3 / "tokenizer.json.xz").value();
  return tokenizer;
}

std::vector<int> numbers(const std::vector<Token>& tokens) {
  std::vector<int> all;
  for (const Token token : tokens) all.push_back(token.value());
  return all;
}
std::vector<Token> tokens_of(const std::vector<int>& ids) { return {ids.begin(), ids.end()}; }

TEST(Qwen3Tokenizer, GivesTheTokensAndTheTextsOfTheVectors) {
  TextEncoder encoder(qwen3());
  const json vectors = json_of(kQwen3 / "tokenizer_vectors.json");
  EXPECT_GT(vectors.size(), 100u);
  for (const json& vector : vectors) {
    const auto ids = vector["ids"].get<std::vector<int>>();
    EXPECT_EQ(numbers(encoder.encode(vector["text"].get<std::string>()).value()), ids) << vector["text"];
    EXPECT_EQ(qwen3().decode(tokens_of(ids)).value(), vector["decoded"]) << vector["text"];
  }
}

TEST(Qwen3Tokenizer, AStreamGivesWholeCharactersAndTheSameTextAsDecodingAtOnce) {
  for (const json& vector : json_of(kQwen3 / "tokenizer_vectors.json")) {
    StreamDecoder stream(qwen3());
    std::string text;
    for (const Token token : tokens_of(vector["ids"].get<std::vector<int>>())) {
      const std::string piece = stream.push(token).value();
      EXPECT_TRUE(json::accept(json_text(json(piece)))) << "a piece is UTF-8";
      EXPECT_EQ(piece.find("\uFFFD") != std::string::npos, false) << vector["text"];
      text += piece;
    }
    EXPECT_EQ(text + stream.finish(), vector["decoded"]);
  }
}

TEST(Qwen3Tokenizer, BytesThatAreNoCharactersBecomeOneReplacementForEachMaximalPart) {
  const auto byte = [](int value) { return *qwen3().token_of(std::string(1, static_cast<char>(value))); };
  const auto text = [&](const std::vector<int>& bytes) {
    std::vector<Token> tokens;
    for (const int value : bytes) tokens.push_back(byte(value));
    return qwen3().decode(tokens).value();
  };
  EXPECT_EQ(text({0xE2, 0x82, 'a'}), "\uFFFDa");
  EXPECT_EQ(text({0xE2, 0x82}), "\uFFFD");
  EXPECT_EQ(text({0xE2, 0x82, 0xAC}), "€");
  EXPECT_EQ(text({0xF0, 0x9F, 0x9A, 0x80}), "🚀");
  EXPECT_EQ(text({0xF0, 0x9F, 0x9A}), "\uFFFD");
  EXPECT_EQ(text({0xFF, 0xC0, 0x80}), "\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(text({0xED, 0xA0, 0x80}), "\uFFFD\uFFFD\uFFFD");
}

TEST(Qwen3Tokenizer, SpecialTokensCanBeLeftOut) {
  TextEncoder encoder(qwen3());
  const auto tokens = encoder.encode("<|im_start|>user\nhi<|im_end|>").value();
  EXPECT_EQ(qwen3().decode(tokens).value(), "<|im_start|>user\nhi<|im_end|>");
  EXPECT_EQ(qwen3().decode(tokens, true).value(), "user\nhi");
}

TEST(Qwen3Tokenizer, WordsOfAMillionBytesTakeTimeInProportion) {
  // A quadratic merge of a million bytes would take hours.
  TextEncoder encoder(qwen3());
  for (const std::string unit : {"a", "ab", "=", "好", "<|", "'", "e\u0301", " \n"}) {
    std::string text;
    while (text.size() < 1'000'000) text += unit;
    const auto tokens = encoder.encode(text).value();
    EXPECT_LE(tokens.size(), text.size());
    if (unit != "e\u0301") {
      EXPECT_EQ(qwen3().decode(tokens).value(), text);
    }
  }
}

TEST(Qwen3Tokenizer, TextThatIsNotUtf8IsRefusedWithItsPlace) {
  const auto encoded = TextEncoder(qwen3()).encode("abc\xFFxyz");
  ASSERT_FALSE(encoded);
  EXPECT_EQ(encoded.error().message(), "byte 4: found bytes that are not UTF-8; expected UTF-8 text");
}

TEST(Qwen3Tokenizer, ATokenOutsideTheVocabularyIsRefused) {
  EXPECT_THAT(qwen3().decode(tokens_of({151669})).error().message(), HasSubstr("found the token 151669"));
  EXPECT_FALSE(qwen3().decode(tokens_of({-1})));
}

Result<std::vector<int>> encoded(const json& file, const std::string& text) {
  const auto tokenizer = Tokenizer::parse(json_text(file), "small.json");
  if (!tokenizer) return tokenizer.error();
  return numbers(TextEncoder(*tokenizer).encode(text).value());
}

TEST(Tokenizer, ThePairOfLowestRankIsMergedFirst) {
  EXPECT_EQ(encoded(small_tokenizer(), "abc").value(), (std::vector<int>{'a', 258}));  // "b c" goes before "a b"
  EXPECT_EQ(encoded(small_tokenizer(), "abab").value(), (std::vector<int>{256, 256}));
  EXPECT_EQ(encoded(small_tokenizer(), "ab a").value(), (std::vector<int>{256, 259}));
}

TEST(Tokenizer, AWordOfTheVocabularyIsOneTokenWhereMergesAreIgnored) {
  json file = small_tokenizer();
  file["model"]["ignore_merges"] = true;
  EXPECT_EQ(encoded(file, "abc").value(), std::vector<int>{257});
}

TEST(Tokenizer, TheLongestAddedTokenAtAPlaceIsTaken) {
  EXPECT_EQ(encoded(small_tokenizer(), "<s>x<s>b").value(), (std::vector<int>{301, 300, 'b'}));
}

TEST(Tokenizer, ATemplateAddsItsTokens) {
  json file = small_tokenizer();
  file["post_processor"] = {
      {"type", "TemplateProcessing"},
      {"single", {{{"SpecialToken", {{"id", "<s>"}, {"type_id", 0}}}}, {{"Sequence", {{"id", "A"}, {"type_id", 0}}}}}}};
  EXPECT_EQ(encoded(file, "ab").value(), (std::vector<int>{300, 256}));
  const Tokenizer tokenizer = Tokenizer::parse(json_text(file), "small.json").value();
  EXPECT_EQ(TextEncoder(tokenizer).encode("ab", TextEncoder::Template::without).value(), tokens_of({256}));
}

TEST(Tokenizer, AFeatureThatIsNotSupportedIsRefusedByName) {
  const auto error = [](const char* place, const json& value) {
    json file = small_tokenizer();
    file[json::json_pointer(place)] = value;
    const auto made = encoded(file, "");
    return made ? std::string("accepted") : made.error().message();
  };
  EXPECT_THAT(error("/normalizer", {{"type", "Lowercase"}}),
              HasSubstr("small.json: normalizer: found {\"type\":\"Lowercase\"}"));
  EXPECT_THAT(error("/pre_tokenizer", {{"type", "Metaspace"}}), HasSubstr("Metaspace"));
  EXPECT_THAT(error("/pre_tokenizer/add_prefix_space", true), HasSubstr("add_prefix_space"));
  EXPECT_THAT(error("/decoder", {{"type", "WordPiece"}}), HasSubstr("WordPiece"));
  EXPECT_THAT(error("/post_processor", {{"type", "BertProcessing"}}), HasSubstr("BertProcessing"));
  EXPECT_THAT(error("/model/type", "Unigram"), HasSubstr("Unigram"));
  EXPECT_THAT(error("/model/dropout", 0.1), HasSubstr("dropout"));
  EXPECT_THAT(error("/model/byte_fallback", true), HasSubstr("byte_fallback"));
  EXPECT_THAT(error("/model/end_of_word_suffix", "</w>"), HasSubstr("</w>"));
  EXPECT_THAT(error("/added_tokens/0/lstrip", true), HasSubstr("lstrip"));
  EXPECT_THAT(error("/padding", {{"direction", "Right"}}), HasSubstr("padding"));
  EXPECT_THAT(error("/model/merges/0", "b"), HasSubstr("number 1"));
  EXPECT_THAT(error("/model/merges/0", "b zz"), HasSubstr("\"zz\""));
  EXPECT_THAT(error("/model/merges/0", "a b"), HasSubstr("twice"));
  EXPECT_THAT(error("/model/vocab/ab", 7), HasSubstr("twice"));
  EXPECT_THAT(error("/model/vocab/ab", -1), HasSubstr("\"ab\""));
  EXPECT_THAT(error("/model/vocab/ab", 4'000'000'000), HasSubstr("4000000000"));
}

TEST(Xz, ADamagedFileIsRefused) {
  const std::string packed = read_file(kQwen3 / "tokenizer.json.xz").value();
  constexpr std::uint64_t kMost = std::uint64_t{1} << 30;
  EXPECT_THAT(unpack_xz(packed.substr(0, packed.size() / 2), "t.xz", kMost).error().message(), HasSubstr("cut off"));
  EXPECT_THAT(unpack_xz("{\"version\": 1}", "t.xz", kMost).error().message(), HasSubstr("an .xz file"));
  EXPECT_THAT(unpack_xz(packed, "t.xz", 1000).error().message(), HasSubstr("more than 1000 bytes"));
  std::string changed = packed;
  changed[packed.size() / 2] ^= 1;
  EXPECT_THAT(unpack_xz(changed, "t.xz", kMost).error().message(), HasSubstr("damaged"));
}

/// Compares with Hugging Face's library, which npm provides.
TEST(Qwen3Tokenizer, EqualsHuggingFacesLibraryOnAHundredThousandRandomTexts) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::path(VTPU_BUILD) / "peers/tokenizers", peers = fs::path(VTPU_ROOT) / "tests/model/peers";
  const std::string log = (folder / "log").string();
  fs::create_directories(folder);
  if (std::system(("'" + (peers / "fetch").string() + "' '" + folder.string() + "' >'" + log + "' 2>&1").c_str()) != 0)
    GTEST_SKIP() << "the npm package @anush008/tokenizers: " << read_file(log).value_or("no output");
  const fs::path unpacked = folder / "tokenizer.json";
  const std::string text =
      unpack_xz(read_file(kQwen3 / "tokenizer.json.xz").value(), "tokenizer", std::uint64_t{1} << 30).value();
  ASSERT_TRUE(write_file(unpacked, text));
  const std::string command = "node '" + (peers / "compare.mjs").string() + "' '" + folder.string() + "' '" +
                              VTPU_BUILD + "/bin/vtpu-model' '" + unpacked.string() + "' 100000 1 >'" + log + "' 2>&1";
  const int status = std::system(command.c_str());
  const std::string output = read_file(log).value();
  if (WEXITSTATUS(status) == 3) GTEST_SKIP() << "a library that this host can load: " << output;
  ASSERT_EQ(status, 0) << output;
  const json result = parse_json<json>(output, "compare.mjs", "its result").value();
  EXPECT_EQ(result["texts"], 100000);
  EXPECT_EQ(result["differing"], 0) << output;
}

}  // namespace
}  // namespace vtpu::model
