// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
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

class AccessLog;
class StallWatch;
struct IoCounters;
struct MethodCounters;

// What one loop counts.
struct LoopSources {
  struct Method {
    std::string_view service;
    std::string_view name;
    const MethodCounters* counters;
  };

  const IoCounters* counters;
  std::vector<Method> methods;  // each loop has the same ones in the same order
  const AccessLog* access_log;
  uint64_t posts = 0;  // completions
  uint64_t wakes = 0;  // system calls that woke the loop
};

// What is counted. Everything outlives the call.
struct MetricSources {
  std::vector<LoopSources> loops;
  std::vector<const actors::Cell*> cells;
  int workers = 0;
  const StallWatch* stall_watch = nullptr;  // null: nothing is watched
};

// Any thread.
std::string RenderMetrics(const MetricSources& sources);

}  // namespace mailroom::server
