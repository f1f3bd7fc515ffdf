// SPDX-License-Identifier: Apache-2.0
#include "mailroom/server/hall/router.h"

#include "mailroom/server/config/nearest.h"

namespace mailroom::server {
namespace {

// "/a.B/C": "/a.B" and "C".
std::string_view ServiceOf(std::string_view path) { return path.substr(0, path.rfind('/')); }
std::string_view MethodOf(std::string_view path) { return path.substr(path.rfind('/') + 1); }

bool IsNear(std::string_view meant, std::string_view word) {
  NearestWord nearest(meant);
  nearest.Consider(word);
  return !nearest.word().empty();
}

}  // namespace

void Router::Add(const rpc::ServiceSpec& spec, const std::vector<actors::Cell*>& cells,
                 bool on_this_loop) {
  Destination& destination = destinations_.emplace_back(Destination{&spec, {}});
  for (actors::Cell* cell : cells) {
    const auto index = static_cast<uint32_t>(replicas_.size());
    replicas_.push_back(Replica{actors::ActorRef(*cell), index, on_this_loop});
    destination.replicas.push_back(&replicas_.back());
  }
  for (uint32_t i = 0; i < spec.methods.size(); ++i) {
    Route& route = routes_.emplace_back();
    route.method = &spec.methods[i];
    route.index = i;
    route.destination = &destination;
    by_path_.emplace(route.method->path, &route);
  }
}

void Router::ForgetActors() {
  for (Replica& replica : replicas_) replica.ref = actors::ActorRef();
}

Route* Router::Find(std::string_view path) {
  const auto found = by_path_.find(path);
  return found == by_path_.end() ? nullptr : found->second;
}

Replica& Router::Pick(const Destination& destination) {
  const std::vector<Replica*>& replicas = destination.replicas;
  const auto count = static_cast<uint32_t>(replicas.size());
  if (count == 1) return *replicas.front();
  const uint32_t first = random_.Below(count);
  uint32_t second = random_.Below(count - 1);
  if (second >= first) ++second;  // another one
  return replicas[second]->out < replicas[first]->out ? *replicas[second] : *replicas[first];
}

// Services share most of their letters, and so do the methods of one: either name must
// be near, not only both together.
std::string_view Router::Nearest(std::string_view path) const {
  NearestWord nearest(path);
  for (const Route& route : routes_) {
    const std::string_view known = route.method->path;
    const bool service_is_near = IsNear(ServiceOf(path), ServiceOf(known));
    if (service_is_near && IsNear(MethodOf(path), MethodOf(known))) nearest.Consider(known);
  }
  return nearest.word();
}

std::string Router::NameOf(const actors::Cell& cell, uint32_t method) const {
  for (const Route& route : routes_) {
    if (route.destination->spec->name != cell.name() || route.index != method) continue;
    return cell.name() + "/" + std::string(route.method->name);
  }
  return cell.name();
}

}  // namespace mailroom::server
