// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mailroom/actors/actor.h"
#include "mailroom/base/clock.h"
#include "mailroom/base/status.h"
#include "mailroom/rpc/method.h"
#include "mailroom/server/config/flags.h"
#include "mailroom/server/config/options.h"

// Server: services as actors behind one port. The public face.
//
//     int main(int argc, char** argv) {
//       mailroom::Server server;
//       server.Add<Bank>();                 // arguments go to Bank's constructor
//       return server.Main(argc, argv);     // flags, serve until SIGTERM, exit code
//     }
//
// With options of your own: `Server server(options)`, then Start() and Serve().
// All methods belong to the thread that made the server, except where they say
// otherwise; actors run on workers (or, with 0 workers, on the serving thread).
namespace mailroom {

namespace actors {
class Cell;
class Runner;
}  // namespace actors
namespace server {
class IoActor;
class ServiceNotice;
}  // namespace server

class Server final {
 public:
  using Factory = std::function<std::unique_ptr<actors::Actor>()>;

  explicit Server(ServerOptions options = ServerOptions());
  // Stops what runs; every call that is out is dropped.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Registers an actor by how to make it: `Service` derives from a generated
  // XServiceActor<Service>. Arguments are copied, since an actor may be made more
  // than once. Before Start().
  template <class Service, class... Args>
    requires std::constructible_from<Service, const Args&...>
  void Add(Args... args) {
    AddFactory(Service::Spec(), [args...] { return std::make_unique<Service>(args...); });
  }
  // The same for an actor without a generated base. `spec` has static storage.
  void AddFactory(const rpc::ServiceSpec& spec, Factory factory);

  // The program's own flags, which Main() reads beside the server's. Actors are made
  // afterwards: Add<Bank>(std::cref(value)) hands over what a flag has set.
  Flags& flags() { return flags_; }

  // Parses the flags of server/config/flags.h into the options, serves until SIGTERM or
  // SIGINT, drains. The exit code: 0 after a drain, 1 when the server could not
  // start (the message is on stderr), 2 for flags it does not know. Blocks.
  // Before all that it opens /dev/null as descriptors 0 to 2 where those are closed: a
  // main() of one's own begins with io::OpenStandardDescriptors().
  int Main(int argc, char** argv);

  // Has SIGTERM and SIGINT begin a drain; one that comes after the first was read ends the
  // process at once. SIGHUP opens the log's file (OpenLogFile(), base/log.h) anew and ends
  // nothing: it is ignored from here on, for the whole process, where no loop reads it.
  // The first loop reads all three: a handler that blocks there (no workers) holds them
  // up too. Before Start(), and before there is another thread; Main() does it.
  void DrainOnSignals();
  // Binds the addresses, makes the actors, starts the workers. Returns at once;
  // connections wait in the backlog until Serve(). unavailable when an address is
  // in use, invalid_argument for options that make no sense. Once.
  Status Start();
  // Runs the first I/O actor on this thread, the others on theirs, until all have
  // drained. Blocks. Once.
  Status Serve();
  // Any thread, between Start() and the end of Serve(). Begins to drain; Serve()
  // returns when that is done.
  void RequestStop();

  // After Start(): "127.0.0.1:8080", the port that was really bound, or
  // "unix:/run/a.sock"; in the order of the options. address() is the first one. The
  // admin address is empty when there is none.
  const std::vector<std::string>& addresses() const { return addresses_; }
  const std::string& address() const { return addresses_.front(); }
  const std::string& admin_address() const { return admin_address_; }
  int workers() const { return workers_; }
  // After Start(): what a start-up line says; ends without a newline.
  std::string Banner() const;

  // Any thread, between Start() and the end: Prometheus text, as on /metrics.
  std::string Metrics() const;
  // For tests, after Start(): the actor of a service (the first of its replicas), to
  // call it in this process.
  actors::Cell* FindActor(std::string_view service);
  actors::Runner& runner();
  server::IoActor& io_actor(size_t loop = 0) { return *io_actors_[loop]; }

 private:
  struct Parts;
  struct Registration {
    const rpc::ServiceSpec* spec;
    Factory factory;
  };

  Status CheckOptions() const;
  Status CheckAddresses() const;
  Status StartLoops();
  Status OpenListeners();
  void RunOtherLoops();
  Status StartAdmin();
  Status StartLog();
  void Reload();
  Status JoinServiceManager();
  void StartStallWatch();
  void StartActors();
  void StartAccessLog();
  void StartService(const Registration& registration);
  actors::Cell* AddCell(const Registration& registration, actors::Runner& runner);
  void Shutdown();
  std::string IndexPage() const;

  ServerOptions options_;
  Flags flags_;
  std::vector<Registration> registrations_;
  std::vector<std::string> addresses_;
  std::string admin_address_;
  int workers_ = 0;
  bool drain_on_signals_ = false;
  std::unique_ptr<server::ServiceNotice> notice_;  // none: Main() was not called
  // The destructor says in which order what they hold is destroyed.
  std::unique_ptr<Parts> parts_;
  std::vector<std::unique_ptr<server::IoActor>> io_actors_;
};

}  // namespace mailroom
