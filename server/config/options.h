// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "mailroom/base/clock.h"
#include "mailroom/base/log.h"

// ServerOptions: everything a Mailroom server can be told, as one plain struct.
// server/config/flags.h fills it from a command line; the library itself owns no flags. A field
// takes what its flag takes (server/config/server_flags.cc); Server::Start() refuses the rest.
// The comment behind each bound names its flag and where its default comes from.
namespace mailroom {

struct ServerOptions {
  // --listen: one address or several, each HOST:PORT (port 0 takes a free one),
  // unix:/path, unix:@name or fd:N, a socket that listens already (io/listen_address.h).
  std::vector<std::string> listen = {"127.0.0.1:8080"};
  std::string admin_listen = "127.0.0.1:9090";  // --admin-listen: one such; empty: none
  unsigned unix_mode = 0660;                    // --unix-mode: who may connect to unix:/path
  static constexpr int kMostIoThreads = 64;
  // --io-threads: loops, each with a listener of its own on the same address (the
  // kernel spreads the connections), its own connections and calls.
  int io_threads = 1;
  // --workers: threads that run actors. Negative: one per CPU; 0: actors run on
  // the loop itself. S8: with workers, whatever handlers share outside of their
  // actor must be safe to use from several threads, allocators included.
  int workers = -1;
  size_t mailbox_capacity = 1024;  // --mailbox-capacity: calls waiting for one actor
  // --max-connections: of all loops together. Then accepting pauses: who comes waits in
  // the backlog until somebody leaves. The process's soft limit of descriptors is raised
  // as far as they ask for and the hard one allows.
  size_t max_connections = 10000;
  // --send-buffer-bytes: the kernel's send buffer of each connection (SO_SNDBUF); 0 leaves
  // it to the kernel. A small one lets a slow reader be felt early, and holds less of
  // what nobody may ever take.
  size_t send_buffer_bytes = 0;
  // --max-message-bytes: one request message. 4 MiB is what gRPC servers allow.
  // A compressed one counts twice: as it comes, and decompressed.
  size_t max_message_bytes = 4 * 1024 * 1024;
  // --max-body-memory-bytes: request bodies under way in sum, shared out evenly among
  // the loops, each of which takes one message at least. 64 of the largest.
  size_t max_body_memory_bytes = 256 * 1024 * 1024;
  // --max-reply-bytes: one answer's body as it goes out, compressed or not. Much more
  // than a client takes by default (4 MiB with gRPC); for one that was told otherwise.
  size_t max_reply_bytes = 64 * 1024 * 1024;
  // --compress-min-bytes: replies from here on are compressed for clients that say
  // they take it; 0: none is. Below 1 KiB an answer fits into one packet as it is.
  size_t compress_min_bytes = 1024;

  // How long a client may take, each by its own deadline; kept as uniform lists. 0: no
  // limit.
  Duration header_timeout = std::chrono::seconds(10);  // --header-timeout: a whole head
  Duration body_timeout = std::chrono::seconds(30);    // --body-timeout: a whole body
  Duration idle_timeout = std::chrono::seconds(60);    // --idle-timeout: the next request
  // --write-timeout: a reader that takes less than 16 KiB of an answer in it is
  // closed (the first one may end while the kernel's buffers fill: then in the second).
  // 0: no limit.
  Duration write_timeout = std::chrono::seconds(30);

  // --max-call-timeout: the longest deadline of a call, from its head on, also of one whose
  // caller asked for none; 0: no limit. Its caller is answered then, its handler told.
  Duration max_call_timeout = Duration::zero();

  // --half-close-timeout: a caller who has ended its side (FIN) while its call is out is
  // answered for so long, anew from each of its answers; then it counts as gone.
  // 0: no limit. Nearly always it has closed, and nobody will read: a FIN does not tell
  // the one from the other. Those who only send no more wait for what is quick.
  Duration half_close_timeout = std::chrono::seconds(5);
  // --peer-timeout: a peer whose machine answers nothing for so long, neither to data nor
  // to the kernel's probes, has vanished; 0: the kernel's own times (hours), otherwise 1s or
  // more. Make it longer than usual network outages. Also the longest that a peer may take
  // nothing at all (a closed window), whatever --write-timeout says.
  Duration peer_timeout = std::chrono::minutes(1);

  // --linger-timeout: when we close first, for the client's end. Time for an answer to
  // reach a client that is still sending. 0: it is not awaited.
  Duration linger_timeout = std::chrono::seconds(2);

  // --max-requests-per-connection; 0: no limit. The last answer says `Connection: close`.
  size_t max_requests_per_connection = 0;
  // --max-connection-age, give or take a tenth, by chance for each connection; 0: no
  // limit. Then an idle one closes, another says `Connection: close` on its next answer
  // and has --max-connection-age-grace for what runs (0: as long as it takes).
  Duration max_connection_age = Duration::zero();
  Duration max_connection_age_grace = std::chrono::minutes(5);

  Duration drain_delay = Duration::zero();            // --drain-delay: before accepting stops
  Duration drain_timeout = std::chrono::seconds(30);  // --drain-timeout: for what runs; 0: no limit

  // --loop-stall, --worker-stall: a handler (or a turn) that holds a loop or a worker
  // longer is named in the log while it lasts. Zero: not watched.
  Duration loop_stall = std::chrono::milliseconds(50);
  Duration worker_stall = std::chrono::seconds(1);

  LogLevel log_level = LogLevel::kInfo;     // --log-level
  LogFormat log_format = LogFormat::kText;  // --log-format
  // --log-file: the log goes to its end, and no longer to stderr. SIGHUP opens it anew.
  // Main() looks at this; a main() of one's own calls OpenLogFile() (base/log.h).
  std::string log_file;
  // --access-log: one line per call. Off by default: putting it together costs about
  // as much as a small call does. The log's thread writes it.
  bool access_log = false;
  size_t access_log_sample = 1;  // --access-log-sample: every Nth that went well, the rest always
};

}  // namespace mailroom
