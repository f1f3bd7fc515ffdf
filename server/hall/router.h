// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mailroom/actors/cell.h"
#include "mailroom/base/random.h"
#include "mailroom/rpc/method.h"
#include "mailroom/server/ops/counters.h"

// Router: a request's path to the method and the actor that serves it.
//
// One per I/O actor: a route holds this loop's place in the actors' mailboxes and
// this loop's counters. Built before the loop runs, constant afterwards but for
// what routes and replicas count. Loop thread only (counters: any reader).
//
// A stateless service has several replicas. Of two that chance names the one with
// fewer calls of this loop gets the next: that keeps the longest queue short, and
// away from a replica that blocks, without a word between loops (M. Mitzenmacher,
// "The power of two choices in randomized load balancing", 2001). What is counted is
// envelopes until they are home, not calls: a replica that blocks still has those
// whose callers gave up.
namespace mailroom::server {

// One actor, as seen from one loop.
struct Replica {
  actors::ActorRef ref;
  uint32_t index;     // among all of the router's
  bool on_this_loop;  // its actor runs on this loop: a post needs no wake
  uint32_t out = 0;   // envelopes of this loop that are with it
};

// One service, as seen from one loop: its actor, or its replicas.
struct Destination {
  const rpc::ServiceSpec* spec;
  std::vector<Replica*> replicas;  // at least one; owned by the router
};

struct Route {
  const rpc::MethodSpec* method;
  uint32_t index;            // of the method in its service
  Destination* destination;  // owned by the router
  MethodCounters counters;
};

class Router final {
 public:
  // `seed`: the same one makes the same choices between replicas.
  explicit Router(uint64_t seed) : random_(seed) {}

  // Adds a service and all its methods, served by `cells`, which outlive the router;
  // `on_this_loop` when those run on this loop. `spec` has static storage.
  void Add(const rpc::ServiceSpec& spec, const std::vector<actors::Cell*>& cells,
           bool on_this_loop);

  // After the last Find(): no replica addresses its actor any more, so that the cells may
  // be destroyed before the router.
  void ForgetActors();

  // Null when no method has that path. Allocates nothing.
  Route* Find(std::string_view path);

  // Who gets the next call of a service.
  Replica& Pick(const Destination& destination);
  // By its index.
  Replica& replica(uint32_t index) { return replicas_[index]; }

  // The path most like `path`, for an error's text; empty when none is near.
  std::string_view Nearest(std::string_view path) const;

  // Any thread. "greet.v1.GreetService/Greet": what an actor's method is called; only the
  // service when it has no such method.
  std::string NameOf(const actors::Cell& cell, uint32_t method) const;

  const std::deque<Route>& routes() const { return routes_; }

 private:
  Random random_;
  std::deque<Replica> replicas_;
  std::deque<Destination> destinations_;
  std::deque<Route> routes_;
  std::unordered_map<std::string_view, Route*> by_path_;
};

}  // namespace mailroom::server
