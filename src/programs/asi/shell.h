#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "programs/asi/session.h"
#include "vtpu/base/result.h"

namespace vtpu::asi {

/// The commands of the shell. They read and change a session and answer with text.
class Shell {
 public:
  /// `interrupt`: set from outside while a command runs; ends a run of words and is cleared.
  explicit Shell(std::atomic<bool>& interrupt) : interrupt_(interrupt) {}

  /// Executes a line; empty lines and comments (`;` or `#`) do nothing. Error: what is wrong with it; the machine is as
  /// it was.
  Result<std::string> execute(std::string_view line);
  bool ended() const { return ended_; }
  std::size_t selected() const { return selected_; }

  /// The words with which the last word of a line may go on: commands, short names, mnemonics, registers and labels.
  std::vector<std::string> completions(std::string_view line) const;

 private:
  using Words = std::vector<std::string>;
  struct Command {
    std::string name, arguments, summary;
    Result<std::string> (Shell::*run)(const Words& arguments);
  };
  static const std::vector<Command>& commands();
  static const Command* find(const std::string& name);

  // The commands, in the order of the help.
  Result<std::string> spawn(const Words& arguments);
  Result<std::string> select(const Words& arguments);
  Result<std::string> run_file(const Words& arguments);
  Result<std::string> load(const Words& arguments);
  Result<std::string> go_on(const Words& arguments);
  Result<std::string> step(const Words& arguments);
  Result<std::string> back(const Words& arguments);
  Result<std::string> time(const Words& arguments);
  Result<std::string> set_break(const Words& arguments);
  Result<std::string> watch(const Words& arguments);
  Result<std::string> drop(const Words& arguments);
  Result<std::string> gather(const Words& arguments);
  Result<std::string> scatter(const Words& arguments);
  Result<std::string> write(const Words& arguments);
  Result<std::string> examine(const Words& arguments);
  Result<std::string> registers(const Words& arguments);
  Result<std::string> regions(const Words& arguments);
  Result<std::string> status(const Words& arguments);
  Result<std::string> info(const Words& arguments);
  Result<std::string> waiting(const Words& arguments);
  Result<std::string> disassembly(const Words& arguments);
  Result<std::string> help(const Words& arguments);
  Result<std::string> quit(const Words& arguments);

  /// Assembles ops after the words of the selected sentron's program, so that its labels and pools (by number) are
  /// known. Coordinates in the text are put into the pool.
  Result<SharedProgram> assembled(std::string text) const;
  /// Assembles ops and executes them.
  Result<void> perform(std::string text);
  /// Words of the selected sentron's program, after which `assembled` puts the text.
  std::uint64_t own_words() const;
  /// Times copies of an operation, on what the registers and the memory hold now.
  Result<std::string> time_operation(const Words& words);
  /// A line that begins with a mnemonic or a short name, as assembly text.
  Result<std::string> as_assembly(const Words& words, std::string_view line) const;
  Result<std::uint64_t> word_number(const std::string& text) const;
  Result<std::string> run_words(std::uint64_t most, bool everyone);
  Result<void> need_program() const;

  /// A register of a sentron, or a cell by its coordinate, as text.
  std::string value_of(std::size_t sentron, const std::string& watched) const;
  /// The registers of the selected sentron, by name.
  std::map<std::string, std::string> named_registers() const;
  std::string place() const;

  Session session_;
  std::string rest_;  ///< of the line, after its first word
  std::size_t selected_ = 0;
  bool ended_ = false;
  std::map<std::size_t, std::set<std::uint64_t>> breaks_;     ///< by sentron: words
  std::vector<std::pair<std::size_t, std::string>> watched_;  ///< sentron and register, or coordinate
  std::map<std::string, std::string> before_;                 ///< registers before the last command that changed some
  std::atomic<bool>& interrupt_;
};

}  // namespace vtpu::asi
