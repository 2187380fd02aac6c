#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace vtpu::command {

/// Lines typed at a terminal, through libedit: editing, completion with the tabulator key, and a history that is kept
/// in a file. There is one terminal, so there is one editor.
class LineEditor {
 public:
  using Complete = std::function<std::vector<std::string>(const std::string& line)>;
  /// `program`: its name, for the settings of libedit. `history`: a file, or empty for none.
  LineEditor(const std::string& program, std::string history, Complete complete);
  ~LineEditor();
  LineEditor(const LineEditor&) = delete;
  LineEditor& operator=(const LineEditor&) = delete;

  /// The next line; none at the end of the input.
  std::optional<std::string> read(const std::string& prompt);

 private:
  std::string history_;
};

}  // namespace vtpu::command
