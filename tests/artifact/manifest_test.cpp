#include "vtpu/artifact/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "vtpu/base/file.h"

namespace vtpu::artifact {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

class ManifestTest : public testing::Test {
 protected:
  ManifestTest() : root_(fs::path(testing::TempDir()) / ("manifest_" + std::to_string(::getpid()))) {
    fs::remove_all(root_);
    EXPECT_TRUE(write_file(root_ / "results/a.json", "{\"value\": 12}"));
    Manifest manifest = load();
    EXPECT_TRUE(manifest.made("a", key_, {"results/a.json"}, 1.5));
  }
  ~ManifestTest() override { fs::remove_all(root_); }
  Manifest load() const { return *Manifest::load(root_, root_ / "results/manifest.json"); }

  fs::path root_;
  Key key_{{"program", "p1"}, {"mode", "quick"}};
};

TEST_F(ManifestTest, AProductWithUnchangedIngredientsIsCurrent) { EXPECT_EQ(*load().state("a", key_), State::current); }

TEST_F(ManifestTest, AChangedIngredientMakesAProductStaleAndWhyNamesTheIngredient) {
  const Key other{{"program", "p2"}, {"mode", "quick"}};
  EXPECT_EQ(*load().state("a", other), State::stale);
  EXPECT_THAT(load().why("a", other), testing::ElementsAre("program changed: was p1, is p2"));
}

TEST_F(ManifestTest, AFlippedDigitIsRefusedAndTheFileIsNamed) {
  ASSERT_TRUE(write_file(root_ / "results/a.json", "{\"value\": 13}"));
  const Result<State> state = load().state("a", key_);
  ASSERT_FALSE(state);
  EXPECT_THAT(state.error().message(), HasSubstr("results/a.json: was changed after it was made"));
}

TEST_F(ManifestTest, ADeletedOutputIsMadeAgain) {
  fs::remove(root_ / "results/a.json");
  EXPECT_EQ(*load().state("a", key_), State::missing);
  EXPECT_THAT(load().why("a", key_), testing::ElementsAre("results/a.json is missing"));
}

TEST_F(ManifestTest, AProductThatWasNeverMadeIsMissing) { EXPECT_EQ(*load().state("b", key_), State::missing); }

TEST_F(ManifestTest, ACorruptManifestIsReportedWithItsLine) {
  ASSERT_TRUE(write_file(root_ / "results/manifest.json", "{\n\"products\": {,\n"));
  const Result<Manifest> manifest = Manifest::load(root_, root_ / "results/manifest.json");
  ASSERT_FALSE(manifest);
  EXPECT_THAT(manifest.error().message(), HasSubstr("manifest.json:2"));
}

TEST_F(ManifestTest, IsReadWithAByteOrderMarkAndRefusedWhenItIsNotUtf8) {
  const std::string text = *read_file(root_ / "results/manifest.json");
  ASSERT_TRUE(write_file(root_ / "results/manifest.json", "\xEF\xBB\xBF" + text));
  EXPECT_EQ(*load().state("a", key_), State::current);
  ASSERT_TRUE(write_file(root_ / "results/manifest.json", text.substr(0, 2) + "\xFF" + text.substr(2)));
  EXPECT_THAT(Manifest::load(root_, root_ / "results/manifest.json").error().message(),
              HasSubstr("manifest.json:2:1: found byte 0xFF"));
}

TEST_F(ManifestTest, ChecksumsAreListedForSha256sum) {
  EXPECT_EQ(*read_file(root_ / "results/MANIFEST.sha256"), sha256("{\"value\": 12}") + "  results/a.json\n");
}

}  // namespace
}  // namespace vtpu::artifact
