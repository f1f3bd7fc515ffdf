// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/config/flags.h"

#include <cstdio>

#include "mailroom/base/status.h"
#include "mailroom/base/utf8.h"
#include "mailroom/server/config/command_line.h"
#include "mailroom/server/config/config_file.h"
#include "mailroom/server/config/duration.h"
#include "mailroom/server/config/given.h"
#include "mailroom/server/config/server_flags.h"

namespace mailroom {
namespace {

constexpr int kUsage = 2;

// What the parser itself takes.
constexpr std::string_view kReserved[] = {"config", "help", "print-config", "version"};

std::string Listed(const std::string& name) { return "flag --" + name; }

// A program's own mistakes. Empty: there is none.
std::string WrongTable(const Flags& flags) {
  for (const Flag& flag : flags.all()) {
    const bool spelt =
        flag.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos &&
        !flag.name.empty() && flag.name.front() != '-' && flag.name.back() != '-';
    if (!spelt) return Listed(flag.name) + " is to be named in lower case, digits and dashes";
    const bool reserved = std::ranges::find(kReserved, flag.name) != std::end(kReserved);
    if (reserved || flags.Find(flag.name) != &flag) {
      return Listed(flag.name) + " is there already: give the program's own another name";
    }
    if (!IsUtf8(flag.help)) return Listed(flag.name) + ": its help is not UTF-8";
  }
  return "";
}

// A default that its flag refuses. --print-config would print it, and --config refuse the file.
// Empty: there is none.
std::string WrongDefault(const Flags& flags) {
  for (const Flag& flag : flags.all()) {
    const Flag::Texts texts = flag.get();
    const bool count_fits = flag.shape == Flag::Shape::kList || texts.size() == 1;
    const std::string wrong =
        count_fits ? server::Apply({&flag, texts, ""})
                   : "there are " + std::to_string(texts.size()) + " texts, and the flag takes one";
    if (!wrong.empty()) return Listed(flag.name) + ": its default: " + wrong;
  }
  return "";
}

FlagsOutcome Complain(const std::string& text) {
  std::fprintf(stderr, "%s\n", text.c_str());
  return FlagsOutcome{kUsage};
}

// Of what the caller wrote, and not the program.
FlagsOutcome ComplainOfUse(std::string_view text) {
  return Complain(std::string(text) + "\n--help lists all flags");
}

// What was given was checked; what the program set by itself may be wrong, and --config would
// refuse it.
FlagsOutcome Print(const Flags& flags, const ServerOptions& options) {
  if (const Status checked = server::CheckValues(options); !checked.ok()) {
    return Complain("an option of the program's own: " + std::string(checked.message()));
  }
  std::printf("%s", server::PrintConfig(flags).c_str());
  return FlagsOutcome{0};
}

// Lowest first: each layer is read over the ones before it.
Result<std::vector<server::Given>> Layers(const server::CommandLine& line, const Flags& flags) {
  std::vector<server::Given> layers;
  const std::string path = line.config ? *line.config : server::ReadVariable("config").value_or("");
  if (line.config || !path.empty()) {
    const std::string origin = (line.config ? "--config " : "MAILROOM_CONFIG=") + path;
    MAILROOM_ASSIGN_OR_RETURN(layers, server::ReadConfigFile(path, origin, flags));
  }
  for (server::Given& given : server::ReadEnvironment(flags)) layers.push_back(std::move(given));
  layers.insert(layers.end(), line.given.begin(), line.given.end());
  return layers;
}

}  // namespace

const Flag* Flags::Find(std::string_view name) const {
  const auto found = std::ranges::find(all_, name, &Flag::name);
  return found == all_.end() ? nullptr : &*found;
}

void Flags::Add(std::string name, bool* target, std::string help) {
  Add(Flag{std::move(name), "", std::move(help), Flag::Shape::kSwitch,
           [target](const Flag::Texts& texts) -> std::string {
             const std::string& text = texts.front();
             if (text != "true" && text != "false") {
               return "'" + text + "' is neither true nor false";
             }
             *target = text == "true";
             return "";
           },
           [target] { return Flag::Texts{*target ? "true" : "false"}; }});
}

void Flags::Add(std::string name, std::string* target, std::string help) {
  Add(Flag{std::move(name), "TEXT", std::move(help), Flag::Shape::kText,
           [target](const Flag::Texts& texts) {
             *target = texts.front();
             return std::string();
           },
           [target] { return Flag::Texts{*target}; }});
}

void Flags::Add(std::string name, Duration* target, std::string help) {
  Add(Flag{std::move(name), "TIME", std::move(help), Flag::Shape::kText,
           [target](const Flag::Texts& texts) -> std::string {
             const std::optional<Duration> value = server::ParseDuration(texts.front());
             if (!value) {
               return "'" + texts.front() +
                      "' is no duration; write 500ms, 5s, 2m or 1h, at most " +
                      server::FormatDuration(server::kMostDuration);
             }
             *target = *value;
             return "";
           },
           [target] { return Flag::Texts{server::FormatDuration(*target)}; }});
}

void Flags::Add(std::string name, std::vector<std::string>* target, std::string help) {
  Add(Flag{std::move(name), "TEXT", std::move(help), Flag::Shape::kList,
           [target](const Flag::Texts& texts) {
             *target = texts;
             return std::string();
           },
           [target] { return *target; }});
}

void Flags::AddNumber(Flag flag, Range range, std::function<void(int64_t)> set,
                      std::function<std::string()> get) {
  flag.set = [range, set = std::move(set),
              help = flag.help](const Flag::Texts& texts) -> std::string {
    const std::optional<int64_t> value = server::ParseNumber(texts.front());
    if (!value || *value < range.least || *value > range.most) {
      return "'" + texts.front() + "' is no whole number from " + std::to_string(range.least) +
             " to " + std::to_string(range.most) + " (" + help + ")";
    }
    set(*value);
    return "";
  };
  flag.get = [get = std::move(get)] { return Flag::Texts{get()}; };
  Add(std::move(flag));
}

FlagsOutcome ParseFlags(int argc, char** argv, ServerOptions* options, const Flags& own) {
  Flags flags;
  server::AddServerFlags(options, &flags);
  const size_t servers = flags.all().size();
  for (const Flag& flag : own.all()) flags.Add(flag);
  if (const std::string wrong = WrongTable(flags); !wrong.empty()) return Complain(wrong);
  if (const std::string wrong = WrongDefault(own); !wrong.empty()) return Complain(wrong);

  const server::CommandLine line = server::ReadCommandLine(argc, argv, flags, servers);
  if (line.exit_code) return FlagsOutcome{line.exit_code};
  const Result<std::vector<server::Given>> layers = Layers(line, flags);
  if (!layers.ok()) return ComplainOfUse(layers.status().message());
  for (const server::Given& given : *layers) {
    const std::string wrong = server::Apply(given);
    if (!wrong.empty()) return ComplainOfUse(given.origin + ": " + wrong);
  }
  return line.print_config ? Print(flags, *options) : FlagsOutcome{};
}

}  // namespace mailroom
