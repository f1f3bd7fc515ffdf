// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/server.h"

#include <csignal>
#include <cstdio>
#include <string>
#include <unordered_set>

#include "mailroom/actors/cell.h"
#include "mailroom/actors/worker_pool.h"
#include "mailroom/base/check.h"
#include "mailroom/base/log.h"
#include "mailroom/base/thread.h"
#include "mailroom/io/listener.h"
#include "mailroom/rpc/protobuf_log.h"
#include "mailroom/server/admin.h"
#include "mailroom/server/flags.h"
#include "mailroom/server/io_actor.h"
#include "mailroom/server/metrics.h"

namespace mailroom {

namespace server {
namespace {

std::string CurlLine(const std::string& address, const rpc::MethodSpec& method) {
  return "curl -H 'content-type: application/json' -d '" + std::string(method.sample_json) +
         "' http://" + address + std::string(method.path);
}

}  // namespace
}  // namespace server

struct Server::Parts {
  std::vector<std::unique_ptr<actors::Cell>> cells;
  std::unique_ptr<actors::WorkerPool> pool;  // none: actors run inline
  std::unique_ptr<server::Admin> admin;
  bool shut_down = false;
};

Server::Server(ServerOptions options) : options_(std::move(options)) {}

Server::~Server() { Shutdown(); }

void Server::AddFactory(const rpc::ServiceSpec& spec, Factory factory) {
  MAILROOM_CHECK(parts_ == nullptr);
  registrations_.push_back(Registration{&spec, std::move(factory)});
}

int Server::Main(int argc, char** argv) {
  const FlagsOutcome flags = ParseFlags(argc, argv, &options_);
  if (flags.exit_code) return *flags.exit_code;
  LogOptions log;
  log.level = options_.log_level;
  log.format = options_.log_format;
  InitLogging(std::move(log));

  DrainOnSignals();
  Status status = Start();
  if (!status.ok()) {
    std::fprintf(stderr, "cannot start: %s\n", status.ToString().c_str());
    return 1;
  }
  std::printf("%s\n", Banner().c_str());
  std::fflush(stdout);
  status = Serve();
  if (!status.ok()) {
    std::fprintf(stderr, "stopped: %s\n", status.ToString().c_str());
    return 1;
  }
  return 0;
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
  if (options_.mailbox_capacity == 0) return InvalidArgument("--mailbox-capacity must be positive");
  if (options_.max_connections == 0) return InvalidArgument("--max-connections must be positive");
  return Status();
}

Status Server::Start() {
  MAILROOM_CHECK(parts_ == nullptr);
  MAILROOM_RETURN_IF_ERROR(CheckOptions());
  rpc::SilenceProtobufLog();
  workers_ = options_.workers < 0 ? NumCpus() : options_.workers;
  parts_ = std::make_unique<Parts>();
  MAILROOM_RETURN_IF_ERROR(StartLoop());
  // Threads start only now: signals are blocked for all of them.
  StartActors();
  return StartAdmin();
}

Status Server::StartLoop() {
  MAILROOM_ASSIGN_OR_RETURN(const io::Address address, io::Address::Parse(options_.listen));
  io_actor_ = std::make_unique<server::IoActor>(options_, 0, io::MakePoller(), Clock::System());
  io::Loop& loop = io_actor_->loop();
  MAILROOM_RETURN_IF_ERROR(io_actor_->Init());
  if (drain_on_signals_) MAILROOM_RETURN_IF_ERROR(loop.WatchSignals({SIGTERM, SIGINT}));
  MAILROOM_ASSIGN_OR_RETURN(io::Listener listener, io::Listener::Bind(address));
  address_ = listener.bound_address().ToString();
  return loop.AddListener(std::move(listener));
}

void Server::StartActors() {
  if (workers_ > 0) parts_->pool = std::make_unique<actors::WorkerPool>(workers_);
  io_actor_->SetRunner(&runner());
  for (const Registration& registration : registrations_) {
    parts_->cells.push_back(std::make_unique<actors::Cell>(std::string(registration.spec->name),
                                                           options_.mailbox_capacity,
                                                           registration.factory(), runner()));
    io_actor_->AddService(*registration.spec, *parts_->cells.back());
  }
  io_actor_->hall().index_page = IndexPage();
}

Status Server::StartAdmin() {
  if (options_.admin_listen.empty()) return Status();
  server::Admin::Pages pages;
  pages.ready = [this] { return io_actor_->ready(); };
  pages.metrics = [this] { return Metrics(); };
  parts_->admin = std::make_unique<server::Admin>(std::move(pages), Clock::System());
  MAILROOM_ASSIGN_OR_RETURN(admin_address_, parts_->admin->Start(options_.admin_listen));
  return Status();
}

Status Server::Serve() {
  const Status ended = io_actor_->loop().Run(io::Loop::Mode::kUntilDone);
  // A handler that blocks holds what follows: from here on a signal ends the process.
  io_actor_->loop().ForgetSignals();
  Shutdown();
  return ended;
}

void Server::RequestStop() { io_actor_->RequestStop(); }

// docs/architecture.md, Shutdown: runner, mailboxes, last look home, slots, loop.
void Server::Shutdown() {
  if (parts_ == nullptr || parts_->shut_down) return;
  if (io_actor_ == nullptr) return;  // Start() failed at the address
  parts_->shut_down = true;
  parts_->admin.reset();
  if (parts_->pool != nullptr) parts_->pool->Stop();
  io_actor_->AbandonSessions();
  for (const auto& cell : parts_->cells) cell->Stop();
  io_actor_->Finish();
}

actors::Runner& Server::runner() {
  if (parts_->pool != nullptr) return *parts_->pool;
  return io_actor_->inline_runner();
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
  return server::RenderMetrics({io_actor_.get()}, cells, workers_);
}

std::string Server::Banner() const {
  const rpc::MethodSpec& first = registrations_.front().spec->methods.front();
  std::string text = "listening on http://" + address_ + "\n";
  text += admin_address_.empty()
              ? "admin off"
              : "admin on http://" + admin_address_ + " (/livez /readyz /metrics)";
  text += "\nthreads: 1 loop, " + std::to_string(workers_) +
          (workers_ == 0 ? " workers (actors run on the loop)" : " workers");
  if (!admin_address_.empty()) text += ", 1 admin";
  text += "\nservices:";
  for (const Registration& registration : registrations_) {
    text += " " + std::string(registration.spec->name);
  }
  text += "\ntry: " + server::CurlLine(address_, first);
  return text;
}

std::string Server::IndexPage() const {
  std::string text = "Mailroom. Services and how to call them:\n";
  for (const Registration& registration : registrations_) {
    text += "\n" + std::string(registration.spec->name) + "\n";
    for (const rpc::MethodSpec& method : registration.spec->methods) {
      text += "  " + server::CurlLine(address_, method) + "\n";
    }
  }
  return text;
}

}  // namespace mailroom
