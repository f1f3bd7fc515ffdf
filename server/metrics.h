// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

// Metrics: what the server counted, as Prometheus text.
//
// Rooms keep plain counters; this is the only file that knows prometheus-cpp, and
// it reads them when somebody asks: no registry, no lock on any path of a call.
// Names are go-grpc-prometheus's for calls (dashboards know them) with a label
// `protocol`, and `mailroom_` for our own (docs/guide/06-metrics.md lists them).
namespace mailroom::actors {
class Cell;
}

namespace mailroom::server {

class IoActor;
class StallWatch;

// What is counted. Everything outlives the call.
struct MetricSources {
  std::vector<const IoActor*> io_actors;
  std::vector<const actors::Cell*> cells;
  int workers = 0;
  const StallWatch* stall_watch = nullptr;  // null: nothing is watched
};

// Any thread.
std::string RenderMetrics(const MetricSources& sources);

}  // namespace mailroom::server
