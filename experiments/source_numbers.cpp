// Asks whether the numbers of the source documents agree with each other: sums with their terms, counts with their
// lists, shares with both of their numbers.
//
// Claims: core.gap, mem.gap.sum, cluster.sum, net.book.chips, net.batch.sum, net.entry.total, sparse.bytes,
// sparse.basis, source.*, plan.*. All use the sources' own numbers, so that they can refute a source and never confirm
// it. Input: data/source_numbers.csv; every number is taken by its row id. A control is the same computation with one
// term changed. Keys: source.*, plan.*. Table: sums. Both modes do the same.
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "vtpu/base/csv.h"
#include "vtpu/base/text.h"
#include "vtpu/measure/experiment.h"

namespace {

using vtpu::Csv;
using vtpu::Error;
using vtpu::Result;
using vtpu::measure::Column;
using vtpu::measure::Run;
using vtpu::measure::Table;

constexpr const char* kNumbers = "data/source_numbers.csv";

/// The rows of the file. The first wrong id or place is remembered and reported after all computations.
class Numbers {
 public:
  Result<void> read(const Run& run) {
    const Result<Csv> csv = run.input_csv(kNumbers);
    if (!csv) return csv.error();
    std::map<std::string, std::size_t> column;
    for (const char* title : {"id", "value", "basis", "claims"}) {
      const Result<std::size_t> found = csv->column(title);
      if (!found) return found.error();
      column[title] = *found;
    }
    for (const Csv::Row& row : csv->rows) {
      std::vector<double>& values = values_[row.cells[column["id"]]];
      const std::string& text = row.cells[column["value"]];
      for (const std::string_view piece : vtpu::split(text, ';')) {
        if (text.empty()) break;
        const Result<double> value = vtpu::parse_number(piece, csv->where(row) + ", value");
        if (!value) return value.error();
        values.push_back(*value);
      }
      const std::vector<std::string_view> claims = vtpu::split(row.cells[column["claims"]], ' ');
      const std::string& basis = row.cells[column["basis"]];
      if (!basis.empty() && std::find(claims.begin(), claims.end(), "sparse.basis") != claims.end())
        bases_.push_back(basis);
    }
    return {};
  }

  /// The values of a row.
  const std::vector<double>& of(const std::string& id) const {
    static const std::vector<double> kNone = {0};
    const auto found = values_.find(id);
    if (found != values_.end() && !found->second.empty()) return found->second;
    wrong_ = Error{kNumbers, "found no row with values and the id '" + id + "'", "a row that this experiment uses"};
    return kNone;
  }
  double at(const std::string& id, std::size_t place) const {
    const std::vector<double>& values = of(id);
    if (place < values.size()) return values[place];
    wrong_ = Error{fmt::format("{}, row {}", kNumbers, id), fmt::format("found {} values", values.size()),
                   fmt::format("more than {}", place)};
    return 0;
  }
  double operator[](const std::string& id) const { return at(id, 0); }
  double sum(const std::string& id) const {
    const std::vector<double>& values = of(id);
    return std::accumulate(values.begin(), values.end(), 0.0);
  }
  double product(const std::string& id) const {
    const std::vector<double>& values = of(id);
    return std::accumulate(values.begin(), values.end(), 1.0, std::multiplies<>());
  }
  /// What the rows of the claim sparse.basis say the number rests on, one entry for each row.
  const std::vector<std::string>& bases() const { return bases_; }

  Result<void> complete() const {
    if (wrong_) return *wrong_;
    return {};
  }

