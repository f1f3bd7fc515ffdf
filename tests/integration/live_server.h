// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include "mailroom/base/check.h"
#include "mailroom/base/testing/bounded_wait.h"
#include "mailroom/server/server.h"
#include "mailroom/server/testing/in_memory_server.h"
#include "mailroom/services/bank.h"
#include "mailroom/services/echo.h"
#include "mailroom/services/greet.h"

// A real server on a free port of the loopback, with the services of mailroomd,
// served by a thread of this process: sanitizers see both sides.
namespace mailroom::tests {

// How a server runs, as a test's parameter.
struct Threads {
  int loops;
  int workers;
};
inline std::string NameOf(const ::testing::TestParamInfo<Threads>& info) {
  return std::to_string(info.param.loops) + "Loops" + std::to_string(info.param.workers) +
         "Workers";
}

class LiveServer final {
 public:
  using AddServices = std::function<void(Server&)>;

  // On a free port and without an admin port, unless the options name other addresses.
  explicit LiveServer(Threads threads, ServerOptions options = ServerOptions(),
                      const AddServices& add_services = AddAll)
      : server_(Fill(std::move(options), threads)) {
    add_services(server_);
    const Status started = server_.Start();
    MAILROOM_CHECK(started.ok());
    thread_ = std::thread([this] { served_ = server_.Serve(); });
  }
  ~LiveServer() { static_cast<void>(Stop()); }

  // Drains and joins; what Serve() returned.
  Status Stop() {
    if (thread_.joinable()) {
      server_.RequestStop();
      thread_.join();
    }
    return served_;
  }

  const std::string& address() const { return server_.address(); }
  Server& server() { return server_; }
  // A series of /metrics right now.
  double Metric(std::string_view series) {
    const std::optional<double> value = testing::FindMetric(server_.Metrics(), series);
    MAILROOM_CHECK(value.has_value());
    return *value;
  }
  // Waits until it is so; ends the test program when that never comes.
  template <class Done>
  void Await(Done done, std::string_view what = "the server to come so far") {
    testing::AwaitUntil(what, std::move(done));
  }

 private:
  static void AddAll(Server& server) {
    server.Add<services::GreetActor>();
    server.Add<services::EchoActor>();
    server.Add<services::BankActor>();
  }
  static ServerOptions Fill(ServerOptions options, Threads threads) {
    if (options.listen == ServerOptions().listen) options.listen = {"127.0.0.1:0"};
    if (options.admin_listen == ServerOptions().admin_listen) options.admin_listen = "";
    options.io_threads = threads.loops;
    options.workers = threads.workers;
    return options;
  }

  Server server_;
  Status served_;
  std::thread thread_;
};

}  // namespace mailroom::tests
