// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/config/server_flags.h"

#include <chrono>
#include <climits>
#include <cstdio>
#include <utility>

#include "mailroom/base/log.h"
#include "mailroom/io/listen_address.h"
#include "mailroom/server/config/duration.h"
#include "mailroom/server/config/given.h"
#include "mailroom/server/config/nearest.h"

namespace mailroom::server {
namespace {

// Larger values are taken for typing errors.
constexpr int64_t kMostWorkers = 1024;
constexpr int64_t kMostCalls = int64_t{1} << 30;
constexpr int64_t kMostBytes = int64_t{1} << 40;
// What the loops' tables hold (base/slot_id.h).
constexpr int64_t kMostConnections = int64_t{ServerOptions::kMostIoThreads} << 20;
// Protocol Buffers' own bound.
constexpr int64_t kMostMessageBytes = INT_MAX;
// A lost packet alone takes a few hundred milliseconds to be sent again.
constexpr Duration kLeastPeerTimeout = std::chrono::seconds(1);

constexpr const char* kNoAddress = "none";

// A text of one kind: `set` returns why it can't be, or nothing.
Flag Word(std::string name, std::string metavar, std::string help,
          std::function<std::string(const std::string&)> set, std::function<std::string()> get) {
  return Flag{std::move(name),
              std::move(metavar),
              std::move(help),
              Flag::Shape::kText,
              [set = std::move(set)](const Flag::Texts& texts) { return set(texts.front()); },
              [get = std::move(get)] { return Flag::Texts{get()}; }};
}

std::string WrongAddress(const std::string& text) {
  const Result<io::ListenAddress> address = io::ListenAddress::Parse(text);
  return address.ok() ? "" : std::string(address.status().message());
}

Flag Listen(ServerOptions* o) {
  return Flag{"listen",
              "ADDRESS",
              "addresses for callers: HOST:PORT (port 0 takes a free one), unix:/path, fd:N; may "
              "be repeated, or hold several with commas",
              Flag::Shape::kList,
              [o](const Flag::Texts& texts) -> std::string {
                if (texts.empty()) return "an address must be there, as in 127.0.0.1:8080";
                for (const std::string& text : texts) {
                  if (std::string wrong = WrongAddress(text); !wrong.empty()) return wrong;
                }
                o->listen = texts;
                return "";
              },
              [o] { return o->listen; }};
}

Flag AdminListen(ServerOptions* o) {
  return Word(
      "admin-listen", "ADDRESS", "address for operators (/livez /readyz /metrics), or none",
      [o](const std::string& text) -> std::string {
        const bool none = text.empty() || text == kNoAddress;
        if (std::string wrong = none ? "" : WrongAddress(text); !wrong.empty()) return wrong;
        o->admin_listen = none ? "" : text;
        return "";
      },
      [o] { return o->admin_listen.empty() ? kNoAddress : o->admin_listen; });
}

Flag UnixMode(ServerOptions* o) {
  return Word(
      "unix-mode", "MODE", "permissions of unix:/path sockets, octal",
      [o](const std::string& text) -> std::string {
        const std::optional<unsigned> mode = ParseFileMode(text);
        if (!mode) return "'" + text + "' is no file mode; write 0660 or 0600";
        o->unix_mode = *mode;
        return "";
      },
      [o] {
        char digits[16];
        std::snprintf(digits, sizeof(digits), "%04o", o->unix_mode);
        return std::string(digits);
      });
}

Flag Workers(ServerOptions* o) {
  Flag flag = Word(
      "workers", "N", "threads that run actors; auto: one per CPU; 0: on the loop",
      [o](const std::string& text) -> std::string {
        const std::optional<int64_t> value = text == "auto" ? -1 : ParseNumber(text);
        if (!value || *value > kMostWorkers || (*value < 0 && text != "auto")) {
          return "'" + text + "' is no number from 0 to 1024, nor auto";
        }
        o->workers = static_cast<int>(*value);
        return "";
      },
      [o] { return o->workers < 0 ? "auto" : std::to_string(o->workers); });
  flag.shape = Flag::Shape::kNumber;
  return flag;
}

Flag LogLevelFlag(ServerOptions* o) {
  return Word(
      "log-level", "LEVEL", "debug, info, warning, error or off",
      [o](const std::string& text) -> std::string {
        if (const std::optional<LogLevel> level = ParseLogLevel(text)) {
          o->log_level = *level;
          return "";
        }
        NearestWord nearest(text);
        for (const char* name : {"debug", "info", "warning", "error", "off"}) {
          nearest.Consider(name);
        }
        std::string wrong = "'" + text + "' is none of debug, info, warning, error, off";
        if (!nearest.word().empty()) {
          wrong += "; did you mean " + std::string(nearest.word()) + "?";
        }
        return wrong;
      },
      [o] { return std::string(LogLevelName(o->log_level)); });
}

Flag LogFormatFlag(ServerOptions* o) {
  return Word(
      "log-format", "FORMAT", "text or json",
      [o](const std::string& text) -> std::string {
        if (text != "text" && text != "json") return "'" + text + "' is neither text nor json";
        o->log_format = text == "json" ? LogFormat::kJson : LogFormat::kText;
        return "";
      },
      [o] { return o->log_format == LogFormat::kJson ? "json" : "text"; });
}

void AddBounds(ServerOptions* o, Flags* f) {
  f->Add("io-threads", &o->io_threads, "loops, each with its own share of the connections",
         {1, ServerOptions::kMostIoThreads});
  f->Add(Workers(o));
  f->Add("mailbox-capacity", &o->mailbox_capacity, "calls that may wait for one actor",
         {1, kMostCalls});
  f->Add("max-connections", &o->max_connections, "connections that are served at once",
         {1, kMostConnections});
  f->Add("send-buffer-bytes", &o->send_buffer_bytes,
         "kernel's send buffer a connection; 0: its choice", {0, INT_MAX});
  f->Add("max-message-bytes", &o->max_message_bytes, "the largest request message",
         {1, kMostMessageBytes});
  f->Add("max-body-memory-bytes", &o->max_body_memory_bytes,
         "all request bodies that are under way", {1, kMostBytes});
  f->Add("max-reply-bytes", &o->max_reply_bytes, "the largest answer, as it goes out",
         {1, kMostBytes});
  f->Add("compress-min-bytes", &o->compress_min_bytes,
         "the smallest reply that is compressed; 0: none is", {0, kMostBytes});
  f->Add("max-requests-per-connection", &o->max_requests_per_connection,
         "then it closes; 0: no limit", {0, kMostBytes});
}

Flag PeerTimeout(ServerOptions* o) {
  return Word(
      "peer-timeout", "TIME",
      "longest silence, or closed receive window, of a peer; at least 1s; 0s: the kernel's own",
      [o](const std::string& text) -> std::string {
        const std::optional<Duration> value = ParseDuration(text);
        if (!value) {
          return "'" + text + "' is no duration; write 5s, 2m or 1h, at most " +
                 FormatDuration(kMostDuration) + ", or 0s to leave it to the kernel";
        }
        if (*value > Duration::zero() && *value < kLeastPeerTimeout) {
          return "'" + text +
                 "' is shorter than a network may be out; write 1s or more, or 0s to leave it to "
                 "the kernel";
        }
        o->peer_timeout = *value;
        return "";
      },
      [o] { return FormatDuration(o->peer_timeout); });
}

void AddTimeouts(ServerOptions* o, Flags* f) {
  f->Add("header-timeout", &o->header_timeout, "for a request's head to arrive; 0s: no limit");
  f->Add("body-timeout", &o->body_timeout, "for a request's body to arrive; 0s: no limit");
  f->Add("idle-timeout", &o->idle_timeout, "between two requests of a connection; 0s: no limit");
  f->Add("write-timeout", &o->write_timeout, "for a client to take its answer; 0s: no limit");
  f->Add("max-call-timeout", &o->max_call_timeout,
         "the longest deadline of a call, also where its caller asks for none; 0s: no limit");
  f->Add("half-close-timeout", &o->half_close_timeout,
         "for the answer to a caller who has ended its side; 0s: no limit");
  f->Add(PeerTimeout(o));
  f->Add("linger-timeout", &o->linger_timeout,
         "for a client's end after an answer that closes; 0s: it is not awaited");
  f->Add("max-connection-age", &o->max_connection_age,
         "then it closes, give or take 10%; 0s: no limit");
  f->Add("max-connection-age-grace", &o->max_connection_age_grace,
         "for what runs then; 0s: no limit");
  f->Add("drain-delay", &o->drain_delay, "between the signal and the end of accepting; 0s: none");
  f->Add("drain-timeout", &o->drain_timeout, "for what still runs when draining; 0s: no limit");
  f->Add("loop-stall", &o->loop_stall,
         "a loop held so long is told, with the handler's name; 0s: none is");
  f->Add("worker-stall", &o->worker_stall, "likewise of a worker; 0s: none is");
}

void AddLogging(ServerOptions* o, Flags* f) {
  f->Add(LogLevelFlag(o));
  f->Add(LogFormatFlag(o));
  f->Add("log-file", &o->log_file, "the log's file, opened anew by SIGHUP; empty: stderr");
  f->Add("access-log", &o->access_log, "log one line for each call");
  f->Add("access-log-sample", &o->access_log_sample,
         "of calls that went well only every Nth is logged", {1, kMostCalls});
}

}  // namespace

void AddServerFlags(ServerOptions* options, Flags* flags) {
  flags->Add(Listen(options));
  flags->Add(AdminListen(options));
  flags->Add(UnixMode(options));
  AddBounds(options, flags);
  AddTimeouts(options, flags);
  AddLogging(options, flags);
}

Status CheckValues(ServerOptions options) {
  Flags flags;
  AddServerFlags(&options, &flags);
  for (const Flag& flag : flags.all()) {
    const std::string wrong = Apply({&flag, flag.get(), ""});
    if (!wrong.empty()) return InvalidArgument("--" + flag.name + ": " + wrong);
  }
  return Status();
}

}  // namespace mailroom::server
