// SPDX-License-Identifier: Apache-2.0
#include "mailroom/examples/ethreads_style/web.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "mailroom/http/http1_engine.h"

namespace mailroom::ethreads_style {
namespace {

constexpr Duration kSlow = std::chrono::seconds(1);

// What the engine writes goes to the connection.
class ConnectionOutput final : public http::Output {
 public:
  explicit ConnectionOutput(io::Connection& connection) : connection_(connection) {}
  OutputQueue& Queue() override { return connection_.WriteQueue(); }

 private:
  io::Connection& connection_;
};

struct Request {
  enum class Is { kPart, kWhole, kBad, kNone };
  Is is = Is::kPart;  // kNone: the client has ended
  http::StreamId stream{};
  std::string path;
  int status = 200;
  std::string fault;

  // What the engine found next.
  void Take(const http::Event& event) {
    if (const auto* head = std::get_if<http::Head>(&event)) {
      stream = head->stream;
      path = head->path;
    } else if (std::holds_alternative<http::End>(event)) {
      is = Is::kWhole;
    } else if (const auto* bad = std::get_if<http::Bad>(&event)) {
      is = Is::kBad;
      stream = bad->stream;
      status = bad->status;
      fault = bad->reason;
    }
  }
};

// Looks at what is here first, and waits when that is not enough.
Task<Request> NextRequest(Sockets& sockets, ConnectionId id, http::Engine& engine) {
  Request request;
  while (request.is == Request::Is::kPart) {
    io::Connection& connection = *sockets.Find(id);
    ConnectionOutput out(connection);
    size_t consumed = 0;
    const http::Event event = engine.Next(connection.input(), &consumed, out);
    request.Take(event);
    if (const auto* head = std::get_if<http::Head>(&event)) {
      engine.Grant(head->stream, SIZE_MAX, out);
    }
    connection.Consume(consumed);
    if (!std::holds_alternative<http::NeedMore>(event)) continue;
    if (connection.peer_closed()) {
      request.is = Request::Is::kNone;
      break;
    }
    co_await sockets.Event(id);
  }
  sockets.Progress(id);
  co_return request;
}

void Answer(Sockets& sockets, ConnectionId id, http::Engine& engine, const Request& request) {
  std::string body = request.is == Request::Is::kBad ? request.fault + "\n"
                                                     : "you asked for " + request.path + "\n";
  http::ResponseHead head;
  head.status = request.status;
  head.content_type = "text/plain; charset=utf-8";
  head.content_length = body.size();
  ConnectionOutput out(*sockets.Find(id));
  engine.SendHead(request.stream, head, sockets.loop().clock().WallNow(), out);
  engine.Send(request.stream, {.body = &body, .offset = 0, .size = body.size()}, /*last=*/true,
              out);
}

}  // namespace

Task<> AcceptLoop(Sockets& sockets) {
  for (;;) {
    const ConnectionId id = co_await sockets.Accept();
    sockets.Spawn(id, ClientLoop(sockets, id));
  }
}

Task<> ClientLoop(Sockets& sockets, ConnectionId id) {
  const std::unique_ptr<http::Engine> engine = http::MakeHttp1Engine(http::Limits());
  do {
    const Request request = co_await NextRequest(sockets, id, *engine);
    if (request.is == Request::Is::kNone) co_return;
    if (request.path == "/slow") co_await sockets.Sleep(kSlow);
    while (!sockets.Find(id)->TakesMore()) co_await sockets.Event(id);
    sockets.Progress(id);
    Answer(sockets, id, *engine, request);
  } while (!engine->state().must_close);
}

}  // namespace mailroom::ethreads_style
