// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/testing/in_memory_server.h"

#include <charconv>

#include "mailroom/base/check.h"
#include "mailroom/http/headers.h"
#include "mailroom/io/testing/fake_poller.h"
#include "mailroom/rpc/base64.h"
#include "mailroom/rpc/codec.h"
#include "mailroom/rpc/connect/connect_error.h"
#include "mailroom/server/hall/io_actor.h"
#include "mailroom/server/ops/metrics.h"

namespace mailroom::testing {
namespace {

// What a waiting test lets pass at a time, and in all.
constexpr Duration kStep = std::chrono::milliseconds(1);
constexpr Duration kPatience = std::chrono::hours(1);

std::string RequestText(std::string_view path, std::string_view fields, std::string_view body) {
  std::string text = "POST ";
  text.append(path).append(" HTTP/1.1\r\nhost: in-memory\r\n").append(fields);
  text.append("content-length: ").append(std::to_string(body.size())).append("\r\n\r\n");
  return text.append(body);
}

}  // namespace

// Speaks Connect's unary binary form from the caller's side.
class InMemoryServer::Channel final : public rpc::Channel {
 public:
  explicit Channel(InMemoryServer& server) : server_(server) {}

  Status Start(const rpc::MethodSpec& method, const google::protobuf::Message& request,
               const rpc::CallOptions& options, Home& home, SlotId slot) override {
    std::string body;
    MAILROOM_RETURN_IF_ERROR(rpc::ProtoCodec().Serialize(request, &body));
    auto answer = std::make_unique<Arrived>();
    answer->reply = server_.Exchange(RequestText(method.path, Fields(options), body));
    home.Post(Completion{slot, std::move(answer)});
    return Status();
  }

  Status Finish(ParcelPtr parcel, rpc::CallOptions* options,
                google::protobuf::Message* reply) override {
    HttpReply& answer = ParcelAs<Arrived>(*parcel).reply;
    for (size_t i = 0; i < answer.headers.size(); ++i) TakeField(answer.headers[i], options);
    if (answer.status != 200) return rpc::ParseConnectError(answer.status, answer.body);
    return rpc::ProtoCodec().Parse(answer.body, reply);
  }

 private:
  struct Arrived final : Parcel {
    static constexpr ParcelKind kKind = ParcelKind::kResult;
    Arrived() : Parcel(kKind) {}
    HttpReply reply;
  };

  static std::string Fields(const rpc::CallOptions& options) {
    std::string fields = "content-type: application/proto\r\nconnect-protocol-version: 1\r\n";
    if (options.timeout) {
      const auto ms = std::chrono::ceil<std::chrono::milliseconds>(*options.timeout);
      fields.append("connect-timeout-ms: ").append(std::to_string(ms.count())).append("\r\n");
    }
    for (size_t i = 0; i < options.metadata.size(); ++i) {
      const Metadata::Entry entry = options.metadata[i];
      fields.append(entry.key).append(": ");
      if (Metadata::IsBinary(entry.key)) {
        rpc::AppendBase64(entry.value, &fields);
      } else {
        fields.append(entry.value);
      }
      fields.append("\r\n");
    }
    return fields;
  }

  static void TakeField(const Metadata::Entry& entry, rpc::CallOptions* options) {
    constexpr std::string_view kTrailer = "trailer-";
    const bool trailing = entry.key.starts_with(kTrailer);
    const std::string_view key = trailing ? entry.key.substr(kTrailer.size()) : entry.key;
    std::string value;
    if (!Metadata::IsBinary(key) || !rpc::DecodeBase64(entry.value, &value)) value = entry.value;
    (trailing ? options->trailers : options->headers).Add(key, value);
  }

  InMemoryServer& server_;
};

InMemoryServer::InMemoryServer(ServerOptions options)
    : mailbox_capacity_(options.mailbox_capacity) {
  FakeClock& clock = runner_.fake_clock();
  // Waits of the loop do not move the clock: Advance() does.
  io_actor_ =
      std::make_unique<server::IoActor>(options, 0, std::make_unique<io::FakePoller>(), clock);
  MAILROOM_CHECK(io_actor_->Init().ok());
  io_actor_->SetRunner(&runner_);
  channel_ = std::make_unique<Channel>(*this);
}

InMemoryServer::~InMemoryServer() {
  io_actor_->AbandonSessions();
  for (const auto& cell : cells_) cell->Stop();
  io_actor_->Finish();
}

void InMemoryServer::AddActor(const rpc::ServiceSpec& spec, std::unique_ptr<actors::Actor> actor) {
  cells_.push_back(std::make_unique<actors::Cell>(std::string(spec.name), mailbox_capacity_,
                                                  std::move(actor), runner_));
  io_actor_->AddService(spec, {cells_.back().get()});
}

rpc::Channel& InMemoryServer::channel() { return *channel_; }

HttpReply InMemoryServer::Post(std::string_view path, std::string_view content_type,
                               std::string_view body) {
  std::string fields = "content-type: ";
  fields.append(content_type).append("\r\n");
  return Exchange(RequestText(path, fields, body));
}

HttpReply InMemoryServer::Exchange(std::string_view raw_request) {
  io::Peer peer = Connect();
  std::string received;
  std::optional<HttpReply> reply;
  TurnUntil([&] {
    // A large request goes in as fast as the server takes it.
    raw_request.remove_prefix(peer.Send(raw_request));
    received += peer.Receive();
    reply = TakeReply(&received);
    return reply.has_value() || peer.AtEnd();
  });
  return reply.value_or(HttpReply());
}

io::Peer InMemoryServer::Connect() {
  auto [peer, fd] = io::Peer::Pair();
  MAILROOM_CHECK(io_actor_->loop().Adopt(fd, io::Address()).ok());
  return std::move(peer);
}

void InMemoryServer::Turn() {
  // What the loop posts, actors do; what they answer, the loop settles.
  do {
    TurnLoop();
  } while (!held_ && runner_.RunUntilIdle() > 0);
  TurnLoop();
}

void InMemoryServer::TurnLoop() {
  // More than one: a readiness batch, then what its answers let go.
  for (int i = 0; i < 3; ++i) {
    MAILROOM_CHECK(io_actor_->loop().Run(io::Loop::Mode::kNoWait).ok());
  }
}

double InMemoryServer::Metric(std::string_view series) {
  std::vector<const actors::Cell*> cells;
  for (const auto& cell : cells_) cells.push_back(cell.get());
  const std::string text = server::RenderMetrics({{io_actor_->sources()}, cells, 0, nullptr});
  const std::optional<double> value = FindMetric(text, series);
  MAILROOM_CHECK(value.has_value());
  return *value;
}

std::string InMemoryServer::TakeAccessLog() {
  std::string lines;
  io_actor_->hall().access_log.waiting()->Take(&lines);
  return lines;
}

void InMemoryServer::Drain() { io_actor_->RequestStop(); }

bool InMemoryServer::drained() const { return io_actor_->drained(); }

void InMemoryServer::Advance(Duration by) {
  runner_.Advance(by);
  Turn();
}

bool InMemoryServer::TurnUntil(const std::function<bool()>& done) {
  for (Duration waited = Duration::zero(); waited < kPatience; waited += kStep) {
    Turn();
    if (done()) return true;
    Advance(kStep);
    if (done()) return true;
  }
  return false;
}

}  // namespace mailroom::testing
