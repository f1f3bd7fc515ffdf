// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/config/command_line.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>

#include <CLI/CLI.hpp>

#include "mailroom/server/config/nearest.h"

namespace mailroom::server {
namespace {

constexpr int kUsage = 2;
constexpr const char* kVersion = "mailroom 0.1.0";
constexpr const char* kFooter =
    "Each flag is also read from the environment (--idle-timeout: MAILROOM_IDLE_TIMEOUT; empty:\n"
    "not set) and from the TOML file that --config names (idle-timeout = \"60s\"). Flags win over\n"
    "the environment, the environment over the file.";

// In front of each value: CLI11 would read some as its own: `[a,b]` as a list, `{}` and
// an empty one as none.
constexpr char kValue = '=';

std::string Text(const std::string& word) {
  return word.starts_with(kValue) ? word.substr(1) : word;
}

std::string VariableOf(const std::string& name) {
  std::string variable = "MAILROOM_" + name;
  std::ranges::transform(variable, variable.begin(), [](char c) {
    return c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  });
  return variable;
}

bool TakesValue(std::string_view name, const Flags& flags) {
  const Flag* flag = flags.Find(name);
  return name == "config" || (flag != nullptr && flag->shape != Flag::Shape::kSwitch);
}

bool IsSwitch(std::string_view name, const Flags& flags) {
  const Flag* flag = flags.Find(name);
  return flag != nullptr && flag->shape == Flag::Shape::kSwitch;
}

// The command line with its values marked, last word first, as CLI11 wants it.
std::vector<std::string> Words(int argc, char** argv, const Flags& flags) {
  std::vector<std::string> words;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const size_t equals = std::min(word.find('='), word.size());
    const bool has_value = equals < word.size();
    const std::string_view name =
        word.starts_with("--") ? std::string_view(word).substr(2, equals - 2) : "";
    if (IsSwitch(name, flags) && has_value) {
      words.push_back(word.substr(0, equals + 1) + kValue + word.substr(equals + 1));
    } else if (!TakesValue(name, flags)) {
      words.push_back(word);
    } else {
      words.push_back(word.substr(0, equals));
      if (has_value) {
        words.push_back(kValue + word.substr(equals + 1));
      } else if (i + 1 < argc && !std::string_view(argv[i + 1]).starts_with("--")) {
        words.push_back(kValue + std::string(argv[++i]));
      }
    }
  }
  std::ranges::reverse(words);
  return words;
}

std::string Shown(const Flag& flag) {
  std::string shown;
  for (const std::string& text : flag.get()) shown += (shown.empty() ? "" : ",") + text;
  return shown;
}

void Define(CLI::App& app, const Flag& flag, const char* group, std::vector<Given>* given) {
  const std::string name = "--" + flag.name;
  if (flag.shape == Flag::Shape::kSwitch) {
    app.add_flag(name, flag.help)->group(group);  // ReadSwitches reads it
    return;
  }
  if (flag.shape == Flag::Shape::kList) {
    app.add_option_function<std::vector<std::string>>(
           name,
           [&flag, name, given](const std::vector<std::string>& words) {
             Flag::Texts texts;
             for (const std::string& word : words) {
               for (std::string& text : SplitList(Text(word))) texts.push_back(std::move(text));
             }
             given->push_back({&flag, std::move(texts), name});
           },
           flag.help)
        ->type_name(flag.metavar)
        ->default_str(Shown(flag))
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->allow_extra_args(false)
        ->group(group);
    return;
  }
  app.add_option_function<std::string>(
         name,
         [&flag, name, given](const std::string& word) {
           given->push_back({&flag, {Text(word)}, name});
         },
         flag.help)
      ->type_name(flag.metavar)
      ->default_str(Shown(flag))
      ->group(group);
}

// `--access-log` is "true", `--access-log=no` is "no" and refused later.
void ReadSwitches(const CLI::App& app, const Flags& flags, std::vector<Given>* given) {
  for (const Flag& flag : flags.all()) {
    const std::string name = "--" + flag.name;
    if (flag.shape != Flag::Shape::kSwitch || app.count(name) == 0) continue;
    given->push_back({&flag, {Text(app.get_option(name)->results().back())}, name});
  }
}

// The flag, of those there are, that `unknown` was meant to be.
std::string Meant(const CLI::App& app, const std::string& unknown) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  NearestWord nearest(unknown);
  for (const std::string& name : names) nearest.Consider(name);
  return std::string(nearest.word());
}

int Complain(const CLI::App& app, const CLI::ParseError& error) {
  std::string text = error.what();
  const std::vector<std::string> unknown = app.remaining();
  if (!unknown.empty()) {
    const std::string word = unknown.front().substr(0, unknown.front().find('='));
    const std::string meant = Meant(app, word);
    text = word.starts_with('-') ? "unknown flag " + word
                                 : "'" + unknown.front() + "' is no flag: they begin with --";
    if (!meant.empty()) text += "; did you mean " + meant + "?";
  }
  std::fprintf(stderr, "%s\n--help lists all flags\n", text.c_str());
  return kUsage;
}

}  // namespace

CommandLine ReadCommandLine(int argc, char** argv, const Flags& flags, size_t servers) {
  CommandLine line;
  CLI::App app("A Mailroom server: services as actors over HTTP.");
  app.set_version_flag("--version", kVersion);
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  for (size_t i = 0; i < flags.all().size(); ++i) {
    Define(app, flags.all()[i], i < servers ? "Options" : "This program's own", &line.given);
  }
  app.add_option_function<std::string>(
         "--config", [&line](const std::string& word) { line.config = Text(word); },
         "a TOML file with a line `flag = value` for each, read below the rest")
      ->type_name("FILE");
  app.add_flag("--print-config", line.print_config, "print what would be used, as such a file");
  app.footer(kFooter);
  try {
    app.parse(Words(argc, argv, flags));
    ReadSwitches(app, flags, &line.given);
  } catch (const CLI::CallForHelp&) {
    std::printf("%s", app.help().c_str());
    line.exit_code = 0;
  } catch (const CLI::CallForVersion&) {
    std::printf("%s\n", kVersion);
    line.exit_code = 0;
  } catch (const CLI::ParseError& error) {
    // CLI11's own way to say no; nothing of ours throws.
    line.exit_code = Complain(app, error);
  }
  return line;
}

std::optional<std::string> ReadVariable(const std::string& name) {
  const char* const value = std::getenv(VariableOf(name).c_str());
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

std::vector<Given> ReadEnvironment(const Flags& flags) {
  std::vector<Given> given;
  for (const Flag& flag : flags.all()) {
    const std::optional<std::string> value = ReadVariable(flag.name);
    if (!value) continue;
    const bool list = flag.shape == Flag::Shape::kList;
    given.push_back({&flag, list ? SplitList(*value) : Flag::Texts{*value}, VariableOf(flag.name)});
  }
  return given;
}

}  // namespace mailroom::server
