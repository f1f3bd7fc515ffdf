// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/flags.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <istream>
#include <iterator>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "mailroom/base/log.h"
#include "mailroom/server/duration.h"
#include "mailroom/server/nearest.h"

namespace mailroom {
namespace {

constexpr int kUsage = 2;
constexpr const char* kVersion = "mailroom 0.1.0";
constexpr const char* kFooter =
    "Each flag is also read from the environment (--idle-timeout: MAILROOM_IDLE_TIMEOUT) and\n"
    "from the file that --config names (idle-timeout = 60s). Flags win over the environment,\n"
    "the environment over the file.";

struct TextFlag {
  std::string name;
  std::string metavar;
  std::string help;
  std::string fallback;
};

// A flag whose text is turned into a value by `parse`, which returns the reason
// why it can't be, or nothing.
void AddText(CLI::App& app, const TextFlag& flag,
             std::function<std::string(const std::string&)> parse) {
  app.add_option_function<std::string>(
         flag.name,
         [name = flag.name, parse](const std::string& text) {
           const std::string wrong = parse(text);
           if (!wrong.empty()) throw CLI::ValidationError(name, wrong);
         },
         flag.help)
      ->type_name(flag.metavar)
      ->default_str(flag.fallback);
}

void AddDuration(CLI::App& app, const std::string& name, const std::string& help,
                 Duration* target) {
  AddText(app, {name, "TIME", help, server::FormatDuration(*target)},
          [target](const std::string& text) -> std::string {
            const std::optional<Duration> value = server::ParseDuration(text);
            if (!value) return "'" + text + "' is no duration; write 500ms, 5s, 2m or 1h";
            *target = *value;
            return "";
          });
}

void AddSize(CLI::App& app, const std::string& name, const std::string& help, size_t* target) {
  AddText(app, {name, "N", help, std::to_string(*target)},
          [target](const std::string& text) -> std::string {
            const std::optional<uint64_t> value = server::ParseCount(text);
            if (!value || *value == 0) return "'" + text + "' is no positive whole number";
            *target = *value;
            return "";
          });
}

void AddLimit(CLI::App& app, const std::string& name, const std::string& help, size_t* target) {
  AddText(app, {name, "N", help, std::to_string(*target)},
          [target](const std::string& text) -> std::string {
            const std::optional<uint64_t> value = server::ParseCount(text);
            if (!value) return "'" + text + "' is no whole number; 0 means no limit";
            *target = *value;
            return "";
          });
}

// More threads than that are a slip.
constexpr uint64_t kMostWorkers = 1024;
constexpr uint64_t kMostLoops = ServerOptions::kMostIoThreads;

void AddThreads(CLI::App& app, ServerOptions* options) {
  AddText(app, {"--io-threads", "N", "loops, each with its own share of the connections", "1"},
          [options](const std::string& text) -> std::string {
            const std::optional<uint64_t> value = server::ParseCount(text);
            if (!value || *value == 0 || *value > kMostLoops) {
              return "'" + text + "' is no number from 1 to 64";
            }
            options->io_threads = static_cast<int>(*value);
            return "";
          });
  AddText(app,
          {"--workers", "N", "threads that run actors; auto: one per CPU; 0: on the loop", "auto"},
          [options](const std::string& text) -> std::string {
            if (text == "auto") {
              options->workers = -1;
              return "";
            }
            const std::optional<uint64_t> value = server::ParseCount(text);
            if (!value || *value > kMostWorkers) {
              return "'" + text + "' is no number from 0 to 1024, nor auto";
            }
            options->workers = static_cast<int>(*value);
            return "";
          });
}

void AddSendBuffer(CLI::App& app, ServerOptions* options) {
  AddText(app,
          {"--send-buffer-bytes", "N", "kernel's send buffer a connection; 0: its choice", "0"},
          [options](const std::string& text) -> std::string {
            const std::optional<uint64_t> value = server::ParseCount(text);
            if (!value) return "'" + text + "' is no whole number";
            options->send_buffer_bytes = *value;
            return "";
          });
}

void AddLogging(CLI::App& app, ServerOptions* options) {
  AddText(app, {"--log-level", "LEVEL", "debug, info, warning, error or off", "info"},
          [options](const std::string& text) -> std::string {
            const std::optional<LogLevel> level = ParseLogLevel(text);
            if (level) {
              options->log_level = *level;
              return "";
            }
            server::NearestWord nearest(text);
            for (const char* name : {"debug", "info", "warning", "error", "off"}) {
              nearest.Consider(name);
            }
            std::string wrong = "'" + text + "' is none of debug, info, warning, error, off";
            if (!nearest.word().empty()) {
              wrong += "; did you mean " + std::string(nearest.word()) + "?";
            }
            return wrong;
          });
  AddText(app, {"--log-format", "FORMAT", "text or json", "text"},
          [options](const std::string& text) -> std::string {
            if (text != "text" && text != "json") return "'" + text + "' is neither text nor json";
            options->log_format = text == "json" ? LogFormat::kJson : LogFormat::kText;
            return "";
          });
  app.add_option("--log-file", options->log_file,
                 "the log's file, opened anew by SIGHUP; empty: stderr")
      ->type_name("PATH")
      ->capture_default_str();
  app.add_flag("--access-log", options->access_log, "log one line for each call");
  AddSize(app, "--access-log-sample", "of calls that went well only every Nth is logged",
          &options->access_log_sample);
}

void AddCompression(CLI::App& app, ServerOptions* options) {
  AddText(app,
          {"--compress-min-bytes", "N", "the smallest reply that is compressed; 0: none is",
           std::to_string(options->compress_min_bytes)},
          [options](const std::string& text) -> std::string {
            const std::optional<uint64_t> value = server::ParseCount(text);
            if (!value) return "'" + text + "' is no whole number; 0 compresses nothing";
            options->compress_min_bytes = *value;
            return "";
          });
}

void AddTimeouts(CLI::App& app, ServerOptions* options) {
  AddDuration(app, "--header-timeout", "for a request's head to arrive", &options->header_timeout);
  AddDuration(app, "--body-timeout", "for a request's body to arrive", &options->body_timeout);
  AddDuration(app, "--idle-timeout", "between two requests of a connection",
              &options->idle_timeout);
  AddDuration(app, "--write-timeout", "for a client to take its answer", &options->write_timeout);
  AddDuration(app, "--max-call-timeout",
              "the longest deadline of a call, also where its caller asks for none; 0s: no limit",
              &options->max_call_timeout);
  AddDuration(app, "--half-close-timeout",
              "for the answer to a caller who has ended its side; 0s: no limit",
              &options->half_close_timeout);
  AddDuration(app, "--peer-timeout", "for a sign of life of a peer's machine; 0s: the kernel's own",
              &options->peer_timeout);
  AddDuration(app, "--linger-timeout", "for a client's end after an answer that closes",
              &options->linger_timeout);
  AddLimit(app, "--max-requests-per-connection", "then it closes; 0: no limit",
           &options->max_requests_per_connection);
  AddDuration(app, "--max-connection-age", "then it closes, give or take 10%; 0s: no limit",
              &options->max_connection_age);
  AddDuration(app, "--max-connection-age-grace", "for what runs then; 0s: no limit",
              &options->max_connection_age_grace);
  AddDuration(app, "--drain-delay", "between the signal and the end of accepting",
              &options->drain_delay);
  AddDuration(app, "--drain-timeout", "for what still runs when draining", &options->drain_timeout);
  AddDuration(app, "--loop-stall", "a loop held so long is told, with the handler's name; 0s: not",
              &options->loop_stall);
  AddDuration(app, "--worker-stall", "likewise of a worker", &options->worker_stall);
}

void AddAddresses(CLI::App& app, ServerOptions* options) {
  app.add_option("--listen", options->listen,
                 "addresses for callers: HOST:PORT (port 0 takes a free one), unix:/path, fd:N; "
                 "may be repeated, or hold several with commas")
      ->type_name("ADDRESS")
      ->delimiter(',')
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false)
      ->capture_default_str();
  app.add_option("--admin-listen", options->admin_listen,
                 "address for operators (/livez /readyz /metrics); empty: none")
      ->type_name("ADDRESS")
      ->capture_default_str();
  AddText(app, {"--unix-mode", "MODE", "permissions of unix:/path sockets, octal", "0660"},
          [options](const std::string& text) -> std::string {
            const std::optional<unsigned> mode = server::ParseFileMode(text);
            if (!mode) return "'" + text + "' is no file mode; write 0660 or 0600";
            options->unix_mode = *mode;
            return "";
          });
}

void AddAll(CLI::App& app, ServerOptions* options) {
  AddAddresses(app, options);
  AddThreads(app, options);
  AddSize(app, "--mailbox-capacity", "calls that may wait for one actor",
          &options->mailbox_capacity);
  AddSize(app, "--max-connections", "connections that are served at once",
          &options->max_connections);
  AddSendBuffer(app, options);
  AddSize(app, "--max-message-bytes", "the largest request message", &options->max_message_bytes);
  AddSize(app, "--max-body-memory-bytes", "all request bodies that are under way",
          &options->max_body_memory_bytes);
  AddSize(app, "--max-reply-bytes", "the largest answer, as it goes out",
          &options->max_reply_bytes);
  AddCompression(app, options);
  AddTimeouts(app, options);
  AddLogging(app, options);
}

// The flag, of those there are, that `unknown` was meant to be.
std::string Meant(const CLI::App& app, const std::string& unknown) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  server::NearestWord nearest(unknown);
  for (const std::string& name : names) nearest.Consider(name);
  return std::string(nearest.word());
}

