// Does the paper build from its sections and values, and does it name what is missing? Runs scripts/build-paper on a
// fixture of three short sections.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "shell.h"
#include "vtpu/artifact/latex_log.h"
#include "vtpu/base/file.h"

namespace vtpu::artifact {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int kRefusedByFilter = 83;

/// A copy of the fixture in its own folder, which the destructor removes.
class Paper {
 public:
  Paper() {
    std::string pattern = (std::filesystem::temp_directory_path() / "paper-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    const std::filesystem::path fixture = std::filesystem::path(VTPU_ROOT) / "tests/paper/fixture";
    std::filesystem::copy(fixture, folder_, std::filesystem::copy_options::recursive);
    std::filesystem::create_directory(folder_ / "build");
    std::filesystem::rename(folder_ / "values.lua", folder_ / "build/values.lua");
  }
  ~Paper() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  Paper(const Paper&) = delete;
  Paper& operator=(const Paper&) = delete;

  /// `variables`: assignments to the environment, as a shell writes them before a command.
  Ended build(const std::string& variables = "") const {
    return run("env " + variables + " '" VTPU_ROOT "/scripts/build-paper' --root '" VTPU_ROOT "' --build '" +
               path("build") + "' --results '" + path("results") + "' --sections '" + path("sections") + "'");
  }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string read(const std::string& name) const {
    const Result<std::string> text = read_file(folder_ / name);
    return text ? *text : "";
  }
  void replace(const std::string& name, const std::string& found, const std::string& replacement) {
    std::string text = read(name);
    const std::size_t at = text.find(found);
    ASSERT_NE(at, std::string::npos) << found << " in " << name;
    text.replace(at, found.size(), replacement);
    ASSERT_TRUE(write_file(folder_ / name, text));
  }
  void append(const std::string& name, const std::string& more) {
    ASSERT_TRUE(write_file(folder_ / name, read(name) + more));
  }
  void remove(const std::string& name) { std::filesystem::remove(folder_ / name); }

 private:
  std::filesystem::path folder_;
};

const char kIntroduction[] = "sections/01-introduction.md";

/// Expects that the build fails and that its message contains each of the texts.
void expect_refused(const Paper& paper, std::initializer_list<const char*> texts) {
  const Ended ended = paper.build();
  EXPECT_EQ(ended.status, kRefusedByFilter) << ended.output;
  for (const char* text : texts) EXPECT_THAT(ended.output, HasSubstr(text));
}

TEST(PaperPipeline, the_fixture_becomes_pdf_html_and_markdown_without_complaints_in_the_log) {
  const Paper paper;
  // The outputs replace what is there as those of the programs do.
  std::filesystem::create_directories(paper.path("results/paper"));
  std::filesystem::create_symlink(paper.path("elsewhere.html"), paper.path("results/index.html"));
  ASSERT_TRUE(write_file(paper.path("results/paper/paper.pdf"), "old"));
  std::filesystem::permissions(paper.path("results/paper/paper.pdf"), std::filesystem::perms(0600));
  const Ended ended = paper.build();
  ASSERT_EQ(ended.status, 0) << ended.output;
  EXPECT_TRUE(std::filesystem::is_symlink(paper.path("results/index.html")));
  EXPECT_EQ(std::filesystem::status(paper.path("results/paper/paper.pdf")).permissions(), std::filesystem::perms(0600));
  EXPECT_THAT(complaints_in_latex_log(paper.read("build/paper.log")), ::testing::IsEmpty());
  EXPECT_THAT(paper.read("results/paper/paper.pdf"), ::testing::StartsWith("%PDF-"));
  for (const char* page :
       {"results/index.html", "results/html/claims.html", "results/html/numbers.html", "results/html/published.html"})
    EXPECT_THAT(paper.read(page), HasSubstr("</html>")) << page;
  EXPECT_THAT(paper.read("results/html/style.css"), Not(HasSubstr("http")));
  EXPECT_THAT(paper.read("results/paper/paper.md"), ::testing::StartsWith("# TPU v4"));
}

TEST(PaperPipeline, the_environment_changes_no_byte_of_the_paper) {
  const Paper plain, hostile;
  const Ended expected = plain.build();
  ASSERT_EQ(expected.status, 0) << expected.output;
  ASSERT_TRUE(write_file(hostile.path("tex/article.cls"), "\\errmessage{the class of the user}"));
  ASSERT_TRUE(write_file(hostile.path("tex/natbib.sty"), "\\errmessage{the package of the user}"));
  ASSERT_TRUE(write_file(hostile.path("rc"), "cd() { echo moved; builtin cd / ; }\n"));
  const Ended ended = hostile.build("CDPATH=/:/usr TEXINPUTS=" + hostile.path("tex") +
                                    ": TEXMFHOME=" + hostile.path("tex") + " BASH_ENV=" + hostile.path("rc") +
                                    " SHELLOPTS=noclobber GIT_DIR=/nowhere PYTHONHOME=/nowhere LC_ALL=C "
                                    "TZ=Asia/Tokyo XDG_DATA_HOME=/nowhere ");
  ASSERT_EQ(ended.status, 0) << ended.output;
  for (const char* file : {"results/paper/paper.pdf", "results/index.html", "results/paper/paper.md"})
    EXPECT_EQ(sha256(hostile.read(file)), sha256(plain.read(file))) << file;
}

TEST(PaperPipeline, a_section_that_is_not_text_in_utf_8_is_refused_with_its_line) {
  for (const std::string& wrong : {std::string("\xFF"), std::string("\xC0\x80"), std::string(1, '\0')}) {
    Paper paper;
    paper.append(kIntroduction, "\n" + wrong);
    const Ended ended = paper.build();
    EXPECT_EQ(ended.status, 1);
    EXPECT_THAT(ended.output,
                ::testing::ContainsRegex("01-introduction.md:[0-9]+: found (bytes that are not UTF-8|a NUL byte)"));
  }
}

TEST(PaperPipeline, a_section_may_begin_with_a_byte_order_mark_and_have_any_line_ends) {
  Paper plain, marked;
  std::string windows = "\xEF\xBB\xBF";
  for (const char c : plain.read(kIntroduction)) windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
  marked.remove(kIntroduction);
  marked.append(kIntroduction, windows);
  // The first filter error ends both builds early; the text that pandoc reads is complete before.
  for (Paper* paper : {&plain, &marked}) {
    paper->append("sections/13-artifact-appendix.md", "\n7 digits\n");
    EXPECT_EQ(paper->build().status, kRefusedByFilter);
  }
  EXPECT_EQ(marked.read("build/paper-source.md"), plain.read("build/paper-source.md"));
}

TEST(PaperPipeline, a_judgement_without_a_claim_is_refused_with_its_line_and_sentence) {
  for (const char* judgement : {"confirms", "does not follow", "as the paper says", "falls short", "is circular"}) {
    Paper paper;
    paper.append(kIntroduction, std::string("\nOne sentence.\nThe measured gain ") + judgement + " here. Another.\n");
    const std::string word = judgement == std::string("is circular") ? "circular" : judgement;
    const Ended ended = paper.build();
    EXPECT_EQ(ended.status, kRefusedByFilter) << judgement << "\n" << ended.output;
    EXPECT_THAT(ended.output, ::testing::ContainsRegex("01-introduction.md:[0-9]+, section \"Method\": found \"" +
                                                       word + "\", which judges, without a claim"));
    EXPECT_THAT(ended.output, AllOf(HasSubstr("in: The measured gain " + std::string(judgement) + " here."),
                                    Not(HasSubstr("Another"))));
  }
}

TEST(PaperPipeline, a_judgement_against_the_verdict_of_its_claim_is_refused_and_names_both) {
  for (const char* sentence :
       {"The gain of net.twist, []{.claim id=net.twist field=stated}, checks out.",
        "That gain is []{.verdict id=net.twist}, and the\npaper confirms it.", "It [is true]{.judged id=net.twist}."}) {
    Paper paper;
    paper.replace("build/values.lua", "accept_why = \"one digit", "stated = \"more\", accept_why = \"one digit");
    paper.append(kIntroduction, std::string("\n") + sentence + "\n");
    expect_refused(paper, {"01-introduction.md:", "of the claim net.twist, whose verdict is \"refuted\" in: "});
  }
}

TEST(PaperPipeline, a_phrase_that_runs_over_two_lines_is_found_in_the_first) {
  Paper paper;
  paper.replace(kIntroduction, "## Method {#method}\n\n", "## Method {#method}\n\nThis does\nnot follow.\n\n");
  const std::string text = paper.read(kIntroduction);
  const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<long>(text.find("This does")), '\n');
  expect_refused(paper,
                 {("01-introduction.md:" + std::to_string(line) + ", section").c_str(), "This does not follow."});
}

TEST(PaperPipeline, the_verdict_of_a_measured_claim_may_only_be_printed_from_the_ledger) {
  Paper paper;
  paper.replace("build/values.lua", "kind = \"simulated\",\n   control", "kind = \"measured\",\n   control");
  paper.append(kIntroduction, "\nThe gain is [refuted]{.judged id=net.twist}.\n");
  expect_refused(paper, {"measured claim net.twist, whose verdict may differ on another host",
                         "expected []{.verdict id=net.twist}"});
}

TEST(PaperPipeline, captions_and_notes_of_tables_are_judged_as_the_text_is) {
  Paper paper;
  paper.replace("build/values.lua", "Lower is better.", "This contradicts the paper.");
  paper.replace("build/values.lua", "caption = \"Shapes\",", "caption = \"Shapes\", note = \"The source is wrong.\",");
  expect_refused(paper, {"figure hops: found \"contradicts\"", "table shapes: found \"is wrong\""});
}

TEST(PaperPipeline, judgements_that_agree_and_words_that_are_mentioned_or_counted_pass) {
  Paper paper;
  paper.append(
      kIntroduction,
      "\nA verdict such as *refuted* is mentioned. Of all, []{.count of=refuted} is refuted. The gain [does not "
      "hold]{.judged id=net.twist}, while the size []{.verdict id=net.size} [holds\nexactly]{.judged "
      "id=net.size}. A page holds []{.num key=big.count} chips, `refuted` is code, and [the claims hold]{.judged "
      "id=\"net.size\"}.\n");
  const Ended ended = paper.build();
  ASSERT_EQ(ended.status, 0) << ended.output;
  EXPECT_THAT(paper.read("results/paper/paper.md"), HasSubstr("The gain does not hold, while the size"));
}

TEST(PaperPipeline, a_digit_in_judged_words_is_still_naked) {
  Paper paper;
  paper.append(kIntroduction, "\nThe gain [is not true for 3]{.judged id=net.twist}.\n");
  expect_refused(paper, {"naked digit in \"3"});
}

TEST(PaperPipeline, the_pdf_has_no_open_reference_and_floats_have_the_same_numbers_in_every_format) {
  const Paper paper;
  const Ended ended = paper.build();
  ASSERT_EQ(ended.status, 0) << ended.output;
  const Ended text = run("pdftotext -raw '" + paper.path("results/paper/paper.pdf") + "' -");
  ASSERT_EQ(text.status, 0) << text.output;
  EXPECT_THAT(text.output, Not(HasSubstr("??")));
  EXPECT_THAT(text.output, Not(HasSubstr("[?")));
  for (const char* label : {"Fig. 1", "Table I", "Table II", "Appendix B", "Section I-A"}) {
    EXPECT_THAT(text.output, HasSubstr(label));
    std::string unbroken(label);
    unbroken.replace(unbroken.find(' '), 1, "\u00a0");
    EXPECT_THAT(paper.read("results/index.html"), HasSubstr(unbroken));
    EXPECT_THAT(paper.read("results/paper/paper.md"), HasSubstr(unbroken));
  }
  EXPECT_THAT(paper.read("build/paper.aux"), HasSubstr("\\newlabel{end-of-body}{"));
}

TEST(PaperPipeline, a_number_is_rounded_and_links_to_its_origin) {
  const Paper paper;
  const Ended ended = paper.build();
  ASSERT_EQ(ended.status, 0) << ended.output;
  const std::string markdown = paper.read("results/paper/paper.md");
  EXPECT_THAT(markdown, AllOf(HasSubstr("6.01\u00a0hops on average"), HasSubstr("65,536 chips"),
                              HasSubstr("12.3\u00a0GB/s (95\u00a0% interval 12.3 to 12.4)"),
                              HasSubstr("\u221212.3\u00a0% of the whole"), HasSubstr("gain of 2\u20134\u00d7")));
  const std::string html = paper.read("results/index.html");
  EXPECT_THAT(html, AllOf(HasSubstr("html/numbers.html#net.hops.torus3d:8"), HasSubstr("html/published.html#NW-001"),
                          HasSubstr("html/claims.html#net.twist")));
  EXPECT_THAT(paper.read("results/html/numbers.html"),
              AllOf(HasSubstr("id=\"net.hops.torus3d:8\""), HasSubstr("make experiment NAME=net-topology")));
  EXPECT_THAT(paper.read("results/html/published.html"), HasSubstr("id=\"NW-001\""));
  EXPECT_THAT(paper.read("results/html/claims.html"),
              AllOf(HasSubstr("id=\"net.twist\""), HasSubstr("[1.62, 1.64]"), HasSubstr("the twist is left out"),
                    HasSubstr("2/3, 4096 to 65,536\u00a0chips")));
  EXPECT_THAT(paper.read("results/paper/paper.tex"), HasSubstr("\\measured{net.hops.torus3d:8}{6.01~hops}"));
}

TEST(PaperPipeline, quick_mode_is_marked_on_every_page_and_full_mode_on_none) {
  Paper paper;
  Ended ended = paper.build();
  ASSERT_EQ(ended.status, 0) << ended.output;
  const char* outputs[] = {"results/paper/paper.tex", "results/index.html", "results/html/claims.html",
                           "results/paper/paper.md"};
  for (const char* output : outputs) EXPECT_THAT(paper.read(output), HasSubstr("QUICK MODE")) << output;
  paper.replace("build/values.lua", "mode = \"quick\"", "mode = \"full\"");
  ended = paper.build();
  ASSERT_EQ(ended.status, 0) << ended.output;
  for (const char* output : outputs) EXPECT_THAT(paper.read(output), Not(HasSubstr("QUICK MODE"))) << output;
}

TEST(PaperPipeline, two_folders_with_one_epoch_give_the_same_bytes) {
  const Paper first;
  const Paper second;
  const Ended first_ended = first.build();
  ASSERT_EQ(first_ended.status, 0) << first_ended.output;
  const Ended second_ended = second.build();
  ASSERT_EQ(second_ended.status, 0) << second_ended.output;
  for (const char* output :
       {"results/paper/paper.pdf", "results/paper/paper.tex", "results/paper/paper.md", "results/index.html",
        "results/html/claims.html", "results/html/numbers.html", "results/html/published.html"})
    EXPECT_TRUE(first.read(output) == second.read(output)) << output << " differs";
}

TEST(PaperPipeline, building_again_changes_nothing) {
  const Paper paper;
  Ended ended = paper.build();
  ASSERT_EQ(ended.status, 0) << ended.output;
  const std::string pdf = paper.read("results/paper/paper.pdf");
  ended = paper.build();
  ASSERT_EQ(ended.status, 0) << ended.output;
  EXPECT_TRUE(paper.read("results/paper/paper.pdf") == pdf);
}

TEST(PaperPipeline, an_unknown_key_is_named_with_its_file_and_section) {
  Paper paper;
  paper.replace(kIntroduction, "key=big.count", "key=big.cuont");
  expect_refused(paper, {"big.cuont", "01-introduction.md:26", "\"Method\""});
}

TEST(PaperPipeline, an_unknown_fact_claim_count_or_citation_is_named) {
  Paper paper;
  paper.append(kIntroduction, "\nA fact []{.pub id=NW-999}.\n");
  expect_refused(paper, {"NW-999", "01-introduction.md"});
  Paper claim;
  claim.append(kIntroduction, "\nA claim []{.verdict id=net.none}.\n");
  expect_refused(claim, {"net.none", "01-introduction.md"});
  Paper count;
  count.append(kIntroduction, "\nA count []{.count of=confirmed}.\n");
  expect_refused(count, {"confirmed", "not_measurable"});
  Paper citation;
  citation.append(kIntroduction, "\nA citation [@nobody].\n");
  expect_refused(citation, {"nobody", "refs.bib"});
}

TEST(PaperPipeline, a_naked_digit_is_named_with_its_word_file_and_section) {
  Paper paper;
  paper.append(kIntroduction, "\nIt has 4096chips, and m\u00b2 too.\n");
  expect_refused(paper, {"4096chips", "m\u00b2", "01-introduction.md", "\"Method\""});
}

TEST(PaperPipeline, a_naked_digit_is_found_in_emphasis_math_footnotes_and_headings) {
  Paper paper;
  paper.append(kIntroduction, "\n# Of 71 things\n\n*Some 72*, $73n$, a note[^n].\n\n[^n]: Up to 74.\n");
  expect_refused(paper, {"\"71\"", "\"72,\"", "\"73n,\"", "\"74.\""});
}

TEST(PaperPipeline, names_with_digits_are_accepted_and_similar_words_are_not) {
  Paper named;
  named.append(kIntroduction, "\nTPU\nv4, A100s, the 3D-torus, C++20 and bf16.\n");
  const Ended ended = named.build();
  EXPECT_EQ(ended.status, 0) << ended.output;
  Paper other;
  other.append(kIntroduction, "\nA V4096 and an A1000.\n");
  expect_refused(other, {"V4096", "A1000"});
}

TEST(PaperPipeline, an_unknown_figure_and_a_missing_file_are_named) {
  Paper paper;
  paper.append(kIntroduction, "\n::: {.figure name=hobs}\n:::\n");
  expect_refused(paper, {"unknown figure \"hobs\"", "01-introduction.md"});
  Paper missing;
  missing.remove("results/figures/hops.pdf");
  expect_refused(missing, {"figures/hops.pdf", "01-introduction.md"});
}

TEST(PaperPipeline, a_float_without_a_reference_and_a_reference_without_a_float_are_named) {
  Paper uncited;
  uncited.replace(kIntroduction, "[]{.ref fig=hops}", "A figure");
  expect_refused(uncited, {"figure \"hops\" is never cited", "01-introduction.md"});
  Paper dangling;
  dangling.append(kIntroduction, "\nSee []{.ref tab=nothing}.\n");
  expect_refused(dangling, {"tab=nothing"});
  Paper section;
  section.append(kIntroduction, "\nSee []{.ref sec=nowhere}.\n");
  expect_refused(section, {"sec=nowhere", "introduction"});
}

TEST(PaperPipeline, tables_images_and_raw_latex_in_prose_are_refused) {
  Paper paper;
  paper.append(kIntroduction, "\n| a | b |\n|---|---|\n| c | d |\n\n![x](y.png)\n\n\\newpage\n");
  expect_refused(paper, {"a table in prose", "an image in prose", "raw tex"});
}

}  // namespace
}  // namespace vtpu::artifact
