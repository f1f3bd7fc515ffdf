// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/server.h"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <string>
#include <string_view>
#include <unordered_set>

#include "mailroom/actors/cell.h"
#include "mailroom/actors/worker_pool.h"
#include "mailroom/base/check.h"
#include "mailroom/base/log.h"
#include "mailroom/base/log_output.h"
#include "mailroom/base/random.h"
#include "mailroom/base/thread.h"
#include "mailroom/io/descriptor_limit.h"
#include "mailroom/io/listen_address.h"
#include "mailroom/io/listener.h"
#include "mailroom/io/standard_descriptors.h"
#include "mailroom/rpc/protobuf_log.h"
#include "mailroom/server/config/server_flags.h"
#include "mailroom/server/hall/accept_gate.h"
#include "mailroom/server/hall/io_actor.h"
#include "mailroom/server/ops/access_log.h"
#include "mailroom/server/ops/admin.h"
#include "mailroom/server/ops/metrics.h"
#include "mailroom/server/ops/periodic.h"
#include "mailroom/server/ops/service_notice.h"
#include "mailroom/server/ops/stall_watch.h"

namespace mailroom {

namespace server {
namespace {

constexpr std::string_view kUnix = "unix:";

// On stderr, wherever the log goes: who starts a server looks there. The exit code.
int Failed(std::string_view what, const Status& status) {
  FlushLog();
  WriteWithin(kStderr, std::string(what) + status.ToString() + "\n", kLogPatience);
  return 1;
}

// As curl wants it: an option where it takes one, and the URL.
std::string CurlLine(const std::string& address, const rpc::MethodSpec& method) {
  std::string line = "curl ";
  std::string host = address;
  if (address.starts_with(kUnix)) {
    const std::string path = address.substr(kUnix.size());
    const bool named = path.starts_with('@');
    line += (named ? "--abstract-unix-socket " : "--unix-socket ") + path.substr(named ? 1 : 0);
    line += ' ';
    host = "localhost";
  }
  return line + "-H 'content-type: application/json' -d '" + std::string(method.sample_json) +
         "' http://" + host + std::string(method.path);
}

// What is shown to people.
std::string UrlOf(const std::string& address) {
  return address.starts_with(kUnix) ? address : "http://" + address;
}

// S29. A loop has some ten of its own; the rest are files, the admin port's peers and
// what handlers open.
void AllowConnections(const ServerOptions& options) {
  const uint64_t others = 128 + 16 * static_cast<uint64_t>(options.io_threads);
  const uint64_t wanted = std::min(uint64_t{options.max_connections}, uint64_t{1} << 32) + others;
  const uint64_t allowed = io::RaiseDescriptorLimit(wanted);
  if (allowed >= wanted) return;
  MAILROOM_LOG(kWarning) << "--max-connections " << options.max_connections << " needs about "
                         << wanted << " descriptors, and this process may open " << allowed
                         << ": raise its hard limit (ulimit -Hn, or LimitNOFILE= of its unit)";
}

// Why an address can't be listened on, with its flag and what helps.
Status CannotListen(const std::string& flag, const Status& why) {
  if (why.ok()) return why;
  std::string text = flag + ": " + std::string(why.message());
  if (why.code() == Code::kUnavailable) {
    text += "; end the program that has it, or choose another address (" + flag +
            " 127.0.0.1:0 takes a free port)";
  }
  return Status(why.code(), std::move(text));
}

// Zero undoes an earlier value only on an inherited socket: the service manager keeps it open
// over a restart, and with it what the last process set.
Status SetPeerTimeout(Duration timeout, bool inherited, io::Listener* listener) {
  if (timeout == Duration::zero() && !inherited) return Status();
  const Status set = listener->SetPeerTimeout(timeout);
  // Nobody set an option that the kernel does not take (6.18: TCP_USER_TIMEOUT of MPTCP).
  if (set.ok() || timeout == Duration::zero()) return Status();
  return Status(set.code(),
                "--peer-timeout: " + std::string(set.message()) + "; 0s leaves it to the kernel");
}

}  // namespace
}  // namespace server

struct Server::Parts {
  explicit Parts(const ServerOptions& options) : gate(options.max_connections) {}