int Complain(const CLI::App& app, const CLI::ParseError& error,
             const std::vector<std::string>& unknown) {
  std::string text = error.what();
  if (!unknown.empty()) {
    const std::string flag = unknown.front().substr(0, unknown.front().find('='));
    const std::string meant = Meant(app, flag);
    text = "unknown flag " + flag + (meant.empty() ? "" : "; did you mean " + meant + "?");
  }
  std::fprintf(stderr, "%s\n--help lists all flags\n", text.c_str());
  return kUsage;
}

// A key of the file that is no flag; CLI11's text ends with it.
int ComplainOfFile(const CLI::App& app, const CLI::ConfigError& error) {
  const std::string text = error.what();
  const std::string key = text.substr(text.rfind(' ') + 1);
  const std::string meant = Meant(app, "--" + key);
  std::fprintf(stderr, "unknown key %s in the file of --config%s\n--help lists all flags\n",
               key.c_str(),
               meant.empty() ? "" : ("; did you mean " + meant.substr(2) + "?").c_str());
  return kUsage;
}

// "--idle-timeout" is MAILROOM_IDLE_TIMEOUT.
std::string VariableOf(const std::string& long_name) {
  std::string name = "MAILROOM_" + long_name;
  std::transform(name.begin(), name.end(), name.begin(), [](char c) {
    return c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  });
  return name;
}

