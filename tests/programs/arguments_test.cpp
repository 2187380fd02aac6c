// Does every command refuse what is wrong on its command line by name? The commands and options are those of --help, so
// that a new one is tried too.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "command.h"
#include "vtpu/base/text.h"

namespace vtpu {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;

struct Option {
  std::string command;  ///< program and command
  std::string flag;     ///< the last name that the help gives
  std::string type;     ///< as the help shows it
};

/// What a command needs before it looks at its keys.
std::string needed(const std::string& command) {
  static const std::map<std::string, std::string> kNeeded = {
      {"phextnet sweep", " --over network.sides=4x4 --out swept"},
      {"phextnet reconfigure", " empty.toml empty.toml"},
  };
  const auto found = kNeeded.find(command);
  return found == kNeeded.end() ? "" : found->second;
}

class Arguments : public CommandTest {
 protected:
  void SetUp() override {
    CommandTest::SetUp();
    put("empty.toml", "");
  }

  /// Programs, and each with each of its commands.
  std::vector<std::string> commands() {
    std::vector<std::string> all = {"phextcc", "render_figures", "render_figures --network x",
                                    VTPU_BUILD "/bin/experiments/core_ports"};
    for (const std::string program : {"artifact", "phext", "phextnet", "vtpu"}) {
      all.push_back(program);
      const std::string help = shell(program + " --help").out;
      const std::size_t list = help.find("Subcommands:");
      EXPECT_NE(list, std::string::npos) << program;
      static const std::regex name(R"(\n  ([a-z]+) )");
      for (std::sregex_iterator at(help.begin() + static_cast<std::ptrdiff_t>(list), help.end(), name), end; at != end;
           ++at)
        all.push_back(program + " " + (*at)[1].str());
    }
    if (!std::filesystem::exists(VTPU_BUILD "/bin/render_figures"))
      std::erase_if(all, [](const std::string& command) { return command.starts_with("render_figures"); });
    EXPECT_GT(all.size(), 30u);
    return all;
  }

  std::vector<Option> options() {
    std::vector<Option> all;
    static const std::regex line(R"(\n  (-[^ ]*) ([A-Z][^ \n]*))");
    for (const std::string& command : commands()) {
      const Outcome help = shell(command + " --help");
      EXPECT_EQ(help.status, 0) << command << help.err;
      for (std::sregex_iterator at(help.out.begin(), help.out.end(), line), end; at != end; ++at) {
        const std::string names = (*at)[1];
        all.push_back({command, names.substr(names.rfind(',') + 1), (*at)[2]});
      }
    }
    EXPECT_GT(all.size(), 100u);
    return all;
  }