  server::AcceptGate gate;
  std::unique_ptr<actors::WorkerPool> pool;  // none: actors run inline
  // Behind the pool: destroyed before it, as they are before the loops' inline runners.
  std::vector<std::unique_ptr<actors::Cell>> cells;
  std::unique_ptr<server::Admin> admin;
  std::unique_ptr<server::AccessLogWriter> access_log_writer;
  std::unique_ptr<server::StallWatch> stall_watch;  // none: nothing is watched
  std::unique_ptr<server::Periodic> stall_watch_thread;
  std::vector<Thread> loops;  // of all I/O actors but the first
  std::atomic<size_t> loops_running{0};
  bool shut_down = false;
};

Server::Server(ServerOptions options) : options_(std::move(options)) {}

// Senders, cells, runners: each touches the one behind it when it is destroyed.
Server::~Server() {
  Shutdown();
  for (const auto& io_actor : io_actors_) io_actor->hall().router.ForgetActors();
  if (parts_ != nullptr) parts_->cells.clear();
}

void Server::AddFactory(const rpc::ServiceSpec& spec, Factory factory) {
  MAILROOM_CHECK(parts_ == nullptr);
  registrations_.push_back(Registration{&spec, std::move(factory)});
}

void Server::DrainOnSignals() {
  drain_on_signals_ = true;
  // The kernel keeps an ignored signal that the main thread blocks, so the signalfd still
  // gets it.
  std::signal(SIGHUP, SIG_IGN);
}

int Server::Main(int argc, char** argv) {
  const Status opened = io::OpenStandardDescriptors();
  if (!opened.ok()) return server::Failed("cannot start: ", opened);
  DrainOnSignals();
  const FlagsOutcome flags = ParseFlags(argc, argv, &options_, flags_);
  if (flags.exit_code) return *flags.exit_code;

  Status status = StartLog();
  if (status.ok()) status = JoinServiceManager();
  if (status.ok()) status = Start();
  if (!status.ok()) return server::Failed("cannot start: ", status);
  // A reader that does not read holds the start up for no longer than that.
  WriteWithin(kStdout, Banner() + "\n", kLogPatience);
  notice_->Ready(address());
  status = Serve();
  return status.ok() ? 0 : server::Failed("stopped: ", status);
}

Status Server::StartLog() {
  LogOptions log;
  log.level = options_.log_level;
  log.format = options_.log_format;
  InitLogging(std::move(log));
  if (options_.log_file.empty()) return Status();
  const Status opened = OpenLogFile(options_.log_file);
  return opened.ok() ? opened : InvalidArgument("--log-file: " + std::string(opened.message()));
}

// What SIGHUP asks for: to read anew what may have been replaced. The log says how it went.
void Server::Reload() {
  if (ReopenLogFile()) return;
  MAILROOM_LOG(kInfo) << "SIGHUP: nothing to open anew: the log goes to stderr";
}

Status Server::JoinServiceManager() {
  MAILROOM_ASSIGN_OR_RETURN(const std::vector<io::InheritedSocket> sockets,
                            io::TakeInheritedSockets());
  MAILROOM_RETURN_IF_ERROR(server::UseInherited(sockets, &options_));
  MAILROOM_ASSIGN_OR_RETURN(io::ServiceManager manager, io::ServiceManager::FromEnvironment());
  notice_ = std::make_unique<server::ServiceNotice>(std::move(manager),
                                                    static_cast<size_t>(options_.io_threads));
  return Status();
}

Status Server::CheckOptions() const {
  if (registrations_.empty()) return InvalidArgument("no service was added to the server");
  std::unordered_set<std::string_view> names;
  for (const Registration& registration : registrations_) {
    if (!names.insert(registration.spec->name).second) {
      return InvalidArgument("service " + std::string(registration.spec->name) +
                             " was added twice");
    }
  }
  MAILROOM_RETURN_IF_ERROR(server::CheckValues(options_));
  MAILROOM_RETURN_IF_ERROR(CheckAddresses());
  const size_t body_share =
      options_.max_body_memory_bytes / static_cast<size_t>(options_.io_threads);
  if (body_share < options_.max_message_bytes) {
    return InvalidArgument("--max-body-memory-bytes must have room for one message of a loop: " +
                           std::to_string(options_.max_message_bytes) +
                           " bytes (--max-message-bytes) for each of " +
                           std::to_string(options_.io_threads) + " loops");
  }
  return Status();
}

Status Server::CheckAddresses() const {
  std::unordered_set<std::string_view> seen;
  for (const std::string& address : options_.listen) {
    if (address.ends_with(":0")) continue;  // another port each time
    const std::string quoted = "address \"" + address + "\"";
    if (address == options_.admin_listen) {
      return InvalidArgument("--admin-listen: " + quoted + " is one of --listen, too");
    }
    if (!seen.insert(address).second) {
      return InvalidArgument("--listen: " + quoted + " was given twice");
    }
  }
  return Status();
}

Status Server::Start() {
  MAILROOM_CHECK(parts_ == nullptr);
  MAILROOM_RETURN_IF_ERROR(CheckOptions());
  rpc::SilenceProtobufLog();
  server::AllowConnections(options_);
  workers_ = options_.workers < 0 ? NumCpus() : options_.workers;
  parts_ = std::make_unique<Parts>(options_);
  MAILROOM_RETURN_IF_ERROR(StartLoops());
  // Threads start only now: signals are blocked for all of them.
  StartActors();
  if (options_.access_log) StartAccessLog();
  StartStallWatch();
  return StartAdmin();
}

void Server::StartStallWatch() {
  const server::StallWatch::Options limits{options_.loop_stall, options_.worker_stall};
  if (limits.loop_stall == Duration::zero() && limits.worker_stall == Duration::zero()) return;
  std::vector<const actors::Activity*> threads;
  for (const auto& io_actor : io_actors_) threads.push_back(&io_actor->activity());
  if (parts_->pool != nullptr) {
    for (const actors::Activity& worker : parts_->pool->activities()) threads.push_back(&worker);
  }
  parts_->stall_watch = std::make_unique<server::StallWatch>(
      limits, std::move(threads), [this](const actors::Cell& cell, uint32_t method) {
        return io_actors_[0]->hall().router.NameOf(cell, method);
      });
  parts_->stall_watch_thread = std::make_unique<server::Periodic>(
      "stall-watch", parts_->stall_watch->period(),
      [watch = parts_->stall_watch.get()] { watch->Check(Clock::System().Now()); });
}

void Server::StartAccessLog() {
  std::vector<server::AccessLog*> logs;
  for (const auto& io_actor : io_actors_) logs.push_back(&io_actor->hall().access_log);
  parts_->access_log_writer = std::make_unique<server::AccessLogWriter>(std::move(logs));
}

Status Server::StartLoops() {
  const auto loops = static_cast<size_t>(options_.io_threads);
  ServerOptions share = options_;
  share.max_body_memory_bytes = options_.max_body_memory_bytes / loops;
  for (size_t i = 0; i < loops; ++i) {
    io_actors_.push_back(std::make_unique<server::IoActor>(share, static_cast<uint8_t>(i),
                                                           io::MakePoller(), Clock::System()));
    server::IoActor& io_actor = *io_actors_.back();
    io_actor.CountAt(parts_->gate);
    io_actor.hall().random = Random(SystemSeed());
    MAILROOM_RETURN_IF_ERROR(io_actor.Init());
    if (notice_ != nullptr && notice_->beat_period() > Duration::zero()) {
      io_actor.BeatEvery(notice_->beat_period(), [this, i] { notice_->Beat(i); });
    }
    if (i == 0 && drain_on_signals_) {
      MAILROOM_RETURN_IF_ERROR(io_actor.loop().WatchSignals({SIGTERM, SIGINT, SIGHUP}));
    }
  }
  MAILROOM_RETURN_IF_ERROR(OpenListeners());
  // A signal comes to the first loop; the first one has the inline actors that the
  // others' last calls may need.
  io_actors_[0]->OnDrain([this] {
    if (notice_ != nullptr) notice_->Stopping();
    RequestStop();
  });
  io_actors_[0]->OnHangup([this] { Reload(); });
  io_actors_[0]->StopAfter(parts_->loops_running);
  return Status();
}

// docs/design/0008. The first loop has the listener that was opened, and with it the
// file of a Unix socket; it stops last.
Status Server::OpenListeners() {
  const bool several = io_actors_.size() > 1;
  const auto port = several ? io::Listener::Port::kShared : io::Listener::Port::kOwn;
  for (const std::string& text : options_.listen) {
    MAILROOM_ASSIGN_OR_RETURN(const io::ListenAddress where, io::ListenAddress::Parse(text));
    Result<io::Listener> opened = io::Listener::Open(where, port, options_.unix_mode);
    MAILROOM_RETURN_IF_ERROR(server::CannotListen("--listen", opened.status()));
    io::Listener first = *std::move(opened);
    const bool inherited = where.kind() == io::ListenAddress::Kind::kDescriptor;
    MAILROOM_RETURN_IF_ERROR(server::SetPeerTimeout(options_.peer_timeout, inherited, &first));
    addresses_.push_back(first.name());
    for (size_t i = 1; i < io_actors_.size(); ++i) {
      Result<io::Listener> other = first.ForAnotherLoop();
      MAILROOM_RETURN_IF_ERROR(server::CannotListen("--listen", other.status()));
      MAILROOM_RETURN_IF_ERROR(io_actors_[i]->loop().AddListener(*std::move(other)));
    }
    MAILROOM_RETURN_IF_ERROR(io_actors_[0]->loop().AddListener(std::move(first)));
  }
  return Status();
}

void Server::StartActors() {
  if (workers_ > 0) parts_->pool = std::make_unique<actors::WorkerPool>(workers_);
  for (const Registration& registration : registrations_) StartService(registration);
  const std::string index_page = IndexPage();
  for (const auto& io_actor : io_actors_) {
    io_actor->SetRunner(&runner());
    io_actor->hall().index_page = index_page;
  }
}

// docs/design/0009. A stateless service has a replica for each worker, or for each
// loop; any other has one actor, which runs on the first loop when there is no worker.
void Server::StartService(const Registration& registration) {
  const rpc::ServiceSpec& spec = *registration.spec;
  const bool inlined = workers_ == 0;
  if (spec.stateless && inlined) {
    for (const auto& io_actor : io_actors_) {
      io_actor->AddService(spec, {AddCell(registration, io_actor->inline_runner())},
                           /*on_this_loop=*/true);
    }
    return;
  }
  std::vector<actors::Cell*> replicas;
  for (int i = spec.stateless ? workers_ : 1; i > 0; --i) {
    replicas.push_back(AddCell(registration, runner()));
  }
  for (const auto& io_actor : io_actors_) {
    io_actor->AddService(spec, replicas,
                         /*on_this_loop=*/inlined && io_actor == io_actors_.front());
  }
}

actors::Cell* Server::AddCell(const Registration& registration, actors::Runner& runner) {
  parts_->cells.push_back(std::make_unique<actors::Cell>(std::string(registration.spec->name),
                                                         options_.mailbox_capacity,
                                                         registration.factory(), runner));
  return parts_->cells.back().get();
}

Status Server::StartAdmin() {
  if (options_.admin_listen.empty()) return Status();
  server::Admin::Pages pages;
  pages.ready = [this] {
    // 503 only when it holds of each loop that its answers say `Connection: close`.
    return std::any_of(io_actors_.begin(), io_actors_.end(),
                       [](const auto& io_actor) { return io_actor->ready(); });
  };
  pages.metrics = [this] { return Metrics(); };
  parts_->admin = std::make_unique<server::Admin>(std::move(pages), Clock::System());
  Result<std::string> address = parts_->admin->Start(options_.admin_listen, options_.unix_mode);
  MAILROOM_RETURN_IF_ERROR(server::CannotListen("--admin-listen", address.status()));
  admin_address_ = *std::move(address);
  return Status();
}

Status Server::Serve() {
  RunOtherLoops();
  server::IoActor& first = *io_actors_[0];
  const Status ended = first.loop().Run(io::Loop::Mode::kUntilDone);
  RequestStop();  // unless it was asked for: the first one failed
  // A handler that blocks holds what follows: from here on a signal ends the process.
  first.loop().ForgetSignals();
  for (Thread& loop : parts_->loops) loop.Join();
  Shutdown();
  return ended;
}

void Server::RunOtherLoops() {
  for (size_t i = 1; i < io_actors_.size(); ++i) {
    parts_->loops_running.fetch_add(1);
    parts_->loops.emplace_back("loop-" + std::to_string(i), [this, i] {
      const Status ended = io_actors_[i]->loop().Run(io::Loop::Mode::kUntilDone);
      if (!ended.ok()) {
        MAILROOM_LOG(kError) << "loop " << i << ": " << ended;
        RequestStop();
      }
      parts_->loops_running.fetch_sub(1);
      io_actors_[0]->Wake();
    });
  }
}

void Server::RequestStop() {
  for (const auto& io_actor : io_actors_) io_actor->RequestStop();
}

// docs/architecture.md, Shutdown: runner, mailboxes, last look home, slots, loop.
void Server::Shutdown() {
  if (parts_ == nullptr || parts_->shut_down) return;
  parts_->shut_down = true;
  parts_->admin.reset();
  // A handler that blocks is named also while this waits for it.
  if (parts_->pool != nullptr) parts_->pool->Stop();
  parts_->stall_watch_thread.reset();
  for (const auto& io_actor : io_actors_) io_actor->AbandonSessions();
  for (const auto& cell : parts_->cells) cell->Stop();
  for (const auto& io_actor : io_actors_) io_actor->Finish();
  parts_->access_log_writer.reset();
}

actors::Runner& Server::runner() {
  if (parts_->pool != nullptr) return *parts_->pool;
  return io_actors_[0]->inline_runner();
}

actors::Cell* Server::FindActor(std::string_view service) {
  for (const auto& cell : parts_->cells) {
    if (cell->name() == service) return cell.get();
  }
  return nullptr;
}

std::string Server::Metrics() const {
  std::vector<const actors::Cell*> cells;
  for (const auto& cell : parts_->cells) cells.push_back(cell.get());
  std::vector<server::LoopSources> loops;
  for (const auto& io_actor : io_actors_) loops.push_back(io_actor->sources());
  return server::RenderMetrics({loops, cells, workers_, parts_->stall_watch.get()});
}

std::string Server::Banner() const {
  const rpc::MethodSpec& first = registrations_.front().spec->methods.front();
  std::string text;
  for (const std::string& address : addresses_) {
    text += "listening on " + server::UrlOf(address) + "\n";
  }
  text += admin_address_.empty()
              ? "admin off"
              : "admin on " + server::UrlOf(admin_address_) + " (/livez /readyz /metrics)";
  text += "\nthreads: " + std::to_string(io_actors_.size()) +
          (io_actors_.size() == 1 ? " loop, " : " loops, ") + std::to_string(workers_) +
          (workers_ == 0 ? " workers (actors run on the first loop, stateless ones on each)"
                         : " workers");
  if (!admin_address_.empty()) text += ", 1 admin";
  text += "\nservices:";
  for (const Registration& registration : registrations_) {
    text += " " + std::string(registration.spec->name);
  }
  text += "\ntry: " + server::CurlLine(address(), first);
  return text;
}

std::string Server::IndexPage() const {
  std::string text = "Mailroom. Services and how to call them:\n";
  for (const Registration& registration : registrations_) {
    text += "\n" + std::string(registration.spec->name) + "\n";
    for (const rpc::MethodSpec& method : registration.spec->methods) {
      text += "  " + server::CurlLine(address(), method) + "\n";
    }
  }
  return text;
}

}  // namespace mailroom
