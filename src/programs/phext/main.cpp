// phext: reads and edits documents in the phext text format.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "programs/command/command.h"
#include "vtpu/base/file.h"
#include "vtpu/base/file_lock.h"
#include "vtpu/base/result.h"
#include "vtpu/phext/batch.h"
#include "vtpu/phext/combine.h"
#include "vtpu/phext/coordinate.h"
#include "vtpu/phext/edit.h"
#include "vtpu/phext/escape.h"
#include "vtpu/phext/report.h"
#include "vtpu/phext/scrolls.h"
#include "vtpu/phext/select.h"

namespace vtpu {
namespace {

namespace fs = std::filesystem;
using command::shown;
using command::within;

/// The command line; each command reads its part of it.
struct Options {
  std::string file, other, first, last, text, from = "-";
  bool has_text = false;
  bool has_from = false;
  bool in_place = false;
};

Result<std::string> load(const std::string& file) {
  Result<std::string> text = read_file(file == "-" ? "/dev/stdin" : file);
  if (!text && file == "-") return Error{shown(file), text.error().found, text.error().expected};
  return text;
}

Result<void> print(std::string_view text) {
  if (const auto done = command::print(text); !done) return done.error();
  return {};
}

/// A coordinate in the canonical form, or in the URL form that navmap writes.
Result<phext::Coordinate> parse(const std::string& text) {
  const bool url = text.find(';') != std::string::npos;
  Result<phext::Coordinate> coordinate = url ? phext::Coordinate::parse_url(text) : phext::Coordinate::parse(text);
  if (!coordinate) return within("coordinate '" + text + "'", coordinate.error());
  return coordinate;
}

/// Loads the document and prints the text that `report` makes from it.
template <class Report>
Result<void> show(const Options& options, Report report) {
  const Result<std::string> text = load(options.file);
  if (!text) return text.error();
  const auto result = report(*text);
  if (!result) return within(shown(options.file), result.error());
  return print(*result);
}

/// Loads the document, applies `change`, and writes the result in place or to standard output.
template <class Change>
Result<void> edit(const Options& options, Change change) {
  // Held until the file is replaced, so that an edit in place starts from the result of the one before it.
  std::optional<FileLock> lock;
  if (std::error_code failed; options.in_place && fs::is_regular_file(options.file, failed)) {
    Result<FileLock> taken = FileLock::take(options.file);
    if (!taken) return taken.error();
    lock = std::move(*taken);
  }
  const Result<std::string> text = load(options.file);
  if (!text) return text.error();
  const Result<std::string> changed = change(*text);
  if (!changed) return within(shown(options.file), changed.error());
  return options.in_place ? write_file(options.file, *changed) : print(*changed);
}

/// The new text: from the option, a file or standard input.
Result<std::string> new_text(const Options& options) {
  if (options.has_text) return options.text;
  return load(options.from);
}

using EditAt = Result<std::string> (*)(std::string_view, const phext::Coordinate&, std::string_view);

Result<void> edit_at(const Options& options, EditAt change) {
  const Result<phext::Coordinate> coordinate = parse(options.first);
  if (!coordinate) return coordinate.error();
  const Result<std::string> scroll = new_text(options);
  if (!scroll) return scroll.error();
  return edit(options, [&](const std::string& text) { return change(text, *coordinate, *scroll); });
}

Result<void> run_get(const Options& options) {
  const Result<phext::Coordinate> coordinate = parse(options.first);
  if (!coordinate) return coordinate.error();
  return show(options, [&](const std::string& text) { return phext::fetch(text, *coordinate); });
}

Result<void> run_remove(const Options& options) {
  const Result<phext::Coordinate> coordinate = parse(options.first);
  if (!coordinate) return coordinate.error();
  return edit(options, [&](const std::string& text) { return phext::remove(text, *coordinate); });
}

Result<void> run_range(const Options& options) {
  const Result<phext::Coordinate> first = parse(options.first);
  if (!first) return first.error();
  const Result<phext::Coordinate> last = parse(options.last);
  if (!last) return last.error();
  if (!options.has_text && !options.has_from)
    return show(options, [&](const std::string& text) { return phext::range(text, *first, *last); });
  const Result<std::string> scroll = new_text(options);
  if (!scroll) return scroll.error();
  return edit(options, [&](const std::string& text) { return phext::range_replace(text, *first, *last, *scroll); });
}

Result<void> run_select(const Options& options) {
  const Result<phext::Selection> selection = phext::Selection::parse(options.first);
  if (!selection) return within("selection '" + options.first + "'", selection.error());
  return show(options, [&](const std::string& text) { return phext::select(text, *selection); });
}

Result<std::string> list(const std::string& text) {
  const Result<std::vector<phext::TocEntry>> entries = phext::toc(text);
  if (!entries) return entries.error();
  std::string lines;
  for (const phext::TocEntry& entry : *entries)
    lines += fmt::format("{}\t{}\t{}\n", entry.coordinate.to_string(), entry.offset, entry.bytes);
  return lines;
}

Result<std::string> statistics(const std::string& text) {
  const Result<phext::Stat> stat = phext::stat(text);
  if (!stat) return stat.error();
  std::string lines = fmt::format("bytes {}\ntext_bytes {}\nscrolls {}\nlongest_scroll_bytes {}\nlast_scroll {}\n",
                                  stat->bytes, stat->text_bytes, stat->scrolls, stat->longest, stat->last.to_string());
  for (std::size_t kind = 0; kind < phext::kBreakKinds; ++kind)
    lines += fmt::format("{}_breaks {}\n", phext::kBreakNames[kind], stat->breaks[kind]);
  return lines + "checksum " + phext::checksum(text) + "\n";
}

Result<std::string> differences(std::string_view left, std::string_view right) {
  const Result<std::vector<phext::Difference>> found = phext::diff(left, right);
  if (!found) return found.error();
  std::string lines;
  for (const phext::Difference& difference : *found) {
    const std::string at = difference.coordinate.to_string();
    if (!difference.left.empty()) lines += "- " + at + ": " + phext::summary(difference.left) + "\n";
    if (!difference.right.empty()) lines += "+ " + at + ": " + phext::summary(difference.right) + "\n";
    if (difference.left.empty() || difference.right.empty()) continue;
    const phext::Place place = phext::first_difference(difference);
    lines += fmt::format("! {}: first difference at line {}, column {}\n", at, place.line, place.column);
  }
  return lines;
}

using Combine = Result<std::string> (*)(std::string_view, std::string_view);

Result<void> run_combine(const Options& options, Combine combine) {
  const Result<std::string> left = load(options.file);
  if (!left) return left.error();
  const Result<std::string> right = load(options.other);
  if (!right) return right.error();
  const Result<std::string> result = combine(*left, *right);
  if (!result) return within(fmt::format("{} and {}", shown(options.file), shown(options.other)), result.error());
  return print(*result);
}

Result<void> run_batch_mode() {
  phext::run_batch(std::cin, std::cout);
  // A stream swallows the exception for a line that does not fit in memory.
  if (std::cin.bad()) return Error{"standard input", "cannot read a line", "requests that fit in memory"};
  if (!std::cout) return Error{"standard output", "cannot write", ""};
  return {};
}

/// The command line: names, options and actions of the commands.
class CommandLine {
 public:
  CommandLine() {
    app_.name("phext");
    app_.require_subcommand(1);
    app_.footer(
        "COORD is library.shelf.series/collection.volume.book/chapter.section.scroll, each from 1 to 999, or the same\n"
        "with ';' instead of '/', as in the links of navmap. FILE '-' is standard input. Edits go to standard output,\n"
        "or with --in-place atomically to the file.\n"
        "Exit status: 0, 1 for wrong input, 2 for wrong usage.");
    at(document("get", "print a scroll", [this] { return run_get(options_); }));
    editing(at(document("put", "replace a scroll with a text", [this] { return edit_at(options_, phext::replace); })),
            "standard input");
    editing(at(document("insert", "append a text to a scroll", [this] { return edit_at(options_, phext::insert); })),
            "standard input");
    in_place(at(document("remove", "remove a scroll and normalize", [this] { return run_remove(options_); })));
    CLI::App* range = document("range", "print the bytes from one scroll to another, or replace them",
                               [this] { return run_range(options_); });
    range->add_option("FIRST", options_.first, "coordinate of the first scroll")->required();
    range->add_option("LAST", options_.last, "coordinate of the last scroll")->required();
    editing(range, "none: print");
    document("select", "print the scrolls of a selection, at their coordinates",
             [this] { return run_select(options_); })
        ->add_option("SELECTION", options_.first, "a coordinate whose parts may be '*' or a range such as 2-5")
        ->required();
    report("ls", "list the scrolls: coordinate, byte offset, bytes", list);
    report("toc", "list the scrolls: coordinate, beginning", phext::textmap);
    in_place(document("normalize", "write breaks in their shortest form", [this] {
      return edit(options_, [](const std::string& text) { return phext::normalize(text); });
    }));
    report("manifest", "print a document with the checksums of the scrolls", phext::manifest);
    report("stat", "count bytes, scrolls and breaks", statistics);
    report("escape", "print a text without dimension breaks: each as \\x and two digits, a backslash as two",
           [](const std::string& text) { return Result<std::string>(phext::escape(text)); });
    report("unescape", "print the text of which escape made this one", phext::unescape);
    combination("merge", "print the scrolls of both documents", phext::merge);
    combination("subtract", "print the scrolls of the left document that the right one lacks", phext::subtract);
    combination("diff", "list the scrolls that differ", differences);
    app_.add_subcommand("batch", "answer requests, one JSON object per line")->final_callback([this] {
      action_ = run_batch_mode;
    });
  }

