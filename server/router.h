// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mailroom/actors/cell.h"
#include "mailroom/rpc/method.h"
#include "mailroom/server/counters.h"

// Router: a request's path to the method and the actor that serves it.
//
// One per I/O actor: a route holds this loop's place in the actor's mailbox and
// this loop's counters. Built before the loop runs, constant afterwards but for
// what routes count. Loop thread only (counters: any reader).
namespace mailroom::server {

// One service's actor, as seen from one loop.
struct Destination {
  const rpc::ServiceSpec* spec;
  actors::ActorRef ref;
};

struct Route {
  const rpc::MethodSpec* method;
  uint32_t index;            // of the method in its service
  Destination* destination;  // owned by the router
  MethodCounters counters;
};

class Router final {
 public:
  // Adds a service and all its methods. `spec` has static storage; `cell`
  // outlives the router.
  void Add(const rpc::ServiceSpec& spec, actors::Cell& cell);

  // Null when no method has that path. Allocates nothing.
  Route* Find(std::string_view path);

  // The path most like `path`, for an error's text; empty when none is near.
  std::string_view Nearest(std::string_view path) const;

  const std::deque<Route>& routes() const { return routes_; }

 private:
  std::deque<Destination> destinations_;
  std::deque<Route> routes_;
  std::unordered_map<std::string_view, Route*> by_path_;
};

}  // namespace mailroom::server
