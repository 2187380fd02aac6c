#include "vtpu/net/workload/trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <queue>
#include <utility>

#include "vtpu/base/csv.h"
#include "vtpu/base/text.h"
#include "vtpu/base/text_file.h"

namespace vtpu::net::workload {
namespace {

constexpr std::int64_t kMostBytes = std::int64_t{1} << 53;    // per message: exact as a double
constexpr std::uint64_t kMostInAll = std::uint64_t{1} << 63;  // over all messages, so that sums never wrap

constexpr std::array<const char*, 7> kColumns = {"id",    "source",        "destination", "bytes",
                                                 "after", "not_before_ns", "compute_ns"};
enum Column : std::size_t {
  id_column,
  source_column,
  destination_column,
  bytes_column,
  after_column,
  not_before_column,
  compute_column
};

/// The rows of a trace: messages, and the rows that each waits for.
struct Rows {
  std::vector<std::string> ids;
  std::vector<Message> messages;
  std::vector<std::vector<std::size_t>> after;
};

class TraceParser {
 public:
  TraceParser(const Csv& csv, const NodeNames& nodes) : csv_(csv), nodes_(nodes) {}

  Result<Rows> run() {
    if (Result<void> found = find_columns(); !found) return found.error();
    for (const Csv::Row& row : csv_.rows)
      if (Result<void> read = read_message(row); !read) return read.error();
    for (std::size_t i = 0; i < csv_.rows.size(); ++i)
      if (Result<void> read = read_after(i); !read) return read.error();
    return std::move(rows_);
  }

 private:
  Result<void> find_columns() {
    for (std::size_t i = 0; i < kColumns.size(); ++i) {
      const Result<std::size_t> column = csv_.column(kColumns[i]);
      if (!column) return column.error();
      place_[i] = *column;
    }
    if (csv_.header.size() != kColumns.size())
      return Error{csv_.name + ":1", fmt::format("found {} columns", csv_.header.size()),
                   fmt::format("{}, each once", fmt::join(kColumns, ", "))};
    return {};
  }

  std::string_view cell(const Csv::Row& row, Column column) const { return trim(row.cells[place_[column]]); }
  std::string where(const Csv::Row& row, Column column) const {
    return fmt::format("{}, column {}", csv_.where(row), kColumns[column]);
  }

  Result<double> time(const Csv::Row& row, Column column) const {
    const Result<double> value = parse_number(cell(row, column), where(row, column));
    if (value && *value < 0) return Error{where(row, column), fmt::format("found {}", *value), "at least 0"};
    return value;
  }

  /// Blanks at its ends may be part of a name.
  Result<Chip> chip(const Csv::Row& row, Column column) const {
    return nodes_.chip(row.cells[place_[column]], where(row, column));
  }

  Result<void> read_message(const Csv::Row& row) {
    const std::string id(cell(row, id_column));
    if (id.empty() || id.find(';') != std::string::npos)
      return Error{where(row, id_column), fmt::format("found '{}'", id), "a word without ';'"};
    if (const auto [earlier, is_new] = row_of_.try_emplace(id, rows_.ids.size()); !is_new)
      return Error{where(row, id_column),
                   fmt::format("found '{}' again, as on line {}", id, csv_.rows[earlier->second].line),
                   "every id once"};
    const Result<Chip> source = chip(row, source_column);
    if (!source) return source.error();
    const Result<Chip> destination = chip(row, destination_column);
    if (!destination) return destination.error();
    const Result<std::int64_t> bytes = parse_integer(cell(row, bytes_column), where(row, bytes_column));
    if (!bytes) return bytes.error();
    if (*bytes < 0 || *bytes > kMostBytes)
      return Error{where(row, bytes_column), fmt::format("found {}", *bytes), fmt::format("0 to {}", kMostBytes)};
    total_bytes_ += static_cast<std::uint64_t>(*bytes);
    if (total_bytes_ > kMostInAll)
      return Error{where(row, bytes_column), fmt::format("found {} bytes in total so far", total_bytes_),
                   fmt::format("at most {} in one trace", kMostInAll)};
    const Result<double> not_before = time(row, not_before_column);
    if (!not_before) return not_before.error();
    const Result<double> compute = time(row, compute_column);
    if (!compute) return compute.error();
    rows_.ids.push_back(id);
    rows_.messages.push_back({*source, *destination, static_cast<std::uint64_t>(*bytes), *not_before, *compute});
    return {};
  }