  int run(int argc, char** argv) {
    return command::run_command(
        "phext", app_, argc, argv, [this] { check_usage(); },
        [this]() -> Result<int> {
          if (const Result<void> done = action_(); !done) return done.error();
          return command::kDone;
        });
  }

 private:
  using Action = std::function<Result<void>()>;

  CLI::App* document(const char* name, const char* what, const Action& action) {
    CLI::App* command = app_.add_subcommand(name, what);
    command->add_option("FILE", options_.file, "document, or '-'")->required();
    command->final_callback([this, action] { action_ = action; });
    return command;
  }

  CLI::App* at(CLI::App* command) {
    command->add_option("COORD", options_.first, "coordinate of the scroll")->required();
    return command;
  }

  CLI::App* in_place(CLI::App* command) {
    command->add_flag("-i,--in-place", options_.in_place, "change the file itself");
    return command;
  }

  void editing(CLI::App* command, const char* without) {
    CLI::Option* text = command->add_option_function<std::string>(
        "-t,--text",
        [this](const std::string& value) {
          options_.text = value;
          options_.has_text = true;
        },
        "the text itself");
    command
        ->add_option_function<std::string>(
            "-f,--from",
            [this](const std::string& value) {
              options_.from = value;
              options_.has_from = true;
            },
            std::string("file that holds the text, or '-'; without either option ") + without)
        ->excludes(text);
    in_place(command);
    command->parse_complete_callback(
        [this, command] { reads_text_ = command->get_name() != "range" || options_.has_from; });
  }

