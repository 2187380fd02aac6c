#include "vtpu/artifact/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "vtpu/artifact/escape.h"
#include "vtpu/artifact/ledger.h"
#include "vtpu/artifact/reference.h"
#include "vtpu/artifact/tables/print.h"
#include "vtpu/base/csv.h"
#include "vtpu/base/file.h"
#include "vtpu/measure/disturbance.h"
#include "vtpu/measure/result_file.h"

namespace vtpu::artifact {
namespace {

using measure::Column;
using measure::Metric;
using measure::ResultFile;
using testing::HasSubstr;
using testing::Not;

const std::filesystem::path kRoot = VTPU_ROOT;

// ---- escaping

TEST(Escape, LatexEscapesEverySpecialCharacter) {
  EXPECT_EQ(latex_text("50 % & a_b #1 $x {y} ~ ^ \\"),
            "50 \\% \\& a\\_b \\#1 \\$x \\{y\\} \\textasciitilde{} \\textasciicircum{} \\textbackslash{}");
}

TEST(Escape, LatexReplacesSymbolsThatOldFontsLack) {
  EXPECT_EQ(latex_text("4×4 ≥ 2 ≤ 3 – 10⁻³ µs mm² m³ a→b ≈ ±"),
            "4$\\times$4 $\\geq$ 2 $\\leq$ 3 -- 10$^{-}$$^{3}$ $\\mu$s mm$^{2}$ m$^{3}$ a$\\rightarrow$b $\\approx$ "
            "$\\pm$");
}

TEST(Escape, LatexMayBreakALongWordAfterItsJointsAndNoShortOne) {
  EXPECT_EQ(latex_text("vtpu.mem.sequential_cycles"),
            "vtpu.\\allowbreak{}mem.\\allowbreak{}sequential\\_\\allowbreak{}cycles");
  EXPECT_EQ(latex_text("net.hops"), "net.hops");
}

TEST(Escape, LatexKeepsTextWithoutSpecialCharactersAndLettersOfOtherLanguages) {
  EXPECT_EQ(latex_text("  two  blanks é "), "  two  blanks é ");
  EXPECT_EQ(latex_text(""), "");
}

TEST(Escape, HtmlEscapesTagsEntitiesAndQuotes) {
  EXPECT_EQ(html_text("a < b & \"c\" > 'd' ≥"), "a &lt; b &amp; &quot;c&quot; &gt; &#39;d&#39; ≥");
}

TEST(Escape, MarkdownEscapesCellEndsEmphasisMathAndCitations) {
  EXPECT_EQ(markdown_text("a|b *c* $d$ @e [f] \\"), "a\\|b \\*c\\* \\$d\\$ \\@e \\[f\\] \\\\");
  EXPECT_EQ(markdown_text("two\nlines"), "two lines");
}

TEST(Escape, CharactersAreCountedNotBytes) { EXPECT_EQ(character_count("4×4 ≥"), 5u); }

// ---- writers

const TableDeclaration kSmall{.name = "small", .caption = "A 50 % table"};

PrintedTable small_table() {
  return {{{"name"}, {"value", true}, {"note", false, 0.5}},
          {{"a,b", "1.5", "long text"}, {"c|d", "[2, 3]", "more & more"}},
          "From there."};
}

TEST(TableWriters, CsvHoldsTitlesAndQuotedCells) {
  EXPECT_EQ(to_csv(small_table()), "name,value,note\n\"a,b\",1.5,long text\nc|d,\"[2, 3]\",more & more\n");
}

TEST(TableWriters, MarkdownIsAPipeTableWithCaptionAlignmentAndWidths) {
  EXPECT_EQ(to_markdown(kSmall, small_table()),
            "| name | value | note |\n"
            "|-----|-----:|---------------------------------------------------|\n"
            "| a,b | 1.5 | long text |\n"
            "| c\\|d | \\[2, 3\\] | more & more |\n"
            "\nTable: A 50 % table\n\nFrom there.\n");
}

TEST(TableWriters, HtmlNamesTheFigureAndClassesEveryCell) {
  const std::string html = to_html(kSmall, small_table());
  EXPECT_THAT(html, HasSubstr("<figure class=\"table\" id=\"tab-small\">"));
  EXPECT_THAT(html, HasSubstr("<th scope=\"col\" class=\"number\">value</th>"));
  EXPECT_THAT(html, HasSubstr("<td class=\"text\">more &amp; more</td>"));
  EXPECT_THAT(html, HasSubstr("<figcaption>A 50 % table</figcaption>"));
}

TEST(TableWriters, LatexFitsOneColumnAndWrapsColumnsThatHaveAWidth) {
  const std::string latex = to_latex(kSmall, small_table());
  EXPECT_THAT(latex, HasSubstr("\\begin{table}[t]"));
  EXPECT_THAT(latex, HasSubstr("\\caption{A 50 \\% table}\n\\label{tab:small}"));
  EXPECT_THAT(latex, HasSubstr("{lr>{\\raggedright\\arraybackslash}p{126pt}}"));
  EXPECT_THAT(latex, HasSubstr("c$|$d & {}[2, 3] & more \\& more \\\\\n\\bottomrule"));
}

TEST(TableWriters, LatexWideTablesSpanBothColumns) {
  TableDeclaration wide = kSmall;
  wide.wide = true;
  EXPECT_THAT(to_latex(wide, small_table()), HasSubstr("\\begin{table*}[t]"));
}

TEST(TableWriters, LatexColumnsThatWrapShrinkInFavourOfThoseThatCannot) {
  PrintedTable table{{{"a"}, {"b", false, 0.9}}, {{std::string(20, 'x'), "text"}}, ""};
  // 252 pt minus two gaps of 8 pt and 20 characters of 4.1 pt.
  EXPECT_THAT(to_latex(kSmall, table), HasSubstr("p{154pt}"));
}

TEST(TableWriters, LatexUsesASmallerSizeIfTheColumnsDoNotFit) {
  PrintedTable table{{{"a"}, {"b"}}, {{std::string(30, 'x'), std::string(30, 'y')}}, ""};
  EXPECT_THAT(to_latex(kSmall, table), HasSubstr("\\scriptsize\n\\setlength"));
}

TEST(TableWriters, LatexSplitsALongAppendixTableIntoContinuedFloatsThatKeepItsNumber) {
  TableDeclaration appendix = kSmall;
  appendix.appendix = true;
  PrintedTable table{{{"a"}}, std::vector<std::vector<std::string>>(150, {"x"}), "Note."};
  const std::string latex = to_latex(appendix, table);
  const auto count = [&](const std::string& text) {
    int found = 0;
    for (std::size_t at = latex.find(text); at != std::string::npos; at = latex.find(text, at + 1)) ++found;
    return found;
  };
  EXPECT_EQ(count("\\begin{table*}"), 3);
  EXPECT_EQ(count("(continued)"), 2);
  EXPECT_EQ(count("\\addtocounter{table}{-1}"), 2);
  EXPECT_EQ(count("\\label{tab:small}"), 1);
  EXPECT_EQ(count("Note."), 1);
  EXPECT_EQ(count("x \\\\\n"), 150);
}

TEST(TableWritersDeathTest, ARowWithTheWrongNumberOfCellsFailsACheck) {
  PrintedTable table = small_table();
  table.rows[1].pop_back();
  EXPECT_DEATH(to_csv(table), "as many cells");
  EXPECT_DEATH(to_markdown(kSmall, table), "as many cells");
  EXPECT_DEATH(to_html(kSmall, table), "as many cells");
  EXPECT_DEATH(to_latex(kSmall, table), "as many cells");
}

// ---- printing

TEST(TablePrinting, IntegersArePrintedInFullAndOtherNumbersRounded) {
  EXPECT_EQ(tables::number_text(4096), "4096");
  EXPECT_EQ(tables::number_text(2.854545), "2.855");
}

TEST(TablePrinting, AnExactMetricShowsNoInterval) {
  EXPECT_EQ(tables::with_interval({.key = "k", .value = 12, .unit = "", .ci = {12, 12}, .method = "", .samples = {}}),
            "12");
  EXPECT_EQ(tables::with_interval({.key = "k", .value = 3.5, .unit = "", .ci = {3.25, 4}, .method = "", .samples = {}}),
            "3.500 [3.250, 4]");
}

TEST(TablePrinting, AQuotedNumberKeepsTheDigitsOfItsSource) {
  measure::Table table{"t", {{"published", "", Column::Source::quoted}, {"ours", "", Column::Source::computed}}, {}};
  table.add({4.3, 4.3});
  const Result<PrintedTable> printed = tables::print(table);
  ASSERT_TRUE(printed);
  EXPECT_EQ(printed->rows.front(), (std::vector<std::string>{"4.3", "4.300"}));
}

TEST(TablePrinting, AnUnknownColumnIsReportedWithTheNearestName) {
  const measure::Table table{"t", {{"chips", "", Column::Source::label}}, {}};
  const Result<PrintedTable> printed = tables::print(table, {{"chip"}});
  ASSERT_FALSE(printed);
  EXPECT_THAT(printed.error().message(), HasSubstr("did you mean 'chips'"));
}

// ---- the tables of the paper

/// Results with the keys and columns that the tables need; every number is 2.
struct Fixture {
  std::map<std::string, ResultFile> results;
  std::vector<Judged> claims;