  Result<void> read_after(std::size_t i) {
    const Csv::Row& row = csv_.rows[i];
    std::vector<std::size_t>& after = rows_.after.emplace_back();
    const std::string_view text = cell(row, after_column);
    if (text.empty()) return {};
    for (const std::string_view piece : split(text, ';')) {
      const auto found = row_of_.find(trim(piece));
      if (found == row_of_.end()) {
        return Error{where(row, after_column), "found " + quoted_with_hint(piece, near_ids(i)),
                     "ids of messages in this file, separated by ';'"};
      }
      after.push_back(found->second);
    }
    std::vector<std::size_t> sorted = after;
    std::sort(sorted.begin(), sorted.end());
    if (const auto twice = std::adjacent_find(sorted.begin(), sorted.end()); twice != sorted.end())
      return Error{where(row, after_column), fmt::format("found '{}' twice", rows_.ids[*twice]), "every id once"};
    return {};
  }

  /// Ids around a row, among which a misspelt id is searched for. A search of a large file would take long.
  std::vector<std::string> near_ids(std::size_t row) const {
    constexpr std::size_t kReach = 500;
    const std::size_t first = row < kReach ? 0 : row - kReach;
    const std::size_t last = std::min(rows_.ids.size(), row + kReach);
    return {rows_.ids.begin() + static_cast<std::ptrdiff_t>(first),
            rows_.ids.begin() + static_cast<std::ptrdiff_t>(last)};
  }

  const Csv& csv_;
  const NodeNames& nodes_;
  std::array<std::size_t, kColumns.size()> place_{};
  std::map<std::string, std::size_t, std::less<>> row_of_;
  std::uint64_t total_bytes_ = 0;
  Rows rows_;
};

/// The reason why no order exists. From any row that was never ready, following unfinished rows that it waits for leads
/// into a cycle.
Error cycle_error(const Csv& csv, const Rows& rows, const std::vector<std::size_t>& waits) {
  std::size_t row = 0;
  while (waits[row] == 0) ++row;
  std::vector<std::size_t> cycle;
  std::vector<bool> seen(rows.ids.size(), false);
  while (!seen[row]) {
    seen[row] = true;
    cycle.push_back(row);
    row = *std::find_if(rows.after[row].begin(), rows.after[row].end(), [&](std::size_t r) { return waits[r] > 0; });
  }
  cycle.erase(cycle.begin(), std::find(cycle.begin(), cycle.end(), row));
  constexpr std::size_t kShown = 8;
  std::string text;
  for (std::size_t i = 0; i < std::min(cycle.size(), kShown); ++i)
    text += fmt::format("'{}' after ", rows.ids[cycle[i]]);
  if (cycle.size() > kShown) text += fmt::format("… ({} messages in total) after ", cycle.size());
  return Error{fmt::format("{}, column after", csv.where(csv.rows[row])),
               fmt::format("messages wait in a cycle: {}'{}'", text, rows.ids[row]),
               "no message that waits for itself"};
}

}  // namespace

Result<Trace> parse_trace(std::string_view text, const std::string& name, const NodeNames& nodes) {
  const Result<Csv> csv = parse_csv(text, name);
  if (!csv) return csv.error();
  Result<Rows> read = TraceParser(*csv, nodes).run();
  if (!read) return read.error();
  const Rows& rows = *read;
  // Kahn's algorithm, always taking the first ready row: a file that is already in order keeps its order.
  const std::size_t size = rows.ids.size();
  std::vector<std::size_t> waits(size, 0);
  std::vector<std::vector<std::size_t>> followers(size);
  std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> free;
  for (std::size_t row = 0; row < size; ++row) {
    waits[row] = rows.after[row].size();
    for (const std::size_t earlier : rows.after[row]) followers[earlier].push_back(row);
    if (waits[row] == 0) free.push(row);
  }
  Trace trace{Workload(name), {}};
  std::vector<int> message_of(size, -1);
  std::vector<int> after;
  while (!free.empty()) {
    const std::size_t row = free.top();
    free.pop();
    after.clear();
    for (const std::size_t earlier : rows.after[row]) after.push_back(message_of[earlier]);
    message_of[row] = trace.workload.add(rows.messages[row], after);
    trace.ids.push_back(rows.ids[row]);
    for (const std::size_t follower : followers[row])
      if (--waits[follower] == 0) free.push(follower);
  }
  if (trace.ids.size() != size) return cycle_error(*csv, rows, waits);
  return trace;
}

Result<Trace> read_trace(const std::filesystem::path& path, const NodeNames& nodes) {
  const Result<std::string> text = read_text(path, LineEnds::keep);
  if (!text) return text.error();
  return parse_trace(*text, path.string(), nodes);
}

std::string trace_text(const Workload& workload, const NodeNames& nodes) {
  std::string text = fmt::format("{}\n", fmt::join(kColumns, ","));
  for (int id = 0; id < workload.size(); ++id) {
    const Message& message = workload.message(id);
    text += csv_line({std::to_string(id), nodes.name(message.source), nodes.name(message.destination),
                      std::to_string(message.bytes), fmt::format("{}", fmt::join(workload.after(id), ";")),
                      fmt::format("{}", message.not_before_ns), fmt::format("{}", message.compute_ns)});
  }
  return text;
}

}  // namespace vtpu::net::workload