  void report(const char* name, const char* what, const std::function<Result<std::string>(const std::string&)>& make) {
    document(name, what, [this, make] { return show(options_, make); });
  }

  void combination(const char* name, const char* what, Combine combine) {
    CLI::App* command = app_.add_subcommand(name, what);
    command->add_option("LEFT", options_.file, "document, or '-'")->required();
    command->add_option("RIGHT", options_.other, "document, or '-'")->required();
    command->final_callback([this, combine] { action_ = [this, combine] { return run_combine(options_, combine); }; });
  }

  /// Checks options against each other.
  void check_usage() const {
    const bool text_from_input = reads_text_ && !options_.has_text && options_.from == "-";
    if (options_.file == "-" && options_.in_place)
      throw CLI::ValidationError("--in-place", "standard input cannot be changed in place");
    if (options_.file == "-" && (options_.other == "-" || text_from_input))
      throw CLI::ValidationError("FILE", "standard input can be read only once; give --text or --from");
    if (options_.in_place && options_.last.size() && !options_.has_text && !options_.has_from)
      throw CLI::ValidationError("--in-place", "there is no new text; give --text or --from");
  }

  Options options_;
  bool reads_text_ = false;
  Action action_;
  CLI::App app_;
};

}  // namespace
}  // namespace vtpu

int main(int argc, char** argv) { return vtpu::CommandLine().run(argc, argv); }
