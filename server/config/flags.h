// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mailroom/base/clock.h"
#include "mailroom/server/config/options.h"

// Flags: what a program can be told, as a table. A row makes the flag `--idle-timeout`,
// the variable MAILROOM_IDLE_TIMEOUT, the key `idle-timeout` of the file that --config
// names, the line of --help and the line of --print-config.
//
//     std::string database = "accounts.db";
//     mailroom::Server server;
//     server.flags().Add("database", &database, "where the accounts are kept");
//     server.Add<Bank>(std::cref(database));  // made after the flags were read
//     return server.Main(argc, argv);
//
// A target holds the default, one that its flag takes, and must outlive the table. One
// thread: main's, before others start.
namespace mailroom {

// One row. Most are made by Flags::Add; a program may fill one by hand for a type of
// its own.
struct Flag {
  // What a file may hold for it: text in quotes, a whole number (or text), true or
  // false, a list of texts.
  enum class Shape : uint8_t { kText, kNumber, kSwitch, kList };
  using Texts = std::vector<std::string>;

  std::string name;     // lower case, digits and dashes: "idle-timeout"
  std::string metavar;  // what --help shows for a value: "TIME"
  std::string help;
  Shape shape = Shape::kText;
  // Takes a value over: one text, any number for a list. Returns why it can't be, or
  // nothing. The texts are UTF-8 without zero bytes. Also called once with the default, before
  // the command line is read, --help and --version included.
  std::function<std::string(const Texts&)> set;
  // The value that it has now, as `set` takes it.
  std::function<Texts()> get;
};

// Excludes characters: std::cmp_less does not compile for them. bool has its own overload.
template <class T>
concept WholeNumber = std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char> &&
                      !std::same_as<T, wchar_t> && !std::same_as<T, char8_t> &&
                      !std::same_as<T, char16_t> && !std::same_as<T, char32_t>;

class Flags final {
 public:
  // The whole numbers that a flag takes, both ends included.
  struct Range {
    int64_t least;
    int64_t most;
  };

  // A switch: `--access-log=false` and `access-log = false` turn it off.
  void Add(std::string name, bool* target, std::string help);
  void Add(std::string name, std::string* target, std::string help);
  // Written `500ms`, `5s`, `2m`, `1h`; from 0s to a hundred years. `help` says what 0s
  // means.
  void Add(std::string name, Duration* target, std::string help);
  // On the command line it may be repeated, or hold several with commas.
  void Add(std::string name, std::vector<std::string>* target, std::string help);
  // A whole number within what T, a file's 64 bits with sign, and `range` hold.
  template <WholeNumber T>
  void Add(std::string name, T* target, std::string help, Range range = kAnyNumber) {
    if (std::cmp_less(range.least, std::numeric_limits<T>::min())) {
      range.least = static_cast<int64_t>(std::numeric_limits<T>::min());
    }
    if (std::cmp_greater(range.most, std::numeric_limits<T>::max())) {
      range.most = static_cast<int64_t>(std::numeric_limits<T>::max());
    }
    AddNumber(
        Flag{std::move(name), "N", std::move(help), Flag::Shape::kNumber, {}, {}}, range,
        [target](int64_t value) { *target = static_cast<T>(value); },
        [target] { return std::to_string(*target); });
  }
  void Add(Flag flag) { all_.push_back(std::move(flag)); }

  const std::vector<Flag>& all() const { return all_; }
  // Null when there is none. Valid until the next Add.
  const Flag* Find(std::string_view name) const;

 private:
  static constexpr Range kAnyNumber{std::numeric_limits<int64_t>::min(),
                                    std::numeric_limits<int64_t>::max()};

  void AddNumber(Flag flag, Range range, std::function<void(int64_t)> set,
                 std::function<std::string()> get);

  std::vector<Flag> all_;
};

struct FlagsOutcome {
  // Set when the program should end with it: 0 after --help, --version or
  // --print-config, 2 after a flag or value that is wrong (the text is on stderr
  // already).
  std::optional<int> exit_code;
};

// Reads GNU style flags into *options and the targets of `own`, which hold the defaults.
// Command line over environment over the file of --config over the defaults. The file is
// TOML. An empty variable counts as unset. A wrong value is told wherever it stands, also
// where another one wins; so is a default that a flag of `own` refuses. An unknown flag
// or key is told with the nearest one there is. --print-config prints what would be used
// as such a file, or tells which of the program's options no file could hold. After an error
// the options may be half read.
// Main thread, before others start: reads the environment.
FlagsOutcome ParseFlags(int argc, char** argv, ServerOptions* options, const Flags& own = Flags());

}  // namespace mailroom
