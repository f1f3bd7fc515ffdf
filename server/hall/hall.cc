// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/hall/hall.h"

#include <algorithm>
#include <utility>

#include "mailroom/server/config/duration.h"
#include "mailroom/server/hall/admission.h"

namespace mailroom::server {
namespace {

// What is kept for the next burst; more goes back to the heap.
constexpr size_t kPooled = 1024;

http::Limits HttpLimits(const ServerOptions& options) {
  http::Limits limits;
  limits.body_bytes = options.max_message_bytes;
  limits.body_advice = kRaiseMessageBytes;
  limits.requests = options.max_requests_per_connection;
  return limits;
}

}  // namespace

Hall::Hall(const ServerOptions& server_options, uint8_t loop_number, Home& io_actor)
    : options(server_options),
      home(io_actor),
      router(/*seed=*/loop_number),
      calls(loop_number, SlotTable<PendingCall>::kMaxCapacity),
      http1(HttpLimits(server_options)),
      access_log(
          {server_options.access_log, server_options.access_log_sample, server_options.log_format}),
      random(loop_number),
      header_deadlines(NoLimitAtZero(server_options.header_timeout)),
      body_deadlines(NoLimitAtZero(server_options.body_timeout)),
      idle_deadlines(NoLimitAtZero(server_options.idle_timeout)),
      write_deadlines(NoLimitAtZero(server_options.write_timeout)),
      half_close_deadlines(NoLimitAtZero(server_options.half_close_timeout)) {}

WallTime Hall::WallNow() {
  if (wall_read_ != loop->now()) {
    wall_read_ = loop->now();
    wall_now_ = loop->clock().WallNow();
  }
  return wall_now_;
}

std::unique_ptr<Exchange> Hall::TakeExchange() {
  if (exchanges_.empty()) return std::make_unique<Exchange>();
  std::unique_ptr<Exchange> exchange = std::move(exchanges_.back());
  exchanges_.pop_back();
  return exchange;
}

void Hall::GiveBack(std::unique_ptr<Exchange> exchange) {
  if (exchange->envelope != nullptr) GiveBack(std::move(exchange->envelope));
  if (exchanges_.size() >= kPooled) return;
  // In place: an assignment would make and take apart another one.
  std::destroy_at(exchange.get());
  std::construct_at(exchange.get());
  exchanges_.push_back(std::move(exchange));
}

std::unique_ptr<actors::Envelope> Hall::TakeEnvelope() {
  if (envelopes_.empty()) return std::make_unique<actors::Envelope>();
  std::unique_ptr<actors::Envelope> envelope = std::move(envelopes_.back());
  envelopes_.pop_back();
  return envelope;
}

bool Hall::ChargeBody(actors::Envelope& envelope, size_t n) {
  const size_t under_way = counters.body_bytes.get();
  if (n > options.max_body_memory_bytes - std::min(under_way, options.max_body_memory_bytes)) {
    return false;
  }
  counters.body_bytes.Add(n);
  envelope.request_charge += n;
  return true;
}

void Hall::DischargeBody(actors::Envelope& envelope) {
  counters.body_bytes.Sub(envelope.request_charge);
  envelope.request_charge = 0;
}

void Hall::GiveBack(std::unique_ptr<actors::Envelope> envelope) {
  DischargeBody(*envelope);
  if (envelopes_.size() >= kPooled) return;
  envelope->Reset();
  envelopes_.push_back(std::move(envelope));
}

}  // namespace mailroom::server
