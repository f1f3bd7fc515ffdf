// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/hall/pipelining.h"

namespace mailroom::server {
namespace {

bool NoSideEffects(const Exchange& exchange) {
  return exchange.route->method->idempotency == rpc::Idempotency::kNoSideEffects;
}

bool InOrderAtOneActor(const Exchange& a, const Exchange& b) {
  return a.route->destination == b.route->destination && !a.route->method->concurrent &&
         !b.route->method->concurrent && !a.route->destination->spec->stateless;
}

// The routes tell.
bool MayOverlap(const Exchange& first, const Exchange& second) {
  return (NoSideEffects(first) && NoSideEffects(second)) || InOrderAtOneActor(first, second);
}

}  // namespace

bool MayOverlapEarlier(const ExchangeQueue& exchanges, const Exchange& exchange) {
  // What was right for the call before is right for one of the same method.
  const Exchange* const previous = exchange.previous;
  if (previous != nullptr && previous->state == Exchange::State::kOut &&
      previous->route == exchange.route) {
    return MayOverlap(*previous, exchange);
  }
  for (const Exchange* earlier = exchanges.first(); earlier != &exchange;
       earlier = earlier->next.get()) {
    if (earlier->state == Exchange::State::kOut && !MayOverlap(*earlier, exchange)) return false;
  }
  return true;
}

}  // namespace mailroom::server
