// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/ops/admin.h"

#include <chrono>
#include <cstdint>
#include <utility>
#include <variant>

#include "mailroom/base/log.h"
#include "mailroom/http/http1_engine.h"
#include "mailroom/io/listen_address.h"
#include "mailroom/server/ops/connection_output.h"

namespace mailroom::server {
namespace {

// A probe or a scraper is quick or gone; Prometheus scrapes once a minute.
constexpr Duration kIdle = std::chrono::seconds(90);

// For the first request of a peer to arrive. A probe's own timeout is a second by default.
constexpr Duration kNew = std::chrono::seconds(1);

constexpr std::string_view kText = "text/plain; charset=utf-8";
constexpr std::string_view kPrometheusText = "text/plain; version=0.0.4; charset=utf-8";

http::Limits AdminLimits() {
  http::Limits limits;
  limits.body_bytes = 64 * 1024;
  limits.body_advice = "no page of the admin port reads a body";
  return limits;
}

}  // namespace

Admin::Peer::Peer(http::Http1Pool& pool, ConnectionId id)
    : engine(http::MakeHttp1Engine(pool)), deadline(id) {}

Admin::Admin(Pages pages, const Clock& clock)
    : pages_(std::move(pages)),
      http1_(AdminLimits()),
      deadlines_(kIdle),
      loop_(io::Loop::Options(), io::MakePoller(), clock, *this) {}

Admin::~Admin() { Stop(); }

Result<std::string> Admin::Start(const std::string& listen, unsigned unix_mode) {
  MAILROOM_ASSIGN_OR_RETURN(const io::ListenAddress where, io::ListenAddress::Parse(listen));
  MAILROOM_ASSIGN_OR_RETURN(io::Listener listener,
                            io::Listener::Open(where, io::Listener::Port::kOwn, unix_mode));
  std::string bound = listener.name();
  MAILROOM_RETURN_IF_ERROR(loop_.Init());
  MAILROOM_RETURN_IF_ERROR(loop_.AddListener(std::move(listener)));
  thread_ = Thread("admin", [this] {
    const Status ended = loop_.Run(io::Loop::Mode::kUntilDone);
    if (!ended.ok()) MAILROOM_LOG(kError) << "admin loop: " << ended;
  });
  return bound;
}

void Admin::Stop() {
  if (!thread_.joinable()) return;
  loop_.Stop();
  thread_.Join();
}

bool Admin::OnAccept(io::Connection& connection) {
  if (connection.closing()) return true;
  const size_t index = connection.id().index();
  if (index >= peers_.size()) peers_.resize(index + 1);
  peers_[index] = std::make_unique<Peer>(http1_, connection.id());
  peers_[index]->accepted = loop_.now();
  deadlines_.Touch(peers_[index]->deadline, loop_.now());
  if (loop_.connection_count() > kMaxPeers) MakeRoom(connection.id());
  return true;
}

// Eviction order. A peer with an unfinished body, or one that takes no byte of its answer,
// looks busy for ever, so a peer younger than kNew outranks it.
Admin::EvictionRank Admin::RankOf(const io::Connection& connection, const Peer& peer) const {
  const bool unsent = connection.queued_output() > 0;
  if (peer.leaving && !unsent) return EvictionRank::kLeaving;
  if (!Expired(loop_.now(), DeadlineIn(peer.accepted, kNew))) {
    return peer.unanswered || unsent ? EvictionRank::kNewAndBusy : EvictionRank::kNew;
  }
  if (peer.unanswered) return EvictionRank::kAsking;
  return unsent ? EvictionRank::kTaking : EvictionRank::kIdle;
}

// A probe that is shut out has the server killed.
void Admin::MakeRoom(ConnectionId newcomer) {
  io::Connection* oldest = nullptr;
  std::pair<EvictionRank, TimePoint> least;
  size_t staying = 0;
  loop_.ForEachConnection([&](io::Connection& connection) {
    const auto& peer = peers_[connection.id().index()];
    if (peer == nullptr) return;
    ++staying;
    if (connection.id() == newcomer) return;
    const std::pair rank(RankOf(connection, *peer), peer->deadline.deadline());
    if (oldest != nullptr && least <= rank) return;
    oldest = &connection;
    least = rank;
  });
  if (oldest == nullptr || staying <= kMaxPeers) return;
  MAILROOM_LOG_EVERY(kWarning, std::chrono::minutes(1))
      << "--admin-listen has more than " << kMaxPeers
      << " connections: each new one closes another: one that is leaving, else an idle one, else "
         "a busy one, else one that came within the last second";
  oldest->Close();
}

void Admin::OnRead(io::Connection& connection) {
  Peer& peer = *peers_[connection.id().index()];
  ConnectionOutput out(connection);
  for (;;) {
    size_t consumed = 0;
    const http::Event event = peer.engine->Next(connection.input(), &consumed, out);
    if (const auto* head = std::get_if<http::Head>(&event)) {
      OnHead(connection, peer, *head);
    } else if (std::holds_alternative<http::End>(event)) {
      AnswerPage(connection, peer);
    } else if (const auto* fault = std::get_if<http::Bad>(&event)) {
      peer.stream = fault->stream;
      Answer(connection, peer, fault->status, fault->reason + "\n", kText);
    }
    connection.Consume(consumed);
    // Bad is given for ever. That the engine must close is no reason to stop: it knows
    // that from a head whose End, and so its answer, may still be to come.
    const bool bad = std::holds_alternative<http::Bad>(event);
    if (bad || std::holds_alternative<http::NeedMore>(event)) break;
  }
  const bool done = peer.engine->state().must_close && !peer.unanswered;
  if (!connection.peer_closed() && !done) return;
  peer.leaving = true;
  connection.CloseAfterFlush();
}

void Admin::OnHead(io::Connection& connection, Peer& peer, const http::Head& head) {
  peer.stream = head.stream;
  peer.method = head.method;
  peer.path = head.path;
  peer.unanswered = true;
  // No page reads a body: who asks first whether to send one has the answer at once (RFC
  // 9110 s10.1.1), and sends none.
  if (head.awaits_grant) {
    AnswerPage(connection, peer);
  } else if (head.has_body) {
    ConnectionOutput out(connection);
    peer.engine->Grant(head.stream, SIZE_MAX, out);
  }
}

void Admin::AnswerPage(io::Connection& connection, Peer& peer) {
  deadlines_.Touch(peer.deadline, loop_.now());
  if (peer.method != "GET" && peer.method != "HEAD") {
    Answer(connection, peer, 405, "only GET is served here\n", kText);
  } else if (peer.path == "/livez") {
    Answer(connection, peer, 200, "ok\n", kText);
  } else if (peer.path == "/readyz" || peer.path == "/healthz") {
    const bool ready = pages_.ready();
    Answer(connection, peer, ready ? 200 : 503, ready ? "ok\n" : "draining\n", kText);
  } else if (peer.path == "/metrics") {
    Answer(connection, peer, 200, pages_.metrics(), kPrometheusText);
  } else {
    Answer(connection, peer, 404, "pages: /livez /readyz /healthz /metrics\n", kText);
  }
}

void Admin::Answer(io::Connection& connection, Peer& peer, int status, std::string body,
                   std::string_view type) {
  peer.unanswered = false;
  http::Headers fields;
  if (status == 405) fields.Add("allow", "GET, HEAD");
  http::ResponseHead head;
  head.status = status;
  head.content_type = type;
  head.headers = &fields;
  head.content_length = body.size();
  ConnectionOutput out(connection);
  peer.engine->SendHead(peer.stream, head, loop_.clock().WallNow(), out);
  peer.engine->Send(peer.stream, {.body = &body, .offset = 0, .size = body.size()}, /*last=*/true,
                    out);
}

void Admin::OnClose(io::Connection& connection, const Status&) {
  const size_t index = connection.id().index();
  if (index < peers_.size()) peers_[index].reset();
}

void Admin::OnTurn(TimePoint now) {
  while (io::DeadlineList::Node* due = deadlines_.PopDue(now)) {
    if (io::Connection* connection = loop_.Find(due->owner())) connection->Close();
  }
}

}  // namespace mailroom::server