 private:
  std::map<std::string, std::vector<double>> values_;  // by id
  std::vector<std::string> bases_;
  mutable std::optional<Error> wrong_;
};

struct Sum {
  std::string key;
  std::string what;
  std::string formula;  ///< in terms of row ids
  std::string unit;
  std::function<double(const Numbers&)> value;
};

/// The four phases of rally-plan: minutes by wave, and the stated hours.
const std::vector<std::string> kMinutes = {"RP-021", "RP-026", "RP-032", "RP-035"};
const std::vector<std::string> kHours = {"RP-019", "RP-025", "RP-031", "RP-034"};
/// Waves and mean minutes of the four phases in wave1-requirements.
const std::vector<std::string> kAverages = {"W1-113", "W1-114", "W1-115", "W1-116"};

double minutes(const Numbers& n, std::size_t phases) {
  double sum = 0;
  for (std::size_t i = 0; i < phases; ++i) sum += n.sum(kMinutes[i]);
  return sum;
}

/// The minutes of all waves, longest first.
std::vector<double> longest_first(const Numbers& n) {
  std::vector<double> all;
  for (const std::string& id : kMinutes) all.insert(all.end(), n.of(id).begin(), n.of(id).end());
  std::sort(all.rbegin(), all.rend());
  return all;
}

/// The month in which a number of days ends that begin at year, month and day of a row.
double month_after(const Numbers& n, const std::string& start, double days) {
  using namespace std::chrono;
  const auto part = [&](std::size_t place) { return static_cast<int>(n.at(start, place)); };
  const sys_days begin = year{part(0)} / part(1) / part(2);
  const year_month_day end{begin + std::chrono::days{static_cast<int>(days)}};
  return static_cast<double>(static_cast<unsigned>(end.month()));
}

double lines_of_code(const Numbers& n) {
  double sum = 0;
  for (const char* id : {"W7-007", "W7-015", "W7-026", "W7-052", "W7-053", "W7-054", "W7-055", "W7-044"}) sum += n[id];
  return sum;
}

std::vector<Sum> targets() {
  const auto cluster = [](const Numbers& n, double nodes) { return nodes * n["DD-031"] * (1 - n["DD-020"] / 100); };
  return {{"source.core_gap", "greatest target over the present ops per cycle", "W7-064 / W7-061", "x",
           [](const Numbers& n) { return n.at("W7-064", 1) / n["W7-061"]; }},
          {"source.core_gap.control", "from the second sentron", "W7-064 / W7-062", "x",
           [](const Numbers& n) { return n.at("W7-064", 1) / n["W7-062"]; }},
          {"source.mem_gap.least", "least random over greatest sequential cycles", "RD-022 / RD-020", "x",
           [](const Numbers& n) { return n["RD-022"] / n.at("RD-020", 1); }},
          {"source.mem_gap.most", "greatest random over least sequential cycles", "RD-022 / RD-020", "x",
           [](const Numbers& n) { return n.at("RD-022", 1) / n["RD-020"]; }},
          {"source.mem_gap.control", "least random minus greatest sequential cycles", "RD-022 - RD-020", "x",
           [](const Numbers& n) { return n["RD-022"] - n.at("RD-020", 1); }},
          {"source.cluster_gops", "nodes, each less the greatest overhead", "DD-018 * DD-031 * (1 - DD-020)", "Gops/s",
           [=](const Numbers& n) { return cluster(n, n["DD-018"]); }},
          {"source.cluster_gops.control", "one node fewer", "(DD-018 - 1) * DD-031 * (1 - DD-020)", "Gops/s",
           [=](const Numbers& n) { return cluster(n, n["DD-018"] - 1); }},
          {"source.cluster_gops_without_overhead", "nodes without overhead", "DD-018 * DD-031", "Gops/s",
           [](const Numbers& n) { return n["DD-018"] * n["DD-031"]; }},
          {"source.chips_of_a_book", "chapters of a book", "W1-024", "chips",
           [](const Numbers& n) { return n.at("W1-024", 2); }},
          {"source.chips_of_a_book.control", "books times chapters of a volume", "W1-024", "chips",
           [](const Numbers& n) { return n.at("W1-024", 1) * n.at("W1-024", 2); }},
          {"source.batching.at_random", "lookups times hops", "W1-097", "hops",
           [](const Numbers& n) { return n.product("W1-097"); }},
          {"source.batching.batched", "hops to the groups and within them", "W1-098 + W1-099", "hops",
           [](const Numbers& n) { return n.product("W1-098") + n.product("W1-099"); }},
          {"source.batching.ratio", "at random over batched", "W1-097 / (W1-098 + W1-099)", "x",
           [](const Numbers& n) { return n.product("W1-097") / (n.product("W1-098") + n.product("W1-099")); }},
          {"source.batching.control", "hops within the groups alone", "W1-099", "hops",
           [](const Numbers& n) { return n.product("W1-099"); }},
          {"source.table_ms", "entries times the time of one", "W1-063", "ms",
           [](const Numbers& n) { return n.product("W1-063") * 1e-6; }},
          {"source.table_ms.control", "entries of the spare chips counted as well", "(W1-063 + W1-025) * W1-063", "ms",
           [](const Numbers& n) { return (n["W1-063"] + n["W1-025"]) * n.at("W1-063", 1) * 1e-6; }},
          {"source.table_bytes.dense", "rows, elements and bytes", "W1-053", "B",
           [](const Numbers& n) { return n.product("W1-053"); }},
          {"source.table_bytes.sparse", "occupied rows, elements and bytes", "W1-054", "B",
           [](const Numbers& n) { return n.product("W1-054"); }},
          {"source.table_bytes.control", "elements of half the bytes", "W1-053 / 2", "B",
           [](const Numbers& n) { return n.product("W1-053") / 2; }},
          {"source.speedup_bases", "different bases of one number", "RP-015, RP-043, W1-056", "bases",
           [](const Numbers& n) {
             return static_cast<double>(std::set<std::string>(n.bases().begin(), n.bases().end()).size());
           }},
          {"source.speedup_bases.control", "each statement a basis of its own", "RP-015, RP-043, W1-056", "bases",
           [](const Numbers& n) { return static_cast<double>(n.bases().size()); }}};
}

std::vector<Sum> documents() {
  return {
      {"source.tests", "tests before and new tests", "W7-059 + W7-030", "tests",
       [](const Numbers& n) { return n["W7-059"] + n["W7-030"]; }},
      {"source.tests_with_three", "tests before and the other number of new tests", "W7-059 + W7-060", "tests",
       [](const Numbers& n) { return n["W7-059"] + n["W7-060"]; }},
      {"source.tests.control", "tests before", "W7-059", "tests", [](const Numbers& n) { return n["W7-059"]; }},
      {"source.files", "files by component", "W7-049", "files", [](const Numbers& n) { return n.sum("W7-049"); }},
      {"source.files_with_bridge", "and the file named elsewhere", "W7-049 + W7-028", "files",
       [](const Numbers& n) { return n.sum("W7-049") + n["W7-028"]; }},
      {"source.files.control", "without the white paper", "W7-049", "files",
       [](const Numbers& n) { return n.sum("W7-049") - n["W7-049"]; }},
      {"source.lines", "lines by component", "W7-007 + W7-015 + W7-026 + W7-052 + ... + W7-055 + W7-044", "lines",
       lines_of_code},
      {"source.lines.control", "without the white paper", "the same without W7-044", "lines",
       [](const Numbers& n) { return lines_of_code(n) - n["W7-044"]; }},
      {"source.teaching_lines", "lines of the teaching program", "W7-007", "lines",
       [](const Numbers& n) { return n["W7-007"]; }},
      {"source.teaching_lines.control", "with both programs in Rust", "W7-007 + W7-015 + W7-026", "lines",
       [](const Numbers& n) { return n["W7-007"] + n["W7-015"] + n["W7-026"]; }},
      {"source.dependencies", "packages listed", "RD-051", "packages", [](const Numbers& n) { return n["RD-051"]; }},
      {"source.dependencies.control", "packages and tools listed", "RD-051 + RD-050", "packages",
       [](const Numbers& n) { return n["RD-051"] + n["RD-050"]; }},
      {"source.commits", "commits named", "W7-009", "commits", [](const Numbers& n) { return n.sum("W7-009"); }},
      {"source.commits_of_contributors", "commits by contributor", "W7-067", "commits",
       [](const Numbers& n) { return n.sum("W7-067"); }},
      {"source.commits.control", "without those of the shell", "W7-009", "commits",
       [](const Numbers& n) { return n.sum("W7-009") - n.at("W7-009", 4); }},
      {"source.cores", "cores listed", "RD-047", "cores", [](const Numbers& n) { return n["RD-047"]; }},
      {"source.cores_with_threads", "threads listed", "RD-047", "cores",
       [](const Numbers& n) { return n.at("RD-047", 1); }},
      {"source.cores.control", "without the core that is kept", "RD-047 - RD-048", "cores",
       [](const Numbers& n) { return n["RD-047"] - n["RD-048"]; }},
      {"source.threads", "cores that are not kept, times threads of a core", "(RD-047 - RD-048) * RD-047", "threads",
       [](const Numbers& n) { return (n["RD-047"] - n["RD-048"]) * n.at("RD-047", 1) / n["RD-047"]; }},
      {"source.threads.control", "all threads", "RD-047", "threads",
       [](const Numbers& n) { return n.at("RD-047", 1); }},
      {"source.kpis", "indicators of the three tables", "RD-029 + RD-034 + RD-040", "indicators",
       [](const Numbers& n) { return n["RD-029"] + n["RD-034"] + n["RD-040"]; }},
      {"source.kpis.control", "without the first table", "RD-034 + RD-040", "indicators",
       [](const Numbers& n) { return n["RD-034"] + n["RD-040"]; }},
      {"source.lists.files", "files of the plan", "RP-052", "entries", [](const Numbers& n) { return n["RP-052"]; }},
      {"source.lists.operations", "C operations", "W7-029", "entries", [](const Numbers& n) { return n["W7-029"]; }},
      {"source.lists.parts", "parts of the teaching program", "W7-012", "entries",
       [](const Numbers& n) { return n["W7-012"]; }},
      {"source.lists.control", "titles of the deliverables", "W7-006", "entries",
       [](const Numbers& n) { return n["W7-006"]; }},
      {"source.sizes.first", "plan, specification and insights", "DD-043 + DD-041 + DD-042", "KB",
       [](const Numbers& n) { return n["DD-043"] + n["DD-041"] + n["DD-042"]; }},
      {"source.sizes.specification", "the specification on the other dashboard", "RD-015", "KB",
       [](const Numbers& n) { return n["RD-015"]; }},
      {"source.sizes.control", "and the projection", "DD-043 + DD-041 + DD-042 + DD-044", "KB",
       [](const Numbers& n) { return n["DD-043"] + n["DD-041"] + n["DD-042"] + n["DD-044"]; }}};
}

std::vector<Sum> plans() {
  std::vector<Sum> list;
  for (std::size_t i = 0; i < kMinutes.size(); ++i) {
    const std::string phase = fmt::format("phase{}", i + 1);
    list.push_back({"plan.hours." + phase, "minutes of the waves", "sum of " + kMinutes[i] + " / 60", "h",
                    [i](const Numbers& n) { return n.sum(kMinutes[i]) / 60; }});
    list.push_back({"plan.average_hours." + phase, "waves times their mean", kAverages[i] + " / 60", "h",
                    [i](const Numbers& n) { return n.product(kAverages[i]) / 60; }});
  }
  const std::vector<Sum> others = {
      {"plan.hours.control", "phase 1 without its first wave", "RP-021 / 60", "h",
       [](const Numbers& n) { return (n.sum("RP-021") - n["RP-021"]) / 60; }},
      {"plan.average_hours.control", "phase 1 with one wave fewer", "(W1-113 - 1) * W1-113 / 60", "h",
       [](const Numbers& n) { return (n["W1-113"] - 1) * n.at("W1-113", 1) / 60; }},
      {"plan.total_hours", "minutes of all waves", "RP-021 + RP-026 + RP-032 + RP-035, / 60", "h",
       [](const Numbers& n) { return minutes(n, 4) / 60; }},
      {"plan.total_hours_of_phases", "hours of the phases", "RP-019 + RP-025 + RP-031 + RP-034", "h",
       [](const Numbers& n) {
         double sum = 0;
         for (const std::string& id : kHours) sum += n[id];
         return sum;
       }},
      {"plan.total_hours.control", "without the last phase", "RP-021 + RP-026 + RP-032, / 60", "h",
       [](const Numbers& n) { return minutes(n, 3) / 60; }},
      {"plan.mean_minutes", "mean of all waves", "RP-021, RP-026, RP-032, RP-035", "min",
       [](const Numbers& n) { return minutes(n, 4) / static_cast<double>(longest_first(n).size()); }},
      {"plan.mean_minutes.control", "mean of the last phase", "RP-035", "min",
       [](const Numbers& n) { return n.sum("RP-035") / static_cast<double>(n.of("RP-035").size()); }},
      {"plan.longest_minutes", "longest wave", "RP-021, RP-026, RP-032, RP-035", "min",
       [](const Numbers& n) { return longest_first(n)[0]; }},
      {"plan.longest_minutes.control", "the two longest waves together", "RP-021, RP-026, RP-032, RP-035", "min",
       [](const Numbers& n) { return longest_first(n)[0] + longest_first(n)[1]; }},
      {"plan.gates", "gates listed", "RP-040", "gates", [](const Numbers& n) { return n["RP-040"]; }},
      {"plan.gates.control", "gates listed and questions of the phases", "RP-040 + RP-023", "gates",
       [](const Numbers& n) { return n["RP-040"] + n["RP-023"]; }},
      {"plan.kilobytes", "sizes of the files", "RP-051", "KB", [](const Numbers& n) { return n.sum("RP-051"); }},
      {"plan.kilobytes.control", "without the summary", "RP-051", "KB",
       [](const Numbers& n) { return n.sum("RP-051") - n.at("RP-051", 6); }},
      {"plan.sections", "sections listed", "RP-027", "sections", [](const Numbers& n) { return n["RP-027"]; }},
      {"plan.sections_without_abstract", "sections listed without the abstract", "RP-027 - 1", "sections",
       [](const Numbers& n) { return n["RP-027"] - 1; }},
      {"plan.sections.control", "the comparisons as one section", "RP-027 - RP-029 + 1", "sections",
       [](const Numbers& n) { return n["RP-027"] - n["RP-029"] + 1; }},
      {"plan.paper_kilobytes", "sizes of the sections", "RP-028", "KB",
       [](const Numbers& n) { return n.sum("RP-028"); }},
      {"plan.paper_kilobytes.control", "without the abstract", "RP-028", "KB",
       [](const Numbers& n) { return n.sum("RP-028") - n["RP-028"]; }},
      {"plan.waves.deliverables", "waves of the phases", "DD-004", "waves",
       [](const Numbers& n) { return n.sum("DD-004"); }},
      {"plan.waves.plan", "waves of the phases", "RP-018 + RP-024 + RP-030 + RP-033", "waves",
       [](const Numbers& n) { return n["RP-018"] + n["RP-024"] + n["RP-030"] + n["RP-033"]; }},
      {"plan.waves.rally", "waves of the phases", "RD-005", "waves", [](const Numbers& n) { return n.sum("RD-005"); }},
      {"plan.waves.control", "without the last phase", "RP-018 + RP-024 + RP-030", "waves",
       [](const Numbers& n) { return n["RP-018"] + n["RP-024"] + n["RP-030"]; }},
      {"plan.shares.control", "two of seven", "2 / RD-026", "%",
       [](const Numbers& n) { return 200 / n.at("RD-026", 1); }},
      {"plan.waves_done", "waves marked complete", "DD-007", "waves", [](const Numbers& n) { return n["DD-007"]; }},
      {"plan.waves_done.control", "and the wave in progress", "DD-007 + 1", "waves",
       [](const Numbers& n) { return n["DD-007"] + 1; }},
      {"plan.month_of_end", "month in which the days end", "RD-002 + RD-003", "month",
       [](const Numbers& n) { return month_after(n, "RD-002", n["RD-003"]); }},
      {"plan.month_of_end.control", "half of the days", "RD-002 + RD-003 / 2", "month",
       [](const Numbers& n) { return month_after(n, "RD-002", n["RD-003"] / 2); }},
      {"plan.pseudocode_lines.lookup", "lines that are not empty", "W1-052", "lines",
       [](const Numbers& n) { return n["W1-052"]; }},
      {"plan.pseudocode_lines.remap", "lines that are not empty", "W1-073", "lines",
       [](const Numbers& n) { return n["W1-073"]; }},
      {"plan.pseudocode_lines.control", "both examples together", "W1-052 + W1-073", "lines",
       [](const Numbers& n) { return n["W1-052"] + n["W1-073"]; }}};
  list.insert(list.end(), others.begin(), others.end());
  // In the order of the claim's regions.
  const std::vector<std::string> shares = {"RD-004", "RD-013", "RD-026", "DD-055", "DD-059"};
  for (std::size_t i = 0; i < shares.size(); ++i)
    list.push_back({fmt::format("plan.shares.{}", i + 1), "share done", shares[i], "%",
                    [id = shares[i]](const Numbers& n) { return 100 * n[id] / n.at(id, 1); }});
  return list;
}

Result<void> add_up(Run& run) {
  Numbers numbers;
  if (Result<void> read = numbers.read(run); !read) return read;
  Table& table = run.table("sums", {{"key", "", Column::Source::label},
                                    {"what", "", Column::Source::label},
                                    {"rows", "", Column::Source::label},
                                    {"unit", "", Column::Source::label},
                                    {"computed", "", Column::Source::computed}});
  for (const auto& group : {targets(), documents(), plans()})
    for (const Sum& sum : group) {
      const double value = sum.value(numbers);
      run.computed(sum.key, value, sum.unit, sum.what + ": " + sum.formula);
      table.add({sum.key, sum.what, sum.formula, sum.unit, value});
    }
  return numbers.complete();
}

const vtpu::measure::Experiment kExperiment{
    .name = "source-numbers",
    .question = "Do the numbers of the source documents agree with each other?",
    .claims = {"core.gap",        "mem.gap.sum",   "cluster.sum",         "net.book.chips", "net.batch.sum",
               "net.entry.total", "sparse.bytes",  "sparse.basis",        "source.tests",   "source.files",
               "source.lines",    "source.short",  "source.dependencies", "source.commits", "source.cores",
               "source.threads",  "source.kpis",   "source.lists",        "source.sizes",   "plan.hours",
               "plan.total",      "plan.averages", "plan.mean",           "plan.timebox",   "plan.timebox50",
               "plan.gates",      "plan.kb",       "plan.sections",       "plan.paper",     "plan.waves",
               "plan.shares",     "plan.done",     "plan.days",           "plan.pseudocode"},
    .inputs = {kNumbers},
    .quick_seconds = 1,
    .full_seconds = 1,
    .times_the_host = false,
    .run = add_up};

}  // namespace

int main(int argc, char** argv) { return vtpu::measure::experiment_main(kExperiment, argc, argv); }
