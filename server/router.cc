// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/router.h"

#include "mailroom/server/nearest.h"

namespace mailroom::server {

void Router::Add(const rpc::ServiceSpec& spec, actors::Cell& cell) {
  Destination& destination = destinations_.emplace_back(Destination{&spec, actors::ActorRef(cell)});
  for (uint32_t i = 0; i < spec.methods.size(); ++i) {
    Route& route = routes_.emplace_back();
    route.method = &spec.methods[i];
    route.index = i;
    route.destination = &destination;
    by_path_.emplace(route.method->path, &route);
  }
}

Route* Router::Find(std::string_view path) {
  const auto found = by_path_.find(path);
  return found == by_path_.end() ? nullptr : found->second;
}

std::string_view Router::Nearest(std::string_view path) const {
  NearestWord nearest(path);
  for (const Route& route : routes_) nearest.Consider(route.method->path);
  return nearest.word();
}

}  // namespace mailroom::server