  TableInputs inputs() const { return {kRoot, &results, &claims}; }

  void metrics(const std::string& experiment, const std::vector<std::string>& keys) {
    for (const std::string& key : keys) {
      results[experiment].metrics[key] = {
          .key = key, .value = 2, .unit = "x", .ci = {2, 2}, .method = "", .samples = {}};
    }
  }
  /// Columns named in `labels` hold text.
  void table(const std::string& experiment, const std::string& name, const std::vector<std::string>& labels,
             const std::vector<std::string>& numbers) {
    measure::Table made{name, {}, {}};
    std::vector<measure::Cell> row;
    for (const std::string& label : labels) {
      made.columns.push_back({label, "", Column::Source::label});
      row.push_back("torus 16x16x16");
    }
    for (const std::string& number : numbers) {
      made.columns.push_back({number, "x", Column::Source::computed});
      row.push_back(2.0);
    }
    made.add(row);
    results[experiment].tables[name] = made;
  }
};

Fixture fixture() {
  Fixture f;
  f.table("net-topology", "topology_summary", {"topology"},
          {"chips", "directed_links", "diameter", "hops_including_self_search", "hops_excluding_self_search",
           "bisection_at_least", "bisection_at_most", "alltoall_bound", "spectral_gap"});
  f.table("net-topology", "twisted_against_regular", {"shape", "lattice"},
          {"diameter_regular", "diameter_twisted", "hops_excluding_self_regular", "hops_excluding_self_twisted", "gain",
           "quoted_ideal_gain", "quoted_measured_gain"});
  f.metrics("net-topology",
            {"net.hops.torus2d_64x64", "net.hops.torus3d_16", "net.diameter.torus3d_16", "net.hops.ratio_2d_over_3d",
             "net.hops.torus2d_64x64.control", "net.reading.plane_16x16.hops", "net.reading.hamming_16x16x16.hops",
             "net.reading.hamming_16x16x16.diameter", "net.reading.ratio_one_hop_per_dimension"});
  f.table("host", "host", {"property", "value"}, {});
  f.table("host", "footprints", {"level"},
          {"size", "scalar", "vector", "dependent", "independent", "over_scalar", "over_vector"});
  f.metrics("host", {"host.core_ghz", "host.add_throughput.ops_per_cycle", "host.ordinary_code.ops_per_cycle",
                     "host.stream.triad_gbps.one_thread", "host.stream.triad_gbps.all_threads"});
  f.table("mem-locality", "locality_lines", {"box", "layout"}, {"sweep", "sweep_run", "query"});
  f.table("mem-locality", "locality_time", {"box", "layout", "query"}, {"time", "low", "high"});
  f.table("energy", "recomputed", {"key", "quantity"}, {"published", "recomputed", "over_published"});
  f.table("energy", "factors", {}, {"machine_factor", "kwh_ratio", "co2_ratio"});
  f.metrics("energy", {"energy.pue_share", "energy.carbon_share", "energy.kwh_ratio", "energy.co2_ratio",
                       "mlperf.tpu_over_a100.bert", "mlperf.tpu_over_a100.resnet", "mlperf.tpu_over_ipu.bert.loglog",
                       "mlperf.tpu_over_ipu.resnet.loglog"});
  f.table("sparse-ids", "hops", {"topology", "map", "ids"},
          {"batch_size", "random", "flat", "hierarchical", "multicast", "ratio", "ratio_low", "ratio_high",
           "multicast_ratio", "row_hop_ratio"});
  std::vector<std::string> keys = {
      "sparse.coordinate_capacity",   "sparse.mixed.capacity",      "sparse.base100.invalid_share",
      "sparse.base100.chips_reached", "sparse.mixed.chips_reached", "sparse.base100.chip_skew",
      "sparse.mixed.chip_skew",       "sparse.batching.hop_ratio",  "sparse.batching.hop_ratio.mixed"};
  for (const std::string map : {"hash", "mixed"}) {
    for (const std::string population : {"uniform_cells", "uniform_chips", "sequential_chips", "zipf_chips"}) {
      keys.push_back("sparse." + map + ".chi2_p." + population);
    }
  }
  f.metrics("sparse-ids", keys);

  // All other experiments come from the shipped reference, from whichever class of hosts it has.
  const Result<ReferenceSet> shipped = ReferenceSet::open(kRoot, measure::Mode::quick);
  VTPU_CHECK(shipped.ok(), "there is a reference set of quick runs");
  for (const char* experiment :
       {"core-ops-per-cycle", "core-ports",     "core-compile",    "compiler-tiers",  "compiler-speed",
        "compiler-soak",      "mem-ppt",        "mem-s-pipe",      "mem-bandwidth",   "mem-lookup",
        "mem-embedding",      "net-alltoall",   "net-collectives", "net-flit",        "net-infiniband",
        "net-levels",         "net-routing",    "net-scaling",     "net-simgrid",     "net-speed",
        "net-reconfigure",    "net-faults",     "net-goodput",     "net-degraded",    "sparse-network",
        "sparse-speedup",     "learned-states", "learned-twist",   "learned-packets", "learned-topology",
        "machine-states",     "learned-rings",  "core-messages",   "compiler-costs",  "chip-runs",
        "node-messages",      "teaching",       "shell",           "geometry"}) {
    Result<ResultFile> reference = shipped->load_any(experiment);
    VTPU_CHECK(reference.ok(), "the reference set holds every experiment");
    f.results[experiment] = std::move(*reference);
  }
  for (const auto& [name, unused] : f.results) {
    f.metrics(name, {"timings." + name + ".kept", "timings." + name + ".unmeasurable"});
    for (const std::string& reason : choice_names<measure::Disturbance>())
      f.metrics(name, {"timings." + name + "." + reason});
  }

  const Result<std::vector<Claim>> claims = read_claims(kRoot / "data/claims.csv");
  VTPU_CHECK(claims.ok(), "the shipped ledger is well formed");
  Evidence evidence;
  evidence.results = f.results;
  for (const auto& [name, unused] : f.results) evidence.experiments.insert(name);
  for (const Claim& claim : *claims) f.claims.push_back(judge(claim, evidence));
  return f;
}

TEST(PaperTables, EachIsBuiltAndWrittenFromCompleteResults) {
  const Fixture f = fixture();
  for (const TableDeclaration& declaration : all_tables()) {
    const Result<PrintedTable> table = declaration.build(f.inputs());
    ASSERT_TRUE(table) << declaration.name << ": " << table.error().message();
    EXPECT_THAT(to_csv(*table), Not(testing::IsEmpty()));
    EXPECT_THAT(to_latex(declaration, *table), HasSubstr("\\label{tab:" + declaration.name + "}"));
    EXPECT_THAT(to_html(declaration, *table), HasSubstr("id=\"tab-" + declaration.name + "\""));
    EXPECT_THAT(to_markdown(declaration, *table), HasSubstr("\nTable: "));
  }
}

TEST(PaperTables, ATableWithoutItsResultsNamesTheExperiment) {
  const Fixture f = fixture();
  const std::map<std::string, ResultFile> none;
  for (const TableDeclaration& declaration : all_tables()) {
    if (declaration.results.empty()) continue;
    const Result<PrintedTable> table = declaration.build({kRoot, &none, &f.claims});
    ASSERT_FALSE(table) << declaration.name;
    EXPECT_THAT(table.error().message(), HasSubstr("'" + declaration.results.front() + "'")) << declaration.name;
  }
}

TEST(PaperTables, ATableWithoutItsDataNamesTheFile) {
  const Fixture f = fixture();
  for (const TableDeclaration& declaration : all_tables()) {
    if (declaration.data.empty()) continue;
    const Result<PrintedTable> table = declaration.build({"/nowhere", &f.results, &f.claims});
    ASSERT_FALSE(table) << declaration.name;
    EXPECT_THAT(table.error().message(), HasSubstr(declaration.data.front())) << declaration.name;
  }
}

TEST(PaperTables, NamesAreUniqueAndEachHasACaptionWithoutAFullStop) {
  std::set<std::string> names;
  for (const TableDeclaration& declaration : all_tables()) {
    EXPECT_TRUE(names.insert(declaration.name).second) << declaration.name;
    ASSERT_FALSE(declaration.caption.empty()) << declaration.name;
    EXPECT_NE(declaration.caption.back(), '.') << declaration.name;
  }
}

TEST(PaperTables, AnUnknownKeyIsReportedWithTheNearestKey) {
  const Fixture f = fixture();
  const Result<Metric> metric = f.inputs().metric("energy", "energy.kwh_ration");
  ASSERT_FALSE(metric);
  EXPECT_THAT(metric.error().message(), HasSubstr("did you mean 'energy.kwh_ratio'"));
}

TEST(PaperTables, WorkloadSharesAddUpToTheSumsOfTheSource) {
  const Fixture f = fixture();
  const auto at = std::find_if(all_tables().begin(), all_tables().end(),
                               [](const TableDeclaration& t) { return t.name == "workload_evolution"; });
  ASSERT_NE(at, all_tables().end());
  const Result<PrintedTable> table = at->build(f.inputs());
  ASSERT_TRUE(table);
  EXPECT_EQ(table->rows.back(), (std::vector<std::string>{"sum of the listed types", "95", "93", "100", "95"}));
}

TEST(PaperTables, TheConceptMappingHasNoOpenEntryAndAtLeastFiveExplainedOnes) {
  const Result<Csv> csv = read_csv(kRoot / "data/concept_mapping.csv");
  ASSERT_TRUE(csv);
  EXPECT_GE(csv->rows.size(), 34u);
  const std::set<std::string> kinds = {"direct", "analogy", "extension", "none"};
  int explained = 0;
  for (const Csv::Row& row : csv->rows) {
    EXPECT_TRUE(kinds.contains(row.cells[2])) << csv->where(row);
    EXPECT_EQ(row.cells[2] == "none", row.cells[1] == "no equivalent") << csv->where(row);
    for (std::size_t cell = 0; cell < 5; ++cell) EXPECT_FALSE(row.cells[cell].empty()) << csv->where(row);
    explained += !row.cells[5].empty();
  }
  EXPECT_GE(explained, 5);
}

TEST(PaperTables, EverySourceOfTheConceptMappingIsAReference) {
  const Result<Csv> csv = read_csv(kRoot / "data/concept_mapping.csv");
  ASSERT_TRUE(csv);
  const Result<std::string> references = read_file(kRoot / "data/published/refs.bib");
  ASSERT_TRUE(references);
  for (const Csv::Row& row : csv->rows) {
    const std::string& source = row.cells[4];
    for (std::size_t begin = 0; begin < source.size();) {
      const std::size_t end = std::min(source.find(';', begin), source.size());
      std::string key = source.substr(begin, end - begin);
      key = key.substr(key.find_first_not_of(' '));
      key = key.substr(0, key.find(','));
      EXPECT_NE(references->find("{" + key + ","), std::string::npos) << csv->where(row) << ": " << key;
      begin = end + 1;
    }
  }
}

}  // namespace
}  // namespace vtpu::artifact