// Flags that may be repeated add up; then what stands before a flag's own words (the
// environment) must go.
bool IsOnCommandLine(const std::string& name, int argc, char** argv) {
  return std::any_of(argv + 1, argv + argc, [&name](std::string_view word) {
    return word == name || (word.starts_with(name) && word[name.size()] == '=');
  });
}

// What CLI11 itself gets wrong in a file. 2.1 reads the first of a key's values without
// asking whether there is one: `workers = []` would end the program; it stands for an
// empty value. A list that the file's end cuts off loses a character in 2.1 and is taken
// as it is in 2.4: a last key of ours, which such a list swallows, tells.
class ConfigFile final : public CLI::ConfigTOML {
 public:
  std::vector<CLI::ConfigItem> from_config(std::istream& input) const override {
    const std::string text(std::istreambuf_iterator<char>(input), {});
    std::istringstream with_end(text + "\n" + kEnd + " = 1\n");
    std::vector<CLI::ConfigItem> read = CLI::ConfigTOML::from_config(with_end);
    const auto is_end = [](const CLI::ConfigItem& item) { return item.name == kEnd; };
    if (std::erase_if(read, is_end) == 0) {
      throw CLI::ValidationError("--config", "the file ends within a list; close it with ]");
    }
    for (CLI::ConfigItem& item : read) {
      const bool is_section = item.name == "++" || item.name == "--";
      if (item.inputs.empty() && !is_section) item.inputs.emplace_back();
    }
    return read;
  }