  std::string error(const std::string& line) {
    const Outcome outcome = shell(line);
    EXPECT_TRUE(outcome.status == 1 || outcome.status == 2) << line << ": " << outcome.status << outcome.err;
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << line << ": " << outcome.err;
    return outcome.err;
  }
};

TEST_F(Arguments, ThatAreNoNumberOfTheRangeAreRefusedWithTheRange) {
  int numbers = 0;
  for (const Option& option : options()) {
    for (const char* type : {"INT", "UINT", "FLOAT"})
      EXPECT_FALSE(option.type.starts_with(type))
          << option.command << " " << option.flag << " is not added as a number";
    if (!option.type.starts_with("NUMBER")) continue;
    ++numbers;
    // One of the less likely slips for each option: a test of all would take long.
    const std::vector<std::string> slips = {"1.5", "0x10", "''", "7x", "1e999", "nan"};
    const std::string slip = slips[static_cast<std::size_t>(numbers) % slips.size()];
    for (const std::string& value : {std::string("-1"), std::string("99999999999999999999999"), slip}) {
      const std::string line = option.command + needed(option.command) + " " + option.flag + " " + value;
      EXPECT_THAT(error(line), ContainsRegex("(whole number|number) (from|of) [0-9.e+]+( to |\\.\\.)[0-9.e+]+"))
          << line;
    }
  }
  EXPECT_GT(numbers, 25);
}

TEST_F(Arguments, ThatAreNoneOfTheNamesOfAnOptionAreRefusedWithTheNearest) {
  int choices = 0;
  static const std::regex first(R"(TEXT:\{([^,}]+)[,}])");
  for (const Option& option : options()) {
    std::smatch name;
    if (!std::regex_search(option.type, name, first)) continue;
    ++choices;
    const std::string wrong = error(option.command + " " + option.flag + " " + name[1].str() + "x");
    EXPECT_THAT(wrong, HasSubstr("did you mean '" + name[1].str() + "'?; expected one of ")) << option.command;
  }
  EXPECT_GT(choices, 8);
}

TEST_F(Arguments, ThatAreNoOptionAreNamedWhateverElseIsMissing) {
  for (const std::string& command : commands())
    EXPECT_THAT(error(command + " --nonesuch"), HasSubstr("found unknown option '--nonesuch'")) << command;
  std::set<std::string> seen;
  for (const Option& option : options())
    if (option.flag.size() > 6 && seen.insert(option.command).second) {
      EXPECT_THAT(error(option.command + " " + option.flag + "x=1"), HasSubstr("'; did you mean '--"))
          << option.command;
    }
}

TEST_F(Arguments, ThatAreNoCommandAreRefusedWithTheNearest) {
  for (const std::string& command : commands()) {
    const std::size_t blank = command.find(' ');
    if (blank == std::string::npos || command.starts_with("render_figures")) continue;
    EXPECT_THAT(error(command + "x"), ContainsRegex("found command '[a-z]+x'; did you mean '[a-z]+'\\?; expected "));
    EXPECT_THAT(error(command.substr(0, blank)), HasSubstr(command.substr(0, blank) + ": ")) << "no command is given";
  }
  EXPECT_THAT(error("artifact --root . nope"), HasSubstr("found command 'nope'"));
  EXPECT_THAT(error("artifact list --seed -1"), HasSubstr("--seed: found '-1'"));
}

TEST_F(Arguments, OfTooManyAreNamed) {
  EXPECT_THAT(error("vtpu run a.sasm b.sasm"), HasSubstr("found 'b.sasm', which is one argument too many"));
}

TEST_F(Arguments, InBytesHaveUnitsThatAreListed) {
  for (const std::string line : {"phextnet run -s 4x4 -w all-to-all --set 'workload.bytes_per_pair=64 KB'",
                                 "phextnet info bytes.toml", "vtpu report x.sasm --cache L1:32KB:8"}) {
    put("bytes.toml", "[workload]\nkind = \"all-to-all\"\nbytes_per_pair = \"64 KB\"\n");
    put("x.sasm", "  dhalt\n");
    EXPECT_THAT(error(line), ContainsRegex("found unit 'KB' in .*kB, MB, GB, TB .*KiB, MiB, GiB, TiB")) << line;
  }
}

// ---- names that no text file could hold

class AnyName : public CommandTest {
 protected:
  /// Names up to the longest that a file may have.
  static std::vector<std::string> names() {
    return {"a\xFF\x80z",
            "a,b",
            "a\"b\"",
            "a\nb",
            "a\tb",
            "a\x01"
            "b",
            "<a&b>",
            "$a$ $\\x$",
            "a'b'",
            "-->",
            "ä→b",
            "\xC3\x28",
            std::string(253, 'n'),
            "a\\b",
            "{a}",
            "a;b|c?",
            " a "};
  }
  void write(const std::string& name, const std::string& content) {
    std::ofstream(folder_ / name) << content;
    ASSERT_TRUE(std::filesystem::exists(folder_ / name)) << name;
  }
  /// A word of the shell.
  static std::string quoted(const std::string& name) {
    std::string word = "'";
    for (const char c : name) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return word + "'";
  }
};

TEST_F(AnyName, OfANetworkIsCarriedByEveryOutput) {
  for (const std::string& name : names()) {
    write(name, "x y\ny z\n");
    const std::string settings = " -t graph -f " + quoted("./" + name) + " -w all-to-all --level flow ";
    const Outcome run = shell("phextnet run" + settings + "--json r.json --csv r.csv");
    ASSERT_EQ(run.status, 0) << name << run.err;
    EXPECT_TRUE(nlohmann::json::accept(content("r.json"))) << name;
    EXPECT_EQ(shell("phextnet info -t graph -f " + quoted("./" + name) + " --json i.json").status, 0) << name;
    EXPECT_TRUE(nlohmann::json::accept(content("i.json"))) << name;
    const Outcome missing = shell("phextnet info -t graph -f " + quoted("./no" + name));
    EXPECT_EQ(missing.status, 1) << name;
    EXPECT_EQ(std::count(missing.err.begin(), missing.err.end(), '\n'), 1) << name;
  }
}

TEST_F(AnyName, OfAProgramIsCarriedByEveryOutput) {
  for (const std::string& name : names()) {
    write(name, "  dmov.i64 r1, #7\n  dhalt\n");
    for (const std::string command : {"run", "validate", "report", "ppt"}) {
      if (command != "run" && name != names().front()) continue;
      const Outcome run = shell("vtpu " + command + " " + quoted("./" + name) + " --json");
      EXPECT_EQ(run.status, 0) << name << run.err;
      EXPECT_TRUE(nlohmann::json::accept(run.out)) << command << name;
    }
    write(name, "tensor x: f32[16];\nkernel main() {\n  for i in 0..16 { x[i] = 1.0; }\n}\n");
    const Outcome compiled = shell("phextcc " + quoted("./" + name) + " --run --report --json");
    EXPECT_EQ(compiled.status, 0) << name << compiled.err;
    EXPECT_TRUE(nlohmann::json::accept(compiled.out)) << name;
  }
}

TEST_F(AnyName, OfANetworkIsDrawn) {
  if (!std::filesystem::exists(VTPU_BUILD "/bin/render_figures")) GTEST_SKIP() << "there is no render_figures";
  // All that is special at once: a drawing takes a second.
  const std::string name = "$a$ \xFF <&> --> \x01\n\"'";
  put(name, "x y\ny z\n");
  const Outcome drawn = shell("phextnet info -t graph -f " + quoted("./" + name) + " --plot " + quoted(name + ".svg"));
  ASSERT_EQ(drawn.status, 0) << drawn.err;
  const std::string svg = content(name + ".svg");
  EXPECT_THAT(svg, HasSubstr("&lt;&amp;&gt;"));
  EXPECT_EQ(std::count_if(svg.begin(), svg.end(), [](char c) { return c > 0 && c < 0x20 && c != '\n' && c != '\t'; }),
            0);
}

}  // namespace
}  // namespace vtpu