 private:
  static constexpr const char* kEnd = "end-of-the-file";
};

// What the environment says, as words in front of those of the command line. Other
// variables that begin like ours are not looked at: orchestrators set
// MAILROOM_PORT and the like for a service of that name.
std::vector<std::string> EnvironmentWords(const CLI::App& app, int argc, char** argv) {
  std::vector<std::string> words;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      const char* const value = std::getenv(VariableOf(name).c_str());
      const bool counts = option->get_configurable() || option == app.get_config_ptr();
      if (value == nullptr || !counts || IsOnCommandLine("--" + name, argc, argv)) continue;
      words.push_back("--" + name + "=" + value);
    }
  }
  return words;
}

// `--flag=` means an empty value; CLI11 would take the next word for it.
void AddWord(std::string word, std::vector<std::string>* words) {
  const bool empty = word.starts_with("--") && word.ends_with('=');
  if (empty) word.pop_back();
  words->push_back(std::move(word));
  if (empty) words->emplace_back();
}

// CLI11 wants the words last first.
std::vector<std::string> Words(const CLI::App& app, int argc, char** argv) {
  std::vector<std::string> words;
  for (std::string& word : EnvironmentWords(app, argc, argv)) AddWord(std::move(word), &words);
  for (int i = 1; i < argc; ++i) AddWord(argv[i], &words);
  std::reverse(words.begin(), words.end());
  return words;
}

}  // namespace

FlagsOutcome ParseFlags(int argc, char** argv, ServerOptions* options) {
  CLI::App app("A Mailroom server: services as actors over HTTP.");
  app.set_version_flag("--version", kVersion);
  // Of a flag that is given twice the last one counts: the command line's comes
  // behind the environment's. Both win over the file, which fills what is not given.
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  AddAll(app, options);
  app.set_config("--config", "", "a file of `flag = value` lines, read below the rest")
      ->type_name("FILE")
      ->configurable(false);
  app.config_formatter(std::make_shared<ConfigFile>());
  app.allow_config_extras(CLI::config_extras_mode::error);
  bool print_config = false;
  app.add_flag("--print-config", print_config, "print what would be used, as such a file")
      ->configurable(false);
  app.footer(kFooter);
  try {
    app.parse(Words(app, argc, argv));
  } catch (const CLI::CallForHelp&) {
    std::printf("%s", app.help().c_str());
    return FlagsOutcome{0};
  } catch (const CLI::CallForVersion&) {
    std::printf("%s\n", kVersion);
    return FlagsOutcome{0};
  } catch (const CLI::ConfigError& error) {
    return FlagsOutcome{ComplainOfFile(app, error)};
  } catch (const CLI::ParseError& error) {
    // CLI11's own way to say no; nothing of ours throws.
    return FlagsOutcome{Complain(app, error, app.remaining())};
  }
  if (print_config) {
    std::printf("%s", app.config_to_str(/*default_also=*/true).c_str());
    return FlagsOutcome{0};
  }
  return FlagsOutcome{};
}

}  // namespace mailroom
